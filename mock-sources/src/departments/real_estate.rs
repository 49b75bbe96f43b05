//! Real estate (不动产), natural resources: JSON in UTF-8, API key, numbered pages. Searches by name: namesakes come back.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::money::square_metres;
use crate::truth::{HouseState, Person};

/// Most rows a page.
const LARGEST_PAGE: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    #[serde(rename = "zjh", default)]
    number: String,
    #[serde(rename = "qlrmc", default)]
    name: String,
    page: usize,
    page_size: usize,
}

/// One fact an immovable.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.houses.len()
}

pub(super) fn has_former_state(person: &Person, ordinal: usize) -> bool {
    person.houses.get(ordinal).is_some_and(|house| house.state == HouseState::History)
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = match problem {
        Problem::Busy => 503,
        Problem::Error => 500,
        other => other.status(),
    };
    Reply::json_problem(problem, &json!({ "code": code, "msg": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::api_key(desk.key, request, "x-api-key") {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/bdc/query") {
        return problem(Problem::NotFound);
    }
    let Some(query) = request.json::<Query>() else { return problem(Problem::Unreadable) };
    if query.page == 0 || !(1..=LARGEST_PAGE).contains(&query.page_size) {
        return problem(Problem::Unreadable);
    }
    let rows = desk.find(&Asked::new(&query.number, &query.name));
    let start = (query.page - 1).saturating_mul(query.page_size);
    let data: Vec<Value> = rows.iter().skip(start).take(query.page_size).map(immovable).collect();
    let outcome = if rows.is_empty() { Outcome::NoRecord } else { Outcome::Found };
    let pages = rows.len().div_ceil(query.page_size);
    let body = json!({ "code": 200, "total": rows.len(), "page": query.page, "pages": pages, "data": data });
    Reply::json(&body, outcome).about([query.number.as_str()])
}

fn immovable(row: &Found<'_>) -> Value {
    let house = &row.person.houses[row.head.ordinal];
    let share = if house.share == (1, 1) { String::new() } else { format!("{}/{}", house.share.0, house.share.1) };
    let current = house.state == HouseState::Current || row.head.stale;
    JsonRow::new(&row.head.record_number)
        .text("qlrmc", &row.head.name)
        .text("zjh", &row.head.number)
        .text("bdcdyh", &house.unit)
        .text("zl", &house.address)
        .text("ghyt", &house.usage.to_string())
        .text("jzmj", &square_metres(house.area_hundredths))
        .text("qlbl", &share)
        .text("dyzt", if house.mortgaged { "1" } else { "0" })
        .text("djrq", &house.registered.to_string())
        .text("djlx", &house.acquired.to_string())
        .text("qszt", if current { "1" } else { "2" })
        .done()
}
