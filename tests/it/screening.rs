//! Rosters screened at the command line: who is a lead, against what the departments' makers know; who is asked, and who never is.

use std::collections::BTreeSet;

use hedui_mock_sources::truth::{AssistanceKind, Person, RequestOptions};
use hedui_mock_sources::{Config, MockSources};
use serde_json::{Value, json};

use super::binary::{DEFAULTS, Installation};
use super::cli::{assert_code, err, out};
use super::client::{Client, send};
use super::support::{Setup, Stage};

/// Households in the county.
const HOUSEHOLDS: u32 = 60;

/// Help that makes a disabled person no lead.
const HELP: [AssistanceKind; 5] = [
    AssistanceKind::Dibao,
    AssistanceKind::Tekun,
    AssistanceKind::Orphan,
    AssistanceKind::DisabilityLiving,
    AssistanceKind::DisabilityNursing,
];

/// A household as a roster has it: nobody signed anything.
fn on_a_roster(mocks: &MockSources, index: u32, purpose: &str) -> Value {
    let options = RequestOptions { purpose: purpose.to_owned(), ..RequestOptions::default() };
    let mut request = mocks.request_for(index, &options).expect("a household");
    request["legal_basis"] = json!({"kind": "statutory_duty", "document_number": "会民发〔2026〕8号"});
    for member in request["household"]["members"].as_array_mut().expect("members") {
        let member = member.as_object_mut().expect("a member");
        member.remove("authorisation");
        member.remove("declared");
    }
    request
}

fn roster(mocks: &MockSources, purpose: &str) -> String {
    (0..HOUSEHOLDS).map(|index| format!("{}\n", on_a_roster(mocks, index, purpose))).collect()
}

/// Leads as (reference of the household, name), those that are certain and those that are open.
fn leads(installation: &Installation, file: &str) -> [BTreeSet<(String, String)>; 2] {
    let text = std::fs::read_to_string(installation.path(file)).expect("the leads");
    let mut leads = [BTreeSet::new(), BTreeSet::new()];
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a lead");
        assert!(!line["office"].as_str().expect("an office").is_empty() && line["why"]["zh"].is_string(), "{line}");
        for name in line["people"].as_array().expect("people") {
            let who = (line["reference"].as_str().expect("a reference").to_owned(), name.as_str().unwrap().to_owned());
            leads[usize::from(line["open"] == true)].insert(who);
        }
    }
    leads
}

fn everybody(mocks: &MockSources, which: impl Fn(&Person) -> bool) -> BTreeSet<(String, String)> {
    let mut those = BTreeSet::new();
    for index in 0..HOUSEHOLDS {
        let household = mocks.population().household(index).expect("a household");
        let members = household.members.iter().filter(|person| person.died.is_none() && which(person));
        those.extend(members.map(|person| (format!("HN-2026-{index:06}"), person.name.clone())));
    }
    those
}

fn asked(mocks: &MockSources) -> BTreeSet<String> {
    mocks.statistics().as_object().expect("departments").keys().cloned().collect()
}

