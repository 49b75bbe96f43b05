//! The inner layer: a JWS in compact form, ES256 (RFC 7515). It says who made the report.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{decode, encode};
use crate::keys::{EcPublicKey, KeyError, ReportSigner};

/// The `typ` of a signed report: a signature made for anything else is not taken for one.
pub const REPORT_TYPE: &str = "hedui-report+jws";

/// The protected header of a signed report.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    typ: String,
    cty: String,
    kid: String,
    /// The public key, so that the signature can be checked when no key is at hand. It proves nothing about who signed.
    jwk: Value,
}

/// Signs a payload.
///
/// # Errors
/// [`KeyError::Library`].
pub fn sign(payload: &[u8], signer: &ReportSigner) -> Result<String, KeyError> {
    let header = Header {
        alg: "ES256".to_owned(),
        typ: REPORT_TYPE.to_owned(),
        cty: "json".to_owned(),
        kid: signer.kid().to_owned(),
        jwk: signer.public_key().to_jwk(),
    };
    let header = serde_json::to_vec(&header).expect("a header of strings is always JSON");
    let mut token = format!("{}.{}", encode(header), encode(payload));
    let signature = signer.sign(token.as_bytes())?;
    token.push('.');
    token.push_str(&encode(signature));
    Ok(token)
}

/// Why a JWS is not a signed report. None of these says anything about a key: that is for who opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not three base64url segments.
    #[error("the signed report is not a JWS in compact form")]
    Form,
    /// The header is not the one of a signed report.
    #[error("the header of the signed report is not one that this program writes (ES256, typ {REPORT_TYPE})")]
    Header,
    /// The embedded key is not the one that `kid` names.
    #[error("the key embedded in the signed report is not the one it names")]
    EmbeddedKey,
}

/// A JWS taken apart, its signature not yet checked.
#[derive(Debug)]
pub struct UnverifiedJws<'a> {
    signing_input: &'a str,
    signature: Vec<u8>,
    payload: Vec<u8>,
    kid: String,
    embedded_key: EcPublicKey,
}

impl<'a> UnverifiedJws<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`JwsError`].
    pub fn parse(token: &'a str) -> Result<Self, JwsError> {
        let (signing_input, signature) = token.rsplit_once('.').ok_or(JwsError::Form)?;
        let (header, payload) = signing_input.split_once('.').ok_or(JwsError::Form)?;
        let (Some(header), Some(payload), Some(signature)) = (decode(header), decode(payload), decode(signature))
        else {
            return Err(JwsError::Form);
        };
        let header: Header = serde_json::from_slice(&header).map_err(|_| JwsError::Header)?;
        if header.alg != "ES256" || header.typ != REPORT_TYPE || header.cty != "json" {
            return Err(JwsError::Header);
        }
        let embedded_key = EcPublicKey::from_bare_jwk(&header.jwk).ok_or(JwsError::EmbeddedKey)?;
        if embedded_key.thumbprint() != header.kid {
            return Err(JwsError::EmbeddedKey);
        }
        Ok(Self { signing_input, signature, payload, kid: header.kid, embedded_key })
    }

    /// The key that it says it was signed with.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key that came with it. Whoever made the token chose it.
    #[must_use]
    pub fn embedded_key(&self) -> &EcPublicKey {
        &self.embedded_key
    }

    /// Whether `key` made the signature.
    #[must_use]
    pub fn is_signed_by(&self, key: &EcPublicKey) -> bool {
        key.verifies_es256(self.signing_input.as_bytes(), &self.signature)
    }

    /// The payload.
    #[must_use]
    pub fn into_payload(self) -> Vec<u8> {
        self.payload
    }
}
