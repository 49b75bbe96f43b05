//! Tokens, keys, sealed and signed reports, documents at rest, the key ring's files; leaves, notes, checkpoints and proofs of the log.

use hedui::audit::{Checkpoint, InclusionProof, Leaf, VerifierKey};
use hedui::auth::{Authenticator, LocalIssuer};
use hedui::config::{AuthSettings, Client, Clients, Disclosure, KeySource};
use hedui::keys::KeyRing;
use hedui::report::jose::jws::UnverifiedJws;
use hedui::report::jose::{RecipientKey, RecipientPrivateKey, VerifyingKeys, decrypt, generate_recipient};
use hedui::report::open::{InclusionCheck, TrustedKeys, open};
use hedui::report::seal::seal;
use hedui::telemetry::Clock;

use super::corpus;
use super::damage::try_all;
use crate::support::{Setup, Stage};

const REPORT: &str = r#"{"body":{"number":"HN-2026-000123","title":"核对报告"}}"#;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn ring(folder: &tempfile::TempDir) -> KeyRing {
    KeyRing::create(&folder.path().join("keys"), "test-log", jiff::Timestamp::UNIX_EPOCH).expect("a ring")
}

#[test]
fn no_altered_token_is_let_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let issuer = LocalIssuer::new(Clock::system()).expect("an issuer");
    let client = Client {
        id: "township".into(),
        organisation: "o".into(),
        regions: vec!["62".into()],
        roles: vec!["client".into()],
        disclosure: Disclosure::Full,
        ..Client::default()
    };
    let settings = AuthSettings {
        audience: "hedui".into(),
        issuers: vec![issuer.publish(folder.path()).expect("a key set")],
        ..AuthSettings::default()
    };
    let token = issuer.token(&client, "hedui", "report:read", 3600).expect("a token");
    let Ok(authenticator) = Authenticator::new(&settings, Clients::new(vec![client]), Clock::system()) else {
        panic!("the key set is read")
    };
    let header = format!("Bearer {token}");
    assert!(authenticator.caller(Some(&header)).is_ok());
    try_all(&corpus("tokens", vec![header.clone().into_bytes()]), |bytes| {
        let given = text(bytes);
        let is_the_same = given.split_whitespace().nth(1) == Some(&token);
        let is_let_in = authenticator.caller(Some(&given)).is_ok();
        assert!(is_the_same || !is_let_in, "{given}");
        is_let_in
    });
    let keys = std::fs::read(settings.issuers[0].keys.to_string()).expect("a key set");
    let file = folder.path().join("damaged.json");
    try_all(&corpus("key-sets", vec![keys]), |bytes| {
        std::fs::write(&file, bytes).expect("a file");
        let mut settings = settings.clone();
        settings.issuers[0].keys = KeySource::File(file.clone());
        let read = Authenticator::new(&settings, Clients::default(), Clock::system());
        if let Err(problems) = &read {
            assert!(problems.iter().all(|problem| !problem.message.is_empty()));
        }
        read.is_ok()
    });
}

#[test]
fn keys_are_read_or_refused() {
    let pair = generate_recipient().expect("a pair");
    let rsa = std::fs::read(super::root("tests/interop/test-rsa.private.json")).expect("a key");
    let folder = tempfile::tempdir().expect("a folder");
    let set = ring(&folder).jwks().to_string().into_bytes();
    let public = pair.public_jwk.to_string().into_bytes();
    let real = vec![pair.private_jwk.as_bytes().to_vec(), public, rsa, set];
    try_all(&corpus("keys", real), |bytes| {
        let text = text(bytes);
        if let Ok(value) = serde_json::from_slice(bytes) {
            match RecipientKey::parse(&value) {
                Ok(key) => assert_eq!(key.thumbprint().len(), 43),
                Err(faults) => assert!(!faults.is_empty()),
            }
        }
        drop(VerifyingKeys::parse(&text));
        RecipientPrivateKey::parse(&text).is_ok()
    });
}

