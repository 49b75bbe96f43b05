//! Medical insurance (医保): JSON in UTF-8, API key, integer fen. The client certificate of production is not asked for here.

use http::Method;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::truth::{Insured, Person};

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "certno", default)]
    number: String,
    #[serde(rename = "psn_name", default)]
    name: String,
    #[serde(rename = "begndate")]
    start: Date,
    #[serde(rename = "enddate")]
    end: Date,
}

/// One fact a settlement.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.settlements.len()
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = if problem == Problem::Busy { 7 } else { -1 };
    Reply::json_problem(problem, &json!({ "infcode": code, "err_msg": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::api_key(desk.key, request, "x-api-key") {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/fixmedins/settle/query") {
        return problem(Problem::NotFound);
    }
    let Some(query) = request.json::<Query>() else { return problem(Problem::Unreadable) };
    let mut rows = desk.find(&Asked::new(&query.number, &query.name));
    rows.retain(|row| (query.start..=query.end).contains(&row.person.settlements[row.head.ordinal].on));
    let insured = rows.first().map(|row| match row.person.insured {
        Insured::Employee => "310",
        Insured::Resident => "390",
    });
    let reply = match insured {
        None => Reply::json(&json!({ "infcode": 0, "output": null }), Outcome::NoRecord),
        Some(kind) => {
            let settles: Vec<Value> = rows.iter().map(settlement).collect();
            Reply::json(&json!({ "infcode": 0, "output": { "insutype": kind, "settles": settles } }), Outcome::Found)
        }
    };
    reply.about([query.number.as_str()])
}

fn settlement(row: &Found<'_>) -> Value {
    let settlement = &row.person.settlements[row.head.ordinal];
    JsonRow::new(&row.head.record_number)
        .text("psn_name", &row.head.name)
        .text("certno", &row.head.number)
        .text("setl_time", &format!("{} {}", settlement.on, settlement.time))
        .value("medfee_sumamt", settlement.total_fen)
        .value("fund_pay", settlement.fund_fen)
        .value("aid_pay", settlement.aid_fen)
        .value("psn_pay", settlement.self_paid_fen)
        .text("catalogue", if settlement.catalogue { "1" } else { "0" })
        .done()
}
