//! `POST /v1/matches`: why two identities are, or are not, one person. The same matcher and the same rules as for a department's answer.
//!
//! Nothing is asked or stored, and no value of an identity is in the answer. Calls are counted in the log as assessments are
//! (`assessing`), without any value.

mod drawn;
mod given;
pub mod schema;
#[cfg(test)]
mod tests;

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::made_of::ENGINE;
use super::{SubmitError, Verifier};
use crate::audit::Action;
use crate::auth::Caller;
use crate::household::{Lang, MatchReason, MemberRef, SourceKey, Verdict};
use crate::identity::bits::plain_ppm;
use crate::identity::model::Thresholds;
use crate::identity::{Attribution, Comparison, Field, Model, Standing, Use, attribute_prepared};
use crate::store::Hash;
use given::{Given, KNOWN};

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

impl Verifier {
    /// Compares identities that a caller supplies. Nothing is asked or stored.
    ///
    /// # Errors
    /// [`SubmitError::Faults`] with every fault, [`SubmitError::Closed`] while the log cannot be written.
    pub fn compare_supplied(&self, caller: &Caller, body: &[u8]) -> Result<(Matched, Lang), SubmitError> {
        let call: Hash = Sha256::digest(body).into();
        let given = given::read(body, self.0.clock.today(), &self.0.departments.keys());
        self.count_call(Action::Matched, caller, call, given.is_ok())?;
        let given = given.map_err(SubmitError::Faults)?;
        Ok((explain(&self.0.model, &given), given.lang))
    }

    /// Counts a call whose body was not even read; `why` is a closed word.
    ///
    /// # Errors
    /// [`SubmitError::Closed`].
    pub fn refuse_comparison(&self, caller: &Caller, why: &'static str) -> Result<(), SubmitError> {
        self.count_call(Action::Matched, caller, Sha256::digest(why).into(), false)
    }
}

/// Compares.
fn explain(model: &Model, given: &Given) -> Matched {
    let asked = MemberRef(KNOWN.to_owned());
    let source = given.source.as_ref();
    let attribution = attribute_prepared(model, &given.people, &asked, source, &given.claimed);
    let thresholds = model.thresholds(Use::Verification);
    let known = &attribution.fits[0].comparison;
    let fields = known.reasons.iter().filter(|reason| !is_rule(reason));
    Matched {
        verdict: known.verdict,
        rules: known.reasons.iter().filter(|reason| is_rule(reason)).cloned().collect(),
        belongs_to: belongs_to(&attribution),
        weight_centibits: known.weight_centibits,
        log_odds_centibits: thresholds.prior_centibits.saturating_add(known.weight_centibits),
        probability_ppm: known.probability_ppm,
        fields: fields.filter_map(|reason| field(model, known, reason, source)).collect(),
        others: attribution.fits[1..].iter().map(|fit| other(&fit.member, &fit.comparison)).collect(),
        source: given.source.clone(),
        thresholds: shown(&thresholds),
        model: MatchModel {
            name: model.name().to_owned(),
            sha256: model.hash().to_owned(),
            assumed: model.is_assumed(),
            source: model.source().to_owned(),
        },
        engine: ENGINE,
    }
}

fn is_rule(reason: &MatchReason) -> bool {
    reason.field == "rule"
}

fn belongs_to(attribution: &Attribution) -> Vec<String> {
    match &attribution.standing {
        Standing::Owned(person) => vec![person.0.clone()],
        Standing::Open(people) => people.iter().map(|person| person.0.clone()).collect(),
        Standing::Nobodys => Vec::new(),
    }
}

fn field(
    model: &Model,
    comparison: &Comparison,
    reason: &MatchReason,
    source: Option<&SourceKey>,
) -> Option<FieldWeight> {
    let field = Field::ALL.into_iter().find(|field| field.key() == reason.field)?;
    let level_centibits = model.weight_centibits(field, comparison.levels.index(field), source);
    let corrected_by = match field {
        _ if level_centibits == reason.weight_centibits => None,
        Field::Name => Some(Correction::Rarity),
        _ => Some(Correction::Follows),
    };
    Some(FieldWeight {
        field: reason.field.clone(),
        level: reason.level.clone(),
        weight_centibits: reason.weight_centibits,
        level_centibits,
        corrected_by,
        zh: reason.zh.clone(),
        en: reason.en.clone(),
    })
}

fn other(person: &MemberRef, comparison: &Comparison) -> OtherMatched {
    OtherMatched {
        person: person.0.clone(),
        verdict: comparison.verdict,
        rule: comparison.reasons.first().cloned().unwrap_or_else(|| comparison.rule.reason()),
        weight_centibits: comparison.weight_centibits,
        probability_ppm: comparison.probability_ppm,
    }
}

fn shown(thresholds: &Thresholds) -> MatchThresholds {
    MatchThresholds {
        prior_centibits: thresholds.prior_centibits,
        prior_ppm: plain_ppm(thresholds.prior_centibits),
        match_centibits: thresholds.match_centibits,
        match_ppm: plain_ppm(thresholds.match_centibits),
        review_centibits: thresholds.review_centibits,
        review_ppm: plain_ppm(thresholds.review_centibits),
        margin_centibits: thresholds.margin_centibits,
    }
}
