//! Erasing a case: its data keys are destroyed (crypto-shredding). Two persons; the log's entries stay, they hold nothing personal.

use super::approving::AskedFor;
use super::{Asked, DecideError};
use crate::audit::Event;
use crate::auth::Caller;
use crate::store::{ApprovalKind, CaseRow, CaseState, Effect, words};
use crate::verification::Verifier;

words! {
    /// Why a case is to be erased.
    ErasureGrounds {
        /// Consent was withdrawn and nothing else demands that it be kept.
        ConsentWithdrawn = "consent_withdrawn",
        /// The time for which it is kept is over.
        RetentionOver = "retention_over",
        /// It was sent by mistake: another household, or none.
        Mistaken = "mistaken",
        /// An authority orders it.
        Ordered = "ordered",
    }
}

impl Verifier {
    /// Asks that a case be erased. It must be at rest: whoever wants one stopped cancels it first.
    ///
    /// # Errors
    /// [`DecideError::State`] of a case at work or erased; [`DecideError::AlreadyAsked`].
    pub async fn ask_erasure(&self, caller: &Caller, id: &str, grounds: ErasureGrounds) -> Result<Asked, DecideError> {
        let case = self.case(caller, id).await?;
        if !case.state.at_rest() || case.state == CaseState::Erased {
            return Err(DecideError::State(case.state));
        }
        let asked = AskedFor::Erasure { grounds };
        self.ask_second(caller, &case, ApprovalKind::Erasure, None, None, &asked).await
    }

    /// Erases a case after these entries, and closes what was asked. A process that dies between the two leaves an erased case and an open
    /// approval, which closes when it is agreed to again.
    pub(super) async fn erase(&self, case: &CaseRow, events: Vec<Event>, close: Effect<()>) -> Result<(), DecideError> {
        if !case.state.at_rest() {
            return Err(DecideError::State(case.state));
        }
        let receipts = self.0.ledger.entered(events).await?;
        let first = receipts.first().ok_or(DecideError::Closed)?;
        if case.state != CaseState::Erased {
            let erasure = self.0.store.erase_case(first, case.id, self.0.clock.now()).await?;
            tracing::info!(case = %case.id, keys = erasure.deks_destroyed, "a case was erased");
            self.0.memory.forget(case.id);
        }
        self.0.store.apply(close, receipts).await?;
        Ok(())
    }
}
