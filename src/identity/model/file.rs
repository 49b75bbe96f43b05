//! The shape of a model file. What its values must be is [`super::checked`]'s.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::cost::CostFile;
use super::reason::Reason;
use crate::identity::pinyin::Tolerance;

/// A probability as a decimal string.
pub(super) type Decimal = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelFile {
    pub(super) schema: Spanned<String>,
    pub(super) name: String,
    pub(super) basis: Basis,
    pub(super) source: String,
    #[serde(default)]
    pub(super) household_books: Vec<Spanned<String>>,
    pub(super) sound: Tolerance,
    #[serde(rename = "use")]
    pub(super) uses: UsesFile,
    pub(super) field: FieldsFile,
    #[serde(default)]
    pub(super) dependence: Vec<DependenceFile>,
    #[serde(default)]
    pub(super) profile: Vec<ProfileFile>,
    pub(super) name_frequency: FrequencyFile,
}

/// Where the numbers come from.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Basis {
    /// Experts' priors.
    Assumed,
    /// Estimated from data.
    Trained,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UsesFile {
    pub(super) verification: Spanned<UseFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UseFile {
    pub(super) prior: Decimal,
    /// What errors cost; or else, from where on a record matches and is looked at.
    #[serde(default)]
    pub(super) cost: Option<CostFile>,
    #[serde(default)]
    pub(super) match_at: Option<Decimal>,
    #[serde(default)]
    pub(super) review_at: Option<Decimal>,
    pub(super) margin_bits: Spanned<i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldsFile {
    pub(super) id_number: Spanned<Vec<LevelFile>>,
    pub(super) name: Spanned<Vec<LevelFile>>,
    pub(super) birth_date: Spanned<Vec<LevelFile>>,
    pub(super) sex: Spanned<Vec<LevelFile>>,
    pub(super) phone: Spanned<Vec<LevelFile>>,
    pub(super) address: Spanned<Vec<LevelFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelFile {
    pub(super) level: Spanned<String>,
    pub(super) m: Decimal,
    pub(super) u: Decimal,
    #[serde(default)]
    pub(super) frequency_percent: Option<Spanned<i32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DependenceFile {
    pub(super) field: Spanned<String>,
    pub(super) given: Spanned<String>,
    pub(super) when: Vec<Spanned<String>>,
    pub(super) keep_percent: Spanned<i32>,
    pub(super) reason: Spanned<Reason>,
}

/// Where a profile's numbers come from.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProfileBasis {
    /// Experts' priors.
    Assumed,
    /// Estimated from generated people: as good as what the generator assumes.
    Generated,
    /// Estimated from decided pairs of real records.
    Trained,
}

/// Sources whose records err more, or less, than the base: their own m, for whole fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileFile {
    pub(super) sources: Spanned<Vec<Spanned<String>>>,
    pub(super) basis: ProfileBasis,
    pub(super) reason: Spanned<Reason>,
    pub(super) m: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Decimal>>,
}

/// Where shares of names come from.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FrequencyBasis {
    /// Wholly or in part guessed.
    Assumed,
    /// Counted among the people of the place.
    Counted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrequencyFile {
    pub(super) basis: FrequencyBasis,
    pub(super) rare_share: Decimal,
    pub(super) other_surname: Decimal,
    pub(super) other_single: Decimal,
    pub(super) other_double: Decimal,
    pub(super) smallest_share: Decimal,
    pub(super) most_centibits: Spanned<i32>,
    pub(super) least_centibits: Spanned<i32>,
    pub(super) surname: BTreeMap<String, Decimal>,
    pub(super) single: BTreeMap<String, Decimal>,
    pub(super) double: BTreeMap<String, Decimal>,
}
