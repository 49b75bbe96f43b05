//! What is kept of a case, opened again: after its entry alone, and what somebody with the keys altered is noticed.

use super::stand_in::no_record;
use super::*;
use crate::policy::simulate::Headline;
use crate::report::difference::differing_pointers;
use crate::report::jose::jws;
use crate::store::faults::Fault;
use crate::store::{AuditReceipt, DocumentKind};
use crate::verification::archive::{Archive, ArchiveError, Contradiction, Reopened};
use crate::verification::trial::{Done, Selection, TriedRules};
use crate::verification::{VerificationError, sealing};

/// A case with its report, and the archive over it.
async fn kept() -> (House, Uuid, Archive) {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    verifier.run_claimed(house.claim().await.unwrap()).await;
    let archive = Archive::new(house.store.clone(), house.log.clone(), house.keys.clone());
    (house, case, archive)
}

fn rules() -> TriedRules {
    TriedRules { before: Packs::embedded(), after: Packs::embedded(), as_of: None }
}

fn everything() -> Selection {
    Selection { organisation: None, region: String::new(), apart_from: None, list_cases: true }
}

#[tokio::test]
async fn nothing_kept_is_opened_before_its_entry_is_durable() {
    let (house, case, archive) = kept().await;
    house.store.plan_faults(&[Fault::Lost]);
    let refused = archive.recompute(&caller(), &case.to_string(), None).await;
    assert!(matches!(refused, Err(ArchiveError::Inside(VerificationError::Audit(_)))));
    house.store.plan_faults(&[Fault::Lost]);
    let done = Done::default();
    let refused = archive.try_rules(&caller(), rules(), &everything(), &done).await;
    assert!(matches!(refused, Err(ArchiveError::Inside(VerificationError::Audit(_)))));
    assert_eq!(done.households(), 0);
    let tried = archive.try_rules(&caller(), rules(), &everything(), &done).await.unwrap();
    assert_eq!(tried.movement.shown(true).total().households, 1);
    assert!(tried.moved_cases.is_empty(), "the same rules move nobody");
    let again = archive.recompute(&caller(), &case.to_string(), None).await.unwrap();
    assert!(again.stored == again.recomputed && again.contradictions.is_empty());
}

/// Puts another document in the place of a version's, sealed as the service would.
async fn replace(house: &House, case: Uuid, column: &str, kind: DocumentKind, plaintext: &[u8]) {
    let sealed = sealing::seal(&house.keys, case, kind, plaintext).unwrap();
    let id = sealed.id.to_string();
    house.store.put_document(&AuditReceipt::for_test(Some(case)), Some(case), sealed).await.unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(house.store.path().join("hedui.sqlite"));
    let pool = sqlx::sqlite::SqlitePool::connect_with(options).await.unwrap();
    let update = format!("UPDATE versions SET {column} = $1 WHERE case_id = $2");
    let update = sqlx::query(sqlx::AssertSqlSafe(update)).bind(id).bind(case.to_string());
    assert_eq!(update.execute(&pool).await.unwrap().rows_affected(), 1);
    pool.close().await;
}

async fn reopened(archive: &Archive, case: Uuid) -> Reopened {
    archive.recompute(&caller(), &case.to_string(), None).await.unwrap()
}

fn pointers(reopened: &Reopened) -> Vec<String> {
    let read = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap();
    differing_pointers(&read(&reopened.stored), &read(&reopened.recomputed), 10)
}

#[tokio::test]
async fn a_body_altered_and_signed_again_is_named_place_by_place() {
    let (house, case, archive) = kept().await;
    let mut report = reopened(&archive, case).await.report;
    report.body.totals.standard_monthly.0 += 1;
    report.body.provenance.engine = "hedui 0.0.1".into();
    let signed = jws::sign(&serde_json::to_vec(&report).unwrap(), &house.keys.report_signer()).unwrap();
    replace(&house, case, "report_document", DocumentKind::Report, signed.as_bytes()).await;
    let again = reopened(&archive, case).await;
    assert_eq!(pointers(&again), ["/totals/standard_monthly"]);
    assert_eq!(again.contradictions, [Contradiction::VersionsHash, Contradiction::LoggedHash]);
    assert_eq!(again.other_engine(), Some("hedui 0.0.1"), "an engine of another version is named");
}

#[tokio::test]
async fn evidence_altered_and_sealed_again_is_noticed() {
    let (house, case, archive) = kept().await;
    let mut evidence = reopened(&archive, case).await.evidence;
    evidence.members[0].can_work = Some(true);
    let bytes = crate::household::canonical_json(&evidence);
    replace(&house, case, "evidence_document", DocumentKind::VersionEvidence, &bytes).await;
    let again = reopened(&archive, case).await;
    assert_eq!(again.contradictions, [Contradiction::EvidenceHash]);
    assert!(pointers(&again).contains(&"/provenance/evidence_sha256".to_owned()), "{:?}", pointers(&again));
}

#[tokio::test]
async fn evidence_that_does_not_open_ends_a_trial() {
    let (house, case, archive) = kept().await;
    replace(&house, case, "evidence_document", DocumentKind::Request, b"{}").await;
    let refused = archive.try_rules(&caller(), rules(), &everything(), &Done::default()).await;
    let refused = refused.err().expect("a document of another kind is not what the entry opens");
    assert!(matches!(refused, ArchiveError::Inside(VerificationError::Keys(_))), "{refused}");
}

#[tokio::test]
async fn other_rules_move_a_case_and_a_day_before_the_packs_covers_nobody() {
    let (_house, case, archive) = kept().await;
    let files: Vec<(String, String)> = (Packs::embedded_files().iter())
        .map(|(name, text)| ((*name).to_owned(), text.replace("value = \"623.00\"", "value = \"99999.00\"")))
        .collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let after = Packs::load(&files).unwrap();
    let changed = TriedRules { after: after.clone(), ..rules() };
    let tried = archive.try_rules(&caller(), changed, &everything(), &Done::default()).await.unwrap();
    // nearly every department is silent: only what nothing could turn round any more can be met
    let expected = tried.movement.shown(true);
    assert_eq!(expected.total().households, 1);
    assert_eq!(tried.moved_cases.contains_key(&case), expected.moved().households == 1);
    assert!(expected.cells.iter().all(|cell| cell.after != Headline::None));
    let early = TriedRules { as_of: Some("2001-01-01".parse().unwrap()), after, ..rules() };
    let tried = archive.try_rules(&caller(), early, &everything(), &Done::default()).await.unwrap();
    assert_eq!((tried.movement.not_covered, tried.movement.shown(true).cells.len()), (1, 0));
}
