//! Health commission (健康): JSON in UTF-8, HMAC-SHA256 over the request with a nonce used once. Never says which illness.

use http::Method;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::truth::{Hospital, Maternity, Person, SeriousIllness};

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "idNo", default)]
    number: String,
    #[serde(default)]
    name: String,
    start: Date,
    end: Date,
}

/// In this order: hospital stays, serious illnesses, pregnancies, death.
enum Fact<'a> {
    Hospital(&'a Hospital),
    Serious(&'a SeriousIllness),
    Maternal(&'a Maternity),
    Death(Date),
}

fn facts(person: &Person) -> Vec<Fact<'_>> {
    let mut facts: Vec<Fact<'_>> = person.hospital.iter().map(Fact::Hospital).collect();
    facts.extend(person.serious_illness.iter().map(Fact::Serious));
    facts.extend(person.maternity.iter().map(Fact::Maternal));
    facts.extend(person.died.map(Fact::Death));
    facts
}

pub(super) fn count(_: &Window, person: &Person) -> usize {
    facts(person).len()
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = match problem {
        Problem::Busy => "BUSY",
        Problem::Unauthorised => "SIGN",
        Problem::Unreadable => "PARAM",
        _ => "SYS",
    };
    Reply::json_problem(problem, &json!({ "success": false, "errCode": code, "errMsg": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !desk.signed(request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/api/person/health") {
        return problem(Problem::NotFound);
    }
    let Some(query) = request.json::<Query>() else { return problem(Problem::Unreadable) };
    let (mut hospital, mut serious, mut maternal, mut death) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in desk.find(&Asked::new(&query.number, &query.name)) {
        let mut facts = facts(row.person);
        match facts.swap_remove(row.head.ordinal) {
            Fact::Hospital(stay) => {
                if stay.admitted <= query.end && stay.discharged.is_none_or(|out| out >= query.start) {
                    let named = named(&row).text("in", &stay.admitted.to_string()).text("out", &day(stay.discharged));
                    hospital.push(named.text("serious", yes(stay.serious)).done());
                }
            }
            Fact::Serious(illness) => {
                serious.push(
                    named(&row).text("since", &illness.since.to_string()).text("listed", yes(illness.listed)).done(),
                );
            }
            Fact::Maternal(maternity) => maternal.push(named(&row).text("due", &maternity.due.to_string()).done()),
            Fact::Death(on) => death.push(named(&row).text("on", &on.to_string()).done()),
        }
    }
    let empty = [&hospital, &serious, &maternal, &death].iter().all(|rows| rows.is_empty());
    let data = if empty {
        Value::Null
    } else {
        json!({ "hospital": hospital, "serious": serious, "maternal": maternal, "death": death })
    };
    let outcome = if empty { Outcome::NoRecord } else { Outcome::Found };
    Reply::json(&json!({ "success": true, "data": data }), outcome).about([query.number.as_str()])
}

fn named(row: &Found<'_>) -> JsonRow {
    JsonRow::new(&row.head.record_number)
        .text("name", &row.head.name)
        .text("idNo", &row.head.number)
        .text("birthday", &row.head.born.to_string())
}

fn day(date: Option<Date>) -> String {
    date.map_or(String::new(), |date| date.to_string())
}

const fn yes(value: bool) -> &'static str {
    if value { "Y" } else { "N" }
}
