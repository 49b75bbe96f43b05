//! Two versions of one case side by side: what the later one has otherwise, as two reports of a household are compared.

use super::reading::payload;
use super::{ReadError, ReportForm, VerificationError, Verifier};
use crate::auth::Caller;
use crate::config::Disclosure;
use crate::report::Body;
use crate::report::change::{self, Change, Known, Limits};
use crate::store::{AuditReceipt, CaseRow, StoreError, VersionRow};

/// What is another between two versions.
pub struct VersionChange {
    /// The change, from the first to the second.
    pub change: Change,
    /// Who signed each off, where somebody did.
    pub issued_by: [Option<String>; 2],
}

impl Verifier {
    /// What version `to` has otherwise than version `from`. Both readings are in the log first; for whoever is shown whole reports.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::NotFound`] for a caller who is shown less.
    pub async fn between_versions(
        &self,
        caller: &Caller,
        id: &str,
        from: u32,
        to: u32,
    ) -> Result<VersionChange, ReadError> {
        if caller.disclosure != Disclosure::Full {
            return Err(ReadError::NotFound);
        }
        let case = self.case(caller, id).await?;
        let (before, issued_before) = self.body_of(caller, &case, from).await?;
        let (after, issued_after) = self.body_of(caller, &case, to).await?;
        let packs = self.0.rules.packs();
        let pack = packs.resolve(&case.region, case.as_of).map_err(|_| VerificationError::NoPack)?;
        let known = Known { limits: Limits::of(pack.rules()), packs: None, clock: None };
        let change = change::compare(&before, &after, &known);
        Ok(VersionChange { change, issued_by: [issued_before, issued_after] })
    }

    async fn body_of(&self, caller: &Caller, case: &CaseRow, number: u32) -> Result<(Body, Option<String>), ReadError> {
        let version = match self.0.store.get_version(case.id, Some(number)).await {
            Err(StoreError::NotFound { .. }) => return Err(ReadError::NoVersion),
            other => other?,
        };
        let receipt = self.0.ledger.report_read(caller, case, &version, ReportForm::Json).await?;
        let body = self.earlier_body(&receipt, &version).await?;
        let issued = body.issued.as_ref().map(|issue| issue.by.clone());
        Ok((body, issued))
    }

    /// The body of a version, which an earlier program may have made.
    pub(super) async fn earlier_body(
        &self,
        receipt: &AuditReceipt,
        version: &VersionRow,
    ) -> Result<Body, VerificationError> {
        let unreadable = || VerificationError::Unreadable { what: "earlier report" };
        let signed = self.stored_report(receipt, version).await?;
        let report: serde_json::Value =
            serde_json::from_slice(&payload(&signed).map_err(|_| unreadable())?).map_err(|_| unreadable())?;
        let body = serde_json::to_vec(&report["body"]).map_err(|_| unreadable())?;
        change::read(&body).map_err(|_| unreadable())
    }
}
