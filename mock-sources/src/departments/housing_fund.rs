//! Housing fund (公积金): query string and bearer token, answered in XML (UTF-8).

use http::Method;

use super::wire::{Outcome, Problem, Reply, Request, element};
use super::{Desk, Found, credentials};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::money::yuan;
use crate::truth::{HousingFund, Job, Person};

const CONTENT_TYPE: &str = "application/xml; charset=UTF-8";

/// One fact an account, in the order of the jobs.
fn facts(person: &Person) -> impl Iterator<Item = (&Job, &HousingFund)> {
    person.jobs.iter().filter_map(|job| Some((job, job.housing_fund.as_ref()?)))
}

pub(super) fn count(_: &Window, person: &Person) -> usize {
    facts(person).count()
}

fn response(status: u8, accounts: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><gjj><status>{status}</status><accounts>{accounts}</accounts></gjj>"
    )
}

pub(super) fn problem(problem: Problem) -> Reply {
    let status = if problem == Problem::Busy { 8 } else { 9 };
    Reply::new(CONTENT_TYPE, response(status, ""), problem.outcome()).with_status(problem.status())
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::bearer(desk.key, request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::GET, "/gjj") {
        return problem(Problem::NotFound);
    }
    let (number, name) =
        (request.parameter("zjhm").unwrap_or_default(), request.parameter("xingming").unwrap_or_default());
    if number.is_empty() && name.is_empty() {
        return problem(Problem::Unreadable);
    }
    let window = desk.window();
    let accounts: String = desk.find(&Asked::new(&number, &name)).iter().map(|row| account(&window, row)).collect();
    let reply = if accounts.is_empty() {
        Reply::new(CONTENT_TYPE, response(1, ""), Outcome::NoRecord)
    } else {
        Reply::new(CONTENT_TYPE, response(0, &accounts), Outcome::Found)
    };
    reply.about([number.as_str()])
}

fn account(window: &Window, row: &Found<'_>) -> String {
    let Some((job, fund)) = facts(row.person).nth(row.head.ordinal) else { return String::new() };
    let last = job.to.unwrap_or(window.last_month).min(window.last_month);
    let fields = [
        ("jlbh", row.head.record_number.clone()),
        ("xingming", row.head.name.clone()),
        ("zjhm", row.head.number.clone()),
        ("dwmc", job.employer.to_string()),
        ("jcjs", yuan(job.monthly_wage_fen)),
        ("yjce", yuan(fund.monthly_deposit_fen)),
        ("grzhye", yuan(fund.balance_fen)),
        ("zhzt", fund.state.to_string()),
        ("jzny", last.compact()),
    ];
    let inner: String = fields.iter().map(|(name, value)| element(name, value)).collect();
    format!("<account>{inner}</account>")
}
