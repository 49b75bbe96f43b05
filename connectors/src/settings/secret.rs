//! Where a credential is, and reading it.

use std::path::PathBuf;

use secrecy::SecretString;

/// A named credential. Debug shows the name, never the value.
#[derive(Clone, Debug)]
pub enum Secret {
    /// In an environment variable.
    Env(String),
    /// In a file; white space around it is not part of it.
    File(PathBuf),
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
}

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
            Self::File(path) => {
                let fault = |reason: String| SecretFault::NoFile { path: path.clone(), reason };
                let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
                if text.trim().is_empty() { Err(fault("it is empty".into())) } else { Ok(text.trim().into()) }
            }
        }
    }
}
