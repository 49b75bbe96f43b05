//! Versions and callbacks.

use super::*;
use crate::store::{
    Artifact, ArtifactKind, CaseState, DecisionKind, IssuedVersion, KeptCases, NewDecision, OutboxAttempt, StoreError,
};

/// The lease of a worker that has a final case for a person's word about its latest version.
async fn for_a_word(store: &Store, case: Uuid, version: u32, now: Timestamp) -> Lease {
    let word = NewDecision {
        kind: DecisionKind::Review,
        case_id: case,
        version,
        decided_by: "one".into(),
        at: now,
        document: document(DocumentKind::Review),
    };
    store.apply(Store::deciding(word), vec![receipt(case)]).await.unwrap();
    taken_up(store, now).await
}

pub(super) async fn versions_follow_each_other(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let mut held = lease(id);
    let add = async |number, is_final, reason: VersionReason, lease: &Lease, state| {
        let version = version(number, is_final, reason, at(i64::from(number)));
        store.add_version(&receipt(id), id, lease, version, state).await
    };
    let skipped = add(2, false, VersionReason::First, &held, CaseState::Waiting).await;
    assert!(matches!(skipped, Err(StoreError::VersionOutOfOrder { expected: 1, offered: 2, .. })));
    add(1, false, VersionReason::First, &held, CaseState::Waiting).await.unwrap();
    let gone = add(2, true, VersionReason::LateAnswer, &held, CaseState::Final).await;
    assert!(matches!(gone, Err(StoreError::LeaseLost { .. })), "the lease went with the version");
    held = taken_up(&store, at(2)).await;
    add(2, true, VersionReason::LateAnswer, &held, CaseState::Final).await.unwrap();
    let late = add(3, true, VersionReason::LateAnswer, &held, CaseState::Final).await;
    assert!(matches!(late, Err(StoreError::LeaseLost { .. })), "a case at rest is nobody's");
    let held = for_a_word(&store, id, 2, at(3)).await;
    let nowhere = add(3, true, VersionReason::Review, &held, CaseState::Accepted).await;
    assert!(matches!(nowhere, Err(StoreError::IllegalTransition { .. })));
    add(3, true, VersionReason::Review, &held, CaseState::Final).await.unwrap();
    let versions = store.list_versions(id).await.unwrap();
    assert!(versions.iter().all(|v| v.decided_early != v.is_final), "as it was added");
    let shape: Vec<_> = versions.iter().map(|v| (v.number, v.is_final, v.first_final, v.supersedes)).collect();
    assert_eq!(shape, [(1, false, false, None), (2, true, true, Some(1)), (3, true, false, Some(2))]);
    assert_eq!(store.get_version(id, None).await.unwrap(), versions[2]);
    assert_eq!(store.get_version(id, Some(1)).await.unwrap(), versions[0]);
    assert!(matches!(store.get_version(id, Some(9)).await, Err(StoreError::NotFound { .. })));
    assert_eq!(store.get_case(id).await.unwrap().latest_version, Some(3));
    store.apply(Store::hearing(id, 2, document(DocumentKind::Objection), at(4)), vec![receipt(id)]).await.unwrap();
    store.apply(Store::hearing(id, 2, document(DocumentKind::Objection), at(5)), vec![receipt(id)]).await.unwrap();
    let heard: Vec<_> = store.heard(id, 2).await.unwrap().iter().map(|hearing| hearing.at).collect();
    assert_eq!(heard, [at(4), at(5)]);
    assert_eq!(
        store.heard(id, 3).await.unwrap(),
        [],
        "what was said about another version says nothing about this one"
    );
}

