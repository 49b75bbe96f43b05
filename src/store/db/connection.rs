//! Connections of either database, the pools they come from, and their transactions.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, Postgres};
use sqlx::sqlite::{Sqlite, SqlitePool};
use sqlx::{Database, Executor as _, Transaction};

use super::query;
use crate::store::StoreError;
#[cfg(test)]
use crate::store::faults::Faults;

/// Connections to a database.
#[derive(Clone)]
pub(in crate::store) enum Pool {
    /// To SQLite.
    Sqlite(SqlitePool),
    /// To PostgreSQL.
    Postgres(PgPool),
}

/// A connection; given back to its pool when dropped, and what its transaction did undone.
pub(in crate::store) struct Connection {
    pub(super) to: To,
    /// Whether wrapped keys were destroyed, which the write-ahead log must not keep.
    pub(in crate::store) owes_cut: bool,
    #[cfg(test)]
    pub(in crate::store) faults: Option<Arc<Faults>>,
}

/// Which database a connection is to.
pub(super) enum To {
    /// To SQLite.
    Sqlite(Held<Sqlite>),
    /// To PostgreSQL.
    Postgres(Held<Postgres>),
}

impl From<To> for Connection {
    fn from(to: To) -> Self {
        Self {
            to,
            owes_cut: false,
            #[cfg(test)]
            faults: None,
        }
    }
}

/// A connection taken from a pool.
pub(in crate::store) enum Held<D: Database> {
    /// Each statement for itself.
    Pooled(PoolConnection<D>),
    /// In a transaction.
    InTransaction(Transaction<'static, D>),
}

/// A connection in a transaction; rolled back when dropped.
pub(in crate::store) struct Tx(Connection);

impl Pool {
    /// Waits for a connection that is free.
    pub(in crate::store) async fn acquire(&self) -> Result<Connection, StoreError> {
        let to = match self {
            Self::Sqlite(pool) => To::Sqlite(Held::Pooled(pool.acquire().await?)),
            Self::Postgres(pool) => To::Postgres(Held::Pooled(pool.acquire().await?)),
        };
        Ok(to.into())
    }

    /// Begins a transaction that writes: with the write lock of SQLite; on PostgreSQL each statement sees what is committed before
    /// it, and what is read to decide is locked by the row.
    pub(in crate::store) async fn begin(&self) -> Result<Tx, StoreError> {
        let to = match self {
            Self::Sqlite(pool) => {
                let begin = || pool.begin_with("BEGIN IMMEDIATE");
                let begun = match begin().await {
                    // SQLite undoes a whole transaction by itself when the disk is full; sqlx counts it still, and begins no other on
                    // that connection.
                    Err(sqlx::Error::InvalidSavePointStatement) => {
                        pool.acquire().await?.close().await?;
                        begin().await?
                    }
                    begun => begun?,
                };
                To::Sqlite(Held::InTransaction(begun))
            }
            Self::Postgres(pool) => {
                let begin = || pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
                let begun = match begin().await {
                    // The server went away since, or another has taken its place: nothing is begun yet, so a new connection may.
                    Err(error) if is_lost(&error) => begin().await?,
                    begun => begun?,
                };
                To::Postgres(Held::InTransaction(begun))
            }
        };
        Ok(Tx(to.into()))
    }

    /// Whether several processes may be at work on the database.
    pub(in crate::store) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Begins a transaction that reads, all of it of one moment.
    pub(in crate::store) async fn still(&self) -> Result<Tx, StoreError> {
        let to = match self {
            Self::Sqlite(pool) => To::Sqlite(Held::InTransaction(pool.begin().await?)),
            Self::Postgres(pool) => {
                let begun = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
                To::Postgres(Held::InTransaction(begun))
            }
        };
        Ok(Tx(to.into()))
    }

