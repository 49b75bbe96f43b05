//! A changed byte in any table the log protects is found and named. Tables and columns come from the database's own catalogue: one that
//! is new has to be put into a list here, as protected or as free with the reason, before this passes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::House;
use crate::audit::note::tests::TestSigner;
use crate::audit::{Action, Actor, ActorRole, Event, Label, WitnessKey, cosign};
use crate::household::{Purpose, SourceKey};
use crate::store::{CosignedCheckpoint, PROTECTED, ids_sha256, report_document_id, until_sha256};

/// Columns in which a changed byte is found and named: they are the log's own, say what an entry says, hold one of a few words, or point at
/// a row that must be there.
const PROTECTED_COLUMNS: &[(&str, &str)] = &[
    ("log_head", "id size root frontier checkpoint"),
    ("log_leaves", "idx bytes hash id at actor organisation action case_id subject_tag source"),
    ("log_tiles", "level idx bytes"),
    ("log_checkpoints", "size root note"),
    ("log_cosignatures", "witness size note cosigned_at"),
    ("cases", "id state organisation client purpose accepted_leaf request_document batch_id"),
    (
        "versions",
        "case_id number reason supersedes body_hash leaf_index report_document evidence_document \
         compared_with change_document",
    ),
    ("cells", "case_id member_ref source leaf_index kind evidence_document"),
    ("documents", "id case_id kind locked_in"),
    ("artifacts", "sha256 kind bytes"),
    ("batches", "id state organisation client terms_document"),
    ("batch_parts", "batch_id document_id"),
    ("batch_faults", "batch_id document_id"),
    ("hearings", "document_id case_id version leaf_index"),
    ("decisions", "document_id case_id kind leaf_index"),
    ("approvals", "id kind state case_id organisation region asked_by asked_for until document_id withdrawn_in"),
    ("approval_hands", "approval_id by_subject agrees leaf_index reason_document"),
    ("kin", "client id organisation registered_by document_id"),
    ("subscriptions", "state organisation client region case_id leaf_index"),
    ("alerts", "case_id organisation region document_id acknowledged_by note_document"),
];

const SEALED: &str = "opening it tells: the cipher authenticates bytes, kind, case and key";
const SEALED_SAYS: &str = "the sealed, signed report says it; the column finds it";
const OWN_CLOCK: &str = "the entry's own time is what counts";
const QUEUE: &str = "how the work is queued: a change delays or repeats work, each step of which has an entry again";
const LOOK_UP: &str = "a look-up, made anew from what is sealed";
const COUNT: &str = "a count for display, of rows that are held against the log themselves";

/// Columns the log does not protect, on purpose.
const FREE: &[(&str, &str, &str)] = &[
    ("log_checkpoints", "published_at", OWN_CLOCK),
    ("cases", "region as_of due_on", SEALED_SAYS),
    ("cases", "reference_tag household_tag", LOOK_UP),
    ("cases", "created_at updated_at", OWN_CLOCK),
    ("cases", "reviews_open next_event batch_row", COUNT),
    ("cases", "failure failures wake_at attempts lease_worker lease_until lane reopened_for", QUEUE),
    ("versions", "final first_final decided_early issued issued_at issued_by", SEALED_SAYS),
    ("versions", "created_at", OWN_CLOCK),
    ("cells", "planned_at answered_at", OWN_CLOCK),
    ("cells", "why attempts elapsed_ms speaks_for told_in", SEALED_SAYS),
    ("cells", "polls next_poll_at deadline ask_at asks", QUEUE),
    ("documents", "dek_id commitment ciphertext", SEALED),
    ("deks", "id kek_id wrapped", "a data key that does not unwrap opens nothing; one that is gone was destroyed"),
    ("batches", "format fault fault_line read_rows accepted faulty passed_over all_read settled bytes parts", COUNT),
    ("batches", "created_at updated_at", OWN_CLOCK),
    ("batches", "attempts lease_worker lease_until", QUEUE),
    ("batch_parts", "number", "each part is sealed with its place"),
    ("batch_faults", "read_rows count", COUNT),
    ("hearings", "at", OWN_CLOCK),
    ("decisions", "version decided_by", SEALED_SAYS),
    ("decisions", "at", OWN_CLOCK),
    ("approvals", "version hours", SEALED_SAYS),
    ("approvals", "asked_at lapses_at", OWN_CLOCK),
    ("approval_hands", "role", "the entry of the hand says in what capacity"),
    ("approval_hands", "at", OWN_CLOCK),
    ("kin", "at", OWN_CLOCK),
    ("kin", "epoch", LOOK_UP),
    ("subscriptions", "id ended_why household_tag", LOOK_UP),
    ("subscriptions", "every_days next_at looks until_on away_since", QUEUE),
    ("subscriptions", "created_at", OWN_CLOCK),
    ("alerts", "id", LOOK_UP),
    ("alerts", "created_at acknowledged_at", OWN_CLOCK),
];

