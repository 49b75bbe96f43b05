//! A recipient's private key: made for the demo and by `hedui keys`, read by `hedui open`.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeyPairComponents, OaepPrivateDecryptingKey, PrivateDecryptingKey, PublicKeyComponents};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::recipient::{Material, PRIVATE_MEMBERS};
use super::{ECDH_ES_A256KW, RecipientKey, RecipientKeyFault, decode};
use crate::keys::signing::{generate_p256, p256_public_key};
use crate::keys::{KeyError, SecretKey};

/// Why a text is not a recipient's private key. Carries nothing of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// Not a JSON object.
    #[error("the key file is not a JWK (a JSON object)")]
    NotJson,
    /// The private part is missing.
    #[error("this is a public key: opening needs the private one, with the member d")]
    Public,
    /// The public part is at fault.
    #[error("the key cannot be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faults(Vec<RecipientKeyFault>),
    /// The private part does not fit the public part, or an RSA key lacks its factors.
    #[error("the private members of the key do not fit its public ones (an RSA key needs d, p, q, dp, dq and qi)")]
    Inconsistent,
}

/// A key that opens reports. Cannot print.
pub struct RecipientPrivateKey {
    pub(super) secret: Secret,
    public: RecipientKey,
}

/// The private part.
pub(super) enum Secret {
    P256(SecretKey),
    Rsa(OaepPrivateDecryptingKey),
}

impl RecipientPrivateKey {
    /// Reads a private JWK and checks that its halves fit.
    ///
    /// # Errors
    /// [`PrivateKeyError`].
    pub fn parse(text: &str) -> Result<Self, PrivateKeyError> {
        let Ok(Value::Object(jwk)) = serde_json::from_str(text) else { return Err(PrivateKeyError::NotJson) };
        let public: Map<_, _> = jwk
            .iter()
            .filter(|(name, _)| !PRIVATE_MEMBERS.contains(&name.as_str()) && *name != "key_ops")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let public = RecipientKey::parse(&Value::Object(public)).map_err(PrivateKeyError::Faults)?;
        if !jwk.contains_key("d") {
            return Err(PrivateKeyError::Public);
        }
        let secret = match &public.material {
            Material::P256(key) => private_member(&jwk, "d")
                .and_then(|scalar| SecretKey::from_slice(&scalar))
                .filter(|scalar| p256_public_key(scalar).is_some_and(|derived| derived == *key))
                .map(Secret::P256),
            Material::Rsa { n, e } => rsa_secret(&jwk, n, e).map(Secret::Rsa),
        };
        Ok(Self { secret: secret.ok_or(PrivateKeyError::Inconsistent)?, public })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &RecipientKey {
        &self.public
    }
}

impl std::fmt::Debug for RecipientPrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecipientPrivateKey").field("kid", &self.public.thumbprint()).finish_non_exhaustive()
    }
}

/// A new pair of keys for a recipient.
pub struct RecipientKeyPair {
    /// The private JWK, pretty-printed JSON: for a file of mode 0600.
    pub private_jwk: Zeroizing<String>,
    /// The public JWK: for `recipient_key` of a request or `config/clients.toml`.
    pub public_jwk: Value,
    /// RFC 7638 thumbprint.
    pub thumbprint: String,
}

impl std::fmt::Debug for RecipientKeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecipientKeyPair").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}

/// Makes a P-256 key pair that can receive reports.
///
/// # Errors
/// [`KeyError::Library`].
pub fn generate_recipient() -> Result<RecipientKeyPair, KeyError> {
    let private = generate_p256()?;
    let public = p256_public_key(&private).ok_or(KeyError::Library { doing: "take a P-256 key" })?;
    let thumbprint = public.thumbprint();
    let (x, y, d) = (public.x(), public.y(), Zeroizing::new(super::encode(private.expose())));
    let public_jwk = json!({
        "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "enc", "alg": ECDH_ES_A256KW, "kid": thumbprint,
    });
    // Written out rather than built as a value, which would leave a copy of `d` behind.
    let private_jwk = Zeroizing::new(format!(
        "{{\n  \"kty\": \"EC\",\n  \"crv\": \"P-256\",\n  \"x\": \"{x}\",\n  \"y\": \"{y}\",\n  \"d\": \"{}\",\n  \"use\": \"enc\",\n  \
         \"alg\": \"{ECDH_ES_A256KW}\",\n  \"kid\": \"{thumbprint}\"\n}}\n",
        *d
    ));
    Ok(RecipientKeyPair { private_jwk, public_jwk, thumbprint })
}

fn private_member(jwk: &Map<String, Value>, member: &str) -> Option<Zeroizing<Vec<u8>>> {
    decode(jwk.get(member)?.as_str()?).map(Zeroizing::new)
}

fn rsa_secret(jwk: &Map<String, Value>, n: &[u8], e: &[u8]) -> Option<OaepPrivateDecryptingKey> {
    let member = |name| private_member(jwk, name);
    let (d, p, q) = (member("d")?, member("p")?, member("q")?);
    let (dp, dq, qi) = (member("dp")?, member("dq")?, member("qi")?);
    let components = KeyPairComponents {
        public_key: PublicKeyComponents { n, e },
        d: &d[..],
        p: &p[..],
        q: &q[..],
        dP: &dp[..],
        dQ: &dq[..],
        qInv: &qi[..],
    };
    let der: Pkcs8V1Der<'_> = KeyPair::from_components(&components).ok()?.as_der().ok()?;
    OaepPrivateDecryptingKey::new(PrivateDecryptingKey::from_pkcs8(der.as_ref()).ok()?).ok()
}
