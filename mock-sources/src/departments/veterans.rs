//! Veterans' affairs (退役军人): query string and API key, answered in CSV, UTF-8 with a byte order mark.

use http::Method;

use super::wire::{Outcome, Problem, Reply, Request};
use super::{Desk, credentials};
use crate::calendar::{Month, Window};
use crate::copies::Asked;
use crate::money::yuan;
use crate::truth::Person;

const CONTENT_TYPE: &str = "text/csv; charset=UTF-8";
const BOM: &str = "\u{feff}";

/// One fact a benefit.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.special_care.len()
}

pub(super) fn problem(problem: Problem) -> Reply {
    let line = match problem {
        Problem::Busy => "ERR,BUSY,".to_owned(),
        Problem::Unauthorised => format!("ERR,AUTH,{}", problem.words()),
        Problem::Unreadable => format!("ERR,PARAM,{}", problem.words()),
        _ => format!("ERR,SYS,{}", problem.words()),
    };
    Reply::new(CONTENT_TYPE, format!("{BOM}{line}\r\n"), problem.outcome()).with_status(problem.status())
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !credentials::api_key(desk.key, request, "x-api-key") {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::GET, "/tyjr") {
        return problem(Problem::NotFound);
    }
    let (number, name) = (request.parameter("sfz").unwrap_or_default(), request.parameter("xm").unwrap_or_default());
    if number.is_empty() && name.is_empty() {
        return problem(Problem::Unreadable);
    }
    let rows = desk.find(&Asked::new(&number, &name));
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BOM.as_bytes().to_vec());
    let mut write = |fields: [&str; 7]| writer.write_record(fields).expect("rows of seven fields go into memory");
    write(["jlbh", "xm", "sfz", "dxlb", "ydbz", "ksny", "jsny"]);
    for row in &rows {
        let care = &row.person.special_care[row.head.ordinal];
        let end = care.to.map_or(String::new(), |month: Month| month.to_string());
        let (amount, start) = (yuan(care.monthly_fen), care.from.to_string());
        write([&row.head.record_number, &row.head.name, &row.head.number, &care.kind, &amount, &start, &end]);
    }
    let outcome = if rows.is_empty() { Outcome::NoRecord } else { Outcome::Found };
    Reply::new(CONTENT_TYPE, writer.into_inner().unwrap_or_default(), outcome).about([number.as_str()])
}
