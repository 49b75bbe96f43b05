//! From a stored file to cases, row by row. How far it has come is noted every so often; a process that dies in between is followed by one
//! that reads the file again from its beginning and leaves what has been done as it is.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::file::{self, Entry, FileFault, Format, RowFault};
use super::parts::Parts;
use super::terms::{KeptTerms, Terms};
use super::{Bulk, BulkError};
use crate::audit::{Action, Actor, Event};
use crate::auth::Caller;
use crate::household::Request;
use crate::store::{BatchLease, BatchRow, DocumentKind, ReadSoFar, Tag};
use crate::verification::{InBatch, VerificationError, Verifier, sealing};

/// Most households in a file.
const MOST_HOUSEHOLDS: u64 = 100_000;
/// Households that are being accepted at the same time.
const AT_ONCE: usize = 64;
/// Households read but not yet accepted.
const AHEAD: usize = 128;
/// Households after which is noted how far it has come, and how long at most until then.
const NOTED_EVERY: u64 = 500;
const NOTED_WITHIN: Duration = Duration::from_secs(1);
/// Longest sleep between looks for batches.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// One household, read and checked.
struct Checked {
    row: u64,
    outcome: Outcome,
}

enum Outcome {
    /// Done in an earlier run.
    Known,
    /// To be a case.
    Good(Box<Request>),
    /// Not among those that were chosen.
    PassedOver,
    /// Cannot be.
    Faulty(Vec<RowFault>),
}

impl Bulk {
    /// Reads batches as they come, one at a time.
    pub(super) async fn read_batches(&self) {
        let inner = &self.0;
        loop {
            let now = inner.clock.now();
            match inner.store.claim_batch(&inner.worker, now, inner.settings.lease).await {
                Ok(Some((batch, lease))) => {
                    let id = batch.id;
                    if let Err(error) = self.read_batch(batch, &lease).await {
                        // the lease is kept until it runs out, so that other batches have their turn before this one is tried again
                        tracing::error!(batch = %id, %error, "a batch could not be read on; it is taken up again");
                    }
                }
                Ok(None) => {
                    tokio::select! {
                        () = inner.bell.notified() => {}
                        () = tokio::time::sleep(LOOK_AGAIN) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "batches cannot be claimed");
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
            }
        }
    }

    async fn read_batch(&self, batch: BatchRow, lease: &BatchLease) -> Result<(), BulkError> {
        let inner = &self.0;
        let event = Event::new(&Actor::service(), Action::DocumentOpened).batch(batch.id);
        let receipt = inner.log.append_one(event).await?;
        let terms = sealing::open(&inner.store, &inner.keys, &receipt, batch.id, batch.terms_document).await?;
        let terms: KeptTerms =
            serde_json::from_slice(&terms).map_err(|_| VerificationError::Unreadable { what: "terms of a batch" })?;
        let (terms, caller) = terms.apart();
        let parts = inner.store.batch_parts(batch.id).await?;
        let is_utf8 = match terms.format {
            Format::Csv => {
                let whole = self.parts(batch.id, parts.clone(), receipt.clone());
                blocking(move || file::looks_like_utf8(whole)).await?.map_err(|_| unreadable())?
            }
            Format::Ndjson | Format::Xlsx => true,
        };
        let (send, checked) = mpsc::channel(AHEAD);
        let reader = Reader {
            verifier: inner.verifier.clone(),
            terms,
            kin: inner.verifier.kin_tags(&caller).await?,
            caller: caller.clone(),
            known: batch.read,
            applicants: HashMap::new(),
            send,
        };
        let whole = self.parts(batch.id, parts, receipt);
        let reading = tokio::task::spawn_blocking(move || reader.read(whole, is_utf8));
        let so_far = self.accept_all(&batch, lease, caller, checked).await?;
        let Some(mut so_far) = so_far else { return Ok(()) };
        match reading.await.map_err(|_| VerificationError::Panicked)? {
            Ok(()) => {}
            Err(Stopped::Fault(fault)) => {
                so_far.file_fault = Some((fault.code.clone(), fault.line));
                // it stands among the faults of rows, behind those that were found before it
                let of_rows = ReadSoFar { file_fault: None, ..so_far.clone() };
                if !inner.store.note_read(lease, of_rows, inner.clock.now(), inner.settings.lease).await? {
                    inner.store.give_back(lease.clone()).await?;
                    return Ok(());
                }
                so_far.faults = self.seal_faults(batch.id, vec![fault.of_a_row()])?;
            }
            // what keeps the parts from being opened is tried again
            Err(Stopped::Unreadable) => return Err(unreadable().into()),
        }
        so_far.all_read = true;
        inner.store.note_read(lease, so_far, inner.clock.now(), inner.settings.lease).await?;
        inner.bell.notify_waiters();
        Ok(())
    }

    /// Makes cases of what is read, in the order of the file. How far it came; none when it was paused, cancelled or taken over.
    async fn accept_all(
        &self,
        batch: &BatchRow,
        lease: &BatchLease,
        caller: Caller,
        checked: mpsc::Receiver<Checked>,
    ) -> Result<Option<ReadSoFar>, BulkError> {
        let inner = &self.0;
        let rows = stream::unfold(checked, |mut checked| async move { Some((checked.recv().await?, checked)) });
        let done = rows.map(|one| self.accept(batch.id, &caller, one)).buffered(AT_ONCE);
        tokio::pin!(done);
        let mut so_far = ReadSoFar {
            read: batch.read,
            accepted: batch.accepted,
            faulty: batch.faulty,
            passed_over: batch.passed_over,
            ..ReadSoFar::default()
        };
        let (mut faults, mut noted, mut noted_at) = (Vec::new(), so_far.read, Instant::now());
        loop {
            let next = tokio::time::timeout(NOTED_WITHIN, done.next()).await;
            let ended = matches!(next, Ok(None));
            if let Ok(Some(one)) = next {
                let (row, outcome) = one?;
                let is_known = matches!(outcome, Outcome::Known);
                match outcome {
                    Outcome::Known => {}
                    Outcome::Good(_) => so_far.accepted += 1,
                    Outcome::PassedOver => so_far.passed_over += 1,
                    Outcome::Faulty(mut found) => {
                        so_far.faulty += 1;
                        faults.append(&mut found);
                    }
                }
                if !is_known {
                    so_far.read = row;
                }
            }
            // time alone is reason enough: what was read in an earlier run takes time too, and the lease is held by noting
            let due = so_far.read >= noted + NOTED_EVERY || noted_at.elapsed() >= NOTED_WITHIN;
            if ended || due {
                so_far.faults = self.seal_faults(batch.id, std::mem::take(&mut faults))?;
                if ended {
                    return Ok(Some(so_far));
                }
                (noted, noted_at) = (so_far.read, Instant::now());
                let stands = ReadSoFar { faults: so_far.faults.take(), ..so_far.clone() };
                if !inner.store.note_read(lease, stands, inner.clock.now(), inner.settings.lease).await? {
                    inner.store.give_back(lease.clone()).await?;
                    return Ok(None);
                }
            }
        }
    }

    async fn accept(&self, batch: Uuid, caller: &Caller, one: Checked) -> Result<(u64, Outcome), BulkError> {
        let Checked { row, outcome } = one;
        if let Outcome::Good(request) = outcome {
            let place = InBatch { batch, row };
            let placeholder = Outcome::Good(request.clone());
            self.0.verifier.accept_of_batch(caller, *request, place).await?;
            return Ok((row, placeholder));
        }
        Ok((row, outcome))
    }

    fn seal_faults(
        &self,
        batch: Uuid,
        faults: Vec<RowFault>,
    ) -> Result<Option<(crate::store::SealedDocument, u32)>, BulkError> {
        if faults.is_empty() {
            return Ok(None);
        }
        let bytes =
            serde_json::to_vec(&faults).map_err(|_| VerificationError::Unreadable { what: "faults of a batch" })?;
        let sealed = sealing::seal(&self.0.keys, batch, DocumentKind::BatchFaults, &bytes)?;
        Ok(Some((sealed, u32::try_from(faults.len()).unwrap_or(u32::MAX))))
    }
}

fn unreadable() -> VerificationError {
    VerificationError::Unreadable { what: "part of a batch" }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, VerificationError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| VerificationError::Panicked)
}