    /// Closes every connection once it is given back.
    pub(in crate::store) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Waits until somebody closes it.
    pub(in crate::store) async fn closing(&self) {
        let (closing, is_closed) = match self {
            Self::Sqlite(pool) => (pool.close_event(), pool.is_closed()),
            Self::Postgres(pool) => (pool.close_event(), pool.is_closed()),
        };
        // sqlx looks whether it is closed, then listens: what was closed in between would be waited for for ever
        if !is_closed {
            closing.await;
        }
    }
}

/// Whether a connection broke, or the server closed it.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        // operator intervention: the server is shut down, crashed, or starts
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

impl Connection {
    /// Whether several processes may be at work on the database.
    pub(in crate::store) fn is_shared(&self) -> bool {
        matches!(self.to, To::Postgres(_))
    }

    /// Begins a part of the transaction that can be undone alone. One at a time: parts do not nest.
    pub(in crate::store) async fn begin_part(&mut self) -> Result<(), StoreError> {
        self.mark("SAVEPOINT part").await
    }

    /// Keeps what the part did.
    pub(in crate::store) async fn keep_part(&mut self) -> Result<(), StoreError> {
        self.mark("RELEASE SAVEPOINT part").await
    }

    /// Undoes what the part did.
    pub(in crate::store) async fn undo_part(&mut self) -> Result<(), StoreError> {
        self.mark("ROLLBACK TO SAVEPOINT part").await?;
        self.keep_part().await
    }

    async fn mark(&mut self, statement: &'static str) -> Result<(), StoreError> {
        match &mut self.to {
            To::Sqlite(_) => {
                query(statement).execute(self).await?;
            }
            // In one message, and not prepared: it must run where a statement before it has failed.
            To::Postgres(connection) => {
                #[cfg(test)]
                let step = Faults::step(self.faults.as_ref(), statement)?;
                connection.execute(sqlx::raw_sql(statement)).await?;
                #[cfg(test)]
                step.after()?;
            }
        }
        Ok(())
    }
}

impl Tx {
    /// Makes it durable.
    ///
    /// # Errors
    /// [`StoreError::CommitFailed`]: it may be durable or not.
    pub(in crate::store) async fn commit(self) -> Result<(), StoreError> {
        let committed = match self.0.to {
            To::Sqlite(Held::InTransaction(tx)) => tx.commit().await,
            To::Postgres(Held::InTransaction(mut tx)) => {
                // A transaction in which a statement failed answers COMMIT with a rollback and no error; it answers this with one.
                tx.execute(sqlx::raw_sql("SELECT 1")).await?;
                tx.commit().await
            }
            To::Sqlite(Held::Pooled(_)) | To::Postgres(Held::Pooled(_)) => Ok(()),
        };
        committed.map_err(|error| StoreError::CommitFailed(Arc::new(error)))
    }

    /// Undoes it.
    pub(in crate::store) async fn rollback(self) -> Result<(), sqlx::Error> {
        match self.0.to {
            To::Sqlite(Held::InTransaction(tx)) => tx.rollback().await,
            To::Postgres(Held::InTransaction(tx)) => tx.rollback().await,
            To::Sqlite(Held::Pooled(_)) | To::Postgres(Held::Pooled(_)) => Ok(()),
        }
    }
}

impl<D: Database> Deref for Held<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::InTransaction(tx) => tx,
        }
    }
}

impl<D: Database> DerefMut for Held<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        match self {
            Self::Pooled(connection) => connection,
            Self::InTransaction(tx) => tx,
        }
    }
}

impl Deref for Tx {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn whoever_waits_while_a_pool_is_closed_is_told() {
        for round in 0..100_000 {
            let pool = Pool::Sqlite(SqlitePool::connect_lazy("sqlite::memory:").unwrap());
            let closing = pool.clone();
            let closed = tokio::spawn(async move { closing.close().await });
            let told = tokio::time::timeout(Duration::from_secs(5), pool.closing()).await;
            assert!(told.is_ok(), "round {round}");
            closed.await.unwrap();
        }
    }
}
