//! Departments that answer in JSON, in UTF-8 or GBK.

use hedui_mock_sources::faults::triggers;
use hedui_mock_sources::population::id_numbers::is_valid;
use hedui_mock_sources::truth::{Household, Person, VehicleState};
use hedui_mock_sources::{Config, Key, MockSources};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, absent, send, small, start};

fn sample(sources: &MockSources) -> Vec<Person> {
    sources.sample_household().members.clone()
}

/// The first person, by household order, for whom something holds.
fn first(sources: &MockSources, wanted: impl Fn(&Household, &Person) -> bool) -> Person {
    let people = sources
        .population()
        .households()
        .flat_map(|household| household.people().map(move |person| (household, person)));
    people
        .filter(|(household, person)| wanted(household, person))
        .map(|(_, person)| person.clone())
        .next()
        .expect("somebody like this")
}

#[tokio::test]
async fn everybody_refuses_wrong_credentials_and_pings_without() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    for key in Key::ALL {
        let ping = send(client.request(Method::GET, key, "/ping")).await;
        assert_eq!((ping.status, ping.bytes.as_slice()), (200, &b"ok"[..]), "{key:?}");
        let request = match key {
            Key::SocialSecurity => client.soap("110101199003070038", "测试员", "wrong"),
            Key::Tax => client.tax("110101199003070038", "测试员", "wrong"),
            Key::Vehicles => client.vehicles("110101199003070038", "测试员", "wrong"),
            _ => {
                let (client_request, _) = (client.query(key, triggers::PROBE, triggers::PROBE_NAME), ());
                let mut request = client_request.build().expect("a request");
                for header in ["authorization", "x-api-key", "apikey", "x-signature"] {
                    if request.headers().contains_key(header) {
                        request.headers_mut().insert(header, "wrong".parse().expect("a header"));
                    }
                }
                let answer = client.execute(request).await;
                assert_eq!(answer.status, 401, "{key:?}");
                continue;
            }
        };
        assert_eq!(send(request).await.status, 401, "{key:?}");
    }
}

#[tokio::test]
async fn the_probe_person_has_no_record_anywhere() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    for key in Key::ALL {
        let answer = send(client.query(key, triggers::PROBE, triggers::PROBE_NAME)).await;
        let says_none = match key {
            Key::HouseholdRegistration => answer.json()["code"] == "1001",
            Key::Education => answer.json()["items"] == json!([]) && answer.json()["status"] == 0,
            Key::SocialSecurity => answer
                .text(encoding_rs::GB18030)
                .contains("<q:appcode>1</q:appcode><q:msg></q:msg><q:result></q:result>"),
            Key::Health => answer.json() == json!({ "success": true, "data": null }),
            Key::Employment => answer.json()["ret"] == "04",
            Key::MarketRegulation => answer.json()["RESULT"] == 0,
            Key::Tax => answer.text(encoding_rs::UTF_8).contains("<rtncode>101</rtncode>"),
            Key::CivilMarriage => answer.json()["flag"] == "N",
            Key::RealEstate => answer.json()["total"] == 0,
            Key::Vehicles => answer.text(encoding_rs::GBK).contains("\"count\":0"),
            Key::HousingFund => answer.text(encoding_rs::UTF_8).contains("<status>1</status>"),
            Key::Finance => answer.json()["code"] == "0",
            Key::Insurance => answer.status == 201,
            Key::Securities => answer.json()["results"][0]["status"] == "none",
            Key::Disability => answer.json()["code"] == 2,
            Key::MedicalInsurance => answer.json() == json!({ "infcode": 0, "output": null }),
            Key::CivilAssistance => answer.json()["data"] == json!([{ "no": "1", "items": [] }]),
            Key::Veterans => answer.bytes == "\u{feff}jlbh,xm,sfz,dxlb,ydbz,ksny,jsny\r\n".as_bytes(),
            Key::Justice => answer.text(encoding_rs::GBK).contains("<jgdm>01</jgdm>"),
            Key::Agriculture => {
                let row = format!("1,,{},{},无,,,,,,,\r\n", triggers::PROBE_NAME, triggers::PROBE);
                answer.text(encoding_rs::GB18030).ends_with(&row)
            }
        };
        assert!(says_none, "{key:?}: {:?}", String::from_utf8_lossy(&answer.bytes));
    }
}

