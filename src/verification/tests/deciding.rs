//! What people decide about a case: it stands, takes a second person where it must, and is in the next version.

use super::stand_in::{no_record, pending};
use super::*;
use crate::audit::{Action, Leaf, Outcome};
use crate::auth::Role;
use crate::household::{Answer, AnswerKind, MemberRef, Record, Verdict};
use crate::store::faults::Fault;
use crate::store::{ApprovalKind, CaseState, DocumentKind, LogFilter, StoreError, VersionReason};
use crate::verification::archive::Archive;
use crate::verification::{
    DecideError, ErasureGrounds, Grounds, HeldRecords, InspectionTerms, NewObjection, ReadError, RecordDecision,
    ReportForm, Reviewed,
};

/// A supervisor of the case's organisation.
pub(super) fn supervisor(name: &str) -> Caller {
    Caller { subject: name.into(), roles: vec![Role::Supervisor], ..caller() }
}

pub(super) fn with_role(name: &str, role: Role) -> Caller {
    Caller { subject: name.into(), roles: vec![role], ..caller() }
}

/// A subsidy under the member's number, and under a name that is not theirs: it is held.
pub(super) fn held(amount: &str) -> Answer {
    let record: Record = serde_json::from_value(serde_json::json!({
        "number": "N1", "subject": {"name": "赵铁柱", "id_number": "110101199003070038"},
        "detail": {"kind": "farm_subsidy", "item": "耕地地力保护补贴", "amount": amount, "paid_on": "2026-03-05"},
    }))
    .unwrap();
    Answer::Found { records: vec![record] }
}

fn belongs(belongs: bool) -> Vec<RecordDecision> {
    vec![RecordDecision { record: "m1/agriculture/N1".into(), belongs, reason: "已到村核实".into() }]
}

/// A final case with one held record, and what it was asked of.
pub(super) async fn case_with_held() -> (House, Verifier, Arc<StandIn>, Arc<StandIn>, Uuid) {
    let house = House::new().await;
    let agriculture = StandIn::speaking("agriculture", &["transfer"], Does::Answers(held("100.00")));
    let tax = StandIn::speaking("tax", &["wage"], Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&agriculture, &tax]), &[]);
    let case = accepted(&verifier).await;
    verifier.run_claimed(house.claim().await.unwrap()).await;
    assert_eq!(house.case(case).await.reviews_open, 1);
    (house, verifier, agriculture, tax, case)
}

#[tokio::test]
async fn held_records_are_told_by_the_model_that_weighed_them() {
    let (house, verifier, agriculture, tax, case) = case_with_held().await;
    let (one, id) = (supervisor("one"), case.to_string());
    let thresholds = |held: &HeldRecords| held.model.as_ref().map(|model| model.thresholds());
    let first = verifier.held_records(&one, &id).await.unwrap();
    assert_eq!(thresholds(&first), Some(Model::person().thresholds()));

    const PERSON: &str = include_str!("../../../config/identity/person.toml");
    let dearer = PERSON.replace("cost = { review = 1, false_match = 1000,", "cost = { review = 1, false_match = 9000,");
    let other = Model::parse("person.toml", &dearer).unwrap();
    assert_ne!(other.thresholds(), Model::person().thresholds());
    let later = house.verifier_by(other.clone(), sources(&[&agriculture, &tax]), &[], &[]);
    let held = later.held_records(&one, &id).await.unwrap();
    assert_eq!(held.records.version, 1, "the version is of the model before");
    assert_eq!(thresholds(&held), Some(Model::person().thresholds()), "not those in force by now");
    let drawn = |held: &HeldRecords| {
        let record = &held.records.records[0];
        record.waterfall(held.model.as_ref().unwrap(), crate::household::Lang::Zh).svg()
    };
    assert_eq!(drawn(&held), drawn(&first));

    // altered or gone, it draws nothing
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(house.store.path().join("hedui.sqlite"));
    let pool = sqlx::sqlite::SqlitePool::connect_with(options).await.unwrap();
    for change in [
        "UPDATE artifacts SET bytes = CAST(replace(CAST(bytes AS TEXT), '1000', '9000') AS BLOB) WHERE kind = 'model'",
        "DELETE FROM artifacts WHERE kind = 'model'",
    ] {
        assert_eq!(sqlx::query(change).execute(&pool).await.unwrap().rows_affected(), 1);
        assert!(later.held_records(&one, &id).await.unwrap().model.is_none(), "{change}");
        assert!(verifier.held_records(&one, &id).await.unwrap().model.is_some(), "it is in force here");
    }
}

/// Works on whatever is due until nothing is.
pub(super) async fn work(house: &House, verifier: &Verifier) {
    while let Some(claimed) = house.claim().await {
        verifier.run_claimed(claimed).await;
    }
}

async fn asked(outcome: Result<Reviewed, DecideError>) -> String {
    match outcome.unwrap() {
        Reviewed::Waits(asked) => asked.approval,
        Reviewed::Stands => panic!("it changes a total: a second person is needed"),
    }
}

