//! `GET /docs`, `GET /docs/{tag}`: the interface's description as pages, drawn from the same document as `/openapi.json`. Nothing is loaded from
//! elsewhere, and no script runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use super::openapi::document;
use crate::web::{PathText, Problem, ProblemKind, policy_of_page};

const STYLE: &str = include_str!("../../templates/docs.css");
/// What the names of schemas begin with where they are referred to.
const SCHEMAS: &str = "#/components/schemas/";

static DOCUMENT: LazyLock<Value> = LazyLock::new(document);

/// A page: the overview, or what belongs to one tag.
#[derive(Template)]
#[template(path = "docs.html")]
struct Page {
    style: &'static str,
    version: &'static str,
    /// Tags, and whether the page is of it.
    tags: Vec<(String, bool)>,
    /// The tag; none on the overview.
    tag: Option<String>,
    operations: Vec<Operation>,
    schemas: Vec<Schema>,
}

/// One call.
struct Operation {
    tag: String,
    method: String,
    path: String,
    anchor: String,
    /// In a sentence.
    summary: String,
    /// The rest, paragraphs as HTML.
    text: Vec<String>,
    /// Whether it takes a token.
    closed: bool,
    parameters: Vec<Line>,
    body: Vec<Kind>,
    answers: Vec<Answer>,
}

struct Answer {
    status: String,
    text: String,
    kinds: Vec<Kind>,
}

/// A field or parameter.
struct Line {
    name: String,
    /// Where a parameter stands: path, query, header.
    place: String,
    required: bool,
    kind: Kind,
    text: String,
}

/// A type in words, with the media type before it and the schema it leads to.
#[derive(Default)]
struct Kind {
    media: String,
    words: String,
    schema: Option<String>,
}

struct Schema {
    name: String,
    text: Vec<String>,
    fields: Vec<Line>,
    values: Vec<String>,
    /// Kinds it is one of.
    choices: Vec<Kind>,
}

/// The overview.
#[utoipa::path(get, path = "/docs", tag = "public", responses((status = 200, description = "This description as pages", content_type = "text/html", body = String)))]
pub async fn overview() -> Response {
    answer(&page(None))
}

/// The calls of one tag, with what they take and answer.
#[utoipa::path(get, path = "/docs/{tag}", tag = "public", params(("tag" = String, Path)),
    responses((status = 200, description = "The calls of one tag", content_type = "text/html", body = String), (status = 404, body = Problem)))]
pub async fn of_tag(PathText(tag): PathText) -> Result<Response, Problem> {
    let page = page(Some(tag));
    if page.operations.is_empty() { Err(Problem::new(ProblemKind::NotFound)) } else { Ok(answer(&page)) }
}

