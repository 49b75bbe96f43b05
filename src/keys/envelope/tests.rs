//! Documents sealed, opened, altered, swapped, and read by another library.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use hkdf::Hkdf;
use jiff::Timestamp;
use proptest::prelude::*;
use sha2::Sha256;

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

    let wrapped =
        |sealed: &SealedDocument| WrappedDek { kek_id: sealed.kek_id.clone(), wrapped_dek: sealed.wrapped_dek.clone() };
    let WrappedDek { kek_id, wrapped_dek } = ring.rewrap(&wrapped(&sealed)).unwrap().unwrap();
    let altered = WrappedDek { wrapped_dek: vec![7; 40], ..wrapped(&sealed) };
    assert!(ring.rewrap(&altered).unwrap().is_none());
    assert_eq!(kek_id, new_kek);
    let moved = SealedDocument { kek_id, wrapped_dek, ..sealed.clone() };
    ring.destroy_kek(&sealed.kek_id, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(open(&ring, &CONTEXT, &moved).unwrap(), b"kept");
    assert!(matches!(open(&ring, &CONTEXT, &left_behind), Err(KeyError::DestroyedKek { .. })));
    assert!(matches!(ring.rewrap(&wrapped(&left_behind)), Err(KeyError::DestroyedKek { .. })));
    let reloaded = KeyRing::load(ring.dir()).unwrap();
    assert_eq!(open(&reloaded, &CONTEXT, &moved).unwrap(), b"kept");
}

