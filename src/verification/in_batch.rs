//! Households of a batch: checked and accepted as if each had come alone, but let into the queue by whoever runs the batch, and
//! exported page by page with an entry for each.

use jiff::civil::Date;
use uuid::Uuid;

use super::{ReadError, SubmitError, VerificationError, Verifier};
use crate::auth::Caller;
use crate::household::{Fault, Lane, Request, is_emergency_relief};
use crate::identity::Name;
use crate::report::view::Document;
use crate::store::{CaseRow, CaseState, Created, StoreError, VersionRow};

/// Where a case stands in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InBatch {
    /// Batch.
    pub batch: Uuid,
    /// Place of the household in its file, from 1.
    pub row: u64,
}

impl Verifier {
    /// Checks a request document: every fault at once. Nothing is entered or stored.
    ///
    /// # Errors
    /// The faults; one without a pointer when the region is not the caller's.
    pub fn check(&self, caller: &Caller, document: &[u8]) -> Result<Request, Vec<Fault>> {
        let request = self.read(caller, document)?;
        if caller.covers_region(request.region.as_str()) {
            return Ok(request);
        }
        Err(vec![Fault {
            pointer: "/region".into(),
            code: "not_your_region".into(),
            detail_zh: "该地区不在您的管辖范围内".into(),
            detail: "this region is not yours".into(),
            remedy_zh: "填写本辖区的地区代码".into(),
            remedy: "use the code of a region within your area".into(),
        }])
    }

    /// Accepts a checked household of a batch; it waits until the batch lets it in. A household that was accepted before is left as it
    /// is, so that a file may be read again after a crash. Whether it was new.
    ///
    /// # Errors
    /// [`SubmitError::Closed`]; the store failed.
    pub async fn accept_of_batch(
        &self,
        caller: &Caller,
        request: Request,
        place: InBatch,
    ) -> Result<bool, SubmitError> {
        // relief that stands in a file waits behind no other row of it
        let urgent = is_emergency_relief(request.purpose, request.legal_basis.kind);
        let lane = if urgent { Lane::Urgent } else { Lane::Bulk };
        let created = self.accepted(caller, request, None, lane, Some(place)).await?;
        Ok(matches!(created, Created::New(_)))
    }

    /// Has the queue looked at: cases were let in.
    pub fn ring(&self) {
        self.0.bulk_bell.notify_one();
    }

    /// The tags by which two cases of one applicant within an organisation know each other, newest key first. One number may be held by two
    /// people, so that the name belongs to it.
    pub(super) fn household_tags(&self, organisation: &str, request: &Request) -> Vec<crate::store::Tag> {
        // whoever is on a roster to be screened is no household on the rolls
        let person = applicant(request).filter(|_| !request.purpose.is_screening());
        person.map(|person| self.tags("household", &format!("{organisation}\n{person}"))).unwrap_or_default()
    }

    /// The latest report of each case, opened for a file that leaves the service: one entry a case, all in one commit, before any is
    /// opened. None of a case without a report.
    ///
    /// # Errors
    /// [`ReadError::Closed`]; the store failed.
    pub async fn exported(
        &self,
        caller: &Caller,
        cases: &[CaseRow],
    ) -> Result<Vec<Option<(VersionRow, Document)>>, ReadError> {
        let mut versions = Vec::with_capacity(cases.len());
        for case in cases {
            versions.push(match self.0.store.get_version(case.id, None).await {
                Ok(version) => Some(version).filter(|_| case.state != CaseState::Erased),
                Err(StoreError::NotFound { .. }) => None,
                Err(error) => return Err(error.into()),
            });
        }
        let with_report = cases.iter().zip(&versions).filter_map(|(case, version)| Some((case, version.as_ref()?)));
        let mut receipts = self.0.ledger.exported(caller, with_report).await?.into_iter();
        let mut reports = Vec::with_capacity(cases.len());
        for version in versions {
            let Some(version) = version else {
                reports.push(None);
                continue;
            };
            let receipt = receipts.next().ok_or(VerificationError::Uneven { what: "entries of an export" })?;
            match self.stored_report(&receipt, &version).await {
                Ok(signed) => reports.push(Some((version, self.document(caller, &signed)?))),
                // a draft that went with an authorisation taken back; the next version is being made
                Err(VerificationError::Store(StoreError::Erased { .. })) => reports.push(None),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(reports)
    }

    /// Today in China.
    #[must_use]
    pub fn today(&self) -> Date {
        self.0.clock.today()
    }

    /// A hash that tells one applicant from another while this process lives, and is nothing outside of it.
    #[must_use]
    pub fn hash_of_applicant(&self, request: &Request) -> Option<[u8; 16]> {
        Some(self.0.keys.blind_index("applicant-of-file", &applicant(request)?).bytes())
    }
}

/// The applicant's number and name in one spelling; none of whoever has no number.
fn applicant(request: &Request) -> Option<String> {
    let person = super::plan::people(request).find(|person| person.reference == request.applicant)?;
    let number = person.id_number.as_ref()?;
    let name: String = Name::read(person.name.expose()).folded().iter().collect();
    Some(format!("{}\n{name}", number.expose()))
}
