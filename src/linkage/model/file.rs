//! The shape of a linkage model file. What its values must be is [`super::checked`]'s.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::identity::model::Reason;
use crate::identity::model::cost::CostFile;
use crate::identity::pinyin::Tolerance;
use crate::linkage::fields::Kind;

/// A probability as a decimal string.
pub(super) type Decimal = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelFile {
    pub schema: Spanned<String>,
    pub name: String,
    pub basis: Basis,
    pub source: String,
    pub id: Spanned<String>,
    pub prior: Decimal,
    /// The rows of the larger roster that the prior was estimated on.
    #[serde(default)]
    pub prior_rows: Option<Spanned<u32>>,
    /// What errors cost; or else, from where on a pair matches and is looked at.
    #[serde(default)]
    pub cost: Option<CostFile>,
    #[serde(default)]
    pub match_at: Option<Decimal>,
    #[serde(default)]
    pub review_at: Option<Decimal>,
    pub margin_bits: Spanned<i32>,
    #[serde(default)]
    pub calibration: CalibrationFile,
    #[serde(default)]
    pub sound: Option<Tolerance>,
    pub field: Vec<Spanned<FieldFile>>,
    pub block: Vec<Spanned<BlockFile>>,
    #[serde(default)]
    pub dependence: Vec<DependenceFile>,
    #[serde(default)]
    pub together: Vec<TogetherFile>,
    #[serde(default)]
    pub conflict: Vec<ConflictFile>,
}

/// How weights become log odds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalibrationFile {
    pub scale_percent: Spanned<i32>,
    pub shift_centibits: Spanned<i32>,
}

impl Default for CalibrationFile {
    fn default() -> Self {
        Self { scale_percent: Spanned::new(0..0, 100), shift_centibits: Spanned::new(0..0, 0) }
    }
}

/// Where the numbers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Experts' priors.
    Assumed,
    /// Estimated from data.
    Trained,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldFile {
    pub column: Spanned<String>,
    pub kind: Kind,
    /// The heading in the left and the right roster, where they are not `column`.
    #[serde(default)]
    pub left: Option<String>,
    #[serde(default)]
    pub right: Option<String>,
    /// A column that this one changes places with (given name and surname).
    #[serde(default)]
    pub swapped_with: Option<Spanned<String>>,
    /// A document number that says what is not stated here.
    #[serde(default)]
    pub derived_from: Option<Spanned<String>>,
    pub levels: Spanned<Vec<LevelFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelFile {
    pub level: Spanned<String>,
    pub m: Decimal,
    pub u: Decimal,
    #[serde(default)]
    pub frequency_percent: Option<Spanned<i32>>,
    /// The part of the value that is counted: of a name heard wrong, its sound. The whole where it does not say.
    #[serde(default)]
    pub frequency_of: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlockFile {
    pub on: Vec<Spanned<String>>,
    /// Whether training looks at it: blocks that gather families teach the wrong thing.
    #[serde(default = "yes")]
    pub estimate: bool,
    /// Blocks that make more pairs are left out: a common name says too little.
    #[serde(default)]
    pub largest: Option<Spanned<u32>>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DependenceFile {
    pub field: Spanned<String>,
    pub given: Spanned<String>,
    pub when: Vec<Spanned<String>>,
    pub keep_percent: Spanned<i32>,
    pub reason: Spanned<Reason>,
}

/// Levels that say something else together than each by itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TogetherFile {
    pub when: Spanned<BTreeMap<Spanned<String>, Vec<Spanned<String>>>>,
    pub centibits: Spanned<i32>,
    pub reason: Spanned<Reason>,
}

/// Levels at which two rows are one person only when somebody has looked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConflictFile {
    pub when: Spanned<BTreeMap<Spanned<String>, Vec<Spanned<String>>>>,
    pub reason: Spanned<Reason>,
}
