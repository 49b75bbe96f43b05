//! What the mocks tell about the truth, and the requests they build.

use hedui_mock_sources::faults::triggers;
use hedui_mock_sources::truth::{Declaration, Household, RequestOptions};
use hedui_mock_sources::{Config, Dirt, Key};
use reqwest::Method;
use serde_json::Value;

use crate::client::{Client, send, small, start};

#[tokio::test]
async fn households_stream_and_pages_of_them_agree() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let text = send(client.absolute(Method::GET, "/truth/households")).await.text(encoding_rs::UTF_8);
    let all: Vec<Household> = text.lines().map(|line| serde_json::from_str(line).expect("a household")).collect();
    assert_eq!(all.len(), 62, "sixty and the two fixed ones");
    assert_eq!(&all[60], sources.sample_household());
    let page = send(client.absolute(Method::GET, "/truth/households?offset=59&limit=2")).await.text(encoding_rs::UTF_8);
    assert_eq!(page.lines().collect::<Vec<_>>(), text.lines().skip(59).take(2).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_request_for_each_household_is_told_in_the_same_order() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let path = "/truth/requests?offset=3&limit=2&purpose=monitoring";
    let text = send(client.absolute(Method::GET, path)).await.text(encoding_rs::UTF_8);
    let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a request")).collect();
    let options = RequestOptions { purpose: "monitoring".into(), ..RequestOptions::default() };
    let made = [3, 4].map(|place| {
        let household = sources.population().at(place).expect("a household");
        sources.request_for(household.index, &options).expect("a request")
    });
    assert_eq!(told, made);
    assert_eq!(send(client.absolute(Method::GET, "/truth/requests?nonsense=1")).await.status, 400);
}

#[tokio::test]
async fn every_record_knows_its_owner() {
    let sources = start(Config { dirt: Dirt::dirty(), households: 200, ..small() }).await;
    let client = Client::new(&sources);
    let people: Vec<_> =
        sources.population().households().take(20).flat_map(|household| household.members.clone()).collect();
    let mut seen = 0;
    for person in &people {
        for record in sources.records_about(person.id) {
            assert_eq!(record.owner, person.id);
            let key = Key::parse(&record.department).expect("a department");
            assert_eq!(sources.record(key, &record.jlbh).as_ref(), Some(&record));
            seen += 1;
        }
    }
    assert!(seen > 100);
    let record = sources.records_about(people[0].id).remove(0);
    let path = format!("/truth/records/{}/{}", record.department, record.jlbh);
    let answer = send(client.absolute(Method::GET, &path)).await.json();
    assert_eq!(
        (answer["owner"].as_u64(), &answer["dirt"]),
        (Some(u64::from(record.owner)), &serde_json::to_value(&record.dirt).expect("JSON"))
    );
    assert_eq!(send(client.absolute(Method::GET, "/truth/records/tax/SW00000000000000")).await.status, 404);
    let list = send(client.absolute(Method::GET, &format!("/truth/persons/{}/records", people[0].id))).await.json();
    assert_eq!(list.as_array().map(Vec::len), Some(sources.records_about(people[0].id).len()));
}

#[tokio::test]
async fn requests_have_the_interfaces_shape() {
    let sources = start(Config { households: 4000, ..small() }).await;
    for index in 0..4000 {
        let request = sources.request_for(index, &RequestOptions::default()).expect("a request");
        let members = request["household"]["members"].as_array().expect("members");
        assert!(request["recipient_key"].is_null() && (1..=30).contains(&members.len()));
        for member in members {
            let born: i32 =
                member["id_number"].as_str().and_then(|number| number[6..14].parse().ok()).expect("a birth date");
            // on the day of signing, 2026-10-20: some are of age before the day the request is as of
            let minor = born > 20_081_020;
            let signed = &member["authorisation"]["signed_by"];
            let guardian = signed["guardian"].as_str();
            assert_eq!(guardian.is_some(), minor, "{member}");
            if let Some(guardian) = guardian {
                assert!(
                    members
                        .iter()
                        .any(|other| other["ref"] == guardian && other["authorisation"]["signed_by"] == "self")
                );
            }
            assert!(member["authorisation"]["number"].as_str().is_some_and(|number| number.starts_with("SQ-")));
        }
    }
    let sample = sources.sample_request();
    assert_eq!((sample["purpose"].as_str(), sample["region"].as_str()), (Some("dibao_application"), Some("620422")));
    let honest = RequestOptions { declare: Declaration::Honest, ..RequestOptions::default() };
    let sample = sources.request_for(sources.sample_household().index, &honest).expect("a request");
    let income = &sample["household"]["members"][0]["declared"]["income"];
    assert_eq!(income[0], serde_json::json!({ "class": "wage", "annual_yuan": "34200.00" }));
    assert_eq!(income[1]["informal"], Value::Bool(true));
}

#[tokio::test]
async fn the_sample_household_is_the_same_whatever_the_seed_and_the_dirt() {
    let a = start(small()).await;
    let b = start(Config { seed: 99, dirt: Dirt::dirty(), ..small() }).await;
    assert_eq!(a.sample_household(), b.sample_household());
    assert_eq!(a.sample_request(), b.sample_request());
    let (one, other) = (Client::new(&a), Client::new(&b));
    for key in Key::ALL.into_iter().filter(|key| !matches!(key, Key::Finance | Key::Insurance)) {
        for person in &a.sample_household().members {
            assert_eq!(one.ask(key, person).await.bytes, other.ask(key, person).await.bytes, "{key:?}");
        }
    }
    for person in &a.sample_household().members {
        for (key, records) in
            [(&a, a.records_about(person.id)), (&b, b.records_about(person.id))].map(|(s, r)| (s.addr(), r))
        {
            assert!(records.iter().all(|record| record.dirt.is_empty()), "{key}");
        }
    }
    assert!(!triggers::ALL.contains(&a.sample_household().members[0].id_number.as_str()));
}

#[tokio::test]
async fn departments_can_have_ports_of_their_own() {
    let sources = start(Config { ports_per_department: true, ..small() }).await;
    let client = Client::new(&sources);
    let url = sources.department_url(Key::Tax);
    assert!(!url.starts_with(&sources.base_url()));
    let own = Client { base: url.trim_end_matches("/tax").to_owned(), ..client };
    assert_eq!(send(own.request(Method::GET, Key::Tax, "/ping")).await.status, 200);
    assert_eq!(send(own.request(Method::GET, Key::Health, "/ping")).await.status, 404);
    assert_eq!(send(own.query(Key::Tax, triggers::PROBE, triggers::PROBE_NAME)).await.status, 200);
}