async fn departments() -> MockSources {
    let config = Config { households: HOUSEHOLDS, ..Config::default() };
    MockSources::start(config).await.expect("the departments start")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disabled_people_whom_no_programme_helps_are_found() {
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    std::fs::write(installation.path("roster.ndjson"), roster(&mocks, "disability_screening")).expect("a roster");
    let (roster, found) = (installation.path("roster.ndjson"), installation.path("leads.ndjson"));
    let (roster, found) = (roster.display().to_string(), found.display().to_string());
    let shown = installation.run(&["screen", "disability", &roster, "--out", &found, "--lang", "en"]);
    assert_code(&shown, 0);
    let as_of = mocks.population().as_of();
    let disabled = |person: &Person| person.disability.as_ref().is_some_and(|d| d.valid && d.valid_until >= as_of);
    let helped = |person: &Person| {
        person.assistance.iter().any(|help| {
            let runs = help.from.first_day() <= as_of && help.to.is_none_or(|last| as_of <= last.last_day());
            runs && HELP.contains(&help.kind)
        })
    };
    let expected = everybody(&mocks, |person| disabled(person) && !helped(person));
    let [certain, open] = leads(&installation, "leads.ndjson");
    assert!(certain.len() > 3, "somebody is to be found: {certain:?}");
    assert!(certain.is_subset(&expected), "nobody is a certain lead who is none: {certain:?}, {expected:?}");
    let found: BTreeSet<_> = certain.union(&open).cloned().collect();
    assert!(expected.is_subset(&found), "nobody is missed: {found:?}, {expected:?}");
    let told = format!("{HOUSEHOLDS} households screened, 0 not; leads: {} certain", certain.len());
    assert!(out(&shown).contains(&told), "{}\n{}", out(&shown), err(&shown));
    assert_eq!(asked(&mocks), ["civil_assistance", "disability"].map(str::to_owned).into(), "nobody else is asked");
    installation.verify_audit();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_table_of_people_is_a_roster() {
    let mocks = departments().await;
    let installation = Installation::new(&mocks.base_url(), DEFAULTS, "");
    let mut table = "户编号,姓名,身份证号\n".to_owned();
    let spent = |person: &Person| -> i64 {
        let window = mocks.population().window();
        let within = person.settlements.iter().filter(|bill| window.contains(bill.on));
        within.map(|bill| bill.self_paid_fen).sum()
    };
    let mut expected = BTreeSet::new();
    for index in 0..HOUSEHOLDS {
        for person in &mocks.population().household(index).expect("a household").members {
            if person.died.is_none() {
                let reference = format!("{}-{}", index, person.reference);
                table.push_str(&format!("{reference},{},{}\n", person.name, person.id_number));
                if spent(person) >= 1_000_000 {
                    expected.insert((reference, person.name.clone()));
                }
            }
        }
    }
    table.push_str("bad,测试员,110101199003070039\n");
    std::fs::write(installation.path("roster.csv"), table).expect("a roster");
    let path = |name: &str| installation.path(name).display().to_string();
    let (roster, found, faults) = (path("roster.csv"), path("leads.ndjson"), path("faults.csv"));
    let plain = ["screen", "medical", &roster, "--out", &found, "--faults", &faults];
    let region = ["--region", "620422", "--registered-as", "rural"];
    // without a duty nobody is asked about
    assert_code(&installation.run(&[&plain[..], &region].concat()), 1);
    let refused = std::fs::read_to_string(installation.path("faults.csv")).expect("faults");
    assert!(refused.contains("screening_without_duty"), "{refused}");
    assert_eq!(asked(&mocks), BTreeSet::new());
    let duty = ["--legal-document", "会民发〔2026〕8号"];
    assert_code(&installation.run(&[&plain[..], &region, &duty].concat()), 0);
    let refused = std::fs::read_to_string(installation.path("faults.csv")).expect("faults");
    assert!(refused.contains("check_character") && !refused.contains("screening_without_duty"), "{refused}");
    let [certain, open] = leads(&installation, "leads.ndjson");
    assert!(!expected.is_empty() && certain.is_subset(&expected), "{certain:?}, {expected:?}");
    assert!(expected.is_subset(&certain.union(&open).cloned().collect()), "{certain:?}, {open:?}, {expected:?}");
    assert_eq!(asked(&mocks), ["civil_assistance", "medical_insurance"].map(str::to_owned).into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screening_says_nothing_of_money_and_puts_nobody_on_the_rolls() {
    let stage = Stage::start(Setup::default()).await;
    let caller = stage.caller();
    let request = on_a_roster(&stage.mocks, 0, "child_screening");
    let report = stage.verify(&request).await;
    let body = &report.body;
    assert!(body.is_final && body.screening.is_empty() && body.amounts.is_empty() && body.income.is_empty());
    let served = ["civil_assistance", "disability", "health", "household_registration", "justice"];
    assert_eq!(asked(&stage.mocks), served.map(str::to_owned).into());
    let until = "2030-01-01".parse().expect("a day");
    let due = stage.verifier.due_list(&caller, until, None, 10).await.expect("a list");
    assert_eq!(due.items, [], "nobody is due for having been screened");
    let watched = hedui::monitoring::Wanted {
        cases: vec![report_case(&stage, &caller).await],
        batch: None,
        every_days: 30,
        until: None,
    };
    let subscribed = stage.monitoring.subscribe(&caller, &watched).await.expect("an answer");
    assert_eq!((subscribed.watched, subscribed.passed_over), (0, 1), "nobody is watched for having been on a roster");
    let mut signed = stage.mocks.request_for(0, &RequestOptions::default()).expect("a household");
    signed["purpose"] = json!("child_screening");
    signed["legal_basis"] = json!({"kind": "authorisation"});
    let refused = stage.verifier.submit(&caller, signed.to_string().as_bytes(), None).await;
    assert!(format!("{refused:?}").contains("screening_without_duty"), "{refused:?}");
}

async fn report_case(stage: &Stage, caller: &hedui::auth::Caller) -> String {
    let filter = hedui::verification::ListFilter { limit: 10, ..Default::default() };
    let listed = stage.verifier.list(caller, &filter).await.expect("a page");
    listed.items[0].id.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_file_of_applications_leaves_unsaid_is_no_duty() {
    let stage = Stage::start(Setup::default()).await;
    let served = stage.serve().await;
    let client = Client::new(&served.url(""), Some(served.token("system", "report:read")));
    let body = "户编号,姓名,身份证号,业务类型\n1,测试员,110101199003070038,低保申请\n2,测试员,110101199003070038,\n";
    let submit = |query: &str| {
        let call = client.call(reqwest::Method::POST, &format!("/v1/batches?{query}"));
        send(call.header("content-type", "text/csv").body(body.to_owned()))
    };
    let more = "region=620422&registered_as=rural&legal_document=8";
    submit(&format!("purpose=dibao_application&{more}")).await.assert_problem(422, "invalid-request");
    let accepted = submit(&format!("purpose=disability_screening&{more}")).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let id = accepted.json()["id"].as_str().expect("an id").to_owned();
    let mut status = Value::Null;
    for _ in 0..600 {
        status = client.get(&format!("/v1/batches/{id}")).await.json();
        if status["status"] == "finished" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!((&status["accepted"], &status["faulty"]), (&1.into(), &1.into()), "{status}");
    let faults = client.get_as(&format!("/v1/batches/{id}/faults"), "application/json").await.text();
    assert!(faults.contains("no_authorisation"), "an application rests on consent: {faults}");
    assert_eq!(asked(&stage.mocks), ["civil_assistance", "disability"].map(str::to_owned).into());
    let table = client.get_as(&format!("/v1/batches/{id}/referrals?lang=en"), "text/csv").await;
    assert_eq!(
        (table.status.as_u16(), table.text().lines().count()),
        (200, 1),
        "a heading, and no lead: {}",
        table.text()
    );
    assert!(table.text().starts_with("\u{feff}row,reference,case,final,programme,certainty,people,office,why,law"));
    let results = client.get_as(&format!("/v1/batches/{id}/results?lang=en"), "text/csv").await.text();
    assert!(!results.contains("0.00") && !results.contains("finance"), "nothing was reckoned: {results}");
}
