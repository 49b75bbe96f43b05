//! Cases: accepted once, found by id, moved only along the table in `state`.

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use super::claims::must_hold;
use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Lock, Row, query};
use super::events::{self, Happened};
use super::receipt::entry_of;
use super::{
    AuditReceipt, CaseState, DecisionKind, Effect, IdempotencyKey, Lease, SealedDocument, Store, StoreError, Tag,
    batches, documents, households, idempotency,
};
use crate::household::{Lane, Purpose, Region};

/// A case to be accepted.
#[derive(Clone, Debug)]
pub struct NewCase {
    /// UUIDv7.
    pub id: Uuid,
    /// Organisation of the caller.
    pub organisation: String,
    /// Client id of the caller.
    pub client: String,
    /// Programme.
    pub purpose: Purpose,
    /// County.
    pub region: Region,
    /// Blind index of the caller's own reference.
    pub reference_tag: Option<Tag>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// The day the question is about.
    pub as_of: Date,
    /// How urgent it is.
    pub lane: Lane,
    /// The batch it is of, with the place of its household in the file, from 1: it waits until it is let in.
    pub batch: Option<(Uuid, u64)>,
    /// By which two cases of one applicant within an organisation know each other, under every epoch, newest first: one that cases of the
    /// organisation have already is taken on.
    pub household_tags: Vec<Tag>,
    /// The caller's idempotency key.
    pub idempotency: Option<IdempotencyKey>,
    /// Blind index of every person in it.
    pub subject_tags: Vec<Tag>,
    /// The request, sealed.
    pub request: SealedDocument,
}

/// How an acceptance ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// A new case stands.
    New(Uuid),
    /// The same key came with the same body before: this is its case.
    Existing(Uuid),
}

/// A case without contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// Id.
    pub id: Uuid,
    /// Where it stands.
    pub state: CaseState,
    /// Organisation.
    pub organisation: String,
    /// Client.
    pub client: String,
    /// Programme.
    pub purpose: Purpose,
    /// County.
    pub region: Region,
    /// Blind index of the caller's reference.
    pub reference_tag: Option<Tag>,
    /// The day the question is about.
    pub as_of: Date,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its state or versions last changed.
    pub updated_at: Timestamp,
    /// Leaf of its acceptance.
    pub accepted_leaf: u64,
    /// The sealed request.
    pub request_document: Uuid,
    /// Records a person must still look at.
    pub reviews_open: u32,
    /// Why it failed: a closed word of `verification`.
    pub failure: Option<String>,
    /// Number of its latest version.
    pub latest_version: Option<u32>,
    /// How often a worker has claimed it.
    pub attempts: u32,
    /// How often in a row work on it was broken off by an error.
    pub failures: u32,
    /// How urgent it is.
    pub lane: Lane,
    /// The batch it is of, with its place in the file.
    pub batch: Option<(Uuid, u64)>,
    /// By which cases of one applicant know each other.
    pub household_tag: Option<Tag>,
    /// By which day the household is looked at again.
    pub due_on: Option<Date>,
    /// What its next version is made for, where a person's word had it worked on again.
    pub reopened_for: Option<DecisionKind>,
}

/// How urgent a case is, as stored: a smaller number goes first.
pub(super) fn rank(lane: Lane) -> i64 {
    match lane {
        Lane::Urgent => 0,
        Lane::Interactive => 1,
        Lane::Bulk => 2,
    }
}

fn lane_of(rank: i64) -> Result<Lane, StoreError> {
    Lane::ALL.into_iter().find(|lane| self::rank(*lane) == rank).ok_or(StoreError::Corrupt { column: "lane" })
}

pub(super) const SELECT: &str =
    "SELECT c.*, (SELECT max(number) FROM versions v WHERE v.case_id = c.id) AS latest_version FROM cases c ";