#[tokio::test]
async fn a_decision_that_changes_a_total_stands_when_a_second_person_agrees() {
    let (house, verifier, agriculture, _, case) = case_with_held().await;
    let id = case.to_string();
    let shown = verifier.case_records(&supervisor("one"), &id, false).await.unwrap();
    assert_eq!((shown.version, shown.records.len(), shown.records[0].record.as_str()), (1, 1, "m1/agriculture/N1"));
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await;
    assert_eq!(house.case(case).await.latest_version, Some(1), "nothing changes before");
    let again = verifier.review(&supervisor("two"), &id, 1, belongs(true)).await;
    assert!(matches!(again, Err(DecideError::AlreadyAsked)), "one at a time");
    assert!(matches!(verifier.agree(&supervisor("one"), &approval).await, Err(DecideError::SamePerson)));
    let elsewhere = Caller { organisation: "other".into(), ..supervisor("two") };
    assert!(matches!(verifier.agree(&elsewhere, &approval).await, Err(DecideError::NotFound)));
    let caseworker = with_role("two", Role::Caseworker);
    assert!(matches!(verifier.agree(&caseworker, &approval).await, Err(DecideError::OtherRole)));
    let detail = verifier.approval(&supervisor("two"), &approval).await.unwrap();
    assert!(detail.summary.may_agree && detail.summary.kind == ApprovalKind::Review);
    assert!(!detail.asked["effects"]["totals"].as_array().unwrap().is_empty(), "{}", detail.asked);
    let agreed = verifier.agree(&supervisor("two"), &approval).await.unwrap();
    assert_eq!((agreed.status.as_str(), agreed.hands.len()), ("agreed", 1));
    assert!(matches!(verifier.agree(&supervisor("three"), &approval).await, Err(DecideError::NotOpen)));
    work(&house, &verifier).await;
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason, row.is_final), (2, VersionReason::Review, true));
    let case_row = house.case(case).await;
    assert_eq!((case_row.state, case_row.reviews_open, case_row.reopened_for), (CaseState::Final, 0, None));
    assert_eq!(agriculture.asked(), 1, "nobody is asked again for it");
    let records = verifier.case_records(&supervisor("one"), &id, true).await.unwrap().records;
    assert_eq!(records[0].verdict, Verdict::Match);
    assert_eq!(records[0].reviewed.as_ref().map(|said| said.reason.as_str()), Some("已到村核实"));
    let archive = Archive::new(house.store.clone(), house.log.clone(), house.keys.clone());
    let remade = archive.recompute(&caller(), &id, None).await.unwrap();
    assert!(remade.stored == remade.recomputed && remade.contradictions.is_empty(), "made again from what is kept");
}

#[tokio::test]
async fn a_systems_account_is_neither_the_first_person_nor_the_second() {
    let (_house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    let system = Caller { is_system: true, ..supervisor("system") };
    let none =
        |outcome: Result<(), DecideError>| assert!(matches!(outcome, Err(DecideError::NotAPerson)), "{outcome:?}");
    none(verifier.review(&system, &id, 1, belongs(true)).await.map(drop));
    none(verifier.issue(&system, &id, 1).await.map(drop));
    none(verifier.ask_erasure(&system, &id, ErasureGrounds::Mistaken).await.map(drop));
    let terms = InspectionTerms { case: id.clone(), grounds: Grounds::Sample, document: "1".into(), hours: 1 };
    let auditor = Caller { is_system: true, ..with_role("auditor", Role::Auditor) };
    none(verifier.ask_inspection(&auditor, &terms).await.map(drop));
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await;
    none(verifier.agree(&system, &approval).await.map(drop));
    let page = verifier.approvals(&system, true, None, 10).await.unwrap();
    assert!(!page.items[0].may_agree);
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
}

#[tokio::test]
async fn whoever_refuses_or_takes_back_closes_it_and_nothing_changes() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    for who in ["one", "two"] {
        let approval = asked(verifier.review(&with_role("one", Role::Caseworker), &id, 1, belongs(true)).await).await;
        let asker = with_role("one", Role::Caseworker);
        let closed = match who {
            "one" => verifier.refuse_approval(&asker, &approval, None).await,
            _ => verifier.refuse_approval(&supervisor("two"), &approval, None).await,
        };
        assert_eq!(closed.unwrap().status, "refused");
        assert!(matches!(verifier.agree(&supervisor("two"), &approval).await, Err(DecideError::NotOpen)));
    }
    assert_eq!(house.case(case).await.latest_version, Some(1));
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await;
    house.pass(15 * 24 * 3600);
    assert!(matches!(verifier.agree(&supervisor("two"), &approval).await, Err(DecideError::NotOpen)), "it lapsed");
    let page = verifier.approvals(&supervisor("two"), false, None, 10).await.unwrap();
    assert_eq!(page.items[0].status, "lapsed");
    asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await; // and may be asked again
}

#[tokio::test]
async fn every_fault_of_a_decision_is_told_at_once_and_none_of_it_stands() {
    let (_house, verifier, _, _, case) = case_with_held().await;
    let decisions = vec![
        RecordDecision { record: "m1/agriculture/N2".into(), belongs: true, reason: "核实".into() },
        RecordDecision { record: "m1/agriculture/N1".into(), belongs: true, reason: "  ".into() },
        RecordDecision { record: "m1/agriculture/N1".into(), belongs: false, reason: "核实".into() },
    ];
    let refused = verifier.review(&supervisor("one"), &case.to_string(), 1, decisions).await;
    let Err(DecideError::Faults(faults)) = refused else { panic!("{refused:?}") };
    let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code.as_str())).collect();
    assert_eq!(
        found,
        [("/decisions/0/record", "unknown"), ("/decisions/1/reason", "reason"), ("/decisions/2/record", "twice")]
    );
    let none = verifier.review(&supervisor("one"), &case.to_string(), 1, Vec::new()).await;
    assert!(matches!(none, Err(DecideError::Faults(_))));
    let stale = verifier.review(&supervisor("one"), &case.to_string(), 2, belongs(true)).await;
    assert!(matches!(stale, Err(DecideError::Moved)));
}

