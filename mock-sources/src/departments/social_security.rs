//! Social security (社保), human resources: SOAP 1.1 in GB18030, token in the SOAP header.

use http::Method;

use super::wire::{Outcome, Problem, Reply, Request, element, escaped, gb18030, read_strictly, xml_texts};
use super::{Desk, Found};
use crate::calendar::{Month, Window};
use crate::copies::Asked;
use crate::money::yuan;
use crate::truth::{Pension, PensionScheme, Person, UnemploymentBenefit};

const CONTENT_TYPE: &str = "text/xml; charset=GB18030";

/// What the department holds of a person, in this order: contributions of each job (110, 310, 210), contribution to the
/// residents' pension, pensions, unemployment benefit.
enum Fact<'a> {
    Contribution {
        employer: &'a str,
        scheme: &'static str,
        from: Month,
        to: Option<Month>,
        base_fen: i64,
        own_fen: i64,
    },
    Pension(&'a Pension),
    Unemployment(&'a UnemploymentBenefit),
}

fn facts<'a>(window: &Window, person: &'a Person) -> Vec<Fact<'a>> {
    let mut facts = Vec::new();
    for job in person.jobs.iter().filter(|job| job.in_social_security) {
        for (scheme, own_fen) in
            [("110", job.own_pension_fen), ("310", job.own_medical_fen), ("210", job.own_unemployment_fen)]
        {
            if own_fen > 0 {
                let (employer, base_fen) = (job.employer.as_ref(), job.monthly_wage_fen);
                facts.push(Fact::Contribution { employer, scheme, from: job.from, to: job.to, base_fen, own_fen });
            }
        }
    }
    if person.resident_contribution_fen > 0 {
        let own_fen = person.resident_contribution_fen;
        let (from, to) = (window.first_month.plus(-10), person.died.map(Month::of));
        facts.push(Fact::Contribution { employer: "", scheme: "170", from, to, base_fen: 0, own_fen });
    }
    facts.extend(person.pensions.iter().map(Fact::Pension));
    facts.extend(person.unemployment.iter().map(Fact::Unemployment));
    facts
}

pub(super) fn count(window: &Window, person: &Person) -> usize {
    facts(window, person).len()
}

fn envelope(body: &str) -> Vec<u8> {
    gb18030(&format!(
        "<?xml version=\"1.0\" encoding=\"GB18030\"?><soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>{body}</soap:Body></soap:Envelope>"
    ))
}

fn response(code: &str, message: &str, result: &str) -> Vec<u8> {
    envelope(&format!(
        "<q:queryPersonResponse xmlns:q=\"urn:hrss\"><q:appcode>{code}</q:appcode>{}<q:result>{result}</q:result></q:queryPersonResponse>",
        element("q:msg", message)
    ))
}

/// In the body (`appcode`) when the department itself says so, else a SOAP fault.
pub(super) fn problem(problem: Problem) -> Reply {
    let body = match problem {
        Problem::Busy => response("2", problem.words(), ""),
        Problem::Error => response("-1", problem.words(), ""),
        _ => {
            let party = if matches!(problem, Problem::Unauthorised | Problem::Unreadable | Problem::TooLarge) {
                "soap:Client"
            } else {
                "soap:Server"
            };
            let fault = format!(
                "<soap:Fault><faultcode>{party}</faultcode><faultstring>{}</faultstring></soap:Fault>",
                problem.words()
            );
            envelope(&fault)
        }
    };
    Reply::new(CONTENT_TYPE, body, problem.outcome()).with_status(problem.status())
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/ws/SocialService") {
        return problem(Problem::NotFound);
    }
    let said = request.header("content-type").to_ascii_lowercase();
    let action = request.header("soapaction").trim_matches('"');
    if !said.starts_with("text/xml") || !said.contains("gb18030") || action != "urn:queryPerson" {
        return problem(Problem::Unreadable);
    }
    let text = read_strictly(encoding_rs::GB18030, &request.body);
    let Some(query) = text.as_deref().and_then(xml_texts).filter(|query| query.contains_key("queryPerson")) else {
        return problem(Problem::Unreadable);
    };
    let value = |name: &str| query.get(name).map_or("", String::as_str);
    if value("Token") != format!("mock-{}-token", desk.key.as_str()) {
        return problem(Problem::Unauthorised);
    }
    let (Some(from), Some(to)) = (Month::parse(value("from")), Month::parse(value("to"))) else {
        return problem(Problem::Unreadable);
    };
    let mut result = String::new();
    for row in desk.find(&Asked::new(value("AAC002"), value("AAC003"))) {
        result.push_str(&written(&desk.window(), &row, from, to));
    }
    let outcome = if result.is_empty() { Outcome::NoRecord } else { Outcome::Found };
    Reply::new(CONTENT_TYPE, response("1", "", &result), outcome).about([value("AAC002")])
}

/// The row as an element; nothing when its period lies outside the one asked about.
fn written(window: &Window, row: &Found<'_>, asked_from: Month, asked_to: Month) -> String {
    let mut facts = facts(window, row.person);
    let fact = facts.swap_remove(row.head.ordinal);
    let (from, to) = match &fact {
        Fact::Contribution { from, to, .. } => (*from, *to),
        Fact::Pension(pension) => (pension.from, pension.to),
        Fact::Unemployment(benefit) => (benefit.from, benefit.to),
    };
    if from > asked_to || to.is_some_and(|to| to < asked_from) {
        return String::new();
    }
    let person = format!(
        "{}{}{}",
        element("q:jlbh", &row.head.record_number),
        element("q:AAC003", &row.head.name),
        element("q:AAC002", &row.head.number)
    );
    let open = to.map_or(String::new(), Month::compact);
    let months = |end: &str| format!("{}{}", element("q:aae041", &from.compact()), element("q:aae042", end));
    match fact {
        Fact::Contribution { employer, scheme, base_fen, own_fen, .. } => {
            let last = to.unwrap_or(window.last_month).compact();
            let money = format!("{}{}", element("q:aac040", &yuan(base_fen)), element("q:grjf", &yuan(own_fen)));
            let head = format!("<q:AAB004>{}</q:AAB004>{}", escaped(employer), element("q:AAE140", scheme));
            format!("<q:jfxx>{person}{head}{}{money}</q:jfxx>", months(&last))
        }
        Fact::Pension(pension) => {
            let resident = pension.scheme == PensionScheme::Resident;
            let basic = if resident { element("q:jcyl", &yuan(pension.basic_monthly_fen)) } else { String::new() };
            let scheme = element("q:AAE140", if resident { "170" } else { "110" });
            format!(
                "<q:dyxx>{person}{scheme}{}{}{basic}</q:dyxx>",
                months(&open),
                element("q:yjje", &yuan(pension.monthly_fen))
            )
        }
        Fact::Unemployment(benefit) => {
            format!("<q:syxx>{person}{}{}</q:syxx>", months(&open), element("q:yjje", &yuan(benefit.monthly_fen)))
        }
    }
}
