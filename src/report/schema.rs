//! The published JSON Schema (2020-12) of a report, generated from the types so that it cannot drift from them.

use serde_json::{Value, json};
use utoipa::ToSchema;

use super::attestation::Report;
use super::lexicon;
use super::view::ViewReport;

/// Where the service publishes it.
pub const PATH: &str = "/schemas/report.json";
/// Where the service publishes that of a view.
pub const VIEW_PATH: &str = "/schemas/report-view.json";

/// The schema of [`Report`].
///
/// # Panics
/// Never: the generated schema is plain JSON.
#[must_use]
pub fn report() -> Value {
    let mut schema = of::<Report>(
        PATH,
        "家庭经济状况核对报告 · Household means verification report",
        "A verification report: `body` is deterministic (RFC 8785 bytes, hashed into the audit log), `attestation` \
             tells how and when it was made. Money is a decimal string of yuan, dates are ISO 8601. Texts are in Chinese; their English stands in `x-english`, where \
             `{}` holds figures or words, or else beside them. It verifies; it does not decide.",
    );
    let root = schema.as_object_mut().expect("a struct's schema is an object");
    let english: serde_json::Map<String, Value> = lexicon::entries().map(|(zh, en)| (zh.into(), en.into())).collect();
    root.insert("x-english".into(), Value::Object(english));
    schema
}

/// The schema of what the levels below `full` show: [`ViewReport`].
#[must_use]
pub fn view() -> Value {
    of::<ViewReport>(
        VIEW_PATH,
        "核对报告分级披露件 · What a disclosure level shows of a report",
        "What the level `conclusion` or `amounts` shows of a verification report. `body` names the whole report by its hash, which the \
         audit log's entry in `attestation` holds; `attestation` also holds the hash of this body (RFC 8785). Money is a decimal string \
         of yuan, dates are ISO 8601. It verifies; it does not decide.",
    )
}

fn of<T: ToSchema>(path: &str, title: &str, description: &str) -> Value {
    let mut components = Vec::new();
    T::schemas(&mut components);
    let mut definitions = serde_json::Map::new();
    for (name, schema) in components {
        definitions.insert(name, plain(&schema));
    }
    let mut schema = plain(&T::schema());
    let root = schema.as_object_mut().expect("a struct's schema is an object");
    root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("$id".into(), json!(path));
    root.insert("title".into(), json!(title));
    root.insert("description".into(), json!(description));
    definitions.sort_keys();
    root.insert("$defs".into(), Value::Object(definitions));
    schema
}

/// A generated schema as JSON, its references turned from OpenAPI components to `$defs`.
fn plain(schema: &impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(schema).expect("a schema is plain JSON");
    rewrite(&mut value);
    value
}

fn rewrite(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get_mut("$ref") {
                *target = target.replace("#/components/schemas/", "#/$defs/");
            }
            // OpenAPI widths are no JSON Schema formats
            if fields.get("format").and_then(Value::as_str).is_some_and(|format| format.starts_with("int")) {
                fields.remove("format");
            }
            fields.values_mut().for_each(rewrite);
        }
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        _ => {}
    }
}
