//! An auditor's inspection: the reports of one case, for a few hours, after a supervisor and a security administrator of the case's
//! organisation have both agreed. Without it an auditor sees the log and no report.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::approving::{AskedFor, about, must_be_a_person};
use super::{Asked, DecideError};
use crate::audit::Action;
use crate::auth::{Caller, Role};
use crate::store::{ApprovalKind, ApprovalRow, ApprovalState, CaseRow, CaseState, Store, words};
use crate::verification::report_number::case_called;
use crate::verification::{ReadError, Verifier};

/// Longest inspection.
pub const MOST_HOURS: u32 = 72;

words! {
    /// Why an auditor wants to see a report.
    Grounds {
        /// Somebody complained.
        Complaint = "complaint",
        /// The log shows something unusual.
        Finding = "finding",
        /// A check by sample.
        Sample = "sample",
        /// Another authority asks, with a document.
        Authority = "authority",
    }
}

/// What an auditor asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectionTerms {
    /// Which case: its id, or the number of its reports.
    pub case: String,
    /// Why.
    pub grounds: Grounds,
    /// Number of the document it rests on, 1 to 64 characters; no name of anybody.
    pub document: String,
    /// For how long reports may be opened once it is agreed to: 1 to 72 hours.
    pub hours: u32,
}

impl Verifier {
    /// Asks for an inspection of a case of an organisation that the auditor oversees.
    ///
    /// # Errors
    /// [`DecideError::NotFound`]; [`DecideError::State`] of an erased case; [`DecideError::AlreadyAsked`].
    pub async fn ask_inspection(&self, caller: &Caller, terms: &InspectionTerms) -> Result<Asked, DecideError> {
        must_be_a_person(caller)?;
        let case = case_called(&self.0.store, &terms.case).await?.ok_or(DecideError::NotFound)?;
        if !oversees(caller, &case) {
            self.denied(caller, Some(case.id), "scope").await?;
            return Err(DecideError::NotFound);
        }
        if case.state == CaseState::Erased {
            return Err(DecideError::State(case.state));
        }
        self.must_stand_apart_from(caller, case.id).await?;
        let asked = AskedFor::Inspection { grounds: terms.grounds, document: terms.document.clone() };
        self.ask_second(caller, &case, None, Some(terms.hours), &asked).await
    }

    /// Ends an inspection that lasts still: whoever sees it may. The next reading is refused.
    pub(super) async fn end_inspection(&self, caller: &Caller, row: &ApprovalRow) -> Result<(), DecideError> {
        let case = self.0.store.get_case(row.case_id).await?;
        let event = about(caller, &case, Action::InspectionEnded, row.id, None);
        let effect = Store::revoking_inspection(row.id, case.id, self.0.clock.now());
        Ok(self.0.ledger.decided(vec![event], effect).await?)
    }

    /// The case whose report somebody opens: one in the caller's scope, or one that an auditor inspects. Whether the inspection still lasts, the
    /// auditor still oversees the case, and is nobody's kin in it, is looked at each time.
    pub(in crate::verification) async fn case_to_read(&self, caller: &Caller, id: &str) -> Result<CaseRow, ReadError> {
        if !caller.roles.contains(&Role::Auditor) {
            return self.case(caller, id).await;
        }
        let id = Uuid::parse_str(id).map_err(|_| ReadError::NotFound)?;
        let case = self.0.store.get_case(id).await?;
        let inspects = self.0.store.inspection(case.id, &caller.subject, self.0.clock.now()).await?;
        if inspects.is_none() || !oversees(caller, &case) {
            self.denied(caller, Some(case.id), "inspection").await?;
            return Err(ReadError::NotFound);
        }
        self.must_stand_apart_from(caller, case.id).await?;
        Ok(case)
    }
}

/// Whether a case is of an organisation and region that an auditor oversees.
fn oversees(caller: &Caller, case: &CaseRow) -> bool {
    let of_theirs = caller.overseen().is_none_or(|all| all.contains(&case.organisation));
    of_theirs && caller.covers_region(case.region.as_str())
}

/// Whether an inspection was agreed to and lasts.
pub(super) fn lasts(row: &ApprovalRow, now: jiff::Timestamp) -> bool {
    let agreed = row.kind == ApprovalKind::Inspection && row.state == ApprovalState::Agreed;
    agreed && row.until.is_some_and(|until| now < until)
}
