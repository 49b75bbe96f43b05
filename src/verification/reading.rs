//! Reading: states, events, reports. A report is opened only after its reading stands in the log.

use std::time::Duration;

use futures_util::Stream;
use futures_util::stream;
use sha2::{Digest as _, Sha256};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::copies::ReportTerms;
use super::hub::News;
use super::report_number::case_numbered;
use super::states::{
    CaseEvent, CasePage, CaseStatus, CaseSummary, CellStatus, EventKind, ListFilter, VersionSummary,
    tells_of_the_person,
};
use super::{ReadError, VerificationError, Verifier, sealing};
use crate::auth::Caller;
use crate::config::Disclosure;
use crate::household::{Lang, Request};
use crate::report::Report;
use crate::report::disclosure::ReportCopy;
use crate::report::jose::jws::UnverifiedJws;
use crate::report::jose::{RecipientKey, jwe, jws};
use crate::report::seal::fits_common_clients;
use crate::report::view::Document;
use crate::store::{
    self, AuditReceipt, CaseEventKind, CaseFilter, CaseRow, CaseState, CellRow, Hash, StoreError, VersionRow,
};

/// How a report is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportForm {
    /// JWE around JWS, for the recipient's key.
    Sealed,
    /// Opened on the server.
    Json,
    /// Opened on the server, for reading and printing.
    Html {
        /// In English.
        english: bool,
    },
}

/// A report as it is handed over.
pub struct Delivered {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Of a page: the content of its style element, which whoever serves it must allow.
    pub style: Option<String>,
    /// Of a sealed report: the size of the report within, which ordinary clients open up to a bound.
    pub sealed: Option<SealedSize>,
}

/// The size of a report within its seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedSize {
    /// Bytes of the report's JSON.
    pub bytes: usize,
    /// Whether clients open it with their default settings.
    pub fits_common_clients: bool,
}

impl SealedSize {
    fn of(report_json: &[u8]) -> Self {
        Self { bytes: report_json.len(), fits_common_clients: fits_common_clients(report_json) }
    }
}

impl From<Vec<u8>> for Delivered {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, style: None, sealed: None }
    }
}

/// Events read at a time.
const EVENTS_A_READ: u32 = 200;
/// Watchers look by themselves after this: another process may have done the work.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

impl Verifier {
    /// The caller's cases, newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list(&self, caller: &Caller, filter: &ListFilter) -> Result<CasePage, VerificationError> {
        let reference_tags =
            filter.reference.as_deref().map(|text| self.reference_tags(caller, text)).unwrap_or_default();
        let cursor = filter.cursor.as_deref().and_then(|text| Uuid::parse_str(text).ok());
        let numbered = match &filter.number {
            Some(number) => Some(case_numbered(&self.0.store, number).await?.map(|case| case.id).into_iter().collect()),
            None => None,
        };
        let wanted = CaseFilter {
            ids: numbered,
            organisations: Some(vec![caller.organisation.clone()]),
            region_prefixes: caller.regions.iter().map(|region| region.trim_end_matches("00").to_owned()).collect(),
            states: filter.status.as_deref().and_then(CaseState::parse).into_iter().collect(),
            reference_tags,
            subject_tags: Vec::new(),
            with_reviews: false,
            cursor,
            limit: filter.limit + 1,
        };
        let nothing = caller.regions.is_empty();
        let mut rows = if nothing { Vec::new() } else { self.0.store.list_cases(&wanted).await? };
        let more = rows.len() > filter.limit as usize;
        rows.truncate(filter.limit as usize);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        let barred = self.barred(caller, &rows.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
        let item = |row: &CaseRow| CaseSummary { barred: barred.contains(&row.id), ..row.into() };
        Ok(CasePage { items: rows.iter().map(item).collect(), next })
    }

