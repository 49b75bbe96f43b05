//! Employment service (就业), human resources: JSON in UTF-8, signed like health.

use http::Method;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use super::wire::{JsonRow, Outcome, Problem, Reply, Request};
use super::{Desk, Found};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::money::yuan;
use crate::truth::{Job, Person, Subsidy};

#[derive(Deserialize)]
struct Query {
    #[serde(rename = "idNo", default)]
    number: String,
    #[serde(default)]
    name: String,
}

/// In this order: jobs on file, registration as unemployed, subsidies.
enum Fact<'a> {
    Job(&'a Job, bool),
    Unemployed(Date, Option<Date>),
    Subsidy(&'a Subsidy),
}

fn facts(person: &Person) -> Vec<Fact<'_>> {
    let jobs = person.jobs.iter().filter_map(|job| job.in_employment.map(|wage_stated| Fact::Job(job, wage_stated)));
    let unemployed = person.registered_unemployed.map(|(from, to)| Fact::Unemployed(from, to));
    jobs.chain(unemployed).chain(person.subsidies.iter().map(Fact::Subsidy)).collect()
}

pub(super) fn count(_: &Window, person: &Person) -> usize {
    facts(person).len()
}

pub(super) fn has_former_state(_: &Window, person: &Person, ordinal: usize) -> bool {
    matches!(facts(person).get(ordinal), Some(Fact::Job(job, _)) if job.to.is_some())
}

pub(super) fn problem(problem: Problem) -> Reply {
    let ret = match problem {
        Problem::Busy => "90",
        Problem::Unauthorised => "21",
        Problem::Unreadable => "22",
        _ => "99",
    };
    Reply::json_problem(problem, &json!({ "ret": ret, "msg": problem.words() }))
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !desk.signed(request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/api/employment/query") {
        return problem(Problem::NotFound);
    }
    let Some(query) = request.json::<Query>() else { return problem(Problem::Unreadable) };
    let (mut jobs, mut unemployed, mut subsidies) = (Vec::new(), Vec::new(), Vec::new());
    for row in desk.find(&Asked::new(&query.number, &query.name)) {
        let mut facts = facts(row.person);
        match facts.swap_remove(row.head.ordinal) {
            Fact::Job(job, wage_stated) => {
                let end = job.to.filter(|_| !row.head.stale).map(|month| month.last_day().to_string());
                let wage = wage_stated.then(|| yuan(job.monthly_wage_fen));
                let named = named(&row).text("unit", &job.employer).text("start", &job.from.first_day().to_string());
                jobs.push(named.maybe("end", end).maybe("wage", wage).done());
            }
            Fact::Unemployed(from, to) => {
                let named = named(&row).text("registered", &from.to_string());
                unemployed.push(named.maybe("cancelled", to.map(|day| day.to_string())).done());
            }
            Fact::Subsidy(subsidy) => {
                let named = named(&row).text("item", &subsidy.item).text("amount", &yuan(subsidy.amount_fen));
                subsidies.push(named.text("paid", &subsidy.paid.to_string()).done());
            }
        }
    }
    let reply = if jobs.is_empty() && unemployed.is_empty() && subsidies.is_empty() {
        Reply::json(&json!({ "ret": "04", "msg": "无记录" }), Outcome::NoRecord)
    } else {
        Reply::json(
            &json!({ "ret": "00", "jobs": jobs, "unemployed": unemployed, "subsidies": subsidies }),
            Outcome::Found,
        )
    };
    reply.about([query.number.as_str()])
}

fn named(row: &Found<'_>) -> JsonRow {
    JsonRow::new(&row.head.record_number).text("name", &row.head.name).text("idNo", &row.head.number)
}
