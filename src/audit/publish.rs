//! Publication of checkpoints: a file outside the database, replaced whole, and a table; each only ever grows.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::MissedTickBehavior;

use super::AuditError;
use super::known::{Known, Reach};
use super::log::Clock;
use super::note::Checkpoint;
use super::tree::root_at;
use crate::store::{PublishedCheckpoint, Store, StoreError};

/// The file's name in the data directory.
const FILE: &str = "checkpoint";

/// Where the last published checkpoint stands.
#[derive(Debug)]
pub(super) struct Publication {
    path: PathBuf,
    /// One publication at a time in this process.
    turn: tokio::sync::Mutex<()>,
    /// How far the log has come; of a publication that is only read, nothing.
    known: Arc<Known>,
    files: Files,
}

/// What names the gap after a restore: the checkpoint that was published last, a zero byte, and why the log goes on.
#[must_use]
pub fn restore_gap(published: &str, reason: &str) -> Vec<u8> {
    [published.as_bytes(), &[0], reason.as_bytes()].concat()
}

impl Publication {
    pub(super) fn at(store: &Store, path: Option<PathBuf>) -> Self {
        Self {
            path: path.unwrap_or_else(|| store.path().join(FILE)),
            turn: tokio::sync::Mutex::default(),
            known: Arc::default(),
            files: Files::of(store),
        }
    }

    /// How far this process knows the log to have come.
    pub(super) fn known(&self) -> &Arc<Known> {
        &self.known
    }