pub(super) async fn what_reports_are_made_from_is_kept(backend: impl Backend) {
    let store = backend.open().await;
    let artifact = |bytes: &[u8]| Artifact { kind: ArtifactKind::Pack, sha256: [5; 32], bytes: bytes.to_vec() };
    let mut cases = Vec::new();
    for second in 0..3 {
        let id = running(&store, at(second)).await;
        let made = NewVersion {
            artifacts: vec![artifact(if second == 0 { b"as written" } else { b"another" })],
            ..version(1, true, VersionReason::First, at(second))
        };
        let evidence = made.evidence.id;
        store.add_version(&receipt(id), id, &lease(id), made, CaseState::Final).await.unwrap();
        assert_eq!(store.get_version(id, None).await.unwrap().evidence_document, evidence);
        cases.push((id, evidence));
    }
    assert_eq!(store.artifact(ArtifactKind::Pack, [5; 32]).await.unwrap(), Some(artifact(b"as written")), "once");
    assert_eq!(store.artifact(ArtifactKind::Facts, [5; 32]).await.unwrap(), None);
    assert_eq!(store.artifact(ArtifactKind::Pack, [6; 32]).await.unwrap(), None);

    let later = version(2, true, VersionReason::Review, at(9));
    cases[1].1 = later.evidence.id;
    let held = for_a_word(&store, cases[1].0, 1, at(9)).await;
    store.add_version(&receipt(cases[1].0), cases[1].0, &held, later, CaseState::Final).await.unwrap();
    cases.sort();
    const fn of<'a>(organisation: Option<&'a str>, prefix: &'a str) -> KeptCases<'a> {
        KeptCases { organisation, prefix, apart_from: None }
    }
    assert_eq!(store.count_kept_evidence(of(None, "6204")).await.unwrap(), 3);
    assert_eq!(store.count_kept_evidence(of(None, "6205")).await.unwrap(), 0);
    let first = store.kept_evidence(of(None, ""), None, 2).await.unwrap();
    let rest = store.kept_evidence(of(None, "620422"), Some(first[1].case_id), 2).await.unwrap();
    let found: Vec<_> = first.iter().chain(&rest).map(|kept| (kept.case_id, kept.evidence_document)).collect();
    assert_eq!(found, cases, "every case once, its latest version");
    let of_office = async |office: &str, prefix: &str| {
        let found = store.kept_evidence(of(Some(office), prefix), None, 10).await.unwrap();
        assert_eq!(store.count_kept_evidence(of(Some(office), prefix)).await.unwrap(), found.len() as u64);
        found.into_iter().map(|kept| (kept.case_id, kept.evidence_document)).collect::<Vec<_>>()
    };
    assert_eq!(of_office("township-1", "620422").await, cases);
    assert_eq!(of_office("township-1", "6205").await, []);
    assert_eq!(of_office("township-2", "").await, [], "another office's are not its own");
    assert_eq!(of_office("", "").await, [], "nobody's are nobody's");
    erase(&store, cases[0].0, at(10)).await.unwrap();
    assert_eq!(store.count_kept_evidence(of(None, "")).await.unwrap(), 2, "what is erased is not tried");
}

pub(super) async fn two_workers_make_one_final_version(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let tries: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            let version = version(1, true, VersionReason::First, at(1));
            tokio::spawn(
                async move { store.add_version(&receipt(id), id, &lease(id), version, CaseState::Waiting).await },
            )
        })
        .collect();
    let mut made = 0;
    for one in tries {
        match one.await.unwrap() {
            Ok(()) => made += 1,
            Err(StoreError::LeaseLost { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(store.list_versions(id).await.unwrap().iter().filter(|v| v.first_final).count(), 1);
    let (late, again) = (version(2, true, VersionReason::LateAnswer, at(2)), taken_up(&store, at(2)).await);
    let second = store.add_version(&receipt(id), id, &again, late, CaseState::Final).await;
    assert!(matches!(second, Err(StoreError::AlreadyFinal { .. })));
}

pub(super) async fn a_version_is_issued_once(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let draft = version(1, true, VersionReason::First, at(1));
    store.add_version(&receipt(id), id, &lease(id), draft, CaseState::Final).await.unwrap();
    assert_eq!(store.get_version(id, None).await.unwrap().issued_at, None);
    let draft = store.get_version(id, None).await.unwrap().body_hash;
    let issue = |by: &str, when| IssuedVersion {
        case_id: id,
        number: 1,
        draft_hash: draft,
        issued_by: by.into(),
        at: when,
        body_hash: [9; 32],
        report: document(DocumentKind::Report),
    };
    let other = IssuedVersion { draft_hash: [8; 32], ..issue("supervisor-1", at(2)) };
    let other = store.issue_version(&receipt(id), other).await;
    assert!(matches!(other, Err(StoreError::AlreadyIssued { .. })), "what was read is not what stands");
    let signed = issue("supervisor-1", at(2));
    store.issue_version(&receipt(id), signed.clone()).await.unwrap();
    let issued = store.get_version(id, None).await.unwrap();
    assert_eq!((issued.issued_at, issued.issued_by.as_deref()), (Some(at(2)), Some("supervisor-1")));
    assert_eq!((issued.body_hash, issued.report_document), ([9; 32], signed.report.id));
    let twice = store.issue_version(&receipt(id), issue("supervisor-2", at(3))).await;
    assert!(matches!(twice, Err(StoreError::AlreadyIssued { number: 1, .. })));
    let at_once = NewVersion { issued_by: Some("client".into()), ..version(2, true, VersionReason::Review, at(4)) };
    let held = for_a_word(&store, id, 1, at(4)).await;
    let at_work = store.issue_version(&receipt(id), issue("supervisor-1", at(4))).await;
    assert!(matches!(at_work, Err(StoreError::IllegalTransition { .. })), "a person's word is being worked on");
    store.add_version(&receipt(id), id, &held, at_once, CaseState::Final).await.unwrap();
    let former = store.issue_version(&receipt(id), issue("supervisor-1", at(5))).await;
    assert!(matches!(former, Err(StoreError::VersionOutOfOrder { expected: 2, offered: 1, .. })));
    assert_eq!(store.get_version(id, None).await.unwrap().issued_at, Some(at(4)));
}

pub(super) async fn a_callback_is_owed_until_it_arrives(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let version = NewVersion { callback: true, ..version(1, true, VersionReason::First, at(1)) };
    store.add_version(&receipt(id), id, &lease(id), version, CaseState::Final).await.unwrap();
    let claim = async |now| store.outbox_claim("caseworkers", at(now), at(now + 30), 10).await.unwrap();
    assert!(store.outbox_clients_due(at(0)).await.unwrap().is_empty() && claim(0).await.is_empty());
    assert_eq!(store.outbox_clients_due(at(1)).await.unwrap(), ["caseworkers"]);
    assert!(store.outbox_claim("another", at(1), at(31), 10).await.unwrap().is_empty());
    let due = claim(1).await;
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].case_id, due[0].client.as_str(), due[0].version), (id, "caseworkers", Some(1)));
    assert!(claim(30).await.is_empty(), "it is somebody's");
    assert_eq!(claim(31).await, due, "who held it has died");
    let note = async |row, attempt| store.outbox_attempted(row, attempt, at(32)).await.unwrap();
    note(&due[0], OutboxAttempt::Again(at(60))).await;
    assert!(claim(59).await.is_empty());
    let again = claim(60).await;
    assert_eq!(again[0].attempts, 1);
    note(&again[0], OutboxAttempt::Arrived).await;
    note(&due[0], OutboxAttempt::Again(at(70))).await;
    note(&due[0], OutboxAttempt::GivenUp).await;
    assert!(claim(9999).await.is_empty() && store.outbox_given_up(&[], None, 10).await.unwrap().is_empty());
}

