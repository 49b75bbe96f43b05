//! Cancelling a case: nobody is asked any more. A report that stands is not cancelled but followed by another version.

use super::DecideError;
use crate::audit::{Action, Event};
use crate::auth::Caller;
use crate::store::CaseState;
use crate::verification::{Verifier, actor};

impl Verifier {
    /// Stops a case that has no final report yet.
    ///
    /// # Errors
    /// [`DecideError::State`] of a case at rest, or with a final report.
    pub async fn cancel(&self, caller: &Caller, id: &str) -> Result<(), DecideError> {
        let case = self.case(caller, id).await?;
        let versions = self.0.store.list_versions(case.id).await?;
        if case.state.at_rest() || versions.iter().any(|version| version.first_final) {
            return Err(DecideError::State(if case.state.at_rest() { case.state } else { CaseState::Final }));
        }
        let event = Event::new(&actor(caller), Action::Cancelled).case(case.id).purpose(case.purpose);
        let receipts = self.0.ledger.entered(vec![event]).await?;
        let receipt = receipts.first().ok_or(DecideError::Closed)?;
        self.0.store.cancel_case(receipt, case.id, self.0.clock.now()).await?;
        self.0.in_hand.take_away(case.id);
        self.0.memory.forget(case.id);
        self.0.hub.tell_turn(case.id);
        if case.reopened_for.is_some() {
            // a withdrawal that no version was made after
            self.shred_at_rest(receipt, &case).await?;
        }
        Ok(())
    }
}
