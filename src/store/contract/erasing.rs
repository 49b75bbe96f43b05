//! Erasure and the rotation of keys.

use super::*;
use crate::store::{
    AlertFilter, ApprovalKind, BatchState, CaseEventKind, CaseFilter, CaseState, Compared, DecisionKind, NewApproval,
    NewDecision, NewSubscription, SealedDocument, StoreError, WrappedDek,
};

pub(super) async fn an_erased_case_opens_no_more(backend: impl Backend) {
    let store = backend.open().await;
    let other = new_case(at(0));
    create(&store, receipt(other.id), other.clone()).await.unwrap();
    let case = new_case(at(0));
    let id = case.id;
    create(&store, receipt(id), case.clone()).await.unwrap();
    cancel(&store, id, at(1)).await.unwrap();
    let at_rest = |needle: &[u8], bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(at_rest(&case.request.wrapped_dek, &backend.bytes_at_rest().await));

    assert_eq!(erase(&store, id, at(2)).await.unwrap(), 1);
    assert_eq!(store.cut_wal().await.unwrap(), backend.deletes_at_once());
    let bytes = backend.bytes_at_rest().await;
    assert!(!at_rest(&case.request.wrapped_dek, &bytes), "the wrapped key is nowhere at rest");
    assert!(!at_rest(&case.request.ciphertext[..64], &bytes), "nor the ciphertext");
    assert!(at_rest(&other.request.wrapped_dek, &bytes));
    assert!(matches!(store.get_document(case.request.id).await, Err(StoreError::Erased { .. })));
    assert!(store.get_document(other.request.id).await.is_ok());
    assert_eq!(store.get_case(id).await.unwrap().state, CaseState::Erased);
    let by_person = CaseFilter { subject_tags: vec![tag(1)], ..CaseFilter::default() };
    assert_eq!(store.list_cases(&by_person).await.unwrap().len(), 1, "only the other");
    assert!(erase(&store, id, at(3)).await.is_err());
}

pub(super) async fn what_departments_answered_is_erased_with_the_case(backend: impl Backend) {
    let store = backend.open().await;
    let mut cases = Vec::new();
    for number in 0..2 {
        let id = running(&store, at(number)).await;
        let answers = vec![answer("bank", AnswerKind::Found, at(1)), answer("tax", AnswerKind::NoRecord, at(1))];
        record(&store, &receipt(id), &lease(id), answers).await.unwrap();
        let version = version(1, true, VersionReason::First, at(2));
        store.add_version(&receipt(id), id, &lease(id), version, CaseState::Final).await.unwrap();
        cases.push(id);
    }
    erase(&store, cases[0], at(3)).await.unwrap();
    for (id, erased) in cases.into_iter().zip([true, false]) {
        let cells = store.cells(id).await.unwrap();
        assert!(!cells.is_empty() && cells.iter().all(|cell| cell.kind.is_none() == erased), "{cells:?}");
        assert_eq!(cells.iter().all(|cell| cell.why.is_none() && cell.elapsed_ms == 0), erased, "{cells:?}");
        let events = store.case_events(id, 0, 100).await.unwrap();
        let told = |kind| events.iter().any(|event| event.kind == kind);
        assert!(told(CaseEventKind::Version) && told(CaseEventKind::Answer) != erased, "{events:?}");
    }
}

/// A case with one of everything that can be kept of it, and all those documents.
async fn with_everything(store: &Store, number: i64) -> (Uuid, Vec<SealedDocument>) {
    let id = running(store, at(number)).await;
    let request = store.get_document(store.get_case(id).await.unwrap().request_document).await.unwrap().document;
    let answered = answer("bank", AnswerKind::Found, at(number));
    let evidence = evidence(answered.evidence.unwrap());
    record(store, &receipt(id), &lease(id), vec![answered]).await.unwrap();
    let [change, alert, note, heard, objection] = [
        DocumentKind::Change,
        DocumentKind::Alert,
        DocumentKind::Review,
        DocumentKind::Objection,
        DocumentKind::Objection,
    ]
    .map(document);
    let version = NewVersion {
        compared: Some(Compared { with: Uuid::now_v7(), change: Some(change.clone()) }),
        alerts: vec![alert.clone()],
        callback: true,
        ..version(1, true, VersionReason::First, at(number))
    };
    let (report, basis) = (version.report.clone(), version.evidence.clone());
    store.add_version(&receipt(id), id, &lease(id), version, CaseState::Final).await.unwrap();
    store.apply(Store::hearing(id, 1, heard.clone(), at(number)), vec![receipt(id)]).await.unwrap();
    store.put_document(&receipt(id), Some(id), objection.clone()).await.unwrap();
    let filter = AlertFilter {
        organisation: "township-1".into(),
        region_prefixes: vec![String::new()],
        acknowledged: Some(false),
        cursor: None,
        limit: 10,
    };
    let found = store.list_alerts(&filter).await.unwrap();
    let found = found.iter().find(|found| found.case_id == id).expect("the alert");
    assert!(store.acknowledge_alert(&receipt(id), found, "officer", Some(note.clone()), at(number)).await.unwrap());
    (id, vec![request, evidence, report, basis, change, alert, note, heard, objection])
}

