//! The data directory: 0700, its files 0600, one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::StoreError;

/// The database's file.
pub(in crate::store) const DATABASE: &str = "hedui.sqlite";
/// The file whose lock says that a process has the directory.
const LOCK: &str = "lock";

/// A data directory that this process has for itself until this is dropped.
pub(in crate::store) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes the directory if missing, checks that nobody else can read it, and takes its lock.
    pub(in crate::store) fn take(path: &Path) -> Result<Self, StoreError> {
        let failed = |cause: io::Error| StoreError::Directory { path: path.to_owned(), cause: Arc::new(cause) };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let mode = path.metadata().map_err(failed)?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            return Err(StoreError::Permissions { path: path.to_owned(), mode });
        }
        let lock = private_file(&path.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Makes the database's file if missing, with the mode that SQLite gives the -wal and -shm files too.
    pub(in crate::store) fn make_database(&self) -> Result<(), StoreError> {
        let failed = |cause| StoreError::Directory { path: self.path.clone(), cause: Arc::new(cause) };
        private_file(&self.path.join(DATABASE)).map_err(failed)?;
        Ok(())
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }
}

fn private_file(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    Ok(file)
}
