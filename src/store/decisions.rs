//! What people decided and said about a case: on records, against a record, an authorisation taken back. Sealed, and effects of their
//! entries in the log.
//!
//! Each takes the case from whoever works on it and has it claimed anew, so that the next version is made with it in hand and says why.

use jiff::Timestamp;
use uuid::Uuid;

use super::approvals::{self, NewApproval};
use super::cases::transition;
use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Row, query};
use super::locked::{self, Locking};
use super::receipt::entry_of;
use super::{AuditReceipt, CaseState, Effect, SealedDocument, Store, StoreError, Tag, VersionReason, documents, words};
use crate::household::{MemberRef, SourceKey};

words! {
    /// What kind of word it is.
    DecisionKind {
        /// Whose a record is.
        Review = "review",
        /// The applicant objects (异议).
        Objection = "objection",
        /// A member takes the authorisation back.
        Withdrawal = "withdrawal",
        /// A department that gave no answer is asked once more.
        AskedAgain = "asked_again",
    }
}

impl DecisionKind {
    /// Why the version is made that follows from it.
    #[must_use]
    pub fn reason(self) -> VersionReason {
        match self {
            Self::Review => VersionReason::Review,
            Self::Objection => VersionReason::Objection,
            Self::Withdrawal => VersionReason::Withdrawal,
            Self::AskedAgain => VersionReason::AskedAgain,
        }
    }
}

/// A decision to be kept.
#[derive(Clone, Debug)]
pub struct NewDecision {
    /// Kind.
    pub kind: DecisionKind,
    /// Case.
    pub case_id: Uuid,
    /// The version it is about, which must be the latest.
    pub version: u32,
    /// By whom: the subject of the token.
    pub decided_by: String,
    /// When.
    pub at: Timestamp,
    /// What, sealed.
    pub document: SealedDocument,
}

/// An authorisation that is taken back.
#[derive(Clone, Debug)]
pub struct Withdrawal {
    /// Who said so, and why.
    pub decision: NewDecision,
    /// Whose it is.
    pub member: MemberRef,
    /// In which organisation nobody is asked under it any more.
    pub organisation: String,
    /// Its number, with the person it is of.
    pub number: Tag,
    /// What nobody opens any more.
    pub locking: Locking,
    /// That this is destroyed.
    pub destruction: NewApproval,
}

/// A decision as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRow {
    /// What, sealed.
    pub document: Uuid,
    /// Kind.
    pub kind: DecisionKind,
    /// The version it is about.
    pub version: u32,
    /// By whom: the subject of the token.
    pub decided_by: String,
    /// When.
    pub at: Timestamp,
    /// Leaf of its entry.
    pub leaf_index: u64,
}

impl Store {
    /// Keeps a decision on whose records are.
    ///
    /// Fails with [`StoreError::VersionOutOfOrder`] when a later version stands, [`StoreError::IllegalTransition`] in a state in which
    /// nothing is decided, [`StoreError::WrongReceipt`].
    #[must_use]
    pub fn deciding(decision: NewDecision) -> Effect<()> {
        Effect::new(move |tx, entries| Box::pin(async move { decide(tx, &decision, entries).await }))
    }

    /// Keeps an objection; what these sources answered about anybody of the case is asked anew.
    ///
    /// Fails as [`Store::deciding`].
    #[must_use]
    pub fn objecting(objection: NewDecision, sources: Vec<SourceKey>) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                decide(tx, &objection, entries).await?;
                for source in &sources {
                    ask_anew(tx, &objection, source, false).await?;
                }
                Ok(())
            })
        })
    }

    /// Has a source asked anew about everybody of the case of whom it gave no answer.
    ///
    /// Fails as [`Store::deciding`]; with [`StoreError::MovedOn`] when it has answered meanwhile.
    #[must_use]
    pub fn asking_source_again(word: NewDecision, source: SourceKey) -> Effect<()> {
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                decide(tx, &word, entries).await?;
                match ask_anew(tx, &word, &source, true).await? {
                    0 => Err(StoreError::MovedOn { case: word.case_id }),
                    _ => Ok(()),
                }
            })
        })
    }

    /// Takes a member's authorisation back: nobody is asked about them any more under its number, and nobody opens what was answered about them,
    /// nor what tells of it; that it is destroyed is asked for. The first of the entries holds [`Locking::sha256`].
    ///
    /// Fails as [`Store::deciding`]; with [`StoreError::MovedOn`] when documents of the case came meanwhile.
    #[must_use]
    pub fn withdrawing(withdrawal: Withdrawal) -> Effect<()> {
        let Withdrawal { decision, member, organisation, number, locking, destruction } = withdrawal;
        Effect::new(move |tx, entries| {
            Box::pin(async move {
                let leaf = entry_of(decision.case_id, entries)?.index();
                super::cases::lock(tx, decision.case_id).await?;
                query(
                    "UPDATE cells SET kind = 'skipped', why = 'withdrawn', answered_at = $1, evidence_document = NULL,
                                      told_in = NULL, next_poll_at = NULL, deadline = NULL, ask_at = NULL
                     WHERE case_id = $2 AND member_ref = $3 AND (kind IS NULL OR kind <> 'skipped')",
                )
                .bind(millis(decision.at))
                .bind(decision.case_id.to_string())
                .bind(member.as_str())
                .execute(&mut *tx)
                .await?;
                locked::lock(tx, decision.case_id, &locking, leaf).await?;
                keep(tx, &decision, entries).await?;
                query(
                    "INSERT INTO withdrawn_authorisations (organisation, number_tag, at) VALUES ($1, $2, $3)
                     ON CONFLICT DO NOTHING",
                )
                .bind(organisation.as_str())
                .bind(number.to_string())
                .bind(millis(decision.at))
                .execute(&mut *tx)
                .await?;
                approvals::insert(tx, &NewApproval { withdrawn_in: Some(leaf), ..destruction }).await?;
                reopen(tx, &decision).await
            })
        })
    }

    /// The decisions of a case, the first first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn decisions(&self, case: Uuid) -> Result<Vec<DecisionRow>, StoreError> {
        let all = query("SELECT * FROM decisions WHERE case_id = $1 ORDER BY leaf_index, document_id");
        let rows = all.bind(case.to_string()).fetch_all(self.reader()).await?;
        rows.iter().map(decision_of).collect()
    }

    /// Which of these numbers of authorisations were taken back in an organisation.
    ///
    /// # Errors
    /// The database failed.
    pub async fn withdrawn(&self, organisation: &str, numbers: &[Tag]) -> Result<Vec<Tag>, StoreError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let mut which = Builder::new("SELECT number_tag FROM withdrawn_authorisations WHERE organisation = ");
        which.push_bind(organisation);
        super::case_list::any_of(&mut which, "number_tag", numbers.iter().map(Tag::to_string));
        let rows = which.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(|row| row.must("number_tag", Tag::parse)).collect()
    }

    /// Fails unless the lease is still its worker's: what goes before entries that allow a worker to act.
    #[must_use]
    pub fn holding(lease: super::Lease) -> Effect<u64> {
        Effect::new(move |tx, _| Box::pin(async move { super::claims::must_hold(tx, &lease).await.map(|_| 0) }))
    }
}

