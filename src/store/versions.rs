//! Versions of a case's report: numbered without gaps, each superseding the last, exactly one of them the first final one.

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::cells::next_look;
use super::claims::must_hold;
use super::columns::{Columns as _, int, millis};
use super::db::{Connection, Row, query};
use super::events::{self, Happened};
use super::{
    Artifact, AuditReceipt, CaseState, Hash, Lease, OutboxTopic, SealedDocument, Store, StoreError, artifacts, cases,
    documents, outbox, words,
};

words! {
    /// Why a version was made.
    VersionReason {
        /// The first of the case.
        First = "first",
        /// An asynchronous source answered, or its deadline passed.
        LateAnswer = "late_answer",
        /// A person decided on a record that was held.
        Review = "review",
        /// The applicant objected (异议).
        Objection = "objection",
        /// A department corrected its record.
        Correction = "correction",
        /// A member took the authorisation back.
        Withdrawal = "withdrawal",
        /// A department that gave no answer was asked once more.
        AskedAgain = "asked_again",
    }
}

impl VersionReason {
    /// Whether it may follow the first final version.
    #[must_use]
    pub fn may_follow_final(self) -> bool {
        !matches!(self, Self::First | Self::LateAnswer)
    }
}

/// The id of the document that a version's report is sealed in: it follows from the body's hash (UUIDv8), and the seal is bound to it, so that
/// a row that points at another report of the case, or one put in its place, is told without opening anything.
#[must_use]
pub fn report_document_id(case: Uuid, version: u32, body: &Hash) -> Uuid {
    let named = [b"hedui/report-document/v1\n", &case.as_bytes()[..], &version.to_be_bytes(), body].concat();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(named)[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A version to be added.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// Its number: one more than the latest, from 1.
    pub number: u32,
    /// Whether every cell has ended.
    pub is_final: bool,
    /// Whether no answer still to come can change the outcome asked about.
    pub decided_early: bool,
    /// Whether it is issued (签发) at once, by a client allowed to do so; else a draft.
    pub issued_by: Option<String>,
    /// Why.
    pub reason: VersionReason,
    /// SHA-256 of the body.
    pub body_hash: Hash,
    /// The body, sealed.
    pub report: SealedDocument,
    /// The evidence it was made from, sealed.
    pub evidence: SealedDocument,
    /// What else it was made from, as far as it may not be kept yet.
    pub artifacts: Vec<Artifact>,
    /// When.
    pub created_at: Timestamp,
    /// Records a person must still look at.
    pub reviews_open: u32,
    /// Whether the client wants to be called back.
    pub callback: bool,
    /// By which day the household is looked at again; of a final version.
    pub due_on: Option<Date>,
    /// What changed since the household's last report, where there is one.
    pub compared: Option<Compared>,
    /// What monitoring found with it, sealed.
    pub alerts: Vec<SealedDocument>,
}

/// A version that a second person signs off.
#[derive(Clone, Debug)]
pub struct IssuedVersion {
    /// Case.
    pub case_id: Uuid,
    /// Version.
    pub number: u32,
    /// SHA-256 of the draft's body: what was signed off.
    pub draft_hash: Hash,
    /// By whom.
    pub issued_by: String,
    /// When.
    pub at: Timestamp,
    /// SHA-256 of the body that says so.
    pub body_hash: Hash,
    /// The report around it, sealed.
    pub report: SealedDocument,
}

/// A version held against the last report of the same household.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The case of that report.
    pub with: Uuid,
    /// What changed, sealed; none when nothing did.
    pub change: Option<SealedDocument>,
}

/// A version as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// Case.
    pub case_id: Uuid,
    /// Number.
    pub number: u32,
    /// Whether every cell had ended.
    pub is_final: bool,
    /// Whether no answer that was still to come could change the outcome asked about.
    pub decided_early: bool,
    /// Whether it is the case's first final version.
    pub first_final: bool,
    /// When it was issued; a draft before.
    pub issued_at: Option<Timestamp>,
    /// By whom it was issued.
    pub issued_by: Option<String>,
    /// Why it was made.
    pub reason: VersionReason,
    /// The version it replaces.
    pub supersedes: Option<u32>,
    /// SHA-256 of the body.
    pub body_hash: Hash,
    /// The `completed` leaf that holds the body's hash.
    pub leaf_index: u64,
    /// The sealed body.
    pub report_document: Uuid,
    /// The sealed evidence it was made from.
    pub evidence_document: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// The case of the household's last report, with which it was compared.
    pub compared_with: Option<Uuid>,
    /// What changed since then, sealed; none when nothing did.
    pub change_document: Option<Uuid>,
}

