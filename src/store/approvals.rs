//! What one person asks for and others have to agree to (双人复核): a decision that changes a total, an erasure, a destruction of
//! locked evidence, an inspection. Who may agree, and how many must, is `verification`'s to say; here nobody counts twice and nothing closes twice.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Lock, Row, query};
use super::decisions::{self, NewDecision};
use super::receipt::entry_of;
use super::{AuditReceipt, Effect, Hash, SealedDocument, Store, StoreError, documents, words};
use crate::household::Region;

words! {
    /// What is asked for.
    ApprovalKind {
        /// A decision on records that changes what the report says.
        Review = "review",
        /// That a case's data keys are destroyed.
        Erasure = "erasure",
        /// That an auditor may open the reports of a case for a while.
        Inspection = "inspection",
        /// That what was answered under an authorisation taken back is destroyed at once; it is in any case when nobody refuses in time.
        Destruction = "destruction",
    }
    /// Where it stands.
    ApprovalState {
        /// Somebody has yet to agree.
        Open = "open",
        /// All who had to have agreed.
        Agreed = "agreed",
        /// Somebody refused, or whoever asked took it back.
        Refused = "refused",
        /// An inspection that was agreed to was ended before its time.
        Revoked = "revoked",
        /// Nobody can agree any more: it lapsed before it was asked again, or the report is another one.
        Void = "void",
    }
}

/// Something to be agreed to.
#[derive(Clone, Debug)]
pub struct NewApproval {
    /// UUIDv7.
    pub id: Uuid,
    /// Kind.
    pub kind: ApprovalKind,
    /// Case.
    pub case_id: Uuid,
    /// The version it is about, of a review.
    pub version: Option<u32>,
    /// Who asks: the subject of the token.
    pub asked_by: String,
    /// For which organisation they ask.
    pub asked_for: String,
    /// When.
    pub at: Timestamp,
    /// Until when others may agree.
    pub lapses_at: Timestamp,
    /// For how long an inspection lasts.
    pub hours: Option<u32>,
    /// Of a destruction: the entry of the withdrawal that locked what would go.
    pub withdrawn_in: Option<u64>,
    /// What is asked and why, sealed.
    pub document: SealedDocument,
}

/// Somebody who agreed or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// The subject of the token.
    pub by: String,
    /// In which role.
    pub role: String,
    /// When.
    pub at: Timestamp,
    /// Agreed or refused.
    pub agrees: bool,
    /// Why it was refused, sealed.
    pub reason: Option<Uuid>,
}

/// What becomes of an approval with one more hand.
#[derive(Clone, Debug)]
pub enum Hands {
    /// Somebody else has yet to agree.
    More,
    /// It is refused, for a sealed reason where the hand names one.
    Refuse(Option<Box<SealedDocument>>),
    /// It is agreed, and what the withdrawal locked is destroyed in the same transaction.
    Destroy,
    /// It is agreed, and the case is erased in the same transaction.
    Erase,
    /// It is agreed.
    Agree {
        /// Of an inspection: until when it opens reports.
        until: Option<Timestamp>,
        /// Of a review: the decision that stands now.
        decision: Option<Box<NewDecision>>,
    },
}

/// An approval as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRow {
    /// Id.
    pub id: Uuid,
    /// Kind.
    pub kind: ApprovalKind,
    /// Where it stands.
    pub state: ApprovalState,
    /// Case.
    pub case_id: Uuid,
    /// Organisation of the case.
    pub organisation: String,
    /// County of the case.
    pub region: Region,
    /// The version it is about.
    pub version: Option<u32>,
    /// Who asked.
    pub asked_by: String,
    /// For which organisation they asked.
    pub asked_for: String,
    /// When.
    pub asked_at: Timestamp,
    /// Until when others may agree.
    pub lapses_at: Timestamp,
    /// For how long an inspection lasts.
    pub hours: Option<u32>,
    /// Of an inspection that was agreed to: until when it opens reports.
    pub until: Option<Timestamp>,
    /// Of a destruction: the entry of the withdrawal that locked what would go.
    pub withdrawn_in: Option<u64>,
    /// What is asked and why, sealed.
    pub document: Uuid,
    /// Who agreed or refused so far.
    pub hands: Vec<Hand>,
    /// Of a destruction: who entered withdrawals of the case, none of whom is its second person.
    pub withdrawn_by: Vec<String>,
}

