//! Disabled persons' federation (残联): query string and API key, JSON in UTF-8. Category and grade are digits of the certificate number.

use http::Method;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::truth::Person;

/// One fact: the certificate.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    usize::from(person.disability.is_some())
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = match problem {
        Problem::Busy => 3,
        Problem::Unauthorised => 8,
        Problem::Unreadable => 7,
        _ => 9,
    };
    Reply::json_problem(problem, &json!({ "code": code, "msg": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::api_key(desk.key, request, "x-api-key") {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::GET, "/cert") {
        return problem(Problem::NotFound);
    }
    let (number, name) =
        (request.parameter("idcard").unwrap_or_default(), request.parameter("name").unwrap_or_default());
    if number.is_empty() && name.is_empty() {
        return problem(Problem::Unreadable);
    }
    let certs: Vec<Value> = desk.find(&Asked::new(&number, &name)).iter().filter_map(certificate).collect();
    let reply = if certs.is_empty() {
        Reply::json(&json!({ "code": 2 }), Outcome::NoRecord)
    } else {
        Reply::json(&json!({ "code": 0, "certs": certs }), Outcome::Found)
    };
    reply.about([number.as_str()])
}

/// The certificate's number is printed on it: it holds the true ID number even where the row's own is damaged.
fn certificate(row: &Found<'_>) -> Option<Value> {
    let disability = row.person.disability.as_ref()?;
    let number = format!("{}{}{}{}", row.person.id_number, disability.category, disability.grade, disability.reissue);
    let value = JsonRow::new(&row.head.record_number)
        .text("name", &row.head.name)
        .text("idcard", &row.head.number)
        .text("cjzh", &number)
        .text("valid", &disability.valid_until.to_string())
        .text("state", if disability.valid { "1" } else { "0" });
    Some(value.done())
}