#[tokio::test]
async fn nothing_is_decided_while_the_log_cannot_be_written() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    house.store.plan_faults(&[Fault::Lost]);
    assert!(matches!(verifier.case_records(&supervisor("one"), &id, false).await, Err(DecideError::Closed)));
    house.store.plan_faults(&[Fault::Lost]);
    assert!(matches!(verifier.issue(&supervisor("one"), &id, 1).await, Err(DecideError::Closed)));
    house.store.plan_faults(&[Fault::Lost]);
    assert!(matches!(verifier.ask_erasure(&caller(), &id, ErasureGrounds::Mistaken).await, Err(DecideError::Closed)));
    let approval = verifier.ask_erasure(&caller(), &id, ErasureGrounds::Mistaken).await.unwrap().approval;
    house.store.plan_faults(&[Fault::Lost]);
    assert!(matches!(verifier.agree(&supervisor("two"), &approval).await, Err(DecideError::Closed)));
    assert!(verifier.opened_report(&caller(), &id).await.is_ok(), "it is all there");
}

#[tokio::test]
async fn a_decision_stays_with_its_record_and_leaves_another_one_alone() {
    let (house, verifier, agriculture, tax, case) = case_with_held().await;
    let id = case.to_string();
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await;
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
    work(&house, &verifier).await;
    let objection = |version, statement: &str| NewObjection {
        version,
        sources: vec![agriculture.key()],
        record: Some("m1/agriculture/N1".into()),
        statement: statement.into(),
    };
    verifier.object(&caller(), &id, objection(2, "这不是我领的")).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!((agriculture.asked(), tax.asked()), (2, 1), "the department it is against is asked anew, and no other");
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason), (3, VersionReason::Objection));
    let verdict = async |version: u32| {
        let shown = verifier.case_records(&supervisor("one"), &id, true).await.unwrap();
        assert_eq!(shown.version, version);
        (shown.records[0].verdict, shown.records[0].reviewed.is_some())
    };
    assert_eq!(verdict(3).await, (Verdict::Match, true), "the same record, the same word");
    agriculture.now(Does::Answers(held("90.00")));
    verifier.object(&caller(), &id, objection(3, "金额也不对")).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!(verdict(4).await, (Verdict::Review, false), "another record waits for a person again");
    let told = verifier.objections(&caller(), &id).await.unwrap();
    let told: Vec<_> = told.iter().map(|one| one.objection.as_ref().unwrap().statement.as_str()).collect();
    assert_eq!(told, ["这不是我领的", "金额也不对"]);
    let unasked = NewObjection { sources: vec![key("vehicles")], ..objection(4, "没有车") };
    assert!(matches!(verifier.object(&caller(), &id, unasked).await, Err(DecideError::Faults(_))));
}

#[tokio::test]
async fn after_an_objection_no_version_is_made_before_all_have_answered_again() {
    let (house, verifier, agriculture, _, case) = case_with_held().await;
    let id = case.to_string();
    agriculture.now(pending());
    let objection =
        NewObjection { version: 1, sources: vec![agriculture.key()], record: None, statement: "与我无关".into() };
    verifier.object(&caller(), &id, objection).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!(house.case(case).await.latest_version, Some(1));
    assert_eq!(house.case(case).await.state, CaseState::Waiting);
    agriculture.now(Does::Answers(no_record()));
    house.pass(3600);
    work(&house, &verifier).await;
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason, row.is_final), (2, VersionReason::Objection, true));
}

#[tokio::test]
async fn a_word_that_comes_while_a_worker_has_the_case_is_in_the_next_version() {
    let (house, verifier, agriculture, _, case) = case_with_held().await;
    let id = case.to_string();
    let objection =
        NewObjection { version: 1, sources: vec![agriculture.key()], record: None, statement: "与我无关".into() };
    agriculture.now(Does::Hangs);
    verifier.object(&caller(), &id, objection).await.unwrap();
    let (claimed, worker) = (house.claim().await.unwrap(), verifier.clone());
    let old = tokio::spawn(async move { worker.run_claimed(claimed).await });
    agriculture.is_asked().await;
    agriculture.is_asked().await; // the first notice was of its first question
    agriculture.now(Does::Answers(no_record()));
    let withdrawn = verifier.withdraw(&caller(), &id, "m1", "本人撤回").await.unwrap();
    assert!(withdrawn.another_version);
    old.await.expect("the worker that hangs is told to let go");
    work(&house, &verifier).await;
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason), (2, VersionReason::Withdrawal));
    assert_eq!(house.said(case, "agriculture").await, "skipped withdrawn");
}

