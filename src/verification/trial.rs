//! Rules tried on many households at once: evidence goes in at one end, is opened and assessed under both packs on every core, and a
//! table of who moves comes out. What waits is bounded, so memory stays flat whatever the number.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use uuid::Uuid;

use super::archive::{Archive, ArchiveError};
use super::{VerificationError, Verifier, sealing};
use crate::auth::Caller;
use crate::household::{Evidence, Region, canonical_json};
use crate::policy::Packs;
use crate::policy::simulate::{Headline, Movement, compare};
use crate::store::{KeptCases, KeptEvidence, StoreError, StoredDocument};

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
    /// Whose cases alone; everybody's where there is none, which is for the operator of the machine.
    pub organisation: Option<String>,
    /// Digits that the region's code begins with; empty for all.
    pub region: String,
    /// Whose own cases and kin's are left out (回避): the caller's id where anybody is registered for them. For the operator of the machine nobody
    /// is.
    pub apart_from: Option<String>,
    /// Whether the cases that move are listed.
    pub list_cases: bool,
}

impl Selection {
    fn kept(&self) -> KeptCases<'_> {
        KeptCases {
            organisation: self.organisation.as_deref(),
            prefix: &self.region,
            apart_from: self.apart_from.as_deref(),
        }
    }
}

/// What a household's evidence is opened from.
type Opening<T> = dyn Fn(T) -> Result<(Option<Uuid>, Evidence), VerificationError> + Send + Sync;

/// What is handed a household's evidence; says whether another one is wanted.
pub type HandIn<'a> = dyn FnMut(Evidence) -> bool + 'a;

/// A made-up county that rules may be tried on.
#[derive(Clone, Debug)]
pub struct MadeUp {
    /// What it is made from: the same seed makes the same county.
    pub seed: u64,
    /// How many households it has.
    pub households: u32,
    /// The day it is as it is; a fixed one unless given.
    pub as_of: Option<Date>,
    /// The county whose rules it lives under.
    pub region: Region,
}

/// Makes up a county and hands in its households one by one, as long as more are wanted.
pub type MakeUp = dyn Fn(MadeUp, &mut HandIn<'_>) + Send + Sync;

/// Tries rules on households that `feed` hands in one by one; it is called on a thread of its own, and ends when it returns.
///
/// # Errors
/// A core's work panicked.
pub async fn try_on_generated(
    rules: TriedRules,
    done: &Done,
    feed: impl FnOnce(&mut HandIn<'_>) + Send + 'static,
) -> Result<Tried, VerificationError> {
    on_handed_in(rules, done, Power::whole(), feed).await
}

async fn on_handed_in(
    rules: TriedRules,
    done: &Done,
    power: Power,
    feed: impl FnOnce(&mut HandIn<'_>) + Send + 'static,
) -> Result<Tried, VerificationError> {
    let cores = Cores::start(Arc::new(rules), done, power, Arc::new(|evidence| Ok((None, evidence))));
    let (to, given_up) = (cores.to.clone(), Arc::clone(&cores.given_up.0));
    let mut hand_in = move |evidence| !given_up.load(Ordering::Relaxed) && to.blocking_send(evidence).is_ok();
    let fed = tokio::task::spawn_blocking(move || feed(&mut hand_in));
    fed.await.map_err(|_| VerificationError::Panicked)?;
    cores.result().await
}

/// The right to try rules in a service that has other work too: there is one in a process, given back once the last core has let go of it. Who drops
/// what it came to ends the work.
pub struct Trial {
    verifier: Verifier,
    place: OwnedSemaphorePermit,
}

impl Verifier {
    /// The right to try rules; none while somebody has it.
    #[must_use]
    pub fn trial(&self) -> Option<Trial> {
        let place = Arc::clone(&self.0.trying).try_acquire_owned().ok()?;
        Some(Trial { verifier: self.clone(), place })
    }
}

impl Trial {
    /// Tries rules on the kept cases of a county that are the caller's organisation's and not about the caller or kin, as [`Archive::try_rules`].
    /// How many are left out is told nowhere.
    ///
    /// # Errors
    /// As there; [`ArchiveError::NotFound`] for a county that is not the caller's to see.
    pub async fn on_kept(self, caller: &Caller, rules: TriedRules, county: &str) -> Result<Tried, ArchiveError> {
        if !caller.covers_region(county) {
            return Err(ArchiveError::NotFound);
        }
        let inner = &self.verifier.0;
        let archive =
            Archive { store: inner.store.clone(), ledger: inner.ledger.clone(), keys: Arc::clone(&inner.keys) };
        let organisation = Some(caller.organisation.clone());
        let apart_from = self.verifier.apart_from(caller).await?;
        let selection = Selection { organisation, region: county.to_owned(), apart_from, list_cases: false };
        archive.tried(caller, rules, &selection, &Done::default(), Power::beside(self.place)).await
    }

    /// Tries rules on a made-up county.
    ///
    /// # Errors
    /// As [`try_on_generated`].
    pub async fn on_made_up(
        self,
        rules: TriedRules,
        county: MadeUp,
        make_up: Arc<MakeUp>,
    ) -> Result<Tried, VerificationError> {
        let feed = move |hand_in: &mut HandIn<'_>| make_up(county, hand_in);
        on_handed_in(rules, &Done::default(), Power::beside(self.place), feed).await
    }
}

impl Archive {
    /// How many kept cases a selection has.
    ///
    /// # Errors
    /// The store failed.
    pub async fn count(&self, selection: &Selection) -> Result<u64, ArchiveError> {
        Ok(self.store.count_kept_evidence(selection.kept()).await?)
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
        self.tried(caller, rules, selection, done, Power::whole()).await
    }

    async fn tried(
        &self,
        caller: &Caller,
        rules: TriedRules,
        selection: &Selection,
        done: &Done,
        power: Power,
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
        let cores = Cores::start(Arc::new(rules), done, power, Arc::new(opening));
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
            let page = self.store.kept_evidence(selection.kept(), after, PAGE).await?;
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

/// SHA-256 of what is tried on what: the hashes of every county's packs before and after, the day, the region, the organisation, whose kin stay out.
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
        "organisation": selection.organisation, "apart_from": selection.apart_from, "list_cases": selection.list_cases,
    })))
    .into()
}

