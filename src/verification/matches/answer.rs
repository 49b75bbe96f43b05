//! What a comparison answers. Never a value of an identity.

use serde::Serialize;
use utoipa::ToSchema;

use crate::household::{MatchReason, SourceKey, Verdict};

/// A comparison explained. Weights and log odds are in hundredths of a bit, probabilities in parts per million, as in a report.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Matched {
    /// Whether the claimed identity is the known person's.
    pub verdict: Verdict,
    /// The rule that decided, then those it overruled.
    pub rules: Vec<MatchReason>,
    /// Whose the claimed identity is: `known`, `others/0`; several when a person must tell them apart, nobody when it fits none.
    pub belongs_to: Vec<String>,
    /// Sum of the fields' weights; the prior is not in it.
    pub weight_centibits: i32,
    /// Prior and weight together: what is held against the thresholds.
    pub log_odds_centibits: i32,
    /// The same as a probability.
    pub probability_ppm: u32,
    /// What was found of every field that could be compared.
    pub fields: Vec<FieldWeight>,
    /// The comparisons with the other people, in their order.
    pub others: Vec<OtherMatched>,
    /// The source whose errors were reckoned with.
    #[schema(value_type = Option<String>)]
    pub source: Option<SourceKey>,
    /// Prior and thresholds.
    pub thresholds: MatchThresholds,
    /// The model that weighed.
    pub model: MatchModel,
    /// Version of the program.
    pub engine: &'static str,
}

/// A field's level and weight.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FieldWeight {
    /// `id_number`, `name`, `birth_date`, `sex`, `phone`, `address`.
    pub field: String,
    /// How far the two agree, e.g. `exact`, `transposed`, `homophone`, `missing`, `different`.
    pub level: String,
    /// What counts: log2 of m/u, after the corrections below.
    pub weight_centibits: i32,
    /// What the level weighs by itself.
    pub level_centibits: i32,
    /// Why the two differ: `rarity` (a rare name weighs more, a common one less) or `follows` (another field has said it already).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<Correction>,
    /// The other fields that have said it, where that is why it counts less.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<Followed>,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Why a field counts otherwise than its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    /// The name is rare, or common.
    Rarity,
    /// It follows from another field that agrees, and is counted once.
    Follows,
}

/// Another field that has said the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Followed {
    /// The other field.
    pub from: String,
    /// What is left of the weight.
    pub keep_percent: i32,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// The comparison with somebody else who may be meant.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OtherMatched {
    /// `others/0`: where they stand in the request.
    pub person: String,
    /// Whether the claimed identity is theirs.
    pub verdict: Verdict,
    /// The rule that decided.
    pub rule: MatchReason,
    /// Sum of the fields' weights.
    pub weight_centibits: i32,
    /// Probability, with the prior.
    pub probability_ppm: u32,
}

/// Prior and thresholds, as log odds and as probabilities.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct MatchThresholds {
    /// Before anything is compared.
    pub prior_centibits: i32,
    /// The same as a probability.
    pub prior_ppm: u32,
    /// From here on a rule's match stands.
    pub match_centibits: i32,
    /// The same as a probability.
    pub match_ppm: u32,
    /// Below this a faint likeness is not looked at.
    pub review_centibits: i32,
    /// The same as a probability.
    pub review_ppm: u32,
    /// How much better than for another person it must fit.
    pub margin_centibits: i32,
}

/// Which model weighed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MatchModel {
    /// Its name.
    pub name: String,
    /// SHA-256 of its canonical JSON, as in a report.
    pub sha256: String,
    /// Whether its numbers are assumed, not estimated from data.
    pub assumed: bool,
    /// Where they come from.
    pub source: String,
}
