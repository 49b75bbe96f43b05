//! A report of 32 KiB signed and sealed, beside the bare primitives of the same library: one ECDSA signature, one key agreement
//! with a fresh key, one AES-256-GCM over as many bytes as the sealing encrypts.

use std::hint::black_box;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, ECDH_P256};
use criterion::Criterion;
use hedui::keys::KeyRing;
use hedui::report::jose::{RecipientKey, generate_recipient};
use hedui::report::seal;
use hedui::telemetry::Clock;

use super::turns::measure;

const REPORT: usize = 32 * 1024;

pub(crate) fn run(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = KeyRing::create(&folder.path().join("keys"), "bench-log", Clock::system().now()).expect("a key ring");
    let signer = keys.report_signer();
    let recipient = RecipientKey::parse(&generate_recipient().expect("a key pair").public_jwk).expect("a sound key");
    let report = vec![b'r'; REPORT];
    let other = agreement::PrivateKey::generate(&ECDH_P256).and_then(|key| key.compute_public_key()).expect("a key");
    let other = agreement::UnparsedPublicKey::new(&ECDH_P256, other.as_ref().to_vec());
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("a key"));
    let part = || drop(black_box(seal::seal(&report, &signer, &recipient).expect("sealed")));
    let peer = || {
        drop(black_box(signer.sign(&report)));
        let own = agreement::PrivateKey::generate(&ECDH_P256).expect("a key");
        black_box(agreement::agree(&own, &other, "no secret", |secret| Ok(secret[0]))).expect("a secret");
        let mut encoded = vec![b'e'; REPORT * 4 / 3];
        cipher.seal_in_place_append_tag(Nonce::from(&[0; 12]), Aad::empty(), &mut encoded).expect("encrypted");
        black_box(encoded);
    };
    measure(criterion, ["32 KiB report signed and sealed", "sign + agree + encrypt alone"], part, peer);
}
