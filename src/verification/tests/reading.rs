//! What is told of a case, to whom, and that it is what the log says.

use futures_util::StreamExt as _;
use sqlx::AssertSqlSafe;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use super::deciding::{case_with_held, held, supervisor, work};
use super::*;
use crate::audit::{VerifierKey, verify_log};
use crate::config::Disclosure;
use crate::store::faults::Fault;
use crate::verification::{ErasureGrounds, EventKind, NewObjection, ReadError, ReportForm};

pub(super) async fn change(house: &House, statement: String) {
    let path = house._folder.path().join("data/hedui.sqlite");
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(path).foreign_keys(false)).await.unwrap();
    sqlx::query(AssertSqlSafe(statement)).execute(&pool).await.unwrap();
    pool.close().await;
}

/// A case with two versions: the second over another record.
async fn with_two_versions() -> (House, Verifier, Uuid) {
    let (house, verifier, agriculture, _, case) = case_with_held().await;
    agriculture.now(Does::Answers(held("90.00")));
    let objection =
        NewObjection { version: 1, sources: vec![agriculture.key()], record: None, statement: "金额不对".into() };
    verifier.object(&caller(), &case.to_string(), objection).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!(house.case(case).await.latest_version, Some(2));
    (house, verifier, case)
}

fn point_at_first(case: Uuid, column: &str) -> String {
    let first = format!("(SELECT {column} FROM versions WHERE case_id = '{case}' AND number = 1)");
    format!("UPDATE versions SET {column} = {first} WHERE case_id = '{case}' AND number = 2")
}

#[tokio::test]
async fn a_version_that_points_at_an_older_report_of_its_case_is_served_in_no_form_and_is_found() {
    let (house, verifier, case) = with_two_versions().await;
    let id = case.to_string();
    let read = async |version, form| verifier.report(&caller(), &id, version, form).await.map(drop);
    let forms = [ReportForm::Json, ReportForm::Html { english: false }];
    for form in forms {
        read(None, form).await.unwrap();
    }
    assert!(verifier.case_records(&supervisor("one"), &id, true).await.is_ok());
    let keys = [VerifierKey::of(&house.keys.log_signer())];
    assert!(verify_log(&house.store, &keys, &[]).await.unwrap().sound());
    change(&house, point_at_first(case, "report_document")).await;
    for form in forms {
        assert!(matches!(read(None, form).await, Err(ReadError::Inside(_))), "{form:?}");
        read(Some(1), form).await.unwrap();
    }
    let township = Caller { disclosure: Disclosure::Conclusion, ..caller() };
    assert!(verifier.report(&township, &id, None, ReportForm::Sealed).await.is_err());
    assert!(verifier.opened_report(&caller(), &id).await.is_err());
    assert!(verifier.exported(&caller(), &[house.case(case).await]).await.is_err());
    assert!(verifier.case_records(&supervisor("one"), &id, true).await.is_err());
    assert!(verifier.issue(&supervisor("one"), &id, 2).await.is_err());
    let found = verify_log(&house.store, &keys, &[]).await.unwrap();
    let found: Vec<_> = found.rows.faults.iter().map(|fault| (fault.table, fault.column)).collect();
    assert_eq!(found, [("versions", "report_document")]);
}

#[tokio::test]
async fn records_are_decided_on_as_the_version_has_them() {
    let (house, verifier, case) = with_two_versions().await;
    change(&house, point_at_first(case, "evidence_document")).await;
    assert!(verifier.case_records(&supervisor("one"), &case.to_string(), true).await.is_err());
}

/// How many readings of answers stand in the log.
async fn readings(house: &House) -> usize {
    let filter = crate::store::LogFilter { actions: vec!["answers_read".into()], limit: 100, ..Default::default() };
    house.store.search_log(&filter).await.unwrap().len()
}

#[tokio::test]
async fn what_an_answer_says_of_a_person_is_told_in_full_alone_and_entered_before() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    let answers = async |who: &Caller| {
        let status = verifier.status(who, &id).await.unwrap();
        let of = |source: &str| status.cells.iter().find(|cell| cell.source == source).unwrap().answer.clone().unwrap();
        let stream = verifier.events(who, &id, 0).await.unwrap();
        let told: Vec<String> = stream
            .filter_map(|event| {
                std::future::ready(match event.what {
                    EventKind::Answer(cell) => cell.answer.filter(|answer| answer != "skipped"),
                    _ => None,
                })
            })
            .collect()
            .await;
        (of("agriculture"), of("tax"), of("finance"), told)
    };
    let text = |word: &str| word.to_owned();
    let below = [
        Caller { disclosure: Disclosure::Conclusion, ..caller() },
        Caller { disclosure: Disclosure::Amounts, ..caller() },
        Caller { scopes: Vec::new(), ..caller() },
    ];
    for who in below {
        let (found, none, skipped, told) = answers(&who).await;
        assert_eq!((found, none, skipped), (text("answered"), text("answered"), text("skipped")), "{who:?}");
        assert_eq!(told, ["answered", "answered"]);
    }
    assert_eq!(readings(&house).await, 0, "nobody was told anything of a person");
    let (found, none, skipped, mut told) = answers(&caller()).await;
    told.sort();
    assert_eq!((found, none, skipped), (text("found"), text("no_record"), text("skipped")));
    assert_eq!(told, ["found", "no_record"]);
    assert_eq!(readings(&house).await, 2, "the state, and the stream that was opened");
    for (who, entries) in [(caller(), 3), (supervisor("one"), 5)] {
        answers(&who).await;
        assert_eq!(readings(&house).await, entries, "one for the state an hour and caller, one for each stream");
    }
    for closed in [true, false] {
        let other = supervisor("two");
        house.store.plan_faults(if closed { &[Fault::Lost] } else { &[] });
        assert_eq!(matches!(verifier.status(&other, &id).await, Err(ReadError::Closed)), closed);
        house.store.plan_faults(if closed { &[Fault::Lost] } else { &[] });
        assert_eq!(matches!(verifier.events(&other, &id, 0).await.map(drop), Err(ReadError::Closed)), closed);
    }
}

#[tokio::test]
async fn an_erased_case_says_nothing_of_what_was_answered_and_is_not_taken_for_altered() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    assert!(!verifier.status(&caller(), &id).await.unwrap().cells.is_empty());
    let approval = verifier.ask_erasure(&caller(), &id, ErasureGrounds::Mistaken).await.unwrap().approval;
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
    let status = verifier.status(&caller(), &id).await.unwrap();
    assert_eq!((status.summary.status.as_str(), status.cells), ("erased", Vec::new()));
    let told: Vec<_> = verifier.events(&caller(), &id, 0).await.unwrap().collect().await;
    assert!(!told.is_empty() && told.iter().all(|event| !matches!(event.what, EventKind::Answer(_))), "{told:?}");
    let keys = [VerifierKey::of(&house.keys.log_signer())];
    let report = verify_log(&house.store, &keys, &[]).await.unwrap();
    assert!(report.sound(), "{:?} {:?}", report.faults, report.rows.faults);
}