/// How many threads a trial has, and the place that it holds until the last of them ends.
struct Power {
    threads: usize,
    place: Option<OwnedSemaphorePermit>,
}

impl Power {
    fn cores() -> usize {
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    }

    /// Every core: nothing else runs.
    fn whole() -> Self {
        Self { threads: Self::cores(), place: None }
    }

    /// Half of the cores: whoever waits for a report comes first.
    fn beside(place: OwnedSemaphorePermit) -> Self {
        Self { threads: Self::cores().div_ceil(2), place: Some(place) }
    }
}

/// Tells those who work that nobody waits for what they find, once it is dropped.
struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Threads that all take from one queue.
struct Cores<T> {
    to: mpsc::Sender<T>,
    threads: Vec<std::thread::JoinHandle<Result<Tried, VerificationError>>>,
    given_up: GivenUp,
}

impl<T: Send + 'static> Cores<T> {
    fn start(rules: Arc<TriedRules>, done: &Done, power: Power, opening: Arc<Opening<T>>) -> Self {
        let (to, from) = mpsc::channel(WAITING);
        let from = Arc::new(Mutex::new(from));
        let given_up = GivenUp(Arc::default());
        let Power { threads, place } = power;
        let place = Arc::new(place);
        let work = || {
            let (rules, opening, from, done) = (rules.clone(), opening.clone(), from.clone(), done.clone());
            let (place, given_up) = (Arc::clone(&place), Arc::clone(&given_up.0));
            std::thread::spawn(move || {
                let tried = work(&rules, &*opening, &from, &done, &given_up);
                drop(place);
                tried
            })
        };
        Self { to, threads: (0..threads).map(|_| work()).collect(), given_up }
    }

    /// Once everything that was handed in is done.
    async fn result(self) -> Result<Tried, VerificationError> {
        let Self { to, threads, given_up } = self;
        drop(to);
        let joined = tokio::task::spawn_blocking(move || {
            let mut all = Tried::default();
            for thread in threads {
                all.merge(thread.join().map_err(|_| VerificationError::Panicked)??);
            }
            Ok(all)
        });
        let result = joined.await.map_err(|_| VerificationError::Panicked)?;
        drop(given_up);
        result
    }
}

fn work<T>(
    rules: &TriedRules,
    opening: &Opening<T>,
    from: &Mutex<mpsc::Receiver<T>>,
    done: &Done,
    given_up: &AtomicBool,
) -> Result<Tried, VerificationError> {
    let mut tried = Tried::default();
    loop {
        let next = from.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        let Some(next) = next.filter(|_| !given_up.load(Ordering::Relaxed)) else { return Ok(tried) };
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
