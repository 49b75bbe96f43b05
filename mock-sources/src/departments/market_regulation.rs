//! Market regulation (市场监管): JSON in UTF-8, API key in a header of its own, numeric codes, capital in 万元.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::money::{ratio, ten_thousand_yuan};
use crate::truth::{FirmState, Person, Role};

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "CERNO", default)]
    number: String,
    #[serde(rename = "NAME", default)]
    name: String,
}

/// One fact a firm.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.businesses.len()
}

pub(super) fn has_former_state(person: &Person, ordinal: usize) -> bool {
    person.businesses.get(ordinal).is_some_and(|business| business.state != FirmState::Active)
}

pub(super) fn problem(problem: Problem) -> Reply {
    let result = match problem {
        Problem::Busy => 9,
        Problem::Unauthorised => 4,
        Problem::Unreadable => 3,
        _ => 5,
    };
    Reply::json_problem(problem, &json!({ "RESULT": result, "MSG": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::api_key(desk.key, request, "apikey") {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/entities/search") {
        return problem(Problem::NotFound);
    }
    let Some(query) = request.json::<Query>() else { return problem(Problem::Unreadable) };
    let list: Vec<Value> = desk.find(&Asked::new(&query.number, &query.name)).iter().map(firm).collect();
    let reply = if list.is_empty() {
        Reply::json(&json!({ "RESULT": 0 }), Outcome::NoRecord)
    } else {
        Reply::json(&json!({ "RESULT": 1, "LIST": list }), Outcome::Found)
    };
    reply.about([query.number.as_str()])
}

fn firm(row: &Found<'_>) -> Value {
    let business = &row.person.businesses[row.head.ordinal];
    let role = match business.role {
        Role::SoleTrader => 1,
        Role::LegalRepresentative => 2,
        Role::Shareholder => 3,
    };
    let state = match business.state {
        FirmState::Active => 1,
        FirmState::Revoked | FirmState::Cancelled if row.head.stale => 1,
        FirmState::Revoked => 2,
        FirmState::Cancelled => 3,
    };
    JsonRow::new(&row.head.record_number)
        .text("NAME", &row.head.name)
        .text("CERNO", &row.head.number)
        .text("ENTNAME", &business.name)
        .text("UNISCID", &business.credit_code)
        .value("ROLE", role)
        .text("REGCAP", &ten_thousand_yuan(business.registered_fen))
        .text("PAIDCAP", &ten_thousand_yuan(business.paid_in_fen))
        .text("RATIO", &ratio(business.share_ppm))
        .value("REGSTATE", state)
        .text("ESTDATE", &business.established.to_string())
        .maybe("EMPNUM", business.employees)
        .done()
}
