//! Where a secret is: in an environment variable, in a file that its owner alone reads, or among the credentials that systemd hands the
//! service (`LoadCredential=`). It is never written down in settings. Departments' credentials and the service's own secrets are read here.

use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

/// Where systemd says that the service's credentials are.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
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
        let secret = found.expose_secret().trim();
        match self {
            _ if !secret.is_empty() => Ok(secret.into()),
            Self::Env(name) => Err(SecretFault::NoVariable(name.clone())),
            _ => Err(SecretFault::NoFile { path: self.path()?.unwrap_or_default(), reason: "it is empty".to_owned() }),
        }
    }

    /// Reads one that cannot be guessed.
    ///
    /// # Errors
    /// As [`SecretPlace::read`]; it is shorter than so many characters.
    pub fn read_long(&self, least: usize) -> Result<SecretString, SecretFault> {
        let secret = self.read()?;
        let long = secret.expose_secret().chars().count() >= least;
        if long { Ok(secret) } else { Err(SecretFault::TooShort(least)) }
    }

    /// Whether systemd may hand over a credential of this name: it is one file of its folder.
    #[must_use]
    pub fn is_credential_name(name: &str) -> bool {
        !name.is_empty() && !name.contains('/') && !name.starts_with('.')
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

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};

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

    #[test]
    fn a_credential_is_one_file_of_the_folder_that_systemd_hands_over() {
        for (name, good) in [("tls_key", true), ("a.b", true), ("", false), (".", false), ("..", false), ("a/b", false)]
        {
            assert_eq!(SecretPlace::is_credential_name(name), good, "{name}");
        }
    }
}
