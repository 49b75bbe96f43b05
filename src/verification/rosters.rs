//! Entries of the log about rosters that somebody has matched (`rosters`): nothing of them is asked or stored.

use super::{VerificationError, Verifier};
use crate::audit::Action;
use crate::auth::Caller;
use crate::keys::DetailKind;
use crate::store::{AuditReceipt, Hash};

impl Verifier {
    /// Enters that rosters of so many rows are about to be matched. `said` is what was given and why; the entry holds its MAC.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn enter_linking(
        &self,
        caller: &Caller,
        rows: u64,
        said: &str,
    ) -> Result<AuditReceipt, VerificationError> {
        Ok(self.0.ledger.linked(caller, Action::RostersLinked, Some(rows), self.detail_of(said)).await?)
    }

    /// Enters that what came of it is about to leave the service as a file.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn enter_linked_file(&self, caller: &Caller, said: &str) -> Result<AuditReceipt, VerificationError> {
        Ok(self.0.ledger.linked(caller, Action::Exported, None, self.detail_of(said)).await?)
    }

    fn detail_of(&self, said: &str) -> Hash {
        self.log_detail(DetailKind::Rosters, said.as_bytes())
    }
}
