//! Faults of departments that answer later.

use std::time::Duration;

use hedui::telemetry::Clock;
use hedui_mock_sources::faults::Fault;
use jiff::ToSpan as _;

use super::{Trial, answers, assert_open, changed, plan};
use crate::support::{PATIENCE, Setup, running};

fn one(answer: &str, why: &str) -> std::collections::BTreeSet<(String, String)> {
    [(answer.to_owned(), why.to_owned())].into()
}

#[tokio::test]
async fn a_late_answer_makes_a_new_version_and_the_first_says_what_it_waits_for() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    for department in ["finance", "insurance"] {
        trial.stage.mocks.set_faults(plan(department, Fault::LateTicket { extra_ms: 1500 })).expect("a plan");
        let (caller, verifier) = (trial.stage.caller(), &trial.stage.verifier);
        let request = trial.stage.mocks.sample_request().to_string();
        let id = verifier.submit(&caller, request.as_bytes(), None).await.expect("accepted").id;
        assert!(verifier.wait_for_report(&id, PATIENCE).await);
        let (_, first) = verifier.opened_report(&caller, &id).await.expect("a report");
        assert!(!first.body.is_final);
        assert_eq!(answers(&first, department), one("pending", ""));
        assert_open(&first, department, &trial.speaks_for(department));
        assert!(verifier.wait_for_rest(&id, PATIENCE).await);
        let (version, last) = verifier.opened_report(&caller, &id).await.expect("a report");
        assert!(last.body.is_final && version.number > 1);
        assert_eq!(changed(&healthy, &last), [].into(), "late is as good as soon");
        let supersedes = last.body.supersedes.as_ref().expect("it replaces another");
        assert_eq!(supersedes.version, version.number - 1);
    }
}

#[tokio::test]
async fn a_batch_that_failed_is_said() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    for department in ["finance", "insurance"] {
        let report = trial.under(plan(department, Fault::FailedTicket)).await;
        assert!(report.body.is_final);
        assert_eq!(answers(&report, department), one("unavailable", "source_error"), "{department}");
        assert_eq!(changed(&healthy, &report), [department.to_owned()].into());
        assert_open(&report, department, &trial.speaks_for(department));
    }
}

#[tokio::test]
async fn one_bank_missing_is_a_partial_answer_that_keeps_the_others_records() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    let report = trial.under(plan("finance", Fault::MissingBank { bank: "NXB".into() })).await;
    assert_eq!(answers(&report, "finance"), one("partial", "institution_missing"));
    assert_eq!(changed(&healthy, &report), ["finance".to_owned()].into());
    let financial = &report.body.totals.financial;
    assert!(!financial.complete && financial.at_most.is_none() && financial.silent.contains_key("finance"));
    assert!(financial.so_far.0 > 0, "what the other banks said stands");
}

#[tokio::test]
async fn a_ticket_never_answered_ends_with_its_deadline_and_the_report_states_the_gap() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    trial.stage.mocks.set_faults(plan("finance", Fault::NeverTicket)).expect("a plan");
    let (caller, stage) = (trial.stage.caller(), &trial.stage);
    let request = stage.mocks.sample_request().to_string();
    let id = stage.verifier.submit(&caller, request.as_bytes(), None).await.expect("accepted").id;
    assert!(stage.verifier.wait_for_report(&id, PATIENCE).await);
    assert!(!stage.verifier.wait_for_rest(&id, Duration::from_secs(1)).await, "it goes on waiting");
    stage.verifier.stop().await;

    let later = Clock::system().now().saturating_add(30.hours()).expect("a time");
    let setup =
        Setup { clock: Clock::fixed(later), sources_file: trial.setup.sources_file.clone(), ..Setup::default() };
    let data = stage.folder.path().join("data");
    let next =
        running(&setup, &stage.mocks.base_url(), &data, stage.keys.clone(), stage.register.clone()).await.verifier;
    assert!(next.wait_for_rest(&id, PATIENCE).await, "the deadline ends it");
    let (_, report) = next.opened_report(&caller, &id).await.expect("a report");
    assert!(report.body.is_final);
    assert_eq!(answers(&report, "finance"), one("unavailable", "deadline_passed"));
    assert_eq!(changed(&healthy, &report), ["finance".to_owned()].into());
    assert_open(&report, "finance", &trial.speaks_for("finance"));
    next.stop().await;
}
