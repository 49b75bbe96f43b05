//! The ring on disk: made, loaded, rotated, refused when others may read it.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

const LOG: &str = "huining.example/hedui";

fn now() -> Timestamp {
    "2026-11-01T08:00:00Z".parse().unwrap()
}

fn ring() -> (tempfile::TempDir, KeyRing) {
    let dir = tempfile::tempdir().unwrap();
    let ring = KeyRing::create(&dir.path().join("keys"), LOG, now()).unwrap();
    (dir, ring)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Edits the ring file as a text.
fn edit(ring: &KeyRing, change: impl FnOnce(String) -> String) {
    let path = ring.dir().join(RING_FILE);
    let text = change(fs::read_to_string(&path).unwrap());
    fs::write(&path, text).unwrap();
}

fn faults(ring: &KeyRing) -> Vec<String> {
    match KeyRing::load(ring.dir()) {
        Err(KeyError::RingFaults { faults, .. }) => faults,
        other => panic!("expected faults, got {other:?}"),
    }
}

#[test]
fn a_new_ring_loads_to_the_same_keys() {
    let (_dir, ring) = ring();
    let again = KeyRing::load(ring.dir()).unwrap();
    assert_eq!(ring.jwks(), again.jwks());
    assert_eq!(ring.subject_tag("A"), again.subject_tag("A"));
    assert_eq!(ring.blind_index("name", "A"), again.blind_index("name", "A"));
    assert_eq!(ring.log_signer().public_key(), again.log_signer().public_key());
    assert_eq!(again.log_signer().name(), LOG);
    assert_eq!(ring.list().unwrap().len(), 1 + 4 + 1 + 1);
}

#[test]
fn directory_and_files_are_private_and_a_second_ring_is_refused() {
    let (_dir, ring) = ring();
    assert_eq!(fs::metadata(ring.dir()).unwrap().permissions().mode() & 0o7777, 0o700);
    for entry in fs::read_dir(ring.dir()).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    }
    assert!(matches!(KeyRing::create(ring.dir(), LOG, now()), Err(KeyError::RingExists { .. })));
}

#[test]
fn a_ring_that_others_can_read_does_not_load() {
    let (_dir, ring) = ring();
    set_mode(&ring.dir().join(RING_FILE), 0o640);
    let message = KeyRing::load(ring.dir()).unwrap_err().to_string();
    assert!(message.contains("ring.toml") && message.contains("0640") && message.contains("0600"), "{message}");
    set_mode(&ring.dir().join(RING_FILE), 0o600);
    set_mode(ring.dir(), 0o755);
    let message = KeyRing::load(ring.dir()).unwrap_err().to_string();
    assert!(message.contains("keys") && message.contains("0755") && message.contains("0700"), "{message}");
    assert!(matches!(KeyRing::create(ring.dir(), LOG, now()), Err(KeyError::TooOpen { .. })));
}

#[test]
fn no_ring_says_how_to_make_one() {
    let dir = tempfile::tempdir().unwrap();
    set_mode(dir.path(), 0o700);
    for path in [dir.path().to_owned(), dir.path().join("missing")] {
        let error = KeyRing::load(&path).unwrap_err();
        assert!(matches!(&error, KeyError::NoRing { .. }) && error.to_string().contains("hedui keys init"));
    }
    assert!(matches!(KeyRing::create(&dir.path().join("k"), "two words", now()), Err(KeyError::LogName)));
    assert!(!dir.path().join("k").exists());
}

#[test]
fn rotation_keeps_the_former_key_for_reading() {
    let (_dir, ring) = ring();
    let first = ring.list().unwrap()[0].id.clone();
    let second = ring.rotate(now()).unwrap();
    let states: Vec<_> =
        ring.list().unwrap().into_iter().filter(|key| key.kind == "kek").map(|key| (key.id, key.state)).collect();
    assert_eq!(states, [(first.clone(), "decrypt_only"), (second.to_string(), "active")]);
    assert!(matches!(ring.destroy_kek(&second, now()), Err(KeyError::NotDestroyable { .. })));
    ring.destroy_kek(&KekId(first.clone()), now()).unwrap();
    assert!(matches!(
        ring.destroy_kek(&KekId(first), now()),
        Err(KeyError::NotDestroyable { state: KekState::Destroyed, .. })
    ));
    assert!(matches!(ring.destroy_kek(&KekId("x".into()), now()), Err(KeyError::UnknownKek { .. })));
    KeyRing::load(ring.dir()).unwrap();
}