#[test]
fn no_altered_report_is_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let ring = ring(&folder);
    let pair = generate_recipient().expect("a pair");
    let key = RecipientPrivateKey::parse(&pair.private_jwk).expect("a key");
    let recipient = RecipientKey::parse(&pair.public_jwk).expect("a key");
    let sealed = seal(REPORT.as_bytes(), &ring.report_signer(), &recipient).expect("sealed");
    let signed = decrypt(&sealed, &key).expect("it opens").to_vec();
    let trusted = TrustedKeys::Pinned(VerifyingKeys::from_value(&ring.jwks()).expect("keys"));
    let original = sealed.clone();
    try_all(&corpus("sealed", vec![sealed.into_bytes(), signed.clone()]), |bytes| {
        let given = text(bytes);
        if let Ok(opened) = open(&given, &key, &trusted, |_| InclusionCheck::NotChecked) {
            assert_eq!(given.trim_end(), original, "one report, one token");
            assert_eq!(opened.bytes.as_slice(), REPORT.as_bytes());
            return true;
        }
        false
    });
    let keys = VerifyingKeys::from_value(&ring.jwks()).expect("keys");
    let original = text(&signed);
    try_all(&corpus("signed", vec![signed]), |bytes| {
        let given = text(bytes);
        if let Ok(jws) = UnverifiedJws::parse(&given)
            && let Some(key) = keys.get(jws.kid())
            && jws.is_signed_by(key)
        {
            assert_eq!(given, original);
            return true;
        }
        false
    });
}

#[test]
fn a_key_ring_is_read_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(ring(&folder));
    let keys = folder.path().join("keys");
    let names: Vec<_> =
        std::fs::read_dir(&keys).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    let files: Vec<_> = names
        .into_iter()
        .filter(|path| path.is_file())
        .map(|path| (std::fs::read(&path).expect("a file"), path))
        .collect();
    assert!(files.iter().any(|(bytes, _)| !bytes.is_empty()));
    for (bytes, path) in files.iter().filter(|(bytes, _)| !bytes.is_empty()) {
        try_all(std::slice::from_ref(bytes), |damaged| {
            std::fs::write(path, damaged).expect("a file");
            let read = KeyRing::load(&keys);
            if let Err(error) = &read {
                assert!(!error.to_string().is_empty());
            }
            read.is_ok()
        });
        std::fs::write(path, bytes).expect("a file");
    }
    assert!(KeyRing::load(&keys).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_checkpoints_and_proofs_are_read_or_refused() {
    let stage = Stage::start(Setup::default()).await;
    let report = stage.verify(&stage.mocks.sample_request()).await;
    let attestation = &report.attestation;
    let leaves: Vec<Vec<u8>> = stage.entries().await.iter().step_by(9).map(Leaf::to_bytes).collect();
    try_all(&corpus("leaves", leaves), |bytes| {
        let read = Leaf::parse(bytes);
        if let Ok(leaf) = &read {
            assert_eq!(leaf.to_bytes(), bytes, "one event, one leaf");
        }
        read.is_ok()
    });
    let key = stage.log_key();
    let original = attestation.checkpoint.clone();
    try_all(&corpus("checkpoints", vec![original.clone().into_bytes()]), |bytes| {
        let given = text(bytes);
        drop(Checkpoint::read_unverified(&given));
        let key = VerifierKey::parse(&key).expect("a key");
        if let Ok(checkpoint) = Checkpoint::open(&given, &[key]) {
            let real = Checkpoint::read_unverified(&original).expect("a checkpoint");
            assert_eq!((checkpoint.size, checkpoint.root), (real.size, real.root), "only what was signed");
            return true;
        }
        false
    });
    try_all(&corpus("log-keys", vec![key.clone().into_bytes()]), |bytes| VerifierKey::parse(&text(bytes)).is_ok());
    let proof = InclusionProof {
        index: attestation.leaf_index,
        hashes: (attestation.inclusion_proof.iter())
            .map(|hash| hedui::audit::EncodedHash(hex::decode(hash).expect("hex").try_into().expect("a hash")))
            .collect(),
        checkpoint: original,
    };
    try_all(&corpus("proofs", vec![proof.to_text().into_bytes()]), |bytes| {
        if let Ok(proof) = InclusionProof::from_text(&text(bytes)) {
            assert_eq!(InclusionProof::from_text(&proof.to_text()), Ok(proof));
            return true;
        }
        false
    });
}
