//! Objections (异议): what the applicant says against a record or a department's answer is kept, and the department is asked anew, under the
//! authorisations as they stand today. The next version says that it was made for it; a record that turns out another's is for a person
//! to decide about.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DecideError;
use crate::audit::{Action, Event};
use crate::auth::Caller;
use crate::household::{AnswerKind, Faults, SourceKey};
use crate::store::{CaseState, DecisionKind, DocumentKind, NewDecision, Store, StoreError};
use crate::telemetry::china_date;
use crate::verification::{VerificationError, Verifier, actor, sealing};

/// An objection.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewObjection {
    /// The version objected to: the latest.
    pub version: u32,
    /// Which departments' answers, by key; those are asked anew.
    #[schema(value_type = Vec<String>)]
    pub sources: Vec<SourceKey>,
    /// The record, where it is against one: `m1/vehicles/62042200013`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// What the applicant says, 1 to 4,000 characters.
    pub statement: String,
}

/// An objection that was made.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Objection {
    /// When.
    #[schema(value_type = String, format = Date)]
    pub on: jiff::civil::Date,
    /// Who entered it.
    pub entered_by: String,
    /// What it says; nothing where `withdrawn`.
    #[serde(flatten)]
    pub objection: Option<NewObjection>,
    /// Whether its words are locked, or destroyed, with the answers of a member who took the authorisation back (撤回授权).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// Most characters of a statement.
const MOST: usize = 4000;

impl Verifier {
    /// Keeps an objection and has its departments asked anew.
    ///
    /// # Errors
    /// [`DecideError::Faults`]; [`DecideError::State`] while the case is at work; [`DecideError::Moved`].
    pub async fn object(&self, caller: &Caller, id: &str, objection: NewObjection) -> Result<(), DecideError> {
        let case = self.case(caller, id).await?;
        if case.state != CaseState::Final {
            return Err(DecideError::State(case.state));
        }
        let version = self.latest(&case).await?;
        if version.number != objection.version {
            return Err(DecideError::Moved);
        }
        let cells = self.0.store.cells(case.id).await?;
        let mut faults = Faults::default();
        if objection.sources.is_empty() {
            let remedy = ["写明对哪些部门的反馈有异议", "name the departments whose answers it is against"];
            faults.add("/sources", "empty", "未指明部门", "no department is named", remedy);
        }
        for (place, source) in objection.sources.iter().enumerate() {
            let asked = cells
                .iter()
                .any(|cell| cell.source == *source && cell.kind.is_some_and(|kind| kind != AnswerKind::Skipped));
            if !asked {
                let remedy = ["只能针对本次查询过的部门", "name departments that were asked"];
                let at = format!("/sources/{place}");
                faults.add(&at, "not_asked", "该部门未被查询", "this department was not asked", remedy);
            }
        }
        let length = objection.statement.trim().chars().count();
        if !(1..=MOST).contains(&length) {
            let remedy =
                ["填写申请人的陈述，1 至 4000 字", "write down what the applicant says, 1 to 4,000 characters"];
            faults.add("/statement", "statement", "陈述缺失或过长", "the statement is missing or too long", remedy);
        }
        if !faults.0.is_empty() {
            return Err(DecideError::Faults(faults.0));
        }
        let bytes = serde_json::to_vec(&objection).map_err(|_| VerificationError::Unreadable { what: "objection" })?;
        let kept = NewDecision {
            kind: DecisionKind::Objection,
            case_id: case.id,
            version: version.number,
            decided_by: caller.subject.clone(),
            at: self.0.clock.now(),
            document: sealing::seal(&self.0.keys, case.id, DocumentKind::Objection, &bytes)?,
        };
        let event = Event::new(&actor(caller), Action::Objected).case(case.id).version(version.number);
        let event = event.purpose(case.purpose).detail(version.body_hash);
        self.0.ledger.decided(vec![event], Store::objecting(kept, objection.sources)).await?;
        self.go_on(&case);
        Ok(())
    }

    /// The objections of a case, the first first. The reading is in the log first.
    ///
    /// # Errors
    /// [`DecideError`].
    pub async fn objections(&self, caller: &Caller, id: &str) -> Result<Vec<Objection>, DecideError> {
        let case = self.case(caller, id).await?;
        if case.state == CaseState::Erased {
            return Err(DecideError::Erased);
        }
        let rows = self.0.store.decisions(case.id).await?;
        let receipt = self.0.ledger.looked_at(caller, &case).await?;
        let mut objections = Vec::new();
        for row in rows.into_iter().filter(|row| row.kind == DecisionKind::Objection) {
            let objection = match sealing::open(&self.0.store, &self.0.keys, &receipt, case.id, row.document).await {
                Err(VerificationError::Store(StoreError::Erased { .. })) => None,
                opened => Some(
                    serde_json::from_slice(&opened?)
                        .map_err(|_| VerificationError::Unreadable { what: "objection" })?,
                ),
            };
            let withdrawn = objection.is_none();
            objections.push(Objection { on: china_date(row.at), entered_by: row.decided_by, objection, withdrawn });
        }
        Ok(objections)
    }
}
