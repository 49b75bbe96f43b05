//! The matcher's model: for every field the weight of each level, and what is done with the sum. Read from TOML, checked as a whole.
//!
//! Fellegi–Sunter: a level weighs log2(m / u), where m is how often two records of one person stand at it, and u how often those of
//! two people do. Around that: corrections for common and rare names, profiles of sources that err more or less, fields that
//! follow from one another, thresholds per use. It holds numbers only; how fields compare is each field's file.

mod checked;
pub(crate) mod checking;
pub(crate) mod cost;
mod fault;
mod file;
mod frequency;
mod reason;

use std::collections::HashMap;

pub use cost::{Cost, NoCost};
pub use fault::{ModelFault, ModelFaults};
pub use frequency::NameFrequencies;
pub use reason::Reason;

use super::address::AddressLevel;
use super::birth_date::BirthDateLevel;
use super::document::IdLevel;
use super::levels::Level;
use super::name::levels::NameLevel;
use super::phone::PhoneLevel;
use super::pinyin::Tolerance;
use super::sex::SexLevel;
use crate::household::SourceKey;

/// The built-in model for persons.
const PERSON: &str = include_str!("../../config/identity/person.toml");

/// The fields of the person model, in the order of reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Document number.
    IdNumber,
    /// Name.
    Name,
    /// Birth date.
    BirthDate,
    /// Sex.
    Sex,
    /// Telephone.
    Phone,
    /// Address.
    Address,
}

impl Field {
    /// Every field, in order.
    pub const ALL: [Self; 6] = [Self::IdNumber, Self::Name, Self::BirthDate, Self::Sex, Self::Phone, Self::Address];

    /// Its name in model files and reasons.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::IdNumber => IdLevel::FIELD,
            Self::Name => NameLevel::FIELD,
            Self::BirthDate => BirthDateLevel::FIELD,
            Self::Sex => SexLevel::FIELD,
            Self::Phone => PhoneLevel::FIELD,
            Self::Address => AddressLevel::FIELD,
        }
    }

    /// The names of its levels, strongest first, `missing` last.
    #[must_use]
    pub fn levels(self) -> Vec<&'static str> {
        fn keys<L: Level>() -> Vec<&'static str> {
            L::ALL.iter().map(|level| level.key()).collect()
        }
        match self {
            Self::IdNumber => keys::<IdLevel>(),
            Self::Name => keys::<NameLevel>(),
            Self::BirthDate => keys::<BirthDateLevel>(),
            Self::Sex => keys::<SexLevel>(),
            Self::Phone => keys::<PhoneLevel>(),
            Self::Address => keys::<AddressLevel>(),
        }
    }

    fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }
}

/// Prior and thresholds of a department's answer against a member of the household, all as log odds in centibits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Log odds before anything is compared.
    pub prior_centibits: i32,
    /// From here on a match stands.
    pub match_centibits: i32,
    /// Below this a likeness is too faint to be looked at.
    pub review_centibits: i32,
    /// How much better than for another member a record must fit to be one member's.
    pub margin_centibits: i32,
    /// What the thresholds follow from, where the model says what errors cost.
    pub cost: Option<Cost>,
}

/// Weights of one field's levels, by their index; `missing` weighs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldWeights {
    pub(super) centibits: Vec<i32>,
    /// How much of the correction for name frequency a level takes.
    pub(super) frequency_percent: Vec<i32>,
}

/// The weights of every field, of one source profile or of the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Weights(pub(super) [FieldWeights; 6]);

/// Agreement in `field` counts only in part when `given` stands at one of the levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependence {
    /// The field that follows.
    pub field: Field,
    /// What it follows from.
    pub given: Field,
    /// By index of level.
    pub(super) when: Vec<bool>,
    /// What is left of its weight.
    pub keep_percent: i32,
    /// Why.
    pub reason: Reason,
}

/// A checked model.
#[derive(Clone, Debug)]
pub struct Model {
    name: String,
    canonical: Vec<u8>,
    hash: String,
    assumed: bool,
    source: String,
    pub(super) tolerance: Tolerance,
    pub(super) base: Weights,
    profiles: HashMap<String, Weights>,
    pub(super) dependences: Vec<Dependence>,
    pub(super) frequencies: NameFrequencies,
    /// `u` of an exact name: what the correction for frequency starts from.
    pub(super) exact_name_u: u64,
    verification: Thresholds,
    household_books: Vec<SourceKey>,
}

impl Model {
    /// The built-in model for persons.
    #[must_use]
    pub fn person() -> Self {
        Self::parse("config/identity/person.toml", PERSON).expect("the built-in model is checked by a test")
    }

    /// Reads and checks a model; `file` is named in faults.
    ///
    /// # Errors
    /// Every fault found, each with line and key.
    pub fn parse(file: &str, text: &str) -> Result<Self, ModelFaults> {
        checked::check(file, text)
    }

    /// Reads what [`Model::canonical`] gave, as it is kept by its hash. None of what this program does not read to the same hash: a model of another
    /// form, or one that was altered.
    #[must_use]
    pub fn of_canonical(bytes: &[u8], hash: &str) -> Option<Self> {
        let table: toml::Table = serde_json::from_slice(bytes).ok()?;
        Self::parse("", &toml::to_string(&table).ok()?).ok().filter(|model| model.hash == hash)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its values as canonical JSON (RFC 8785): what is kept by its hash.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// SHA-256 (hex) of the model's canonical JSON: comments and layout do not change it.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether its numbers are assumed (`basis = "assumed"`), which a report must say.
    #[must_use]
    pub fn is_assumed(&self) -> bool {
        self.assumed
    }

    /// Where its numbers come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Prior and thresholds of a verification.
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        self.verification
    }

    /// Which sounds it takes for one another.
    #[must_use]
    pub fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    /// How common names are, as far as it knows.
    #[must_use]
    pub fn frequencies(&self) -> &NameFrequencies {
        &self.frequencies
    }

    /// The same model with other name frequencies, e.g. counted in a roster.
    #[must_use]
    pub fn with_frequencies(mut self, frequencies: NameFrequencies) -> Self {
        self.frequencies = frequencies;
        self
    }

    /// Whether a source answers about a whole household, so that records about others are expected.
    #[must_use]
    pub fn is_household_book(&self, source: &SourceKey) -> bool {
        self.household_books.contains(source)
    }

    /// The weight of a field's level, by index, for a source.
    #[must_use]
    pub fn weight_centibits(&self, field: Field, level: usize, profile: Option<&SourceKey>) -> i32 {
        self.weights(profile).0[field as usize].centibits.get(level).copied().unwrap_or(0)
    }

    pub(super) fn weights(&self, profile: Option<&SourceKey>) -> &Weights {
        profile.and_then(|key| self.profiles.get(key.as_str())).unwrap_or(&self.base)
    }
}

#[cfg(test)]
mod tests;
