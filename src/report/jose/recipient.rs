//! A recipient's public key: a JWK (RFC 7517), checked before anything is sealed to it.

use aws_lc_rs::rsa::{OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::recipient_fault::RecipientKeyFault;
use super::{ECDH_ES_A256KW, RSA_OAEP_256, decode, encode};
use crate::household::Faults;
use crate::keys::EcPublicKey;

/// The members of RFC 7518 that only a private key has.
pub(super) const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

const MIN_RSA_BITS: usize = 2048;
const MAX_RSA_BITS: usize = 8192;

/// A public key that a report may be sealed to.
#[derive(Clone, Debug)]
pub struct RecipientKey {
    pub(super) material: Material,
    thumbprint: String,
}

/// The key itself.
#[derive(Clone, Debug)]
pub(super) enum Material {
    P256(EcPublicKey),
    /// Modulus and exponent, big-endian, without leading zeros; checked to make an encrypting key.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

impl RecipientKey {
    /// Checks a JWK. Members that RFC 7517 leaves to others (`x5c`, `ext`, the sender's own `kid`) are ignored.
    ///
    /// # Errors
    /// Every fault found, at least one.
    pub fn parse(jwk: &Value) -> Result<Self, Vec<RecipientKeyFault>> {
        let Value::Object(jwk) = jwk else { return Err(vec![RecipientKeyFault::NotAnObject]) };
        let mut faults = private_members(jwk);
        let material = match text(jwk, "kty") {
            Some("EC") => check_ec(jwk, &mut faults),
            Some("RSA") => check_rsa(jwk, &mut faults),
            Some("oct") => refuse(&mut faults, RecipientKeyFault::Symmetric),
            _ => refuse(&mut faults, RecipientKeyFault::KeyType),
        };
        match material {
            Some(material) if faults.is_empty() => Ok(Self { thumbprint: material.thumbprint(), material }),
            _ => Err(faults),
        }
    }

    /// As [`RecipientKey::parse`], with the faults added to those of a request; `pointer` is where the key stands in it.
    #[must_use]
    pub fn from_request(jwk: &Value, pointer: &str, faults: &mut Faults) -> Option<Self> {
        let found = match Self::parse(jwk) {
            Ok(key) => return Some(key),
            Err(found) => found,
        };
        for fault in found {
            fault.report(pointer, faults);
        }
        None
    }

    /// RFC 7638 SHA-256 thumbprint, base64url: the `kid` of what is sealed to this key.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The `alg` of what is sealed to this key.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match self.material {
            Material::P256(_) => ECDH_ES_A256KW,
            Material::Rsa { .. } => RSA_OAEP_256,
        }
    }
}

impl Material {
    fn thumbprint(&self) -> String {
        match self {
            Self::P256(key) => key.thumbprint(),
            Self::Rsa { n, e } => {
                let canonical = format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n));
                encode(Sha256::digest(canonical))
            }
        }
    }
}

/// The encrypting key of a modulus and an exponent; `None` when they are none.
pub(super) fn oaep_key(n: &[u8], e: &[u8]) -> Option<OaepPublicEncryptingKey> {
    let key: PublicEncryptingKey = PublicKeyComponents { n, e }.try_into().ok()?;
    OaepPublicEncryptingKey::new(key).ok()
}

fn private_members(jwk: &Map<String, Value>) -> Vec<RecipientKeyFault> {
    let mut faults: Vec<_> = PRIVATE_MEMBERS
        .into_iter()
        .filter(|member| jwk.contains_key(*member))
        .take(1)
        .map(|member| RecipientKeyFault::Private { member })
        .collect();
    if jwk.contains_key("k") && text(jwk, "kty") != Some("oct") {
        faults.push(RecipientKeyFault::Symmetric);
    }
    faults
}

