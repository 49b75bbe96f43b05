//! Records that wait for a person, each beside the person it is filed under, and what either word on it would change.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::reviewing::LookedAt;
use super::{DecideError, Decided, Kept, RecordDecision, hash_of};
use crate::auth::Caller;
use crate::household::{Address, Attributed, Evidence, MatchReason, Member, MemberRef, Record, Request, Verdict};
use crate::identity::Model;
use crate::policy;
use crate::report::difference::Difference;
use crate::store::{ArtifactKind, AuditReceipt, CaseRow};
use crate::verification::answers::Cells;
use crate::verification::{VerificationError, Verifier, attribution, plan};

/// A record and the person it is filed under, side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordSides {
    /// Its name in this case: `m1/vehicles/62042200013`.
    pub record: String,
    /// Whom it is filed under.
    pub member: String,
    /// Which department's.
    pub source: String,
    /// `review`: held; `match`: counted; `no`: set aside.
    pub verdict: Verdict,
    /// Level of each field with its weight.
    pub reasons: Vec<MatchReason>,
    /// Sum of the weights in hundredths of a bit.
    pub weight_centibits: i32,
    /// Probability in parts per million.
    pub probability_ppm: u32,
    /// What a person decided before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<crate::household::ReviewDecision>,
    /// The person as the request states them.
    pub stated: StatedPerson,
    /// The record as the department wrote it.
    #[schema(value_type = Object)]
    pub found: Record,
}

/// A person as a request states them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatedPerson {
    /// Name.
    #[schema(value_type = String)]
    pub name: crate::household::PersonName,
    /// Number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub id_number: Option<crate::household::IdNumber>,
    /// Birth date.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub birth_date: Option<jiff::civil::Date>,
    /// Telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub phone: Option<crate::household::Phone>,
    /// Sex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<crate::household::Sex>,
    /// Where the household lives.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub address: Option<crate::household::Address>,
}

/// The records of a case that a person may decide about.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseRecords {
    /// Case.
    pub case: String,
    /// The version they stand in: a decision names it.
    pub version: u32,
    /// The records.
    pub records: Vec<RecordSides>,
}

/// Records of a case that wait for a person, with what is told of them.
pub struct HeldRecords {
    /// The records.
    pub records: CaseRecords,
    /// Of each, what either word on it changes.
    pub effects: Vec<RecordEffects>,
    /// The model that their version was made by: the weights are its, and so are the thresholds to hold them against. None where it is another than
    /// the one in force, and not kept so that this program reads it.
    pub model: Option<Arc<Model>>,
}

/// What either word on a record changes in the case's report: lines, totals, outcomes and amounts, before and after.
#[derive(Debug)]
pub struct RecordEffects {
    /// When it is the person's.
    pub theirs: serde_json::Value,
    /// When it is another's.
    pub anothers: serde_json::Value,
}

impl Verifier {
    /// Records of a case's latest version, both sides of each; those held alone unless all are wanted. The reading is in the log first.
    ///
    /// # Errors
    /// [`DecideError`].
    pub async fn case_records(&self, caller: &Caller, id: &str, all: bool) -> Result<CaseRecords, DecideError> {
        Ok(self.records_seen(caller, id, all).await?.records)
    }

    /// Records that wait for a person, each with what either word on it changes under the model in force, which makes the next version.
    ///
    /// # Errors
    /// As [`Verifier::case_records`].
    pub async fn held_records(&self, caller: &Caller, id: &str) -> Result<HeldRecords, DecideError> {
        let Seen { case, receipt, looked_at, records } = self.records_seen(caller, id, false).await?;
        let LookedAt { request, evidence, model_sha256 } = looked_at;
        let ground = self.ground(&receipt, &case).await?;
        let effects = |held: &RecordSides, belongs: bool| {
            let filed = evidence.records.iter().find(|filed| filed.key() == held.record);
            let decision = RecordDecision { record: held.record.clone(), belongs, reason: String::new() };
            let kept = filed.map(|filed| Kept { record_sha256: hash_of(&filed.record), decision });
            ground.changes(&request, &evidence, &self.0.model, kept.as_slice()).map(|changes| effects_of(&changes))
        };
        let either = |held: &RecordSides| {
            Ok::<_, VerificationError>(RecordEffects { theirs: effects(held, true)?, anothers: effects(held, false)? })
        };
        let effects: Result<Vec<_>, _> = records.records.iter().map(either).collect();
        let (effects, model) = (effects?, self.model_of(&model_sha256).await?);
        Ok(HeldRecords { records, effects, model })
    }

