//! Batches: their files, their cases, and the order among them.

use std::collections::BTreeSet;
use std::time::Duration;

use uuid::Uuid;

use super::{Backend, accepted, answer, at, document, lease, minutes, new_case, receipt, running};
use crate::household::{AnswerKind, Lane, MemberRef, SourceKey};
use crate::store::{
    BatchFilter, BatchState, CaseState, Created, DocumentKind, IdempotencyKey, NewBatch, NewCase, NewCell, Plan,
    PutOff, ReadSoFar, Received, Store, StoreError, Tag,
};

const LEASE: Duration = Duration::from_secs(30);

fn new_batch() -> NewBatch {
    NewBatch {
        id: Uuid::now_v7(),
        organisation: "township-1".into(),
        client: "caseworkers".into(),
        regions: vec!["620422".into(), "6205".into()],
        format: "csv",
        created_at: at(0),
        terms: document(DocumentKind::BatchTerms),
    }
}

async fn receiving(store: &Store) -> Uuid {
    let batch = new_batch();
    let id = batch.id;
    store.apply(Store::receiving(batch), vec![receipt(id)]).await.unwrap();
    id
}

fn received(key: Option<u8>) -> Received {
    let idempotency = key.map(|mac| IdempotencyKey {
        key_tags: vec![Tag::new(1, [7; 16])],
        body_macs: vec![[mac; 32]],
        expires_at: at(1_000_000),
    });
    Received { bytes: 3, parts: 1, idempotency }
}

/// A batch that is whole.
pub(super) async fn whole(store: &Store) -> Uuid {
    let id = receiving(store).await;
    store.add_part(&receipt(id), id, 0, document(DocumentKind::Upload)).await.unwrap();
    let made = store.apply(Store::received(id, received(None), at(1)), vec![receipt(id)]).await.unwrap();
    assert_eq!(made, Created::New(id));
    id
}

pub(super) async fn household(store: &Store, batch: Uuid, row: u64) -> Created {
    let case = NewCase { lane: Lane::Bulk, batch: Some((batch, row)), ..new_case(at(2)) };
    let id = case.id;
    store.apply(Store::accepting(case), vec![receipt(id)]).await.unwrap()
}

async fn households(store: &Store, batch: Uuid, count: u64) -> Vec<Uuid> {
    let mut cases = Vec::new();
    for row in 1..=count {
        let Created::New(id) = household(store, batch, row).await else { panic!("row {row} was there") };
        cases.push(id);
    }
    cases
}

pub(super) async fn a_file_is_kept_in_parts_until_it_is_whole(backend: impl Backend) {
    let store = backend.open().await;
    let id = receiving(&store).await;
    let part = || document(DocumentKind::Upload);
    let other = Uuid::now_v7();
    let wrong = store.add_part(&receipt(other), id, 0, part()).await.unwrap_err();
    assert!(matches!(wrong, StoreError::WrongReceipt { .. }));
    for number in [1, 0, 2] {
        store.add_part(&receipt(id), id, number, part()).await.unwrap();
    }
    assert!(store.claim_batch("w", at(5), LEASE).await.unwrap().is_none(), "it is still on its way");
    store
        .apply(Store::received(id, Received { bytes: 9, parts: 3, idempotency: None }, at(5)), vec![receipt(id)])
        .await
        .unwrap();
    let late = store.add_part(&receipt(id), id, 3, part()).await.unwrap_err();
    assert!(matches!(late, StoreError::BatchState { found: BatchState::Running, .. }), "{late}");
    assert_eq!(store.batch_parts(id).await.unwrap().len(), 3);
    let row = store.get_batch(id).await.unwrap();
    assert_eq!((row.state, row.bytes, row.parts, row.format.as_str()), (BatchState::Running, 9, 3, "csv"));
    let filter = BatchFilter { organisation: "township-1".into(), limit: 10, ..BatchFilter::default() };
    assert_eq!(store.list_batches(&filter).await.unwrap(), [row]);
    let elsewhere = BatchFilter { organisation: "township-2".into(), ..filter };
    assert!(store.list_batches(&elsewhere).await.unwrap().is_empty());
    let filter = BatchFilter { organisation: "township-1".into(), limit: 10, ..BatchFilter::default() };
    for (regions, covers) in [(&["62"][..], true), (&["6204", "6205"], true), (&["620422"], false), (&["63"], false)] {
        let region_prefixes: Vec<String> = regions.iter().map(|region| (*region).to_owned()).collect();
        assert_eq!(store.batch_lies_within(id, &region_prefixes).await.unwrap(), covers, "{regions:?}");
        let listed = store.list_batches(&BatchFilter { region_prefixes, ..filter.clone() }).await.unwrap();
        assert_eq!(!listed.is_empty(), covers, "{regions:?}");
    }
}

