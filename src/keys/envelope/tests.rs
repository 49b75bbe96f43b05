//! Documents sealed, opened, altered, swapped, and read by another library.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

const CONTEXT: DocumentContext<'_> = DocumentContext { document_id: "report-1", kind: "report", owner_id: CASE };
const CASE: &str = "0198c0de-0000-7000-8000-000000000001";
const OTHER: &str = "0198c0de-0000-7000-8000-000000000002";

fn ring() -> (tempfile::TempDir, KeyRing) {
    let dir = tempfile::tempdir().unwrap();
    let ring = KeyRing::create(&dir.path().join("keys"), "log.example", Timestamp::UNIX_EPOCH).unwrap();
    (dir, ring)
}

fn open(ring: &KeyRing, context: &DocumentContext<'_>, sealed: &SealedDocument) -> Result<Vec<u8>, KeyError> {
    let receipt = AuditReceipt::for_test(Uuid::parse_str(context.owner_id).ok());
    ring.open_document(&receipt, context, sealed).map(|plaintext| plaintext.to_vec())
}

#[test]
fn every_byte_of_every_column_is_protected() {
    let (_dir, ring) = ring();
    let sealed = ring.seal_document(&CONTEXT, b"amounts").unwrap();
    for index in 0..sealed.ciphertext.len() {
        let mut altered = sealed.clone();
        altered.ciphertext[index] ^= 1;
        let error = open(&ring, &CONTEXT, &altered).unwrap_err();
        assert!(matches!(error, KeyError::Altered { .. } | KeyError::UnknownForm { .. }), "byte {index}: {error}");
    }
    for index in 0..COMMITMENT_LEN {
        let mut altered = sealed.clone();
        altered.commitment[index] ^= 0x80;
        assert!(matches!(open(&ring, &CONTEXT, &altered), Err(KeyError::Commitment { .. })));
    }
    for index in 0..sealed.wrapped_dek.len() {
        let mut altered = sealed.clone();
        altered.wrapped_dek[index] ^= 1;
        assert!(matches!(open(&ring, &CONTEXT, &altered), Err(KeyError::Unwrap { .. })));
    }
    for length in 0..sealed.ciphertext.len() {
        let mut cut = sealed.clone();
        cut.ciphertext.truncate(length);
        assert!(open(&ring, &CONTEXT, &cut).is_err());
    }
}

#[test]
fn a_row_opens_in_its_own_place_only() {
    let (_dir, ring) = ring();
    let sealed = ring.seal_document(&CONTEXT, b"amounts").unwrap();
    for context in [
        DocumentContext { document_id: "report-2", ..CONTEXT },
        DocumentContext { kind: "evidence", ..CONTEXT },
        DocumentContext { owner_id: OTHER, ..CONTEXT },
    ] {
        assert!(matches!(open(&ring, &context, &sealed), Err(KeyError::Altered { .. })));
        // With the plain columns forged to fit, the associated data still refuses.
        let forged = SealedDocument { id: context.document_id.into(), kind: context.kind.into(), ..sealed.clone() };
        assert!(matches!(open(&ring, &context, &forged), Err(KeyError::Altered { .. })));
    }
    let renamed = SealedDocument { dek_id: Uuid::new_v4(), ..sealed };
    assert!(matches!(open(&ring, &CONTEXT, &renamed), Err(KeyError::Altered { .. })));
}

#[test]
fn a_receipt_of_another_case_or_of_none_opens_nothing() {
    let (_dir, ring) = ring();
    let (case, other) = (Uuid::new_v4(), Uuid::new_v4());
    let owner = case.to_string();
    let context = DocumentContext { owner_id: &owner, ..CONTEXT };
    let sealed = ring.seal_document(&context, b"x").unwrap();
    assert!(ring.open_document(&AuditReceipt::for_test(Some(case)), &context, &sealed).is_ok());
    let trial = AuditReceipt::for_test_of_trial();
    for receipt in [AuditReceipt::for_test(Some(other)), AuditReceipt::for_test(None), trial] {
        let refused = ring.open_document(&receipt, &context, &sealed);
        assert!(matches!(refused, Err(KeyError::WrongReceipt { .. })), "{receipt:?}");
    }
}

#[test]
fn the_data_key_of_another_document_is_refused_by_the_commitment() {
    let (_dir, ring) = ring();
    let sealed = ring.seal_document(&CONTEXT, b"one").unwrap();
    let other = ring.seal_document(&CONTEXT, b"two").unwrap();
    let swapped = SealedDocument { wrapped_dek: other.wrapped_dek.clone(), ..sealed.clone() };
    assert!(matches!(open(&ring, &CONTEXT, &swapped), Err(KeyError::Commitment { .. })));
    let with_commitment = SealedDocument { commitment: other.commitment, ..swapped };
    assert!(matches!(open(&ring, &CONTEXT, &with_commitment), Err(KeyError::Altered { .. })));
}

#[test]
fn another_ring_cannot_open() {
    let (_dir, ring) = ring();
    let (_other_dir, other) = self::ring();
    let mut sealed = ring.seal_document(&CONTEXT, b"x").unwrap();
    assert!(matches!(open(&other, &CONTEXT, &sealed), Err(KeyError::UnknownKek { .. })));
    sealed.kek_id = other.seal_document(&CONTEXT, b"y").unwrap().kek_id;
    assert!(matches!(open(&other, &CONTEXT, &sealed), Err(KeyError::Unwrap { .. })));
}