pub(super) async fn nothing_of_an_erased_case_is_left(backend: impl Backend) {
    let store = backend.open().await;
    let mut cases = Vec::new();
    for number in 0..40 {
        cases.push(with_everything(&store, number).await);
    }
    let at_rest = |needle: &[u8], bytes: &[u8]| memchr::memmem::find(bytes, needle).is_some();
    let before = backend.bytes_at_rest().await;
    for (case, documents) in &cases {
        let kept = store.count_documents(*case).await.unwrap();
        assert_eq!(kept, documents.len() as u64, "the test knows of every document");
        for document in documents {
            assert!(at_rest(&document.wrapped_dek, &before) && at_rest(&document.ciphertext, &before), "{document:?}");
        }
    }
    // every second one, so that what is erased lies between what stays
    let (mut erased, mut kept) = (Vec::new(), Vec::new());
    for (number, (id, documents)) in cases.into_iter().enumerate() {
        if number % 2 == 0 {
            assert_eq!(erase(&store, id, at(100)).await.unwrap(), documents.len() as u64);
            store.cut_wal().await.unwrap();
            erased.extend(documents);
        } else {
            kept.extend(documents);
        }
    }
    let bytes = backend.bytes_at_rest().await;
    for document in &erased {
        assert!(!at_rest(&document.wrapped_dek, &bytes), "the wrapped key of {document:?} is still there");
        assert!(!at_rest(&document.ciphertext[..32], &bytes), "the ciphertext of {document:?} is still there");
        assert!(matches!(store.get_document(document.id).await, Err(StoreError::Erased { .. })));
    }
    for document in &kept {
        assert_eq!(store.get_document(document.id).await.unwrap().document, *document);
    }
}

pub(super) async fn a_row_of_a_file_that_is_being_read_is_not_erased(backend: impl Backend) {
    let store = backend.open().await;
    let batch = super::batching::whole(&store).await;
    let Created::New(case) = super::batching::household(&store, batch, 1).await else { panic!("it was there") };
    store.move_batch(&receipt(batch), batch, BatchState::Cancelled, at(6)).await.unwrap();
    cancel(&store, case, at(6)).await.unwrap();
    let refused = erase(&store, case, at(7)).await;
    assert!(matches!(refused, Err(StoreError::StillInFile { batch: of, .. }) if of == batch), "{refused:?}");
    assert_eq!(store.get_case(case).await.unwrap().state, CaseState::Cancelled, "nothing of it was done");
    let early = store.apply(Store::erasing_batch(batch), vec![receipt(batch)]).await;
    assert!(matches!(early, Err(StoreError::BatchState { found: BatchState::Cancelled, .. })), "{early:?}");
    store.note_ended(batch, at(8)).await.unwrap();
    erase(&store, case, at(9)).await.unwrap();

    let faults = document(DocumentKind::BatchFaults);
    store.put_document(&receipt(batch), Some(batch), faults.clone()).await.unwrap();
    assert_eq!(store.apply(Store::erasing_batch(batch), vec![receipt(batch)]).await.unwrap(), 1);
    assert!(matches!(store.get_document(faults.id).await, Err(StoreError::Erased { .. })));
}

pub(super) async fn only_a_case_at_rest_is_erased(backend: impl Backend) {
    let store = backend.open().await;
    let id = running(&store, at(0)).await;
    let refused = erase(&store, id, at(1)).await;
    assert!(matches!(refused, Err(StoreError::IllegalTransition { from: CaseState::Running, .. })));
    let request = store.get_case(id).await.unwrap().request_document;
    assert!(store.get_document(request).await.is_ok());
}

