//! Exports put back, and every way in which they are not.

use std::fs;

use super::*;
use crate::keys::{DocumentContext, KekState};
use crate::store::AuditReceipt;

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };
const CONTEXT: DocumentContext<'_> = DocumentContext { document_id: "d", kind: "report", owner_id: "c" };

fn now() -> Timestamp {
    "2026-11-01T08:00:00Z".parse().unwrap()
}

fn passphrase(number: usize) -> Zeroizing<String> {
    Zeroizing::new(format!("the words of custodian {number}"))
}

struct Exported {
    folder: tempfile::TempDir,
    ring: KeyRing,
    about: RingAbout,
}

fn exported(shares: usize, threshold: u8) -> Exported {
    let folder = tempfile::tempdir().unwrap();
    let ring = KeyRing::create(&folder.path().join("keys"), "huining.example/hedui", now()).unwrap();
    ring.rotate(now()).unwrap();
    let passphrases: Vec<_> = (1..=shares).map(passphrase).collect();
    let about =
        export(&ring, &folder.path().join("out"), threshold, &passphrases, CHEAP, Uuid::new_v4(), now()).unwrap();
    Exported { folder, ring, about }
}

impl Exported {
    fn sealed(&self) -> PathBuf {
        self.folder.path().join("out").join(SEALED_RING)
    }
    fn share(&self, number: usize) -> PathBuf {
        self.folder.path().join("out").join(format!("share-{number}-of-{}.toml", self.about.shares))
    }
    /// Puts it back with these shares, each with the passphrase of a custodian.
    fn back(&self, shares: &[(usize, usize)]) -> Result<(RingAbout, KeyRing), ExportError> {
        let paths: Vec<_> = shares.iter().map(|(number, _)| self.share(*number)).collect();
        let said = |index: usize, _: &Path| Ok(passphrase(shares[index].1));
        restore(&self.sealed(), &paths, &self.folder.path().join("back"), "zhang.wei", now(), |_| {}, said)
    }
}

#[test]
fn any_two_of_three_custodians_put_the_ring_back() {
    let exported = exported(3, 2);
    assert_eq!((exported.about.log.as_str(), exported.about.keys), ("huining.example/hedui", 2 + 4 + 1 + 1));
    let document = exported.ring.seal_document(&CONTEXT, b"kept").unwrap();
    let tag = exported.ring.subject_tag("A");
    for shares in [[(1, 1), (2, 2)], [(3, 3), (1, 1)], [(2, 2), (3, 3)]] {
        let (about, ring) = exported.back(&shares).unwrap();
        assert_eq!(about, exported.about);
        let receipt = AuditReceipt::for_test(None);
        assert!(matches!(ring.open_document(&receipt, &CONTEXT, &document), Err(KeyError::WrongReceipt { .. })));
        assert_eq!(ring.subject_tag("A"), tag);
        // a new key signs, the former stay published
        let (now, then) = (ring.jwks()["keys"].as_array().unwrap().clone(), exported.ring.jwks()["keys"].clone());
        assert_eq!((now.len(), &now[1..]), (2, then.as_array().unwrap().as_slice()));
        let unwrapped = ring.unwrap(&document.kek_id, &document.wrapped_dek).unwrap();
        assert!(unwrapped.is_some(), "what was sealed opens");
        let new = ring.seal_document(&CONTEXT, b"new").unwrap().kek_id;
        assert!(ring.list().unwrap().iter().all(|key| key.id != new.as_str() || key.wraps_at_most == Some(1 << 16)));
        assert!(
            exported.ring.list().unwrap().iter().all(|key| key.id != new.as_str()),
            "no key whose count is lost wraps again"
        );
        let active = ring.read().unwrap().keys().into_iter().filter(|key| key.state == KekState::Active.as_str());
        assert_eq!(active.filter(|key| key.kind == "kek").count(), 1);
        fs::remove_dir_all(exported.folder.path().join("back")).unwrap();
    }
    let everyone = exported.back(&[(1, 1), (2, 2), (3, 3)]);
    assert!(everyone.is_ok(), "more than are needed do as well");
    assert!(matches!(exported.back(&[(1, 1), (2, 2)]), Err(ExportError::Keys(KeyError::RingExists { .. }))));
}

#[test]
fn one_of_one_is_a_passphrase() {
    let exported = exported(1, 1);
    exported.back(&[(1, 1)]).unwrap();
}