/// Tables the log does not protect, on purpose.
const FREE_TABLES: &[(&str, &str)] = &[
    ("case_subjects", LOOK_UP),
    ("batch_regions", LOOK_UP),
    ("kin_tags", LOOK_UP),
    ("idempotency", LOOK_UP),
    ("case_events", "told to who waits; what happened has its entry"),
    ("withdrawn_authorisations", "the sealed decision that took it back says it; who is asked has an entry"),
    ("outbox", "what is still to be sent; what was sent has its entry"),
    (
        "destroyed_keks",
        "it only ever refuses; that a key is destroyed has its entry, with which each start compares the ring",
    ),
    ("meta", "the store's own id and the schema's hash"),
    (
        "sessions",
        "who is signed in, for some hours at most: sign-in and all that follows has entries, the register is looked at each time",
    ),
];

pub(super) const CASE: u128 = 0x11;
pub(super) const ERASED: u128 = 0x22;
pub(super) const BATCH: u128 = 0x33;
pub(super) const REVIEW: u128 = 0x66;
const INSPECTION: u128 = 0x67;
pub(super) const ENDED: u128 = 0x68;
const DESTRUCTION: u128 = 0x69;
pub(super) const KIN: u128 = 0x77;
const DOCUMENT: u128 = 0x100;
/// The place of the first document that a withdrawal has locked.
const LOCKED: usize = 15;

pub(super) fn id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

/// The same hash in the log and in the row.
const BODY: [u8; 32] = [5; 32];