#[tokio::test]
async fn a_withdrawn_authorisation_asks_nobody_and_keeps_only_what_was_issued() {
    let (house, verifier, agriculture, tax, case) = case_with_held().await;
    let id = case.to_string();
    verifier.issue(&supervisor("two"), &id, 1).await.unwrap();
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await;
    verifier.agree(&supervisor("three"), &approval).await.unwrap();
    work(&house, &verifier).await;
    let drafts = house.store.get_version(case, Some(2)).await.unwrap();
    let answers = house.store.documents_of(case, DocumentKind::Evidence).await.unwrap();
    assert!(!answers.is_empty());

    let nobody = verifier.withdraw(&caller(), &id, "m9", "本人撤回").await;
    assert!(matches!(nobody, Err(DecideError::NotFound)));
    verifier.withdraw(&caller(), &id, "m1", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason, row.is_final), (3, VersionReason::Withdrawal, true));
    assert_eq!(house.said(case, "tax").await, "skipped withdrawn");
    let gone = async |document| matches!(house.store.get_document(document).await, Err(StoreError::Erased { .. }));
    for document in answers {
        assert!(gone(document).await, "answers are destroyed");
    }
    assert!(gone(drafts.report_document).await && gone(drafts.evidence_document).await, "drafts are destroyed");
    let read = async |version| verifier.report(&caller(), &id, Some(version), ReportForm::Json).await;
    assert!(read(1).await.is_ok(), "an issued version is the record of what was done");
    assert!(matches!(read(2).await, Err(ReadError::Erased)));
    let body = report(&verifier, case).await.body;
    assert!(!body.totals.income.complete, "what nobody may ask about is open");
    let open: Vec<&str> = body.open_facts.iter().map(|open| open.fact.as_str()).collect();
    assert!(open.contains(&"withdrawn:m1"), "{open:?}");
    assert!(!open.iter().any(|fact| fact.starts_with("source:")), "no department is to blame: {open:?}");

    let (before_tax, before) = (tax.asked(), agriculture.asked());
    let next = accepted(&verifier).await;
    work(&house, &verifier).await;
    assert_eq!((tax.asked(), agriculture.asked()), (before_tax, before), "another case under its number asks nobody");
    assert_eq!(house.said(next, "tax").await, "skipped withdrawn");
}

#[tokio::test]
async fn answers_about_others_stay_where_a_document_was_shared() {
    use crate::verification::plan::tests::{authorisation, request};
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let mut request = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
    let mut other = request.household.members[0].clone();
    other.reference = MemberRef("m2".into());
    other.authorisation.as_mut().unwrap().number = "SQ-2".into();
    request.household.members.push(other);
    let submitted = verifier.accept(&caller(), request, None).await.unwrap();
    let case = Uuid::parse_str(&submitted.id).unwrap();
    work(&house, &verifier).await;
    let before = house.store.documents_of(case, DocumentKind::Evidence).await.unwrap();
    assert_eq!(before.len(), 1, "both answers share a document");
    verifier.withdraw(&caller(), &submitted.id, "m1", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    let after = house.store.documents_of(case, DocumentKind::Evidence).await.unwrap();
    assert!(after.len() == 1 && after != before);
    let cells = house.store.cells(case).await.unwrap();
    let of = |member: &str| {
        cells.iter().find(|cell| cell.member_ref.as_str() == member && cell.source == key("tax")).unwrap()
    };
    assert_eq!((of("m1").kind, of("m2").kind), (Some(AnswerKind::Skipped), Some(AnswerKind::NoRecord)));
    assert_eq!(of("m2").evidence_document, Some(after[0]));
    assert_eq!(house.store.get_version(case, None).await.unwrap().number, 2);
}

#[tokio::test]
async fn a_report_is_issued_by_somebody_who_had_no_hand_in_it() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    let sender = Caller { roles: vec![Role::Supervisor], ..caller() };
    assert!(matches!(verifier.issue(&sender, &id, 1).await, Err(DecideError::SamePerson)));
    let caseworker = with_role("two", Role::Caseworker);
    assert!(matches!(verifier.issue(&caseworker, &id, 1).await, Err(DecideError::OtherRole)));
    assert!(matches!(verifier.issue(&supervisor("two"), &id, 2).await, Err(DecideError::Moved)));
    let draft = house.store.get_version(case, None).await.unwrap();
    let issued = verifier.issue(&supervisor("two"), &id, 1).await.unwrap();
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.issued_by.as_deref(), row.number), (Some("two"), 1));
    assert_ne!(row.body_hash, draft.body_hash, "the body says who issued it");
    assert_eq!(issued.body_sha256, hex::encode(row.body_hash));
    let whole = report(&verifier, case).await;
    assert!(whole.is_of_its_body() && whole.attestation.leaf_index == row.leaf_index);
    assert_eq!(whole.body.issued.as_ref().map(|issue| issue.by.as_str()), Some("two"));
    assert!(matches!(verifier.issue(&supervisor("three"), &id, 1).await, Err(DecideError::AlreadyIssued)));
    let archive = Archive::new(house.store.clone(), house.log.clone(), house.keys.clone());
    let remade = archive.recompute(&caller(), &id, None).await.unwrap();
    assert!(remade.stored == remade.recomputed && remade.contradictions.is_empty());

    // whoever decided about a record of it does not issue what came of it
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(false)).await).await;
    verifier.agree(&supervisor("four"), &approval).await.unwrap();
    work(&house, &verifier).await;
    assert!(
        matches!(verifier.issue(&supervisor("four"), &id, 2).await, Err(DecideError::SamePerson)),
        "nor who agreed"
    );
    assert_eq!(house.store.get_version(case, None).await.unwrap().issued_at, None, "another version is a draft again");
    assert!(matches!(verifier.issue(&supervisor("one"), &id, 2).await, Err(DecideError::SamePerson)));
    verifier.issue(&supervisor("three"), &id, 2).await.unwrap();
}