impl Store {
    /// Adds a version and moves the case to `new_state`, with the callback's row, in one transaction. `receipt` is that of the
    /// `completed` leaf; the version superseded is always the latest. Ended cells that no version told of are told by this one.
    /// It demands the worker's lease, and gives the case back.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`], [`StoreError::VersionOutOfOrder`] when somebody else added one meanwhile,
    /// [`StoreError::AlreadyFinal`] when the first final version stands and the reason cannot follow it, [`StoreError::IllegalTransition`], [`StoreError::WrongReceipt`].
    pub async fn add_version(
        &self,
        receipt: &AuditReceipt,
        case: Uuid,
        lease: &Lease,
        version: NewVersion,
        new_state: CaseState,
    ) -> Result<(), StoreError> {
        receipt.must_speak_of(case)?;
        if lease.case_id != case {
            return Err(StoreError::LeaseLost { case });
        }
        let (lease, leaf) = (lease.clone(), receipt.index());
        self.write(move |tx| Box::pin(async move { add(tx, &lease, version, new_state, leaf).await })).await
    }

    /// Issues a draft (签发): its body now says so, which makes another hash and another report of it. An effect of the `issued` entry
    /// that holds the new hash.
    ///
    /// # Errors
    /// [`StoreError::AlreadyIssued`]; [`StoreError::VersionOutOfOrder`] when a later version stands; [`StoreError::IllegalTransition`] while
    /// a person's word has the case worked on again, or it is erased; [`StoreError::NotFound`], [`StoreError::WrongReceipt`].
    pub async fn issue_version(&self, receipt: &AuditReceipt, issue: IssuedVersion) -> Result<(), StoreError> {
        let IssuedVersion { case_id: case, number, draft_hash, issued_by, at, body_hash, report } = issue;
        receipt.must_speak_of(case)?;
        let leaf = receipt.index();
        self.write(move |tx| {
            Box::pin(async move {
                let from = cases::state(tx, case).await?;
                if from != CaseState::Final {
                    return Err(StoreError::IllegalTransition { case, from, to: from });
                }
                let row = select(tx, case, None).await?;
                if row.number != number {
                    return Err(StoreError::VersionOutOfOrder { case, expected: row.number, offered: number });
                }
                if row.issued_at.is_some() || row.body_hash != draft_hash {
                    return Err(StoreError::AlreadyIssued { case, number });
                }
                documents::insert(tx, Some(case), &report).await?;
                query(
                    "UPDATE versions SET issued = TRUE, issued_at = $1, issued_by = $2, body_hash = $3, leaf_index = $4,
                                         report_document = $5
                     WHERE case_id = $6 AND number = $7",
                )
                .bind(millis(at))
                .bind(issued_by)
                .bind(body_hash.as_slice())
                .bind(int(leaf))
                .bind(report.id.to_string())
                .bind(case.to_string())
                .bind(i64::from(number))
                .execute(&mut *tx)
                .await?;
                events::record(tx, case, at, &[Happened::Issued(number)]).await
            })
        })
        .await
    }

    /// Every version of a case, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_versions(&self, case: Uuid) -> Result<Vec<VersionRow>, StoreError> {
        let rows = query("SELECT * FROM versions WHERE case_id = $1 ORDER BY number")
            .bind(case.to_string())
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(version_of).collect()
    }

    /// A version; the latest when no number is given.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get_version(&self, case: Uuid, number: Option<u32>) -> Result<VersionRow, StoreError> {
        let mut connection = self.reader().acquire().await?;
        select(&mut connection, case, number).await
    }
}

async fn add(
    tx: &mut Connection,
    lease: &Lease,
    version: NewVersion,
    new_state: CaseState,
    leaf: u64,
) -> Result<(), StoreError> {
    must_hold(tx, lease).await?;
    let case = lease.case_id;
    let row = query(
        "SELECT c.state, coalesce(max(v.number), 0) AS latest,
                CAST(coalesce(max(CASE WHEN v.first_final THEN 1 ELSE 0 END), 0) AS BIGINT) AS finals
         FROM cases c LEFT JOIN versions v ON v.case_id = c.id WHERE c.id = $1 GROUP BY c.id, c.state",
    )
    .bind(case.to_string())
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(StoreError::NotFound { what: "case", id: case })?;
    let (latest, has_final) = (row.small("latest")?, row.small("finals")? > 0);
    let from = row.must("state", CaseState::parse)?;
    if version.number != latest + 1 {
        return Err(StoreError::VersionOutOfOrder { case, expected: latest + 1, offered: version.number });
    }
    if has_final && !version.reason.may_follow_final() {
        return Err(StoreError::AlreadyFinal { case });
    }
    if !from.may_become(new_state) {
        return Err(StoreError::IllegalTransition { case, from, to: new_state });
    }
    insert(tx, case, &version, latest, !has_final && version.is_final, leaf).await?;
    query(
        "UPDATE cells SET told_in = $1
         WHERE case_id = $2 AND told_in IS NULL AND kind IS NOT NULL AND kind <> 'pending'",
    )
    .bind(i64::from(version.number))
    .bind(case.to_string())
    .execute(&mut *tx)
    .await?;
    if version.number > 1 {
        super::approvals::void_reviews(tx, case).await?;
    }
    let news = [Happened::State(new_state), Happened::Version(version.number)];
    let news = if from == new_state { &news[1..] } else { &news[..] };
    let next_event = move_case(tx, case, &version, new_state, news.len()).await?;
    super::alerts::raise(tx, case, &version.alerts, version.created_at).await?;
    if version.callback {
        outbox::enqueue(tx, case, OutboxTopic::Version, Some(version.number), version.created_at).await?;
        if !version.alerts.is_empty() {
            outbox::enqueue(tx, case, OutboxTopic::Alert, Some(version.number), version.created_at).await?;
        }
    }
    events::insert(tx, case, version.created_at, next_event, news).await
}

