//! The outer layer, sender's side: a JWE in compact form (RFC 7516). Only the recipient can read it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::agreement;
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::recipient::{Material, oaep_key};
use super::{A256GCM, RecipientKey, concat_kdf, encode};
use crate::keys::{EcPublicKey, KeyError, SecretKey};

/// The protected header.
#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    enc: &'a str,
    typ: &'a str,
    cty: &'a str,
    kid: &'a str,
    #[serde(flatten)]
    agreement: Option<Agreement>,
}

/// What only a key agreement has in its header.
#[derive(Serialize)]
struct Agreement {
    epk: Value,
    apu: String,
    apv: String,
}

/// Encrypts a JWS to a recipient. `sender` is bound into the key agreement as `apu`, the recipient's thumbprint as `apv`.
///
/// # Errors
/// [`KeyError::Library`].
pub fn encrypt(jws: &str, sender: &str, recipient: &RecipientKey) -> Result<String, KeyError> {
    let content_key = SecretKey::random()?;
    let (encrypted_key, agreement) = match &recipient.material {
        Material::P256(key) => agree_and_wrap(&content_key, key, sender, recipient)?,
        Material::Rsa { n, e } => (oaep(&content_key, n, e)?, None),
    };
    let (alg, kid) = (recipient.algorithm(), recipient.thumbprint());
    let header = Header { alg, enc: A256GCM, typ: "JOSE", cty: "jose", kid, agreement };
    let header = encode(serde_json::to_vec(&header).expect("a header of strings is always JSON"));

    let mut nonce = [0; NONCE_LEN];
    aws_lc_rs::rand::fill(&mut nonce).map_err(|_| failed("draw random bytes"))?;
    let cipher = UnboundKey::new(&AES_256_GCM, content_key.expose()).map_err(|_| failed("take a content key"))?;
    let mut ciphertext = jws.as_bytes().to_vec();
    let tag = LessSafeKey::new(cipher)
        .seal_in_place_separate_tag(Nonce::from(&nonce), Aad::from(header.as_bytes()), &mut ciphertext)
        .map_err(|_| failed("encrypt a report"))?;

    let mut token = String::with_capacity(header.len() + (ciphertext.len() + encrypted_key.len() + 64).div_ceil(3) * 4);
    token.push_str(&header);
    for segment in [&encrypted_key[..], &nonce, &ciphertext, tag.as_ref()] {
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(segment, &mut token);
    }
    Ok(token)
}

/// ECDH with a key pair made for this one token, Concat KDF, AES Key Wrap.
fn agree_and_wrap(
    content_key: &SecretKey,
    key: &EcPublicKey,
    sender: &str,
    recipient: &RecipientKey,
) -> Result<(Vec<u8>, Option<Agreement>), KeyError> {
    let agree_failed = || failed("agree on a key");
    let ephemeral = agreement::PrivateKey::generate(&agreement::ECDH_P256).map_err(|_| agree_failed())?;
    let public = ephemeral.compute_public_key().map_err(|_| agree_failed())?;
    let public = EcPublicKey::from_point(public.as_ref()).ok_or_else(agree_failed)?;
    let (apu, apv) = (sender.as_bytes(), recipient.thumbprint().as_bytes());

    let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, key.point());
    let mut wrapping_key = Zeroizing::new([0; 32]);
    agreement::agree(&ephemeral, peer, agree_failed(), |z| {
        concat_kdf::derive(z, recipient.algorithm(), apu, apv, &mut wrapping_key[..]);
        Ok(())
    })?;
    let mut wrapped = vec![0; 40];
    AesKek::new(&AES_256, &wrapping_key[..])
        .and_then(|kek| kek.wrap(content_key.expose(), &mut wrapped).map(|_| ()))
        .map_err(|_| failed("wrap a content key"))?;
    Ok((wrapped, Some(Agreement { epk: public.to_jwk(), apu: encode(apu), apv: encode(apv) })))
}

fn oaep(content_key: &SecretKey, n: &[u8], e: &[u8]) -> Result<Vec<u8>, KeyError> {
    let rsa_failed = || failed("encrypt a content key");
    let key = oaep_key(n, e).ok_or_else(rsa_failed)?;
    let mut encrypted = vec![0; key.ciphertext_size()];
    let length = key
        .encrypt(&OAEP_SHA256_MGF1SHA256, content_key.expose(), &mut encrypted, None)
        .map_err(|_| rsa_failed())?
        .len();
    encrypted.truncate(length);
    Ok(encrypted)
}

fn failed(doing: &'static str) -> KeyError {
    KeyError::Library { doing }
}