/// Why reading ended before the end of the file.
enum Stopped {
    Fault(FileFault),
    Unreadable,
}

/// Reads and checks in a thread of its own.
struct Reader {
    verifier: Verifier,
    terms: Terms,
    caller: Caller,
    /// Whom the caller stands apart from.
    kin: BTreeSet<Tag>,
    /// Households that were done in an earlier run.
    known: u64,
    /// Line of the household of each applicant, by a hash that is good for this file alone.
    applicants: HashMap<[u8; 16], u64>,
    send: mpsc::Sender<Checked>,
}

impl Reader {
    fn read(mut self, whole: Parts, is_utf8: bool) -> Result<(), Stopped> {
        let defaults = self.terms.defaults();
        let entries = file::entries(self.terms.format, whole, is_utf8, &defaults).map_err(stopped)?;
        for entry in entries {
            let entry = entry.map_err(stopped)?;
            if entry.number > MOST_HOUSEHOLDS {
                return Err(Stopped::Fault(too_many(entry.line)));
            }
            let outcome = self.check(&entry);
            let outcome = if entry.number <= self.known { Outcome::Known } else { outcome };
            if self.send.blocking_send(Checked { row: entry.number, outcome }).is_err() {
                return Ok(()); // paused, cancelled or taken over
            }
        }
        Ok(())
    }

    fn check(&mut self, entry: &Entry) -> Outcome {
        if entry.document.is_empty() {
            return Outcome::Faulty(entry.all_faults(Vec::new()));
        }
        let request = match self.verifier.check(&self.caller, &entry.document) {
            Ok(request) if entry.faults.is_empty() => request,
            Ok(_) => return Outcome::Faulty(entry.all_faults(Vec::new())),
            Err(faults) => return Outcome::Faulty(entry.all_faults(faults)),
        };
        let kin = self.verifier.kin_within(&request, &self.kin);
        if !kin.is_empty() {
            return Outcome::Faulty(entry.all_faults(kin));
        }
        if !self.terms.chooses(&request) {
            return Outcome::PassedOver;
        }
        if let Some(person) = self.verifier.hash_of_applicant(&request)
            && let Some(first) = self.applicants.insert(person, entry.line)
        {
            self.applicants.insert(person, first);
            return Outcome::Faulty(vec![twice(entry, first)]);
        }
        Outcome::Good(Box::new(request))
    }
}

fn stopped(fault: FileFault) -> Stopped {
    if fault.code == "unreadable" { Stopped::Unreadable } else { Stopped::Fault(fault) }
}

fn too_many(line: u64) -> FileFault {
    let what = ["一个文件最多 100,000 户", "a file holds at most 100,000 households"];
    FileFault::new(line, "too_many", what, ["其余的户另存为一个文件", "send the rest as a file of its own"])
}

fn twice(entry: &Entry, first: u64) -> RowFault {
    let what = [format!("申请人与第 {first} 行的户相同"), format!("the applicant is that of line {first} too")];
    let remedy = ["每户只写一次", "write each household once"];
    RowFault::new(entry.line, "", "household_twice", [&what[0], &what[1]], remedy)
}