#[tokio::test]
async fn the_book_answers_with_all_its_registrants() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let people = sample(&sources);
    let answer = client.ask(Key::HouseholdRegistration, &people[3]).await.json();
    assert_eq!((answer["code"].as_str(), answer["data"]["hjlb"].as_str()), (Some("0000"), Some("1")));
    let rows = answer["data"]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 5);
    let grandmother = rows.iter().find(|row| row["xm"] == "李桂贞").expect("the grandmother");
    assert_eq!(
        (grandmother["csrq"].as_str(), grandmother["xb"].as_str(), grandmother["zt"].as_str()),
        (Some("19440119"), Some("2"), Some("0"))
    );
    assert!(absent(grandmother, "swrq"));

    let by_birth = json!({ "gmsfhm": "", "xm": "李桂贞", "csrq": "19440119" });
    let request = client
        .request(Method::POST, Key::HouseholdRegistration, "/v1/query")
        .header("Authorization", "Bearer mock-household_registration-token");
    assert_eq!(send(request.body(by_birth.to_string())).await.json()["data"]["rows"].as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn students_come_in_pages_with_opaque_cursors() {
    let sources = start(Config { households: 400, ..small() }).await;
    let client = Client::new(&sources);
    let student = sample(&sources)[3].clone();
    let item = client.ask(Key::Education, &student).await.json()["items"][0].clone();
    assert_eq!(
        (item["stage"].as_str(), item["fee"].as_str(), item["aid"].as_str()),
        (Some("60"), Some("5500.00"), Some("3300.00"))
    );
    assert_eq!(
        (item["enrolled"].as_str(), item["state"].as_str(), item["nature"].as_i64()),
        (Some("2024-09-01"), Some("在读"), Some(1))
    );
    let bad = client
        .request(Method::GET, Key::Education, "/students?idcard=1&name=&year=2026&size=2&cursor=abc")
        .header("X-Api-Key", "mock-education-key");
    assert_eq!(send(bad).await.status, 400);
}

#[tokio::test]
async fn signed_departments_take_a_nonce_once_and_a_clock_that_is_right() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let now = jiff::Timestamp::now().as_second();
    let body =
        json!({ "idNo": sample(&sources)[1].id_number, "name": "马玉洁", "start": "2025-11-02", "end": "2026-11-01" })
            .to_string();
    let request = |nonce: &str, at| {
        client.signed_with(Method::POST, Key::Health, "/api/person/health", body.as_bytes(), nonce, at)
    };
    let first = send(request("once", now)).await;
    let data = &first.json()["data"];
    assert_eq!(
        (data["hospital"][0]["in"].as_str(), data["hospital"][0]["serious"].as_str()),
        (Some("2026-01-24"), Some("Y"))
    );
    assert_eq!((data["serious"][0]["listed"].as_str(), data["death"].as_array().map(Vec::len)), (Some("Y"), Some(0)));
    assert_eq!(send(request("once", now)).await.status, 401, "a nonce is taken once");
    assert_eq!(send(request("late", now - 400)).await.status, 401, "the clock is off");
    assert_eq!(send(request("early", now + 400)).await.status, 401);
    assert_eq!(send(request("skewed", now - 200)).await.status, 200);
}

#[tokio::test]
async fn employment_and_firms_state_their_codes_and_units() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let husband = sample(&sources)[0].clone();
    let work = client.ask(Key::Employment, &husband).await.json();
    assert_eq!((work["ret"].as_str(), work["jobs"][0]["wage"].as_str()), (Some("00"), Some("2850.00")));
    assert!(absent(&work["jobs"][0], "end"));
    let firms = client.ask(Key::MarketRegulation, &husband).await.json();
    let firm = &firms["LIST"][0];
    assert_eq!(
        (firms["RESULT"].as_i64(), firm["ROLE"].as_i64(), firm["REGSTATE"].as_i64()),
        (Some(1), Some(1), Some(3))
    );
    assert_eq!((firm["REGCAP"].as_str(), firm["RATIO"].as_str()), (Some("3.000000"), Some("1.000000")));
}

