//! A file on its way in: sealed and stored part by part as it comes, so that neither its size nor a crash matters. Only once it is whole
//! is it accepted.

use jiff::{Timestamp, ToSpan as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::file::{self, FileFault};
use super::terms::{KeptTerms, Terms};
use super::{Bulk, BulkError};
use crate::audit::{Action, Actor, Event};
use crate::auth::Caller;
use crate::keys::{BodyMac, DetailKind};
use crate::store::{
    AuditReceipt, BatchState, Created, DocumentKind, Hash, IdempotencyKey, MadeUnder, NewBatch, Received, Store, Tag,
};
use crate::verification::{VerificationError, actor, sealing};

/// Bytes of a file in one sealed part.
const PART: usize = 512 * 1024;
/// Hours after which a file that is still not whole will never be: no upload takes as long.
const ABANDONED_HOURS: i64 = 24;
/// Largest file, bytes: a hundred thousand households of the largest usual size.
const LARGEST: u64 = 1 << 30;
/// Hours an idempotency key is remembered: 30 days.
const IDEMPOTENCY_HOURS: i64 = 30 * 24;

/// A file of which parts have come.
pub struct Receiving {
    caller: Caller,
    terms: Terms,
    key: Option<Key>,
    kept: Kept,
    buffer: Vec<u8>,
    /// The beginning of the file, by which a file that is none is known at once.
    begin: Vec<u8>,
    parts: u32,
    bytes: u64,
    digest: Sha256,
}

/// An Idempotency-Key as the store knows it.
struct Key {
    tags: Vec<Tag>,
    at: Timestamp,
}

/// Where the parts of a file are kept.
enum Kept {
    /// Under this batch.
    Under(Uuid, AuditReceipt),
    /// Nowhere: the key has made a batch already, and the file is held against that one's.
    Not(MadeUnder),
}

/// A batch that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmittedBatch {
    /// Id.
    pub id: Uuid,
    /// Whether the same file under the same Idempotency-Key made it before.
    pub replayed: bool,
}

impl Bulk {
    /// Begins to receive a file. One whose Idempotency-Key has made a batch already is not kept: it is told what it made, though nothing new
    /// may begin.
    ///
    /// # Errors
    /// [`BulkError::NoRoom`]; [`BulkError::Closed`]; the store failed.
    pub async fn begin(&self, caller: &Caller, terms: Terms, key: Option<&str>) -> Result<Receiving, BulkError> {
        let inner = &self.0;
        let tags = |key| inner.verifier.tags("batch-key", &format!("{}\n{key}", caller.subject));
        let key = key.map(|key| Key { tags: tags(key), at: inner.clock.now() });
        let made = match &key {
            Some(key) => inner.store.made_under(&caller.subject, &key.tags, key.at).await?,
            None => None,
        };
        let kept = match made {
            Some(made) => Kept::Not(made),
            None => self.make(caller, &terms).await?,
        };
        Ok(Receiving {
            caller: caller.clone(),
            terms,
            key,
            kept,
            buffer: Vec::with_capacity(PART),
            begin: Vec::new(),
            parts: 0,
            bytes: 0,
            digest: Sha256::new(),
        })
    }

    async fn make(&self, caller: &Caller, terms: &Terms) -> Result<Kept, BulkError> {
        let inner = &self.0;
        inner.store.must_have_room().await?;
        let batch = Uuid::now_v7();
        let kept = serde_json::to_vec(&KeptTerms::of(terms, caller));
        let kept = kept.map_err(|_| VerificationError::Unreadable { what: "terms of a batch" })?;
        let new = NewBatch {
            id: batch,
            organisation: caller.organisation.clone(),
            client: caller.subject.clone(),
            regions: caller.regions.clone(),
            format: terms.format.as_str(),
            created_at: inner.clock.now(),
            terms: sealing::seal(&inner.keys, batch, DocumentKind::BatchTerms, &kept)?,
        };
        let event = Event::new(&actor(caller), Action::BatchReceived).batch(batch);
        let (receipts, made) = inner.log.append_with(vec![event], Store::receiving(new)).await?;
        made?;
        let receipt = receipts.into_iter().next();
        let receipt = receipt.ok_or(VerificationError::Uneven { what: "entries of a batch" })?;
        Ok(Kept::Under(batch, receipt))
    }

    /// Takes the next bytes of a file, and stores what makes a part.
    ///
    /// # Errors
    /// [`BulkError::TooLarge`]; the store failed. The file is lost then: [`Bulk::give_up`].
    pub async fn more(&self, file: &mut Receiving, mut bytes: &[u8]) -> Result<(), BulkError> {
        file.bytes += bytes.len() as u64;
        if file.bytes > LARGEST {
            return Err(BulkError::TooLarge);
        }
        file.digest.update(bytes);
        if matches!(file.kept, Kept::Not(_)) {
            return Ok(());
        }
        while !bytes.is_empty() {
            let taken = bytes.len().min(PART - file.buffer.len());
            file.buffer.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if file.buffer.len() == PART {
                self.keep_part(file).await?;
            }
        }
        Ok(())
    }