/// A closed store with a row in every protected table, no column of which is without a value.
pub(super) async fn furnished() -> House {
    let house = House::new();
    let log = house.log().await;
    let by = Actor {
        organisation: Label::of_name("会师镇人民政府"),
        role: ActorRole::Caseworker,
        subject: Label::of_name("zhang"),
        token_sha256: None,
    };
    let (case, erased, batch) = (Uuid::from_u128(CASE), Uuid::from_u128(ERASED), Uuid::from_u128(BATCH));
    let of = |action, case| Event::new(&by, action).case(case).purpose(Purpose::DibaoApplication);
    let tag = crate::store::Tag::new(1, [1; 16]);
    let query = of(Action::QueryAuthorised, case).member(Label::new("m1").unwrap()).subject(tag);
    let events = vec![
        of(Action::Accepted, case),
        query.clone().source(SourceKey::new("tax").unwrap()),
        query.source(SourceKey::new("bank").unwrap()),
        of(Action::Completed, case).version(1).detail([4; 32]),
        of(Action::Completed, case).version(2).detail(BODY),
        of(Action::Heard, case).version(2),
        of(Action::Subscribed, case),
        of(Action::AlertAcknowledged, case),
        of(Action::Reviewed, case).version(2),
        of(Action::ApprovalAsked, case).approval(Uuid::from_u128(REVIEW)),
        of(Action::ApprovalGiven, case).approval(Uuid::from_u128(REVIEW)),
        of(Action::Accepted, erased),
        of(Action::Erased, erased),
        Event::new(&by, Action::BatchReceived).batch(batch),
        Event::new(&by, Action::KinRegistered)
            .registration(Uuid::from_u128(KIN))
            .detail(Sha256::digest("officer").into()),
        of(Action::ApprovalAsked, case).approval(Uuid::from_u128(INSPECTION)),
        of(Action::InspectionGranted, case)
            .approval(Uuid::from_u128(INSPECTION))
            .detail(until_sha256(Timestamp::from_millisecond(9).unwrap())),
        of(Action::AuthorisationWithdrawn, case)
            .detail(ids_sha256((LOCKED..LOCKED + 2).map(|place| id(DOCUMENT + place as u128)).collect())),
        of(Action::ApprovalAsked, case).approval(Uuid::from_u128(DESTRUCTION)),
        of(Action::ApprovalRefused, case).approval(Uuid::from_u128(DESTRUCTION)),
        of(Action::ApprovalAsked, case).approval(Uuid::from_u128(ENDED)),
        of(Action::InspectionGranted, case)
            .approval(Uuid::from_u128(ENDED))
            .detail(until_sha256(Timestamp::from_millisecond(8).unwrap())),
        of(Action::InspectionEnded, case).approval(Uuid::from_u128(ENDED)),
    ];
    log.append(events).await.unwrap();
    log.publish(super::now()).await.unwrap();
    let witness = TestSigner::new("witness.example/w1", 2);
    let checkpoint = log.checkpoint().await.unwrap().unwrap();
    let cosignature = cosign(&checkpoint, &witness, super::now()).unwrap();
    let (size, cosigned_at) = (log.store().log_head().await.unwrap().size, super::now());
    let (witness, note) = (WitnessKey::of(&witness).to_string(), format!("{checkpoint}{}", cosignature.line));
    log.store().keep_cosigned(CosignedCheckpoint { witness, size, note, cosigned_at }).await.unwrap();
    house.close(log).await;
    let pool = open(&house).await;
    let kinds = [
        (CASE, "request"),
        (ERASED, "request"),
        (CASE, "report"),
        (CASE, "version_evidence"),
        (CASE, "objection"),
        (CASE, "change"),
        (CASE, "evidence"),
        (BATCH, "batch_terms"),
        (BATCH, "upload"),
        (BATCH, "batch_faults"),
        (CASE, "alert"),
        (CASE, "review"),
        (KIN, "kin"),
        (CASE, "withdrawal"),
        (CASE, "approval"),
        (CASE, "evidence"),
        (CASE, "evidence"),
    ];
    let hash = |number| if number == 1 { [4; 32] } else { BODY };
    let report = |number| report_document_id(Uuid::from_u128(CASE), number, &hash(number)).to_string();
    let document = |place: usize| match kinds[place].1 {
        "report" => report(2),
        _ => id(DOCUMENT + place as u128),
    };
    let mut statements: Vec<String> = kinds
        .iter()
        .enumerate()
        .map(|(place, (case, kind))| {
            format!(
                "INSERT INTO documents VALUES ('{}', '{}', '{kind}', '{}', x'01', x'02', {})",
                document(place),
                id(*case),
                id(0x900 + place as u128),
                if place < LOCKED { "NULL" } else { "17" }
            )
        })
        .collect();
    let org = "会师镇人民政府";
    let case_row = |number, state, leaf, document: String| {
        format!(
            "INSERT INTO cases (id, state, organisation, client, purpose, region, as_of, created_at, updated_at, accepted_leaf, \
             request_document, batch_id, batch_row) VALUES ('{}', '{state}', '{org}', 'zhang', 'dibao_application', '620422', \
             '2026-11-01', 1, 1, {leaf}, '{document}', '{}', {leaf})",
            id(number),
            id(BATCH)
        )
    };
    let version = |number: u32, supersedes: &str, reason, leaf| {
        format!(
            "INSERT INTO versions VALUES ('{}', {number}, 1, {}, 0, 0, NULL, NULL, '{reason}', {supersedes}, x'{}', {leaf}, '{}', \
             '{}', 1, '{}', '{}')",
            id(CASE),
            number - 1,
            hex::encode(hash(number)),
            report(number),
            document(3),
            id(ERASED),
            document(5)
        )
    };
    statements.extend([
        case_row(CASE, "final", 0, document(0)),
        case_row(ERASED, "erased", 11, document(1)),
        format!("INSERT INTO documents VALUES ('{}', '{}', 'report', '{}', x'01', x'02', {})", report(1), id(CASE), id(0x8ff), "NULL"),
        version(1, "NULL", "first", 3),
        version(2, "1", "late_answer", 4),
        format!("INSERT INTO cells (case_id, member_ref, source, leaf_index, planned_at, kind, evidence_document) VALUES ('{}', 'm1', 'tax', 1, 1, 'found', '{}')", id(CASE), document(6)),
        format!("INSERT INTO cells (case_id, member_ref, source, leaf_index, planned_at) VALUES ('{}', 'm1', 'bank', 2, 1)", id(CASE)),
        format!("INSERT INTO batches (id, state, organisation, client, format, created_at, updated_at, terms_document) VALUES ('{}', 'running', '{org}', 'zhang', 'csv', 1, 1, '{}')", id(BATCH), document(7)),
        format!("INSERT INTO decisions VALUES ('{}', '{}', 'review', 2, 'zhang', 1, 8)", document(11), id(CASE)),
        format!("INSERT INTO approvals (id, kind, state, case_id, organisation, region, asked_by, asked_for, asked_at, lapses_at, document_id) VALUES ('{}', 'review', 'open', '{}', '{org}', '620422', 'zhang', '{org}', 1, 2, '{}')", id(REVIEW), id(CASE), document(11)),
        format!("INSERT INTO approvals (id, kind, state, case_id, organisation, region, asked_by, asked_for, asked_at, lapses_at, hours, until, document_id) VALUES ('{}', 'inspection', 'agreed', '{}', '{org}', '620422', 'zhang', '{org}', 1, 2, 1, 9, '{}')", id(INSPECTION), id(CASE), document(11)),
        format!("INSERT INTO approval_hands VALUES ('{}', 'zhang', 'supervisor', 1, 1, 10, NULL)", id(REVIEW)),
        format!("INSERT INTO decisions VALUES ('{}', '{}', 'withdrawal', 2, 'zhang', 1, 17)", document(13), id(CASE)),
        format!("INSERT INTO approvals (id, kind, state, case_id, organisation, region, asked_by, asked_for, asked_at, lapses_at, document_id, withdrawn_in) VALUES ('{}', 'destruction', 'refused', '{}', '{org}', '620422', 'zhang', '{org}', 1, 2, '{}', 17)", id(DESTRUCTION), id(CASE), document(14)),
        format!("INSERT INTO approval_hands VALUES ('{}', 'zhang', 'supervisor', 1, 0, 19, '{}')", id(DESTRUCTION), document(14)),
        format!("INSERT INTO approvals (id, kind, state, case_id, organisation, region, asked_by, asked_for, asked_at, lapses_at, hours, until, document_id) VALUES ('{}', 'inspection', 'revoked', '{}', '{org}', '620422', 'zhang', '{org}', 1, 2, 1, 8, '{}')", id(ENDED), id(CASE), document(14)),
        format!("INSERT INTO batch_parts VALUES ('{}', 0, '{}')", id(BATCH), document(8)),
        format!("INSERT INTO batch_faults VALUES ('{}', 7, 1, '{}')", id(BATCH), document(9)),
        format!("INSERT INTO hearings VALUES ('{}', '{}', 2, 1, 5)", document(11), id(CASE)),
        format!("INSERT INTO subscriptions VALUES ('{}', 'ended', 'x', '{org}', 'zhang', '620422', '{}', '1.aa', 30, 1, 1, '2027-01-01', 1, NULL, 6)", id(0x44), id(CASE)),
        format!("INSERT INTO kin VALUES ('officer', '{}', '{org}', 'zhang', 1, 1, '{}')", id(KIN), document(12)),
        format!("INSERT INTO alerts VALUES ('{}', '{}', '{org}', '620422', 1, '{}', 1, 'zhang', '{}')", id(0x55), id(CASE), document(10), document(11)),
        "INSERT INTO artifacts VALUES ('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 'pack', CAST('hello' AS BLOB))".to_owned(),
    ]);
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement.clone()))
            .execute(&pool)
            .await
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    pool.close().await;
    house
}

