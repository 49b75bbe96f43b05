//! Marriage registry (婚姻登记), civil affairs: JSON in UTF-8, bearer token, Chinese dates. No record is not "single".

use http::Method;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::truth::Person;

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "sfzh", default)]
    number: String,
    #[serde(rename = "xm", default)]
    name: String,
}

/// One fact an entry.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.marriages.len()
}

pub(super) fn problem(problem: Problem) -> Reply {
    let flag = if problem == Problem::Busy { "B" } else { "E" };
    Reply::json_problem(problem, &json!({ "flag": flag, "reason": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::bearer(desk.key, request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/marriage/query") {
        return problem(Problem::NotFound);
    }
    let Some(query) = request.json::<Query>() else { return problem(Problem::Unreadable) };
    let list: Vec<Value> = desk.find(&Asked::new(&query.number, &query.name)).iter().map(entry).collect();
    let reply = if list.is_empty() {
        Reply::json(&json!({ "flag": "N" }), Outcome::NoRecord)
    } else {
        Reply::json(&json!({ "flag": "Y", "list": list }), Outcome::Found)
    };
    reply.about([query.number.as_str()])
}

fn entry(row: &Found<'_>) -> Value {
    let marriage = &row.person.marriages[row.head.ordinal];
    JsonRow::new(&row.head.record_number)
        .text("xm", &row.head.name)
        .text("sfzh", &row.head.number)
        .text("hyzk", marriage.state.code())
        .text("poxm", &marriage.spouse_name)
        .text("posfzh", &marriage.spouse_id_number)
        .text("djrq", &chinese(marriage.registered))
        .done()
}

/// `2009年05月12日`.
fn chinese(day: Date) -> String {
    format!("{:04}年{:02}月{:02}日", day.year(), day.month(), day.day())
}
