//! JSON Schema (2020-12) of a request. The reader beside this file is stricter where a schema cannot be (check characters, dates that
//! contradict, references); what it refuses by form, the schema refuses too, and a test holds the two together.

use serde_json::{Value, json};

use super::{MAX_PEOPLE, MAX_REQUEST_BYTES};
use crate::household::{Absence, IdKind, IncomeClass, LegalBasisKind, PropertyClass, Purpose, RegisteredAs};

/// The schema.
#[must_use]
pub fn request() -> Value {
    let mut purposes: Vec<_> = names(Purpose::ALL, Purpose::as_str);
    let properties = json!({
        "purpose": {"enum": purposes},
        "region": {"type": "string", "pattern": "^[0-9]{6}$", "description": "GB/T 2260"},
        "as_of": date("The day the question is about: today or earlier, within three years"),
        "reference": {"type": ["string", "null"], "maxLength": 128, "description": "The caller's own reference; never an ID number or a mobile number"},
        "commissioned_by": object(
            &["organisation", "investigators"],
            json!({"organisation": text(128), "investigators": {"type": "array", "items": text(64), "minItems": 2, "maxItems": 2}}),
        ),
        "legal_basis": object(
            &["kind"],
            json!({"kind": {"enum": names(LegalBasisKind::ALL, LegalBasisKind::as_str)}, "document_number": optional(128)}),
        ),
        "applicant": {"$ref": "#/$defs/ref"},
        "kin_of_official": {"type": ["boolean", "null"]},
        "household": object(&["registered_as", "members"], json!({
            "registered_as": {"enum": names(RegisteredAs::ALL, RegisteredAs::as_str)},
            "address": optional(256),
            "members": {"type": "array", "items": {"$ref": "#/$defs/member"}, "minItems": 1, "maxItems": MAX_PEOPLE},
            "obligors": {"type": ["array", "null"], "items": {"$ref": "#/$defs/obligor"}, "maxItems": MAX_PEOPLE},
        })),
        "recipient_key": {"type": ["object", "null"], "description": "Public JWK: EC on P-256, or RSA of 2048 to 8192 bits"},
    });
    purposes.insert(0, "social_assistance");
    let mut obligor = person();
    obligor["obliged_to"] = json!({"$ref": "#/$defs/ref"});
    obligor["basis"] = text(256);
    obligor["agreed_monthly_yuan"] = json!({"anyOf": [{"$ref": "#/$defs/yuan"}, {"type": "null"}],
        "description": "Support a month, by agreement or a court's decision"});
    obligor["household_size"] = json!({"type": ["integer", "null"], "minimum": 1, "maximum": 30,
        "description": "People in the obligor's own household"});
    obligor["supports"] = json!({"type": ["integer", "null"], "minimum": 1, "maximum": 30,
        "description": "People the obligor must support, this one among them"});
    let mut schema = object(&["purpose", "region", "as_of", "applicant", "household"], properties);
    schema["title"] = json!("hedui request");
    schema["description"] =
        json!(format!("One household; at most {MAX_REQUEST_BYTES} bytes of UTF-8, {MAX_PEOPLE} people."));
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$defs"] = json!({
        "ref": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,32}$", "description": "A name within this request: m1"},
        "member": object(&["ref", "relation", "name"], person()),
        "obligor": object(&["ref", "relation", "name", "obliged_to", "basis"], obligor),
        "authorisation": authorisation(&purposes),
        "yuan": {"type": "string", "pattern": "^[0-9]+([.][0-9]{1,2})?$", "description": "Yuan, at most two decimals"},
    });
    schema
}

fn person() -> Value {
    let income = object(
        &["class", "annual_yuan"],
        json!({"class": {"enum": names(IncomeClass::ALL, IncomeClass::as_str)}, "annual_yuan": {"$ref": "#/$defs/yuan"},
            "informal": {"type": ["boolean", "null"]}}),
    );
    let property = object(
        &["class"],
        json!({"class": {"enum": names(PropertyClass::ALL, PropertyClass::as_str)},
            "value_yuan": {"anyOf": [{"$ref": "#/$defs/yuan"}, {"type": "null"}]},
            "count": {"type": ["integer", "null"], "minimum": 0}}),
    );
    json!({
        "ref": {"$ref": "#/$defs/ref"},
        "relation": {"type": "string", "pattern": "^(0[1-9]|[1-9][0-9])$", "description": "GB/T 4761"},
        "name": text(64),
        "former_names": {"type": ["array", "null"], "items": text(64)},
        "id_kind": {"enum": optional_names(IdKind::ALL, IdKind::as_str)},
        "id_number": optional(32),
        "birth_date": optional_date(),
        "sex": {"enum": ["male", "female", null]},
        "phone": optional(32),
        "authorisation": {"anyOf": [{"$ref": "#/$defs/authorisation"}, {"type": "null"}]},
        "can_work": {"type": ["boolean", "null"]},
        "self_care_lost": {"type": ["integer", "null"], "minimum": 0, "maximum": 6,
            "description": "Of the six activities of self-care, how many are lost, as the household visit found it"},
        "absence": {"enum": optional_names(Absence::ALL, Absence::as_str),
            "description": "Why this person does not count as a member"},
        "declared": object(&[], json!({
            "income": {"type": ["array", "null"], "items": income},
            "property": {"type": ["array", "null"], "items": property},
        })),
    })
}

fn authorisation(purposes: &[&str]) -> Value {
    let agent =
        object(&["name", "id_number", "basis"], json!({"name": text(64), "id_number": text(32), "basis": text(256)}));
    object(
        &["number", "signed_on", "signed_by", "purposes", "sources"],
        json!({
            "number": text(64),
            "signed_on": date("yyyy-MM-dd"),
            "signed_by": {"description": "A minor's guardian is a member; an adult signs, or an agent with a basis", "anyOf": [
                {"const": "self"},
                object(&["guardian"], json!({"guardian": {"$ref": "#/$defs/ref"}})),
                object(&["agent"], json!({"agent": agent})),
            ]},
            "purposes": {"type": "array", "items": {"enum": purposes}, "minItems": 1},
            "sources": {"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}]},
            "valid_until": optional_date(),
            "document_sha256": {"type": ["string", "null"], "pattern": "^[0-9A-Fa-f]{64}$"},
        }),
    )
}

pub(in crate::verification) fn optional_names<T: Copy>(
    all: &[T],
    name: fn(T) -> &'static str,
) -> Vec<Option<&'static str>> {
    names(all, name).into_iter().map(Some).chain([None]).collect()
}

fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|one| name(*one)).collect()
}

pub(in crate::verification) fn object(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

pub(in crate::verification) fn text(most: usize) -> Value {
    json!({"type": "string", "minLength": 1, "maxLength": most})
}

pub(in crate::verification) fn optional(most: usize) -> Value {
    json!({"type": ["string", "null"], "minLength": 1, "maxLength": most})
}

fn date(description: &str) -> Value {
    json!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": description})
}

pub(in crate::verification) fn optional_date() -> Value {
    json!({"type": ["string", "null"], "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
}
