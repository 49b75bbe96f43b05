//! A department's credential.

use secrecy::SecretString;

use crate::secret_place::{SecretFault, SecretPlace};

/// A credential. Debug shows its place, never the value.
#[derive(Clone, Debug)]
pub enum Secret {
    /// In a place that settings name.
    In(SecretPlace),
    /// Handed over by the program itself.
    Given(SecretString),
}

impl Secret {
    /// Reads the credential.
    ///
    /// # Errors
    /// When it is not there.
    pub fn resolve(&self) -> Result<SecretString, SecretFault> {
        match self {
            Self::Given(secret) => Ok(secret.clone()),
            Self::In(place) => place.read(),
        }
    }
}