pub(super) async fn a_callback_that_is_given_up_is_kept_until_its_case_is_erased(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let version = NewVersion { callback: true, ..version(1, true, VersionReason::First, at(1)) };
    store.add_version(&receipt(id), id, &lease(id), version, CaseState::Final).await.unwrap();
    let claim = async |now| store.outbox_claim("caseworkers", at(now), at(now + 30), 10).await.unwrap();
    let row = claim(1).await.remove(0);
    let unknown = store.outbox_redeliver(row.id, at(2)).await;
    assert!(matches!(unknown, Err(StoreError::NotFound { .. })), "it was not given up");
    store.outbox_attempted(&row, OutboxAttempt::GivenUp, at(2)).await.unwrap();
    assert!(claim(9999).await.is_empty());
    let kept = store.outbox_given_up(&[], None, 10).await.unwrap();
    assert_eq!((kept.len(), kept[0].id, kept[0].attempts), (1, row.id, 1));
    for (region, id, seen) in [("6204", None, 1), ("6204", Some(row.id), 1), ("6204", Some(id), 0), ("6205", None, 0)] {
        let within = store.outbox_given_up(&[region.to_owned()], id, 10).await.unwrap();
        assert_eq!(within.len(), seen, "{region} {id:?}");
    }
    store.outbox_redeliver(row.id, at(3)).await.unwrap();
    assert!(store.outbox_given_up(&[], None, 10).await.unwrap().is_empty());
    assert_eq!(claim(3).await[0].attempts, 0, "as if it had never been tried");
    store.outbox_attempted(&row, OutboxAttempt::GivenUp, at(4)).await.unwrap();
    erase(&store, id, at(5)).await.unwrap();
    assert!(store.outbox_given_up(&[], None, 10).await.unwrap().is_empty());
    assert!(store.outbox_redeliver(row.id, at(6)).await.is_err(), "of an erased case nothing is told");
}

pub(super) async fn workers_never_share_a_callback(backend: impl Backend) {
    let store = backend.open().await;
    for second in 0..12 {
        let id = running(&store, at(second)).await;
        let version = NewVersion { callback: true, ..version(1, true, VersionReason::First, at(second)) };
        store.add_version(&receipt(id), id, &lease(id), version, CaseState::Final).await.unwrap();
    }
    let claims = (0..6).map(|_| store.outbox_claim("caseworkers", at(20), at(80), 5));
    let claimed: Vec<_> = futures_util::future::join_all(claims).await.into_iter().flat_map(Result::unwrap).collect();
    let ids: std::collections::BTreeSet<_> = claimed.iter().map(|row| row.id).collect();
    assert_eq!((claimed.len(), ids.len()), (12, 12));
}
