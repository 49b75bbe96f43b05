//! Cases that workers of this process have at the moment, so that one can be taken away at once: whoever cancels a case or takes consent
//! back does not wait until its worker hears of it at the next renewal of its lease. Workers of other processes hear of it then.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Cases by id.
#[derive(Default)]
pub(super) struct InHand(Mutex<HashMap<Uuid, CancellationToken>>);

impl InHand {
    /// Notes that a worker has a case; what is returned ends when it is taken away.
    pub(super) fn take(&self, case: Uuid) -> CancellationToken {
        let token = CancellationToken::new();
        self.held().insert(case, token.clone());
        token
    }

    /// Notes that the worker is done, unless another has the case by now.
    pub(super) fn lay_down(&self, case: Uuid, token: &CancellationToken) {
        token.cancel();
        self.held().retain(|id, held| *id != case || !held.is_cancelled());
    }

    /// Takes a case from whoever has it.
    pub(super) fn take_away(&self, case: Uuid) {
        if let Some(token) = self.held().remove(&case) {
            token.cancel();
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<Uuid, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