fn check_ec(jwk: &Map<String, Value>, faults: &mut Vec<RecipientKeyFault>) -> Option<Material> {
    let operations = ["deriveKey", "deriveBits", "wrapKey"];
    check_permissions(jwk, ECDH_ES_A256KW, &operations, "deriveKey, deriveBits or wrapKey", faults);
    if text(jwk, "crv") != Some("P-256") {
        return refuse(faults, RecipientKeyFault::Curve);
    }
    let mut coordinate = |member| -> Option<[u8; 32]> {
        let bytes = member_bytes(jwk, member, faults)?;
        let length = bytes.len();
        let coordinate = bytes.try_into().ok();
        coordinate.or_else(|| refuse(faults, RecipientKeyFault::CoordinateLength { member, bytes: length }))
    };
    let (x, y) = (coordinate("x"), coordinate("y"));
    let key = EcPublicKey::from_coordinates(&x?, &y?);
    key.map(Material::P256).or_else(|| refuse(faults, RecipientKeyFault::OffCurve))
}

fn check_rsa(jwk: &Map<String, Value>, faults: &mut Vec<RecipientKeyFault>) -> Option<Material> {
    check_permissions(jwk, RSA_OAEP_256, &["wrapKey", "encrypt"], "wrapKey or encrypt", faults);
    let (n, e) = (member_bytes(jwk, "n", faults), member_bytes(jwk, "e", faults));
    let (n, e) = (without_leading_zeros(n?), without_leading_zeros(e?));
    let bits = n.first().map_or(0, |first| n.len() * 8 - first.leading_zeros() as usize);
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
        return refuse(faults, RecipientKeyFault::ModulusSize { bits });
    }
    let is_odd = |bytes: &[u8]| bytes.last().is_some_and(|last| last & 1 == 1);
    if !is_odd(&e) || e.len() < 3 {
        return refuse(faults, RecipientKeyFault::Exponent);
    }
    // The library takes an even modulus, which is no product of two primes, and fails only when it is used.
    if !is_odd(&n) || oaep_key(&n, &e).is_none() {
        return refuse(faults, RecipientKeyFault::NotRsa);
    }
    Some(Material::Rsa { n, e })
}

/// Notes a fault and yields nothing.
fn refuse<T>(faults: &mut Vec<RecipientKeyFault>, fault: RecipientKeyFault) -> Option<T> {
    faults.push(fault);
    None
}

/// `use`, `key_ops` and `alg`, where given, must allow what sealing does. An empty `key_ops` is what browsers export for a
/// public key-agreement key (Web Cryptography), so it counts as not given; `wrapKey` is what José writes for an EC key.
fn check_permissions(
    jwk: &Map<String, Value>,
    algorithm: &'static str,
    operations: &[&str],
    wanted: &'static str,
    faults: &mut Vec<RecipientKeyFault>,
) {
    if jwk.get("use").is_some_and(|value| value != "enc") {
        faults.push(RecipientKeyFault::Use);
    }
    let allows = |value: &Value| {
        value.as_array().is_some_and(|listed| {
            listed.is_empty() || listed.iter().any(|op| op.as_str().is_some_and(|op| operations.contains(&op)))
        })
    };
    if jwk.get("key_ops").is_some_and(|value| !allows(value)) {
        faults.push(RecipientKeyFault::KeyOps { wanted });
    }
    if jwk.get("alg").is_some_and(|value| value != algorithm) {
        faults.push(RecipientKeyFault::Algorithm { wanted: algorithm });
    }
}

fn text<'a>(jwk: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    jwk.get(member).and_then(Value::as_str)
}

fn member_bytes(
    jwk: &Map<String, Value>,
    member: &'static str,
    faults: &mut Vec<RecipientKeyFault>,
) -> Option<Vec<u8>> {
    let Some(text) = text(jwk, member) else { return refuse(faults, RecipientKeyFault::Missing { member }) };
    decode(text).or_else(|| refuse(faults, RecipientKeyFault::Base64Url { member }))
}

/// RFC 7518 wants none, but says that some libraries write one.
fn without_leading_zeros(mut bytes: Vec<u8>) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    bytes
}

#[cfg(test)]
mod tests;