    async fn keep_part(&self, file: &mut Receiving) -> Result<(), BulkError> {
        let Kept::Under(batch, receipt) = &file.kept else { return Ok(()) };
        self.0.store.must_have_room().await?;
        if file.parts == 0 {
            file.begin.clone_from(&file.buffer);
        }
        let part = sealing::seal(&self.0.keys, *batch, DocumentKind::Upload, &file.buffer)?;
        self.0.store.add_part(receipt, *batch, file.parts, part).await?;
        file.parts += 1;
        file.buffer.clear();
        Ok(())
    }

    /// Accepts a file that has come whole. When this returns, no household of it can be lost.
    ///
    /// # Errors
    /// [`BulkError::File`] when its beginning shows that none of it can be read; [`BulkError::IdempotencyConflict`]; the store failed.
    pub async fn whole(&self, mut file: Receiving) -> Result<SubmittedBatch, BulkError> {
        let inner = &self.0;
        let digest: [u8; 32] = std::mem::take(&mut file.digest).finalize().into();
        let body_macs: Vec<_> = inner.keys.body_macs(&digest).iter().map(BodyMac::bytes).collect();
        let batch = match file.kept {
            Kept::Under(batch, _) => batch,
            Kept::Not(made) => return self.repeated(&file.caller, made, &body_macs).await,
        };
        if !file.buffer.is_empty() || file.parts == 0 {
            self.keep_part(&mut file).await?;
        }
        if let Err(fault) = begins_well(&file) {
            self.give_up(file).await;
            return Err(BulkError::File(fault));
        }
        let now = inner.clock.now();
        let idempotency = file.key.take().map(|key| IdempotencyKey {
            key_tags: key.tags,
            body_macs,
            expires_at: now.saturating_add(IDEMPOTENCY_HOURS.hours()).unwrap_or(now),
        });
        let received = Received { bytes: file.bytes, parts: file.parts, idempotency };
        let event = Event::new(&actor(&file.caller), Action::BatchAccepted)
            .batch(batch)
            .detail(inner.keys.detail_mac(DetailKind::Batch, &digest).bytes());
        let effect = Store::received(batch, received, now);
        let outcome = inner.log.append_with(vec![event], effect).await.map(|(_, outcome)| outcome);
        match outcome {
            Ok(Ok(Created::New(id))) => {
                inner.bell.notify_waiters();
                Ok(SubmittedBatch { id, replayed: false })
            }
            Ok(Ok(Created::Existing(id))) => {
                self.give_up(file).await;
                Ok(SubmittedBatch { id, replayed: true })
            }
            Ok(Err(error)) => {
                self.give_up(file).await;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A file that came again, or another under a key that was used.
    async fn repeated(
        &self,
        caller: &Caller,
        made: MadeUnder,
        body_macs: &[Hash],
    ) -> Result<SubmittedBatch, BulkError> {
        match made.with(body_macs) {
            Ok(id) => Ok(SubmittedBatch { id, replayed: true }),
            Err(conflict) => {
                self.0.verifier.refuse(caller, "idempotency_conflict").await?;
                Err(conflict.into())
            }
        }
    }

    /// Lets go of a file that did not come whole, or is none. What was stored of it is erased.
    pub async fn give_up(&self, file: Receiving) {
        if let Kept::Under(batch, _) = file.kept {
            self.let_go(&actor(&file.caller), batch).await;
        }
    }

    /// The same for files whose sender or receiving process went away.
    pub(super) async fn let_go_of_abandoned(&self) -> Result<(), BulkError> {
        let before = self.0.clock.now().saturating_sub(ABANDONED_HOURS.hours()).unwrap_or(Timestamp::MIN);
        for batch in self.0.store.abandoned_batches(before).await? {
            self.let_go(&Actor::service(), batch).await;
        }
        Ok(())
    }

    async fn let_go(&self, by: &Actor, batch: Uuid) {
        let cancelled = async {
            let event = Event::new(by, Action::BatchCancelled).batch(batch);
            let receipt = self.0.log.append_one(event).await?;
            let now = self.0.clock.now();
            self.0.store.move_batch(&receipt, batch, BatchState::Cancelled, now).await?;
            self.0.store.note_ended(batch, now).await?;
            Ok::<_, BulkError>(())
        };
        if let Err(error) = cancelled.await {
            tracing::warn!(%batch, %error, "a file that did not come whole could not be let go of");
        }
    }
}

/// Reads the beginning of a file: one whose headings are missing, or that is no workbook, is refused before anything is made of it.
fn begins_well(file: &Receiving) -> Result<(), FileFault> {
    let is_all = file.parts <= 1;
    let begin = file.begin.as_slice();
    let defaults = file.terms.defaults();
    if file.terms.format == file::Format::Xlsx && !is_all {
        // a part of a workbook says nothing
        return Ok(());
    }
    let is_utf8 = file::looks_like_utf8(begin).unwrap_or(false);
    let mut entries = file::entries(file.terms.format, begin, is_utf8, &defaults)?;
    match entries.next() {
        None => {
            let what = ["文件中没有家庭", "the file holds no household"];
            Err(FileFault::new(1, "empty", what, ["表头之下每行一人", "write a row a person below the headings"]))
        }
        // what follows may be cut by the end of the part
        Some(Err(fault)) if is_all => Err(fault),
        Some(_) => Ok(()),
    }
}
