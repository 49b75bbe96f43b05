//! Household registration (户籍), public security: JSON in UTF-8, bearer token. Asked about one person, answers with everybody of the book.

use http::Method;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::truth::{Person, Registered, Sex};

#[derive(Deserialize)]
struct Query {
    #[serde(default)]
    gmsfhm: String,
    #[serde(default)]
    xm: String,
    #[serde(default)]
    csrq: String,
}

/// One fact a person: the registration.
pub(super) fn count(_: &Window, _: &Person) -> usize {
    1
}

pub(super) fn has_former_state(person: &Person) -> bool {
    person.died.is_some() || person.moved_out.is_some()
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = match problem {
        Problem::Busy => "5003",
        Problem::Unauthorised => "4001",
        _ => "9999",
    };
    Reply::json_problem(problem, &json!({ "code": code, "msg": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::bearer(desk.key, request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/v1/query") {
        return problem(Problem::NotFound);
    }
    let Some(query) = request.json::<Query>() else { return problem(Problem::Unreadable) };
    if query.gmsfhm.is_empty() && (query.xm.is_empty() || query.csrq.is_empty()) {
        return problem(Problem::Unreadable);
    }
    let found = registered(desk, &query);
    let reply = match found.iter().map(|row| row.person.book.as_str()).min() {
        None => Reply::json(&json!({ "code": "1001", "msg": "无此人信息" }), Outcome::NoRecord),
        Some(first) => Reply::json(&book_answer(desk, &found, first), Outcome::Found),
    };
    reply.about([query.gmsfhm.as_str()])
}

/// By ID number; if that is empty or unknown, by name and birth date.
fn registered<'a>(desk: &Desk<'a>, query: &Query) -> Vec<Found<'a>> {
    let by_number = if query.gmsfhm.is_empty() { Vec::new() } else { desk.find(&Asked::new(&query.gmsfhm, "")) };
    let born = Date::strptime("%Y%m%d", &query.csrq).ok();
    match born {
        Some(born) if by_number.is_empty() && !query.xm.is_empty() => {
            desk.with_truth(desk.copies.find_by_birth(desk.key, &query.xm, born))
        }
        _ => by_number,
    }
}

/// Everybody in the books of those found.
fn registrants<'a>(desk: &Desk<'a>, found: &[Found<'a>]) -> Vec<Found<'a>> {
    let mut books: Vec<(u32, &str)> = found.iter().map(|row| (row.household.index, row.person.book.as_str())).collect();
    books.sort_unstable();
    books.dedup();
    let mut households: Vec<_> = found.iter().map(|row| row.household).collect();
    households.sort_unstable_by_key(|household| household.index);
    households.dedup_by_key(|household| household.index);
    let people = households.into_iter().flat_map(|household| household.people().map(move |person| (household, person)));
    let registered = people.filter(|(household, person)| {
        books.iter().any(|(index, book)| *index == household.index && *book == person.book)
    });
    registered.flat_map(|(_, person)| desk.with_truth(desk.copies.rows_about(desk.key, person))).collect()
}

/// Record numbers of all that an answer about somebody would hold.
pub(super) fn search(desk: &Desk<'_>, asked: &Asked, born: Date) -> Vec<String> {
    let csrq = born.strftime("%Y%m%d").to_string();
    let found = registered(desk, &Query { gmsfhm: asked.number.clone(), xm: asked.name.clone(), csrq });
    registrants(desk, &found).into_iter().map(|row| row.head.record_number).collect()
}

fn book_answer<'a>(desk: &Desk<'a>, found: &[Found<'a>], first: &str) -> Value {
    let row = |row: &Found<'_>| {
        let (book, value) = (row.person.book.as_str(), registrant(row));
        (row.head.record_number.clone(), if book == first { value.done() } else { value.value("hh", book).done() })
    };
    let mut rows: Vec<_> = registrants(desk, found).iter().map(row).collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let home = found.iter().find(|row| row.person.book == first).map_or(&found[0], |row| row);
    let address = if home.person.book == home.household.book {
        home.household.address.clone()
    } else {
        format!("甘肃省白银市会宁县{}", home.household.town)
    };
    json!({ "code": "0000", "msg": "成功", "data": {
        "hh": first,
        "hjdz": address,
        "hjlb": match home.household.registered_as { Registered::Urban => "1", Registered::Rural => "2" },
        "gxrq": desk.window().end.yesterday().unwrap_or(desk.window().end).strftime("%Y%m%d").to_string(),
        "rows": rows.into_iter().map(|(_, value)| value).collect::<Vec<_>>(),
    }})
}

fn registrant(row: &Found<'_>) -> JsonRow {
    let person = row.person;
    let compact = |day: Option<Date>| day.map_or(String::new(), |day| day.strftime("%Y%m%d").to_string());
    let (died, moved) = if row.head.stale { (None, None) } else { (person.died, person.moved_out) };
    let state = if died.is_some() {
        "2"
    } else if moved.is_some() {
        "1"
    } else {
        "0"
    };
    JsonRow::new(&row.head.record_number)
        .text("xm", &row.head.name)
        .text("cym", person.former_name.as_deref().unwrap_or(""))
        .text("xb", if person.sex == Sex::Male { "1" } else { "2" })
        .text("csrq", &compact(Some(row.head.born)))
        .text("gmsfhm", &row.head.number)
        .text("yhzgx", &person.relation)
        .text("zt", state)
        .text("swrq", &compact(died))
        .text("qcrq", &compact(moved))
        .text("lxdh", &person.phone)
}
