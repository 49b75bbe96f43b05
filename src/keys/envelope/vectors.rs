//! Wycheproof's vectors, every one that is of a size used here, through the functions that use the primitive, else through the provider as it is called.
//! What is `acceptable` only may be taken or not; what is taken must be right.

use aws_lc_rs::agreement;
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use wycheproof::{TestResult, aead, ecdh, ecdsa, eddsa, hkdf as hkdf_vectors, keywrap, mac, rsa_oaep};

use super::suite::Cipher;
use crate::keys::EcPublicKey;

/// Whether the outcome is one that the vectors allow.
fn fits(expected: TestResult, accepted: bool) -> bool {
    match expected {
        TestResult::Valid => accepted,
        TestResult::Invalid => !accepted,
        TestResult::Acceptable => true,
    }
}

fn aead_vectors(name: aead::TestName, key_bits: usize, cipher: impl Fn(&[u8]) -> Cipher) -> usize {
    let mut tried = 0;
    let set = aead::TestSet::load(name).unwrap();
    let sized = |group: &&aead::TestGroup| (group.key_size, group.nonce_size, group.tag_size) == (key_bits, 96, 128);
    for group in set.test_groups.iter().filter(sized) {
        for test in &group.tests {
            let cipher = cipher(&test.key);
            let nonce: [u8; 12] = test.nonce[..].try_into().unwrap();
            let tag: [u8; 16] = test.tag[..].try_into().unwrap();
            let opened = cipher.open(nonce, &test.aad, &test.ct, &tag);
            assert!(fits(test.result, opened.is_some()), "{}", test.tc_id);
            if let Some(opened) = opened {
                assert_eq!(opened[..], test.pt[..], "{}", test.tc_id);
                let mut text = test.pt.to_vec();
                assert_eq!(cipher.seal(nonce, &test.aad, &mut text).unwrap(), tag, "{}", test.tc_id);
                assert_eq!(text, test.ct[..], "{}", test.tc_id);
            }
            tried += 1;
        }
    }
    tried
}

#[test]
fn aes_256_gcm() {
    assert!(aead_vectors(aead::TestName::AesGcm, 256, Cipher::aes_256_gcm) > 60);
}

#[test]
fn sm4_gcm() {
    assert!(aead_vectors(aead::TestName::Sm4Gcm, 128, Cipher::sm4_gcm) > 60);
}

#[test]
fn aes_256_key_wrap() {
    let mut tried = 0;
    for group in keywrap::TestSet::load(keywrap::TestName::AesKeyWrap).unwrap().test_groups {
        for test in group.tests.iter().filter(|test| test.key.len() == 32 && test.ct.len() == 40) {
            let kek = AesKek::new(&AES_256, &test.key).unwrap();
            let mut unwrapped = [0; 32];
            let accepted = kek.unwrap(&test.ct, &mut unwrapped).is_ok();
            assert!(fits(test.result, accepted), "{}", test.tc_id);
            if accepted {
                assert_eq!(unwrapped, test.pt[..], "{}", test.tc_id);
            }
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

#[test]
fn hkdf_sha_256() {
    let mut tried = 0;
    for group in hkdf_vectors::TestSet::load(hkdf_vectors::TestName::HkdfSha256).unwrap().test_groups {
        for test in group.tests {
            let mut okm = vec![0; test.size];
            let accepted = Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut okm).is_ok();
            assert!(fits(test.result, accepted), "{}", test.tc_id);
            assert!(!accepted || okm == test.okm[..], "{}", test.tc_id);
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
}

/// RFC 5869 appendix A.1 to A.3.
#[test]
fn hkdf_of_rfc_5869() {
    let hex = |text: &str| hex::decode(text).unwrap();
    let range = |from: u8, to: u8| (from..=to).collect::<Vec<_>>();
    let cases = [
        (
            vec![0x0b; 22],
            range(0, 0x0c),
            range(0xf0, 0xf9),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        ),
        (
            range(0, 0x4f),
            range(0x60, 0xaf),
            range(0xb0, 0xff),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
        (
            vec![0x0b; 22],
            Vec::new(),
            Vec::new(),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        ),
    ];
    for (ikm, salt, info, okm) in cases {
        let expected = hex(okm);
        let mut made = vec![0; expected.len()];
        Hkdf::<Sha256>::new(Some(&salt), &ikm).expand(&info, &mut made).unwrap();
        assert_eq!(made, expected);
    }
}

#[test]
fn hmac_sha_256() {
    let mut tried = 0;
    for group in mac::TestSet::load(mac::TestName::HmacSha256).unwrap().test_groups {
        for test in group.tests {
            let mut made = Hmac::<Sha256>::new_from_slice(&test.key).unwrap();
            made.update(&test.msg);
            let accepted = made.finalize().into_bytes()[..group.tag_size / 8] == test.tag[..];
            assert!(fits(test.result, accepted), "{}", test.tc_id);
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn es256() {
    let mut tried = 0;
    for group in ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap().test_groups {
        let key = EcPublicKey::from_point(&group.key.key).unwrap();
        for test in group.tests {
            assert!(fits(test.result, key.verifies_es256(&test.msg, &test.sig)), "{}", test.tc_id);
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn ecdh_on_p_256() {
    let mut tried = 0;
    for group in ecdh::TestSet::load(ecdh::TestName::EcdhSecp256r1Ecpoint).unwrap().test_groups {
        for test in group.tests {
            // A scalar of 32 bytes, as ours are: leading zeros are cut or added in the vectors.
            let scalar = &test.private_key[test.private_key.len().saturating_sub(32)..];
            let scalar = [&[0; 32][scalar.len()..], scalar].concat();
            let agreed = EcPublicKey::from_point(&test.public_key).and_then(|peer| {
                let private = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, &scalar).ok()?;
                let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, peer.point().to_vec());
                agreement::agree(&private, peer, (), |z| Ok(z.to_vec())).ok()
            });
            assert!(fits(test.result, agreed.is_some()), "{}", test.tc_id);
            assert!(agreed.is_none_or(|agreed| agreed == test.shared_secret[..]), "{}", test.tc_id);
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}

#[test]
fn ed25519() {
    let mut tried = 0;
    for group in eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap().test_groups {
        let key = UnparsedPublicKey::new(&ED25519, group.key.pk.to_vec());
        for test in group.tests {
            assert!(fits(test.result, key.verify(&test.msg, &test.sig).is_ok()), "{}", test.tc_id);
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn rsa_oaep_256() {
    let mut tried = 0;
    for group in rsa_oaep::TestSet::load(rsa_oaep::TestName::Rsa2048Sha256Mgf1Sha256).unwrap().test_groups {
        let key = PrivateDecryptingKey::from_pkcs8(&group.pkcs8).unwrap();
        let key = OaepPrivateDecryptingKey::new(key).unwrap();
        // JOSE has no label.
        for test in group.tests.iter().filter(|test| test.label.is_empty()) {
            let mut opened = vec![0; key.min_output_size()];
            let opened =
                key.decrypt(&OAEP_SHA256_MGF1SHA256, &test.ct, &mut opened, None).map(|text| text.to_vec()).ok();
            assert!(fits(test.result, opened.is_some()), "{}", test.tc_id);
            assert!(opened.is_none_or(|opened| opened == test.pt[..]), "{}", test.tc_id);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}
