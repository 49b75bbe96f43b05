//! Room on the disk. A file of a set size lies beside the database and holds nothing: while it is there as much can be written when the disk is
//! full otherwise. When less than its size is free nothing new is begun, and the file goes, so that what was accepted can end and
//! whatever is read can be entered in the log. It is made again, and work begins again, once 2.25 times its size is free.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use rustix::io::{Errno, retry_on_intr};
use tokio::sync::Mutex;

use super::StoreError;

/// The file's name.
const RESERVE: &str = "reserve";

/// The room that is kept free.
pub(in crate::store) struct Room(Arc<Mutex<Look>>);

/// One look at a time: nobody looks while the file is made.
struct Look {
    directory: PathBuf,
    /// Bytes of the file.
    reserve: u64,
    /// Whether new work may begin, as of the last look.
    ample: bool,
}

impl Room {
    /// Keeps `reserve` bytes in a directory, where there is room for them; none are kept of 0.
    ///
    /// # Errors
    /// [`StoreError::Directory`]: the file cannot be made, and not for want of room.
    pub(in crate::store) async fn keep(directory: &Path, reserve: u64) -> Result<Option<Self>, StoreError> {
        let look = Look { directory: directory.to_owned(), reserve, ample: true };
        if reserve == 0 {
            let _gone = tokio::fs::remove_file(look.file()).await;
            return Ok(None);
        }
        let room = Self(Arc::new(Mutex::new(look)));
        match room.must_be_ample().await {
            Err(error @ StoreError::NoRoom { .. }) => tracing::warn!(%error, "the disk is too full to begin anything"),
            looked => looked?,
        }
        Ok(Some(room))
    }

    /// Looks how much is free, and lets the reserve go or makes it again; on a thread that may wait for the disk, and to its end whether or
    /// not the caller waits.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`]: nothing new may begin; [`StoreError::Directory`]: what was let go cannot be made again.
    pub(in crate::store) async fn must_be_ample(&self) -> Result<(), StoreError> {
        let mut look = Arc::clone(&self.0).lock_owned().await;
        let looked = tokio::task::spawn_blocking(move || look.again()).await;
        looked.unwrap_or(Err(StoreError::ReadOnly))
    }
}

impl Look {
    fn again(&mut self) -> Result<(), StoreError> {
        let length = self.file().metadata().ok().map(|file| file.len());
        let held = length == Some(self.reserve);
        // One of another size is of other settings, or was left half made: it keeps no room, it takes it.
        if length.is_some() && !held {
            let _gone = std::fs::remove_file(self.file());
        }
        // What cannot be told is no reason to stop: whatever cannot be written says so itself.
        let Ok(free) = statvfs(&self.directory).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)) else {
            return Ok(());
        };
        let looked = match held {
            true if free >= self.reserve => Ok(()),
            true => {
                let _gone = std::fs::remove_file(self.file());
                Err(self.no_room(free))
            }
            false if free >= self.wanted() => self.make().map_err(|cause| match is_want_of_room(&cause) {
                true => self.no_room(free),
                false => StoreError::Directory { path: self.file(), cause: Arc::new(cause) },
            }),
            false => Err(self.no_room(free)),
        };
        let (now, reserve) = (looked.is_ok(), self.reserve);
        if self.ample != now {
            match &looked {
                Ok(()) => tracing::info!(free, reserve, "there is room on the disk again: new work begins again"),
                Err(StoreError::NoRoom { .. }) => {
                    tracing::error!(free, reserve, "the disk is nearly full: nothing new is begun until there is room");
                }
                Err(error) => tracing::error!(%error, "no room can be kept on the disk: nothing new is begun"),
            }
        }
        self.ample = now;
        metrics::gauge!("hedui_store_room").set(if now { 1.0 } else { 0.0 });
        looked
    }

    fn no_room(&self, free: u64) -> StoreError {
        StoreError::NoRoom { free, wanted: self.wanted() }
    }

    /// What must be free before the file is made again: more than itself, so that one look does not undo the other.
    fn wanted(&self) -> u64 {
        self.reserve.saturating_mul(9) / 4
    }

    fn file(&self) -> PathBuf {
        self.directory.join(RESERVE)
    }

    /// Makes the file whole, with blocks of its own, or not at all.
    fn make(&self) -> io::Result<()> {
        let path = self.file();
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        let set_apart = retry_on_intr(|| fallocate(&file, FallocateFlags::empty(), 0, self.reserve));
        let made = match set_apart {
            Err(Errno::OPNOTSUPP) => write_zeros(&mut file, self.reserve),
            made => made.map_err(io::Error::from),
        };
        if made.is_err() {
            let _gone = std::fs::remove_file(&path);
        }
        made
    }
}

