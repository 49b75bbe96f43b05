//! Rules tried on many households at once: evidence goes in at one end, is opened and assessed under both packs on every core, and a
//! table of who moves comes out. What waits is bounded, so memory stays flat whatever the number.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::archive::{Archive, ArchiveError};
use super::{VerificationError, sealing};
use crate::auth::Caller;
use crate::household::{Evidence, Region, canonical_json};
use crate::policy::Packs;
use crate::policy::simulate::{Headline, Movement, compare};
use crate::store::{KeptEvidence, StoreError, StoredDocument};

/// Households that wait for a core.
const WAITING: usize = 64;
/// Cases looked up at a time.
const PAGE: u32 = 200;

/// The rules compared.
pub struct TriedRules {
    /// In force.
    pub before: Packs,
    /// Changed.
    pub after: Packs,
    /// The day whose rules are compared; each household's own unless given.
    pub as_of: Option<Date>,
}

/// What a trial found.
#[derive(Default)]
pub struct Tried {
    /// Who moves.
    pub movement: Movement,
    /// Cases that move, where they were asked for: before and after.
    pub moved_cases: BTreeMap<Uuid, (Headline, Headline)>,
}

impl Tried {
    fn merge(&mut self, other: Self) {
        self.movement.merge(other.movement);
        self.moved_cases.extend(other.moved_cases);
    }

    fn add(&mut self, rules: &TriedRules, case: Option<Uuid>, evidence: &Evidence) {
        let day = rules.as_of.unwrap_or(evidence.as_of);
        let pack = |packs: &Packs| packs.resolve(&evidence.region, day).ok();
        let (Some(before), Some(after)) = (pack(&rules.before), pack(&rules.after)) else {
            self.movement.not_covered += 1;
            return;
        };
        let moved = compare(evidence, &before, &after);
        self.movement.add(&moved);
        if let Some(case) = case.filter(|_| moved.before.headline != moved.after.headline) {
            self.moved_cases.insert(case, (moved.before.headline, moved.after.headline));
        }
    }
}

/// Where a trial stands, for whoever watches.
#[derive(Clone, Default)]
pub struct Done(Arc<AtomicU64>);

