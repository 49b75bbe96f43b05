//! Opening and closing a store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::StoreError;
use super::columns::Columns as _;
use super::db::{Connection, Pool, query};
use super::postgres::{self, Presence};
use super::sqlite::{self, Directory, Room};
use super::writer::Writer;
use crate::config::PostgresSettings;

/// A store. Cheap to clone; the data directory is let go when the last clone is dropped or [`Store::close`] returns.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    readers: Pool,
    /// Room on the disk, where that is this process's to keep.
    room: Option<Room>,
    /// None when opened for reading only.
    writer: Option<Arc<Writer>>,
    /// Among the processes that share the database.
    presence: Option<Presence>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(writer) = &self.writer {
            writer.close();
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in the data directory `path` (made with mode 0700 when missing) for this process alone, and brings its
    /// schema up to date. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process has the directory, [`StoreError::Permissions`] when others may read it,
    /// [`StoreError::NewerSchema`] when a newer program wrote it, [`StoreError::OtherSchema`] when an unreleased one did, [`StoreError::Directory`] and [`StoreError::Database`] else.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_reserving(path, 0).await
    }

    /// The same, with `reserve` bytes of the disk kept free for what was accepted: see [`Store::must_have_room`].
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_reserving(path: impl AsRef<Path>, reserve: u64) -> Result<Self, StoreError> {
        let directory = Directory::take(path.as_ref())?;
        directory.make_database()?;
        let path = directory.path().to_owned();
        // A disk that is full has room for opening once the reserve is gone.
        let room = Room::keep(&path, reserve).await?;
        let writing = Pool::Sqlite(sqlite::open_writer(&path).await?);
        let readers = Pool::Sqlite(sqlite::open_readers(&path).await?);
        let writer = Some(Writer::start(writing, directory));
        Ok(Self { inner: Arc::new(Inner { path, readers, room, writer, presence: None }) })
    }

    /// Opens the store in a PostgreSQL database, which other processes may have open too, and brings its schema up to date. `path` is a data
    /// directory of this process alone, as for [`Store::open`]: what it published last is kept there.
    ///
    /// # Errors
    /// As [`Store::open`]; [`StoreError::Server`] when the server would lose or alter what it acknowledges, [`StoreError::DatabaseUrl`].
    pub async fn open_shared(path: impl AsRef<Path>, database: &PostgresSettings) -> Result<Self, StoreError> {
        let directory = Directory::take(path.as_ref())?;
        let path = directory.path().to_owned();
        let connections = postgres::open(database).await?;
        let readers = Pool::Postgres(connections.reading);
        let presence = Some(Presence::begin(readers.clone()).await?);
        let writer = Some(Writer::start(Pool::Postgres(connections.writing), directory));
        Ok(Self { inner: Arc::new(Inner { path, readers, room: None, writer, presence }) })
    }

    /// Opens an existing store in a PostgreSQL database for reading.
    ///
    /// # Errors
    /// [`StoreError::OlderSchema`] and the other refusals of a schema; [`StoreError::Database`] when it cannot be read.
    pub async fn open_shared_read_only(
        path: impl AsRef<Path>,
        database: &PostgresSettings,
    ) -> Result<Self, StoreError> {
        let readers = Pool::Postgres(postgres::open_read_only(database).await?);
        let path = path.as_ref().to_owned();
        Ok(Self { inner: Arc::new(Inner { path, readers, room: None, writer: None, presence: None }) })
    }

    /// Opens an existing store for reading, beside a process that may be writing to it. Everything that writes fails with
    /// [`StoreError::ReadOnly`].
    ///
    /// # Errors
    /// [`StoreError::Database`] when there is no database or it cannot be read.
    pub async fn open_read_only(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let readers = Pool::Sqlite(sqlite::open_readers(&path).await?);
        Ok(Self { inner: Arc::new(Inner { path, readers, room: None, writer: None, presence: None }) })
    }

    /// Whether a directory holds a database: looking makes none.
    #[must_use]
    pub fn is_in(path: &Path) -> bool {
        path.join(sqlite::DATABASE).exists()
    }

    /// Does the work that is queued, then lets go of the database and the directory. Other clones fail from now on.
    pub async fn close(self) {
        if let Some(presence) = &self.inner.presence {
            presence.end(&self.inner.readers).await;
        }
        self.inner.readers.close().await;
        if let Some(writer) = &self.inner.writer {
            writer.close();
            writer.closed().await;
        }
    }

    /// The data directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Whether other processes may have the same store open.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.inner.readers.is_shared()
    }

    /// This process among those that share the database.
    pub(super) fn replica(&self) -> Option<uuid::Uuid> {
        self.inner.presence.as_ref().map(Presence::id)
    }

    /// Commits since the store was opened; each is one fsync, whatever it carried.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.inner.writer.as_ref().map_or(0, |writer| writer.commits())
    }

    /// The store's own id, given to it when it was made.
    ///
    /// # Errors
    /// The database failed.
    pub async fn id(&self) -> Result<uuid::Uuid, StoreError> {
        query("SELECT value FROM meta WHERE key = 'store_id'").fetch_one(self.reader()).await?.uuid("value")
    }

    /// Fails when the disk has so little room that nothing new may begin. What was accepted ends nevertheless, and reads go on: the reserve
    /// is theirs. A database server's disk is not looked at.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`]; [`StoreError::Directory`] when no room can be kept for another reason.
    pub async fn must_have_room(&self) -> Result<(), StoreError> {
        match &self.inner.room {
            Some(room) => room.must_be_ample().await,
            None => Ok(()),
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        query("SELECT 1").execute(self.reader()).await?;
        Ok(())
    }

    pub(super) fn reader(&self) -> &Pool {
        &self.inner.readers
    }

    pub(super) fn writer(&self) -> Result<&Arc<Writer>, StoreError> {
        self.inner.writer.as_ref().ok_or(StoreError::ReadOnly)
    }

    /// Does `work` in a transaction that others may share, and returns once it is durable.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, StoreError>> + Clone + Send + 'static,
    {
        self.writer()?.write(work).await
    }

    /// Pieces of work that wait for a commit.
    #[cfg(test)]
    pub(crate) fn queued(&self) -> usize {
        self.writer().expect("opened for writing").queued()
    }

    /// Fills the disk, but for so many pages of the database.
    #[cfg(test)]
    pub(crate) async fn limit_pages(&self, pages: u32) {
        self.writer().expect("opened for writing").limit_pages(pages).await;
    }

    /// Plans faults for the next commits.
    #[cfg(test)]
    pub(crate) fn plan_faults(&self, faults: &[super::faults::Fault]) {
        self.faults().plan(faults);
    }

    /// Whether it was opened for writing.
    #[cfg(test)]
    pub(crate) fn is_writable(&self) -> bool {
        self.inner.writer.is_some()
    }

    /// What may fail.
    #[cfg(test)]
    pub(crate) fn faults(&self) -> &Arc<super::faults::Faults> {
        &self.writer().expect("opened for writing").faults
    }
}
