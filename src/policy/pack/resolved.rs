//! A county's parameters with all their dates, layers already merged: what is hashed, kept and restored.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::PolicyError;
use super::catalogue;
use super::document::Law;
use super::value::Value;
use crate::household::canonical_json;
use crate::policy::assessment::Basis;

/// The form of [`ResolvedPack::canonical`]; changes when the same parameters would mean something else.
const FORMAT: u32 = 1;

/// One value with the dates it is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolvedEntry {
    /// First day.
    pub from: Date,
    /// Last day, inclusive; none = until further notice.
    pub to: Option<Date>,
    /// Value.
    pub value: Value,
    /// Unit.
    pub unit: String,
    /// On what it rests.
    pub basis: Basis,
    /// The text it rests on.
    pub law: Option<Law>,
    /// Remark.
    pub note: Option<String>,
    /// Pack that set it.
    pub pack: String,
}

/// Every parameter of a county, by key, oldest first.
#[derive(Clone, Debug)]
pub struct ResolvedPack {
    /// Region code.
    pub region: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Entries by key.
    pub parameters: BTreeMap<String, Vec<ResolvedEntry>>,
    /// Canonical JSON of all of the above.
    pub canonical: Vec<u8>,
    /// SHA-256 of it, hex.
    pub hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    format: u32,
    region: String,
    name_zh: String,
    name_en: String,
    parameters: BTreeMap<String, Vec<ResolvedEntry>>,
}

impl ResolvedPack {
    /// Hashes merged parameters.
    pub(super) fn new(
        region: String,
        name_zh: String,
        name_en: String,
        parameters: BTreeMap<String, Vec<ResolvedEntry>>,
    ) -> Self {
        let form = Form { format: FORMAT, region, name_zh, name_en, parameters };
        let canonical = canonical_json(&form);
        let hash = hex::encode(Sha256::digest(&canonical));
        let Form { region, name_zh, name_en, parameters, .. } = form;
        Self { region, name_zh, name_en, parameters, canonical, hash }
    }

    /// The inverse of `canonical`.
    pub(super) fn from_canonical(bytes: &[u8]) -> Result<Self, PolicyError> {
        let unreadable = |reason: String| PolicyError::Unreadable { reason };
        let form: Form = serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
        if form.format != FORMAT {
            return Err(unreadable(format!("format {} is not {FORMAT}", form.format)));
        }
        if let Some(key) = form.parameters.keys().find(|key| catalogue::spec(key).is_none()) {
            return Err(unreadable(format!("unknown key {key}")));
        }
        let pack = Self::new(form.region, form.name_zh, form.name_en, form.parameters);
        if pack.canonical == bytes { Ok(pack) } else { Err(unreadable("the bytes are not canonical".to_owned())) }
    }

    /// The entry of a key in force on a day.
    #[must_use]
    pub fn on(&self, key: &str, day: Date) -> Option<&ResolvedEntry> {
        self.parameters.get(key)?.iter().find(|entry| entry.from <= day && entry.to.is_none_or(|to| day <= to))
    }
}
