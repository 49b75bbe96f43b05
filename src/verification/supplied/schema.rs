//! JSON Schema (2020-12) of supplied evidence, generated from the form's types: what `form` walks, and what is published.

use std::sync::LazyLock;

use serde_json::{Value, json};
use utoipa::{PartialSchema, ToSchema};

use super::given::GivenEvidence;

/// Where the service publishes it.
pub const PATH: &str = "/schemas/evidence.json";

/// The schema.
pub static EVIDENCE: LazyLock<Value> = LazyLock::new(evidence);

fn evidence() -> Value {
    let mut components = Vec::new();
    GivenEvidence::schemas(&mut components);
    let mut definitions = serde_json::Map::new();
    for (name, schema) in components {
        definitions.insert(name, plain(&schema));
    }
    // Amounts and areas are read with fewer decimals too.
    for name in ["Fen", "Area", "Mu"] {
        let sign = if name == "Fen" { "-?" } else { "" };
        definitions[name]["pattern"] = json!(format!("^{sign}[0-9]+([.][0-9]{{1,2}})?$"));
    }
    // Of a closed list of kinds each has its own fields and no other.
    for name in ["Detail", "CellOutcome"] {
        for variant in definitions[name]["oneOf"].as_array_mut().into_iter().flatten() {
            variant["additionalProperties"] = json!(false);
            if let Some(grade) = variant["properties"].get_mut("grade") {
                (grade["minimum"], grade["maximum"]) = (json!(1), json!(4));
            }
        }
    }
    definitions["MemberRef"]["pattern"] = json!("^[A-Za-z0-9_-]{1,32}$");
    let mut schema = plain(&GivenEvidence::schema());
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!(PATH);
    schema["title"] = json!("家庭经济状况证据 · Evidence about a household");
    definitions.sort_keys();
    schema["$defs"] = Value::Object(definitions);
    schema
}

/// A generated schema as JSON, its references turned from OpenAPI components to `$defs`.
fn plain(schema: &impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(schema).unwrap_or_default();
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
