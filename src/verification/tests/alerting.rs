//! What monitoring finds in a look that no record dates: a certificate that is new, deposits that grew. After silence nothing is new.

use super::deciding::{supervisor, work};
use super::stand_in::no_record;
use super::*;
use crate::household::{
    AccountKind, AccountState, Answer, Detail, DisabilityCategory, Fen, IdNumber, PersonName, Purpose, Record, Subject,
};
use crate::monitoring::{Monitoring, MonitoringParts};
use crate::store::{AlertFilter, LogFilter};
use crate::verification::ReadError;

fn record(number: &str, detail: Detail) -> Record {
    let subject = Subject {
        name: Some(PersonName::from("测试员")),
        id_number: Some(IdNumber::from("110101199003070038")),
        ..Subject::default()
    };
    Record { number: number.into(), subject, detail, as_of: None }
}

fn deposit(yuan: i64) -> Does {
    let (account, state) = (AccountKind::Deposit, AccountState::Open);
    let balance = Fen::from_yuan(yuan);
    let detail = Detail::Account {
        institution: "甲银行".into(),
        account,
        balance,
        interest_12m: None,
        outflow_12m: None,
        state,
    };
    Does::Answers(Answer::Found { records: vec![record("YH-1", detail)] })
}

fn certificate() -> Does {
    let category = DisabilityCategory::Limb;
    let detail = Detail::DisabilityCertificate { category, grade: 2, valid_until: None, valid: true };
    Does::Answers(Answer::Found { records: vec![record("CL-1", detail)] })
}

/// A minute later the household is checked.
async fn checked(house: &House, verifier: &Verifier, purpose: Purpose) {
    house.pass(60);
    let mut request = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
    request.purpose = purpose;
    verifier.accept(&caller(), request, None).await.unwrap();
    verifier.run_claimed(house.claim().await.unwrap()).await;
}

/// Codes of the alerts after a check, and a look for monitoring at which the departments say something else.
async fn found(before: (Does, Does), after: (Does, Does)) -> Vec<String> {
    let house = House::new().await;
    let finance = StandIn::speaking("finance", &["financial"], before.0);
    let disability = StandIn::speaking("disability", &["disability"], before.1);
    let verifier = house.verifier(sources(&[&finance, &disability]), &[]);
    checked(&house, &verifier, Purpose::PeriodicReview).await;
    finance.now(after.0);
    disability.now(after.1);
    checked(&house, &verifier, Purpose::Monitoring).await;
    let filter = AlertFilter {
        organisation: caller().organisation,
        region_prefixes: vec!["62".into()],
        acknowledged: None,
        cursor: None,
        limit: 10,
    };
    let rows = house.store.list_alerts(&filter).await.unwrap();
    let opened = verifier.opened_alerts(&caller(), &rows).await.unwrap();
    let mut codes: Vec<String> = opened.into_iter().map(|(alert, _)| alert.code).collect();
    codes.sort();
    codes
}

#[tokio::test]
async fn what_was_noted_at_an_alert_is_shown_to_whoever_may_open_it_and_not_lost_unsaid() {
    let house = House::new().await;
    let nothing = || Does::Answers(no_record());
    let finance = StandIn::speaking("finance", &["financial"], deposit(1_000));
    let disability = StandIn::speaking("disability", &["disability"], nothing());
    let verifier = house.verifier(sources(&[&finance, &disability]), &[]);
    checked(&house, &verifier, Purpose::PeriodicReview).await;
    finance.now(deposit(50_000));
    checked(&house, &verifier, Purpose::Monitoring).await;
    let told = house.now.clone();
    let monitoring = Monitoring::start(MonitoringParts {
        store: house.store.clone(),
        log: house.log.clone(),
        keys: house.keys.clone(),
        clock: Clock::of(move || *told.lock().unwrap()),
        verifier,
        client_away_days: 30,
    });
    let alerts = async |opened| monitoring.alerts(&caller(), None, None, opened).await.unwrap().items;
    let id = alerts(false).await[0].id.clone();
    monitoring.acknowledge(&caller(), &id, Some("已走访")).await.unwrap();
    assert_eq!(alerts(true).await[0].note.as_deref(), Some("已走访"));
    assert_eq!(alerts(false).await[0].note, None, "not to whoever may not open reports");
    monitoring.acknowledge(&caller(), &id, None).await.unwrap();
    let lost = monitoring.acknowledge(&caller(), &id, Some("再次走访")).await;
    assert!(matches!(lost, Err(ReadError::Acknowledged)));
    assert_eq!(alerts(true).await[0].note.as_deref(), Some("已走访"));
    let unknown = monitoring.redeliver(&caller(), &Uuid::now_v7().to_string()).await;
    assert!(matches!(unknown, Err(ReadError::NotFound)), "{unknown:?}");
    let filter = LogFilter { actions: vec!["callback_redelivered".into()], ..LogFilter::default() };
    assert!(house.store.search_log(&filter).await.unwrap().is_empty(), "nothing was done");
    monitoring.stop().await;
}

#[tokio::test]
async fn an_alert_about_whoever_withdrew_is_shown_to_nobody_whatever_becomes_of_it() {
    let house = House::new().await;
    let finance = StandIn::speaking("finance", &["financial"], deposit(1_000));
    let verifier = house.verifier(sources(&[&finance]), &[]);
    checked(&house, &verifier, Purpose::PeriodicReview).await;
    finance.now(deposit(50_000));
    checked(&house, &verifier, Purpose::Monitoring).await;
    let filter = AlertFilter {
        organisation: caller().organisation,
        region_prefixes: vec!["62".into()],
        limit: 10,
        ..AlertFilter::default()
    };
    let alerts = async || house.store.list_alerts(&filter).await.unwrap();
    let [alert] = &alerts().await[..] else { panic!("one alert") };
    verifier.withdraw(&supervisor("one"), &alert.case_id.to_string(), "m1", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    assert!(alerts().await.is_empty());
    assert!(house.store.alert(alert.id).await.is_err());
    let page = verifier.approvals(&supervisor("two"), true, None, 10).await.unwrap();
    verifier.refuse_approval(&supervisor("two"), &page.items[0].id, Some("另案调查")).await.unwrap();
    assert!(alerts().await.is_empty() && house.store.alert(alert.id).await.is_err());
}

#[tokio::test]
async fn what_no_record_dates_is_found_by_the_look_before() {
    let nothing = || Does::Answers(no_record());
    assert_eq!(found((deposit(1_000), nothing()), (deposit(30_000), certificate())).await, ["deposit", "disability"]);
    assert_eq!(found((deposit(1_000), certificate()), (deposit(2_000), certificate())).await, [""; 0]);
    assert_eq!(found((Does::SaysNothing, Does::Panics), (deposit(30_000), certificate())).await, [""; 0], "silence");
}
