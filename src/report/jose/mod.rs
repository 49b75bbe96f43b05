//! The delivered form of a report: a JWE around a JWS, in compact serialisation (RFC 7515, 7516, 7518).
//!
//! `ECDH-ES+A256KW` on P-256 or `RSA-OAEP-256`, always `A256GCM`, never compressed; ES256 inside, because encryption to a
//! public key does not say who sent. By hand over `aws-lc-rs`, for what this service sends and nothing else: no other
//! algorithm, no JSON serialisation, no `crit`. It knows bytes and keys, not what a report says.

pub mod concat_kdf;
pub mod jwe;
pub mod jwe_open;
pub mod jws;
pub mod private_key;
pub mod recipient;
pub mod recipient_fault;
pub mod verifying_keys;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub use jwe_open::decrypt;
pub use private_key::{PrivateKeyError, RecipientKeyPair, RecipientPrivateKey, generate_recipient};
pub use recipient::RecipientKey;
pub use recipient_fault::RecipientKeyFault;
pub use verifying_keys::{VerifyingKeys, VerifyingKeysError};

/// Key agreement on P-256, then AES-256 Key Wrap (RFC 7518 section 4.6).
pub const ECDH_ES_A256KW: &str = "ECDH-ES+A256KW";
/// RSA-OAEP with SHA-256 and MGF1-SHA-256 (RFC 7518 section 4.3).
pub const RSA_OAEP_256: &str = "RSA-OAEP-256";
/// AES-256-GCM (RFC 7518 section 5.3).
pub const A256GCM: &str = "A256GCM";

/// base64url without padding.
fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads base64url without padding; also refuses stray bits in the last character, so that a text has one spelling.
fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
