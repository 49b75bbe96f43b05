//! Records that are not simply counted: held for a person to decide, or set aside as somebody else's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Words;
use super::text;
use crate::household::{Attributed, Evidence, MatchReason, MemberRef, SourceKey, Verdict};

/// A record of uncertain ownership (待人工核实). Its contents stay in the evidence, which the review page opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldRecord {
    /// The person asked about.
    pub member: MemberRef,
    /// Source.
    pub source: SourceKey,
    /// Record number at the source.
    pub record: String,
    /// What kind of record.
    pub what: Words,
    /// Sum of the weights below, in hundredths of a bit.
    pub weight_centibits: i32,
    /// Probability that it is the person's, in parts per million.
    pub probability_ppm: u32,
    /// Field by field.
    pub reasons: Vec<MatchReason>,
}

/// Records that are somebody else's: how many, and why. Never which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetAside {
    /// Source.
    pub source: SourceKey,
    /// `field:level` of the reason that weighed most against, or `reviewed`.
    pub reason: String,
    /// In words.
    pub words: Words,
    /// How many.
    pub count: u32,
}

pub(super) fn held(evidence: &Evidence) -> Vec<HeldRecord> {
    (evidence.records.iter().filter(|record| record.verdict == Verdict::Review))
        .map(|record| HeldRecord {
            member: record.member.clone(),
            source: record.source.clone(),
            record: record.record.number.clone(),
            what: text::detail(&record.record.detail),
            weight_centibits: record.weight_centibits,
            probability_ppm: record.probability_ppm,
            reasons: record.reasons.clone(),
        })
        .collect()
}

pub(super) fn set_aside(evidence: &Evidence) -> Vec<SetAside> {
    let mut counts: BTreeMap<(SourceKey, String), (Words, u32)> = BTreeMap::new();
    for record in evidence.records.iter().filter(|record| record.verdict == Verdict::No) {
        let (reason, words) = decisive(record);
        counts.entry((record.source.clone(), reason)).or_insert((words, 0)).1 += 1;
    }
    (counts.into_iter()).map(|((source, reason), (words, count))| SetAside { source, reason, words, count }).collect()
}

/// A reviewer's decision, else a rule, else the field that weighed most against.
fn decisive(record: &Attributed) -> (String, Words) {
    if record.reviewed.is_some() {
        return ("reviewed".to_owned(), Words::new("经人工核实不属于本人", "a reviewer found it is not theirs"));
    }
    let rule = record.reasons.iter().find(|reason| reason.field == "rule");
    match rule.or_else(|| record.reasons.iter().min_by_key(|reason| reason.weight_centibits)) {
        Some(reason) => (format!("{}:{}", reason.field, reason.level), Words::new(&*reason.zh, &*reason.en)),
        None => ("unlike".to_owned(), Words::new("身份信息不一致", "the identities do not agree")),
    }
}
