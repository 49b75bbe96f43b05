//! Securities (证券), the depository: JSON in UTF-8, bearer token, up to 200 people a call, data as of yesterday, three decimals.

use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::faults::PersonTrouble;
use crate::money::milli_yuan;
use crate::truth::Person;

/// Most people a call.
const LARGEST_BATCH: usize = 200;

#[derive(Deserialize)]
struct Batch {
    date: jiff::civil::Date,
    persons: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    k: String,
    #[serde(rename = "id", default)]
    number: String,
    #[serde(default)]
    name: String,
}

/// One fact an account.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.holdings.len()
}

/// Busy and failing alike are `ok` false here; `err` tells them apart.
pub(super) fn problem(problem: Problem) -> Reply {
    let err = match problem {
        Problem::Busy => "busy",
        Problem::Unauthorised => "token",
        Problem::Unreadable => "request",
        _ => "system",
    };
    Reply::json_problem(problem, &json!({ "ok": false, "err": err }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::bearer(desk.key, request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/holdings/batch") {
        return problem(Problem::NotFound);
    }
    let Some(batch) = request.json::<Batch>() else { return problem(Problem::Unreadable) };
    if batch.persons.is_empty() || batch.persons.len() > LARGEST_BATCH {
        return problem(Problem::Unreadable);
    }
    let results: Vec<Value> = batch.persons.iter().map(|entry| of_person(desk, entry)).collect();
    let hit = results.iter().any(|result| result["status"] == "hit");
    let as_of = batch.date.min(desk.window().end).yesterday().unwrap_or(batch.date);
    let body = json!({ "ok": true, "asof": as_of.to_string(), "results": results });
    let outcome = if hit { Outcome::Found } else { Outcome::NoRecord };
    Reply::json(&body, outcome).about(batch.persons.iter().map(|entry| entry.number.as_str()))
}

fn of_person(desk: &Desk<'_>, entry: &Entry) -> Value {
    if desk.gate.person_trouble(desk.key, &entry.number) == Some(PersonTrouble::Busy) {
        return json!({ "k": entry.k, "status": "busy" });
    }
    let rows: Vec<Value> = desk.find(&Asked::new(&entry.number, &entry.name)).iter().map(holding).collect();
    if rows.is_empty() {
        json!({ "k": entry.k, "status": "none" })
    } else {
        json!({ "k": entry.k, "status": "hit", "rows": rows })
    }
}

fn holding(row: &Found<'_>) -> Value {
    let holding = &row.person.holdings[row.head.ordinal];
    JsonRow::new(&row.head.record_number)
        .text("name", &row.head.name)
        .text("id", &row.head.number)
        .text("account", &holding.account)
        .text("value", &milli_yuan(holding.value_milli_yuan))
        .text("cash", &milli_yuan(holding.cash_milli_yuan))
        .done()
}
