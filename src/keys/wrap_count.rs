//! How often each key encryption key was used, kept across restarts without writing for every document.
//!
//! Wraps are reserved in blocks: the file `wraps.toml` says how many *may* have been made, and is raised by a block before
//! the first wrap of that block. A crash loses the rest of a block, never a count. Several processes on one ring each hold
//! their own block. The counts are no secret. A file that is missing, or older than the store, is raised to the data keys that the store holds
//! ([`WrapCounts::raise`]); those that were destroyed since are known to the file alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::file_access::{self, DirLock};
use super::{KekId, KeyError};

/// Data keys that one key encryption key may wrap. AES Key Wrap has no nonce to run out of; the bound keeps what one
/// compromised key exposes, and the chance of a collision of 128-bit blocks, small.
pub const MAX_WRAPS_PER_KEK: u64 = 1 << 32;
/// Wraps reserved at a time: one file write per so many documents.
const BLOCK: u64 = 1 << 16;

/// What this process may still use of its reservation.
#[derive(Clone, Copy, Debug, Default)]
struct Reserved {
    used: u64,
    until: u64,
}

/// The wrap counts of a key directory.
#[derive(Debug)]
pub(super) struct WrapCounts {
    path: PathBuf,
    bound: u64,
    held: Mutex<BTreeMap<KekId, Reserved>>,
}

impl WrapCounts {
    pub(super) fn in_dir(dir: &Path) -> Self {
        Self::with_bound(dir, MAX_WRAPS_PER_KEK)
    }

    fn with_bound(dir: &Path, bound: u64) -> Self {
        Self { path: dir.join("wraps.toml"), bound, held: Mutex::default() }
    }

    /// Counts one wrap under `kek`, or refuses it.
    pub(super) fn take(&self, kek: &KekId) -> Result<(), KeyError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reserved = held.get(kek).copied().unwrap_or_default();
        if reserved.used == reserved.until {
            reserved = self.reserve(kek)?;
        }
        reserved.used += 1;
        held.insert(kek.clone(), reserved);
        Ok(())
    }

    /// An upper bound of the wraps made so far, by every process.
    pub(super) fn at_most(&self, kek: &KekId) -> Result<u64, KeyError> {
        Ok(self.read()?.get(kek).copied().unwrap_or_default())
    }

    /// Raises the counts to at least these, which were found elsewhere; says which were too low.
    pub(super) fn raise(&self, found: &BTreeMap<KekId, u64>) -> Result<Vec<KekId>, KeyError> {
        let _lock = DirLock::take(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut counts = self.read()?;
        let mut raised = Vec::new();
        for (kek, found) in found {
            let count = counts.entry(kek.clone()).or_default();
            if *count < *found {
                *count = *found;
                raised.push(kek.clone());
            }
        }
        if !raised.is_empty() {
            self.write(&counts)?;
        }
        Ok(raised)
    }

    fn reserve(&self, kek: &KekId) -> Result<Reserved, KeyError> {
        let _lock = DirLock::take(self.path.parent().unwrap_or(Path::new(".")))?;
        let mut counts = self.read()?;
        let used = counts.get(kek).copied().unwrap_or_default();
        let until = used.saturating_add(BLOCK).min(self.bound);
        if used >= until {
            return Err(KeyError::WrapBound { kek: kek.clone(), bound: self.bound });
        }
        counts.insert(kek.clone(), until);
        self.write(&counts)?;
        Ok(Reserved { used, until })
    }

    fn write(&self, counts: &BTreeMap<KekId, u64>) -> Result<(), KeyError> {
        let text = toml::to_string(counts).map_err(|_| KeyError::Library { doing: "write the wrap counts" })?;
        file_access::replace(&self.path, text.as_bytes())
    }

    fn read(&self) -> Result<BTreeMap<KekId, u64>, KeyError> {
        match file_access::read(&self.path) {
            Err(KeyError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(BTreeMap::new()),
            Err(error) => Err(error),
            Ok(text) => toml::from_str(&text).map_err(|_| KeyError::RingFaults {
                path: self.path.clone(),
                faults: vec!["not a table of key id = wraps; restore it from a backup of the key directory".into()],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kek(name: &str) -> KekId {
        KekId(name.into())
    }

    #[test]
    fn one_write_for_a_block_and_never_an_undercount() {
        let dir = tempfile::tempdir().unwrap();
        let counts = WrapCounts::in_dir(dir.path());
        for _ in 0..1000 {
            counts.take(&kek("a")).unwrap();
        }
        assert_eq!(counts.at_most(&kek("a")).unwrap(), BLOCK);
        let after_restart = WrapCounts::in_dir(dir.path());
        after_restart.take(&kek("a")).unwrap();
        assert_eq!(after_restart.at_most(&kek("a")).unwrap(), 2 * BLOCK);
        counts.take(&kek("b")).unwrap();
        assert_eq!(counts.at_most(&kek("a")).unwrap(), 2 * BLOCK);
        assert_eq!(counts.at_most(&kek("b")).unwrap(), BLOCK);
    }

    #[test]
    fn the_bound_holds_across_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let counts = WrapCounts::with_bound(dir.path(), 3);
        for _ in 0..3 {
            counts.take(&kek("a")).unwrap();
        }
        for counts in [counts, WrapCounts::with_bound(dir.path(), 3)] {
            assert!(matches!(counts.take(&kek("a")), Err(KeyError::WrapBound { bound: 3, .. })));
            counts.take(&kek("other")).unwrap_or_else(|_| assert_eq!(counts.at_most(&kek("other")).unwrap(), 3));
        }
    }

    #[test]
    fn a_file_that_is_lost_or_old_is_raised_to_what_the_store_holds() {
        let dir = tempfile::tempdir().unwrap();
        let counts = WrapCounts::with_bound(dir.path(), 5);
        let found = BTreeMap::from([(kek("a"), 5), (kek("b"), 2)]);
        assert_eq!(counts.raise(&found).unwrap(), [kek("a"), kek("b")], "the file is missing");
        assert!(matches!(counts.take(&kek("a")), Err(KeyError::WrapBound { .. })), "the limit holds");
        counts.take(&kek("b")).unwrap();
        assert_eq!(counts.at_most(&kek("b")).unwrap(), 5);
        assert!(counts.raise(&found).unwrap().is_empty(), "never lowered");
        assert_eq!(counts.at_most(&kek("b")).unwrap(), 5);
    }

    #[test]
    fn a_count_that_cannot_be_kept_stops_the_wrap() {
        let dir = tempfile::tempdir().unwrap();
        let counts = WrapCounts::in_dir(&dir.path().join("missing"));
        assert!(matches!(counts.take(&kek("a")), Err(KeyError::Io { .. })));
        std::fs::write(dir.path().join("wraps.toml"), "no toml").unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(dir.path().join("wraps.toml"), mode).unwrap();
        assert!(matches!(WrapCounts::in_dir(dir.path()).take(&kek("a")), Err(KeyError::RingFaults { .. })));
    }
}
