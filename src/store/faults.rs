//! Faults for tests, in pairs: failed and not durable; failed *but* durable. A storage error never says which.
//!
//! Whole transactions fail by [`Fault`]; single steps (a statement of the writing connection, a move on a file) by their number, so that a
//! test goes through all there are without a list that somebody would have to keep.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::StoreError;
use super::db::Tx;

/// A fault to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The transaction cannot begin.
    Begin,
    /// The commit fails and nothing is durable.
    Lost,
    /// The commit fails for the caller, yet everything is durable.
    Durable,
}

/// The faults ahead.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Ahead>);

#[derive(Default)]
struct Ahead {
    transactions: Vec<Fault>,
    /// Steps before the one that fails, and whether it is done nevertheless.
    step: Option<(usize, bool)>,
    /// The step that failed.
    failed: Option<String>,
}

/// A step that is being done.
#[must_use = "what fails after it was done fails here"]
pub(crate) struct Step {
    fails: bool,
}

impl Step {
    pub(crate) fn after(self) -> Result<(), StoreError> {
        if self.fails { Err(StoreError::Database(broken())) } else { Ok(()) }
    }
}

impl Faults {
    pub(crate) fn plan(&self, faults: &[Fault]) {
        self.ahead().transactions = faults.iter().rev().copied().collect();
    }

    /// Lets the step that comes after so many others fail, done or not.
    pub(crate) fn fail_step(&self, after: usize, done: bool) {
        let mut ahead = self.ahead();
        (ahead.step, ahead.failed) = (Some((after, done)), None);
    }

    /// Which step failed since; nothing fails any more.
    pub(crate) fn failed_step(&self) -> Option<String> {
        let mut ahead = self.ahead();
        ahead.step = None;
        ahead.failed.take()
    }

    /// Begins a step: the error is that of one that was not done.
    pub(crate) fn step(faults: Option<&Arc<Self>>, what: &str) -> Result<Step, StoreError> {
        let fails = faults.and_then(|faults| faults.comes(what));
        if fails == Some(false) { Err(StoreError::Database(broken())) } else { Ok(Step { fails: fails.is_some() }) }
    }

    /// Does a step of files.
    pub(crate) fn of_files<T>(&self, what: &str, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let fails = self.comes(what);
        if fails == Some(false) {
            return Err(io::Error::other("the disk said no"));
        }
        let done = act()?;
        if fails.is_some() { Err(io::Error::other("the disk said no, too late")) } else { Ok(done) }
    }

    /// Whether this step fails, and whether it is done nevertheless.
    fn comes(&self, what: &str) -> Option<bool> {
        let mut ahead = self.ahead();
        let (left, done) = ahead.step?;
        ahead.step = left.checked_sub(1).map(|left| (left, done));
        if left > 0 {
            return None;
        }
        let first_words: Vec<&str> = what.split_whitespace().take(4).collect();
        ahead.failed = Some(first_words.join(" "));
        Some(done)
    }

    fn take(&self, wanted: impl Fn(Fault) -> bool) -> Option<Fault> {
        self.ahead().transactions.pop_if(|next| wanted(*next))
    }

    pub(super) fn at_begin(&self) -> Result<(), StoreError> {
        match self.take(|next| next == Fault::Begin) {
            Some(_) => Err(StoreError::Database(broken())),
            None => Ok(()),
        }
    }

    pub(super) async fn at_commit(&self, tx: Tx) -> Result<Tx, StoreError> {
        let planned = self.take(|next| next != Fault::Begin);
        let step = self.comes("COMMIT").map(|done| if done { Fault::Durable } else { Fault::Lost });
        match planned.or(step) {
            None | Some(Fault::Begin) => Ok(tx),
            Some(Fault::Lost) => {
                tx.rollback().await?;
                Err(StoreError::CommitFailed(broken()))
            }
            Some(Fault::Durable) => {
                tx.commit().await?;
                Err(StoreError::CommitFailed(broken()))
            }
        }
    }

    fn ahead(&self) -> MutexGuard<'_, Ahead> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn broken() -> Arc<sqlx::Error> {
    Arc::new(sqlx::Error::Io(io::Error::other("the disk said no")))
}