#[test]
fn what_does_not_fit_is_refused_in_precise_words_and_nothing_is_written() {
    let (one, other) = (exported(3, 2), exported(3, 2));
    let refused = |result: Result<(RingAbout, KeyRing), ExportError>| {
        assert!(!one.folder.path().join("back").exists());
        result.map(|(about, _)| about).unwrap_err()
    };
    assert!(matches!(refused(one.back(&[(1, 1)])), ExportError::TooFew { given: 1, needed: 2 }));
    assert!(matches!(refused(one.back(&[(1, 1), (1, 1)])), ExportError::Twice { number: 1, .. }));
    let wrong = refused(one.back(&[(1, 1), (2, 3)]));
    assert!(matches!(&wrong, ExportError::WrongPassphrase { path } if *path == one.share(2)), "{wrong}");
    fs::copy(other.share(2), one.share(3)).unwrap();
    assert!(matches!(refused(one.back(&[(1, 1), (3, 2)])), ExportError::OtherExport { .. }));

    // Somebody changed what is readable; with a checksum made anew what is bound still refuses.
    for file in [one.sealed(), one.share(1)] {
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replace("huining", "hunting")).unwrap();
        assert!(matches!(refused(one.back(&[(1, 1), (2, 2)])), ExportError::Altered { path } if path == file));
        fs::write(&file, "version = 1\n").unwrap();
        assert!(matches!(refused(one.back(&[(1, 1), (2, 2)])), ExportError::Syntax { path } if path == file));
        fs::write(&file, &text).unwrap();
    }
    let mut about = one.about.clone();
    about.threshold = 1;
    let sealed = RingFile::read(&one.sealed()).unwrap().sealed().unwrap();
    let forged = RingFile::new(about, sealed);
    fs::write(one.sealed(), forged.to_text().unwrap()).unwrap();
    assert!(matches!(refused(one.back(&[(1, 1)])), ExportError::DoesNotOpen { .. }), "one share is not enough");
}

#[test]
fn what_would_protect_nothing_is_not_exported() {
    let exported = exported(1, 1);
    let out = exported.folder.path().join("again");
    let try_with = |threshold, passphrases: &[&str]| {
        let passphrases: Vec<_> = passphrases.iter().map(|text| Zeroizing::new((*text).to_owned())).collect();
        export(&exported.ring, &out, threshold, &passphrases, CHEAP, Uuid::new_v4(), now()).unwrap_err()
    };
    let (one, two) = ("correct horse battery", "staple correct horse");
    assert!(matches!(try_with(3, &[one, two]), ExportError::Threshold { shares: 2, threshold: 3 }));
    assert!(matches!(try_with(0, &[one]), ExportError::Threshold { .. }));
    assert!(matches!(try_with(1, &[one; 17]), ExportError::Threshold { .. }));
    assert!(matches!(try_with(2, &[one, "short"]), ExportError::ShortPassphrase { number: 2 }));
    assert!(matches!(try_with(2, &[one, two, one]), ExportError::SamePassphrase { first: 1, second: 3 }));
    assert!(!out.exists());
    let taken = exported.folder.path().join("out");
    let again = export(&exported.ring, &taken, 1, &[passphrase(1)], CHEAP, Uuid::new_v4(), now());
    assert!(matches!(again, Err(ExportError::NotEmpty { .. })));
}

#[test]
fn no_file_of_an_export_shows_a_key_and_all_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let exported = exported(2, 2);
    let ring = fs::read_to_string(exported.ring.dir().join(RING_FILE)).unwrap();
    let secrets: Vec<_> = ring.lines().filter_map(|line| line.strip_prefix("key = \"")).collect();
    assert_eq!(secrets.len(), 8);
    for entry in fs::read_dir(exported.folder.path().join("out")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(secrets.iter().all(|secret| !text.contains(&secret[..8])));
    }
}

/// RFC 9106 section 5.3, but for its secret and associated data, which this use has none of: the reference implementation's vector for `password`,
/// `somesalt`, two passes over 64 MiB in one lane.
#[test]
fn argon2id_is_the_reference_ones() {
    let cost = Cost { memory_kib: 65536, passes: 2, lanes: 1 };
    let key = cost.key("password", b"somesalt").unwrap();
    assert_eq!(hex::encode(key.expose()), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
}
