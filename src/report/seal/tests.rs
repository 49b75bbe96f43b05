//! Sealing: headers, freshness, and what another library makes of it.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use aes_kw::KwAes256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier;
use serde_json::Value;

use super::super::jose::{concat_kdf, generate_recipient};
use super::*;
use crate::keys::signing::generate_p256;

fn signer() -> ReportSigner {
    ReportSigner::from_private(&generate_p256().unwrap()).unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_slice(&bytes(text)).unwrap()
}

/// Point of a JWK, for the independent library.
fn p256_point(jwk: &Value) -> p256::PublicKey {
    let member = |name: &str| bytes(jwk[name].as_str().unwrap());
    p256::PublicKey::from_sec1_bytes(&[&[4][..], &member("x"), &member("y")].concat()).unwrap()
}

/// Opens a token with the RustCrypto libraries alone, step by step as RFC 7516 and RFC 7518 say.
#[test]
fn independent_libraries_open_and_verify() {
    let (pair, signer) = (generate_recipient().unwrap(), signer());
    let recipient = RecipientKey::parse(&pair.public_jwk).unwrap();
    let token = seal(b"{\"total\":\"1.00\"}", &signer, &recipient).unwrap();
    let [header, key, nonce, ciphertext, tag]: [&str; 5] = token.split('.').collect::<Vec<_>>().try_into().unwrap();

    let head = json(header);
    assert_eq!(head["alg"], "ECDH-ES+A256KW");
    assert_eq!(head["enc"], "A256GCM");
    assert_eq!(head["cty"], "jose");
    assert_eq!(head["kid"], pair.thumbprint);
    assert!(head.get("zip").is_none());
    assert_eq!(bytes(head["apu"].as_str().unwrap()), signer.kid().as_bytes());
    assert_eq!(bytes(head["apv"].as_str().unwrap()), pair.thumbprint.as_bytes());

    let private: Value = serde_json::from_str(&pair.private_jwk).unwrap();
    let secret = p256::SecretKey::from_slice(&bytes(private["d"].as_str().unwrap())).unwrap();
    let z = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), p256_point(&head["epk"]).as_affine());
    let mut wrapping = [0; 32];
    concat_kdf::derive(
        z.raw_secret_bytes(),
        "ECDH-ES+A256KW",
        signer.kid().as_bytes(),
        pair.thumbprint.as_bytes(),
        &mut wrapping,
    );
    let mut content_key = [0; 32];
    KwAes256::new(&wrapping.into()).unwrap_key(&bytes(key), &mut content_key).unwrap();
    let nonce: [u8; 12] = bytes(nonce).try_into().unwrap();
    let msg = [bytes(ciphertext), bytes(tag)].concat();
    let payload = Payload { msg: &msg, aad: header.as_bytes() };
    let signed = Aes256Gcm::new(&content_key.into()).decrypt(&nonce.into(), payload).unwrap();

    let signed = String::from_utf8(signed).unwrap();
    let (input, signature) = signed.rsplit_once('.').unwrap();
    let (signed_header, payload) = input.split_once('.').unwrap();
    assert_eq!(json(signed_header)["alg"], "ES256");
    assert_eq!(json(signed_header)["kid"], signer.kid());
    let verifying: p256::ecdsa::VerifyingKey = p256_point(&json(signed_header)["jwk"]).into();
    let signature = p256::ecdsa::Signature::from_slice(&bytes(signature)).unwrap();
    verifying.verify(input.as_bytes(), &signature).unwrap();
    assert_eq!(bytes(payload), b"{\"total\":\"1.00\"}");
}

#[test]
fn nothing_repeats_between_two_seals_of_one_report() {
    let (pair, signer) = (generate_recipient().unwrap(), signer());
    let recipient = RecipientKey::parse(&pair.public_jwk).unwrap();
    let [one, two] = [(); 2].map(|()| seal(b"{}", &signer, &recipient).unwrap());
    for (index, (one, two)) in one.split('.').zip(two.split('.')).enumerate() {
        assert_ne!(one, two, "segment {}", index + 1);
    }
    let ephemeral = |token: &str| json(token.split('.').next().unwrap())["epk"]["x"].clone();
    assert_ne!(ephemeral(&one), ephemeral(&two));
}

/// The default caps of joserfc: 65,536 bytes of ciphertext segment, 1,024 of header and of encrypted key.
#[test]
fn a_report_at_the_limit_stays_within_the_caps_of_common_clients() {
    let (pair, signer) = (generate_recipient().unwrap(), signer());
    let recipient = RecipientKey::parse(&pair.public_jwk).unwrap();
    let report = vec![b' '; COMMON_CLIENT_REPORT_BYTES];
    assert!(fits_common_clients(&report) && !fits_common_clients(&[&report[..], b" "].concat()));
    let lengths: Vec<_> = seal(&report, &signer, &recipient).unwrap().split('.').map(str::len).collect();
    assert!(lengths[0] <= 1024 && lengths[1] <= 1024 && lengths[3] <= 65_536, "{lengths:?}");
}