#[test]
fn a_prepared_key_is_the_next_to_be_active() {
    let (_dir, ring) = ring();
    let prepared = ring.prepare(now()).unwrap();
    assert_eq!(ring.prepare(now()).unwrap(), prepared, "one at a time");
    let context = crate::keys::DocumentContext { document_id: "d", kind: "report", owner_id: "c" };
    assert_ne!(ring.seal_document(&context, b"x").unwrap().kek_id, prepared);
    assert_eq!(ring.former_keks(), [], "what others wrapped under it already is left alone");
    assert_eq!(ring.rotate(now()).unwrap(), prepared);
    assert_eq!(ring.seal_document(&context, b"x").unwrap().kek_id, prepared);
    assert_eq!(ring.list().unwrap().iter().filter(|key| key.kind == "kek").count(), 2);
}

#[test]
fn a_destruction_is_asked_for_before_it_is_done() {
    let (_dir, ring) = ring();
    let first = KekId(ring.list().unwrap()[0].id.clone());
    let early = ring.mark_for_destruction(&first, Some(Destruction::OfAnEmptyKey));
    assert!(matches!(early, Err(KeyError::NotDestroyable { .. })));
    ring.rotate(now()).unwrap();
    ring.mark_for_destruction(&first, Some(Destruction::OfAnEmptyKey)).unwrap();
    let condemned = ring.read().unwrap().condemned();
    assert_eq!(condemned, [Condemned { kek: first.clone(), how: Destruction::OfAnEmptyKey, retired: Some(now()) }]);
    ring.mark_for_destruction(&first, None).unwrap();
    assert_eq!(ring.read().unwrap().condemned(), []);
    ring.mark_for_destruction(&first, Some(Destruction::WithItsDataKeys)).unwrap();
    ring.destroy_kek(&first, now()).unwrap();
    assert_eq!(ring.read().unwrap().condemned(), []);
    KeyRing::load(ring.dir()).unwrap();
}

#[test]
fn a_destruction_puts_nothing_else_of_the_file_in_force() {
    let (_dir, ring) = ring();
    let former = KekId(ring.list().unwrap()[0].id.clone());
    let present = ring.rotate(now()).unwrap();
    let command = KeyRing::load(ring.dir()).unwrap();
    let kid = ring.report_signer().kid().to_owned();
    command.rotate(now()).unwrap();
    command.roll_report_signing_key(now()).unwrap();
    let context = crate::keys::DocumentContext { document_id: "d", kind: "report", owner_id: "c" };
    let as_before = || {
        let wraps = ring.seal_document(&context, b"x").unwrap().kek_id == present;
        wraps && ring.report_signer().kid() == kid && ring.is_behind()
    };
    ring.mark_for_destruction(&former, Some(Destruction::OfAnEmptyKey)).unwrap();
    assert!(as_before(), "what the command made is entered in the log by nobody yet");
    ring.destroy_kek(&former, now()).unwrap();
    assert!(as_before());
    assert_eq!(ring.list().unwrap().iter().filter(|key| key.state == "destroyed").count(), 1);
}

#[test]
fn a_rotation_by_another_process_is_kept_and_picked_up() {
    let (_dir, ring) = ring();
    let other = KeyRing::load(ring.dir()).unwrap();
    let theirs = other.rotate(now()).unwrap();
    ring.roll_report_signing_key(now()).unwrap();
    assert_eq!(ring.list().unwrap().iter().filter(|key| key.kind == "kek").count(), 2);
    other.reload().unwrap();
    assert_eq!(other.jwks(), ring.jwks());
    let context = crate::keys::DocumentContext { document_id: "d", kind: "report", owner_id: "c" };
    assert_eq!(ring.seal_document(&context, b"x").unwrap().kek_id, theirs);
}

