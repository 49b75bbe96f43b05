//! Erasing a case: its data keys are destroyed (crypto-shredding). Two persons; the log's entries stay, they hold nothing personal.

use super::approving::{AskedFor, must_be_a_person};
use super::{Asked, DecideError};
use crate::auth::Caller;
use crate::store::{CaseRow, CaseState, words};
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
    /// [`DecideError::NotAPerson`]; [`DecideError::State`] of a case at work or erased; [`DecideError::AlreadyAsked`].
    pub async fn ask_erasure(&self, caller: &Caller, id: &str, grounds: ErasureGrounds) -> Result<Asked, DecideError> {
        must_be_a_person(caller)?;
        let case = self.case(caller, id).await?;
        if !case.state.at_rest() || case.state == CaseState::Erased {
            return Err(DecideError::State(case.state));
        }
        let asked = AskedFor::Erasure { grounds };
        self.ask_second(caller, &case, None, None, &asked).await
    }

    /// After a case was erased: nothing of it is left in the write-ahead log, nor in memory.
    pub(super) async fn erased(&self, case: &CaseRow) -> Result<(), DecideError> {
        self.0.memory.forget(case.id);
        // What was done is done: a cut that fails now is owed, and tried again.
        let wal_cut = self.0.store.cut_wal().await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the write-ahead log is not cut yet");
            false
        });
        tracing::info!(case = %case.id, wal_cut, "a case was erased");
        Ok(())
    }
}