pub(super) async fn a_file_opens_no_more_when_its_batch_has_ended(backend: impl Backend) {
    let store = backend.open().await;
    let erased = async |id| {
        let parts = store.batch_parts(id).await.unwrap();
        let terms = store.get_batch(id).await.unwrap().terms_document;
        let mut erased = BTreeSet::new();
        for document in parts.into_iter().chain([terms]) {
            erased.insert(matches!(store.get_document(document).await, Err(StoreError::Erased { .. })));
        }
        erased.into_iter().collect::<Vec<_>>()
    };
    let (finished, cancelled) = (whole(&store).await, whole(&store).await);
    let Created::New(case) = household(&store, finished, 1).await else { panic!("it was there") };
    assert_eq!((erased(finished).await, erased(cancelled).await), (vec![false], vec![false]));
    store.finish_batch(&receipt(finished), finished, false, at(6)).await.unwrap();
    store.move_batch(&receipt(cancelled), cancelled, BatchState::Cancelled, at(6)).await.unwrap();
    assert_eq!((erased(finished).await, erased(cancelled).await), (vec![true], vec![false]));
    store.note_ended(cancelled, at(7)).await.unwrap();
    assert_eq!(erased(cancelled).await, [true]);
    let request = store.get_case(case).await.unwrap().request_document;
    assert!(store.get_document(request).await.is_ok(), "what was made of it stays");

    // whoever sent it went away
    let left = receiving(&store).await;
    store.add_part(&receipt(left), left, 0, document(DocumentKind::Upload)).await.unwrap();
    assert!(store.abandoned_batches(at(0)).await.unwrap().is_empty());
    assert_eq!(store.abandoned_batches(at(100_000)).await.unwrap(), [left]);
}

pub(super) async fn the_same_file_under_the_same_key_is_the_same_batch(backend: impl Backend) {
    let store = backend.open().await;
    let (first, second, third) = (receiving(&store).await, receiving(&store).await, receiving(&store).await);
    let sent = async |id, mac| store.apply(Store::received(id, received(Some(mac)), at(1)), vec![receipt(id)]).await;
    assert_eq!(sent(first, 1).await.unwrap(), Created::New(first));
    assert_eq!(sent(second, 1).await.unwrap(), Created::Existing(first));
    assert_eq!(store.get_batch(second).await.unwrap().state, BatchState::Receiving, "it never was accepted");
    assert!(matches!(sent(third, 2).await, Err(StoreError::IdempotencyConflict)));
}