impl ApprovalRow {
    /// Whether somebody may still agree.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == ApprovalState::Open && now < self.lapses_at
    }
}

/// What the entry that grants an inspection says of its end: the hash of the milliseconds since 1970 as decimal digits.
#[must_use]
pub fn until_sha256(until: Timestamp) -> Hash {
    Sha256::digest(until.as_millisecond().to_string()).into()
}

/// Which approvals to list.
#[derive(Clone, Debug, Default)]
pub struct ApprovalFilter {
    /// Those about cases of this organisation.
    pub organisation: Option<String>,
    /// And of regions that begin so; none for all.
    pub region_prefixes: Vec<String>,
    /// Of these kinds; empty for all.
    pub kinds: Vec<ApprovalKind>,
    /// Those that this caller asked for.
    pub asked_by: Option<String>,
    /// Those that may still be agreed to at this time; none for all.
    pub open_at: Option<Timestamp>,
    /// About this case.
    pub case_id: Option<Uuid>,
    /// Only older ones than this.
    pub cursor: Option<Uuid>,
    /// At most this many.
    pub limit: u32,
}

impl Store {
    /// Keeps what somebody asks for: an effect of its entry. What was asked before for the same case and has lapsed is closed.
    ///
    /// Fails with [`StoreError::AlreadyAsked`] while the same is open for the case; [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn asking(approval: NewApproval) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                let case = approval.case_id;
                entry_of(case, entries)?;
                super::cases::must_not_be_erased(tx, case).await?;
                query(
                    "UPDATE approvals SET state = 'void' WHERE case_id = $1 AND kind = $2 AND state = 'open' AND lapses_at <= $3",
                )
                .bind(case.to_string())
                .bind(approval.kind.as_str())
                .bind(millis(approval.at))
                .execute(&mut *tx)
                .await?;
                // an inspection is one auditor's; of the others there is one for a case
                let open = query(
                    "SELECT 1 FROM approvals WHERE case_id = $1 AND kind = $2 AND state = 'open'
                                               AND (kind <> 'inspection' OR asked_by = $3)",
                )
                .bind(case.to_string())
                .bind(approval.kind.as_str())
                .bind(approval.asked_by.as_str());
                if open.fetch_optional(&mut *tx).await?.is_some() {
                    return Err(StoreError::AlreadyAsked { case });
                }
                insert(tx, &approval).await
            })
        })
    }

    /// Adds a hand to an approval, with what follows from it: an effect of its entry.
    ///
    /// Fails with [`StoreError::NotOpen`] when it is closed, has lapsed, or another hand came meanwhile; as [`Store::deciding`];
    /// [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn raising_hand(approval: ApprovalRow, hand: Hand, then: Hands) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                let case = approval.case_id;
                entry_of(case, entries)?;
                // the hand's own entry stands last, after that of what follows from it
                let entry = entries.last().map_or(0, AuditReceipt::index);
                super::cases::lock(tx, case).await?;
                must_be_open(tx, &approval, hand.at).await?;
                query("INSERT INTO approval_hands (approval_id, by_subject, role, at, agrees, leaf_index, reason_document) VALUES ($1, $2, $3, $4, $5, $6, $7)")
                    .bind(approval.id.to_string())
                    .bind(hand.by.as_str())
                    .bind(hand.role.as_str())
                    .bind(millis(hand.at))
                    .bind(hand.agrees)
                    .bind(int(entry))
                    .bind(hand.reason.map(|document| document.to_string()))
                    .execute(&mut *tx)
                    .await?;
                let (state, until) = match &then {
                    Hands::More => return Ok(()),
                    Hands::Refuse(reason) => {
                        if let Some(reason) = reason {
                            documents::insert(tx, Some(case), reason).await?;
                        }
                        (ApprovalState::Refused, None)
                    }
                    Hands::Destroy => {
                        let leaf = approval.withdrawn_in.ok_or(StoreError::NotOpen { id: approval.id })?;
                        super::locked::destroy(tx, case, leaf).await?;
                        (ApprovalState::Agreed, None)
                    }
                    Hands::Erase => {
                        super::erasure::erase(tx, case, hand.at).await?;
                        (ApprovalState::Agreed, None)
                    }
                    Hands::Agree { until, decision } => {
                        if let Some(decision) = decision {
                            decisions::decide(tx, decision, entries).await?;
                        }
                        (ApprovalState::Agreed, *until)
                    }
                };
                query("UPDATE approvals SET state = $1, until = $2 WHERE id = $3")
                    .bind(state.as_str())
                    .bind(until.map(millis))
                    .bind(approval.id.to_string())
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
    }

    /// Ends an inspection that was agreed to and still lasts: an effect of its entry.
    ///
    /// Fails with [`StoreError::NotOpen`] where it does not last any more; [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn revoking_inspection(approval: Uuid, case: Uuid, now: Timestamp) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                entry_of(case, entries)?;
                let ended = query(
                    "UPDATE approvals SET state = 'revoked'
                     WHERE id = $1 AND case_id = $2 AND kind = 'inspection' AND state = 'agreed' AND until > $3",
                )
                .bind(approval.to_string())
                .bind(case.to_string())
                .bind(millis(now));
                if ended.execute(tx).await? == 1 { Ok(()) } else { Err(StoreError::NotOpen { id: approval }) }
            })
        })
    }

    /// An approval.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn approval(&self, id: Uuid) -> Result<ApprovalRow, StoreError> {
        let row = query("SELECT * FROM approvals WHERE id = $1").bind(id.to_string()).fetch_optional(self.reader());
        let row = row.await?.ok_or(StoreError::NotFound { what: "approval", id })?;
        self.with_hands(&row).await
    }

    /// Approvals in scope, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list_approvals(&self, filter: &ApprovalFilter) -> Result<Vec<ApprovalRow>, StoreError> {
        let mut list = Builder::new("SELECT * FROM approvals WHERE 1 = 1");
        if let Some(organisation) = &filter.organisation {
            list.push(" AND organisation = ").push_bind(organisation.as_str());
        }
        super::case_list::within(&mut list, "region", &filter.region_prefixes);
        if !filter.kinds.is_empty() {
            super::case_list::any_of(&mut list, "kind", filter.kinds.iter().map(|kind| kind.as_str().to_owned()));
        }
        if let Some(asked_by) = &filter.asked_by {
            list.push(" AND asked_by = ").push_bind(asked_by.as_str());
        }
        if let Some(now) = filter.open_at {
            list.push(" AND state = 'open' AND lapses_at > ").push_bind(millis(now));
        }
        if let Some(case) = filter.case_id {
            list.push(" AND case_id = ").push_bind(case.to_string());
        }
        if let Some(cursor) = filter.cursor {
            list.push(" AND id < ").push_bind(cursor.to_string());
        }
        list.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(filter.limit));
        let rows = list.build().persistent(false).fetch_all(self.reader()).await?;
        let mut approvals = Vec::with_capacity(rows.len());
        for row in &rows {
            approvals.push(self.with_hands(row).await?);
        }
        Ok(approvals)
    }

    /// The inspection of a case that an auditor may open reports by at `now`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn inspection(
        &self,
        case: Uuid,
        auditor: &str,
        now: Timestamp,
    ) -> Result<Option<ApprovalRow>, StoreError> {
        let row = query(
            "SELECT * FROM approvals WHERE case_id = $1 AND kind = 'inspection' AND state = 'agreed' AND asked_by = $2
                                       AND until > $3
                                       AND (SELECT count(DISTINCT h.role) FROM approval_hands h
                                            WHERE h.approval_id = approvals.id AND h.agrees) > 1
             ORDER BY id DESC LIMIT 1",
        )
        .bind(case.to_string())
        .bind(auditor)
        .bind(millis(now))
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| approval_of(&row, Vec::new())).transpose()
    }

    /// An approval with those who may have no other hand in it.
    async fn with_hands(&self, row: &Row) -> Result<ApprovalRow, StoreError> {
        let hands = self.hands(row.uuid("id")?).await?;
        let mut approval = approval_of(row, hands)?;
        if approval.kind == ApprovalKind::Destruction {
            let by = query("SELECT DISTINCT decided_by FROM decisions WHERE case_id = $1 AND kind = 'withdrawal'");
            let by = by.bind(approval.case_id.to_string()).fetch_all(self.reader()).await?;
            approval.withdrawn_by = by.iter().map(|row| row.text("decided_by")).collect::<Result<_, _>>()?;
        }
        Ok(approval)
    }

    async fn hands(&self, approval: Uuid) -> Result<Vec<Hand>, StoreError> {
        let all = query("SELECT * FROM approval_hands WHERE approval_id = $1 ORDER BY at, by_subject");
        let rows = all.bind(approval.to_string()).fetch_all(self.reader()).await?;
        let hand = |row: &Row| {
            Ok(Hand {
                by: row.text("by_subject")?,
                role: row.text("role")?,
                at: row.time("at")?,
                agrees: row.flag("agrees")?,
                reason: row.opt_uuid("reason_document")?,
            })
        };
        rows.iter().map(hand).collect()
    }
}

