//! Key encryption keys: what wraps the data key of each document. The default provider keeps them in the ring file; another
//! (a hardware module, a key service) takes its place behind [`KekProvider`].

mod file;

use serde::{Deserialize, Serialize};

use super::{KeyError, SecretKey};

pub(super) use file::{FileKeks, Kek};

/// Names a key encryption key, within one ring and across rings. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KekId(pub String);

impl KekId {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for KekId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// The life of a key encryption key, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KekState {
    /// Unwraps, and is the next to be active: made before, so that every process of the service knows it by then. At most one.
    Prepared,
    /// Wraps new data keys and unwraps. Exactly one in a ring.
    Active,
    /// Unwraps only.
    DecryptOnly,
    /// Gone: nothing it wrapped can be opened, on no backup either once no copy of the ring holds it.
    Destroyed,
}

impl KekState {
    /// The word used in the ring file and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Active => "active",
            Self::DecryptOnly => "decrypt_only",
            Self::Destroyed => "destroyed",
        }
    }
}

impl std::fmt::Display for KekState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Wraps and unwraps data keys under key encryption keys that never leave the provider.
///
/// Contract:
/// - Calls may come from many threads at once and may block (a networked provider is called from a blocking thread).
/// - `wrap` chooses the active key itself, so that a rotation between two calls cannot split one wrap over two keys.
/// - What `wrap` returned, `unwrap` opens for as long as the key is not destroyed, also in another process and after a restart.
/// - A key's id is its own for ever and no other provider's: `unwrap` answers [`KeyError::UnknownKek`], and nothing else, for one it never had.
/// - `keys` names every key it has or had, exactly one of them active. Data keys under a decrypt-only one are wrapped anew in the background;
///   those under an active or a prepared one are left alone.
/// - It counts its wraps per key and refuses with [`KeyError::WrapBound`] rather than exceed its bound, also across restarts.
/// - A key that changes its state is entered in the audit log by whoever changes it; the ring enters those of its own file.
pub trait KekProvider: Send + Sync + std::fmt::Debug {
    /// Wraps a data key under the active key encryption key.
    ///
    /// # Errors
    /// [`KeyError::WrapBound`], [`KeyError::Io`] when the count cannot be kept, [`KeyError::Library`].
    fn wrap(&self, data_key: &SecretKey) -> Result<(KekId, Vec<u8>), KeyError>;

    /// Unwraps a data key. `Ok(None)` when the bytes are not a key wrapped under this key encryption key.
    ///
    /// # Errors
    /// [`KeyError::UnknownKek`], [`KeyError::DestroyedKek`].
    fn unwrap(&self, kek: &KekId, wrapped: &[u8]) -> Result<Option<SecretKey>, KeyError>;

    /// Its keys and where each stands.
    fn keys(&self) -> Vec<(KekId, KekState)>;
}