pub(super) async fn one_process_reads_a_file_at_a_time(backend: impl Backend) {
    let store = backend.open().await;
    let id = whole(&store).await;
    let (row, first) = store.claim_batch("one", at(10), LEASE).await.unwrap().unwrap();
    assert_eq!((row.id, row.read), (id, 0));
    assert!(store.claim_batch("two", at(11), LEASE).await.unwrap().is_none());
    let so_far = ReadSoFar { read: 5, accepted: 4, faulty: 1, ..ReadSoFar::default() };
    assert!(store.note_read(&first, so_far.clone(), at(20), LEASE).await.unwrap(), "it may be read on");
    assert!(store.claim_batch("two", at(45), LEASE).await.unwrap().is_none(), "what is noted makes the lease last");
    let (row, second) = store.claim_batch("two", at(50), LEASE).await.unwrap().unwrap();
    assert_eq!((row.read, row.accepted, row.faulty), (5, 4, 1));
    let lost = store.note_read(&first, so_far, at(51), LEASE).await.unwrap_err();
    assert!(matches!(lost, StoreError::BatchLeaseLost { .. }));
    store.move_batch(&receipt(id), id, BatchState::Paused, at(52)).await.unwrap();
    let more = ReadSoFar { read: 6, accepted: 5, faulty: 1, ..ReadSoFar::default() };
    assert!(!store.note_read(&second, more, at(53), LEASE).await.unwrap(), "a paused batch is not read on");
    store.give_back(second).await.unwrap();
    assert!(store.claim_batch("one", at(54), LEASE).await.unwrap().is_none());
    store.move_batch(&receipt(id), id, BatchState::Running, at(55)).await.unwrap();
    let (row, third) = store.claim_batch("one", at(56), LEASE).await.unwrap().unwrap();
    assert_eq!(row.read, 6);
    let all = ReadSoFar { all_read: true, file_fault: Some(("csv".into(), 9)), ..ReadSoFar::default() };
    store.note_read(&third, all, at(57), LEASE).await.unwrap();
    assert!(store.claim_batch("one", at(900), LEASE).await.unwrap().is_none());
    let row = store.get_batch(id).await.unwrap();
    assert_eq!(row.file_fault, Some(("csv".into(), 9)));
    for part in store.batch_parts(id).await.unwrap() {
        let read = store.get_document(part).await;
        assert!(matches!(read, Err(StoreError::Erased { .. })), "a file that has been read opens no more");
    }
    assert!(store.get_document(row.terms_document).await.is_ok());
}

pub(super) async fn a_row_read_twice_is_one_case(backend: impl Backend) {
    let store = backend.open().await;
    let (batch, other) = (whole(&store).await, whole(&store).await);
    let Created::New(first) = household(&store, batch, 1).await else { panic!("new") };
    assert_eq!(household(&store, batch, 1).await, Created::Existing(first));
    assert!(matches!(household(&store, other, 1).await, Created::New(_)));
    let case = store.get_case(first).await.unwrap();
    assert_eq!((case.lane, case.batch), (Lane::Bulk, Some((batch, 1))));
    assert_eq!(store.cases_of(batch, 0, 10).await.unwrap(), [(1, case)]);
    assert!(store.cases_of(batch, 1, 10).await.unwrap().is_empty());
}

pub(super) async fn cases_are_let_in_a_few_at_a_time(backend: impl Backend) {
    let store = backend.open().await;
    let batch = whole(&store).await;
    let cases = households(&store, batch, 5).await;
    assert!(store.claim_next("w", &Lane::ALL, at(10), LEASE).await.unwrap().is_none(), "nothing is let in yet");
    assert_eq!(store.let_in(batch, 2, at(10)).await.unwrap(), 2);
    assert_eq!(store.let_in(batch, 2, at(10)).await.unwrap(), 0, "the window is full");
    let first = store.claim_next("w", &[Lane::Bulk], at(11), LEASE).await.unwrap().unwrap();
    assert!(cases[..2].contains(&first.case.id), "in the order of the file");
    assert_eq!(store.let_in(batch, 2, at(11)).await.unwrap(), 0, "one at work takes its place");
    // one that waits for a department takes none
    store.park(first.lease, at(500), at(12)).await.unwrap();
    assert_eq!(store.let_in(batch, 2, at(12)).await.unwrap(), 1);
    assert_eq!(store.let_in(batch, 100, at(12)).await.unwrap(), 2);
    let counts = store.count_cases_of(batch).await.unwrap();
    assert_eq!(counts, [(CaseState::Accepted, 4), (CaseState::Waiting, 1)]);
    assert!(!store.has_no_open_case(batch).await.unwrap());
}

