//! What people said about a member's records is locked with them, and destroyed with them: a reviewer's words on a record, an objection. That
//! something was said, when and by whom stays, as does its entry in the log.
//!
//! An objection is locked unless it names a record of somebody else: in its own words it may speak of anybody whom its departments were asked about.
//! What a family said when it was heard cannot be parted by member either: it is locked with the rest.

use std::collections::BTreeSet;

use crate::household::MemberRef;
use crate::store::{AuditReceipt, CaseRow, CellRow, DecisionKind, DocumentKind, Locking, StoreError};
use crate::verification::decisions::{Kept, NewObjection};
use crate::verification::{VerificationError, Verifier, sealing};

impl Verifier {
    /// The words about members who withdrew. Reviews that speak of others too are sealed again without them.
    pub(super) async fn words_about_who_withdrew(
        &self,
        receipt: &AuditReceipt,
        case: &CaseRow,
        cells: &[CellRow],
        member: &MemberRef,
    ) -> Result<Locking, VerificationError> {
        let (store, keys) = (&self.0.store, &self.0.keys);
        let decided = self.decided(receipt, case).await?;
        let stands = |other: &&MemberRef| *other != member && !decided.withdrawn.contains(*other);
        let others: BTreeSet<&MemberRef> = cells.iter().map(|cell| &cell.member_ref).filter(stands).collect();
        let of_another = |record: &str| others.iter().any(|member| whose(record) == member.as_str());
        let unreadable = |_| VerificationError::Unreadable { what: "decision" };
        let mut locking = Locking::default();
        let of_records = |kind| matches!(kind, DecisionKind::Review | DecisionKind::Objection);
        for row in store.decisions(case.id).await?.into_iter().filter(|row| of_records(row.kind)) {
            let sealed = match sealing::open(store, keys, receipt, case.id, row.document).await {
                // an earlier withdrawal locked it
                Err(VerificationError::Store(StoreError::Erased { .. })) => continue,
                opened => opened?,
            };
            if row.kind == DecisionKind::Objection {
                let objection: NewObjection = serde_json::from_slice(&sealed).map_err(unreadable)?;
                if !objection.record.as_deref().is_some_and(of_another) {
                    locking.whole.push(row.document);
                }
                continue;
            }
            let mut words: Vec<Kept> = serde_json::from_slice(&sealed).map_err(unreadable)?;
            let all = words.len();
            words.retain(|kept| of_another(&kept.decision.record));
            if words.is_empty() {
                locking.whole.push(row.document);
            } else if words.len() < all {
                let bytes = serde_json::to_vec(&words).map_err(unreadable)?;
                locking.replaced.push((row.document, sealing::seal(keys, case.id, DocumentKind::Review, &bytes)?));
            }
        }
        Ok(locking)
    }
}

/// Whom a record is filed under, by its name in the case: `m1/vehicles/62042200013`.
fn whose(record: &str) -> &str {
    record.split_once('/').map_or(record, |(member, _)| member)
}
