//! A request as a department sees it and an answer as it leaves: bytes, not values. Departments are plain functions from one to the
//! other; sockets, delays and faults are the server's.

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::chance::mix_text;

/// What came in.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path after the department's base URL, `/v1/query`.
    pub(crate) path: String,
    /// Query string without `?`, as sent.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// Path and query as they were signed.
    pub(crate) fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The body as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A parameter of the query string.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        pairs(self.query.as_bytes())
            .into_iter()
            .find(|(key, _)| key == name.as_bytes())
            .and_then(|(_, value)| String::from_utf8(value).ok())
    }
}

/// The pairs of a form, percent-decoded to bytes: which encoding they are in is the department's affair.
pub(crate) fn pairs(form: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let parts = form.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    let split = parts.map(|part| {
        let at = part.iter().position(|byte| *byte == b'=').unwrap_or(part.len());
        (decoded(&part[..at]), decoded(part.get(at + 1..).unwrap_or_default()))
    });
    split.collect()
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let escape =
            text.get(at + 1..at + 3).filter(|_| text[at] == b'%').and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) = escape.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(if text[at] == b'+' { b' ' } else { text[at] });
            at += 1;
        }
    }
    out
}

/// What kind of answer went out, for the statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Found,
    NoRecord,
    Accepted,
    Processing,
    Busy,
    Error,
    Unauthorised,
    Unreadable,
    NotFound,
    RateLimited,
    Maintenance,
}

/// Why a department does not answer what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Wrong credentials: 401.
    Unauthorised,
    /// The request cannot be read: 400.
    Unreadable,
    /// The request is too large: 413.
    TooLarge,
    /// Nothing there: 404.
    NotFound,
    /// Busy, in the department's own words.
    Busy,
    /// Failed, in the department's own words.
    Error,
    /// Failed by status.
    Status(u16),
    /// 429.
    RateLimited,
    /// 503.
    Maintenance,
}

impl Problem {
    /// HTTP status; what is said in the department's own words comes with 200.
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::Unauthorised => 401,
            Self::Unreadable => 400,
            Self::TooLarge => 413,
            Self::NotFound => 404,
            Self::Busy | Self::Error => 200,
            Self::Status(status) => status,
            Self::RateLimited => 429,
            Self::Maintenance => 503,
        }
    }

    /// How it is counted.
    pub(crate) const fn outcome(self) -> Outcome {
        match self {
            Self::Unauthorised => Outcome::Unauthorised,
            Self::Unreadable | Self::TooLarge => Outcome::Unreadable,
            Self::NotFound => Outcome::NotFound,
            Self::Busy => Outcome::Busy,
            Self::Error | Self::Status(_) => Outcome::Error,
            Self::RateLimited => Outcome::RateLimited,
            Self::Maintenance => Outcome::Maintenance,
        }
    }

    /// A sentence about it, without anything personal.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Unauthorised => "认证失败",
            Self::Unreadable => "请求格式错误",
            Self::TooLarge => "请求过大",
            Self::NotFound => "不存在",
            Self::Busy => "系统繁忙",
            Self::Error | Self::Status(_) => "系统错误",
            Self::RateLimited => "访问过于频繁",
            Self::Maintenance => "系统维护中",
        }
    }
}

/// What goes out.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    pub(crate) outcome: Outcome,
    /// ID numbers asked about, upper case, for faults that follow a person.
    pub(crate) asked: Vec<String>,
}

impl Reply {
    pub(crate) fn new(content_type: &'static str, body: impl Into<Vec<u8>>, outcome: Outcome) -> Self {
        Self { status: 200, content_type, body: body.into(), outcome, asked: Vec::new() }
    }

    /// A JSON answer in UTF-8.
    pub(crate) fn json(value: &Value, outcome: Outcome) -> Self {
        Self::new("application/json; charset=UTF-8", value.to_string(), outcome)
    }

    /// A JSON answer about a problem.
    pub(crate) fn json_problem(problem: Problem, value: &Value) -> Self {
        Self::json(value, problem.outcome()).with_status(problem.status())
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Notes whom it is about.
    pub(crate) fn about<'a>(mut self, numbers: impl IntoIterator<Item = &'a str>) -> Self {
        self.asked = numbers.into_iter().map(|number| number.trim().to_ascii_uppercase()).collect();
        self
    }
}