pub(super) async fn a_paused_batch_holds_its_cases_back(backend: impl Backend) {
    let store = backend.open().await;
    let batch = whole(&store).await;
    households(&store, batch, 3).await;
    store.let_in(batch, 10, at(10)).await.unwrap();
    let at_work = store.claim_next("w", &Lane::ALL, at(10), LEASE).await.unwrap().unwrap();
    assert_eq!(store.hold_back(batch).await.unwrap(), 0, "it runs");
    store.move_batch(&receipt(batch), batch, BatchState::Paused, at(11)).await.unwrap();
    assert_eq!(store.hold_back(batch).await.unwrap(), 2);
    assert!(store.claim_next("w", &Lane::ALL, at(12), LEASE).await.unwrap().is_none());
    assert_eq!(store.let_in(batch, 10, at(12)).await.unwrap(), 0);
    assert_eq!(store.get_case(at_work.case.id).await.unwrap().state, CaseState::Running, "what is at work ends");
    store.move_batch(&receipt(batch), batch, BatchState::Running, at(13)).await.unwrap();
    assert_eq!(store.let_in(batch, 10, at(13)).await.unwrap(), 2);
    let wrong = store.move_batch(&receipt(batch), batch, BatchState::Running, at(14)).await.unwrap_err();
    assert!(matches!(wrong, StoreError::BatchState { found: BatchState::Running, .. }));
}

pub(super) async fn a_cancelled_batch_ends_its_cases(backend: impl Backend) {
    let store = backend.open().await;
    let batch = whole(&store).await;
    let cases = households(&store, batch, 4).await;
    let (_, reading) = store.claim_batch("reader", at(10), LEASE).await.unwrap().unwrap();
    store.let_in(batch, 2, at(10)).await.unwrap();
    let at_work = store.claim_next("w", &Lane::ALL, at(10), LEASE).await.unwrap().unwrap();
    assert_eq!(store.cancel_cases_of(batch, 10, at(11)).await.unwrap(), 0, "it runs");
    store.move_batch(&receipt(batch), batch, BatchState::Cancelled, at(11)).await.unwrap();
    assert_eq!(store.batches_to_tend().await.unwrap().len(), 1);
    assert_eq!(store.cancel_cases_of(batch, 2, at(12)).await.unwrap(), 2);
    assert_eq!(store.cancel_cases_of(batch, 2, at(12)).await.unwrap(), 1, "what is at work is left to its worker");
    assert_eq!(store.cancel_cases_of(batch, 2, at(12)).await.unwrap(), 0);
    store.park(at_work.lease, at(500), at(13)).await.unwrap();
    assert_eq!(store.cancel_cases_of(batch, 2, at(13)).await.unwrap(), 1);
    assert!(store.has_no_open_case(batch).await.unwrap());
    let late = NewCase { batch: Some((batch, 99)), ..new_case(at(13)) };
    let late_id = late.id;
    let refused = store.apply(Store::accepting(late), vec![receipt(late_id)]).await.unwrap_err();
    assert!(matches!(refused, StoreError::BatchState { found: BatchState::Cancelled, .. }), "{refused}");
    store.note_ended(batch, at(13)).await.unwrap();
    assert_eq!(store.batches_to_tend().await.unwrap().len(), 1, "its file is still read");
    store.give_back(reading).await.unwrap();
    store.note_ended(batch, at(13)).await.unwrap();
    assert!(store.batches_to_tend().await.unwrap().is_empty());
    for case in cases {
        assert_eq!(store.get_case(case).await.unwrap().state, CaseState::Cancelled);
    }
}

