//! Faults of a department's answer.

use std::time::{Duration, Instant};

use hedui_mock_sources::Key;
use hedui_mock_sources::faults::{Delay, Fault, FaultPlan, FaultRule};

use super::{Trial, answers, assert_open, changed, plan};

/// Every fault of an answer, at a department, and the reason its cells must give.
fn table() -> Vec<(&'static str, Fault, &'static str)> {
    vec![
        ("tax", Fault::Delay(Delay::FixedMs(6000)), "timeout"),
        ("social_security", Fault::Delay(Delay::UniformMs(4500, 6000)), "timeout"),
        ("vehicles", Fault::Timeout, "timeout"),
        ("real_estate", Fault::SlowDrip { bytes: 1, every_ms: 100 }, "timeout"),
        ("tax", Fault::Error { status: 500 }, "source_error"),
        ("employment", Fault::Error { status: 403 }, "unauthorised"),
        ("securities", Fault::Refuse, "source_error"),
        ("civil_assistance", Fault::Busy, "busy"),
        ("market_regulation", Fault::Cut, "connection"),
        ("health", Fault::Malformed, "malformed"),
        ("household_registration", Fault::WrongEncoding, "malformed"),
        ("medical_insurance", Fault::Oversized { bytes: 1 << 20 }, "too_large"),
        ("veterans", Fault::Maintenance { retry_after_secs: None }, "busy"),
    ]
}

#[tokio::test]
async fn a_fault_changes_the_cells_of_its_department_alone() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    assert!(healthy.body.is_final);
    for (department, fault, why) in table() {
        let begun = Instant::now();
        let report = trial.under(plan(department, fault.clone())).await;
        assert!(begun.elapsed() < Duration::from_secs(15), "{fault:?} holds the report up");
        assert!(report.body.is_final, "{fault:?}: nothing is waited for");
        let expected = [("unavailable".to_owned(), why.to_owned())].into();
        assert_eq!(answers(&report, department), expected, "{department} {fault:?}");
        assert_eq!(changed(&healthy, &report), [department.to_owned()].into(), "{department} {fault:?}");
        assert_open(&report, department, &trial.speaks_for(department));
    }
    let again = trial.under(FaultPlan::default()).await;
    assert_eq!(changed(&healthy, &again), [].into(), "a fault leaves nothing behind");
}

/// Apart from the table: until the time a department asked for is over it is left alone, whatever else happens.
#[tokio::test]
async fn a_department_under_maintenance_is_left_alone_for_the_time_it_asks() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    let report = trial.under(plan("housing_fund", Fault::Maintenance { retry_after_secs: Some(60) })).await;
    assert_eq!(answers(&report, "housing_fund"), [("unavailable".to_owned(), "busy".to_owned())].into());
    assert_eq!(changed(&healthy, &report), ["housing_fund".to_owned()].into());
    let requests = || trial.stage.mocks.statistics()["housing_fund"]["requests"].as_u64().unwrap_or(0);
    let before = requests();
    let again = trial.under(FaultPlan::default()).await;
    assert_eq!(changed(&healthy, &again), ["housing_fund".to_owned()].into(), "its time is not over");
    assert_eq!(requests(), before, "nothing was sent to it");
}

#[tokio::test]
async fn any_department_may_be_missing() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    for key in Key::ALL.map(Key::as_str) {
        let report = trial.under(plan(key, Fault::Error { status: 502 })).await;
        assert_eq!(changed(&healthy, &report), [key.to_owned()].into(), "{key}");
        assert_open(&report, key, &trial.speaks_for(key));
    }
}

#[tokio::test]
async fn all_departments_missing_is_a_report_of_gaps_and_no_zero() {
    let trial = Trial::start().await;
    let report = trial.under(plan("*", Fault::Cut)).await;
    for key in Key::ALL.map(Key::as_str) {
        let answers = answers(&report, key);
        assert!(answers.iter().all(|(answer, _)| answer == "unavailable"), "{key}: {answers:?}");
        assert_open(&report, key, &trial.speaks_for(key));
    }
    let income = &report.body.totals.income;
    assert!(!income.complete && income.at_most.is_none());
}

#[tokio::test]
async fn a_rate_limit_that_passes_soon_is_waited_for_and_one_that_does_not_is_said() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    let soon = FaultRule {
        first_requests: Some(1),
        ..FaultRule::always("tax", Fault::Maintenance { retry_after_secs: Some(1) })
    };
    let report = trial.under(FaultPlan { seed: 1, faults: vec![soon] }).await;
    assert_eq!(changed(&healthy, &report), [].into(), "Retry-After within the time allowed is honoured");
    let long = plan("tax", Fault::RateLimit { per_second: 1, retry_after_secs: 60 });
    let report = trial.under(long).await;
    assert_eq!(changed(&healthy, &report), ["tax".to_owned()].into());
    assert!(answers(&report, "tax").contains(&("unavailable".to_owned(), "rate_limited".to_owned())));
    assert_open(&report, "tax", &trial.speaks_for("tax"));
}

#[tokio::test]
async fn a_share_of_failures_is_repeated_and_what_stays_is_said() {
    let trial = Trial::start().await;
    let healthy = trial.healthy().await;
    let requests = || trial.stage.mocks.statistics()["tax"]["requests"].as_u64().unwrap_or(0);
    let a_healthy_run = requests();
    for seed in 0..4 {
        let rule = FaultRule { share_permille: Some(500), ..FaultRule::always("tax", Fault::Error { status: 503 }) };
        let report = trial.under(FaultPlan { seed, faults: vec![rule] }).await;
        let changed = changed(&healthy, &report);
        assert!(changed.is_empty() || changed == ["tax".to_owned()].into(), "{changed:?}");
        if !changed.is_empty() {
            assert!(answers(&report, "tax").contains(&("unavailable".to_owned(), "busy".to_owned())));
        }
    }
    let asked = requests() - a_healthy_run;
    assert!(asked > 4 * a_healthy_run, "{asked} requests in four runs of {a_healthy_run} people: none was repeated");
    let one = FaultRule { first_requests: Some(1), ..FaultRule::always("disability", Fault::Cut) };
    let report = trial.under(FaultPlan { seed: 1, faults: vec![one] }).await;
    assert_eq!(super::changed(&healthy, &report), [].into(), "one lost connection is repeated");
}