pub(super) async fn open(house: &House) -> SqlitePool {
    let path = house.directory.path().join("data/hedui.sqlite");
    SqlitePool::connect_with(SqliteConnectOptions::new().filename(path).foreign_keys(false)).await.unwrap()
}

/// Tables and their columns.
async fn catalogue(pool: &SqlitePool) -> BTreeMap<String, Vec<String>> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut found = BTreeMap::new();
    for table in sqlx::query(tables).fetch_all(pool).await.unwrap() {
        let table: String = table.get(0);
        let columns = sqlx::query(AssertSqlSafe(format!("PRAGMA table_info({table})"))).fetch_all(pool).await.unwrap();
        found.insert(table, columns.iter().map(|column| column.get("name")).collect());
    }
    found
}

/// Changes the last byte of a text or of bytes, or the lowest bit of a number, in the first row that has a value.
async fn flip(pool: &SqlitePool, table: &str, column: &str) {
    let find = format!(
        "SELECT rowid AS row, typeof({column}) AS type, hex(CAST({column} AS BLOB)) AS bytes FROM {table} WHERE {column} IS NOT NULL ORDER BY 1 DESC LIMIT 1"
    );
    let without_rowid = find.replace("rowid AS row", "0 AS row");
    let row = match sqlx::query(AssertSqlSafe(find)).fetch_optional(pool).await {
        Ok(row) => row,
        Err(_) => sqlx::query(AssertSqlSafe(without_rowid)).fetch_optional(pool).await.unwrap(),
    };
    let row = row.unwrap_or_else(|| panic!("{table}.{column} has no value to change"));
    let mut bytes = hex::decode(row.get::<String, _>("bytes")).unwrap();
    let kind: String = row.get("type");
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
    let value = match kind.as_str() {
        "integer" => format!("({column} | 1) - ({column} & 1)"),
        "text" => format!("CAST(x'{}' AS TEXT)", hex::encode(&bytes)),
        _ => format!("x'{}'", hex::encode(&bytes)),
    };
    let old = if kind == "integer" {
        String::from_utf8(hex::decode(row.get::<String, _>("bytes")).unwrap()).unwrap()
    } else {
        let original = row.get::<String, _>("bytes");
        if kind == "text" { format!("CAST(x'{original}' AS TEXT)") } else { format!("x'{original}'") }
    };
    let unchecked = "PRAGMA ignore_check_constraints = ON";
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query(unchecked).execute(&mut *connection).await.unwrap();
    let limit = if row.get::<i64, _>("row") == 0 {
        String::new()
    } else {
        format!(" AND rowid = {}", row.get::<i64, _>("row"))
    };
    let update = |value: &str| format!("UPDATE {table} SET {column} = {value} WHERE {column} = {old}{limit}");
    let mut changed = sqlx::query(AssertSqlSafe(update(&value))).execute(&mut *connection).await;
    if changed.is_err() {
        // the neighbour's number
        changed = sqlx::query(AssertSqlSafe(update(&format!("{column} + 1")))).execute(&mut *connection).await;
    }
    let changed = changed.unwrap_or_else(|error| panic!("{table}.{column}: {error}"));
    assert!(changed.rows_affected() > 0, "{table}.{column}");
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split_whitespace()
}