pub(super) async fn the_counter_goes_before_the_batch(backend: impl Backend) {
    let store = backend.open().await;
    let batch = whole(&store).await;
    households(&store, batch, 2).await;
    store.let_in(batch, 2, at(3)).await.unwrap();
    let interactive = accepted(&store, at(100)).await;
    let urgent = NewCase { lane: Lane::Urgent, ..new_case(at(200)) };
    let urgent_id = urgent.id;
    store.apply(Store::accepting(urgent), vec![receipt(urgent_id)]).await.unwrap();
    let next = async || store.claim_next("w", &Lane::ALL, at(300), LEASE).await.unwrap().unwrap().case;
    assert_eq!(next().await.id, urgent_id);
    assert_eq!(next().await.id, interactive);
    assert_eq!(next().await.batch, Some((batch, 1)));
    let counter = [Lane::Urgent, Lane::Interactive];
    assert!(
        store.claim_next("w", &counter, at(300), LEASE).await.unwrap().is_none(),
        "a queue takes its own lanes alone"
    );
    assert_eq!(store.next_wake(&[Lane::Bulk]).await.unwrap(), Some(at(3)));
}

pub(super) async fn what_is_put_off_is_asked_later(backend: impl Backend) {
    let store = backend.open().await;
    let case = running(&store, at(0)).await;
    let source = |key: &str| SourceKey::new(key).unwrap();
    let member = || MemberRef("m1".into());
    let later = NewCell {
        member_ref: member(),
        source: source("vehicles"),
        plan: Plan::Later { at: at(100) },
        speaks_for: Vec::new(),
    };
    store.apply(Store::planning(lease(case), vec![later], at(1)), vec![receipt(case)]).await.unwrap();
    let cell = super::cell(&store, case, "vehicles").await;
    assert_eq!((cell.kind, cell.leaf_index, cell.ask_at), (None, None, Some(at(100))));
    let put_off = PutOff {
        member_ref: member(),
        source: source("vehicles"),
        ask_at: at(130),
        asks: 1,
        attempts: 3,
        elapsed_ms: 40,
    };
    store.put_off(&lease(case), vec![put_off.clone()]).await.unwrap();
    let cell = super::cell(&store, case, "vehicles").await;
    assert_eq!((cell.ask_at, cell.asks, cell.attempts, cell.elapsed_ms), (Some(at(130)), 1, 3, 40));
    store.park(lease(case), at(500), at(2)).await.unwrap();
    assert_eq!(store.get_case(case).await.unwrap().state, CaseState::Waiting);
    assert_eq!(store.next_wake(&Lane::ALL).await.unwrap(), Some(at(130)), "when its cell is due");
    let again =
        store.claim_next("w", &Lane::ALL, at(130), Duration::try_from(minutes(1)).unwrap()).await.unwrap().unwrap();
    let found = answer("vehicles", AnswerKind::Unavailable, at(131));
    store.record_answers(&receipt(case), &again.lease, vec![found], Vec::new()).await.unwrap();
    store.put_off(&again.lease, vec![put_off]).await.unwrap();
    let cell = super::cell(&store, case, "vehicles").await;
    assert_eq!((cell.kind, cell.ask_at), (Some(AnswerKind::Unavailable), None), "what has ended is not put off");
    store.park(again.lease, at(140), at(132)).await.unwrap();
    assert_eq!(store.next_wake(&Lane::ALL).await.unwrap(), Some(at(140)), "with nothing due, at the latest");
}

pub(super) async fn faults_stay_in_order(backend: impl Backend) {
    let store = backend.open().await;
    let id = whole(&store).await;
    let (_, claimed) = store.claim_batch("one", at(10), LEASE).await.unwrap().unwrap();
    let mut expected = Vec::new();
    for read in [500, 1000, 1500] {
        let faults = document(DocumentKind::BatchFaults);
        expected.push(faults.id);
        let so_far = ReadSoFar { read, faults: Some((faults, 3)), ..ReadSoFar::default() };
        store.note_read(&claimed, so_far, at(11), LEASE).await.unwrap();
    }
    assert_eq!(store.batch_faults(id).await.unwrap(), expected);
}
