//! Secret files: readable by their owner alone, replaced whole or not at all.
//!
//! A file that others could read may have been read: it is refused, not repaired, so that somebody decides what to do
//! about it.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyError;

/// Permission bits of a directory of secrets.
pub const DIR_MODE: u32 = 0o700;
/// Permission bits of a file of secrets.
pub const FILE_MODE: u32 = 0o600;
/// A larger file is no key file.
const MAX_SECRET_FILE_BYTES: u64 = 1 << 20;

/// Makes the directory (and its parents) with mode 0700, or checks one that exists.
///
/// # Errors
/// As [`check_dir`], and [`KeyError::Io`].
pub fn create_dir(dir: &Path) -> Result<(), KeyError> {
    DirBuilder::new().recursive(true).mode(DIR_MODE).create(dir).map_err(KeyError::io("create", dir))?;
    check_dir(dir)
}

/// Refuses a directory that is reachable by anyone but its owner.
///
/// # Errors
/// [`KeyError::TooOpen`] names the directory and the mode wanted; [`KeyError::WrongFileType`]; [`KeyError::Io`].
pub fn check_dir(dir: &Path) -> Result<(), KeyError> {
    let metadata = fs::metadata(dir).map_err(KeyError::io("read", dir))?;
    if !metadata.is_dir() {
        return Err(KeyError::WrongFileType { path: dir.to_owned(), wanted: "directory" });
    }
    check_mode(dir, metadata.permissions().mode(), DIR_MODE)
}

/// Reads a secret text file, after checking the mode of the very file that was opened. A stricter mode (0400) is fine.
///
/// # Errors
/// [`KeyError::TooOpen`] names the file and the mode wanted; [`KeyError::WrongFileType`]; [`KeyError::Io`].
pub fn read(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let io = || KeyError::io("read", path);
    let file = File::open(path).map_err(io())?;
    let metadata = file.metadata().map_err(io())?;
    if !metadata.is_file() {
        return Err(KeyError::WrongFileType { path: path.to_owned(), wanted: "regular file" });
    }
    check_mode(path, metadata.permissions().mode(), FILE_MODE)?;
    if metadata.len() > MAX_SECRET_FILE_BYTES {
        return Err(io()(std::io::ErrorKind::FileTooLarge.into()));
    }
    // Room for the whole file at once: a growing buffer would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1));
    file.take(MAX_SECRET_FILE_BYTES).read_to_string(&mut text).map_err(io())?;
    Ok(text)
}

/// Replaces a file in one step: a temporary file beside it (0600, flushed), renamed over it, the directory flushed.
/// A crash leaves the old file or the new one. Freed disk blocks may keep the old bytes; only the medium can wipe those.
///
/// # Errors
/// [`KeyError::Io`]; the old file then stands as it was.
pub fn replace(path: &Path, contents: &[u8]) -> Result<(), KeyError> {
    let temporary = temporary_beside(path)?;
    let written = write_new(&temporary, contents)
        .and_then(|()| fs::rename(&temporary, path).map_err(KeyError::io("replace", path)));
    if let Err(error) = written {
        // The first error is the one to report; a leftover is 0600 and carries a name that is never read.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(KeyError::io("flush", dir))
}

/// Writes a file that must not exist yet, mode 0600, flushed to the disk.
///
/// # Errors
/// [`KeyError::Io`], also when the file exists.
pub fn write_new(path: &Path, contents: &[u8]) -> Result<(), KeyError> {
    let io = || KeyError::io("write", path);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path).map_err(io())?;
    file.write_all(contents).and_then(|()| file.sync_all()).map_err(io())
}

/// Holds the directory's lock file until dropped: one process at a time changes the ring or reserves wraps.
#[derive(Debug)]
pub struct DirLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl DirLock {
    /// Waits for the lock.
    ///
    /// # Errors
    /// [`KeyError::Io`], also on a read-only directory.
    pub fn take(dir: &Path) -> Result<Self, KeyError> {
        let path = dir.join(".lock");
        let io = || KeyError::io("lock", &path);
        let file =
            OpenOptions::new().write(true).create(true).truncate(false).mode(FILE_MODE).open(&path).map_err(io())?;
        file.lock().map_err(io())?;
        Ok(Self(file))
    }
}

fn check_mode(path: &Path, mode: u32, wanted: u32) -> Result<(), KeyError> {
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(KeyError::TooOpen { path: path.to_owned(), found: mode & 0o7777, wanted })
}

fn temporary_beside(path: &Path) -> Result<PathBuf, KeyError> {
    let mut nonce = [0; 8];
    aws_lc_rs::rand::fill(&mut nonce).map_err(|_| KeyError::Library { doing: "draw random bytes" })?;
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", hex::encode(nonce)));
    Ok(path.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn every_bit_of_group_and_others_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        write_new(&path, b"x").unwrap();
        for bit in 0..6 {
            set_mode(&path, 0o600 | 1 << bit);
            let error = read(&path).unwrap_err();
            assert!(matches!(error, KeyError::TooOpen { wanted: 0o600, .. }));
            let message = error.to_string();
            assert!(message.contains("secret") && message.contains("chmod 0600"), "{message}");
            set_mode(dir.path(), 0o700 | 1 << bit);
            assert!(matches!(check_dir(dir.path()), Err(KeyError::TooOpen { wanted: 0o700, .. })));
            set_mode(dir.path(), 0o700);
        }
        for fine in [0o600, 0o400] {
            set_mode(&path, fine);
            assert_eq!(read(&path).unwrap().as_str(), "x");
        }
    }

    #[test]
    fn replace_keeps_the_mode_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ring");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(read(&path).unwrap().as_str(), "two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_replacement_keeps_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("taken");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("inside"), b"x").unwrap();
        assert!(matches!(replace(&path, b"two"), Err(KeyError::Io { doing: "replace", .. })));
        assert!(path.join("inside").exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn new_directories_are_private() {
        let dir = tempfile::tempdir().unwrap();
        let made = dir.path().join("a/b");
        create_dir(&made).unwrap();
        assert_eq!(fs::metadata(&made).unwrap().permissions().mode() & 0o7777, 0o700);
        assert!(matches!(read(&made), Err(KeyError::WrongFileType { .. })));
    }
}
