//! Opens a sealed report offline: decrypts, checks the signature, has the inclusion proof checked, and says by which key
//! and how each was checked. What could not be checked is said, not assumed.

use serde_json::Value;
use zeroize::Zeroizing;

use super::jose::jws::{JwsError, UnverifiedJws};
use super::jose::{RecipientPrivateKey, VerifyingKeys, decrypt};

pub use super::jose::jwe_open::{JweError, MAX_TOKEN_BYTES};

/// Where a report's attestation repeats the thumbprint of the key that signs it.
const ATTESTED_THUMBPRINT: &str = "/attestation/signing_key/jwk_thumbprint";

/// The signing keys that the reader trusts.
#[derive(Clone, Debug)]
pub enum TrustedKeys {
    /// A JWK Set obtained by another way than the report. Only these keys are believed.
    Pinned(VerifyingKeys),
    /// None at hand: the signature is checked by the key that the report itself announces, and the result says so.
    Announced,
}

/// By which key the signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// By a key of the pinned set: the service of that set made this report.
    Pinned {
        /// RFC 7638 thumbprint of the key.
        thumbprint: String,
    },
    /// By the key announced in the report: nothing was altered since it was signed, but who signed is as good as the
    /// thumbprint, to be compared with one that the service published.
    Announced {
        /// RFC 7638 thumbprint of the key.
        thumbprint: String,
    },
    /// Not checked: the pinned set does not have the key. The report may be of another service, or the set out of date.
    UnknownKey {
        /// The `kid` that the report names.
        kid: String,
    },
}

impl SignatureCheck {
    /// Whether a key of the pinned set made the signature: the one case that needs no further comparison.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        matches!(self, Self::Pinned { .. })
    }
}

/// What became of the audit inclusion proof inside the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InclusionCheck {
    /// The leaf is in the tree of the checkpoint.
    Proven {
        /// The log's origin.
        log: String,
        /// Index of the leaf, from 0.
        leaf_index: u64,
        /// Size of the tree that the checkpoint signs.
        tree_size: u64,
    },
    /// The report carries no proof.
    Absent,
    /// The proof does not hold.
    Refuted {
        /// Why, without personal data.
        reason: String,
    },
    /// Nobody checked.
    NotChecked,
}

/// An opened report.
pub struct Opened {
    /// The report.
    pub report: Value,
    /// The exact bytes that were signed.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The key that the report says it was signed with.
    pub kid: String,
    /// By which key the signature was checked.
    pub signature: SignatureCheck,
    /// What became of the inclusion proof.
    pub inclusion: InclusionCheck,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("bytes", &self.bytes.len())
            .field("signature", &self.signature)
            .field("inclusion", &self.inclusion)
            .finish_non_exhaustive()
    }
}

/// Why a report does not open. Each of these means: do not rely on it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The outer layer.
    #[error(transparent)]
    Seal(#[from] JweError),
    /// The inner layer.
    #[error(transparent)]
    Signed(#[from] JwsError),
    /// The signature is not of the key it names.
    #[error("the signature is false: the report was not made by the key {kid} that it names, or was altered")]
    FalseSignature {
        /// The key named.
        kid: String,
    },
    /// The report names another key than its signature.
    #[error("the report attests the signing key {attested}, but is signed by {kid}")]
    AttestedKey {
        /// Thumbprint in the attestation.
        attested: String,
        /// Thumbprint of the signing key.
        kid: String,
    },
    /// The signed bytes are not JSON.
    #[error("the signed content is not a report (JSON)")]
    NotJson,
}

/// Opens a sealed report. `check_inclusion` is given the report and checks the audit proof in it; with no means to do so, pass
/// `|_| InclusionCheck::NotChecked`.
///
/// # Errors
/// [`OpenError`]. A report whose signing key is not pinned is no error: [`Opened::signature`] says so, and the caller must look.
pub fn open(
    sealed: &str,
    key: &RecipientPrivateKey,
    trusted: &TrustedKeys,
    check_inclusion: impl FnOnce(&Value) -> InclusionCheck,
) -> Result<Opened, OpenError> {
    let signed = decrypt(sealed.trim_end(), key)?;
    let signed = std::str::from_utf8(&signed).map_err(|_| JwsError::Form)?;
    let signed = UnverifiedJws::parse(signed)?;
    let signature = check_signature(&signed, trusted)?;
    let kid = signed.kid().to_owned();
    let bytes = Zeroizing::new(signed.into_payload());
    let report: Value = serde_json::from_slice(&bytes).map_err(|_| OpenError::NotJson)?;
    match report.pointer(ATTESTED_THUMBPRINT).map(|attested| attested.as_str().unwrap_or_default()) {
        Some(attested) if attested != kid => Err(OpenError::AttestedKey { attested: attested.to_owned(), kid }),
        _ => Ok(Opened { inclusion: check_inclusion(&report), report, bytes, kid, signature }),
    }
}

fn check_signature(signed: &UnverifiedJws<'_>, trusted: &TrustedKeys) -> Result<SignatureCheck, OpenError> {
    let kid = signed.kid().to_owned();
    let (key, check) = match trusted {
        TrustedKeys::Announced => (signed.embedded_key(), SignatureCheck::Announced { thumbprint: kid.clone() }),
        TrustedKeys::Pinned(keys) => match keys.get(&kid) {
            Some(key) => (key, SignatureCheck::Pinned { thumbprint: kid.clone() }),
            None => return Ok(SignatureCheck::UnknownKey { kid }),
        },
    };
    if signed.is_signed_by(key) { Ok(check) } else { Err(OpenError::FalseSignature { kid }) }
}

#[cfg(test)]
mod tests;
