//! What people said about a member goes when the member takes the authorisation back, and what is displayed says so.

use super::deciding::{supervisor, work};
use super::stand_in::no_record;
use super::*;
use crate::audit::{VerifierKey, verify_log};
use crate::household::{Answer, MemberRef, Record};
use crate::store::{DecisionKind, DocumentKind, StoreError};
use crate::verification::{DecideError, NewObjection, NoChange, ReadError, RecordDecision, Reviewed};

pub(super) const OTHER: &str = "440524188001010014";

/// A final case of two members, each with a held record of the same department; in the household's last report there was one of them alone.
pub(super) async fn case_of_two() -> (House, Verifier, Arc<StandIn>, Uuid) {
    let house = House::new().await;
    let subsidy = |number: &str, id_number: &str| -> Record {
        serde_json::from_value(serde_json::json!({
            "number": number, "subject": {"name": "赵铁柱", "id_number": id_number},
            "detail": {"kind": "farm_subsidy", "item": "耕地地力保护补贴", "amount": "100.00", "paid_on": "2026-03-05"},
        }))
        .unwrap()
    };
    let records = vec![subsidy("N1", "110101199003070038"), subsidy("N2", OTHER)];
    let agriculture = StandIn::speaking("agriculture", &["transfer"], Does::Answers(Answer::Found { records }));
    let tax = StandIn::speaking("tax", &["wage"], Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&agriculture, &tax]), &[]);
    let mut request = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
    verifier.accept(&caller(), request.clone(), None).await.unwrap();
    work(&house, &verifier).await;
    let mut other = request.household.members[0].clone();
    other.reference = MemberRef("m2".into());
    other.id_number = Some(OTHER.into());
    other.authorisation.as_mut().unwrap().number = "SQ-2".into();
    request.household.members.push(other);
    let case = Uuid::parse_str(&verifier.accept(&caller(), request, None).await.unwrap().id).unwrap();
    work(&house, &verifier).await;
    (house, verifier, agriculture, case)
}

