//! A department that gave no answer is asked once more (重新查询): somebody knows that it is back. As after an objection it is asked under the
//! authorisations as they stand today, and must answer itself; nothing that was answered is touched.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DecideError;
use crate::audit::{Action, Event};
use crate::auth::Caller;
use crate::household::{AnswerKind, Faults, SourceKey};
use crate::store::{CaseState, CellRow, DecisionKind, DocumentKind, NewDecision, Store};
use crate::verification::{VerificationError, Verifier, actor, sealing};

/// Which department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskAgain {
    /// By key, as `GET /v1/sources` has it.
    #[schema(value_type = String)]
    pub source: SourceKey,
}

impl Verifier {
    /// Has a department asked once more about everybody of a case of whom it gave no answer.
    ///
    /// # Errors
    /// [`DecideError::Faults`] of one that answered, or was not asked; [`DecideError::State`] while the case is at work;
    /// [`DecideError::Moved`] when the answer came meanwhile.
    pub async fn ask_source_again(&self, caller: &Caller, id: &str, source: &SourceKey) -> Result<(), DecideError> {
        let case = self.case(caller, id).await?;
        if !matches!(case.state, CaseState::Final | CaseState::Waiting) {
            return Err(DecideError::State(case.state));
        }
        let version = self.latest(&case).await?;
        let now = self.0.clock.now();
        let silent = |cell: &CellRow| match cell.kind {
            Some(AnswerKind::Unavailable) => true,
            Some(AnswerKind::Pending) => cell.deadline.is_some_and(|deadline| deadline <= now),
            _ => false,
        };
        let cells = self.0.store.cells(case.id).await?;
        if !cells.iter().any(|cell| cell.source == *source && silent(cell)) {
            let mut faults = Faults::default();
            let remedy = ["只能重新查询未能查询到的部门", "name a department whose cells are unavailable"];
            let what = "this department has answered, or was not asked";
            faults.add("/source", "not_unanswered", "该部门已有反馈，或未被查询", what, remedy);
            return Err(DecideError::Faults(faults.0));
        }
        let asked = AskAgain { source: source.clone() };
        let bytes = serde_json::to_vec(&asked).map_err(|_| VerificationError::Unreadable { what: "question" })?;
        let word = NewDecision {
            kind: DecisionKind::AskedAgain,
            case_id: case.id,
            version: version.number,
            decided_by: caller.subject.clone(),
            at: now,
            document: sealing::seal(&self.0.keys, case.id, DocumentKind::AskedAgain, &bytes)?,
        };
        let event = Event::new(&actor(caller), Action::AskedAgain).case(case.id).version(version.number);
        let event = event.purpose(case.purpose).source(source.clone());
        self.0.ledger.decided(vec![event], Store::asking_source_again(word, source.clone())).await?;
        self.go_on(&case);
        Ok(())
    }
}