#[tokio::test]
async fn every_column_is_protected_or_free_for_a_reason() {
    let house = furnished().await;
    let pool = open(&house).await;
    let there: BTreeSet<(String, String)> = catalogue(&pool)
        .await
        .into_iter()
        .filter(|(table, _)| !FREE_TABLES.iter().any(|(free, _)| free == table))
        .flat_map(|(table, columns)| columns.into_iter().map(move |column| (table.clone(), column)))
        .collect();
    pool.close().await;
    let mut decided = BTreeSet::new();
    let protected = PROTECTED_COLUMNS.iter().map(|(table, columns)| (*table, *columns));
    for (table, columns) in protected.chain(FREE.iter().map(|(table, columns, _)| (*table, *columns))) {
        for column in words(columns) {
            assert!(decided.insert((table.to_owned(), column.to_owned())), "{table}.{column} is decided twice");
        }
    }
    assert_eq!(decided, there, "a column is to be decided on, or is gone");
    for table in PROTECTED {
        assert!(PROTECTED_COLUMNS.iter().any(|(name, _)| *name == table.name()), "{}", table.name());
    }
}

#[tokio::test]
async fn a_changed_byte_in_any_protected_column_is_found_and_named() {
    let untouched = furnished().await;
    let report = untouched.verify(&[]).await;
    assert!(report.sound(), "{:?} {:?}", report.faults, report.rows.faults);
    for (table, columns) in PROTECTED_COLUMNS {
        for column in words(columns) {
            let house = untouched.copy();
            let pool = open(&house).await;
            flip(&pool, table, column).await;
            pool.close().await;
            let report = house.verify(&[]).await;
            assert!(!report.sound(), "{table}.{column} was changed and nothing is found");
            let named = match *table {
                "log_head" | "log_leaves" | "log_tiles" | "log_checkpoints" | "log_cosignatures" => {
                    report.first_fault().is_some()
                }
                table => {
                    let hit = |fault: &crate::audit::RowFault| {
                        (fault.table, fault.column) == (table, column) && !fault.row.is_empty()
                    };
                    // An id that others point at by is missed where they point.
                    report.rows.faults.iter().any(hit) || points_at(table, column, &report)
                }
            };
            assert!(named, "{table}.{column}: {:?} {:?}", report.faults, report.rows.faults);
        }
    }
}