/// How often the log says of a case that something was done, and how often that it failed.
async fn said(house: &House, case: Uuid, action: Action) -> (usize, usize) {
    let filter = LogFilter {
        case_id: Some(case),
        actions: vec![action.as_str().to_owned()],
        limit: 100,
        ..LogFilter::default()
    };
    let entries = house.store.search_log(&filter).await.unwrap();
    let outcome = |bytes: &[u8]| Leaf::parse(bytes).unwrap().event.outcome;
    let failed = entries.iter().filter(|stored| outcome(&stored.leaf.bytes) == Outcome::Failed).count();
    (entries.len() - failed, failed)
}

#[tokio::test]
async fn what_the_log_said_and_was_not_done_is_said_to_have_failed() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    let (two, three) = (supervisor("two"), supervisor("three"));
    let (one, other) = tokio::join!(verifier.issue(&two, &id, 1), verifier.issue(&three, &id, 1));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    // Whoever comes when the other is done is refused before anything is entered.
    let (entered, failed) = said(&house, case, Action::Issued).await;
    assert_eq!(entered, 1 + failed);

    for _ in 0..100 {
        let waiting = accepted(&verifier).await;
        let (by, id) = (caller(), waiting.to_string());
        let stopped = tokio::join!(verifier.cancel(&by, &id), verifier.cancel(&by, &id));
        assert!(stopped.0.is_ok() != stopped.1.is_ok(), "{stopped:?}");
        let (entered, failed) = said(&house, waiting, Action::Cancelled).await;
        assert_eq!(entered, 1 + failed);
        if failed == 1 {
            return;
        }
    }
    panic!("two never came at once");
}

#[tokio::test]
async fn an_erased_case_takes_two_and_opens_no_more() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    let approval = verifier.ask_erasure(&caller(), &id, ErasureGrounds::Mistaken).await.unwrap().approval;
    let own = Caller { roles: vec![Role::Supervisor], ..caller() };
    assert!(matches!(verifier.agree(&own, &approval).await, Err(DecideError::SamePerson)));
    assert_eq!(house.case(case).await.state, CaseState::Final);
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
    assert_eq!(house.case(case).await.state, CaseState::Erased);
    for kind in DocumentKind::ALL {
        assert!(house.store.documents_of(case, *kind).await.unwrap().is_empty(), "{kind:?}");
    }
    assert!(matches!(verifier.report(&caller(), &id, None, ReportForm::Json).await, Err(ReadError::Erased)));
    let again = verifier.ask_erasure(&caller(), &id, ErasureGrounds::Mistaken).await;
    assert!(matches!(again, Err(DecideError::State(CaseState::Erased))));
    assert_eq!(verifier.approvals(&supervisor("two"), false, None, 10).await.unwrap().items[0].status, "agreed");
}

#[tokio::test]
async fn a_case_is_cancelled_before_its_final_report_and_its_worker_loses_it() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Hangs);
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    let (claimed, worker) = (house.claim().await.unwrap(), verifier.clone());
    let work = tokio::spawn(async move { worker.run_claimed(claimed).await });
    tax.is_asked().await;
    verifier.cancel(&caller(), &case.to_string()).await.unwrap();
    work.await.expect("its worker is told to let go");
    assert_eq!(house.case(case).await.state, CaseState::Cancelled);
    assert!(house.claim().await.is_none());
    assert!(matches!(verifier.cancel(&caller(), &case.to_string()).await, Err(DecideError::State(_))));
}

#[tokio::test]
async fn a_word_that_repeats_what_stands_stands_at_once() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(false)).await).await;
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
    work(&house, &verifier).await;
    let again = verifier.review(&supervisor("one"), &id, 2, belongs(false)).await.unwrap();
    assert_eq!(again, Reviewed::Stands, "nothing that is reckoned with changes");
    let by_a_caseworker = verifier.review(&with_role("three", Role::Caseworker), &id, 2, belongs(false)).await;
    assert!(matches!(by_a_caseworker, Err(DecideError::State(CaseState::Running))), "the first is being worked on");
}

#[tokio::test]
async fn what_a_report_is_checked_again_for_is_given_up_and_the_report_stays() {
    let (house, verifier, _, tax, case) = asked_again_by_ticket().await;
    let id = case.to_string();
    verifier.cancel(&caller(), &id).await.unwrap();
    assert_eq!((house.case(case).await.state, house.case(case).await.latest_version), (CaseState::Final, Some(1)));
    assert!(verifier.report(&caller(), &id, None, ReportForm::Json).await.is_ok());
    assert_eq!(house.case(case).await.reopened_for, None);
    let polled = tax.asked();
    house.pass(3600);
    work(&house, &verifier).await;
    assert_eq!(tax.asked(), polled, "nobody is asked any more");
    assert!(matches!(verifier.cancel(&caller(), &id).await, Err(DecideError::State(CaseState::Final))));
    verifier.ask_erasure(&caller(), &id, ErasureGrounds::Mistaken).await.unwrap();
}

