//! Copies of a report opened on the server: the officer's, the applicant's, the extract for the public notice. As documents for programs, and
//! as pages to read and print. Whoever opens one is in the log as the reader of the report.

use super::reading::{Delivered, ReportForm, read_report};
use super::{ReadError, Verifier};
use crate::auth::Caller;
use crate::config::Disclosure;
use crate::report::disclosure::{ApplicantCopy, ReportCopy, applicant_copy};
use crate::report::public_notice::PublicNotice;
use crate::report::render::html::{self, Around, Bar, Page, Reading};
use crate::report::text::Lang;
use crate::report::view::Document;
use crate::report::{Report, canonical_bytes};
use crate::store::AuditReceipt;

/// A report as it is asked for.
#[derive(Clone, Copy)]
pub struct ReportTerms<'a> {
    /// Version; the latest unless given.
    pub version: Option<u32>,
    /// How it is delivered.
    pub form: ReportForm,
    /// Which copy. A sealed report is the officer's.
    pub copy: ReportCopy,
    /// What stands above the page.
    pub bar: Option<&'a Bar>,
}

impl ReportTerms<'_> {
    /// The officer's copy.
    #[must_use]
    pub fn officer(version: Option<u32>, form: ReportForm) -> Self {
        Self { version, form, copy: ReportCopy::Officer, bar: None }
    }
}

impl Verifier {
    /// A page of a stored report.
    pub(super) async fn page(
        &self,
        caller: &Caller,
        signed: &[u8],
        receipt: &AuditReceipt,
        terms: ReportTerms<'_>,
        lang: Lang,
    ) -> Result<Delivered, ReadError> {
        let reading = Reading { nth: self.0.store.readings(receipt).await?, entry: receipt.index() };
        let around = Around { bar: terms.bar, reading: Some(reading) };
        let page = match terms.copy {
            ReportCopy::Officer => match self.document(caller, signed)? {
                Document::Full(report) => html::page_of(&report.body, Some(&report.attestation), lang, &around),
                Document::View(view) => html::page_of_view(&view, lang, &around),
            },
            ReportCopy::Applicant => {
                let report = whole(caller, signed)?;
                html::page_of(&applicant_copy(&report.body), Some(&report.attestation), lang, &around)
            }
            ReportCopy::Notice => html::render_public_notice(&notice(signed)?, lang, &around),
        };
        Ok(Delivered::from(page))
    }

    /// A copy that is not the officer's, for programs.
    pub(super) fn copy(caller: &Caller, signed: &[u8], copy: ReportCopy) -> Result<Vec<u8>, ReadError> {
        match copy {
            ReportCopy::Notice => Ok(canonical_bytes(&notice(signed)?)),
            _ => Ok(ApplicantCopy::of(&whole(caller, signed)?.body).bytes()),
        }
    }
}

/// The whole report: what the applicant may read of it is more than a lower level shows.
fn whole(caller: &Caller, signed: &[u8]) -> Result<Report, ReadError> {
    if caller.disclosure != Disclosure::Full {
        return Err(ReadError::NotFound);
    }
    read_report(signed)
}

fn notice(signed: &[u8]) -> Result<PublicNotice, ReadError> {
    PublicNotice::of(&read_report(signed)?.body).map_err(ReadError::NoNotice)
}

impl From<Page> for Delivered {
    fn from(page: Page) -> Self {
        Self { style: Some(page.style), ..page.html.into_bytes().into() }
    }
}
