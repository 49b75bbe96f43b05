//! Tax (税务): a form signed with a digest over its sorted parameters, answered in XML (UTF-8) with thousands separators.

use http::Method;
use sha2::{Digest, Sha256};

use super::wire::{Outcome, Problem, Reply, Request, element, pairs};
use super::{Desk, Found, credentials};
use crate::calendar::{Month, Window};
use crate::copies::Asked;
use crate::money::yuan_separated;
use crate::truth::Person;

const CONTENT_TYPE: &str = "application/xml; charset=UTF-8";

/// One return.
struct Fact {
    item: &'static str,
    from: jiff::civil::Date,
    to: jiff::civil::Date,
    gross_fen: i64,
    cost_fen: i64,
    tax_fen: i64,
    contributions_fen: i64,
    payer: String,
}

/// In this order: for each job a return a month (0101), over the window and the year before it; for each firm its quarterly
/// returns (0500); other income.
fn facts(window: &Window, person: &Person) -> Vec<Fact> {
    let mut facts = Vec::new();
    for job in &person.jobs {
        facts.extend(wage_months(window, job).map(|month| Fact {
            item: "0101",
            from: month.first_day(),
            to: month.last_day(),
            gross_fen: job.monthly_wage_fen,
            cost_fen: 0,
            tax_fen: job.monthly_tax_fen,
            contributions_fen: job.own_contributions_fen(),
            payer: job.employer.to_string(),
        }));
    }
    for business in &person.businesses {
        facts.extend(business.receipts.iter().map(|receipt| Fact {
            item: "0500",
            from: receipt.from.first_day(),
            to: receipt.to.last_day(),
            gross_fen: receipt.gross_fen,
            cost_fen: receipt.cost_fen,
            tax_fen: receipt.tax_fen,
            contributions_fen: 0,
            payer: business.name.clone(),
        }));
    }
    facts.extend(person.returned.iter().map(|income| Fact {
        item: income.item.code(),
        from: income.from,
        to: income.to,
        gross_fen: income.gross_fen,
        cost_fen: income.cost_fen,
        tax_fen: income.tax_fen,
        contributions_fen: 0,
        payer: income.payer.to_string(),
    }));
    facts
}

fn wage_months(window: &Window, job: &crate::truth::Job) -> impl Iterator<Item = Month> + use<> {
    let first = job.from.max(window.first_month.plus(-12));
    first.through(job.to.unwrap_or(window.last_month).min(window.last_month))
}

pub(super) fn count(window: &Window, person: &Person) -> usize {
    let wages: usize = person.jobs.iter().map(|job| wage_months(window, job).count()).sum();
    wages + person.businesses.iter().map(|business| business.receipts.len()).sum::<usize>() + person.returned.len()
}

fn response(code: &str, message: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><head><rtncode>{code}</rtncode>{}</head><body>{body}</body></response>",
        element("rtnmsg", message)
    )
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = match problem {
        Problem::Busy => "503",
        Problem::Unauthorised => "401",
        Problem::Unreadable => "400",
        _ => "500",
    };
    Reply::new(CONTENT_TYPE, response(code, problem.words(), ""), problem.outcome()).with_status(problem.status())
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/gateway") {
        return problem(Problem::NotFound);
    }
    let texts = pairs(&request.body)
        .into_iter()
        .map(|(key, value)| Some((String::from_utf8(key).ok()?, String::from_utf8(value).ok()?)));
    let Some(mut form) = texts.collect::<Option<Vec<(String, String)>>>() else { return problem(Problem::Unreadable) };
    form.sort();
    if !signature_holds(&credentials::secret(desk.key), &form) {
        return problem(Problem::Unauthorised);
    }
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let (from, to) = (Month::parse(value("sksq")), Month::parse(value("sksz")));
    let stamped = value("timestamp").len() == 14 && value("timestamp").bytes().all(|byte| byte.is_ascii_digit());
    let (Some(from), Some(to), "grsds.query", true) = (from, to, value("method"), stamped) else {
        return problem(Problem::Unreadable);
    };
    let window = desk.window();
    let number = value("sfzjhm");
    let found = desk.find(&Asked::new(number, value("nsrxm")));
    let rows: String = found.iter().map(|row| written(&window, row, from, to)).collect();
    let reply = if rows.is_empty() {
        Reply::new(CONTENT_TYPE, response("101", "未查询到数据", ""), Outcome::NoRecord)
    } else {
        Reply::new(CONTENT_TYPE, response("000", "成功", &rows), Outcome::Found)
    };
    reply.about([number])
}

/// Upper-case hex SHA-256 of `secret + k1=v1&k2=v2… + secret`.
fn signature_holds(secret: &str, sorted: &[(String, String)]) -> bool {
    let signed: Vec<String> =
        sorted.iter().filter(|(key, _)| key != "sign").map(|(key, value)| format!("{key}={value}")).collect();
    let expected = hex::encode_upper(Sha256::digest(format!("{secret}{}{secret}", signed.join("&"))));
    let value = |name: &str| sorted.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    value("appid") == Some("hedui") && value("sign") == Some(expected.as_str())
}

fn written(window: &Window, row: &Found<'_>, from: Month, to: Month) -> String {
    let mut facts = facts(window, row.person);
    let fact = facts.swap_remove(row.head.ordinal);
    if Month::of(fact.from) > to || Month::of(fact.to) < from {
        return String::new();
    }
    let fields = [
        ("jlbh", row.head.record_number.clone()),
        ("nsrxm", row.head.name.clone()),
        ("sfzjhm", row.head.number.clone()),
        ("sdxm", fact.item.to_owned()),
        ("skssqq", fact.from.to_string()),
        ("skssqz", fact.to.to_string()),
        ("sre", yuan_separated(fact.gross_fen)),
        ("cb", yuan_separated(fact.cost_fen)),
        ("yjse", yuan_separated(fact.tax_fen)),
        ("shbx", yuan_separated(fact.contributions_fen)),
        ("kjdw", fact.payer),
    ];
    let inner: String = fields.iter().map(|(name, value)| element(name, value)).collect();
    format!("<sbxx>{inner}</sbxx>")
}