pub(super) async fn keys_are_wrapped_anew(backend: impl Backend) {
    let store = backend.open().await;
    for _ in 0..5 {
        accepted(&store, at(0)).await;
    }
    assert_eq!(store.count_deks().await.unwrap(), [("kek-1".to_owned(), 5)]);
    let page = store.deks_under("kek-1", None, 3).await.unwrap();
    let rest = store.deks_under("kek-1", Some(page[2].dek_id), 3).await.unwrap();
    assert!(rest.len() == 2 && rest.iter().all(|dek| dek.dek_id > page[2].dek_id));
    let anew = |dek: &WrappedDek| WrappedDek { kek_id: "kek-2".into(), wrapped: vec![1; 40], ..dek.clone() };
    let wrapped: Vec<_> = page.iter().map(anew).collect();
    let some = AuditReceipt::for_test(None);
    assert_eq!(store.rewrap_deks(&some, "kek-1", wrapped.clone()).await.unwrap(), 3);
    assert_eq!(store.rewrap_deks(&some, "kek-1", wrapped).await.unwrap(), 0, "they are under another key by now");
    assert_eq!(store.count_deks().await.unwrap(), [("kek-1".to_owned(), 2), ("kek-2".to_owned(), 3)]);
}

pub(super) async fn nothing_is_wrapped_under_a_destroyed_key(backend: impl Backend) {
    let store = backend.open().await;
    let some = AuditReceipt::for_test(None);
    let destroy = async |may_lose| store.apply(Store::destroying_kek("kek-1", may_lose), Vec::new()).await;
    accepted(&store, at(0)).await;
    let kept = destroy(false).await;
    assert!(matches!(kept, Err(StoreError::KekInUse { data_keys: 1 })), "{kept:?}");
    assert!(!store.is_destroyed("kek-1").await.unwrap());
    accepted(&store, at(1)).await;
    assert_eq!(destroy(true).await.unwrap(), 2);
    assert_eq!(destroy(true).await.unwrap(), 2, "a second time changes nothing");

    let under = |kek: &str| SealedDocument { kek_id: kek.into(), ..document(DocumentKind::Review) };
    let late = store.put_document(&some, None, under("kek-1")).await;
    assert!(matches!(late, Err(StoreError::KekDestroyed)), "{late:?}");
    store.put_document(&some, None, under("kek-2")).await.unwrap();
    let anew = |from: &[WrappedDek], kek: &str| -> Vec<_> {
        from.iter().map(|dek| WrappedDek { kek_id: kek.into(), ..dek.clone() }).collect()
    };
    let living = store.deks_under("kek-2", None, 10).await.unwrap();
    let back = store.rewrap_deks(&some, "kek-2", anew(&living, "kek-1")).await;
    assert!(matches!(back, Err(StoreError::KekDestroyed)), "{back:?}");
    let lost = store.deks_under("kek-1", None, 10).await.unwrap();
    assert_eq!(store.rewrap_deks(&some, "kek-1", anew(&lost, "kek-2")).await.unwrap(), 2, "away from it is no harm");
    assert_eq!(store.count_deks().await.unwrap(), [("kek-2".to_owned(), 3)]);
    assert!(store.is_destroyed("kek-1").await.unwrap() && !store.is_destroyed("kek-2").await.unwrap());
}

