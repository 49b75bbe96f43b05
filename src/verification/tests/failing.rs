//! Cases that cannot be completed, leases that cannot be kept, and what is refused.

use super::stand_in::no_record;
use super::*;
use crate::audit::{Action, Actor, Event, Leaf};
use crate::store::faults::Fault;
use crate::store::{AuditReceipt, CaseState, LogFilter, StoredLeaf};
use crate::verification::lease_keeper::LeaseKeeper;

#[tokio::test]
async fn a_case_that_falls_over_every_time_is_given_up_and_says_so() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    tax.now(Does::PanicsAtOnce);
    let mut tries = 0;
    while house.case(case).await.state != CaseState::Failed {
        tries += 1;
        assert!(tries < 20, "it is tried for ever");
        verifier.run_claimed(house.claim().await.unwrap()).await;
        assert!(house.claim().await.is_none(), "not at once");
        house.pass(300);
    }
    assert_eq!(tries, 5);
    assert_eq!(house.case(case).await.failure.as_deref(), Some("fault_inside"));
    assert!(!verifier.wait_for_report(&case.to_string(), Duration::ZERO).await, "no version is there");
    assert!(verifier.wait_for_rest(&case.to_string(), Duration::ZERO).await);
    assert_eq!(verifier.0.memory.len(), 0, "nothing of it is kept");
}

#[tokio::test]
async fn what_may_mend_is_tried_until_it_does() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    for _ in 0..8 {
        let claimed = house.claim().await.unwrap();
        house.store.plan_faults(&[Fault::Lost]);
        verifier.run_claimed(claimed).await;
        assert_eq!(house.case(case).await.state, CaseState::Running);
        house.pass(300);
    }
    verifier.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.case(case).await.state, CaseState::Final);
}

#[tokio::test]
async fn nothing_is_asked_before_its_entry_is_durable() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    let claimed = house.claim().await.unwrap();
    house.store.plan_faults(&[Fault::Lost]);
    verifier.run_claimed(claimed).await;
    assert_eq!(tax.asked(), 0, "the entries of the queries could not be made");
    assert!(house.store.cells(case).await.unwrap().is_empty());
    assert!(house.store.list_versions(case).await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_is_shown_before_the_reading_is_durable() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    verifier.run_claimed(house.claim().await.unwrap()).await;
    for form in [crate::verification::ReportForm::Json, crate::verification::ReportForm::Html { english: false }] {
        house.store.plan_faults(&[Fault::Lost]);
        let refused = verifier.report(&caller(), &case.to_string(), None, form).await;
        assert!(matches!(refused, Err(crate::verification::ReadError::Closed)));
    }
}