    /// Whether something about a case is the caller's to see. What is not is as if it did not exist, unless it is about the caller or kin, and that
    /// somebody asked stands in the log.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Barred`]; [`ReadError::Closed`].
    pub(crate) async fn within(
        &self,
        caller: &Caller,
        organisation: &str,
        region: &str,
        case: Uuid,
    ) -> Result<(), ReadError> {
        if caller.covers(organisation, region) {
            return self.must_stand_apart_from(caller, case).await;
        }
        self.denied(caller, Some(case), "scope").await?;
        Err(ReadError::NotFound)
    }

    /// A case the caller may see.
    pub(super) async fn case(&self, caller: &Caller, id: &str) -> Result<CaseRow, ReadError> {
        let id = Uuid::parse_str(id).map_err(|_| ReadError::NotFound)?;
        let case = self.0.store.get_case(id).await?;
        self.within(caller, &case.organisation, case.region.as_str(), case.id).await?;
        Ok(case)
    }

    /// A case with its cells and versions; no contents. That somebody is told which departments have records of whom is in the log first.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Closed`].
    pub async fn status(&self, caller: &Caller, id: &str) -> Result<CaseStatus, ReadError> {
        let case = self.case(caller, id).await?;
        let erased = case.state == CaseState::Erased;
        let cells = if erased { Vec::new() } else { self.0.store.cells(case.id).await? };
        let plainly = caller.sees_answers();
        if plainly && cells.iter().filter_map(|cell| cell.kind).any(tells_of_the_person) {
            self.0.answers_seen.enter(&self.0.ledger, caller, &case).await?;
        }
        Ok(CaseStatus {
            summary: CaseSummary::from(&case),
            cells: cells.iter().map(|cell| CellStatus::of(cell, cell.kind, plainly)).collect(),
            versions: self.versions_of(&case).await?,
        })
    }

    /// A case, and how far its report is, without its cells.
    ///
    /// # Errors
    /// [`ReadError::NotFound`].
    pub async fn standing(&self, caller: &Caller, id: &str) -> Result<(CaseSummary, Vec<VersionSummary>), ReadError> {
        let case = self.case(caller, id).await?;
        Ok((CaseSummary::from(&case), self.versions_of(&case).await?))
    }

    async fn versions_of(&self, case: &CaseRow) -> Result<Vec<VersionSummary>, StoreError> {
        Ok(self.0.store.list_versions(case.id).await?.iter().map(VersionSummary::from).collect())
    }