pub(super) async fn insert(tx: &mut Connection, approval: &NewApproval) -> Result<(), StoreError> {
    let case = approval.case_id;
    documents::insert(tx, Some(case), &approval.document).await?;
    query(
        "INSERT INTO approvals (id, kind, state, case_id, organisation, region, version, asked_by, asked_for, asked_at,
                                lapses_at, hours, document_id, withdrawn_in)
         SELECT $1, $2, 'open', id, organisation, region, $3, $4, $10, $5, $6, $7, $8, $11 FROM cases WHERE id = $9",
    )
    .bind(approval.id.to_string())
    .bind(approval.kind.as_str())
    .bind(approval.version.map(i64::from))
    .bind(approval.asked_by.as_str())
    .bind(millis(approval.at))
    .bind(millis(approval.lapses_at))
    .bind(approval.hours.map(i64::from))
    .bind(approval.document.id.to_string())
    .bind(case.to_string())
    .bind(approval.asked_for.as_str())
    .bind(approval.withdrawn_in.map(int))
    .execute(tx)
    .await?;
    Ok(())
}

/// Closes what is open about an earlier version of a report: what it would decide is not what stands any more.
pub(super) async fn void_reviews(tx: &mut Connection, case: Uuid) -> Result<(), StoreError> {
    query("UPDATE approvals SET state = 'void' WHERE case_id = $1 AND kind = 'review' AND state = 'open'")
        .bind(case.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

/// Fails unless the approval is as it was read: who counts hands counts all of them.
async fn must_be_open(tx: &mut Connection, approval: &ApprovalRow, now: Timestamp) -> Result<(), StoreError> {
    let id = approval.id;
    let row = query("SELECT state, lapses_at FROM approvals WHERE id = $1")
        .bind(id.to_string())
        .lock(Lock::Rows)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(StoreError::NotFound { what: "approval", id })?;
    let hands = query("SELECT count(*) AS hands FROM approval_hands WHERE approval_id = $1")
        .bind(id.to_string())
        .fetch_one(tx)
        .await?
        .index("hands")?;
    let open = row.must("state", ApprovalState::parse)? == ApprovalState::Open && row.time("lapses_at")? > now;
    if open && hands == approval.hands.len() as u64 { Ok(()) } else { Err(StoreError::NotOpen { id }) }
}

fn approval_of(row: &Row, hands: Vec<Hand>) -> Result<ApprovalRow, StoreError> {
    Ok(ApprovalRow {
        id: row.uuid("id")?,
        kind: row.must("kind", ApprovalKind::parse)?,
        state: row.must("state", ApprovalState::parse)?,
        case_id: row.uuid("case_id")?,
        organisation: row.text("organisation")?,
        region: Region(row.text("region")?),
        version: row.opt_small("version")?,
        asked_by: row.text("asked_by")?,
        asked_for: row.text("asked_for")?,
        asked_at: row.time("asked_at")?,
        lapses_at: row.time("lapses_at")?,
        hours: row.opt_small("hours")?,
        until: row.opt_time("until")?,
        withdrawn_in: row.opt_index("withdrawn_in")?,
        document: row.uuid("document_id")?,
        hands,
        withdrawn_by: Vec::new(),
    })
}
