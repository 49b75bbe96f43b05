//! Where a secret is: in an environment variable, in a file that its owner alone reads, or among the credentials that systemd hands the
//! service (`LoadCredential=`). It is never written down in settings.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::reader::{Origin, Reading, Section};

/// Where systemd says that the service's credentials are.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// How a place is written.
pub(super) const ADVICE: &str =
    "{ env = \"VARIABLE\" }, { file = \"path\" } or { credential = \"name\" }, never the secret itself";
/// A larger file is no secret.
const LARGEST: u64 = 1 << 20;

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// In an environment variable.
    Env(String),
    /// In a file.
    File(PathBuf),
    /// A credential of this name.
    Credential(String),
}

/// Why a secret cannot be used. Says where it is looked for, never what was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    /// The variable is not set, or empty.
    #[error("environment variable {0} is not set: set it to the secret")]
    NoVariable(String),
    /// The file cannot be read, or is empty.
    #[error("secret file {} cannot be read: {reason}", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// Others than its owner may have read it.
    #[error("secret file {} may be read or changed by others (mode {mode:04o}): chmod 0600, and consider the secret known", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Not under systemd.
    #[error("credential {0} is not there: the service was started without {CREDENTIALS} (systemd, LoadCredential=)")]
    NoCredentials(String),
    /// It can be guessed.
    #[error("the secret is shorter than {0} characters: make one with `openssl rand -hex 32`")]
    TooShort(usize),
}

impl SecretPlace {
    /// Reads the secret, without white space around it.
    ///
    /// # Errors
    /// It is not there, or others may have read it.
    pub fn read(&self) -> Result<SecretString, SecretFault> {
        let found = match self {
            Self::Env(name) => std::env::var(name).unwrap_or_default().into(),
            Self::File(_) | Self::Credential(_) => SecretString::from(self.in_file()?),
        };
        let secret = secrecy::ExposeSecret::expose_secret(&found).trim();
        match self {
            _ if !secret.is_empty() => Ok(secret.into()),
            Self::Env(name) => Err(SecretFault::NoVariable(name.clone())),
            _ => Err(SecretFault::NoFile { path: self.path()?.unwrap_or_default(), reason: "it is empty".to_owned() }),
        }
    }

    /// The file it is in; none for a variable.
    ///
    /// # Errors
    /// A credential where there are none.
    pub fn path(&self) -> Result<Option<PathBuf>, SecretFault> {
        match self {
            Self::Env(_) => Ok(None),
            Self::File(path) => Ok(Some(path.clone())),
            Self::Credential(name) => {
                let folder = std::env::var_os(CREDENTIALS).ok_or_else(|| SecretFault::NoCredentials(name.clone()))?;
                Ok(Some(PathBuf::from(folder).join(name)))
            }
        }
    }

    fn in_file(&self) -> Result<String, SecretFault> {
        let path = self.path()?.unwrap_or_default();
        let fault = |error: std::io::Error| SecretFault::NoFile { path: path.clone(), reason: error.to_string() };
        // The mode is that of the very file that was opened.
        let file = std::fs::File::open(&path).map_err(fault)?;
        let mode = file.metadata().map_err(fault)?.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 && !is_credential(&path) {
            return Err(SecretFault::TooOpen { path, mode });
        }
        let mut text = String::new();
        file.take(LARGEST).read_to_string(&mut text).map_err(fault)?;
        Ok(text)
    }
}

/// Whether systemd guards the file: its folder opens for the service alone, whatever the modes of the files in it.
fn is_credential(path: &Path) -> bool {
    std::env::var_os(CREDENTIALS).is_some_and(|folder| !folder.is_empty() && path.starts_with(folder))
}

/// Reads `{ env = … }`, `{ file = … }` or `{ credential = … }` under `key`; none, with a fault, where it names no place or several.
pub(super) fn read(
    parent: &mut Section<'_>,
    key: &'static str,
    base: &Path,
    reading: &mut Reading<'_>,
) -> Option<(SecretPlace, Origin)> {
    let path = parent.path(key);
    let (mut places, origin) = named(parent, key, base, reading);
    if places.len() != 1 {
        reading.problem(&origin, &path, "must be in one place", Some(ADVICE.into()));
        return None;
    }
    places.pop()
}

/// Every place that is named under `key`, and where the table stands, or would stand.
pub(super) fn named(
    parent: &mut Section<'_>,
    key: &'static str,
    base: &Path,
    reading: &mut Reading<'_>,
) -> (Vec<(SecretPlace, Origin)>, Origin) {
    let (path, whole) = (parent.path(key), parent.origin().clone());
    let mut section = parent.table(key, reading);
    let mut places = Vec::new();
    if let Some(name) = section.text("env", reading) {
        places.push((SecretPlace::Env(name.value), name.origin));
    }
    if let Some(name) = section.text("file", reading) {
        places.push((SecretPlace::File(base.join(name.value)), name.origin));
    }
    if let Some(name) = section.text("credential", reading) {
        if name.value.is_empty() || name.value.contains('/') || name.value.starts_with('.') {
            let advice = "LoadCredential=name:/path in the service's unit, and the name here";
            let message = "is no name of a credential";
            reading.problem(&name.origin, &section.path("credential"), message, Some(advice.into()));
        }
        places.push((SecretPlace::Credential(name.value), name.origin));
    }
    let left_out = section.origin() == Section::absent(&path).origin();
    let origin = if left_out { whole } else { section.origin().clone() };
    section.finish(reading);
    (places, origin)
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_file_that_others_may_read_is_refused_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, " word\n").unwrap();
        let place = SecretPlace::File(path.clone());
        for bit in 0..6 {
            set_permissions(&path, Permissions::from_mode(0o600 | 1 << bit)).unwrap();
            let fault = place.read().unwrap_err();
            assert!(matches!(fault, SecretFault::TooOpen { .. }));
            let said = fault.to_string();
            assert!(said.contains("chmod 0600") && said.contains("secret") && !said.contains("word"), "{said}");
        }
        for mode in [0o600, 0o400] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(place.read().unwrap().expose_secret(), "word");
        }
        std::fs::write(&path, "").unwrap_or_default();
        let missing = SecretPlace::File(folder.path().join("none"));
        assert!(matches!(missing.read(), Err(SecretFault::NoFile { .. })));
    }

    #[test]
    fn a_credential_is_looked_for_where_systemd_says() {
        // The variable is the process's: a test may not set it. Nothing sets it here.
        assert_eq!(
            SecretPlace::Credential("tls_key".into()).read().unwrap_err(),
            SecretFault::NoCredentials("tls_key".into())
        );
    }
}