/// Moves the case on with its version: to its state, to its next wake, and back to nobody. Counts its events in;
/// returns the first one's number.
async fn move_case(
    tx: &mut Connection,
    case: Uuid,
    version: &NewVersion,
    to: CaseState,
    events: usize,
) -> Result<i64, StoreError> {
    let events = int(events as u64);
    let next = query(concat!(
        "UPDATE cases SET state = $1, updated_at = $2, reviews_open = $3, next_event = next_event + $4,
                          wake_at = CASE WHEN $5 THEN NULL
                                         WHEN $6 THEN coalesce(",
        next_look!("$7"),
        ", wake_at)
                                         ELSE wake_at END,
                          lease_worker = NULL, lease_until = NULL, failures = 0,
                          due_on = coalesce($8, due_on), reopened_for = NULL
         WHERE id = $7 RETURNING next_event"
    ))
    .bind(to.as_str())
    .bind(millis(version.created_at))
    .bind(i64::from(version.reviews_open))
    .bind(events)
    .bind(to.at_rest())
    .bind(to == CaseState::Waiting)
    .bind(case.to_string())
    .bind(version.due_on.map(|day| day.to_string()))
    .fetch_one(tx)
    .await?
    .int("next_event")?;
    Ok(next - events)
}

async fn insert(
    tx: &mut Connection,
    case: Uuid,
    version: &NewVersion,
    latest: u32,
    first_final: bool,
    leaf: u64,
) -> Result<(), StoreError> {
    artifacts::keep(tx, &version.artifacts).await?;
    documents::insert_all(tx, Some(case), &[&version.evidence, &version.report]).await?;
    let change = version.compared.as_ref().and_then(|compared| compared.change.as_ref());
    if let Some(document) = change {
        documents::insert(tx, Some(case), document).await?;
    }
    query(
        "INSERT INTO versions (case_id, number, final, first_final, issued, issued_at, issued_by, reason, supersedes,
                               body_hash, leaf_index, report_document, evidence_document, created_at,
                               decided_early, compared_with, change_document)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(case.to_string())
    .bind(i64::from(version.number))
    .bind(version.is_final)
    .bind(first_final)
    .bind(version.issued_by.is_some())
    .bind(version.issued_by.as_ref().map(|_| millis(version.created_at)))
    .bind(version.issued_by.as_deref())
    .bind(version.reason.as_str())
    .bind((latest > 0).then_some(i64::from(latest)))
    .bind(version.body_hash.as_slice())
    .bind(int(leaf))
    .bind(version.report.id.to_string())
    .bind(version.evidence.id.to_string())
    .bind(millis(version.created_at))
    .bind(version.decided_early)
    .bind(version.compared.as_ref().map(|compared| compared.with.to_string()))
    .bind(change.map(|document| document.id.to_string()))
    .execute(tx)
    .await?;
    Ok(())
}

async fn select(connection: &mut Connection, case: Uuid, number: Option<u32>) -> Result<VersionRow, StoreError> {
    let row = query(
        "SELECT * FROM versions WHERE case_id = $1 AND number = coalesce($2, number) ORDER BY number DESC LIMIT 1",
    )
    .bind(case.to_string())
    .bind(number.map(i64::from))
    .fetch_optional(connection)
    .await?;
    version_of(&row.ok_or_else(|| missing(case))?)
}

/// Number of a case's latest version under the transaction's lock; 0 where there is none.
pub(super) async fn latest(tx: &mut Connection, case: Uuid) -> Result<u32, StoreError> {
    cases::lock(tx, case).await?;
    let row =
        query("SELECT coalesce(max(number), 0) AS latest FROM versions WHERE case_id = $1").bind(case.to_string());
    row.fetch_one(tx).await?.small("latest")
}

fn missing(case: Uuid) -> StoreError {
    StoreError::NotFound { what: "version of case", id: case }
}

fn version_of(row: &Row) -> Result<VersionRow, StoreError> {
    Ok(VersionRow {
        case_id: row.uuid("case_id")?,
        number: row.small("number")?,
        is_final: row.flag("final")?,
        decided_early: row.flag("decided_early")?,
        first_final: row.flag("first_final")?,
        issued_at: row.opt_time("issued_at")?,
        issued_by: row.opt_text("issued_by")?,
        reason: row.must("reason", VersionReason::parse)?,
        supersedes: row.opt_small("supersedes")?,
        body_hash: row.hash("body_hash")?,
        leaf_index: row.index("leaf_index")?,
        report_document: row.uuid("report_document")?,
        evidence_document: row.uuid("evidence_document")?,
        created_at: row.time("created_at")?,
        compared_with: row.opt_uuid("compared_with")?,
        change_document: row.opt_uuid("change_document")?,
    })
}
