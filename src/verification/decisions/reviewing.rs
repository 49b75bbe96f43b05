//! Records that were held (待人工核实): which cases have some, both sides of each, and a person's word on whose they are.
//!
//! A word on any record counts, held or not: a namesake's car that the matcher took for the member's is put right in the same way. A
//! supervisor's word that changes nothing the report reckons with stands at once; one that does, and every caseworker's, waits for a supervisor who is another person.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::approving::{AskedFor, must_be_a_person};
use super::held::effects_of;
use super::{Asked, DecideError, Kept, MOST_REASON, RecordDecision, hash_of};
use crate::audit::{Action, Event};
use crate::auth::{Caller, Role};
use crate::household::{Evidence, Faults, Record, Request};
use crate::report;
use crate::report::difference::Difference;
use crate::store::{
    AuditReceipt, CaseFilter, CaseRow, CaseState, DecisionKind, DocumentKind, NewDecision, Store, VersionRow,
};
use crate::verification::reading::read_report;
use crate::verification::report_number::report_number;
use crate::verification::{VerificationError, Verifier, actor, sealing};

/// A case with records that wait for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewCase {
    /// Case.
    pub case: String,
    /// The number that its reports carry.
    pub number: String,
    /// Programme.
    pub purpose: String,
    /// County.
    pub region: String,
    /// Latest version of its report.
    pub version: u32,
    /// How many records wait.
    pub held: u32,
    /// When the version was made, or the case last moved.
    pub since: String,
    /// Whether it is about the caller or registered kin (回避), who may not open it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

/// A page of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewPage {
    /// The newest first.
    pub items: Vec<ReviewCase>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reviewed {
    /// It stands; the next version is being made.
    Stands,
    /// It waits for a second person.
    Waits(Asked),
}

/// A version opened: what it was made from.
pub(super) struct LookedAt {
    pub(super) request: Request,
    pub(super) evidence: Evidence,
    /// Of the model that its records were attributed by.
    pub(super) model_sha256: String,
}

