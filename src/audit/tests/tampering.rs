//! Whatever is changed behind the log's back is found, and the first index at fault is named.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::{House, now, searches};
use crate::audit::{Action, Actor, AuditError, Event, FaultKind, Label, Leaf, VerifyReport, verify_log};
use crate::household::SourceKey;
use crate::store::{Store, Tag};

/// A closed log of 600 leaves with checkpoints of 200, 400 and 600, of which 300 is a query.
async fn grown() -> House {
    let house = House::new();
    for part in 0..3 {
        let log = house.log().await;
        log.append(searches(100)).await.unwrap();
        let query = Event::new(&Actor::service(), Action::QueryReused)
            .case(uuid::Uuid::from_u128(part))
            .subject(Tag::new(1, [1; 16]))
            .member(Label::new("m1").unwrap())
            .source(SourceKey::new("tax").unwrap());
        log.append_one(query).await.unwrap();
        log.append(searches(99)).await.unwrap();
        log.publish(now()).await.unwrap();
        house.close(log).await;
    }
    house
}

/// Changes the closed database and verifies it.
async fn after(house: &House, statements: &[&'static str]) -> VerifyReport {
    let path = house.directory.path().join("data");
    let options = SqliteConnectOptions::new().filename(path.join("hedui.sqlite")).foreign_keys(false);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    for statement in statements {
        let changed = sqlx::query(*statement).execute(&pool).await.unwrap().rows_affected();
        assert!(changed > 0, "{statement}");
    }
    pool.close().await;
    house.verify(&[]).await
}

fn first(report: &VerifyReport) -> (u64, FaultKind) {
    let fault = report.first_fault().expect("a fault is found").clone();
    (fault.index, fault.kind)
}

#[tokio::test]
async fn an_untouched_log_is_sound() {
    let house = grown().await;
    let report = after(&house, &[]).await;
    assert!(report.sound(), "{:?}", report.faults);
    assert_eq!((report.size, report.checkpoints), (600, 4));
}

#[tokio::test]
async fn a_changed_byte_of_a_leaf_is_found() {
    let house = grown().await;
    let statement =
        "UPDATE log_leaves SET bytes = CAST(replace(CAST(bytes AS TEXT), 'hedui', 'hedux') AS BLOB) WHERE idx = 123";
    let report = after(&house, &[statement]).await;
    assert_eq!(first(&report), (123, FaultKind::LeafHash));
    let kinds: Vec<_> = report.faults.iter().map(|fault| (fault.index, &fault.kind)).collect();
    assert!(kinds.contains(&(123, &FaultKind::Column { column: "actor" })), "{kinds:?}");
    assert!(kinds.contains(&(123, &FaultKind::Tile { level: 0, tile: 0 })), "{kinds:?}");
    assert!(kinds.contains(&(0, &FaultKind::Tile { level: 1, tile: 0 })), "{kinds:?}");
}

#[tokio::test]
async fn an_entry_that_is_none_is_found_though_its_hash_is_right() {
    let house = grown().await;
    let hash = hex::encode(crate::audit::merkle::leaf_hash(b"{}"));
    let statement = format!("UPDATE log_leaves SET bytes = CAST('{{}}' AS BLOB), hash = X'{hash}' WHERE idx = 123");
    let report = after(&house, &[statement.leak()]).await;
    let (index, kind) = first(&report);
    assert!(index == 123 && matches!(kind, FaultKind::Leaf { .. }), "{index}: {kind:?}");
}

#[tokio::test]
async fn every_changed_column_is_found_and_named() {
    let cases = [
        ("UPDATE log_leaves SET hash = zeroblob(32) WHERE idx = 100", FaultKind::LeafHash),
        ("UPDATE log_leaves SET id = '00000000-0000-7000-8000-000000000000' WHERE idx = 100", column("id")),
        ("UPDATE log_leaves SET at = at + 1 WHERE idx = 100", column("at")),
        ("UPDATE log_leaves SET actor = 'x' WHERE idx = 100", column("actor")),
        ("UPDATE log_leaves SET organisation = 'x' WHERE idx = 100", column("organisation")),
        ("UPDATE log_leaves SET action = 'search' WHERE idx = 100", column("action")),
        ("UPDATE log_leaves SET case_id = NULL WHERE idx = 100", column("case_id")),
        ("UPDATE log_leaves SET case_id = 'not a uuid' WHERE idx = 100", column("case_id")),
        ("UPDATE log_leaves SET subject_tag = NULL WHERE idx = 100", column("subject_tag")),
        ("UPDATE log_leaves SET source = 'bank' WHERE idx = 100", column("source")),
    ];
    let untouched = grown().await;
    for (statement, kind) in cases {
        let house = untouched.copy();
        let report = after(&house, &[statement]).await;
        assert_eq!(
            report.faults.iter().map(|f| (f.index, f.kind.clone())).collect::<Vec<_>>(),
            [(100, kind)],
            "{statement}"
        );
    }
}

fn column(column: &'static str) -> FaultKind {
    FaultKind::Column { column }
}

#[tokio::test]
async fn missing_and_moved_leaves_are_found() {
    let untouched = grown().await;
    let house = untouched.copy();
    let report = after(&house, &["DELETE FROM log_leaves WHERE idx = 450"]).await;
    assert_eq!(first(&report), (450, FaultKind::LeafMissing));

    let house = untouched.copy();
    let report = after(&house, &["DELETE FROM log_leaves WHERE idx = 599"]).await;
    assert_eq!(first(&report), (599, FaultKind::HeadSize { leaves: 599, head: 600 }));

    let house = untouched.copy();
    let swap = [
        "UPDATE log_leaves SET idx = 9999 WHERE idx = 7",
        "UPDATE log_leaves SET idx = 7 WHERE idx = 8",
        "UPDATE log_leaves SET idx = 8 WHERE idx = 9999",
    ];
    let report = after(&house, &swap).await;
    assert!(report.faults.iter().any(|fault| fault.index == 7), "{:?}", report.faults);
}

#[tokio::test]
async fn a_changed_tile_is_found_at_its_leaf() {
    let untouched = grown().await;
    let house = untouched.copy();
    let statement =
        "UPDATE log_tiles SET bytes = CAST(substr(bytes, 1, 320) || zeroblob(32) || substr(bytes, 353) AS BLOB)
                     WHERE level = 0 AND idx = 1";
    let report = after(&house, &[statement]).await;
    assert_eq!(first(&report), (256 + 10, FaultKind::Tile { level: 0, tile: 1 }));

    let house = untouched.copy();
    let report = after(&house, &["DELETE FROM log_tiles WHERE level = 0 AND idx = 2"]).await;
    assert_eq!(first(&report), (512, FaultKind::Tile { level: 0, tile: 2 }));
    let report =
        after(&house, &["INSERT INTO log_tiles (level, idx, bytes) VALUES (0, 2, x'00'), (3, 1, x'00')"]).await;
    assert!(
        report.faults.iter().any(|fault| fault.kind == FaultKind::TileCount { stored: 5, expected: 4 }),
        "{:?}",
        report.faults
    );
}

#[tokio::test]
async fn a_changed_checkpoint_is_found() {
    let untouched = grown().await;
    let house = untouched.copy();
    let report =
        after(&house, &["UPDATE log_checkpoints SET note = replace(note, '400', '399') WHERE size = 400"]).await;
    assert_eq!(report.first_fault().unwrap().index, 399);
    assert!(matches!(report.faults[0].kind, FaultKind::Checkpoint { size: 400, .. }), "{:?}", report.faults);

    let house = untouched.copy();
    let report = after(&house, &["UPDATE log_checkpoints SET size = 401 WHERE size = 400"]).await;
    assert_eq!(first(&report), (400, FaultKind::CheckpointColumns { size: 401 }));

    let house = untouched.copy();
    let report = after(&house, &["UPDATE log_head SET checkpoint = NULL"]).await;
    assert!(matches!(first(&report), (599, FaultKind::Checkpoint { size: 600, .. })), "{:?}", report.faults);
    let report = after(&house, &["UPDATE log_head SET root = zeroblob(32)"]).await;
    assert!(report.faults.iter().any(|fault| fault.kind == FaultKind::HeadRoot), "{:?}", report.faults);
    let error = house.refused(house.options()).await;
    assert!(matches!(error, AuditError::TreeBroken { size: 600 }), "{error}");
}

/// One who can write the database and has no key rebuilds everything consistently: only the signed checkpoints tell.
#[tokio::test]
async fn a_rewritten_log_is_told_by_its_checkpoints() {
    let original = grown().await;
    let forged = House::new();
    let log = forged.log().await;
    let mut bytes = Vec::new();
    for index in 0..600 {
        let leaf = searches(1).remove(0);
        let leaf = Leaf::new(if index == 250 { leaf.detail([6; 32]) } else { leaf }, now());
        bytes.push(leaf);
    }
    let events = bytes.into_iter().map(|leaf| leaf.event).collect();
    log.append(events).await.unwrap();
    let held: Vec<String> = {
        let store = Store::open_read_only(original.directory.path().join("data")).await.unwrap();
        let mut snapshot = store.log_snapshot().await.unwrap();
        snapshot.checkpoints(None, 10).await.unwrap().into_iter().map(|checkpoint| checkpoint.note).collect()
    };
    let report = verify_log(log.store(), &forged.keys(), &held).await.unwrap();
    assert_eq!(first(&report), (0, FaultKind::CheckpointRoot { size: 200 }));
    log.publish(now()).await.unwrap();
    forged.close(log).await;
    std::fs::copy(original.directory.path().join("data/checkpoint"), forged.directory.path().join("data/checkpoint"))
        .unwrap();
    let error = forged.refused(forged.options()).await;
    assert!(matches!(error, AuditError::Forked { size: 600 }), "{error}");
}