#[tokio::test]
async fn nothing_is_sealed_before_its_entry_is_durable() {
    let house = House::new().await;
    let notice = Arc::new(tokio::sync::Notify::new());
    let tax = StandIn::new("tax", Does::Waits(notice.clone(), no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    let claimed = house.claim().await.unwrap();
    let worker = verifier.clone();
    let work = tokio::spawn(async move { worker.run_claimed(claimed).await });
    tax.is_asked().await;
    // The log is stopped for good while the department thinks: the answer stands, a report cannot.
    stop_log(&house).await;
    notice.notify_one();
    work.await.unwrap();
    assert_eq!(house.said(case, "tax").await, "no_record");
    assert!(house.store.list_versions(case).await.unwrap().is_empty());
    assert_eq!(verifier.not_ready().await, ["the audit log cannot be written"]);
}

async fn stop_log(house: &House) {
    house.store.plan_faults(&[Fault::Lost, Fault::Begin]);
    for _ in 0..2 {
        let event = Event::new(&Actor::service(), Action::Search);
        assert!(house.log.append_one(event).await.is_err());
    }
}

#[tokio::test]
async fn a_lease_survives_a_failed_renewal_and_ends_when_the_case_is_taken_away() {
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    let case = accepted(&verifier).await;
    let claimed = house.claim().await.unwrap();
    let told = house.now.clone();
    let clock = Clock::of(move || *told.lock().unwrap());
    house.store.plan_faults(&[Fault::Begin]);
    let before = house.store.commits();
    let mut keeper = LeaseKeeper::start(house.store.clone(), clock, claimed.lease, Duration::from_millis(12));
    tokio::select! {
        () = keeper.lost() => panic!("one failure is no loss"),
        () = async { while house.store.commits() < before + 2 { tokio::task::yield_now().await } } => {}
    }
    let now = *house.now.lock().unwrap();
    house.store.apply(Store::stopping(case, now), vec![AuditReceipt::for_test(Some(case))]).await.unwrap();
    keeper.lost().await;
}

#[tokio::test]
async fn memory_keeps_a_case_until_it_ends_or_is_old() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    accepted(&verifier).await;
    assert_eq!(verifier.0.memory.len(), 1);
    verifier.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(verifier.0.memory.len(), 0, "it came to its end");
    accepted(&verifier).await;
    let now = std::time::Instant::now();
    verifier.0.memory.sweep(now + Duration::from_secs(60));
    assert_eq!(verifier.0.memory.len(), 1);
    verifier.0.memory.sweep(now + Duration::from_secs(180));
    assert_eq!(verifier.0.memory.len(), 0, "it is old");
}

#[tokio::test]
async fn a_refusal_stands_in_the_log_with_a_closed_word() {
    use sha2::{Digest as _, Sha256};
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    verifier.refuse(&caller(), "too_large").await.unwrap();
    let found = house.store.search_log(&LogFilter { limit: 9, ..LogFilter::default() }).await.unwrap();
    let leaf = Leaf::parse(&found[0].leaf.bytes).unwrap();
    assert_eq!((leaf.event.action, leaf.event.case), (Action::Refused, None));
    assert_eq!(leaf.event.detail_sha256, Some(Sha256::digest("too_large").into()));
    stop_log(&house).await;
    assert!(verifier.refuse(&caller(), "too_large").await.is_err());
}

#[tokio::test]
async fn expired_idempotency_keys_are_forgotten() {
    use crate::store::IdempotencyKey;
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    let now = *house.now.lock().unwrap();
    let expires_at = now + SignedDuration::from_hours(1);
    let key = IdempotencyKey { key_tags: verifier.tags("idempotency-key", "k"), body_macs: vec![[1; 32]], expires_at };
    let request = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
    verifier.accept(&caller(), request, Some(key)).await.unwrap();
    verifier.purge().await;
    assert_eq!(house.store.purge_idempotency(expires_at - SignedDuration::from_secs(1)).await.unwrap(), 0, "not yet");
    house.pass(3600);
    verifier.purge().await;
    assert_eq!(house.store.purge_idempotency(expires_at).await.unwrap(), 0, "it is forgotten");
}

#[tokio::test]
async fn refusals_of_strangers_are_an_entry_a_minute_and_reason_and_wait_while_the_log_is_closed() {
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    let entries = async || {
        let found = house.store.search_log(&LogFilter { limit: 99, ..LogFilter::default() }).await.unwrap();
        let event = |stored: &StoredLeaf| Leaf::parse(&stored.leaf.bytes).unwrap().event;
        found.iter().rev().map(event).map(|event| (event.action, event.count)).collect::<Vec<_>>()
    };
    let (token, sign_in) = (Action::TokenRefused, Action::SignInRefused);
    for minute in 1..=3 {
        (0..1000).for_each(|_| verifier.count_refusal(token, "invalid"));
        verifier.count_refusal(token, "expired");
        verifier.count_refusal(sign_in, "invalid");
        verifier.enter_denials(false).await.unwrap();
        assert_eq!(entries().await.len(), 3 * (minute - 1), "none before the minute is over");
        house.pass(60);
        verifier.enter_denials(false).await.unwrap();
        let mut counts = entries().await.split_off(3 * (minute - 1));
        counts.sort_unstable();
        let mut expected = [(token, Some(1000)), (token, Some(1)), (sign_in, Some(1))];
        expected.sort_unstable();
        assert_eq!(counts, expected);
    }
    verifier.count_refusal(token, "invalid");
    verifier.enter_denials(true).await.unwrap();
    assert_eq!(entries().await.last(), Some(&(token, Some(1))), "the last are not lost");
    let before = entries().await.len();
    stop_log(&house).await;
    verifier.count_refusal(token, "invalid");
    assert!(verifier.enter_denials(true).await.is_err());
    assert!(verifier.enter_denials(true).await.is_err(), "what could not be entered is still counted");
    assert_eq!(entries().await.len(), before);
}

#[tokio::test]
async fn refusals_in_a_stream_are_one_entry_at_first_and_one_with_their_number() {
    let house = House::new().await;
    let verifier = house.verifier(sources(&[]), &[]);
    let of = |call: &str| Caller { call: Some(call.into()), ..caller() };
    let entries = async || {
        let found = house.store.search_log(&LogFilter { limit: 99, ..LogFilter::default() }).await.unwrap();
        let event = |stored: &StoredLeaf| Leaf::parse(&stored.leaf.bytes).unwrap().event;
        found.iter().rev().map(event).map(|event| (event.action, event.count)).collect::<Vec<_>>()
    };
    let denied = Action::AccessDenied;
    for _ in 0..50 {
        verifier.deny_role(&of("GET /v1/sources")).await.unwrap();
    }
    verifier.deny_role(&of("GET /v1/due")).await.unwrap();
    verifier.deny(&of("GET /v1/sources"), "scope").await.unwrap();
    let first = [(denied, None); 3];
    assert_eq!(entries().await, first, "one for each call and reason");
    verifier.enter_denials(false).await.unwrap();
    assert_eq!(entries().await, first, "the minute is not over");
    house.pass(60);
    verifier.enter_denials(false).await.unwrap();
    assert_eq!(entries().await, [first.as_slice(), &[(denied, Some(49))]].concat());
    verifier.deny_role(&of("GET /v1/sources")).await.unwrap();
    assert_eq!(entries().await.len(), 5, "the first of the next minute");
    verifier.deny_role(&of("GET /v1/sources")).await.unwrap();
    verifier.enter_denials(true).await.unwrap();
    assert_eq!(entries().await.last(), Some(&(denied, Some(1))), "nothing is lost at the end");
    stop_log(&house).await;
    for _ in 0..2 {
        assert!(verifier.deny_role(&of("GET /v1/sources")).await.is_err(), "nobody is told without an entry");
    }
}
