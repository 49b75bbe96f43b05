//! Who was told which departments have records of whom. A system asks for the state of a case many times while it waits: one entry stands for
//! an hour of that.

use std::time::Duration;

use moka::sync::Cache;
use uuid::Uuid;

use super::VerificationError;
use super::ledger::Ledger;
use crate::auth::Caller;
use crate::store::{AuditReceipt, CaseRow};

/// How many are remembered: whoever is not has one more entry.
const REMEMBERED: u64 = 16_384;
/// For how long one entry stands.
const ONE_ENTRY_FOR: Duration = Duration::from_secs(3600);

/// Caller and case of entries that still stand for what is read.
pub(super) struct AnswersSeen(Cache<(String, String, Uuid), AuditReceipt>);

impl Default for AnswersSeen {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(REMEMBERED).time_to_live(ONE_ENTRY_FOR).build())
    }
}

impl AnswersSeen {
    /// The entry of a reading: the one that stands for it, else a new one.
    pub(super) async fn enter(
        &self,
        ledger: &Ledger,
        caller: &Caller,
        case: &CaseRow,
    ) -> Result<AuditReceipt, VerificationError> {
        let who = (caller.subject.clone(), caller.organisation.clone(), case.id);
        if let Some(receipt) = self.0.get(&who) {
            return Ok(receipt);
        }
        let receipt = ledger.answers_read(caller, case).await?;
        self.0.insert(who, receipt.clone());
        Ok(receipt)
    }
}
