//! The two signing keys: ES256 for reports, Ed25519 for the checkpoints of the audit log.

use std::sync::Arc;

use aws_lc_rs::agreement;
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};

use super::{EcPublicKey, KeyError, SecretKey};

/// Signs reports with ES256 (ECDSA, P-256, SHA-256). Cloning shares the key.
#[derive(Clone)]
pub struct ReportSigner {
    pair: Arc<EcdsaKeyPair>,
    public: EcPublicKey,
    kid: Arc<str>,
}

impl ReportSigner {
    /// From the private scalar; `None` when it is none of P-256.
    #[must_use]
    pub fn from_private(private: &SecretKey) -> Option<Self> {
        let public = p256_public_key(private)?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, private.expose(), public.point()).ok()?;
        Some(Self { pair: Arc::new(pair), public, kid: public.thumbprint().into() })
    }

    /// The RFC 7638 thumbprint of the public key.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> &EcPublicKey {
        &self.public
    }

    /// A JWS-form signature: 64 bytes, r ‖ s.
    ///
    /// # Errors
    /// [`KeyError::Library`].
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyError> {
        self.pair
            .sign(&SystemRandom::new(), message)
            .ok()
            .and_then(|signature| signature.as_ref().try_into().ok())
            .ok_or(KeyError::Library { doing: "sign a report" })
    }
}

impl std::fmt::Debug for ReportSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportSigner").field("kid", &self.kid).finish_non_exhaustive()
    }
}

/// Signs the checkpoints of the audit log with Ed25519. Cloning shares the key.
#[derive(Clone)]
pub struct LogSigner {
    name: Arc<str>,
    pair: Arc<Ed25519KeyPair>,
}

impl LogSigner {
    /// From the log's name and the private seed; `None` when the name cannot stand in a signed note or the seed is refused.
    #[must_use]
    pub fn new(name: &str, seed: &SecretKey) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose()).ok()?;
        is_note_name(name).then(|| Self { name: name.into(), pair: Arc::new(pair) })
    }

    /// The key name of C2SP signed notes, which is also the log's origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key, 32 bytes.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.pair.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes")
    }

    /// The signature, 64 bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.pair.sign(message).as_ref().try_into().expect("an Ed25519 signature has 64 bytes")
    }
}

impl std::fmt::Debug for LogSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogSigner").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A fresh private scalar of P-256.
///
/// # Errors
/// [`KeyError::Library`].
pub fn generate_p256() -> Result<SecretKey, KeyError> {
    let failed = || KeyError::Library { doing: "generate a P-256 key" };
    let key = agreement::PrivateKey::generate(&agreement::ECDH_P256).map_err(|_| failed())?;
    let scalar: EcPrivateKeyBin<'_> = key.as_be_bytes().map_err(|_| failed())?;
    SecretKey::from_slice(scalar.as_ref()).ok_or_else(failed)
}

/// The public key of a private scalar; `None` when it is zero or beyond the group's order.
#[must_use]
pub fn p256_public_key(private: &SecretKey) -> Option<EcPublicKey> {
    let key = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, private.expose()).ok()?;
    EcPublicKey::from_point(key.compute_public_key().ok()?.as_ref())
}

/// C2SP signed-note: a key name is non-empty and has neither spaces nor `+`.
pub(super) fn is_note_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+' || c.is_control())
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::signature::Verifier;

    use super::*;

    #[test]
    fn es256_verifies_under_an_independent_library() {
        let private = generate_p256().unwrap();
        let signer = ReportSigner::from_private(&private).unwrap();
        let signature = signer.sign(b"report").unwrap();
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(signer.public_key().point()).unwrap();
        key.verify(b"report", &p256::ecdsa::Signature::from_slice(&signature).unwrap()).unwrap();
        assert!(signer.public_key().verifies_es256(b"report", &signature));
        assert!(!signer.public_key().verifies_es256(b"other", &signature));
        assert_eq!(signer.kid(), signer.public_key().thumbprint());
    }

    #[test]
    fn scalars_out_of_range_are_refused() {
        for bytes in [[0; 32], [0xff; 32]] {
            assert!(ReportSigner::from_private(&SecretKey::from_slice(&bytes).unwrap()).is_none());
        }
    }

    /// RFC 8032 section 7.1, test 1.
    #[test]
    fn signs_as_rfc_8032() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let signer = LogSigner::new("huining.example/log", &SecretKey::from_slice(&seed).unwrap()).unwrap();
        assert_eq!(
            hex::encode(signer.public_key()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert!(hex::encode(signer.sign(b"")).starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065"));
    }

    #[test]
    fn names_that_a_note_cannot_carry_are_refused() {
        let seed = SecretKey::random().unwrap();
        for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b"] {
            assert!(LogSigner::new(name, &seed).is_none(), "{name:?}");
        }
    }
}