#[tokio::test]
async fn a_cancelled_case_keeps_its_draft_unless_consent_was_taken_back() {
    let house = House::new().await;
    let agriculture = StandIn::speaking("agriculture", &["transfer"], Does::Answers(held("100.00")));
    let tax = StandIn::new("tax", pending());
    let verifier = house.verifier(sources(&[&agriculture, &tax]), &[]);
    let case = accepted(&verifier).await;
    let id = case.to_string();
    work(&house, &verifier).await;
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await;
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
    verifier.cancel(&caller(), &id).await.unwrap();
    assert_eq!((house.case(case).await.state, house.case(case).await.reopened_for), (CaseState::Cancelled, None));
    assert!(verifier.report(&caller(), &id, Some(1), ReportForm::Json).await.is_ok());
}

#[tokio::test]
async fn an_auditor_reads_one_case_for_a_while_after_two_others_agreed() {
    let (house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    let auditor = with_role("auditor", Role::Auditor);
    let read = async || verifier.report(&auditor, &id, None, ReportForm::Json).await.map(drop);
    assert!(matches!(read().await, Err(ReadError::NotFound)));
    let terms =
        InspectionTerms {
            case: id.clone(), grounds: Grounds::Complaint, document: "会纪〔2026〕3号".into(), hours: 2
        };
    let approval = verifier.ask_inspection(&auditor, &terms).await.unwrap().approval;
    let guard = with_role("guard", Role::SecurityAdmin);
    let shown = verifier.approval(&guard, &approval).await.unwrap();
    assert_eq!(
        (shown.asked["grounds"].as_str(), shown.asked["document"].as_str()),
        (Some("complaint"), Some("会纪〔2026〕3号"))
    );
    assert_eq!(verifier.agree(&guard, &approval).await.unwrap().status, "open");
    assert!(matches!(verifier.agree(&guard, &approval).await, Err(DecideError::SamePerson)));
    let second_guard = with_role("guard-2", Role::SecurityAdmin);
    assert!(matches!(verifier.agree(&second_guard, &approval).await, Err(DecideError::OtherRole)));
    assert!(matches!(read().await, Err(ReadError::NotFound)), "one hand is not enough");
    assert_eq!(verifier.agree(&supervisor("two"), &approval).await.unwrap().status, "agreed");
    read().await.unwrap();
    let other = accepted(&verifier).await;
    work(&house, &verifier).await;
    let other = verifier.report(&auditor, &other.to_string(), None, ReportForm::Json).await;
    assert!(matches!(other, Err(ReadError::NotFound)), "no other case");
    house.pass(2 * 3600);
    assert!(matches!(read().await, Err(ReadError::NotFound)), "the time is over");
}

#[tokio::test]
async fn an_inspection_is_looked_at_again_at_each_reading() {
    let (house, _, agriculture, tax, case) = case_with_held().await;
    let verifier = house.verifier_with(sources(&[&agriculture, &tax]), &[], &["auditor"]);
    let id = case.to_string();
    let overseer = Caller { oversees: vec![caller().organisation], ..with_role("auditor", Role::Auditor) };
    let auditor = Caller { organisation: String::new(), ..overseer };
    let guard = with_role("guard", Role::SecurityAdmin);
    let read = async |who: &Caller| verifier.report(who, &id, None, ReportForm::Json).await.map(drop);
    let granted = async || {
        let terms = InspectionTerms { case: id.clone(), grounds: Grounds::Sample, document: "1".into(), hours: 2 };
        let approval = verifier.ask_inspection(&auditor, &terms).await.unwrap().approval;
        verifier.agree(&guard, &approval).await.unwrap();
        assert_eq!(verifier.agree(&supervisor("two"), &approval).await.unwrap().status, "agreed");
        read(&auditor).await.unwrap();
        approval
    };
    let approval = granted().await;
    let no_more = Caller { oversees: Vec::new(), ..auditor.clone() };
    assert!(matches!(read(&no_more).await, Err(ReadError::NotFound)), "the case is overseen by others now");
    let moved = Caller { regions: vec!["620423".into()], ..auditor.clone() };
    assert!(matches!(read(&moved).await, Err(ReadError::NotFound)));
    for (who, given) in [(&supervisor("three"), approval), (&guard, granted().await), (&auditor, granted().await)] {
        let (before, _) = said(&house, case, Action::InspectionEnded).await;
        let unkept = verifier.refuse_approval(who, &given, Some("不再需要")).await;
        assert!(matches!(unkept, Err(DecideError::Faults(_))), "no reason is kept of it: {unkept:?}");
        assert_eq!(verifier.refuse_approval(who, &given, None).await.unwrap().status, "revoked");
        assert_eq!(said(&house, case, Action::InspectionEnded).await, (before + 1, 0));
        assert!(matches!(verifier.refuse_approval(who, &given, None).await, Err(DecideError::NotOpen)), "once");
    }
    assert!(matches!(read(&auditor).await, Err(ReadError::NotFound)), "it was ended");
    granted().await;
    let people =
        serde_json::json!({"people": [{"relation": "sibling", "id_number": "110101199003070038"}]}).to_string();
    let registrar = Caller { organisation: String::new(), ..guard.clone() };
    verifier.register_kin(&registrar, "auditor", people.as_bytes()).await.unwrap();
    assert!(matches!(read(&auditor).await, Err(ReadError::Barred)), "registered since");
}

#[tokio::test]
async fn a_client_set_to_issue_its_own_reports_needs_no_second_person() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier_with(sources(&[&tax]), &[], &["operator"]);
    let case = accepted(&verifier).await;
    work(&house, &verifier).await;
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!(row.issued_by.as_deref(), Some("operator"));
    assert_eq!(report(&verifier, case).await.body.issued.map(|issue| issue.by).as_deref(), Some("operator"));
    let archive = Archive::new(house.store.clone(), house.log.clone(), house.keys.clone());
    let remade = archive.recompute(&caller(), &case.to_string(), None).await.unwrap();
    assert!(remade.stored == remade.recomputed && remade.contradictions.is_empty());
}