impl Done {
    /// Households so far.
    #[must_use]
    pub fn households(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Which kept cases rules are tried on.
pub struct Selection {
    /// Digits that the region's code begins with; empty for all.
    pub region: String,
    /// Whether the cases that move are listed.
    pub list_cases: bool,
}

/// What a household's evidence is opened from.
type Opening<T> = dyn Fn(T) -> Result<(Option<Uuid>, Evidence), VerificationError> + Send + Sync;

/// Tries rules on households that `feed` hands in one by one; it is called on a thread of its own, and ends when it returns.
///
/// # Errors
/// A core's work panicked.
pub async fn try_on_generated(
    rules: TriedRules,
    done: &Done,
    feed: impl FnOnce(&mut dyn FnMut(Evidence)) + Send + 'static,
) -> Result<Tried, VerificationError> {
    let cores = Cores::start(Arc::new(rules), done, Arc::new(|evidence| Ok((None, evidence))));
    let to = cores.to.clone();
    let fed = tokio::task::spawn_blocking(move || feed(&mut |evidence| drop(to.blocking_send(evidence))));
    fed.await.map_err(|_| VerificationError::Panicked)?;
    cores.result().await
}

impl Archive {
    /// How many kept cases a selection has.
    ///
    /// # Errors
    /// The store failed.
    pub async fn count(&self, selection: &Selection) -> Result<u64, ArchiveError> {
        Ok(self.store.count_kept_evidence(&selection.region).await?)
    }

    /// Tries rules on the kept evidence of cases, each in its latest version. One entry that says on how many, and by its hash under
    /// which rules and which cases, is in the log before the first is opened.
    ///
    /// # Errors
    /// [`ArchiveError`]: a case's evidence that does not open ends the trial.
    pub async fn try_rules(
        &self,
        caller: &Caller,
        rules: TriedRules,
        selection: &Selection,
        done: &Done,
    ) -> Result<Tried, ArchiveError> {
        let count = self.count(selection).await?;
        let receipt = self.ledger.rules_tried(caller, count, what_is_tried(&rules, selection)).await?;
        let list_cases = selection.list_cases;
        let keys = Arc::clone(&self.keys);
        let opening = move |(kept, stored): (KeptEvidence, StoredDocument)| {
            let bytes = sealing::opened(&keys, &receipt, kept.case_id, stored)?;
            let evidence = serde_json::from_slice(&bytes);
            let evidence = evidence.map_err(|_| VerificationError::Unreadable { what: "evidence" })?;
            Ok((Some(kept.case_id).filter(|_| list_cases), evidence))
        };
        let cores = Cores::start(Arc::new(rules), done, Arc::new(opening));
        let fed = self.feed(selection, count, &cores.to).await;
        let tried = cores.result().await;
        fed?;
        Ok(tried?)
    }

    /// Hands in the selection's cases, at most as many as the entry in the log says.
    async fn feed(
        &self,
        selection: &Selection,
        count: u64,
        to: &mpsc::Sender<(KeptEvidence, StoredDocument)>,
    ) -> Result<(), ArchiveError> {
        let (mut after, mut left) = (None, count);
        while left > 0 {
            let page = self.store.kept_evidence(&selection.region, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(last.case_id);
            for kept in page.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
                left -= 1;
                let stored = match self.store.get_document(kept.evidence_document).await {
                    Err(StoreError::Erased { .. }) => continue,
                    other => other?,
                };
                if to.send((kept, stored)).await.is_err() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// SHA-256 of what is tried on what: the hashes of every county's packs before and after, the day, the region.
fn what_is_tried(rules: &TriedRules, selection: &Selection) -> [u8; 32] {
    let day = rules.as_of.unwrap_or(Date::MAX);
    let hashes = |packs: &Packs| -> BTreeMap<String, Option<String>> {
        let counties = packs.counties().into_iter().map(|county| Region(county.region));
        counties
            .map(|county| (county.0.clone(), packs.resolve(&county, day).ok().map(|p| p.hash().to_owned())))
            .collect()
    };
    Sha256::digest(canonical_json(&serde_json::json!({
        "before": hashes(&rules.before), "after": hashes(&rules.after), "as_of": rules.as_of, "region": selection.region,
        "list_cases": selection.list_cases,
    })))
    .into()
}

/// A thread a core, all taking from one queue.
struct Cores<T> {
    to: mpsc::Sender<T>,
    threads: Vec<std::thread::JoinHandle<Result<Tried, VerificationError>>>,
}

impl<T: Send + 'static> Cores<T> {
    fn start(rules: Arc<TriedRules>, done: &Done, opening: Arc<Opening<T>>) -> Self {
        let (to, from) = mpsc::channel(WAITING);
        let from = Arc::new(Mutex::new(from));
        let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let work = || {
            let (rules, opening, from, done) = (rules.clone(), opening.clone(), from.clone(), done.clone());
            std::thread::spawn(move || work(&rules, &*opening, &from, &done))
        };
        Self { to, threads: (0..count).map(|_| work()).collect() }
    }

    /// Once everything that was handed in is done.
    async fn result(self) -> Result<Tried, VerificationError> {
        let Self { to, threads } = self;
        drop(to);
        let joined = tokio::task::spawn_blocking(move || {
            let mut all = Tried::default();
            for thread in threads {
                all.merge(thread.join().map_err(|_| VerificationError::Panicked)??);
            }
            Ok(all)
        });
        joined.await.map_err(|_| VerificationError::Panicked)?
    }
}

fn work<T>(
    rules: &TriedRules,
    opening: &Opening<T>,
    from: &Mutex<mpsc::Receiver<T>>,
    done: &Done,
) -> Result<Tried, VerificationError> {
    let mut tried = Tried::default();
    loop {
        let next = from.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(next) = next else { return Ok(tried) };
        match opening(next) {
            Ok((case, evidence)) => tried.add(rules, case, &evidence),
            Err(error) => {
                // whoever hands in stops, and the other cores come to their end
                from.lock().unwrap_or_else(PoisonError::into_inner).close();
                return Err(error);
            }
        }
        done.0.fetch_add(1, Ordering::Relaxed);
    }
}