    /// The signed note in the file, which must be there once anything was published. A process that is new among those that share a
    /// database has none yet: it goes by the table.
    pub(super) async fn must_read(&self, store: &Store) -> Result<Option<String>, AuditError> {
        let (in_file, in_table) = (self.read().await?, store.last_checkpoint().await?);
        match (&in_file, in_table) {
            (None, Some(last)) if store.is_shared() => {
                let (path, size) = (self.path.display(), last.size);
                tracing::warn!(%path, size, "this replica has no checkpoint of its own: it begins with the published one");
                Ok(Some(last.note))
            }
            (None, Some(last)) => Err(AuditError::PublicationMissing { path: self.path.clone(), size: last.size }),
            _ => Ok(in_file),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The signed note in the file, if there is one.
    pub(super) async fn read(&self) -> Result<Option<String>, AuditError> {
        match tokio::fs::read_to_string(&self.path).await {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The same, in turn with others that share the database: whoever comes first within half of `every` publishes for all, the others
    /// take what is published into their own files.
    pub(super) async fn publish_in_turn(
        &self,
        store: &Store,
        now: Timestamp,
        every: Duration,
    ) -> Result<u64, AuditError> {
        if store.is_shared()
            && let Some(last) = store.last_checkpoint().await?
            && Duration::try_from(now.duration_since(last.published_at)).is_ok_and(|age| age < every / 2)
        {
            let _turn = self.turn.lock().await;
            self.follow(store, &last).await?;
            return Ok(last.size);
        }
        self.publish(store, now).await
    }

    /// Publishes the head's checkpoint unless a later one is published. Returns the size published last. Refuses a log that does not begin
    /// with what is known of it: the file that proves what was there stays.
    ///
    /// The file comes first: should the process die between the two, the table is behind the file, which the next start mends.
    pub(super) async fn publish(&self, store: &Store, now: Timestamp) -> Result<u64, AuditError> {
        let _turn = self.turn.lock().await;
        let head = self.known.must_be_in(store).await?;
        let reach = Reach::of(&head);
        let Some(note) = head.checkpoint else { return Ok(0) };
        let last = store.last_checkpoint().await?;
        let expected = last.as_ref().map(|last| last.size);
        if let Some(last) = last.filter(|last| last.size >= head.size) {
            if store.is_shared() {
                self.follow(store, &last).await?;
            }
            return Ok(last.size);
        }
        self.known.reach(reach);
        self.write(&note).await?;
        let checkpoint = PublishedCheckpoint { size: head.size, root: head.root, note, published_at: now };
        match store.publish_checkpoint(expected, checkpoint).await {
            // Another publisher was faster: what is published stays.
            Ok(()) | Err(StoreError::CheckpointMoved { .. }) => Ok(head.size),
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces what is published by the head's checkpoint, larger or not: only for a log resumed after a restore.
    pub(super) async fn replace(&self, store: &Store) -> Result<(), AuditError> {
        let _turn = self.turn.lock().await;
        match store.log_head().await?.checkpoint {
            Some(note) => self.write(&note).await,
            None => Ok(()),
        }
    }

    /// What names the gap after a restore.
    pub(super) async fn gap(&self, reason: &str) -> Result<Vec<u8>, AuditError> {
        Ok(restore_gap(&self.read().await?.unwrap_or_default(), reason))
    }

    /// Takes what another process published into this one's file, which only ever grows, and only with a log that begins with what is known.
    async fn follow(&self, store: &Store, last: &PublishedCheckpoint) -> Result<(), AuditError> {
        self.known.must_be_in(store).await?;
        let reach = Reach { size: last.size, root: last.root };
        if last.size > self.known.get().size {
            reach.must_be(root_at(store, last.size).await?)?;
            self.known.reach(reach);
        }
        let in_file = self.read().await?.and_then(|note| Checkpoint::read_unverified(&note).ok());
        if in_file.is_some_and(|checkpoint| checkpoint.size >= last.size) {
            return Ok(());
        }
        self.write(&last.note).await
    }

    async fn write(&self, note: &str) -> Result<(), AuditError> {
        let (path, note, files) = (self.path.clone(), note.to_owned(), self.files.clone());
        let written = tokio::task::spawn_blocking(move || files.replace(&path, note.as_bytes())).await;
        written.unwrap_or_else(|_| Err(io::Error::other("the task was stopped"))).map_err(|error| self.failed(error))
    }

    fn failed(&self, cause: io::Error) -> AuditError {
        AuditError::File { path: self.path.clone(), cause: Arc::new(cause) }
    }
}

/// The last published checkpoint in `file` (of none: in the data directory), to hold a log against.
///
/// # Errors
/// [`AuditError::PublicationMissing`] when it is gone although the store knows of one; else the file or the store failed.
pub async fn published_checkpoint(store: &Store, file: Option<PathBuf>) -> Result<Option<String>, AuditError> {
    Publication::at(store, file).must_read(store).await
}

/// Publishes from time to time.
pub(super) struct Publisher {
    pub(super) publication: Arc<Publication>,
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) every: Duration,
    /// Why nothing can be appended any more.
    pub(super) stopped: Arc<OnceLock<Arc<str>>>,
}

impl Publisher {
    /// Until it is stopped. A log that was put back beneath this process is appended to no more, whether or not anything is to be appended.
    pub(super) async fn run(self) {
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + self.every, self.every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            // a disk that fills up while nobody calls lets its reserve go as well
            let _full = self.store.must_have_room().await;
            match self.publication.publish_in_turn(&self.store, (self.clock)(), self.every).await {
                Ok(_) => {}
                Err(AuditError::Store(StoreError::ReadOnly)) => break,
                Err(error @ (AuditError::WentBack { .. } | AuditError::Forked { .. })) => {
                    tracing::error!(%error, "the audit log was put back beneath this process: it is stopped");
                    self.stopped.get_or_init(|| error.to_string().into());
                    break;
                }
                Err(error) => {
                    metrics::counter!("hedui_audit_publication_failures_total").increment(1);
                    tracing::error!(%error, "the checkpoint could not be published");
                }
            }
        }
    }
}

/// What is done to files, each step of which a test may have fail.
#[derive(Clone)]
struct Files {
    #[cfg(test)]
    faults: Option<Arc<crate::store::faults::Faults>>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files")
    }
}

impl Files {
    #[cfg_attr(not(test), expect(unused_variables, reason = "what fails is the store's to say, in tests"))]
    fn of(store: &Store) -> Self {
        Self {
            #[cfg(test)]
            faults: store.is_writable().then(|| Arc::clone(store.faults())),
        }
    }

    #[cfg_attr(not(test), expect(unused_variables, clippy::unused_self, reason = "the step's name is for tests"))]
    fn step<T>(&self, what: &str, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        #[cfg(test)]
        if let Some(faults) = &self.faults {
            return faults.of_files(what, act);
        }
        act()
    }

    /// Writes a file whole or not at all, durably.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        use std::io::Write as _;
        let beside = path.with_extension("new");
        let mut file = self.step("create the file", || std::fs::File::create(&beside))?;
        self.step("write the file", || file.write_all(bytes))?;
        self.step("flush the file", || file.sync_all())?;
        self.step("rename the file", || std::fs::rename(&beside, path))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        self.step("flush the folder", || std::fs::File::open(folder)?.sync_all())
    }
}