#[tokio::test]
async fn words_about_a_member_go_with_the_authorisation_and_their_place_says_so() {
    let (house, verifier, agriculture, case) = case_of_two().await;
    let id = case.to_string();
    let records = verifier.case_records(&supervisor("one"), &id, true).await.unwrap().records;
    let names: Vec<String> = records.into_iter().map(|sides| sides.record).collect();
    let of = |member: &str| names.iter().find(|name| name.starts_with(&format!("{member}/"))).cloned();
    let (Some(first), Some(second)) = (of("m1"), of("m2")) else { panic!("a record of each: {names:?}") };
    let decisions = [&first, &second].map(|record| RecordDecision {
        record: record.clone(),
        belongs: false,
        reason: format!("已核实 {record}"),
    });
    match verifier.review(&supervisor("one"), &id, 1, decisions.to_vec()).await.unwrap() {
        Reviewed::Stands => {}
        Reviewed::Waits(asked) => drop(verifier.agree(&supervisor("two"), &asked.approval).await.unwrap()),
    }
    work(&house, &verifier).await;
    for (version, record) in [(2, Some(&first)), (3, Some(&second)), (4, None)] {
        let objection = NewObjection {
            version,
            sources: vec![agriculture.key()],
            record: record.cloned(),
            statement: format!("异议 {version}"),
        };
        verifier.object(&caller(), &id, objection).await.unwrap();
        work(&house, &verifier).await;
    }
    verifier.hear(&caller(), &id, None, "家中情况").await.unwrap();
    let before = house.store.decisions(case).await.unwrap();

    verifier.withdraw(&caller(), &id, "m1", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    for document in before.iter().filter(|row| row.kind == DecisionKind::Review).map(|row| row.document) {
        assert!(matches!(house.store.get_document(document).await, Err(StoreError::Erased { .. })));
    }
    let heard = house.store.heard(case, 5).await.unwrap();
    assert_eq!(heard.len(), 1, "that the family was heard stays");
    assert!(matches!(house.store.get_document(heard[0].document).await, Err(StoreError::Erased { .. })));
    let shown = verifier.objections(&caller(), &id).await.unwrap();
    let shown = serde_json::to_value(&shown).unwrap();
    let said: Vec<_> =
        shown.as_array().unwrap().iter().map(|one| (one["statement"].as_str(), &one["withdrawn"])).collect();
    let gone = serde_json::json!(true);
    let none = serde_json::Value::Null;
    assert_eq!(said, [(None, &gone), (Some("异议 3"), &none), (None, &gone)], "of another member's record it stays");

    // the word about the other one is in force still
    let records = verifier.case_records(&supervisor("one"), &id, true).await.unwrap().records;
    let reasons: Vec<_> = records.iter().map(|sides| (sides.record.as_str(), sides.reviewed.as_ref())).collect();
    assert!(reasons.iter().all(|(record, _)| !record.starts_with("m1/")), "{reasons:?}");
    assert!(reasons.iter().any(|(record, said)| *record == second && said.is_some_and(|said| !said.belongs)));
    assert_eq!(house.store.documents_of(case, DocumentKind::Review).await.unwrap().len(), 1, "sealed again without");
    verifier.withdraw(&caller(), &id, "m2", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    assert!(house.store.documents_of(case, DocumentKind::Review).await.unwrap().is_empty());
    assert!(house.store.documents_of(case, DocumentKind::Objection).await.unwrap().is_empty());
    assert!(verifier.objections(&caller(), &id).await.unwrap().iter().all(|objection| objection.withdrawn));
    let log = verify_log(&house.store, &[VerifierKey::of(&house.keys.log_signer())], &[]).await.unwrap();
    assert!(log.sound(), "{:?}", log.rows.faults);
}

#[tokio::test]
async fn why_a_case_shows_no_change_is_told_and_nobody_is_heard_about_none() {
    let (house, verifier, agriculture, case) = case_of_two().await;
    let id = case.to_string();
    let why = async |case: Uuid| match verifier.change_of(&caller(), &case.to_string()).await {
        Err(ReadError::NoChange(why)) => Some(why),
        Ok(_) => None,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(verifier.change_of(&caller(), &id).await.unwrap().version, 1);
    let first = verifier.change_of(&caller(), &id).await.unwrap().with;
    assert_eq!(why(first).await, Some(NoChange::NoEarlier));
    let about_nothing = verifier.hear(&caller(), &first.to_string(), None, "家中情况").await;
    assert!(matches!(about_nothing, Err(DecideError::NothingToHear)), "{about_nothing:?}");

    // a version that was read counts only while it is the latest
    let objection =
        NewObjection { version: 1, sources: vec![agriculture.key()], record: None, statement: "不是我的".into() };
    verifier.object(&caller(), &id, objection).await.unwrap();
    work(&house, &verifier).await;
    let late = verifier.hear(&caller(), &id, Some(1), "家中情况").await;
    assert!(matches!(late, Err(DecideError::Moved)), "{late:?}");
    assert!(house.store.heard(case, 2).await.unwrap().is_empty());
    verifier.hear(&caller(), &id, Some(2), "家中情况").await.unwrap();
    assert_eq!(house.store.heard(case, 2).await.unwrap().len(), 1);

    verifier.withdraw(&caller(), &id, "m1", "本人撤回").await.unwrap();
    assert_eq!(why(case).await, Some(NoChange::Gone), "it is locked, and no later version stands");
    let gone = verifier.hear(&caller(), &id, None, "家中情况").await;
    assert!(matches!(gone, Err(DecideError::Erased)), "{gone:?}");
}

#[tokio::test]
async fn what_changed_is_not_told_before_the_report_is_final() {
    let house = House::new().await;
    let tax = StandIn::new("tax", super::stand_in::pending());
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let why = async |case: Uuid| match verifier.change_of(&caller(), &case.to_string()).await {
        Err(ReadError::NoChange(why)) => why,
        other => panic!("{:?}", other.map(|changed| changed.version)),
    };
    let waiting = accepted(&verifier).await;
    assert_eq!(why(waiting).await, NoChange::NotFinal, "nobody has been asked");
    work(&house, &verifier).await;
    assert_eq!(house.case(waiting).await.latest_version, Some(1));
    assert_eq!(why(waiting).await, NoChange::NotFinal, "a department is to answer still");
    let early = verifier.hear(&caller(), &waiting.to_string(), Some(1), "家中情况").await;
    assert!(matches!(early, Err(DecideError::Moved)), "{early:?}");
}
