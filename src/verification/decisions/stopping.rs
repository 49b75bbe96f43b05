//! Cancelling a case: nobody is asked any more. A final report that stands is not cancelled, but what it is being checked again for.

use super::DecideError;
use crate::audit::{Action, Event};
use crate::auth::Caller;
use crate::store::Store;
use crate::verification::{Verifier, actor};

impl Verifier {
    /// Stops a case. One with a final report that is worked on again, for a person's word, ends with the report that stands.
    ///
    /// # Errors
    /// [`DecideError::State`] of a case at rest.
    pub async fn cancel(&self, caller: &Caller, id: &str) -> Result<(), DecideError> {
        let case = self.case(caller, id).await?;
        if case.state.at_rest() {
            return Err(DecideError::State(case.state));
        }
        let event = Event::new(&actor(caller), Action::Cancelled).case(case.id).purpose(case.purpose);
        self.0.ledger.decided(vec![event], Store::stopping(case.id, self.0.clock.now())).await?;
        self.0.in_hand.take_away(case.id);
        self.0.memory.forget(case.id);
        self.0.hub.tell_turn(case.id);
        Ok(())
    }
}
