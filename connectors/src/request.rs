//! Requests as a definition describes them, and their rendering to bytes. No I/O.
//!
//! What a placeholder stands for never leaves its place: JSON goes through `serde_json`, XML is escaped, forms, queries and
//! paths are percent-encoded in the wire's charset, CSV fields are quoted and guarded against formulas.

pub(crate) mod auth;
pub(crate) mod encode;

use encoding_rs::Encoding;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::source::Query;
use crate::template::{Slot, Template, Values};
use encode::{csv_bytes, encode, form_bytes, percent, xml_escape};

/// A request of a definition.
#[derive(Clone, Debug)]
pub(crate) struct RequestSpec {
    pub(crate) method: Method,
    pub(crate) path: Template,
    pub(crate) query: Vec<(String, Template)>,
    pub(crate) headers: Vec<(HeaderName, Template)>,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) body: BodySpec,
    pub(crate) encoding: &'static Encoding,
    /// Whether sending it twice does no more than sending it once, though nothing in it says that it is the same.
    pub(crate) idempotent: bool,
}

/// A body of a definition.
#[derive(Clone, Debug)]
pub(crate) enum BodySpec {
    Empty,
    /// `item` is one person of a batch; the whole of them replaces `"{items}"`.
    Json {
        whole: JsonTemplate,
        item: Option<JsonTemplate>,
    },
    Form(Vec<(String, Template)>),
    Xml(Template),
    /// One row a person under a header.
    Csv {
        header: Vec<String>,
        row: Vec<Template>,
    },
}

/// JSON whose texts are templates.
#[derive(Clone, Debug)]
pub(crate) enum JsonTemplate {
    Text(Template),
    Items,
    Literal(Value),
    List(Vec<JsonTemplate>),
    Object(Vec<(String, JsonTemplate)>),
}

/// A request ready to be sent.
#[derive(Clone)]
pub(crate) struct Prepared {
    pub(crate) method: Method,
    /// After the base URL; begins with `/`.
    pub(crate) path_and_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl RequestSpec {
    /// The bytes for these people. `values.query` is the first of them.
    pub(crate) fn render(&self, values: &Values<'_>, people: &[Query], auth: &auth::Auth) -> Prepared {
        let escape = |text: &str| percent(text, self.encoding);
        let mut path_and_query = self.path.render_escaped(values, escape);
        let pairs = |list: &[(String, Template)]| -> Vec<(String, String)> {
            list.iter().map(|(key, template)| (key.clone(), template.render(values))).collect()
        };
        if !self.query.is_empty() {
            path_and_query.push('?');
            path_and_query.push_str(&form_bytes(&pairs(&self.query), self.encoding));
        }
        let body = match &self.body {
            BodySpec::Empty => Vec::new(),
            BodySpec::Json { whole, item } => {
                let text = whole.render(values, people, item.as_ref()).to_string();
                encode(&text, self.encoding, encode::Lacking::JsonEscape)
            }
            BodySpec::Form(fields) => {
                let mut fields = pairs(fields);
                auth.sign_parameters(&mut fields, values);
                form_bytes(&fields, self.encoding).into_bytes()
            }
            BodySpec::Xml(template) => {
                encode(&template.render_escaped(values, xml_escape), self.encoding, encode::Lacking::XmlReference)
            }
            BodySpec::Csv { header, row } => {
                let rows = people.iter().enumerate().map(|(index, query)| {
                    let values = Values { query: Some(query), seq: index + 1, ..*values };
                    row.iter().map(|field| field.render(&values)).collect()
                });
                encode(&csv_bytes(header, rows), self.encoding, encode::Lacking::QuestionMark)
            }
        };
        let mut prepared = Prepared { method: self.method.clone(), path_and_query, headers: HeaderMap::new(), body };
        if let Some(content_type) = &self.content_type {
            prepared.headers.insert(CONTENT_TYPE, content_type.clone());
        }
        for (name, template) in &self.headers {
            insert(&mut prepared.headers, name.clone(), &template.render(values));
        }
        auth.sign_headers(&mut prepared, values);
        prepared
    }

    /// Every placeholder of the request.
    pub(crate) fn slots(&self) -> Vec<Slot> {
        let mut slots: Vec<Slot> = self.path.slots().collect();
        slots.extend(self.query.iter().flat_map(|(_, template)| template.slots()));
        slots.extend(self.headers.iter().flat_map(|(_, template)| template.slots()));
        match &self.body {
            BodySpec::Empty => {}
            BodySpec::Json { whole, item } => {
                whole.collect_slots(&mut slots);
                if let Some(item) = item {
                    item.collect_slots(&mut slots);
                }
            }
            BodySpec::Form(fields) => slots.extend(fields.iter().flat_map(|(_, template)| template.slots())),
            BodySpec::Xml(template) => slots.extend(template.slots()),
            BodySpec::Csv { row, .. } => slots.extend(row.iter().flat_map(Template::slots)),
        }
        slots
    }
}

impl JsonTemplate {
    fn render(&self, values: &Values<'_>, people: &[Query], item: Option<&JsonTemplate>) -> Value {
        match self {
            Self::Literal(value) => value.clone(),
            Self::Text(template) => {
                let text = template.render(values);
                match text.parse::<u64>() {
                    Ok(number) if template.is_number() => Value::from(number),
                    _ => Value::String(text),
                }
            }
            Self::Items => {
                let each = |(index, query)| {
                    let values = Values { query: Some(query), seq: index + 1, ..*values };
                    item.map_or(Value::Null, |item| item.render(&values, &[], None))
                };
                Value::Array(people.iter().enumerate().map(each).collect())
            }
            Self::List(items) => Value::Array(items.iter().map(|one| one.render(values, people, item)).collect()),
            Self::Object(fields) => Value::Object(
                fields.iter().map(|(key, value)| (key.clone(), value.render(values, people, item))).collect(),
            ),
        }
    }

    fn collect_slots(&self, slots: &mut Vec<Slot>) {
        match self {
            Self::Literal(_) => {}
            Self::Text(template) => slots.extend(template.slots()),
            Self::Items => slots.push(Slot::Items),
            Self::List(items) => items.iter().for_each(|item| item.collect_slots(slots)),
            Self::Object(fields) => fields.iter().for_each(|(_, value)| value.collect_slots(slots)),
        }
    }
}

/// Sets a header; a value no header can carry (a secret with a line break) is left out, and the department refuses the request.
pub(crate) fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(mut value) = HeaderValue::from_str(value) {
        value.set_sensitive(true);
        headers.insert(name, value);
    }
}
