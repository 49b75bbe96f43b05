//! Which steps of its schema a database lacks: forward only, the same rules for both. There is no way back but a backup.
//!
//! Steps only ever add: a program that knows fewer of them goes on beside one that has applied more, and is refused when it starts again.

use sha2::{Digest as _, Sha256};

use super::StoreError;

/// The steps of a backend; the number of a step is its place, from 1. Steps that went out with a release are never edited.
pub(super) struct Steps(pub(super) &'static [&'static str]);

impl Steps {
    /// How many there are: the schema's version.
    pub(super) fn known(&self) -> i64 {
        i64::try_from(self.0.len()).expect("a handful of steps")
    }

    /// SHA-256 of all of them: a step that was edited before any release makes another schema under the same number.
    pub(super) fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(self.0.concat()))
    }

    /// What is still to be applied, given the version that the database says it has (none: it is empty) and the fingerprint that
    /// stands in it.
    ///
    /// # Errors
    /// [`StoreError::NewerSchema`]; [`StoreError::OtherSchema`] when the steps it has are not the ones known here.
    pub(super) fn missing(
        &self,
        version: Option<&str>,
        fingerprint: Option<&str>,
    ) -> Result<&'static [&'static str], StoreError> {
        let Some(version) = version else { return Ok(self.0) };
        let corrupt = |_| StoreError::Corrupt { column: "meta.schema_version" };
        let found: i64 = version.parse().map_err(corrupt)?;
        if found > self.known() {
            return Err(StoreError::NewerSchema { found, known: self.known() });
        }
        let count = usize::try_from(found).map_err(|_| StoreError::Corrupt { column: "meta.schema_version" })?;
        let (applied, missing) = self.0.split_at(count);
        let expected = hex::encode(Sha256::digest(applied.concat()));
        if fingerprint == Some(expected.as_str()) {
            Ok(missing)
        } else {
            Err(StoreError::OtherSchema { version: found })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Steps, StoreError};

    #[test]
    fn steps_are_applied_once_and_never_back() {
        let (old, new) = (Steps(&["a"]), Steps(&["a", "b"]));
        assert_eq!(old.missing(None, None).unwrap(), ["a"]);
        let stood = old.fingerprint();
        assert_eq!(old.missing(Some("1"), Some(&stood)).unwrap(), [""; 0]);
        assert_eq!(new.missing(Some("1"), Some(&stood)).unwrap(), ["b"]);
        let newer = old.missing(Some("2"), Some(&new.fingerprint()));
        assert!(matches!(newer, Err(StoreError::NewerSchema { found: 2, known: 1 })));
        let edited = Steps(&["A", "b"]);
        assert!(matches!(edited.missing(Some("1"), Some(&stood)), Err(StoreError::OtherSchema { version: 1 })));
        assert!(matches!(old.missing(Some("1"), None), Err(StoreError::OtherSchema { .. })));
        assert!(matches!(old.missing(Some("one"), Some(&stood)), Err(StoreError::Corrupt { .. })));
    }
}