pub(super) async fn what_rests_is_found_with_what_keeps_it(backend: impl Backend) {
    let store = backend.open().await;
    let of = async |household: Option<u8>, second| {
        let case = NewCase { household_tags: household.map(tag).into_iter().collect(), ..new_case(at(second)) };
        let id = case.id;
        create(&store, receipt(id), case).await.unwrap();
        let lease = taken_up(&store, at(second)).await;
        let made = version(1, true, VersionReason::First, at(second));
        store.add_version(&receipt(id), id, &lease, made, CaseState::Final).await.unwrap();
        id
    };
    let (earlier, later, alone) = (of(Some(5), 0).await, of(Some(5), 1).await, of(None, 2).await);
    let watched = of(Some(6), 3).await;
    let subscription = NewSubscription {
        id: Uuid::now_v7(),
        case_id: watched,
        client: None,
        every_days: 30,
        first_at: at(1000),
        until: None,
        created_at: at(4),
    };
    assert!(store.apply(Store::subscribing(subscription), vec![receipt(watched)]).await.unwrap());
    let stopped = accepted(&store, at(5)).await;
    cancel(&store, stopped, at(6)).await.unwrap();
    let at_work = running(&store, at(7)).await;
    let young = of(None, 50).await;

    let found = store.resting_cases(at(50), None, 100, at(60)).await.unwrap();
    let mut told: Vec<_> = found.iter().map(|case| (case.id, case.watched, case.last)).collect();
    told.sort();
    let mut expected = vec![
        (earlier, false, false),
        (later, false, true),
        (alone, false, false),
        (watched, true, true),
        (stopped, false, false),
    ];
    expected.sort();
    assert_eq!(told, expected, "neither what is at work ({at_work}) nor what is young ({young})");
    let rest = store.resting_cases(at(50), Some(found[1].id), 2, at(60)).await.unwrap();
    assert_eq!(rest, found[2..4]);
    erase(&store, earlier, at(60)).await.unwrap();
    assert!(store.resting_cases(at(50), None, 100, at(60)).await.unwrap().iter().all(|case| case.id != earlier));

    let batch = super::batching::whole(&store).await;
    let faults = document(DocumentKind::BatchFaults);
    store.put_document(&receipt(batch), Some(batch), faults).await.unwrap();
    assert!(store.resting_batches(at(100), 10).await.unwrap().is_empty(), "it is not over");
    store.finish_batch(&receipt(batch), batch, false, at(70)).await.unwrap();
    assert!(store.resting_batches(at(70), 10).await.unwrap().is_empty());
    assert_eq!(store.resting_batches(at(71), 10).await.unwrap(), [batch]);
    store.apply(Store::erasing_batch(batch), vec![receipt(batch)]).await.unwrap();
    assert!(store.resting_batches(at(71), 10).await.unwrap().is_empty());
}

pub(super) async fn what_was_taken_up_since_it_was_chosen_is_kept(backend: impl Backend) {
    let store = backend.open().await;
    let mut cases = Vec::new();
    for number in 0..4 {
        let case = NewCase { household_tags: vec![tag(number)], ..new_case(at(i64::from(number))) };
        cases.push(case.id);
        create(&store, receipt(case.id), case).await.unwrap();
        let lease = taken_up(&store, at(5)).await;
        let made = version(1, true, VersionReason::First, at(6));
        store.add_version(&receipt(lease.case_id), lease.case_id, &lease, made, CaseState::Final).await.unwrap();
    }
    let chosen = store.resting_cases(at(50), None, 10, at(50)).await.unwrap();
    assert_eq!(chosen.iter().map(|case| case.id).collect::<Vec<_>>(), cases);
    let subscription = NewSubscription {
        id: Uuid::now_v7(),
        case_id: cases[0],
        client: None,
        every_days: 30,
        first_at: at(1000),
        until: None,
        created_at: at(51),
    };
    assert!(store.apply(Store::subscribing(subscription.clone()), vec![receipt(cases[0])]).await.unwrap());
    let word = NewDecision {
        kind: DecisionKind::Review,
        case_id: cases[1],
        version: 1,
        decided_by: "one".into(),
        at: at(51),
        document: document(DocumentKind::Review),
    };
    store.apply(Store::deciding(word), vec![receipt(cases[1])]).await.unwrap();
    let asked = NewApproval {
        id: Uuid::now_v7(),
        kind: ApprovalKind::Inspection,
        case_id: cases[2],
        version: None,
        asked_by: "auditor".into(),
        asked_for: "county".into(),
        withdrawn_in: None,
        at: at(51),
        lapses_at: at(100),
        hours: Some(1),
        document: document(DocumentKind::Approval),
    };
    store.apply(Store::asking(asked), vec![receipt(cases[2])]).await.unwrap();
    for case in &chosen[..3] {
        let late = store.apply(Store::erasing(case.clone(), at(52)), vec![receipt(case.id)]).await;
        assert!(matches!(late, Err(StoreError::RestsNoMore { case: of }) if of == case.id), "{late:?}");
        assert_ne!(store.get_case(case.id).await.unwrap().state, CaseState::Erased);
        assert!(store.count_documents(case.id).await.unwrap() > 1);
    }
    let again = async || store.apply(Store::erasing(chosen[3].clone(), at(52)), vec![receipt(cases[3])]).await;
    assert!(again().await.unwrap() > 1);
    assert!(matches!(again().await, Err(StoreError::RestsNoMore { .. })), "once");
    let gone = NewSubscription { id: Uuid::now_v7(), case_id: cases[3], ..subscription };
    assert!(
        store.apply(Store::subscribing(gone), vec![receipt(cases[3])]).await.is_err(),
        "nobody watches what is erased"
    );
}