    /// A case's state, by id alone: for whoever has just submitted it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn state_of(&self, id: &str) -> Result<String, VerificationError> {
        let id = Uuid::parse_str(id).map_err(|_| VerificationError::Unreadable { what: "id" })?;
        Ok(self.0.store.get_case(id).await?.state.as_str().to_owned())
    }

    /// Waits until a case has its first version. Whether there is one in the end: a case that failed or was cancelled without any is
    /// not waited for, and has none.
    pub async fn wait_for_report(&self, id: &str, limit: Duration) -> bool {
        let case = self.wait_for(id, limit, |case| case.latest_version.is_some() || case.state.at_rest()).await;
        case.is_some_and(|case| case.latest_version.is_some())
    }

    /// Waits until a case is at rest. Whether it came in time.
    pub async fn wait_for_rest(&self, id: &str, limit: Duration) -> bool {
        self.wait_for(id, limit, |case| case.state.at_rest()).await.is_some()
    }

    /// The case once it is as it is waited for; none when it is not in time.
    async fn wait_for(&self, id: &str, limit: Duration, reached: impl Fn(&CaseRow) -> bool) -> Option<CaseRow> {
        let id = Uuid::parse_str(id).ok()?;
        let mut news = self.0.hub.watch(id);
        let deadline = Instant::now() + limit;
        loop {
            let seen = news.borrow_and_update().turns;
            let case = self.0.store.get_case(id).await.ok().filter(&reached);
            if case.is_some() || Instant::now() >= deadline {
                return case;
            }
            let look = deadline.min(Instant::now() + LOOK_AGAIN);
            drop(timeout_at(look, news.wait_for(|news| news.turns != seen)).await);
        }
    }

    /// What happened in a case after event number `after`, then whatever happens, until it rests. Whoever is told in it which departments have
    /// records of whom stands in the log first.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Closed`].
    pub async fn events(
        &self,
        caller: &Caller,
        id: &str,
        after: u64,
    ) -> Result<impl Stream<Item = CaseEvent> + use<>, ReadError> {
        let case = self.case(caller, id).await?;
        let plainly = caller.sees_answers();
        if plainly {
            self.0.ledger.answers_read(caller, &case).await?;
        }
        let news = self.0.hub.watch(case.id);
        let (verifier, case) = (self.clone(), case.id);
        let watching = Watching { verifier, case, plainly, news, after, ready: Vec::new(), ended: false };
        Ok(stream::unfold(watching, Watching::next))
    }

    /// The report in the wanted form, at the caller's level. The reading is in the log before anything is opened.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn report(
        &self,
        caller: &Caller,
        id: &str,
        version: Option<u32>,
        form: ReportForm,
    ) -> Result<Delivered, ReadError> {
        self.report_on(caller, id, ReportTerms::officer(version, form)).await
    }

    /// The same, of any copy.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::NoNotice`].
    pub async fn report_on(&self, caller: &Caller, id: &str, terms: ReportTerms<'_>) -> Result<Delivered, ReadError> {
        let form = terms.form;
        let case = self.case_to_read(caller, id).await?;
        let version = match self.0.store.get_version(case.id, terms.version).await {
            Err(StoreError::NotFound { .. }) => return Err(ReadError::NoVersion),
            other => other?,
        };
        let receipt = self.0.ledger.report_read(caller, &case, &version, form).await?;
        let signed = self.stored_report(&receipt, &version).await?;
        match form {
            ReportForm::Sealed => {
                let signed = match caller.disclosure {
                    Disclosure::Full => signed,
                    _ => self.signed(&self.document(caller, &signed)?)?,
                };
                let request =
                    sealing::open(&self.0.store, &self.0.keys, &receipt, case.id, case.request_document).await?;
                let request: Request = serde_json::from_slice(&request).map_err(|_| unreadable("request"))?;
                let recipient =
                    request.recipient_key.or_else(|| caller.recipient_key.clone()).ok_or(ReadError::NoRecipient)?;
                let recipient = RecipientKey::parse(&recipient).map_err(|_| ReadError::NoRecipient)?;
                let signed = std::str::from_utf8(&signed).map_err(|_| unreadable("report"))?;
                let inside = UnverifiedJws::parse(signed).map_err(|_| unreadable("report"))?;
                let sealed = jwe::encrypt(signed, inside.kid(), &recipient).map_err(VerificationError::from)?;
                let size = SealedSize::of(&inside.into_payload());
                Ok(Delivered { sealed: Some(size), ..sealed.into_bytes().into() })
            }
            ReportForm::Json if terms.copy != ReportCopy::Officer => {
                Ok(Self::copy(caller, &signed, terms.copy)?.into())
            }
            ReportForm::Json => match caller.disclosure {
                Disclosure::Full => Ok(payload(&signed)?.into()),
                _ => Ok(self.document(caller, &signed)?.bytes().into()),
            },
            ReportForm::Html { english } => {
                let lang = if english { Lang::En } else { Lang::Zh };
                self.page(caller, &signed, &receipt, terms, lang).await
            }
        }
    }

    /// A version's signed report, opened, and held against the hash that the version, and by it the log, has of its body: a row that points at
    /// another report of the case serves none.
    pub(super) async fn stored_report(
        &self,
        receipt: &AuditReceipt,
        version: &VersionRow,
    ) -> Result<Zeroizing<Vec<u8>>, VerificationError> {
        let (store, keys) = (&self.0.store, &self.0.keys);
        let signed = sealing::open(store, keys, receipt, version.case_id, version.report_document).await?;
        let unreadable = || VerificationError::Unreadable { what: "report" };
        let report = payload(&signed).map_err(|_| unreadable())?;
        let body = Report::body_within(&report).ok_or_else(unreadable)?;
        if Hash::from(Sha256::digest(body)) == version.body_hash { Ok(signed) } else { Err(unreadable()) }
    }

    /// What the caller's level shows of a stored report.
    pub(super) fn document(&self, caller: &Caller, signed: &[u8]) -> Result<Document, ReadError> {
        Ok(Document::at(read_report(signed)?, caller.disclosure, self.signing_key()))
    }

    /// A view is signed when it is handed over, by the key in use.
    fn signed(&self, document: &Document) -> Result<Zeroizing<Vec<u8>>, ReadError> {
        let signed = jws::sign(&document.bytes(), &self.0.keys.report_signer()).map_err(VerificationError::from)?;
        Ok(Zeroizing::new(signed.into_bytes()))
    }

    /// The latest report of a case, opened for the operator of this machine.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn opened_report(&self, caller: &Caller, id: &str) -> Result<(VersionRow, Report), ReadError> {
        let case = self.case(caller, id).await?;
        let version = self.0.store.get_version(case.id, None).await?;
        let receipt = self.0.ledger.report_read(caller, &case, &version, ReportForm::Json).await?;
        let signed = self.stored_report(&receipt, &version).await?;
        Ok((version, read_report(&signed)?))
    }
}

