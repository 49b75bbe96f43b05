//! Education (教育): JSON in UTF-8, API key, pages by an opaque cursor.

use http::Method;
use serde_json::{Value, json};

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::chance::mix_text;
use crate::copies::Asked;
use crate::money::yuan;
use crate::truth::Person;

/// Most rows a page.
const LARGEST_PAGE: usize = 100;

/// One fact an enrolment.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.studies.len()
}

pub(super) fn problem(problem: Problem) -> Reply {
    let status = match problem {
        Problem::Busy => 99,
        Problem::Unauthorised => 11,
        Problem::Unreadable => 12,
        _ => 17,
    };
    Reply::json_problem(problem, &json!({ "status": status, "error": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::api_key(desk.key, request, "x-api-key") {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::GET, "/students") {
        return problem(Problem::NotFound);
    }
    let parameter = |name| request.parameter(name).unwrap_or_default();
    let asked = Asked::new(parameter("idcard"), parameter("name"));
    let (year, size) = (parameter("year").parse::<i16>(), parameter("size").parse::<usize>());
    let (Ok(year), Ok(size @ 1..=LARGEST_PAGE)) = (year, size) else { return problem(Problem::Unreadable) };
    if asked.number.is_empty() && asked.name.is_empty() {
        return problem(Problem::Unreadable);
    }
    let place = Cursor { asked: &asked, year };
    let Some(start) = place.read(&parameter("cursor")) else { return problem(Problem::Unreadable) };
    let mut rows = desk.find(&asked);
    rows.retain(|row| {
        let study = &row.person.studies[row.head.ordinal];
        study.enrolled.year() <= year && year <= study.leaves.year()
    });
    let next = (start + size < rows.len()).then(|| place.written(start + size));
    let items: Vec<Value> = rows.iter().skip(start).take(size).map(student).collect();
    let outcome = if items.is_empty() { Outcome::NoRecord } else { Outcome::Found };
    Reply::json(&json!({ "status": 0, "items": items, "next": next }), outcome).about([asked.number.as_str()])
}

fn student(row: &Found<'_>) -> Value {
    let study = &row.person.studies[row.head.ordinal];
    JsonRow::new(&row.head.record_number)
        .text("name", &row.head.name)
        .text("idcard", &row.head.number)
        .text("birth", &row.head.born.to_string())
        .text("school", &study.school)
        .text("stage", &study.stage.to_string())
        .value("nature", if study.public { 1 } else { 2 })
        .text("fee", &yuan(study.fee_fen))
        .text("pubfee", &yuan(study.public_fee_fen))
        .text("aid", &yuan(study.aid_fen))
        .text("enrolled", &study.enrolled.to_string())
        .text("leaves", &study.leaves.to_string())
        .text("state", study.state.word())
        .done()
}

/// A place within the rows of one query; a cursor of another query is refused.
struct Cursor<'a> {
    asked: &'a Asked,
    year: i16,
}

impl Cursor<'_> {
    fn tag(&self, start: usize) -> u64 {
        mix_text(start as u64, &format!("{}\n{}\n{}", self.asked.number, self.asked.name, self.year))
    }

    fn written(&self, start: usize) -> String {
        let tag = self.tag(start);
        format!("{tag:016x}{:08x}", (start as u64 ^ tag) & 0xffff_ffff)
    }

    fn read(&self, text: &str) -> Option<usize> {
        if text.is_empty() {
            return Some(0);
        }
        let tag = u64::from_str_radix(text.get(..16)?, 16).ok()?;
        let start = usize::try_from((u64::from_str_radix(text.get(16..)?, 16).ok()? ^ tag) & 0xffff_ffff).ok()?;
        (self.tag(start) == tag).then_some(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_belong_to_their_query() {
        let (a, b) = (Asked::new("1", "甲"), Asked::new("1", "乙"));
        let written = Cursor { asked: &a, year: 2026 }.written(4);
        assert_eq!(Cursor { asked: &a, year: 2026 }.read(&written), Some(4));
        assert_eq!(Cursor { asked: &b, year: 2026 }.read(&written), None);
        assert_eq!(Cursor { asked: &a, year: 2026 }.read("nonsense"), None);
    }
}
