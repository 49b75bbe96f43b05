//! What is put to others: sealed, entered in the log, and open for as long as others may agree or refuse.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{about, unreadable};
use crate::audit::Action;
use crate::auth::Caller;
use crate::household::MemberRef;
use crate::store::{ApprovalKind, CaseRow, DocumentKind, Effect, NewApproval, Store};
use crate::verification::decisions::erasing::ErasureGrounds;
use crate::verification::decisions::inspecting::Grounds;
use crate::verification::decisions::{DecideError, Kept};
use crate::verification::{VerificationError, Verifier, sealing};

/// How long what was asked waits for others.
const WAITS: SignedDuration = SignedDuration::from_hours(24 * 14);

/// Something that waits for a second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Asked {
    /// Its id: `/v1/approvals/{id}`.
    pub approval: String,
    /// Until when others may agree.
    pub lapses_at: String,
}

/// What is asked and why, as it is sealed.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::verification::decisions) enum AskedFor {
    /// Decisions on records.
    Review {
        decisions: Vec<Kept>,
        /// What they change, as it was when they were made.
        effects: serde_json::Value,
    },
    /// That a case is erased.
    Erasure { grounds: ErasureGrounds },
    /// That what was answered under an authorisation taken back is destroyed.
    Destruction {
        member: MemberRef,
        /// Whether a system's account took it back or asked, behind which anybody may stand.
        #[serde(default)]
        by_system: bool,
    },
    /// That an auditor opens a case's reports.
    Inspection { grounds: Grounds, document: String },
}

impl AskedFor {
    fn kind(&self) -> ApprovalKind {
        match self {
            Self::Review { .. } => ApprovalKind::Review,
            Self::Erasure { .. } => ApprovalKind::Erasure,
            Self::Destruction { .. } => ApprovalKind::Destruction,
            Self::Inspection { .. } => ApprovalKind::Inspection,
        }
    }
}

impl Verifier {
    /// Asks again that what a withdrawal locked is destroyed, after a second person refused: whoever may take an authorisation back may. The time
    /// for a refusal begins anew.
    ///
    /// # Errors
    /// [`DecideError::NotOpen`] where nothing was refused; [`DecideError::AlreadyAsked`]; as [`Verifier::approval`].
    pub async fn ask_again(&self, caller: &Caller, id: &str) -> Result<Asked, DecideError> {
        let row = self.seen(caller, id).await?;
        if row.kind != ApprovalKind::Destruction {
            return Err(DecideError::NotOpen);
        }
        let case = self.0.store.get_case(row.case_id).await?;
        let AskedFor::Destruction { member, by_system } = self.asked_for(caller, &row).await? else {
            return Err(unreadable().into());
        };
        let asked = AskedFor::Destruction { member, by_system: by_system || caller.is_system };
        let approval = NewApproval { withdrawn_in: row.withdrawn_in, ..self.new_approval(caller, &case, &asked)? };
        self.put_to_others(caller, &case, approval, Store::asking_again).await
    }

    /// Asks for something that takes a second person.
    pub(in crate::verification::decisions) async fn ask_second(
        &self,
        caller: &Caller,
        case: &CaseRow,
        version: Option<u32>,
        hours: Option<u32>,
        asked: &AskedFor,
    ) -> Result<Asked, DecideError> {
        let approval = NewApproval { version, hours, ..self.new_approval(caller, case, asked)? };
        self.put_to_others(caller, case, approval, Store::asking).await
    }

    async fn put_to_others(
        &self,
        caller: &Caller,
        case: &CaseRow,
        approval: NewApproval,
        effect: fn(NewApproval) -> Effect<()>,
    ) -> Result<Asked, DecideError> {
        let (id, lapses_at) = (approval.id, approval.lapses_at);
        let event = about(caller, case, Action::ApprovalAsked, id, approval.version);
        self.0.ledger.decided(vec![event], effect(approval)).await?;
        Ok(Asked { approval: id.to_string(), lapses_at: lapses_at.to_string() })
    }

    /// Something that is asked of others now, sealed. A destruction waits for as long as others may refuse it, the rest until others have agreed.
    pub(in crate::verification::decisions) fn new_approval(
        &self,
        caller: &Caller,
        case: &CaseRow,
        asked: &AskedFor,
    ) -> Result<NewApproval, VerificationError> {
        let bytes = serde_json::to_vec(asked).map_err(|_| unreadable())?;
        let (kind, at) = (asked.kind(), self.0.clock.now());
        let waits = match kind {
            ApprovalKind::Destruction => SignedDuration::try_from(self.0.settings.withdrawn_wait).unwrap_or(WAITS),
            _ => WAITS,
        };
        Ok(NewApproval {
            id: Uuid::now_v7(),
            kind,
            case_id: case.id,
            version: None,
            asked_by: caller.subject.clone(),
            asked_for: caller.organisation.clone(),
            at,
            lapses_at: at.checked_add(waits).unwrap_or(Timestamp::MAX),
            hours: None,
            withdrawn_in: None,
            document: sealing::seal(&self.0.keys, case.id, DocumentKind::Approval, &bytes)?,
        })
    }
}
