//! Reading requests and authentication.

use encoding_rs::{Encoding, UTF_8};
use http::Method;
use http::header::{HeaderName, HeaderValue};

use crate::request::auth::{Auth, HmacSpec};
use crate::request::{BodySpec, JsonTemplate, RequestSpec};
use crate::template::{Slot, Template};
use crate::toml_reader::{Entry, Section};

/// A request in the table `key`; `extra` are the placeholders that have a meaning only here.
pub(super) fn request(top: &Section<'_>, key: &'static str, extra: &[Slot]) -> RequestSpec {
    let Some(section) = top.section(key) else {
        top.missing(key, "a request of the department");
        return RequestSpec {
            method: Method::GET,
            path: template("/"),
            query: Vec::new(),
            headers: Vec::new(),
            content_type: None,
            body: BodySpec::Empty,
            encoding: UTF_8,
            idempotent: false,
        };
    };
    let methods = [("GET", 0_u8), ("POST", 1), ("PUT", 2)];
    let method = match section.required_choice("method", &methods) {
        1 => Method::POST,
        2 => Method::PUT,
        _ => Method::GET,
    };
    let path_text = section.text("path", "the path after the base URL");
    if !path_text.starts_with('/')
        || path_text.contains("//")
        || path_text.contains("..")
        || path_text.contains(['?', '#'])
    {
        section.fault("path begins with `/` and has no `//`, `..`, `?` or `#`", None);
    }
    let encoding = encoding(&section);
    let (body, natural_type) = body(&section);
    let content_type = section.get("content_type").and_then(|entry| content_type(&entry));
    let content_type = content_type.or_else(|| HeaderValue::from_str(&typed(natural_type?, encoding)).ok());
    let spec = RequestSpec {
        method,
        path: section.get("path").map_or_else(|| template("/"), |entry| template_of(&entry)),
        query: templates(section.section("query")),
        headers: headers(&section),
        content_type,
        body,
        encoding,
        idempotent: key == "submit" && section.flag("idempotent", false),
    };
    check_slots(&section, &spec, extra);
    spec
}

fn content_type(entry: &Entry<'_>) -> Option<HeaderValue> {
    let value = HeaderValue::from_str(&entry.text()?).ok();
    if value.is_none() {
        entry.fault("cannot stand in a header", None);
    }
    value
}

fn typed(kind: &str, encoding: &'static Encoding) -> String {
    if encoding == UTF_8 { kind.to_owned() } else { format!("{kind}; charset={}", encoding.name()) }
}

fn check_slots(section: &Section<'_>, spec: &RequestSpec, extra: &[Slot]) {
    for slot in spec.slots() {
        let signing = matches!(
            slot,
            Slot::Method | Slot::Path | Slot::Timestamp | Slot::Nonce | Slot::BodySha256 | Slot::Parameters
        );
        if signing || (slot == Slot::Ticket && !extra.contains(&slot)) {
            section.fault(format!("{{{}}} has no meaning in this request", slot.word()), None);
        }
    }
    if spec.headers.iter().any(|(_, template)| template.slots().any(Slot::is_personal)) {
        section.fault("personal data does not belong into headers, which intermediaries log", None);
    }
}