#[test]
fn rotation_rewraps_without_touching_the_ciphertext_and_destruction_is_final() {
    let (_dir, ring) = ring();
    let sealed = ring.seal_document(&CONTEXT, b"kept").unwrap();
    let left_behind = ring.seal_document(&CONTEXT, b"lost").unwrap();
    let new_kek = ring.rotate(Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(open(&ring, &CONTEXT, &sealed).unwrap(), b"kept");

    let WrappedDek { kek_id, wrapped_dek } = ring.rewrap(&sealed).unwrap();
    assert_eq!(kek_id, new_kek);
    let moved = SealedDocument { kek_id, wrapped_dek, ..sealed.clone() };
    ring.destroy_kek(&sealed.kek_id, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(open(&ring, &CONTEXT, &moved).unwrap(), b"kept");
    assert!(matches!(open(&ring, &CONTEXT, &left_behind), Err(KeyError::DestroyedKek { .. })));
    assert!(matches!(ring.rewrap(&left_behind), Err(KeyError::DestroyedKek { .. })));
    let reloaded = KeyRing::load(ring.dir()).unwrap();
    assert_eq!(open(&reloaded, &CONTEXT, &moved).unwrap(), b"kept");
}

/// The sealed form opened by the RustCrypto ciphers, from the description alone.
#[test]
fn an_independent_library_reads_the_form() {
    let (_dir, ring) = ring();
    let sealed = ring.seal_document(&CONTEXT, b"amounts").unwrap();
    let dek = ring.keks().unwrap(&sealed.kek_id, &sealed.wrapped_dek).unwrap().unwrap();
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(b"hedui/document/v1"), dek.expose()).expand(b"AES-256-GCM", &mut key).unwrap();

    let kek = sealed.kek_id.as_str().as_bytes();
    let mut aad = vec![1, 1, kek.len() as u8];
    aad.extend(kek);
    aad.extend(sealed.dek_id.as_bytes());
    aad.extend(b"\0\x08report-1\0\x06report\0\x24");
    aad.extend(CASE.as_bytes());
    let (nonce, msg) = sealed.ciphertext[3 + kek.len()..].split_at(12);
    let nonce: [u8; 12] = nonce.try_into().unwrap();
    let plaintext = Aes256Gcm::new(&key.into()).decrypt(&nonce.into(), Payload { msg, aad: &aad }).unwrap();
    assert_eq!(plaintext, b"amounts");
}

/// A provider that is not the ring file, as a hardware module would be.
#[derive(Debug)]
struct Elsewhere(SecretKey);

impl crate::keys::KekProvider for Elsewhere {
    fn wrap(&self, data_key: &SecretKey) -> Result<(KekId, Vec<u8>), KeyError> {
        let masked = data_key.expose().iter().zip(self.0.expose()).map(|(a, b)| a ^ b).collect();
        Ok((KekId("hsm-1".into()), masked))
    }

    fn unwrap(&self, _: &KekId, wrapped: &[u8]) -> Result<Option<SecretKey>, KeyError> {
        let data_key: Vec<u8> = wrapped.iter().zip(self.0.expose()).map(|(a, b)| a ^ b).collect();
        Ok(SecretKey::from_slice(&data_key))
    }
}

#[test]
fn another_provider_takes_the_place_of_the_file() {
    let (_dir, ring) = ring();
    let ring = ring.with_kek_provider(std::sync::Arc::new(Elsewhere(SecretKey::random().unwrap())));
    let sealed = ring.seal_document(&CONTEXT, b"x").unwrap();
    assert_eq!(sealed.kek_id.as_str(), "hsm-1");
    assert_eq!(open(&ring, &CONTEXT, &sealed).unwrap(), b"x");
}

#[test]
fn an_identifier_too_long_to_be_bound_is_refused() {
    let (_dir, ring) = ring();
    let long = "x".repeat(1 << 16);
    let context = DocumentContext { owner_id: &long, ..CONTEXT };
    assert!(matches!(ring.seal_document(&context, b""), Err(KeyError::ContextTooLong)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_opens(plaintext in proptest::collection::vec(any::<u8>(), 0..5000), id in ".{0,40}", kind in "[a-z]{0,9}", owner: u128) {
        let (_dir, ring) = shared_ring();
        let owner = Uuid::from_u128(owner).to_string();
        let context = DocumentContext { document_id: &id, kind: &kind, owner_id: &owner };
        let sealed = ring.seal_document(&context, &plaintext).unwrap();
        prop_assert_eq!(open(ring, &context, &sealed).unwrap(), plaintext.clone());
        prop_assert!(plaintext.len() < 16 || !sealed.ciphertext.windows(16).any(|window| window == &plaintext[..16]));
    }

    #[test]
    fn foreign_bytes_never_open_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (_dir, ring) = shared_ring();
        let mut sealed = ring.seal_document(&CONTEXT, b"x").unwrap();
        sealed.ciphertext = bytes;
        prop_assert!(open(ring, &CONTEXT, &sealed).is_err());
    }
}

fn shared_ring() -> &'static (tempfile::TempDir, KeyRing) {
    static RING: std::sync::OnceLock<(tempfile::TempDir, KeyRing)> = std::sync::OnceLock::new();
    RING.get_or_init(ring)
}
