//! The outer layer, recipient's side: opens what `jwe` makes, and nothing else.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement;
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey};
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::private_key::Secret;
use super::{A256GCM, RecipientPrivateKey, concat_kdf, decode};
use crate::keys::{EcPublicKey, SecretKey};

/// A larger token is not read: the largest household stays far below it.
pub const MAX_TOKEN_BYTES: usize = 16 << 20;

/// Why a sealed report does not open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    /// More than [`MAX_TOKEN_BYTES`].
    #[error("the file has {bytes} bytes: a sealed report has at most {MAX_TOKEN_BYTES}")]
    TooLarge {
        /// Bytes found.
        bytes: usize,
    },
    /// Not five segments.
    #[error("this is not a sealed report: a JWE in compact form has 5 segments, this has {segments}")]
    Segments {
        /// Segments found.
        segments: usize,
    },
    /// A segment is not base64url, or of a wrong length.
    #[error("segment {segment} of 5 ({name}) is damaged")]
    Segment {
        /// Which, from 1.
        segment: usize,
        /// Its name in RFC 7516.
        name: &'static str,
    },
    /// The header is not one that is written here.
    #[error("the header is not that of a sealed report (ECDH-ES+A256KW or RSA-OAEP-256 with A256GCM, cty jose)")]
    Header,
    /// A header member that could change the meaning.
    #[error("the header has the member {member}, which a sealed report never has")]
    Forbidden {
        /// `zip` or `crit`.
        member: &'static str,
    },
    /// The token is for another key.
    #[error("sealed to the key {sealed_to}, but the key given is {given}")]
    OtherKey {
        /// Thumbprint in the token.
        sealed_to: String,
        /// Thumbprint of the key given.
        given: String,
    },
    /// The sender's one-time key is missing or no point of P-256.
    #[error("the sender's one-time key in the header is missing or invalid")]
    EphemeralKey,
    /// The content key does not come out.
    #[error("the content key does not open: the report was altered on its way")]
    ContentKey,
    /// The content or the header does not authenticate.
    #[error("the content does not authenticate: the report was altered on its way")]
    Content,
}

/// The protected header. Any member that is not written here makes it foreign.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    enc: String,
    typ: String,
    cty: String,
    kid: String,
    epk: Option<Value>,
    apu: Option<String>,
    apv: Option<String>,
    zip: Option<Value>,
    crit: Option<Value>,
}

const SEGMENTS: [&str; 5] = ["header", "encrypted key", "initialization vector", "ciphertext", "authentication tag"];

/// Decrypts a sealed report to the JWS inside it.
///
/// # Errors
/// [`JweError`].
pub fn decrypt(token: &str, key: &RecipientPrivateKey) -> Result<Zeroizing<Vec<u8>>, JweError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(JweError::TooLarge { bytes: token.len() });
    }
    let segments: Vec<&str> = token.splitn(SEGMENTS.len() + 1, '.').collect();
    let [header_text, rest @ ..] = <[&str; SEGMENTS.len()]>::try_from(segments)
        .map_err(|_| JweError::Segments { segments: token.split('.').count() })?;
    let damaged = |index: usize| JweError::Segment { segment: index + 1, name: SEGMENTS[index] };
    let header = check_header(&decode(header_text).ok_or_else(|| damaged(0))?, key)?;
    let mut bytes = Vec::with_capacity(rest.len());
    for (index, text) in rest.iter().enumerate() {
        bytes.push(decode(text).ok_or_else(|| damaged(index + 1))?);
    }
    let nonce: [u8; NONCE_LEN] = bytes[1].as_slice().try_into().map_err(|_| damaged(2))?;
    let tag: [u8; 16] = bytes[3].as_slice().try_into().map_err(|_| damaged(4))?;

    let content_key = match &key.secret {
        Secret::P256(scalar) => agree_and_unwrap(&header, scalar, &bytes[0])?,
        Secret::Rsa(private) => oaep(private, &bytes[0])?,
    };
    let cipher = UnboundKey::new(&AES_256_GCM, content_key.expose()).map_err(|_| JweError::Content)?;
    let mut plaintext = Zeroizing::new(vec![0; bytes[2].len()]);
    LessSafeKey::new(cipher)
        .open_separate_gather(Nonce::from(&nonce), Aad::from(header_text.as_bytes()), &bytes[2], &tag, &mut plaintext)
        .map_err(|_| JweError::Content)?;
    Ok(plaintext)
}

fn check_header(bytes: &[u8], key: &RecipientPrivateKey) -> Result<Header, JweError> {
    let header: Header = serde_json::from_slice(bytes).map_err(|_| JweError::Header)?;
    for (member, value) in [("zip", &header.zip), ("crit", &header.crit)] {
        if value.is_some() {
            return Err(JweError::Forbidden { member });
        }
    }
    if header.enc != A256GCM || header.typ != "JOSE" || header.cty != "jose" {
        return Err(JweError::Header);
    }
    let given = key.public().thumbprint();
    if header.kid != given {
        return Err(JweError::OtherKey { sealed_to: header.kid, given: given.to_owned() });
    }
    if header.alg != key.public().algorithm() {
        return Err(JweError::Header);
    }
    Ok(header)
}

fn agree_and_unwrap(header: &Header, scalar: &SecretKey, encrypted_key: &[u8]) -> Result<SecretKey, JweError> {
    let ephemeral = header.epk.as_ref().and_then(EcPublicKey::from_bare_jwk).ok_or(JweError::EphemeralKey)?;
    let party = |text: &Option<String>| text.as_deref().and_then(decode).ok_or(JweError::Header);
    let (apu, apv) = (party(&header.apu)?, party(&header.apv)?);
    let private = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, scalar.expose())
        .map_err(|_| JweError::ContentKey)?;
    let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, ephemeral.point());
    let mut wrapping_key = Zeroizing::new([0; 32]);
    agreement::agree(&private, peer, JweError::EphemeralKey, |z| {
        concat_kdf::derive(z, &header.alg, &apu, &apv, &mut wrapping_key[..]);
        Ok(())
    })?;
    if encrypted_key.len() != 40 {
        return Err(JweError::Segment { segment: 2, name: SEGMENTS[1] });
    }
    let mut content_key = Zeroizing::new([0; 32]);
    AesKek::new(&AES_256, &wrapping_key[..])
        .and_then(|kek| kek.unwrap(encrypted_key, &mut content_key[..]).map(|_| ()))
        .map_err(|_| JweError::ContentKey)?;
    SecretKey::from_slice(&content_key[..]).ok_or(JweError::ContentKey)
}

fn oaep(private: &OaepPrivateDecryptingKey, encrypted_key: &[u8]) -> Result<SecretKey, JweError> {
    let mut content_key = Zeroizing::new(vec![0; private.min_output_size()]);
    let opened = private
        .decrypt(&OAEP_SHA256_MGF1SHA256, encrypted_key, &mut content_key, None)
        .map_err(|_| JweError::ContentKey)?;
    SecretKey::from_slice(opened).ok_or(JweError::ContentKey)
}