impl Store {
    /// Accepts a case with its request and its idempotency key, all or nothing: an effect of its entry in the log.
    ///
    /// Fails with [`StoreError::IdempotencyConflict`] when the key came with another body; [`StoreError::WrongReceipt`] when the
    /// entry speaks of another case.
    #[must_use]
    pub fn accepting(case: NewCase) -> Effect<Created> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                let entry = entry_of(case.id, entries)?;
                if let Some(key) = &case.idempotency
                    && let Some(made) = idempotency::find(tx, &case.client, &key.key_tags, case.created_at).await?
                {
                    return made.with(&key.body_macs).map(Created::Existing);
                }
                if let Some(existing) = in_batch(tx, &case).await? {
                    return Ok(Created::Existing(existing));
                }
                if let Some((batch, _)) = case.batch {
                    // cancelled while its file was read: nothing of it begins any more
                    batches::must_not_be_cancelled(tx, batch).await?;
                }
                if let Some(key) = &case.idempotency {
                    let made = idempotency::remember(tx, &case.client, key, case.id, case.created_at).await?;
                    if made != Created::New(case.id) {
                        return Ok(made);
                    }
                }
                insert(tx, &case, entry.index()).await?;
                Ok(Created::New(case.id))
            })
        })
    }

    /// A case.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn get_case(&self, id: Uuid) -> Result<CaseRow, StoreError> {
        let mut connection = self.reader().acquire().await?;
        read(&mut connection, id).await
    }

    /// Stops a case: an effect of its entry. Its planned and pending cells stay as they are: nobody looks at them any more. One with a final
    /// version, worked on again for a person's word, ends with that.
    ///
    /// Fails with [`StoreError::IllegalTransition`] when it has ended; with [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn stopping(case: Uuid, now: Timestamp) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(case, entries)?;
                let found = state(tx, case).await?;
                if found.at_rest() {
                    return Err(StoreError::IllegalTransition { case, from: found, to: CaseState::Cancelled });
                }
                let to = if has_final(tx, case).await? { CaseState::Final } else { CaseState::Cancelled };
                transition(tx, case, to, now).await?;
                query("UPDATE cases SET failure = NULL, reopened_for = NULL WHERE id = $1")
                    .bind(case.to_string())
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
    }

    /// Gives a case up; `why` is a closed word, never a message. A report that stands is not lost because a person's word about it cannot be
    /// followed: a case with a final version ends as final.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`]; [`StoreError::IllegalTransition`] when it has ended; [`StoreError::WrongReceipt`].
    pub async fn fail_case(
        &self,
        receipt: &AuditReceipt,
        lease: &Lease,
        why: &'static str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        receipt.must_speak_of(lease.case_id)?;
        let lease = lease.clone();
        self.write(move |tx| {
            Box::pin(async move {
                must_hold(tx, &lease).await?;
                let to = if has_final(tx, lease.case_id).await? { CaseState::Final } else { CaseState::Failed };
                transition(tx, lease.case_id, to, now).await?;
                query("UPDATE cases SET failure = $1, reopened_for = NULL WHERE id = $2")
                    .bind(why)
                    .bind(lease.case_id.to_string())
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn has_final(tx: &mut Connection, case: Uuid) -> Result<bool, StoreError> {
    let first = query("SELECT 1 FROM versions WHERE case_id = $1 AND first_final");
    Ok(first.bind(case.to_string()).fetch_optional(tx).await?.is_some())
}

/// The case of this row of its batch, if the file was read so far before.
async fn in_batch(tx: &mut Connection, case: &NewCase) -> Result<Option<Uuid>, StoreError> {
    let Some((batch, row)) = case.batch else { return Ok(None) };
    let known = query("SELECT id FROM cases WHERE batch_id = $1 AND batch_row = $2");
    let known = known.bind(batch.to_string()).bind(int(row)).fetch_optional(tx).await?;
    known.map(|row| row.uuid("id")).transpose()
}

async fn insert(tx: &mut Connection, case: &NewCase, leaf: u64) -> Result<(), StoreError> {
    documents::insert(tx, Some(case.id), &case.request).await?;
    let household = households::tag_of(tx, &case.organisation, &case.household_tags).await?;
    query(
        "INSERT INTO cases (id, state, organisation, client, purpose, region, reference_tag, as_of, created_at,
                            updated_at, accepted_leaf, request_document, next_event, wake_at, lane, batch_id, batch_row,
                            household_tag)
         VALUES ($1, 'accepted', $2, $3, $4, $5, $6, $7, $8, $8, $9, $10, 2, $11, $12, $13, $14, $15)",
    )
    .bind(case.id.to_string())
    .bind(case.organisation.as_str())
    .bind(case.client.as_str())
    .bind(case.purpose.as_str())
    .bind(case.region.as_str())
    .bind(case.reference_tag.map(|tag| tag.to_string()))
    .bind(case.as_of.to_string())
    .bind(millis(case.created_at))
    .bind(int(leaf))
    .bind(case.request.id.to_string())
    // of a batch: once it is let in
    .bind(case.batch.is_none().then(|| millis(case.created_at)))
    .bind(rank(case.lane))
    .bind(case.batch.map(|(batch, _)| batch.to_string()))
    .bind(case.batch.map(|(_, row)| int(row)))
    .bind(household.map(|tag| tag.to_string()))
    .execute(&mut *tx)
    .await?;
    if !case.subject_tags.is_empty() {
        let mut subjects = Builder::new("INSERT INTO case_subjects (case_id, subject_tag) ");
        subjects.push_values(&case.subject_tags, |mut row, tag| {
            row.push_bind(case.id.to_string()).push_bind(tag.to_string());
        });
        subjects.push(" ON CONFLICT DO NOTHING").build().execute(&mut *tx).await?;
    }
    events::insert(tx, case.id, case.created_at, 1, &[Happened::State(CaseState::Accepted)]).await
}

/// A case as this connection sees it.
pub(super) async fn read(connection: &mut Connection, id: Uuid) -> Result<CaseRow, StoreError> {
    let mut query = Builder::new(SELECT);
    query.push("WHERE c.id = ").push_bind(id.to_string());
    let row = query.build().fetch_optional(connection).await?;
    case_of(&row.ok_or(StoreError::NotFound { what: "case", id })?)
}

/// Has nobody else change a case until the transaction ends. Where this process is alone, nobody else can.
pub(super) async fn lock(tx: &mut Connection, case: Uuid) -> Result<(), StoreError> {
    if tx.is_shared() {
        query("SELECT 1 FROM cases WHERE id = $1").bind(case.to_string()).lock(Lock::Rows).fetch_optional(tx).await?;
    }
    Ok(())
}

/// The state under the transaction's lock.
pub(super) async fn state(tx: &mut Connection, case: Uuid) -> Result<CaseState, StoreError> {
    query("SELECT state FROM cases WHERE id = $1")
        .bind(case.to_string())
        .lock(Lock::Rows)
        .fetch_optional(tx)
        .await?
        .ok_or(StoreError::NotFound { what: "case", id: case })?
        .must("state", CaseState::parse)
}

/// Fails for an erased case, under the transaction's lock.
pub(super) async fn must_not_be_erased(tx: &mut Connection, case: Uuid) -> Result<(), StoreError> {
    match state(tx, case).await? {
        erased @ CaseState::Erased => Err(StoreError::IllegalTransition { case, from: erased, to: erased }),
        _ => Ok(()),
    }
}

/// Moves a case along the table; a case at rest is woken by nobody and leased to nobody.
pub(super) async fn transition(
    tx: &mut Connection,
    case: Uuid,
    to: CaseState,
    now: Timestamp,
) -> Result<(), StoreError> {
    let from = state(tx, case).await?;
    if !from.may_become(to) {
        return Err(StoreError::IllegalTransition { case, from, to });
    }
    query("UPDATE cases SET state = $1, updated_at = $2 WHERE id = $3")
        .bind(to.as_str())
        .bind(millis(now))
        .bind(case.to_string())
        .execute(&mut *tx)
        .await?;
    if to.at_rest() {
        query("UPDATE cases SET wake_at = NULL, lease_worker = NULL, lease_until = NULL WHERE id = $1")
            .bind(case.to_string())
            .execute(&mut *tx)
            .await?;
    }
    if from != to {
        events::record(tx, case, now, &[Happened::State(to)]).await?;
    }
    Ok(())
}

pub(super) fn case_of(row: &Row) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        id: row.uuid("id")?,
        state: row.must("state", CaseState::parse)?,
        organisation: row.text("organisation")?,
        client: row.text("client")?,
        purpose: row.must("purpose", Purpose::parse)?,
        region: Region(row.text("region")?),
        reference_tag: row.opt_tag("reference_tag")?,
        as_of: row.must("as_of", |text| text.parse().ok())?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        accepted_leaf: row.index("accepted_leaf")?,
        request_document: row.uuid("request_document")?,
        reviews_open: row.small("reviews_open")?,
        failure: row.opt_text("failure")?,
        latest_version: row.opt_small("latest_version")?,
        attempts: row.small("attempts")?,
        failures: row.small("failures")?,
        lane: lane_of(row.int("lane")?)?,
        batch: row.opt_uuid("batch_id")?.zip(row.opt_index("batch_row")?),
        household_tag: row.opt_tag("household_tag")?,
        due_on: row.word("due_on", |text| text.parse().ok())?,
        reopened_for: row.word("reopened_for", DecisionKind::parse)?,
    })
}
