//! A P-256 public key as a JSON Web Key (RFC 7517) with its thumbprint (RFC 7638), and ES256 verification with it.

use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey};
use aws_lc_rs::signature;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Bytes of one coordinate of a P-256 point.
pub const COORDINATE_LEN: usize = 32;
/// Bytes of an uncompressed P-256 point (SEC 1): `04 ‖ x ‖ y`.
const POINT_LEN: usize = 1 + 2 * COORDINATE_LEN;

/// A point on P-256, checked to be on the curve and not at infinity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EcPublicKey {
    point: [u8; POINT_LEN],
}

impl EcPublicKey {
    /// From the two coordinates, big-endian; `None` when the point is not on the curve.
    #[must_use]
    pub fn from_coordinates(x: &[u8; COORDINATE_LEN], y: &[u8; COORDINATE_LEN]) -> Option<Self> {
        let mut point = [4; POINT_LEN];
        point[1..=COORDINATE_LEN].copy_from_slice(x);
        point[1 + COORDINATE_LEN..].copy_from_slice(y);
        Self::from_point(&point)
    }

    /// From an uncompressed SEC 1 point; `None` for any other form or a point off the curve.
    #[must_use]
    pub fn from_point(point: &[u8]) -> Option<Self> {
        let point: [u8; POINT_LEN] = point.try_into().ok()?;
        let parsed = ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &point[..])).ok()?;
        (point[0] == 4 && *parsed.alg() == ECDH_P256).then_some(Self { point })
    }

    /// From the members `x` and `y` of a JWK; `None` when they are no point of P-256. Looks at no other member.
    #[must_use]
    pub fn from_jwk_coordinates(jwk: &Value) -> Option<Self> {
        let coordinate = |member| -> Option<[u8; COORDINATE_LEN]> {
            URL_SAFE_NO_PAD.decode(jwk.get(member)?.as_str()?).ok()?.try_into().ok()
        };
        Self::from_coordinates(&coordinate("x")?, &coordinate("y")?)
    }

    /// From a JWK that has the members of [`EcPublicKey::to_jwk`] and no other.
    #[must_use]
    pub fn from_bare_jwk(jwk: &Value) -> Option<Self> {
        Self::from_jwk_coordinates(jwk).filter(|key| *jwk == key.to_jwk())
    }

    /// The uncompressed SEC 1 point.
    #[must_use]
    pub fn point(&self) -> &[u8] {
        &self.point
    }

    /// The x coordinate in base64url.
    #[must_use]
    pub fn x(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.point[1..=COORDINATE_LEN])
    }

    /// The y coordinate in base64url.
    #[must_use]
    pub fn y(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.point[1 + COORDINATE_LEN..])
    }

    /// RFC 7638 SHA-256 thumbprint in base64url: the key id (`kid`) used everywhere here.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, self.x(), self.y());
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }

    /// The bare JWK: `kty`, `crv`, `x`, `y`.
    #[must_use]
    pub fn to_jwk(&self) -> Value {
        json!({ "kty": "EC", "crv": "P-256", "x": self.x(), "y": self.y() })
    }

    /// The JWK of a signing key: with `kid`, `use` and `alg`.
    #[must_use]
    pub fn to_signing_jwk(&self) -> Value {
        json!({ "kty": "EC", "crv": "P-256", "x": self.x(), "y": self.y(), "kid": self.thumbprint(), "use": "sig", "alg": "ES256" })
    }

    /// Whether `signature` (64 bytes, r ‖ s) is an ES256 signature of `message` under this key.
    #[must_use]
    pub fn verifies_es256(&self, message: &[u8], signature: &[u8]) -> bool {
        signature::ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, self.point)
            .is_ok_and(|key| key.verify_sig(message, signature).is_ok())
    }
}

impl std::fmt::Debug for EcPublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EcPublicKey({})", self.thumbprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the signature of RFC 7515 appendix A.3.
    #[test]
    fn verifies_the_rfc_7515_example() {
        let bytes = |text: &str| -> [u8; 32] { URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap() };
        let key = EcPublicKey::from_coordinates(
            &bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            &bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"),
        )
        .unwrap();
        let message = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let mut signature = URL_SAFE_NO_PAD
            .decode("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
            .unwrap();
        assert!(key.verifies_es256(message.as_bytes(), &signature));
        signature[40] ^= 1;
        assert!(!key.verifies_es256(message.as_bytes(), &signature));
    }

    #[test]
    fn a_point_off_the_curve_is_refused() {
        assert!(EcPublicKey::from_coordinates(&[1; 32], &[2; 32]).is_none());
        assert!(EcPublicKey::from_coordinates(&[0; 32], &[0; 32]).is_none());
        assert!(EcPublicKey::from_coordinates(&[0xff; 32], &[0xff; 32]).is_none());
        assert!(EcPublicKey::from_point(&[4; 64]).is_none());
        assert!(EcPublicKey::from_point(&[0]).is_none());
    }
}
