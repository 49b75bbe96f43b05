//! Room on the disk. A file of a set size lies beside the database and holds nothing: while it is there as much can be written when the disk is
//! full otherwise. When less than its size is free nothing new is begun, and the file goes, so that what was accepted can end and
//! whatever is read can be entered in the log. It is made again, and work begins again, once 2.25 times its size is free.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use super::StoreError;

/// The file's name.
const RESERVE: &str = "reserve";

/// The room that is kept free.
pub(in crate::store) struct Room {
    directory: PathBuf,
    /// Bytes of the file; 0: none is kept.
    reserve: u64,
    /// Whether new work may begin, as of the last look.
    ample: Mutex<bool>,
}

impl Room {
    /// Keeps `reserve` bytes in a directory, where there is room for them.
    pub(in crate::store) fn keep(directory: &Path, reserve: u64) -> Self {
        let room = Self { directory: directory.to_owned(), reserve, ample: Mutex::new(true) };
        if reserve == 0 {
            let _gone = std::fs::remove_file(room.file());
        } else if let Err(error) = room.must_be_ample() {
            tracing::warn!(%error, "the disk is too full to begin anything");
        }
        room
    }

    /// Looks how much is free, and lets the reserve go or makes it again.
    ///
    /// # Errors
    /// [`StoreError::NoRoom`]: nothing new may begin.
    pub(in crate::store) fn must_be_ample(&self) -> Result<(), StoreError> {
        if self.reserve == 0 {
            return Ok(());
        }
        let mut ample = self.ample.lock().unwrap_or_else(PoisonError::into_inner);
        let held = self.file().metadata().is_ok_and(|file| file.len() == self.reserve);
        // What cannot be told is no reason to stop: whatever cannot be written says so itself.
        let Ok(free) = statvfs(&self.directory).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)) else {
            return Ok(());
        };
        let now = match held {
            true => free >= self.reserve,
            false => free >= self.wanted() && self.make().is_ok(),
        };
        if held && !now {
            let _gone = std::fs::remove_file(self.file());
        }
        if *ample != now {
            let reserve = self.reserve;
            match now {
                true => tracing::info!(free, reserve, "there is room on the disk again: new work begins again"),
                false => {
                    tracing::error!(free, reserve, "the disk is nearly full: nothing new is begun until there is room")
                }
            }
        }
        *ample = now;
        metrics::gauge!("hedui_store_room").set(if now { 1.0 } else { 0.0 });
        if now { Ok(()) } else { Err(StoreError::NoRoom { free, wanted: self.wanted() }) }
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
        let made = match fallocate(&file, FallocateFlags::empty(), 0, self.reserve) {
            Err(rustix::io::Errno::OPNOTSUPP) => write_zeros(&mut file, self.reserve),
            made => made.map_err(io::Error::from),
        };
        if made.is_err() {
            let _gone = std::fs::remove_file(&path);
        }
        made
    }
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

    #[test]
    fn a_reserve_is_kept_where_there_is_room_and_let_go_where_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(RESERVE);
        let kept = Room::keep(folder.path(), 1 << 16);
        assert!(kept.must_be_ample().is_ok());
        assert_eq!(file.metadata().unwrap().len(), 1 << 16);
        drop(Room::keep(folder.path(), 0));
        assert!(!file.exists(), "none is wanted any more");
        // more than any disk has
        let none = Room::keep(folder.path(), u64::MAX / 16);
        assert!(matches!(none.must_be_ample(), Err(StoreError::NoRoom { .. })));
        assert!(!file.exists(), "what is there is left for what was accepted");
    }
}