fn answer(page: &Page) -> Response {
    let text = page.render().expect("text written into a string");
    let mut response = Html(text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy_of_page(STYLE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn page(tag: Option<String>) -> Page {
    let all = operations();
    let tags: BTreeSet<&String> = all.iter().map(|operation| &operation.tag).collect();
    let tags = tags.into_iter().map(|known| (known.clone(), tag.as_ref() == Some(known))).collect();
    let shown = |operation: &Operation| tag.as_ref().is_none_or(|tag| operation.tag == *tag);
    let operations: Vec<_> = all.into_iter().filter(shown).collect();
    let schemas = if tag.is_some() { schemas_of(&operations) } else { Vec::new() };
    Page { style: STYLE, version: env!("CARGO_PKG_VERSION"), tags, tag, operations, schemas }
}

fn operations() -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in fields(&DOCUMENT["paths"]) {
        for (method, operation) in fields(item) {
            let bodies = fields(&operation["requestBody"]["content"]).map(|(media, content)| of_media(media, content));
            let answers = fields(&operation["responses"]).map(|(status, answer)| Answer {
                status: status.clone(),
                text: inline(text_of(&answer["description"])),
                kinds: fields(&answer["content"]).map(|(media, content)| of_media(media, content)).collect(),
            });
            let parameters = items(&operation["parameters"]).map(|parameter| Line {
                name: text_of(&parameter["name"]).to_owned(),
                place: text_of(&parameter["in"]).to_owned(),
                required: parameter["required"] == true,
                kind: kind(&parameter["schema"]),
                text: inline(text_of(&parameter["description"])),
            });
            found.push(Operation {
                tag: text_of(&operation["tags"][0]).to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                anchor: text_of(&operation["operationId"]).to_owned(),
                summary: inline(text_of(&operation["summary"])),
                text: paragraphs(text_of(&operation["description"])),
                closed: operation.get("security").is_some(),
                parameters: parameters.collect(),
                body: bodies.collect(),
                answers: answers.collect(),
            });
        }
    }
    found
}

/// The schemas that operations name, and those that these name.
fn schemas_of(operations: &[Operation]) -> Vec<Schema> {
    let kinds = operations.iter().flat_map(|operation| {
        let answers = operation.answers.iter().flat_map(|answer| &answer.kinds);
        operation.body.iter().chain(operation.parameters.iter().map(|line| &line.kind)).chain(answers)
    });
    let mut wanted: Vec<String> = kinds.filter_map(|kind| kind.schema.clone()).collect();
    let mut found = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        if found.contains_key(&name) {
            continue;
        }
        let schema = schema(&name);
        let within = schema.fields.iter().map(|line| &line.kind).chain(&schema.choices);
        wanted.extend(within.filter_map(|kind| kind.schema.clone()));
        found.insert(name, schema);
    }
    found.into_values().collect()
}

fn schema(name: &str) -> Schema {
    let value = &DOCUMENT["components"]["schemas"][name];
    let parts = || items(&value["allOf"]).chain([value]);
    let fields = parts().flat_map(|part| {
        let required: Vec<&str> = items(&part["required"]).map(text_of).collect();
        fields(&part["properties"]).map(move |(name, property)| Line {
            name: name.clone(),
            place: String::new(),
            required: required.contains(&name.as_str()),
            kind: kind(property),
            text: inline(text_of(&property["description"])),
        })
    });
    let choices = items(&value["oneOf"]).chain(items(&value["anyOf"]));
    // What is flattened into it has fields of its own elsewhere.
    let flattened = items(&value["allOf"]).filter(|part| part.get("$ref").is_some());
    Schema {
        name: name.to_owned(),
        text: paragraphs(text_of(&value["description"])),
        fields: fields.collect(),
        values: items(&value["enum"]).map(|value| text_of(value).to_owned()).collect(),
        choices: choices.chain(flattened).map(kind).collect(),
    }
}

fn of_media(media: &str, content: &Value) -> Kind {
    Kind { media: media.to_owned(), ..kind(&content["schema"]) }
}

/// A type in words.
fn kind(schema: &Value) -> Kind {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix(SCHEMAS)) {
        // A part of a schema leads to the whole.
        let whole = name.split('/').next().unwrap_or(name).to_owned();
        return Kind { words: whole.clone(), schema: Some(whole), ..Kind::default() };
    }
    if let Some(one) = items(&schema["oneOf"]).chain(items(&schema["allOf"])).find(|one| one.get("$ref").is_some()) {
        return kind(one);
    }
    if let Some(only) = schema.get("const") {
        return Kind { words: only.to_string(), ..Kind::default() };
    }
    let values: Vec<_> = items(&schema["enum"]).map(Value::to_string).collect();
    if !values.is_empty() {
        return Kind { words: values.join(", "), ..Kind::default() };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().map(text_of).filter(|name| *name != "null").collect(),
        one => vec![text_of(one)],
    };
    match types.as_slice() {
        ["array"] => {
            let of = kind(&schema["items"]);
            Kind { words: format!("array of {}", of.words), ..of }
        }
        ["object"] if fields(&schema["properties"]).next().is_some() => {
            let names: Vec<_> = fields(&schema["properties"]).map(|(name, _)| name.as_str()).collect();
            Kind { words: format!("object: {}", names.join(", ")), ..Kind::default() }
        }
        types => {
            let mut words = types.join(" or ");
            if let Some(format @ ("date" | "date-time" | "uuid")) = schema["format"].as_str() {
                words = format!("{words} ({format})");
            }
            Kind { words, ..Kind::default() }
        }
    }
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Paragraphs of Markdown as HTML: of its marks only code is used here.
fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(inline).filter(|paragraph| !paragraph.is_empty()).collect()
}

/// A line of it. What stands between back ticks is code.
fn inline(text: &str) -> String {
    let mut html = String::new();
    for (place, piece) in text.split('`').enumerate() {
        let code = place % 2 == 1;
        html.push_str(if code { "<code>" } else { "" });
        for letter in piece.chars() {
            match letter {
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '&' => html.push_str("&amp;"),
                other => html.push(other),
            }
        }
        html.push_str(if code { "</code>" } else { "" });
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_where_their_calls_look_for_them() {
        for operation in operations() {
            let within: BTreeSet<&str> =
                operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            let within: BTreeSet<&str> = within.into_iter().map(|name| name.trim_start_matches('*')).collect();
            let of_path = operation.parameters.iter().filter(|line| line.place == "path");
            let named: BTreeSet<&str> = of_path.map(|line| line.name.as_str()).collect();
            assert_eq!(named, within, "{} {}", operation.method, operation.path);
        }
    }

    #[test]
    fn every_call_has_a_name_of_its_own() {
        let all = operations();
        let names: BTreeSet<_> = all.iter().map(|operation| &operation.anchor).collect();
        assert_eq!(names.len(), all.len());
        assert!(names.contains(&"get_verifications_by_id_report".to_owned()), "{names:?}");
    }

    #[test]
    fn every_link_leads_to_a_schema_of_its_page_and_no_page_is_long() {
        let overview = page(None);
        assert!(overview.render().unwrap().len() < 100_000);
        for (tag, _) in &overview.tags {
            let page = page(Some(tag.clone()));
            let html = page.render().unwrap();
            for link in html.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(html.contains(&format!("id=\"{link}\"")), "{tag}: #{link}");
            }
            assert!(html.len() < 100_000, "{tag}: {} bytes", html.len());
        }
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(inline("`a<b` & <script>"), "<code>a&lt;b</code> &amp; &lt;script&gt;");
    }
}
