//! Every planned cell ends, whatever becomes of its source.

use super::stand_in::{no_record, pending};
use super::*;
use crate::audit::Leaf;
use crate::household::{Answer, AnswerKind, Failure, MemberRef};
use crate::store::{AuditReceipt, CaseState, CellAnswer, LogFilter};

#[tokio::test]
async fn a_source_that_falls_over_or_says_too_little_fails_and_the_others_stand() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Panics);
    let vehicles = StandIn::new("vehicles", Does::SaysNothing);
    let health = StandIn::new("health", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax, &vehicles, &health]), &[]);
    let case = accepted(&verifier).await;
    verifier.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.said(case, "tax").await, "unavailable source_error");
    assert_eq!(house.said(case, "vehicles").await, "unavailable source_error");
    assert_eq!(house.said(case, "health").await, "no_record");
    assert_eq!(house.said(case, "finance").await, "skipped disabled");
    assert_eq!(house.case(case).await.state, CaseState::Final);
    let report = report(&verifier, case).await;
    assert!(report.body.is_final && !report.body.totals.income.complete, "a gap is open, not zero");
}

#[tokio::test]
async fn whoever_watches_hears_of_answers_while_a_slow_source_is_still_asked() {
    let house = House::new().await;
    let health = StandIn::new("health", Does::Answers(no_record()));
    let tax = StandIn::new("tax", Does::Hangs);
    let verifier = house.verifier(sources(&[&tax, &health]), &[]);
    let case = accepted(&verifier).await;
    let mut news = verifier.0.hub.watch(case);
    let (claimed, worker) = (house.claim().await.unwrap(), verifier.clone());
    let work = tokio::spawn(async move { worker.run_claimed(claimed).await });
    let heard = async {
        while house.cell(case, "health").await.kind != Some(AnswerKind::NoRecord) {
            news.changed().await.unwrap();
        }
    };
    tax.is_asked().await;
    tokio::time::timeout(std::time::Duration::from_secs(20), heard).await.expect("told as soon as it stands");
    assert_eq!(house.cell(case, "tax").await.kind, None);
    work.abort();
}

#[tokio::test]
async fn an_answer_had_for_another_query_is_entered_with_that_querys_entry() {
    let house = House::new().await;
    let first = [7; 32];
    let tax = StandIn::new("tax", Does::Reuses(no_record(), first));
    let health = StandIn::new("health", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax, &health]), &[]);
    let case = accepted(&verifier).await;
    verifier.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.case(case).await.state, CaseState::Final);
    let filter = LogFilter { actions: vec!["query_reused".into()], ..LogFilter::default() };
    let entries = house.store.search_log(&filter).await.unwrap();
    let events: Vec<_> = entries.iter().map(|entry| Leaf::parse(&entry.leaf.bytes).unwrap().event).collect();
    assert_eq!(events.len(), 1, "one of the two was reused");
    assert_eq!((events[0].case, events[0].source.clone()), (Some(case), Some(key("tax"))));
    assert_eq!(events[0].detail_sha256, Some(first));
}

#[tokio::test]
async fn what_can_be_asked_no_more_after_a_restart_ends_as_a_gap() {
    let house = House::new().await;
    let [tax, vehicles, health] = ["tax", "vehicles", "health"].map(|key| StandIn::new(key, Does::Hangs));
    let before = house.verifier(sources(&[&tax, &vehicles, &health]), &[]);
    let case = accepted(&before).await;
    let claimed = house.claim().await.unwrap();
    let work = tokio::spawn(async move { before.run_claimed(claimed).await });
    health.is_asked().await;
    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
    let open: Vec<_> = house.store.cells(case).await.unwrap().into_iter().filter(|cell| cell.kind.is_none()).collect();
    assert_eq!(open.len(), 3, "planned, asked, and nobody answered");

    // The process starts again: one department is switched off, one nobody knows any more, one answers now.
    health.now(Does::Answers(no_record()));
    let mut departments = sources(&[&tax, &health]);
    departments.insert(key("vehicles"), None);
    let after = house.verifier(departments, &[key("tax")]);
    let asked_before = tax.asked();
    house.pass(60);
    after.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.said(case, "tax").await, "skipped disabled");
    assert_eq!(house.said(case, "vehicles").await, "unavailable not_configured");
    assert_eq!(house.said(case, "health").await, "no_record");
    assert_eq!(tax.asked(), asked_before, "switched off is not asked");
    assert_eq!(house.case(case).await.state, CaseState::Final);
    let report = report(&after, case).await;
    assert!(!report.body.totals.cars.complete, "nobody knows the department any more: it is still silent");
}

#[tokio::test]
async fn an_authorisation_that_has_run_out_since_is_not_used() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Hangs);
    let before = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&before).await;
    let claimed = house.claim().await.unwrap();
    let work = tokio::spawn(async move { before.run_claimed(claimed).await });
    tax.is_asked().await;
    work.abort();
    drop(work.await);
    house.pass(61 * 86_400);
    tax.now(Does::Answers(no_record()));
    let after = house.verifier(sources(&[&tax]), &[]);
    after.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!((tax.asked(), house.said(case, "tax").await.as_str()), (1, "skipped not_authorised"));
    assert_eq!(house.case(case).await.state, CaseState::Final);
}

/// A case that waits for the banks.
async fn waiting(house: &House) -> (Arc<StandIn>, Verifier, Uuid) {
    let finance = StandIn::new("finance", pending());
    let verifier = house.verifier(sources(&[&finance]), &[]);
    let case = accepted(&verifier).await;
    verifier.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.case(case).await.state, CaseState::Waiting);
    (finance, verifier, case)
}

