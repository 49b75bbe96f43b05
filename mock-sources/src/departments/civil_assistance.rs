//! Civil affairs (民政): JSON in UTF-8, bearer token, up to 50 people a call, fen a month. A number missing from the answer is an error
//! for that person.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::faults::PersonTrouble;
use crate::truth::Person;

/// Most people a call.
const LARGEST_BATCH: usize = 50;

#[derive(Deserialize)]
struct Batch {
    list: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    no: String,
    #[serde(rename = "idno", default)]
    number: String,
    #[serde(default)]
    name: String,
}

/// One fact a benefit.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.assistance.len()
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = match problem {
        Problem::Busy => "429",
        Problem::Unauthorised => "401",
        Problem::Unreadable => "400",
        _ => "500",
    };
    Reply::json_problem(problem, &json!({ "code": code, "msg": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::bearer(desk.key, request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/assist/batch") {
        return problem(Problem::NotFound);
    }
    let Some(batch) = request.json::<Batch>() else { return problem(Problem::Unreadable) };
    if batch.list.is_empty() || batch.list.len() > LARGEST_BATCH {
        return problem(Problem::Unreadable);
    }
    let data: Vec<Value> = batch.list.iter().filter_map(|entry| of_person(desk, entry)).collect();
    let any = data.iter().any(|entry| entry["items"].as_array().is_some_and(|items| !items.is_empty()));
    let outcome = if any { Outcome::Found } else { Outcome::NoRecord };
    let reply = Reply::json(&json!({ "code": "200", "data": data }), outcome);
    reply.about(batch.list.iter().map(|entry| entry.number.as_str()))
}

fn of_person(desk: &Desk<'_>, entry: &Entry) -> Option<Value> {
    if desk.gate.person_trouble(desk.key, &entry.number) == Some(PersonTrouble::Error) {
        return None;
    }
    let items: Vec<Value> = desk.find(&Asked::new(&entry.number, &entry.name)).iter().map(benefit).collect();
    Some(json!({ "no": entry.no, "items": items }))
}

fn benefit(row: &Found<'_>) -> Value {
    let benefit = &row.person.assistance[row.head.ordinal];
    JsonRow::new(&row.head.record_number)
        .text("name", &row.head.name)
        .text("idno", &row.head.number)
        .value("type", benefit.kind.word())
        .value("amount", benefit.amount_fen)
        .text("begin", &benefit.from.to_string())
        .maybe("end", benefit.to.map(|month| month.to_string()))
        .text("household", &row.household.book)
        .done()
}
