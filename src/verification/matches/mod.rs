//! `POST /v1/matches`: why two identities are, or are not, one person. The same matcher and the same rules as for a department's answer.
//!
//! Nothing is asked or stored, and no value of an identity is in the answer. Calls are counted in the log as assessments are
//! (`assessing`), without any value.

mod answer;
mod drawn;
mod given;
pub mod schema;
#[cfg(test)]
mod tests;

use sha2::{Digest as _, Sha256};

use super::made_of::ENGINE;
use super::{SubmitError, Verifier};
use crate::audit::Action;
use crate::auth::Caller;
use crate::household::{Lang, MatchReason, MemberRef, SourceKey};
use crate::identity::bits::plain_ppm;
use crate::identity::model::Thresholds;
use crate::identity::{Attribution, Comparison, Field, Known, Model, Standing, attribute_prepared};
use crate::keys::DetailKind;
pub use answer::{Correction, FieldWeight, Followed, MatchModel, MatchThresholds, Matched, OtherMatched};
use given::{Given, KNOWN};

impl Verifier {
    /// Compares identities that a caller supplies. Nothing is asked or stored.
    ///
    /// # Errors
    /// [`SubmitError::Faults`] with every fault, [`SubmitError::Closed`] while the log cannot be written.
    pub fn compare_supplied(&self, caller: &Caller, body: &[u8]) -> Result<(Matched, Lang), SubmitError> {
        let call = self.0.keys.detail_mac(DetailKind::Call, body).bytes();
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
    let household = Known { people: &given.people, registrants: &[] };
    let attribution = attribute_prepared(model, household, &asked, source, &given.claimed);
    let thresholds = model.thresholds();
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
    let dimmed = if corrected_by == Some(Correction::Follows) && level_centibits > 0 {
        model.dimmed_by(field, &comparison.levels)
    } else {
        Vec::new()
    };
    let follows = dimmed.into_iter().map(|dependence| Followed {
        from: dependence.given.key().to_owned(),
        keep_percent: dependence.keep_percent,
        zh: dependence.reason.zh.clone(),
        en: dependence.reason.en.clone(),
    });
    Some(FieldWeight {
        field: reason.field.clone(),
        level: reason.level.clone(),
        weight_centibits: reason.weight_centibits,
        level_centibits,
        corrected_by,
        follows: follows.collect(),
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