    /// The model of a hash: the one in force, or as it is kept.
    async fn model_of(&self, sha256: &str) -> Result<Option<Arc<Model>>, VerificationError> {
        let in_force = &self.0.model;
        if in_force.hash() == sha256 {
            return Ok(Some(Arc::clone(in_force)));
        }
        let Some(hash) = hex::decode(sha256).ok().and_then(|bytes| bytes.try_into().ok()) else { return Ok(None) };
        let kept = self.0.store.artifact(ArtifactKind::Model, hash).await?;
        Ok(kept.and_then(|kept| Model::of_canonical(&kept.bytes, sha256)).map(Arc::new))
    }

    async fn records_seen(&self, caller: &Caller, id: &str, all: bool) -> Result<Seen, DecideError> {
        let case = self.case(caller, id).await?;
        let version = self.latest(&case).await?;
        let receipt = self.0.ledger.opened(caller, &case, &version).await?;
        let looked_at = self.looked_at(&receipt, &case, &version).await?;
        let LookedAt { request, evidence, .. } = &looked_at;
        let people: BTreeMap<&MemberRef, &Member> =
            plan::people(request).map(|person| (&person.reference, person)).collect();
        let address = request.household.address.as_ref();
        let records = evidence.records.iter().filter(|filed| all || filed.verdict == Verdict::Review);
        let records =
            records.filter_map(|filed| Some(sides(people.get(&filed.member)?, address, filed.clone()))).collect();
        let records = CaseRecords { case: case.id.to_string(), version: version.number, records };
        Ok(Seen { case, receipt, looked_at, records })
    }

    /// What the next version of a case rests on.
    pub(super) async fn ground(&self, receipt: &AuditReceipt, case: &CaseRow) -> Result<Ground, VerificationError> {
        let pack = self.0.rules.packs().resolve(&case.region, case.as_of).map_err(|_| VerificationError::NoPack)?;
        let decided = self.decided(receipt, case).await?;
        let cells = self.read_cells(receipt, &self.0.store.cells(case.id).await?).await?;
        Ok(Ground { pack, decided, cells })
    }
}

/// A case's records with what they were read from.
struct Seen {
    case: CaseRow,
    receipt: AuditReceipt,
    looked_at: LookedAt,
    records: CaseRecords,
}

/// What the next version of a case rests on: rules, what was decided before, answers.
pub(super) struct Ground {
    pack: Arc<policy::Pack>,
    decided: Decided,
    cells: Cells,
}

impl Ground {
    pub(super) fn changes(
        &self,
        request: &Request,
        evidence: &Evidence,
        model: &Model,
        kept: &[Kept],
    ) -> Result<Difference, VerificationError> {
        let mut decided = self.decided.clone();
        decided.add(&serde_json::to_vec(kept).map_err(|_| VerificationError::Unreadable { what: "decision" })?)?;
        let after = attribution::evidence(request, &self.cells, model, &decided);
        let (before, after) = (policy::assess(evidence, &self.pack), policy::assess(&after, &self.pack));
        Ok(Difference::between((&self.pack, &before), (&self.pack, &after)))
    }
}

/// What whoever decides is told of a difference.
pub(super) fn effects_of(changes: &Difference) -> serde_json::Value {
    serde_json::json!({
        "lines": changes.lines, "totals": changes.totals, "outcomes": changes.outcomes, "amounts": changes.amounts,
    })
}

fn sides(person: &Member, address: Option<&Address>, filed: Attributed) -> RecordSides {
    RecordSides {
        record: filed.key(),
        member: filed.member.to_string(),
        source: filed.source.to_string(),
        verdict: filed.verdict,
        reasons: filed.reasons,
        weight_centibits: filed.weight_centibits,
        probability_ppm: filed.probability_ppm,
        reviewed: filed.reviewed,
        stated: StatedPerson {
            name: person.name.clone(),
            id_number: person.id_number.clone(),
            birth_date: person.birth_date,
            phone: person.phone.clone(),
            sex: person.sex,
            address: address.cloned(),
        },
        found: filed.record,
    }
}