/// The sealed form opened by the RustCrypto ciphers, from the description alone.
#[test]
fn an_independent_library_reads_the_form() {
    let (_dir, ring) = ring();
    let sealed = ring.seal_document(&CONTEXT, b"amounts").unwrap();
    let dek = ring.unwrap(&sealed.kek_id, &sealed.wrapped_dek).unwrap().unwrap();
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

/// The sealed form of the other suite, opened by the same cipher put together anew.
#[test]
fn both_suites_open_side_by_side() {
    let (_dir, ring) = ring();
    let aes = ring.seal_document(&CONTEXT, b"one").unwrap();
    let ring = ring.with_suite(Suite::Sm4Gcm);
    let sm4 = ring.seal_document(&CONTEXT, b"other").unwrap();
    assert_eq!((aes.ciphertext[1], sm4.ciphertext[1]), (1, 2));
    for ring in [KeyRing::load(ring.dir()).unwrap(), ring] {
        assert_eq!(open(&ring, &CONTEXT, &aes).unwrap(), b"one");
        assert_eq!(open(&ring, &CONTEXT, &sm4).unwrap(), b"other");
        // the suite is bound: a document does not open as one of the other suite
        let renamed = |sealed: &SealedDocument, suite| {
            let mut ciphertext = sealed.ciphertext.clone();
            ciphertext[1] = suite;
            SealedDocument { ciphertext, ..sealed.clone() }
        };
        assert!(matches!(open(&ring, &CONTEXT, &renamed(&aes, 2)), Err(KeyError::Altered { .. })));
        assert!(matches!(open(&ring, &CONTEXT, &renamed(&sm4, 1)), Err(KeyError::Altered { .. })));
        assert!(matches!(open(&ring, &CONTEXT, &renamed(&sm4, 3)), Err(KeyError::UnknownForm { .. })));
        for index in 0..sm4.ciphertext.len() {
            let mut altered = sm4.clone();
            altered.ciphertext[index] ^= 1;
            assert!(open(&ring, &CONTEXT, &altered).is_err(), "byte {index}");
        }
    }
}

/// A provider that is not the ring file, as a hardware module would be: keys of its own, another form of wrap, states, a bound.
#[derive(Debug)]
struct Elsewhere {
    keys: std::sync::RwLock<Vec<(KekId, crate::keys::KekState, [u8; 32])>>,
    wraps_left: std::sync::atomic::AtomicU64,
}

impl Elsewhere {
    fn new(wraps: u64) -> std::sync::Arc<Self> {
        let keys = vec![(KekId("hsm-1".into()), crate::keys::KekState::Active, [1; 32])].into();
        std::sync::Arc::new(Self { keys, wraps_left: wraps.into() })
    }

    fn rotate(&self) {
        let mut keys = self.keys.write().unwrap();
        keys[0].1 = crate::keys::KekState::DecryptOnly;
        keys.push((KekId("hsm-2".into()), crate::keys::KekState::Active, [2; 32]));
    }
}

impl crate::keys::KekProvider for Elsewhere {
    fn wrap(&self, data_key: &SecretKey) -> Result<(KekId, Vec<u8>), KeyError> {
        use std::sync::atomic::Ordering::SeqCst;
        let keys = self.keys.read().unwrap();
        let (id, _, key) = keys.iter().find(|(_, state, _)| *state == crate::keys::KekState::Active).unwrap();
        let counted = self.wraps_left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        counted.map_err(|_| KeyError::WrapBound { kek: id.clone(), bound: 0 })?;
        let nonce: [u8; 12] = data_key.expose()[..12].try_into().unwrap();
        let sealed = Aes256Gcm::new(key.into()).encrypt(&nonce.into(), &data_key.expose()[..]).unwrap();
        Ok((id.clone(), [&nonce[..], &sealed].concat()))
    }

    fn unwrap(&self, kek: &KekId, wrapped: &[u8]) -> Result<Option<SecretKey>, KeyError> {
        let keys = self.keys.read().unwrap();
        let held = keys.iter().find(|(id, ..)| id == kek).ok_or_else(|| KeyError::UnknownKek { kek: kek.clone() })?;
        let Some((nonce, sealed)) = wrapped.split_first_chunk::<12>() else { return Ok(None) };
        let opened = Aes256Gcm::new((&held.2).into()).decrypt(nonce.into(), sealed).ok();
        Ok(opened.and_then(|bytes| SecretKey::from_slice(&bytes)))
    }

    fn keys(&self) -> Vec<(KekId, crate::keys::KekState)> {
        self.keys.read().unwrap().iter().map(|(id, state, _)| (id.clone(), *state)).collect()
    }
}

#[test]
fn another_provider_takes_the_place_of_the_file() {
    let (_dir, ring) = ring();
    let before = ring.seal_document(&CONTEXT, b"before").unwrap();
    let elsewhere = Elsewhere::new(4);
    let ring = ring.with_kek_provider(elsewhere.clone());
    let sealed = ring.seal_document(&CONTEXT, b"x").unwrap();
    assert_eq!(sealed.kek_id.as_str(), "hsm-1");
    assert_eq!(open(&ring, &CONTEXT, &sealed).unwrap(), b"x");
    assert_eq!(open(&ring, &CONTEXT, &before).unwrap(), b"before", "what the file's key wrapped still opens");
    assert_eq!(ring.former_keks(), std::slice::from_ref(&before.kek_id), "and is to be wrapped anew");

    let rewrapped = |sealed: &SealedDocument| {
        let wrapped = WrappedDek { kek_id: sealed.kek_id.clone(), wrapped_dek: sealed.wrapped_dek.clone() };
        let WrappedDek { kek_id, wrapped_dek } = ring.rewrap(&wrapped).unwrap().unwrap();
        SealedDocument { kek_id, wrapped_dek, ..sealed.clone() }
    };
    let moved = rewrapped(&before);
    assert_eq!(moved.kek_id.as_str(), "hsm-1");
    ring.rotate(Timestamp::UNIX_EPOCH).unwrap();
    ring.destroy_kek(&before.kek_id, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(open(&ring, &CONTEXT, &moved).unwrap(), b"before");
    assert!(matches!(open(&ring, &CONTEXT, &before), Err(KeyError::DestroyedKek { .. })));

    elsewhere.rotate();
    assert!(ring.former_keks().contains(&KekId("hsm-1".into())));
    assert_eq!(open(&ring, &CONTEXT, &rewrapped(&moved)).unwrap(), b"before");
    ring.seal_document(&CONTEXT, b"the last").unwrap();
    assert!(matches!(ring.seal_document(&CONTEXT, b"one too many"), Err(KeyError::WrapBound { .. })));
    let unknown = SealedDocument { kek_id: KekId("hsm-9".into()), ..moved };
    assert!(matches!(open(&ring, &CONTEXT, &unknown), Err(KeyError::UnknownKek { .. })));
}

/// Two processes of one service, each with its ring of the same file.
#[test]
fn a_key_that_another_process_wraps_under_already_is_looked_for_in_the_file() {
    let (_dir, ring) = ring();
    let other = KeyRing::load(ring.dir()).unwrap();
    let new = ring.rotate(Timestamp::UNIX_EPOCH).unwrap();
    let sealed = ring.seal_document(&CONTEXT, b"x").unwrap();
    assert_eq!(sealed.kek_id, new);
    assert_eq!(open(&other, &CONTEXT, &sealed).unwrap(), b"x");
    assert!(other.is_behind(), "it opens; the rest of the file is not in force before it is held");
    assert_ne!(other.seal_document(&CONTEXT, b"y").unwrap().kek_id, new);
    assert_eq!(other.former_keks(), []);
    let never = SealedDocument { kek_id: KekId("kek-9".into()), ..sealed };
    assert!(matches!(open(&other, &CONTEXT, &never), Err(KeyError::UnknownKek { .. })));
    other.reload().unwrap();
    assert!(!other.is_behind());
    assert_eq!(other.seal_document(&CONTEXT, b"y").unwrap().kek_id, new);
    assert_eq!(other.former_keks().len(), 1);
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
