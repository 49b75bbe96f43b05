//! Faults for tests, in pairs: failed and not durable; failed *but* durable. A storage error never says which.

use std::sync::{Arc, Mutex, PoisonError};

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

/// The faults ahead, in order.
#[derive(Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(crate) fn plan(&self, faults: &[Fault]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = faults.iter().rev().copied().collect();
    }

    fn take(&self, wanted: impl Fn(Fault) -> bool) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_if(|next| wanted(*next))
    }

    pub(super) fn at_begin(&self) -> Result<(), StoreError> {
        match self.take(|next| next == Fault::Begin) {
            Some(_) => Err(StoreError::Database(broken())),
            None => Ok(()),
        }
    }

    pub(super) async fn at_commit(&self, tx: Tx) -> Result<Tx, StoreError> {
        match self.take(|next| next != Fault::Begin) {
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
}

fn broken() -> Arc<sqlx::Error> {
    Arc::new(sqlx::Error::Io(std::io::Error::other("the disk said no")))
}