/// Whether a write failed because the disk, or this user's share of it, is full.
fn is_want_of_room(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// For file systems that set no blocks apart.
fn write_zeros(file: &mut File, mut bytes: u64) -> io::Result<()> {
    let block = [0; 1 << 16];
    while bytes > 0 {
        let next = usize::try_from(bytes).unwrap_or(block.len()).min(block.len());
        file.write_all(&block[..next])?;
        bytes -= next as u64;
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reserve_is_kept_where_there_is_room_and_let_go_where_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(RESERVE);
        let kept = Room::keep(folder.path(), 1 << 16).await.unwrap().unwrap();
        assert!(kept.must_be_ample().await.is_ok());
        assert_eq!(file.metadata().unwrap().len(), 1 << 16);
        assert!(Room::keep(folder.path(), 0).await.unwrap().is_none() && !file.exists(), "none is wanted any more");
        // more than any disk has
        let none = Room::keep(folder.path(), u64::MAX / 16).await.unwrap().unwrap();
        assert!(matches!(none.must_be_ample().await, Err(StoreError::NoRoom { .. })));
        assert!(!file.exists(), "what is there is left for what was accepted");
    }

    #[tokio::test]
    async fn a_reserve_of_another_size_takes_no_room() {
        let folder = tempfile::tempdir().unwrap();
        Room::keep(folder.path(), 1 << 16).await.unwrap();
        // larger than any disk has room for: the former one is let go all the same
        let none = Room::keep(folder.path(), u64::MAX / 16).await.unwrap().unwrap();
        assert!(!folder.path().join(RESERVE).exists());
        assert!(matches!(none.must_be_ample().await, Err(StoreError::NoRoom { .. })));
        std::fs::write(folder.path().join(RESERVE), [0; 100]).unwrap();
        Room::keep(folder.path(), 1 << 16).await.unwrap();
        assert_eq!(
            folder.path().join(RESERVE).metadata().unwrap().len(),
            1 << 16,
            "one that was half made is made anew"
        );
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_made_is_no_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Room::keep(folder.path(), 1 << 16).await.unwrap().unwrap();
        std::fs::remove_file(folder.path().join(RESERVE)).unwrap();
        std::fs::create_dir(folder.path().join(RESERVE)).unwrap();
        let is_named = |error: &StoreError| matches!(error, StoreError::Directory { path, cause } if path.ends_with(RESERVE) && cause.kind() == ErrorKind::IsADirectory);
        assert!(kept.must_be_ample().await.is_err_and(|error| is_named(&error)));
        assert!(Room::keep(folder.path(), 1 << 16).await.is_err_and(|error| is_named(&error)), "and nothing starts");
        std::fs::remove_dir(folder.path().join(RESERVE)).unwrap();
        assert!(kept.must_be_ample().await.is_ok(), "it is made again as soon as it can be");
    }

    #[test]
    fn only_a_full_disk_or_a_quota_that_is_used_up_is_want_of_room() {
        let wants = |errno: Errno| is_want_of_room(&errno.into());
        assert!([Errno::NOSPC, Errno::DQUOT].into_iter().all(wants));
        assert!(![Errno::IO, Errno::FBIG, Errno::ROFS, Errno::ACCESS, Errno::NODEV].into_iter().any(wants));
    }

    #[test]
    fn where_no_blocks_are_set_apart_zeros_stand() {
        let mut file = tempfile::tempfile().unwrap();
        write_zeros(&mut file, 100_000).unwrap();
        assert_eq!(file.metadata().unwrap().len(), 100_000);
    }

    #[tokio::test]
    async fn a_look_ends_though_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Room::keep(folder.path(), 1 << 16).await.unwrap().unwrap();
        std::fs::remove_file(folder.path().join(RESERVE)).unwrap();
        // begun, and left
        let _left = futures_util::FutureExt::now_or_never(kept.must_be_ample());
        // whoever looks next waits for it
        drop(kept.0.lock().await);
        assert!(folder.path().join(RESERVE).exists());
    }
}