impl Verifier {
    /// The caller's cases with records that wait for a person, newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn review_cases(
        &self,
        caller: &Caller,
        cursor: Option<Uuid>,
        limit: u32,
    ) -> Result<ReviewPage, VerificationError> {
        if caller.regions.is_empty() {
            return Ok(ReviewPage { items: Vec::new(), next: None });
        }
        let filter = CaseFilter {
            organisations: Some(vec![caller.organisation.clone()]),
            region_prefixes: caller.regions.clone(),
            states: vec![CaseState::Final, CaseState::Waiting],
            with_reviews: true,
            cursor,
            limit: limit + 1,
            ..CaseFilter::default()
        };
        let mut rows = self.0.store.list_cases(&filter).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        let barred = self.barred(caller, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        let item = |row: &CaseRow| ReviewCase {
            case: row.id.to_string(),
            number: report_number(row),
            purpose: row.purpose.as_str().to_owned(),
            region: row.region.as_str().to_owned(),
            version: row.latest_version.unwrap_or(0),
            held: row.reviews_open,
            since: row.updated_at.to_string(),
            barred: barred.contains(&row.id),
        };
        Ok(ReviewPage { items: rows.iter().map(item).collect(), next })
    }

    /// Decides whose records are. A decision that changes a line, a total or an outcome, and every one of a caseworker, waits for a supervisor who is another
    /// person.
    ///
    /// # Errors
    /// [`DecideError::Faults`] with every fault at once; [`DecideError::Moved`] when the version named is not the latest any more.
    pub async fn review(
        &self,
        caller: &Caller,
        id: &str,
        version: u32,
        decisions: Vec<RecordDecision>,
    ) -> Result<Reviewed, DecideError> {
        must_be_a_person(caller)?;
        let case = self.case(caller, id).await?;
        if !matches!(case.state, CaseState::Final | CaseState::Waiting) {
            return Err(DecideError::State(case.state));
        }
        let latest = self.latest(&case).await?;
        if latest.number != version {
            return Err(DecideError::Moved);
        }
        let receipt = self.0.ledger.opened(caller, &case, &latest).await?;
        let LookedAt { request, evidence, .. } = self.looked_at(&receipt, &case, &latest).await?;
        let kept = self.checked(decisions, &evidence)?;
        let changes = self.changes(&receipt, &case, &request, &evidence, &kept).await?;
        // a record that is held counts in no total yet: that it goes is a change all the same
        if changes.is_nothing() && caller.roles.contains(&Role::Supervisor) {
            let decision = self.review_decision(caller, &case, version, &kept)?;
            let event = Event::new(&actor(caller), Action::Reviewed).case(case.id).version(version);
            self.0.ledger.decided(vec![event.purpose(case.purpose)], Store::deciding(decision)).await?;
            self.go_on(&case);
            return Ok(Reviewed::Stands);
        }
        let asked = AskedFor::Review { decisions: kept, effects: effects_of(&changes) };
        self.ask_second(caller, &case, Some(version), None, &asked).await.map(Reviewed::Waits)
    }

    /// A decision sealed as it is kept.
    pub(super) fn review_decision(
        &self,
        caller: &Caller,
        case: &CaseRow,
        version: u32,
        kept: &[Kept],
    ) -> Result<NewDecision, VerificationError> {
        let bytes = serde_json::to_vec(kept).map_err(|_| VerificationError::Unreadable { what: "decision" })?;
        Ok(NewDecision {
            kind: DecisionKind::Review,
            case_id: case.id,
            version,
            decided_by: caller.subject.clone(),
            at: self.0.clock.now(),
            document: sealing::seal(&self.0.keys, case.id, DocumentKind::Review, &bytes)?,
        })
    }

    /// The latest version of a case.
    pub(super) async fn latest(&self, case: &CaseRow) -> Result<VersionRow, DecideError> {
        if case.latest_version.is_none() {
            return Err(DecideError::NoVersion);
        }
        Ok(self.0.store.get_version(case.id, None).await?)
    }

    /// Has a case that was opened again taken up at once.
    pub(super) fn go_on(&self, case: &CaseRow) {
        self.0.in_hand.take_away(case.id);
        self.0.memory.forget(case.id);
        self.0.hub.tell(case.id);
        self.0.bell.notify_one();
        self.0.bulk_bell.notify_one();
    }

    pub(super) async fn looked_at(
        &self,
        receipt: &AuditReceipt,
        case: &CaseRow,
        version: &VersionRow,
    ) -> Result<LookedAt, VerificationError> {
        let (store, keys) = (&self.0.store, &self.0.keys);
        let request = sealing::open(store, keys, receipt, case.id, case.request_document).await?;
        let request =
            serde_json::from_slice(&request).map_err(|_| VerificationError::Unreadable { what: "request" })?;
        let evidence = sealing::open(store, keys, receipt, case.id, version.evidence_document).await?;
        // what is decided about is what the version was made from
        let signed = self.stored_report(receipt, version).await?;
        let made = read_report(&signed).map_err(|_| VerificationError::Unreadable { what: "report" })?;
        let made_from = made.body.provenance;
        if made_from.evidence_sha256 != report::sha256_hex(&evidence) {
            return Err(VerificationError::Unreadable { what: "evidence" });
        }
        let evidence =
            serde_json::from_slice(&evidence).map_err(|_| VerificationError::Unreadable { what: "evidence" })?;
        Ok(LookedAt { request, evidence, model_sha256: made_from.identity_model_sha256 })
    }

    /// Decisions with the hash of the record each is about, or everything that is wrong with them.
    fn checked(&self, decisions: Vec<RecordDecision>, evidence: &Evidence) -> Result<Vec<Kept>, DecideError> {
        let mut faults = Faults::default();
        let known: BTreeMap<String, &Record> =
            evidence.records.iter().map(|filed| (filed.key(), &filed.record)).collect();
        let mut kept: Vec<Kept> = Vec::with_capacity(decisions.len());
        if decisions.is_empty() {
            let remedy = ["至少给出一项决定", "decide about one record at least"];
            faults.add("/decisions", "empty", "没有决定", "no decision", remedy);
        }
        for (place, mut decision) in decisions.into_iter().enumerate() {
            let at = |field: &str| format!("/decisions/{place}/{field}");
            decision.reason = decision.reason.trim().to_owned();
            if decision.reason.is_empty() || decision.reason.chars().count() > MOST_REASON {
                let remedy = ["写明理由，1 至 1000 字", "say why, in 1 to 1,000 characters"];
                faults.add(&at("reason"), "reason", "理由缺失或过长", "the reason is missing or too long", remedy);
            }
            let twice = kept.iter().any(|other| other.decision.record == decision.record);
            match known.get(&decision.record) {
                _ if twice => {
                    let remedy = ["每条记录只作一项决定", "decide once about each record"];
                    faults.add(&at("record"), "twice", "同一记录出现两次", "the record is named twice", remedy);
                }
                Some(record) => kept.push(Kept { record_sha256: hash_of(record), decision }),
                None => {
                    let remedy = ["使用 …/reviews 中的记录名", "name records as …/reviews does"];
                    faults.add(
                        &at("record"),
                        "unknown",
                        "该版本中没有此记录",
                        "the version has no such record",
                        remedy,
                    );
                }
            }
        }
        if faults.0.is_empty() { Ok(kept) } else { Err(DecideError::Faults(faults.0)) }
    }

    /// What decisions change in the case's report: it is assessed as the next version will be, from the answers as they stand, and held
    /// against what the latest was made from.
    async fn changes(
        &self,
        receipt: &AuditReceipt,
        case: &CaseRow,
        request: &Request,
        evidence: &Evidence,
        kept: &[Kept],
    ) -> Result<Difference, VerificationError> {
        self.ground(receipt, case).await?.changes(request, evidence, &self.0.model, kept)
    }
}