/// A row of a JSON answer. What is absent is an empty string, `null` or no field at all, by turns, as departments do.
pub(crate) struct JsonRow {
    fields: Map<String, Value>,
    way: u64,
}

impl JsonRow {
    pub(crate) fn new(record_number: &str) -> Self {
        let mut fields = Map::new();
        fields.insert("jlbh".into(), record_number.into());
        Self { fields, way: mix_text(2, record_number) }
    }

    /// A field whose value is text; empty text is absent.
    pub(crate) fn text(self, field: &str, value: &str) -> Self {
        if value.is_empty() { self.absent(field) } else { self.value(field, value) }
    }

    /// A field that may be absent.
    pub(crate) fn maybe(self, field: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.value(field, value),
            None => self.absent(field),
        }
    }

    /// A field that is there.
    pub(crate) fn value(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    fn absent(mut self, field: &str) -> Self {
        match mix_text(self.way, field) % 3 {
            0 => drop(self.fields.insert(field.to_owned(), Value::String(String::new()))),
            1 => drop(self.fields.insert(field.to_owned(), Value::Null)),
            _ => {}
        }
        self
    }

    pub(crate) fn done(self) -> Value {
        Value::Object(self.fields)
    }
}

/// Text within XML.
pub(crate) fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// An XML element holding text.
pub(crate) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escaped(text))
}

/// What a document says, by element: the text of each, prefixes dropped; nothing for text that is no XML.
pub(crate) fn xml_texts(text: &str) -> Option<HashMap<String, String>> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut texts, mut current) = (HashMap::<String, String>::new(), String::new());
    loop {
        let said = match reader.read_event().ok()? {
            Event::Start(tag) => {
                tag.local_name().as_ref().clone_into(&mut current);
                String::new()
            }
            Event::Text(content) => content.to_string(),
            Event::CData(content) => content.to_string(),
            Event::GeneralRef(reference) => resolved(&reference)?,
            Event::End(_) => {
                current.clear();
                continue;
            }
            Event::Eof => return Some(texts),
            _ => continue,
        };
        texts.entry(current.clone()).or_default().push_str(&said);
    }
}

/// A character or one of XML's own entities.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned)
}

/// Text in GB18030.
pub(crate) fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// Text in GBK; a character GBK lacks becomes `?`.
pub(crate) fn gbk(text: &str) -> Vec<u8> {
    gbk_or(text, |_| "?".into())
}

/// Text in GBK within XML; a character GBK lacks becomes a character reference.
pub(crate) fn gbk_xml(text: &str) -> Vec<u8> {
    gbk_or(text, |character| format!("&#x{:X};", u32::from(character)))
}

fn gbk_or(text: &str, lacking: impl Fn(char) -> String) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut buffer = [0_u8; 4];
    for character in text.chars() {
        let (bytes, _, lost) = encoding_rs::GBK.encode(character.encode_utf8(&mut buffer));
        if lost { out.extend_from_slice(lacking(character).as_bytes()) } else { out.extend_from_slice(&bytes) }
    }
    out
}

/// Reads bytes of an encoding strictly.
pub(crate) fn read_strictly(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_decode_to_bytes() {
        assert_eq!(
            pairs(b"a=%C4%E3+x&b=1&c"),
            vec![
                (b"a".to_vec(), vec![0xC4, 0xE3, b' ', b'x']),
                (b"b".to_vec(), b"1".to_vec()),
                (b"c".to_vec(), Vec::new())
            ]
        );
    }

    #[test]
    fn gbk_marks_what_it_lacks() {
        assert_eq!(gbk("王𬭎a"), [&[0xCD, 0xF5][..], b"?a"].concat());
        assert_eq!(gbk_xml("王𬭎a"), [&[0xCD, 0xF5][..], b"&#x2CB4E;a"].concat());
    }

    #[test]
    fn elements_are_read_with_references_and_without_prefixes() {
        let texts = xml_texts("<cx><q:xm>王&#x2CB4E;&amp;a</q:xm><zjhm/></cx>").expect("XML");
        assert_eq!(texts.get("xm").map(String::as_str), Some("王𬭎&a"));
        assert!(texts.contains_key("cx") && xml_texts("<a><b></a>").is_none());
    }

    #[test]
    fn absent_fields_are_absent_in_three_ways() {
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..40 {
            let row = JsonRow::new(&format!("R{number}")).text("xm", "").done();
            seen.insert(row.get("xm").map(Value::to_string));
        }
        assert_eq!(seen.len(), 3);
    }
}