#[tokio::test]
async fn a_source_that_falls_over_when_it_is_looked_at_again_has_failed() {
    for does in [Does::Panics, Does::SaysNothing] {
        let house = House::new().await;
        let (finance, verifier, case) = waiting(&house).await;
        finance.now(does);
        house.pass(30);
        verifier.run_claimed(house.claim().await.unwrap()).await;
        assert_eq!(house.said(case, "finance").await, "unavailable source_error");
        assert_eq!(house.case(case).await.state, CaseState::Final);
    }
}

#[tokio::test]
async fn a_definition_that_is_gone_keeps_nobody_waiting_and_stays_silent() {
    let house = House::new().await;
    let (_, _, case) = waiting(&house).await;
    let without = house.verifier([(key("finance"), None)].into(), &[]);
    house.pass(30);
    without.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.case(case).await.state, CaseState::Waiting);
    assert!(house.claim().await.is_none(), "not looked at again at once");
    house.pass(3600);
    without.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.said(case, "finance").await, "unavailable deadline_passed");
    assert_eq!(house.case(case).await.state, CaseState::Final);
    let body = report(&without, case).await.body;
    let line =
        body.sources.iter().find(|line| line.source == key("finance")).expect("it was asked, so it has its line");
    assert_eq!(line.cell(&MemberRef("m1".into())).unwrap().answer, AnswerKind::Unavailable);
    let financial = body.totals.financial;
    assert!(!financial.complete && financial.at_most.is_none(), "missing is never zero");
    let form = crate::verification::ReportForm::Html { english: false };
    let page = without.report(&caller(), &case.to_string(), None, form).await.unwrap();
    assert!(!page.bytes.is_empty(), "and the report can be printed");
}

#[tokio::test]
async fn at_the_deadline_it_is_asked_once_more() {
    for (last, said) in [(Does::Answers(no_record()), "no_record"), (pending(), "unavailable deadline_passed")] {
        let house = House::new().await;
        let (finance, verifier, case) = waiting(&house).await;
        house.pass(3600);
        finance.now(last);
        verifier.run_claimed(house.claim().await.unwrap()).await;
        assert_eq!(house.said(case, "finance").await, said);
        assert_eq!((finance.asked(), house.case(case).await.state), (2, CaseState::Final));
    }
}

#[tokio::test]
async fn a_ticket_is_sealed_and_survives_a_restart() {
    let house = House::new().await;
    let (finance, _, case) = waiting(&house).await;
    assert!(house.cell(case, "finance").await.evidence_document.is_some());
    let again = house.verifier(sources(&[&finance]), &[]);
    house.pass(30);
    again.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!((finance.asked(), house.cell(case, "finance").await.polls), (2, 1), "a poll counts as one");
    finance.now(Does::Answers(no_record()));
    house.pass(30);
    again.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.case(case).await.state, CaseState::Final);
    let report = report(&again, case).await;
    assert!(report.body.is_final && report.body.supersedes.is_some());
}

#[tokio::test]
async fn the_version_is_made_of_what_stands_in_the_store() {
    let house = House::new().await;
    let notice = Arc::new(tokio::sync::Notify::new());
    let tax = StandIn::new("tax", Does::Waits(notice.clone(), no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    let claimed = house.claim().await.unwrap();
    let (lease, worker) = (claimed.lease.clone(), verifier.clone());
    let work = tokio::spawn(async move { worker.run_claimed(claimed).await });
    tax.is_asked().await;
    // A commit whose outcome was unknown had been durable: the cell ended otherwise than the worker is about to say.
    let busy = CellAnswer {
        member_ref: MemberRef("m1".into()),
        source: key("tax"),
        kind: AnswerKind::Unavailable,
        why: Some("busy".into()),
        attempts: 1,
        elapsed_ms: 1,
        answered_at: lease.until,
        evidence: None,
        polls: 0,
        next_poll_at: None,
        deadline: None,
    };
    house.store.record_answers(&AuditReceipt::for_test(Some(case)), &lease, vec![busy], Vec::new()).await.unwrap();
    notice.notify_one();
    work.await.unwrap();
    assert_eq!(house.said(case, "tax").await, "unavailable busy");
    let report = report(&verifier, case).await;
    let line = report.body.sources.iter().find(|line| line.source == key("tax")).unwrap();
    let cell = line.cell(&MemberRef("m1".into())).unwrap();
    assert_eq!(cell.answer, AnswerKind::Unavailable, "not what came too late");
    assert!(!report.body.totals.income.complete);
    assert_eq!(Answer::Unavailable { why: Failure::Busy }.kind(), cell.answer);
}

#[tokio::test]
async fn many_records_are_reckoned_with_beside_the_runtime() {
    let house = House::new().await;
    let record = |number: usize| {
        serde_json::from_value(serde_json::json!({
            "number": format!("N{number}"), "subject": {"name": "测试员", "id_number": "110101199003070038"},
            "detail": {"kind": "farm_subsidy", "item": "耕地地力保护补贴", "amount": "1.00", "paid_on": "2026-03-05"},
        }))
        .unwrap()
    };
    let tax = StandIn::new("tax", Does::Answers(Answer::Found { records: (0..250).map(record).collect() }));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    verifier.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.case(case).await.state, CaseState::Final);
    let report = report(&verifier, case).await;
    let line = report.body.sources.iter().find(|line| line.source == key("tax")).unwrap();
    assert_eq!(line.cell(&MemberRef("m1".into())).unwrap().records, 250);
}