fn unreadable(what: &'static str) -> ReadError {
    VerificationError::Unreadable { what }.into()
}

/// The report's bytes inside the JWS it is stored as.
pub(super) fn payload(signed: &[u8]) -> Result<Vec<u8>, ReadError> {
    let signed = std::str::from_utf8(signed).map_err(|_| unreadable("report"))?;
    Ok(UnverifiedJws::parse(signed).map_err(|_| unreadable("report"))?.into_payload())
}

pub(super) fn read_report(signed: &[u8]) -> Result<Report, ReadError> {
    serde_json::from_slice(&payload(signed)?).map_err(|_| unreadable("report"))
}

/// A watcher of a case.
struct Watching {
    verifier: Verifier,
    case: Uuid,
    /// Whether what an answer says of the person is told.
    plainly: bool,
    news: tokio::sync::watch::Receiver<News>,
    after: u64,
    ready: Vec<CaseEvent>,
    ended: bool,
}

impl Watching {
    async fn next(mut self) -> Option<(CaseEvent, Self)> {
        loop {
            if let Some(event) = self.ready.pop() {
                return Some((event, self));
            }
            if self.ended {
                return None;
            }
            self.news.borrow_and_update();
            self.read().await.ok()?;
            if self.ready.is_empty() && !self.ended {
                drop(tokio::time::timeout(LOOK_AGAIN, self.news.changed()).await);
            }
        }
    }

    /// Reads what is new, last first. The case's rest ends the stream once everything before it has been told.
    async fn read(&mut self) -> Result<(), StoreError> {
        let store = &self.verifier.0.store;
        let at_rest = store.get_case(self.case).await?.state.at_rest();
        let events = store.case_events(self.case, self.after, EVENTS_A_READ).await?;
        if let Some(last) = events.last() {
            self.after = last.seq;
            let cells = store.cells(self.case).await?;
            let versions = store.list_versions(self.case).await?;
            self.ready = events.iter().filter_map(|event| told(event, &cells, &versions, self.plainly)).collect();
            self.ready.reverse();
        } else {
            self.ended = at_rest;
        }
        Ok(())
    }
}

fn told(event: &store::CaseEvent, cells: &[CellRow], versions: &[VersionRow], plainly: bool) -> Option<CaseEvent> {
    let what = match event.kind {
        CaseEventKind::State => EventKind::State { status: event.state?.as_str().to_owned() },
        CaseEventKind::Issued => EventKind::Issued { version: event.version? },
        CaseEventKind::Version => {
            EventKind::Version(versions.iter().find(|row| Some(row.number) == event.version)?.into())
        }
        CaseEventKind::Answer => {
            let is = |row: &&CellRow| {
                Some(&row.member_ref) == event.member_ref.as_ref() && Some(&row.source) == event.source.as_ref()
            };
            EventKind::Answer(CellStatus::of(cells.iter().find(is)?, event.answer, plainly))
        }
    };
    Some(CaseEvent { seq: event.seq, at: event.at.to_string(), what })
}
