//! What people decide about a case once a report of it stands: whose a record is, that it is issued, that it is asked about again, stopped,
//! erased, or that a member's consent is gone. What changes a total, an erasure and an auditor's inspection take a second person (双人复核).
//!
//! A decision is an effect of its entry in the log: sealed, kept, and the case is worked on again, so that a process that dies loses none.
//! The next version is made with all decisions in hand, from the answers as they stand.

mod approving;
mod asking_again;
mod erasing;
mod errors;
mod held;
mod inspecting;
mod issuing;
mod objecting;
mod reviewing;
mod stopping;
mod withdrawing;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::{VerificationError, Verifier, sealing};
use crate::household::{Attributed, MatchReason, MemberRef, Record, ReviewDecision, Verdict, canonical_json};
use crate::store::{AuditReceipt, CaseRow, DecisionKind, StoreError};

pub use approving::{ApprovalDetail, ApprovalHand, ApprovalPage, ApprovalSummary, Asked};
pub use asking_again::AskAgain;
pub use erasing::ErasureGrounds;
pub use errors::DecideError;
pub use held::{CaseRecords, HeldRecords, RecordEffects, RecordSides, StatedPerson};
pub use inspecting::{Grounds, InspectionTerms, MOST_HOURS};
pub use issuing::IssuedReport;
pub use objecting::{NewObjection, Objection};
pub use reviewing::{ReviewCase, ReviewPage, Reviewed};
pub use withdrawing::Withdrawn;

/// Most characters of a reason.
pub const MOST_REASON: usize = 1000;

/// Whose a record is, as somebody decided. Of a record that is another one since, it says nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordDecision {
    /// The record, as the report names it: `m1/vehicles/62042200013`.
    pub record: String,
    /// Whether it belongs to the person it is filed under.
    pub belongs: bool,
    /// Why, 1 to 1,000 characters: it stands in the report.
    pub reason: String,
}

/// A decision as it is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    decision: RecordDecision,
    /// Of the record's RFC 8785 JSON.
    record_sha256: String,
}

/// What people said about a case that its next version is made with.
#[derive(Clone, Debug, Default)]
pub(super) struct Decided {
    /// The last word on each record, with the hash of the record.
    records: BTreeMap<String, (String, ReviewDecision)>,
    /// Members whose authorisation was taken back: nothing is filed under them.
    withdrawn: BTreeSet<MemberRef>,
    /// Kinds of words that no version tells of yet, the first first.
    untold: Vec<DecisionKind>,
}

impl Decided {
    /// Adds decisions as they were sealed.
    fn add(&mut self, sealed: &[u8]) -> Result<(), VerificationError> {
        let kept: Vec<Kept> =
            serde_json::from_slice(sealed).map_err(|_| VerificationError::Unreadable { what: "decision" })?;
        for Kept { decision, record_sha256 } in kept {
            let said = ReviewDecision { belongs: decision.belongs, reason: decision.reason };
            self.records.insert(decision.record, (record_sha256, said));
        }
        Ok(())
    }

    /// Puts decisions in the place of the matcher's verdicts. A record that somebody set aside and that is another one since is held: the word
    /// was not about it, and it is not counted again unseen. What others' queries brought about a member who withdrew is left out.
    pub(super) fn apply(&self, records: &mut Vec<Attributed>) {
        records.retain(|filed| !self.withdrawn.contains(&filed.member));
        for filed in records.iter_mut().filter(|_| !self.records.is_empty()) {
            let Some((sha256, said)) = self.records.get(&filed.key()) else { continue };
            if hash_of(&filed.record) == *sha256 {
                filed.verdict = if said.belongs { Verdict::Match } else { Verdict::No };
                filed.reviewed = Some(said.clone());
            } else if !said.belongs && filed.verdict == Verdict::Match {
                filed.verdict = Verdict::Review;
                filed.reasons.push(MatchReason {
                    field: "rule".into(),
                    level: "set_aside_before".into(),
                    weight_centibits: 0,
                    zh: "同一编号的记录曾经人工核实不属于本人，现内容有变".into(),
                    en: "a record of this number was set aside by a reviewer, and says something else now".into(),
                });
            }
        }
    }

    /// Whether there is a word of this kind that no version tells of yet.
    pub(super) fn awaits(&self, kind: DecisionKind) -> bool {
        self.untold.contains(&kind)
    }

    /// The last word that no version tells of yet: what the next one is made for.
    pub(super) fn last_word(&self) -> Option<DecisionKind> {
        self.untold.last().copied()
    }
}

fn hash_of(record: &Record) -> String {
    hex::encode(Sha256::digest(canonical_json(record)))
}

impl Verifier {
    /// What people said about a case so far.
    pub(super) async fn decided(&self, receipt: &AuditReceipt, case: &CaseRow) -> Result<Decided, VerificationError> {
        let mut decided = Decided::default();
        if case.latest_version.is_none() && case.reopened_for.is_none() {
            return Ok(decided); // nobody has said anything
        }
        let latest = case.latest_version.unwrap_or(0);
        for row in self.0.store.decisions(case.id).await? {
            if row.version == latest {
                decided.untold.push(row.kind);
            }
            if matches!(row.kind, DecisionKind::Objection | DecisionKind::AskedAgain) {
                continue;
            }
            let sealed = match sealing::open(&self.0.store, &self.0.keys, receipt, case.id, row.document).await {
                // it is locked, or went, with its member's authorisation
                Err(VerificationError::Store(StoreError::Erased { .. })) if row.kind == DecisionKind::Review => {
                    continue;
                }
                opened => opened?,
            };
            match row.kind {
                DecisionKind::Review => decided.add(&sealed)?,
                _ => drop(decided.withdrawn.insert(withdrawing::whose(&sealed)?)),
            }
        }
        Ok(decided)
    }
}