#[tokio::test]
async fn the_newest_marriage_entry_rules() {
    let sources = start(Config { households: 300, ..small() }).await;
    let client = Client::new(&sources);
    let couple = client.ask(Key::CivilMarriage, &sample(&sources)[0]).await.json();
    assert_eq!((couple["flag"].as_str(), couple["list"][0]["djrq"].as_str()), (Some("Y"), Some("2005年10月06日")));
    assert_eq!(couple["list"][0]["posfzh"].as_str(), Some(sample(&sources)[1].id_number.as_str()));
    let widow = first(&sources, |_, person| person.marriages.len() == 2 && person.died.is_none());
    let answer = client.ask(Key::CivilMarriage, &widow).await.json();
    assert_eq!(answer["list"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn real_estate_pages_and_finds_namesakes() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let wife = sample(&sources)[1].clone();
    let answer = client.ask(Key::RealEstate, &wife).await.json();
    assert_eq!((answer["total"].as_i64(), answer["data"][0]["qlrmc"].as_str()), (Some(1), Some("马玉洁")));
    let other = answer["data"][0]["zjh"].as_str().expect("a number");
    assert!(is_valid(other) && other != wife.id_number, "a namesake's house, under her own valid number");

    let owner = sample(&sources)[0].clone();
    let page = |page: u32| {
        let body = json!({ "qlrmc": owner.name, "zjh": owner.id_number, "page": page, "pageSize": 1 });
        client
            .request(Method::POST, Key::RealEstate, "/bdc/query")
            .header("X-Api-Key", "mock-real_estate-key")
            .body(body.to_string())
    };
    let first = send(page(1)).await.json();
    assert_eq!(
        (first["pages"].as_i64(), first["data"][0]["jzmj"].as_str(), first["data"][0]["qszt"].as_str()),
        (Some(1), Some("86.40"), Some("1"))
    );
    assert!(absent(&first["data"][0], "qlbl"));
    assert_eq!(send(page(2)).await.json()["data"], json!([]));
}

#[tokio::test]
async fn vehicles_speak_gbk_and_hold_a_namesake_under_a_damaged_number() {
    let sources = start(Config { households: 2_000, ..small() }).await;
    let client = Client::new(&sources);
    let answer = client.ask(Key::Vehicles, &sample(&sources)[0]).await;
    assert_eq!(answer.content_type, "application/json; charset=GBK");
    assert!(String::from_utf8(answer.bytes.clone()).is_err(), "GBK is not UTF-8");
    let value: Value = serde_json::from_str(&answer.text(encoding_rs::GBK)).expect("JSON");
    let mut numbers: Vec<&str> =
        value["vehs"].as_array().expect("rows").iter().map(|row| row["sfzmhm"].as_str().unwrap_or("")).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["6204221983", sample(&sources)[0].id_number.as_str()]);

    let rare =
        first(&sources, |_, person| person.name.contains(['𬭎', '㛃', '䶮', '𬱖']) && !person.vehicles.is_empty());
    let value: Value =
        serde_json::from_str(&client.ask(Key::Vehicles, &rare).await.text(encoding_rs::GBK)).expect("JSON");
    assert!(value["vehs"][0]["syr"].as_str().is_some_and(|name| name.contains('?')));
    let by_name = send(client.vehicles("", &rare.name, "mock-vehicles-token")).await;
    assert!(by_name.text(encoding_rs::GBK).contains(&rare.id_number), "found by the name as the register holds it");
    let sold = first(&sources, |_, person| person.vehicles.iter().any(|vehicle| vehicle.state == VehicleState::Sold));
    assert!(client.ask(Key::Vehicles, &sold).await.text(encoding_rs::GBK).contains("\"zt\":\"Z\""));
}

#[tokio::test]
async fn securities_and_civil_affairs_answer_each_person_of_a_batch() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let people = sample(&sources);
    let persons: Vec<Value> = people
        .iter()
        .enumerate()
        .map(|(k, p)| json!({ "k": k.to_string(), "id": p.id_number, "name": p.name }))
        .collect();
    let body = json!({ "date": "2026-11-01", "persons": persons });
    let request = |body: Value| {
        client
            .request(Method::POST, Key::Securities, "/holdings/batch")
            .header("Authorization", "Bearer mock-securities-token")
            .body(body.to_string())
    };
    let answer = send(request(body)).await.json();
    assert_eq!(
        (answer["asof"].as_str(), answer["results"][0]["rows"][0]["value"].as_str()),
        (Some("2026-10-31"), Some("4512.345"))
    );
    assert_eq!(answer["results"][1]["status"], "none");
    let many: Vec<Value> = (0..201).map(|k| json!({ "k": k.to_string(), "id": "", "name": "甲" })).collect();
    assert_eq!(send(request(json!({ "date": "2026-11-01", "persons": many }))).await.status, 400);

    let list: Vec<Value> = people
        .iter()
        .enumerate()
        .map(|(no, p)| json!({ "no": no.to_string(), "idno": p.id_number, "name": p.name }))
        .collect();
    let request = client
        .request(Method::POST, Key::CivilAssistance, "/assist/batch")
        .header("Authorization", "Bearer mock-civil_assistance-token");
    let answer = send(request.body(json!({ "list": list }).to_string())).await.json();
    let kinds: Vec<&str> = answer["data"][1]["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["type"].as_str().unwrap_or(""))
        .collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&"disability_living") && kinds.contains(&"disability_nursing"));
    assert_eq!(
        (answer["data"][2]["items"][0]["amount"].as_i64(), answer["data"][2]["items"][0]["begin"].as_str()),
        (Some(10_000), Some("2024-02"))
    );
}

#[tokio::test]
async fn certificates_and_settlements_are_as_described() {
    let sources = start(small()).await;
    let client = Client::new(&sources);
    let wife = sample(&sources)[1].clone();
    let cert = client.ask(Key::Disability, &wife).await.json()["certs"][0].clone();
    assert_eq!(
        (cert["cjzh"].as_str(), cert["valid"].as_str(), cert["state"].as_str()),
        (Some(format!("{}42", wife.id_number).as_str()), Some("2029-12-31"), Some("1"))
    );
    let medical = client.ask(Key::MedicalInsurance, &wife).await.json();
    let settles = medical["output"]["settles"].as_array().expect("settlements");
    let self_paid: i64 = settles.iter().filter_map(|settlement| settlement["psn_pay"].as_i64()).sum();
    assert_eq!(
        (settles.len(), self_paid, medical["output"]["insutype"].as_str()),
        (2, 1_594_800 + 63_000, Some("390"))
    );
    assert!(
        settles
            .iter()
            .any(|settlement| settlement["setl_time"] == "2026-02-03 10:22:31" && settlement["catalogue"] == "1")
    );
}