/// Takes back what a source answered about anybody of a case, or that it did not answer: how many cells.
async fn ask_anew(
    tx: &mut Connection,
    word: &NewDecision,
    source: &SourceKey,
    unanswered_alone: bool,
) -> Result<u64, StoreError> {
    let which = if unanswered_alone { "unavailable" } else { "" };
    let asked = query(
        "UPDATE cells SET kind = NULL, why = NULL, answered_at = NULL, evidence_document = NULL, told_in = NULL,
                          planned_at = $1, polls = 0, next_poll_at = NULL, deadline = NULL, ask_at = NULL, asks = 0
         WHERE case_id = $2 AND source = $3 AND kind IS NOT NULL AND kind <> 'skipped'
           AND (kind = $4 OR $4 = '' OR (kind = 'pending' AND deadline <= $1))",
    );
    let asked = asked.bind(millis(word.at)).bind(word.case_id.to_string()).bind(source.as_str()).bind(which);
    asked.execute(&mut *tx).await
}

/// Keeps a decision about the latest version, and has the case worked on.
pub(super) async fn decide(
    tx: &mut Connection,
    decision: &NewDecision,
    entries: &[AuditReceipt],
) -> Result<(), StoreError> {
    keep(tx, decision, entries).await?;
    reopen(tx, decision).await
}

async fn keep(tx: &mut Connection, decision: &NewDecision, entries: &[AuditReceipt]) -> Result<(), StoreError> {
    let case = decision.case_id;
    let entry = entry_of(case, entries)?;
    let latest = super::versions::latest(tx, case).await?;
    if latest != decision.version {
        return Err(StoreError::VersionOutOfOrder { case, expected: latest, offered: decision.version });
    }
    documents::insert(tx, Some(case), &decision.document).await?;
    query(
        "INSERT INTO decisions (document_id, case_id, kind, version, decided_by, at, leaf_index)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(decision.document.id.to_string())
    .bind(case.to_string())
    .bind(decision.kind.as_str())
    .bind(i64::from(decision.version))
    .bind(decision.decided_by.as_str())
    .bind(millis(decision.at))
    .bind(int(entry.index()))
    .execute(tx)
    .await?;
    Ok(())
}

/// Has the case claimed anew, whoever has it now: a final one runs again, one that waits goes on waiting. Consent is taken back from one
/// that has not begun, or rests without a report, as well: nothing runs for it.
async fn reopen(tx: &mut Connection, decision: &NewDecision) -> Result<(), StoreError> {
    let (case, now) = (decision.case_id, decision.at);
    match super::cases::state(tx, case).await? {
        CaseState::Waiting | CaseState::Running => {}
        CaseState::Cancelled | CaseState::Failed if decision.kind == DecisionKind::Withdrawal => return Ok(()),
        CaseState::Accepted if decision.kind == DecisionKind::Withdrawal => {
            query("UPDATE cases SET reopened_for = $1 WHERE id = $2")
                .bind(decision.kind.as_str())
                .bind(case.to_string())
                .execute(tx)
                .await?;
            return Ok(());
        }
        _ => transition(tx, case, CaseState::Running, now).await?,
    }
    query(
        "UPDATE cases SET reopened_for = $1, wake_at = $2, failures = 0, lease_worker = NULL, lease_until = NULL WHERE id = $3",
    )
    .bind(decision.kind.as_str())
    .bind(millis(now))
    .bind(case.to_string())
    .execute(tx)
    .await?;
    Ok(())
}

fn decision_of(row: &Row) -> Result<DecisionRow, StoreError> {
    Ok(DecisionRow {
        document: row.uuid("document_id")?,
        kind: row.must("kind", DecisionKind::parse)?,
        version: row.small("version")?,
        decided_by: row.text("decided_by")?,
        at: row.time("at")?,
        leaf_index: row.index("leaf_index")?,
    })
}