pub(super) fn encoding(section: &Section<'_>) -> &'static Encoding {
    let Some(entry) = section.get("encoding") else { return UTF_8 };
    let label = entry.text().unwrap_or_default();
    Encoding::for_label(label.as_bytes()).unwrap_or_else(|| {
        entry.fault("is not a charset label, such as UTF-8, GBK or GB18030", None);
        UTF_8
    })
}

fn body(section: &Section<'_>) -> (BodySpec, Option<&'static str>) {
    let json = section.get("json").map(|entry| json_template(&entry));
    let item = section.get("item").map(|entry| json_template(&entry));
    let form = section.section("form").map(|form| templates(Some(form)));
    let xml = section.get("xml").map(|entry| template_of(&entry));
    let csv = section.section("csv").map(|csv| {
        let row = csv.get("row").map(|entry| entry.items().iter().map(template_of).collect()).unwrap_or_default();
        (csv.texts("header"), row)
    });
    let stated = [json.is_some(), form.is_some(), xml.is_some(), csv.is_some()];
    if stated.iter().filter(|there| **there).count() > 1 {
        section.fault("has more than one body: json, form, xml and csv exclude each other", None);
    }
    if item.is_some() && json.is_none() {
        section.fault("item goes with json", None);
    }
    match (json, form, xml, csv) {
        (Some(whole), ..) => (BodySpec::Json { whole, item }, Some("application/json")),
        (_, Some(fields), ..) => (BodySpec::Form(fields), Some("application/x-www-form-urlencoded")),
        (_, _, Some(template), _) => (BodySpec::Xml(template), Some("text/xml")),
        (_, _, _, Some((header, row))) => {
            let row: Vec<Template> = row;
            if header.len() != row.len() || header.is_empty() {
                section.fault("csv.header and csv.row have the same number of fields, at least one", None);
            }
            (BodySpec::Csv { header, row }, Some("text/csv"))
        }
        _ => (BodySpec::Empty, None),
    }
}

fn json_template(entry: &Entry<'_>) -> JsonTemplate {
    use toml::de::DeValue;
    match entry.value {
        DeValue::String(text) if &**text == "{items}" => JsonTemplate::Items,
        DeValue::String(_) => JsonTemplate::Text(template_of(entry)),
        DeValue::Array(_) => JsonTemplate::List(entry.items().iter().map(json_template).collect()),
        DeValue::Table(_) => JsonTemplate::Object(
            entry
                .section()
                .map(Section::entries)
                .unwrap_or_default()
                .into_iter()
                .map(|(key, value)| (key, json_template(&value)))
                .collect(),
        ),
        _ => JsonTemplate::Literal(entry.json()),
    }
}

fn templates(section: Option<Section<'_>>) -> Vec<(String, Template)> {
    let entries = section.map(Section::entries).unwrap_or_default();
    entries.into_iter().map(|(key, entry)| (key, template_of(&entry))).collect()
}

fn headers(section: &Section<'_>) -> Vec<(HeaderName, Template)> {
    let entries = section.section("headers").map(Section::entries).unwrap_or_default();
    entries
        .into_iter()
        .filter_map(|(key, entry)| match HeaderName::from_bytes(key.as_bytes()) {
            Ok(name) => Some((name, template_of(&entry))),
            Err(_) => {
                entry.fault("is not a header name", None);
                None
            }
        })
        .collect()
}

fn template_of(entry: &Entry<'_>) -> Template {
    let text = entry.text().unwrap_or_default();
    let parsed = Template::parse(&text).unwrap_or_else(|fault| {
        entry.fault(fault, None);
        template("")
    });
    if parsed.slots().any(|slot| slot == Slot::Items) {
        entry.fault("has {items} where no list can stand: it is a whole value of `json`", None);
    }
    parsed
}

fn template(text: &str) -> Template {
    Template::parse(text).expect("a text without braces is a template")
}

/// `[auth]`; none is open.
pub(super) fn auth(top: &Section<'_>) -> Auth {
    let Some(section) = top.section("auth") else {
        top.missing("auth", "a table with `kind`; `kind = \"open\"` when the department asks for nothing");
        return Auth::Open;
    };
    let kinds =
        [("open", 0_u8), ("bearer", 1), ("api_key", 2), ("hmac", 3), ("signed_parameters", 4), ("in_request", 5)];
    let text = |key| {
        section.get(key).map_or_else(
            || {
                section.missing(key, "the text that is signed");
                template("")
            },
            |entry| template_of(&entry),
        )
    };
    match section.required_choice("kind", &kinds) {
        1 => Auth::Bearer,
        2 => Auth::ApiKey { header: header_name(&section, "header") },
        3 => Auth::Hmac(Box::new(HmacSpec {
            app_id_header: header_name(&section, "app_id_header"),
            timestamp_header: header_name(&section, "timestamp_header"),
            nonce_header: header_name(&section, "nonce_header"),
            signature_header: header_name(&section, "signature_header"),
            text: text("text"),
        })),
        4 => Auth::SignedParameters {
            parameter: section.text("parameter", "the parameter that carries the signature"),
            text: text("text"),
            upper_case: section.flag("upper_case", false),
        },
        5 => Auth::InRequest,
        _ => Auth::Open,
    }
}

fn header_name(section: &Section<'_>, key: &'static str) -> HeaderName {
    let text = section.text(key, "the name of a header");
    HeaderName::from_bytes(text.as_bytes()).unwrap_or_else(|_| {
        if let Some(entry) = section.get(key) {
            entry.fault("is not a header name", None);
        }
        http::header::AUTHORIZATION
    })
}
