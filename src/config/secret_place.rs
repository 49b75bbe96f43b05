//! Where a secret is, as a settings file says it; what is in it reads `hedui_connectors::secret_place`, as for departments.

use std::path::Path;

pub use hedui_connectors::secret_place::{SecretFault, SecretPlace};

use super::reader::{Origin, Reading, Section};

/// How a place is written.
pub(super) const ADVICE: &str =
    "{ env = \"VARIABLE\" }, { file = \"path\" } or { credential = \"name\" }, never the secret itself";

/// Reads `{ env = … }`, `{ file = … }` or `{ credential = … }` under `key`; none, with a fault, where it names no place or several.
pub(super) fn read(
    parent: &mut Section<'_>,
    key: &'static str,
    base: &Path,
    reading: &mut Reading<'_>,
) -> Option<(SecretPlace, Origin)> {
    let path = parent.path(key);
    let (mut places, origin) = named(parent, key, base, reading);
    if places.len() != 1 {
        reading.problem(&origin, &path, "must be in one place", Some(ADVICE.into()));
        return None;
    }
    places.pop()
}

/// Every place that is named under `key`, and where the table stands, or would stand.
pub(super) fn named(
    parent: &mut Section<'_>,
    key: &'static str,
    base: &Path,
    reading: &mut Reading<'_>,
) -> (Vec<(SecretPlace, Origin)>, Origin) {
    let (path, whole) = (parent.path(key), parent.origin().clone());
    let mut section = parent.table(key, reading);
    let mut places = Vec::new();
    if let Some(name) = section.text("env", reading) {
        places.push((SecretPlace::Env(name.value), name.origin));
    }
    if let Some(name) = section.text("file", reading) {
        places.push((SecretPlace::File(base.join(name.value)), name.origin));
    }
    if let Some(name) = section.text("credential", reading) {
        if !SecretPlace::is_credential_name(&name.value) {
            let advice = "LoadCredential=name:/path in the service's unit, and the name here";
            let message = "is no name of a credential";
            reading.problem(&name.origin, &section.path("credential"), message, Some(advice.into()));
        }
        places.push((SecretPlace::Credential(name.value), name.origin));
    }
    let left_out = section.origin() == Section::absent(&path).origin();
    let origin = if left_out { whole } else { section.origin().clone() };
    section.finish(reading);
    (places, origin)
}