#[test]
fn a_rolled_signing_key_leaves_the_former_published() {
    let (_dir, ring) = ring();
    let former = ring.report_signer();
    let kid = ring.roll_report_signing_key(now()).unwrap();
    assert_eq!(ring.report_signer().kid(), kid);
    let kids: Vec<_> =
        ring.jwks()["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kids, [kid, former.kid().to_owned()]);
    assert!(!ring.jwks().to_string().contains("\"d\""));
}

#[test]
fn a_new_epoch_changes_new_tags_and_keeps_old_ones_searchable() {
    let (_dir, ring) = ring();
    let old = ring.subject_tag("A");
    let body = ring.body_macs(b"body")[0];
    assert_eq!(ring.add_mac_epoch(MacUse::SubjectTag, now()).unwrap(), 2);
    assert_eq!(ring.add_mac_epoch(MacUse::RequestBody, now()).unwrap(), 2);
    assert_ne!(ring.subject_tag("A"), old);
    assert!(ring.subject_tags("A").contains(&old));
    assert_eq!(ring.body_macs(b"body")[1], body, "found under the former epoch");
    assert!(!ring.body_macs(b"another").contains(&body));
    assert_eq!(ring.blind_indexes("name", "A").len(), 1);
}

#[test]
fn contradictions_are_listed_all_at_once() {
    let (_dir, ring) = ring();
    let wrong_key = "A".repeat(43);
    edit(&ring, |text| {
        let mut document: toml::Table = text.parse().unwrap();
        document.insert("version".into(), 2.into());
        let tables = |document: &mut toml::Table, name: &str| document[name].as_array().unwrap().clone();
        let mut kek = tables(&mut document, "kek")[0].clone();
        kek.as_table_mut().unwrap().insert("key".into(), "short".into());
        document["kek"].as_array_mut().unwrap().push(kek);
        document["mac_key"].as_array_mut().unwrap().remove(0);
        document["report_signing_key"][0].as_table_mut().unwrap().insert("key".into(), wrong_key.clone().into());
        toml::to_string(&document).unwrap()
    });
    let faults = faults(&ring).join("\n");
    for expected in [
        "version: 2",
        "2 keys are active",
        "the id stands twice",
        "not base64url of 32 bytes",
        "none for subject_tag",
        "not a private scalar of P-256",
    ] {
        assert!(faults.contains(expected), "{expected} is missing in {faults}");
    }
    assert!(!faults.contains(&wrong_key));
}

#[test]
fn a_destroyed_key_that_is_still_there_is_a_fault() {
    let (_dir, ring) = ring();
    ring.rotate(now()).unwrap();
    edit(&ring, |text| text.replace("state = \"decrypt_only\"", "state = \"destroyed\""));
    assert!(faults(&ring).join("\n").contains("its key is still there"));
}

#[test]
fn a_swapped_signing_key_is_a_fault() {
    let (_dir, ring) = ring();
    let kid = ring.report_signer().kid().to_owned();
    edit(&ring, |text| text.replace(&kid, &"x".repeat(43)));
    assert!(faults(&ring).join("\n").contains("another thumbprint"));
}

#[test]
fn no_error_and_no_debug_shows_a_key() {
    let (_dir, ring) = ring();
    let text = fs::read_to_string(ring.dir().join(RING_FILE)).unwrap();
    let secrets: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("key = \"").and_then(|line| line.strip_suffix('"')).map(str::to_owned))
        .collect();
    assert_eq!(secrets.len(), 7);
    let mut shown = vec![format!("{ring:?} {:?} {:?}", ring.report_signer(), ring.log_signer())];
    shown.push(serde_json::to_string(&ring.list().unwrap()).unwrap());
    // Broken in turn: the quotes, the name, the type, the whole line.
    for broken in ["key = ", "kez = \"", "epoch = \"", "\""] {
        edit(&ring, |_| text.replace("key = \"", broken));
        shown.push(format!("{0} {0:?}", KeyRing::load(ring.dir()).unwrap_err()));
    }
    edit(&ring, |_| text.replacen("key = \"", "key = \"\\q", 1));
    let error = KeyRing::load(ring.dir()).unwrap_err();
    let expected_line = text.lines().position(|line| line.starts_with("key = ")).unwrap() + 1;
    assert!(matches!(error, KeyError::RingSyntax { line, .. } if line == expected_line), "{error}");
    shown.push(error.to_string());
    for secret in &secrets {
        assert!(shown.iter().all(|shown| !shown.contains(&secret[..8])), "a key shows");
    }
}
