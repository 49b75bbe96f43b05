//! Answers that do not fit a page: a pupil who changed schools, and a namesake who lets 25 houses.

use std::collections::BTreeSet;

use hedui_mock_sources::truth::{Case, Household};
use hedui_mock_sources::{Config, Key, MockSources};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Client, percent, send, small, start};

async fn county() -> (MockSources, Client) {
    let sources = start(Config { households: 120, ..small() }).await;
    let client = Client::new(&sources);
    (sources, client)
}

fn with_case(sources: &MockSources, case: Case) -> &Household {
    sources.population().households().find(|household| household.has(case)).expect("a household of the case")
}

fn numbers(rows: &Value) -> Vec<String> {
    rows.as_array().expect("rows").iter().map(|row| row["jlbh"].as_str().expect("a number").to_owned()).collect()
}

#[tokio::test]
async fn three_enrolments_are_followed_by_their_cursor() {
    let (sources, client) = county().await;
    let household = with_case(&sources, Case::ChangedSchools);
    let pupil = household.members.iter().find(|person| person.studies.len() == 3).expect("three enrolments");
    let all = numbers(&client.ask(Key::Education, pupil).await.json()["items"]);
    assert!(all.len() >= 3, "all three lie in the year");
    let (mut cursor, mut found, mut pages) = (String::new(), Vec::new(), 0);
    loop {
        let name = percent(pupil.name.as_bytes());
        let path = format!("/students?idcard={}&name={name}&year=2026&size=2&cursor={cursor}", pupil.id_number);
        let request = client.request(Method::GET, Key::Education, &path).header("X-Api-Key", "mock-education-key");
        let page = send(request).await.json();
        let items = numbers(&page["items"]);
        assert!((1..=2).contains(&items.len()));
        found.extend(items);
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!((found, pages), (all.clone(), all.len().div_ceil(2)));
}

#[tokio::test]
async fn a_namesakes_houses_fill_several_pages() {
    let (sources, client) = county().await;
    let household = with_case(&sources, Case::NamesakeManyHouses);
    let namesake = household.outsiders.iter().find(|person| person.houses.len() == 25).expect("25 houses");
    let mut others = sources.population().households().flat_map(|household| &household.members);
    let member = others.find(|person| person.name == namesake.name).expect("a member of the name");
    let page = async |page: u64| {
        let body = json!({ "qlrmc": member.name, "zjh": member.id_number, "page": page, "pageSize": 20 });
        let request = client.request(Method::POST, Key::RealEstate, "/bdc/query").body(body.to_string());
        send(request.header("X-Api-Key", "mock-real_estate-key")).await.json()
    };
    let first = page(1).await;
    let pages = first["pages"].as_u64().expect("a number");
    assert!(pages >= 2, "{pages}");
    let mut found: BTreeSet<String> = numbers(&first["data"]).into_iter().collect();
    for number in 2..=pages {
        found.extend(numbers(&page(number).await["data"]));
    }
    assert_eq!(Some(found.len() as u64), first["total"].as_u64());
    let owned =
        |record: &String| sources.record(Key::RealEstate, record).is_some_and(|truth| truth.owner == namesake.id);
    assert_eq!(found.iter().filter(|record| owned(record)).count(), 25);
}