/// Whether the fault is named by those who miss what was renamed.
fn points_at(table: &str, column: &str, report: &crate::audit::VerifyReport) -> bool {
    let by = |name: &str| report.rows.faults.iter().any(|fault| fault.column == name);
    match (table, column) {
        ("documents", "id" | "case_id" | "kind") => [
            "request_document",
            "report_document",
            "evidence_document",
            "change_document",
            "terms_document",
            "document_id",
            "note_document",
        ]
        .into_iter()
        .any(by),
        ("batches", "id") => by("batch_id"),
        _ => false,
    }
}

#[tokio::test]
async fn an_erased_case_without_its_entry_is_named() {
    let house = furnished().await;
    let pool = open(&house).await;
    sqlx::query(AssertSqlSafe(format!("UPDATE cases SET state = 'erased' WHERE id = '{}'", id(CASE))))
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let report = house.verify(&[]).await;
    assert_eq!(report.rows.faults.len(), 1, "{:?}", report.rows.faults);
    let said = report.rows.faults[0].to_string();
    assert_eq!(said, format!("table cases, row {}, column state: nothing in the log says so", id(CASE)));
}

#[tokio::test]
async fn a_row_that_points_at_another_entry_is_told_from_one_that_was_changed() {
    let house = furnished().await;
    let pool = open(&house).await;
    sqlx::query("UPDATE cells SET leaf_index = 2 WHERE source = 'tax'").execute(&pool).await.unwrap();
    pool.close().await;
    let report = house.verify(&[]).await;
    let said: Vec<_> = report.rows.faults.iter().map(ToString::to_string).collect();
    assert_eq!(said, [format!("table cells, row {} m1 tax, column leaf_index: leaf 2 does not say so", id(CASE))]);
}

#[tokio::test]
async fn a_version_that_points_at_an_older_report_of_its_case_is_named() {
    let house = furnished().await;
    let pool = open(&house).await;
    let older = "UPDATE versions SET report_document = (SELECT report_document FROM versions WHERE number = 1) WHERE number = 2";
    sqlx::query(older).execute(&pool).await.unwrap();
    pool.close().await;
    let report = house.verify(&[]).await;
    let said: Vec<_> = report.rows.faults.iter().map(|fault| (fault.table, &*fault.row, fault.column)).collect();
    assert_eq!(said, [("versions", &*format!("{} 2", id(CASE)), "report_document")]);
}
