//! JSON Schema (2020-12) of what is sent to be compared. The reader beside this file is stricter where a schema cannot be (check
//! characters, days in the future, sources that are not set up).

use serde_json::{Value, json};

use crate::household::IdKind;
use crate::verification::intake::MAX_PEOPLE;
use crate::verification::intake::schema::{object, optional, optional_date, optional_names, text};

/// The schema.
#[must_use]
pub fn comparison() -> Value {
    let identity = json!({
        "name": optional(64),
        "former_names": {"type": ["array", "null"], "items": text(64)},
        "id_kind": {"enum": optional_names(IdKind::ALL, IdKind::as_str),
            "description": "Stated: the number must be a sound one of this kind. Left out: it is compared as it stands"},
        "id_number": optional(32),
        "birth_date": optional_date(),
        "sex": {"enum": ["male", "female", null]},
        "phone": optional(32),
        "address": optional(256),
    });
    let mut identity = object(&[], identity);
    identity["minProperties"] = json!(1);
    let reference = json!({"$ref": "#/$defs/identity"});
    let mut schema = object(
        &["known", "claimed"],
        json!({
            "known": reference,
            "claimed": reference,
            "others": {"type": ["array", "null"], "items": reference, "maxItems": MAX_PEOPLE - 1,
                "description": "People who may be meant instead: relatives, other members of the household"},
            "source": {"type": ["string", "null"], "description": "The department that claims it: its errors are reckoned with"},
            "lang": {"enum": ["zh", "en", null], "description": "Language of a drawing"},
        }),
    );
    schema["title"] = json!("身份比对 · Comparison of identities");
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!("/schemas/match.json");
    schema["$defs"] = json!({"identity": identity});
    schema
}
