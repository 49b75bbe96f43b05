//! Where a credential is, and reading it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

/// A named credential. Debug shows the name, never the value.
#[derive(Clone, Debug)]
pub enum Secret {
    /// In an environment variable.
    Env(String),
    /// In a file that its owner alone reads; white space around it is not part of it.
    File(PathBuf),
    /// Among the credentials that systemd hands the service (`LoadCredential=`).
    Credential(String),
    /// Handed over by the program itself.
    Given(SecretString),
}

/// Why a credential is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    /// The variable is not set, or empty.
    #[error("environment variable {0} is not set: set it to the credential")]
    NoVariable(String),
    /// The file cannot be read, or is empty.
    #[error("credential file {} cannot be read: {reason}", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// Others than its owner may have read it.
    #[error("credential file {} may be read or changed by others (mode {mode:04o}): chmod 0600, and consider it known", path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Not under systemd.
    #[error("credential {0} is not there: the service was started without {CREDENTIALS} (systemd, LoadCredential=)")]
    NoCredentials(String),
}

/// Where systemd says that the service's credentials are: its folder opens for the service alone, whatever the modes of the files in it.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

impl Secret {
    /// Reads the credential.
    ///
    /// # Errors
    /// When it is not there.
    pub fn resolve(&self) -> Result<SecretString, SecretFault> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::Env(name) => match std::env::var(name) {
                Ok(value) if !value.trim().is_empty() => Ok(value.trim().into()),
                _ => Err(SecretFault::NoVariable(name.clone())),
            },
            Self::File(path) => read(path),
            Self::Credential(name) => match std::env::var_os(CREDENTIALS) {
                Some(folder) => read(&Path::new(&folder).join(name)),
                None => Err(SecretFault::NoCredentials(name.clone())),
            },
        }
    }
}

fn read(path: &Path) -> Result<SecretString, SecretFault> {
    let fault = |reason: String| SecretFault::NoFile { path: path.to_owned(), reason };
    let io = |error: std::io::Error| fault(error.to_string());
    // The mode is that of the very file that was opened.
    let file = std::fs::File::open(path).map_err(io)?;
    let mode = file.metadata().map_err(io)?.permissions().mode() & 0o7777;
    let handed = std::env::var_os(CREDENTIALS).is_some_and(|folder| !folder.is_empty() && path.starts_with(folder));
    if mode & 0o077 != 0 && !handed {
        return Err(SecretFault::TooOpen { path: path.to_owned(), mode });
    }
    let text = std::io::read_to_string(file).map_err(io)?;
    if text.trim().is_empty() { Err(fault("it is empty".into())) } else { Ok(text.trim().into()) }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions, write};

    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_file_that_others_may_read_is_refused_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        write(&path, "word\n").unwrap();
        for (mode, good) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false)] {
            set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            match Secret::File(path.clone()).resolve() {
                Ok(secret) => assert!(good && secret.expose_secret() == "word", "{mode:o}"),
                Err(fault) => {
                    let said = fault.to_string();
                    assert!(!good && said.contains("chmod 0600") && !said.contains("word"), "{said}");
                }
            }
        }
    }
}
