//! Justice (司法): a signed query in XML, both ways in GBK. A character that GBK lacks stands as a character reference.

use http::Method;

use super::wire::{Outcome, Problem, Reply, Request, element, gbk_xml, read_strictly, xml_texts};
use super::{Desk, Found};
use crate::calendar::Window;
use crate::copies::Asked;
use crate::truth::Person;

const CONTENT_TYPE: &str = "text/xml; charset=GBK";
/// What stands for a last day that is not fixed.
const NOT_FIXED: &str = "9999.12.31";

/// One fact a stay.
pub(super) fn count(_: &Window, person: &Person) -> usize {
    person.custody.len()
}

/// Whoever was released early once had nothing but the ordered day.
pub(super) fn has_former_state(person: &Person, ordinal: usize) -> bool {
    person.custody.get(ordinal).is_some_and(|custody| custody.released.is_some())
}

fn response(code: &str, words: &str, rows: &str) -> Vec<u8> {
    gbk_xml(&format!(
        "<?xml version=\"1.0\" encoding=\"GBK\"?><fh><jgdm>{code}</jgdm>{}<rylb>{rows}</rylb></fh>",
        element("jgsm", words)
    ))
}

pub(super) fn problem(problem: Problem) -> Reply {
    let code = match problem {
        Problem::Busy => "98",
        Problem::Unauthorised => "97",
        Problem::Unreadable | Problem::TooLarge => "96",
        _ => "99",
    };
    Reply::new(CONTENT_TYPE, response(code, problem.words(), ""), problem.outcome()).with_status(problem.status())
}

pub(super) fn answer(desk: &Desk<'_>, request: &Request) -> Reply {
    if !desk.signed(request) {
        return problem(Problem::Unauthorised);
    }
    if (request.method.clone(), request.path.as_str()) != (Method::POST, "/sfxt/ry/query") {
        return problem(Problem::NotFound);
    }
    let said = request.header("content-type").to_ascii_lowercase();
    let text = read_strictly(encoding_rs::GBK, &request.body).filter(|_| said.contains("charset=gbk"));
    let Some(query) = text.as_deref().and_then(xml_texts).filter(|query| query.contains_key("cx")) else {
        return problem(Problem::Unreadable);
    };
    let value = |name: &str| query.get(name).map_or("", String::as_str);
    let (number, name) = (value("zjhm"), value("xm"));
    if number.is_empty() && name.is_empty() {
        return problem(Problem::Unreadable);
    }
    let rows: String = desk.find(&Asked::new(number, name)).iter().map(written).collect();
    let reply = if rows.is_empty() {
        Reply::new(CONTENT_TYPE, response("01", "", ""), Outcome::NoRecord)
    } else {
        Reply::new(CONTENT_TYPE, response("00", "", &rows), Outcome::Found)
    };
    reply.about([number])
}

fn written(row: &Found<'_>) -> String {
    let custody = &row.person.custody[row.head.ordinal];
    let day = |day: jiff::civil::Date| format!("{:04}.{:02}.{:02}", day.year(), day.month(), day.day());
    let released = custody.released.filter(|_| !row.head.stale);
    let fields = [
        ("jlbh", row.head.record_number.clone()),
        ("xm", row.head.name.clone()),
        ("zjhm", row.head.number.clone()),
        ("rylx", custody.kind.code().to_owned()),
        ("ksrq", day(custody.from)),
        ("jsrq", custody.ordered_until.map_or_else(|| NOT_FIXED.to_owned(), day)),
        ("sfrq", released.map(day).unwrap_or_default()),
    ];
    let inner: String = fields.iter().map(|(name, value)| element(name, value)).collect();
    format!("<ry>{inner}</ry>")
}
