//! Two rosters matched for somebody who is signed in, or one with itself. Files, results and what they say of people are in this process's memory
//! alone, for whoever asked: for an hour, unless they delete them or their session ends before (the console looks after that: this room knows no
//! session).
//!
//! An entry of the log stands before anything is compared. Runs go one after the other, on half of the cores, so that cases go on beside them.

mod given;
mod outcome;
mod room;
mod run;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::auth::Caller;
use crate::identity::model::ModelFaults;
use crate::linkage::RosterFault;
use crate::telemetry::Clock;
use crate::verification::{VerificationError, Verifier};
use given::Given;
pub use given::{Sent, SentFile};
pub use outcome::{Bar, Outcome};
pub use room::{Busy, Place};
use room::{Owner, UnderWay, giving_way};
pub use run::{Ended, Run, Standing};

/// Most bytes of a roster.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Most rows of a roster.
pub const MOST_ROWS: usize = 200_000;
/// Most bytes of a model.
pub const MOST_MODEL_BYTES: usize = 256 * 1024;
/// Most pairs that all blocking rules together may make.
pub const MOST_PAIRS: u64 = 10_000_000;
/// Most pairs that a result may hold.
pub const MOST_FOUND: usize = 500_000;
/// Most pairs that may remain to be decided: those that nearly reach the threshold are among them.
const MOST_REMAIN: usize = 2 * MOST_FOUND;
/// Minutes for which a result is kept.
pub const KEPT_MINUTES: u64 = 60;

/// Why rosters were not taken.
pub enum NotTaken {
    /// The model cannot be used.
    Model(ModelFaults),
    /// What is wrong with the left roster, or with the right one.
    Rosters([Option<RosterFault>; 2]),
    /// There is no room.
    Busy(Busy),
    /// The entry could not be made, or something failed.
    Inside(VerificationError),
}

/// Runs of this process.
#[derive(Clone)]
pub struct Rosters(Arc<Inner>);

struct Inner {
    verifier: Verifier,
    clock: Clock,
    runs: Mutex<Vec<Arc<Run>>>,
    turn: Semaphore,
    under_way: UnderWay,
    /// Held from where room is found until it is taken.
    beginning: tokio::sync::Mutex<()>,
}

impl Rosters {
    /// Without any run.
    #[must_use]
    pub fn new(verifier: Verifier, clock: Clock) -> Self {
        let (runs, turn, under_way) = (Mutex::default(), Semaphore::new(1), UnderWay::default());
        Self(Arc::new(Inner { verifier, clock, runs, turn, under_way, beginning: tokio::sync::Mutex::default() }))
    }

    /// Room for rosters that are about to be sent.
    ///
    /// # Errors
    /// Why there is none.
    pub fn place(&self, caller: &Caller) -> Result<Place, Busy> {
        let owner = Owner::of(caller);
        let place = self.0.under_way.place(owner.clone())?;
        giving_way(&self.runs(), &owner, 0)?;
        Ok(place)
    }

    /// Reads what was sent, enters it in the log and has it matched; gives the run.
    ///
    /// # Errors
    /// [`NotTaken`]; that files were at fault is entered too.
    pub async fn begin(&self, caller: &Caller, sent: Sent, place: Place) -> Result<Uuid, NotTaken> {
        let inner = &self.0;
        let read = tokio::task::spawn_blocking(|| Given::read(sent)).await;
        let given = match read.map_err(|_| NotTaken::Inside(VerificationError::Panicked))? {
            Ok(given) => given,
            Err(faulty) => {
                inner.verifier.refuse(caller, "invalid").await.map_err(NotTaken::Inside)?;
                return Err(faulty);
            }
        };
        let rows = given.rows().iter().sum();
        let beginning = inner.beginning.lock().await;
        let going = giving_way(&self.runs(), &Owner::of(caller), rows).map_err(NotTaken::Busy)?;
        inner.verifier.enter_linking(caller, rows as u64, &given.said).await.map_err(NotTaken::Inside)?;
        let (run, given) = Run::of(caller, inner.clock.now(), given);
        let run = Arc::new(run);
        {
            let mut runs = self.runs();
            runs.retain(|run| !going.contains(&run.id));
            runs.push(Arc::clone(&run));
        }
        drop(beginning);
        let (own, id) = (self.clone(), run.id);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(60 * KEPT_MINUTES)).await;
            drop(own.runs());
        });
        let own = self.clone();
        tokio::spawn(async move { own.work(run, given, place).await });
        Ok(id)
    }

    /// Matches when it is the run's turn.
    async fn work(&self, run: Arc<Run>, given: run::Rows, place: Place) {
        if let Ok(turn) = self.0.turn.acquire().await {
            let working = Arc::clone(&run);
            let ended = tokio::task::spawn_blocking(move || working.work(given)).await;
            // whoever sees that it has ended may send the next one
            drop((turn, place));
            run.end(ended.unwrap_or(Ended::Failed));
        }
    }

    /// A run of this caller, whatever became of it.
    #[must_use]
    pub fn get(&self, caller: &Caller, id: &str) -> Option<Arc<Run>> {
        let id = Uuid::parse_str(id).ok()?;
        self.runs().iter().find(|run| run.id == id && run.is_of(caller)).cloned()
    }

    /// Whether a run of this caller is kept.
    #[must_use]
    pub fn has(&self, caller: &Caller, id: Uuid) -> bool {
        self.runs().iter().any(|run| run.id == id && run.is_of(caller))
    }

    /// Every run of this caller, the newest first.
    #[must_use]
    pub fn of(&self, caller: &Caller) -> Vec<Arc<Run>> {
        self.runs().iter().rev().filter(|run| run.is_of(caller)).cloned().collect()
    }

    /// Enters that a result is about to leave as a file.
    ///
    /// # Errors
    /// The log cannot be written.
    pub async fn enter_file(&self, caller: &Caller, run: &Run) -> Result<(), VerificationError> {
        self.0.verifier.enter_linked_file(caller, &run.said).await.map(drop)
    }

    /// Forgets a run of this caller; one that goes on is stopped.
    pub fn delete(&self, caller: &Caller, id: Uuid) {
        self.forget(|run| run.id == id && run.is_of(caller));
    }

    /// Forgets all runs of somebody who signs out.
    pub fn forget_all(&self, caller: &Caller) {
        self.forget(|run| run.is_of(caller));
    }

    fn forget(&self, which: impl Fn(&Run) -> bool) {
        stop(&mut self.runs(), which);
    }

    /// Runs whose hour is not over.
    fn runs(&self) -> MutexGuard<'_, Vec<Arc<Run>>> {
        let now = self.0.clock.now();
        let mut runs = self.0.runs.lock().unwrap_or_else(PoisonError::into_inner);
        stop(&mut runs, |run| now >= run.over());
        runs
    }
}

/// Takes out runs; those that go on are stopped.
fn stop(runs: &mut Vec<Arc<Run>>, which: impl Fn(&Run) -> bool) {
    for run in runs.extract_if(.., |run| which(run)) {
        run.stop();
    }
}