/// An objection against a department that answers with a ticket: the case waits for it.
async fn asked_again_by_ticket() -> (House, Verifier, Arc<StandIn>, Arc<StandIn>, Uuid) {
    let (house, verifier, agriculture, tax, case) = case_with_held().await;
    tax.now(pending());
    let objection =
        NewObjection { version: 1, sources: vec![tax.key()], record: None, statement: "工资不对".into() };
    verifier.object(&caller(), &case.to_string(), objection).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!((house.case(case).await.state, house.case(case).await.latest_version), (CaseState::Waiting, Some(1)));
    (house, verifier, agriculture, tax, case)
}

#[tokio::test]
async fn a_second_word_while_a_department_is_asked_again_ends_in_one_version_with_both() {
    let (house, verifier, _, tax, case) = asked_again_by_ticket().await;
    let id = case.to_string();
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await;
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!(house.case(case).await.latest_version, Some(1), "the department has yet to answer");
    tax.now(Does::Answers(no_record()));
    house.pass(3600);
    work(&house, &verifier).await;
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason, row.is_final), (2, VersionReason::Review, true));
    assert_eq!((house.case(case).await.state, house.case(case).await.reviews_open), (CaseState::Final, 0));
}

#[tokio::test]
async fn consent_taken_back_while_a_department_is_asked_again_ends_its_ticket() {
    let (house, verifier, _, tax, case) = asked_again_by_ticket().await;
    let polled = tax.asked();
    verifier.withdraw(&caller(), &case.to_string(), "m1", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    house.pass(3600);
    work(&house, &verifier).await;
    assert_eq!(tax.asked(), polled);
    let row = house.store.get_version(case, None).await.unwrap();
    assert_eq!((row.number, row.reason, row.is_final), (2, VersionReason::Withdrawal, true));
    let again = verifier.withdraw(&caller(), &case.to_string(), "m1", "本人撤回").await;
    assert!(matches!(again, Err(DecideError::NothingToWithdraw)), "once");
}

#[tokio::test]
async fn what_was_asked_about_records_is_void_with_the_withdrawal() {
    let (_house, verifier, _, _, case) = case_with_held().await;
    let id = case.to_string();
    let approval = asked(verifier.review(&supervisor("one"), &id, 1, belongs(true)).await).await;
    verifier.withdraw(&caller(), &id, "m1", "本人撤回").await.unwrap();
    let late = verifier.agree(&supervisor("two"), &approval).await;
    assert!(matches!(late, Err(DecideError::NotOpen)), "{late:?}");
    assert!(matches!(verifier.report(&caller(), &id, Some(1), ReportForm::Json).await, Err(ReadError::Erased)));
}

#[tokio::test]
async fn a_ticket_of_another_case_is_not_looked_for_once_consent_is_taken_back() {
    let house = House::new().await;
    let tax = StandIn::new("tax", pending());
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let (first, second) = (accepted(&verifier).await, accepted(&verifier).await);
    work(&house, &verifier).await;
    let polled = tax.asked();
    verifier.withdraw(&caller(), &first.to_string(), "m1", "本人撤回").await.unwrap();
    tax.now(Does::Answers(no_record()));
    house.pass(3600);
    work(&house, &verifier).await;
    assert_eq!(tax.asked(), polled, "nobody is asked for what nobody may know");
    assert_eq!(house.said(second, "tax").await, "skipped withdrawn");
    assert_eq!(house.case(second).await.state, CaseState::Final);
}

#[tokio::test]
async fn consent_is_taken_back_before_a_case_begins_and_after_it_was_cancelled() {
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    verifier.withdraw(&caller(), &case.to_string(), "m1", "本人撤回").await.unwrap();
    work(&house, &verifier).await;
    assert_eq!((tax.asked(), house.said(case, "tax").await.as_str()), (0, "skipped withdrawn"));
    assert_eq!(house.store.get_version(case, None).await.unwrap().reason, VersionReason::First);

    let house = House::new().await;
    let tax = StandIn::new("tax", pending());
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let case = accepted(&verifier).await;
    work(&house, &verifier).await;
    verifier.cancel(&caller(), &case.to_string()).await.unwrap();
    let withdrawn = verifier.withdraw(&caller(), &case.to_string(), "m1", "本人撤回").await.unwrap();
    assert!(!withdrawn.another_version);
    assert!(house.store.documents_of(case, DocumentKind::Evidence).await.unwrap().is_empty());
    assert!(matches!(
        verifier.report(&caller(), &case.to_string(), None, ReportForm::Json).await,
        Err(ReadError::Erased)
    ));
}

#[tokio::test]
async fn a_letter_that_two_signed_is_taken_back_by_one() {
    use crate::verification::plan::tests::{authorisation, request};
    let house = House::new().await;
    let tax = StandIn::new("tax", Does::Answers(no_record()));
    let verifier = house.verifier(sources(&[&tax]), &[]);
    let both = || {
        let mut request = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
        let mut other = request.household.members[0].clone();
        other.reference = MemberRef("m2".into());
        other.id_number = Some("440524188001010014".into());
        request.household.members.push(other);
        request
    };
    let case = verifier.accept(&caller(), both(), None).await.unwrap().id;
    work(&house, &verifier).await;
    verifier.withdraw(&caller(), &case, "m1", "本人撤回").await.unwrap();
    let next = verifier.accept(&caller(), both(), None).await.unwrap().id;
    work(&house, &verifier).await;
    for case in [case, next] {
        let cells = house.store.cells(Uuid::parse_str(&case).unwrap()).await.unwrap();
        let kind = |member: &str| {
            let theirs = |cell: &&CellRow| cell.member_ref.as_str() == member && cell.source == key("tax");
            cells.iter().find(theirs).and_then(|cell| cell.kind)
        };
        assert_eq!((kind("m1"), kind("m2")), (Some(AnswerKind::Skipped), Some(AnswerKind::NoRecord)));
    }
}

#[tokio::test]
async fn a_record_set_aside_that_says_something_else_later_is_held_and_not_counted() {
    let (house, verifier, agriculture, _, case) = case_with_held().await;
    let id = case.to_string();
    let theirs = |amount: &str| {
        let record: Record = serde_json::from_value(serde_json::json!({
            "number": "N1", "subject": {"name": "测试员", "id_number": "110101199003070038"},
            "detail": {"kind": "farm_subsidy", "item": "耕地地力保护补贴", "amount": amount, "paid_on": "2026-03-05"},
        }))
        .unwrap();
        Does::Answers(Answer::Found { records: vec![record] })
    };
    let object = |version| NewObjection {
        version,
        sources: vec![agriculture.key()],
        record: None,
        statement: "不是我的".into(),
    };
    agriculture.now(theirs("100.00"));
    verifier.object(&caller(), &id, object(1)).await.unwrap();
    work(&house, &verifier).await;
    let approval = asked(verifier.review(&supervisor("one"), &id, 2, belongs(false)).await).await;
    verifier.agree(&supervisor("two"), &approval).await.unwrap();
    work(&house, &verifier).await;
    let verdict = async || verifier.case_records(&supervisor("one"), &id, true).await.unwrap().records[0].verdict;
    assert_eq!(verdict().await, Verdict::No);
    agriculture.now(theirs("90.00"));
    verifier.object(&caller(), &id, object(3)).await.unwrap();
    work(&house, &verifier).await;
    assert_eq!(verdict().await, Verdict::Review, "the word was not about this one, and nobody has looked");
}

#[tokio::test]
async fn what_a_report_says_waits_for_whoever_is_shown_the_whole_of_it() {
    use crate::config::Disclosure;
    let (_house, verifier, _, _, case) = case_with_held().await;
    let approval = asked(verifier.review(&supervisor("one"), &case.to_string(), 1, belongs(true)).await).await;
    let township = Caller { disclosure: Disclosure::Conclusion, ..supervisor("two") };
    let without_scope = Caller { scopes: Vec::new(), ..supervisor("two") };
    for who in [&township, &without_scope] {
        assert!(matches!(verifier.approval(who, &approval).await, Err(DecideError::Undisclosed)));
        assert!(matches!(verifier.agree(who, &approval).await, Err(DecideError::Undisclosed)));
        assert!(!verifier.approvals(who, true, None, 10).await.unwrap().items[0].may_agree);
    }
    let nowhere = Caller { regions: Vec::new(), ..supervisor("two") };
    assert!(verifier.approvals(&nowhere, true, None, 10).await.unwrap().items.is_empty());
    let moved_away = Caller { regions: vec!["620423".into()], ..supervisor("one") };
    assert!(matches!(verifier.approval(&moved_away, &approval).await, Err(DecideError::NotFound)), "who asked, too");
}

#[tokio::test]
async fn an_auditor_asks_about_cases_of_those_overseen_alone() {
    let (_house, verifier, _, _, case) = case_with_held().await;
    let elsewhere = Caller { organisation: "other".into(), ..with_role("auditor", Role::Auditor) };
    let terms = InspectionTerms { case: case.to_string(), grounds: Grounds::Sample, document: "1".into(), hours: 1 };
    assert!(matches!(verifier.ask_inspection(&elsewhere, &terms).await, Err(DecideError::NotFound)));
    let overseer = Caller { oversees: vec![caller().organisation], ..elsewhere };
    let approval = verifier.ask_inspection(&overseer, &terms).await.unwrap().approval;
    assert_eq!(verifier.approval(&supervisor("two"), &approval).await.unwrap().summary.asked_for, "other");
}
