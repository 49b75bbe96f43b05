//! Rings and logs compared, data keys wrapped anew.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::*;
use crate::audit::{Action, Event, Leaf, LogOptions, Outcome};
use crate::keys::{Destruction, DocumentContext};
use crate::store::{AuditReceipt, DocumentKind, SealedDocument};

struct House {
    folder: tempfile::TempDir,
    care: KeyringParts,
}

fn now() -> Timestamp {
    "2026-11-01T02:00:00Z".parse().unwrap()
}

fn later() -> Timestamp {
    now() + SignedDuration::from_mins(11)
}

impl House {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = Arc::new(KeyRing::create(&folder.path().join("keys"), "test-log", now()).unwrap());
        let store = Store::open(folder.path().join("data")).await.unwrap();
        let mut options = LogOptions::new(Arc::new(keys.log_signer()), Arc::new(now));
        options.publish_every = Duration::from_secs(86_400);
        let log = Log::open(store.clone(), options).await.unwrap();
        Self { folder, care: KeyringParts { store, log, keys, clock: Clock::fixed(now()) } }
    }

    async fn settle(&self, at: Timestamp) -> Result<Settled, KeyringError> {
        let KeyringParts { store, log, keys, .. } = &self.care;
        settle(store, log, keys, &Actor::service(), at).await
    }

    /// The ring as the command has it, in a process of its own.
    fn command(&self) -> KeyRing {
        KeyRing::load(self.care.keys.dir()).unwrap()
    }

    async fn entries(&self) -> Vec<(Action, Outcome, Option<u64>)> {
        let leaves = self.care.store.key_leaves().await.unwrap();
        let event = |leaf: &crate::store::StoredLeaf| Leaf::parse(&leaf.leaf.bytes).unwrap().event;
        leaves.iter().map(event).map(|event| (event.action, event.outcome, event.count)).collect()
    }

    async fn sealed(&self, text: &[u8]) -> Uuid {
        let (case, document) = self.seal(text);
        let id = document.id;
        self.put(case, document).await.unwrap();
        id
    }

    async fn put(&self, case: Uuid, document: SealedDocument) -> Result<(), StoreError> {
        self.care.store.put_document(&AuditReceipt::for_test(Some(case)), Some(case), document).await
    }

    /// A document of a case, not stored yet.
    fn seal(&self, text: &[u8]) -> (Uuid, SealedDocument) {
        let case = Uuid::now_v7();
        let id = Uuid::now_v7();
        let context = DocumentContext { document_id: &id.to_string(), kind: "review", owner_id: &case.to_string() };
        let sealed = self.care.keys.seal_document(&context, text).unwrap();
        let document = SealedDocument {
            id,
            kind: DocumentKind::Review,
            dek_id: sealed.dek_id,
            kek_id: sealed.kek_id.0,
            wrapped_dek: sealed.wrapped_dek,
            commitment: sealed.commitment,
            ciphertext: sealed.ciphertext,
        };
        (case, document)
    }
}

async fn opens(store: &Store, keys: &KeyRing, id: Uuid) -> Result<Vec<u8>, KeyError> {
    let stored = store.get_document(id).await.unwrap();
    let case = stored.case_id.unwrap();
    let context = DocumentContext { document_id: &id.to_string(), kind: "review", owner_id: &case.to_string() };
    let document = crate::keys::SealedDocument {
        id: id.to_string(),
        kind: "review".into(),
        dek_id: stored.document.dek_id,
        kek_id: KekId(stored.document.kek_id),
        wrapped_dek: stored.document.wrapped_dek,
        commitment: stored.document.commitment,
        ciphertext: stored.document.ciphertext,
    };
    keys.open_document(&AuditReceipt::for_test(Some(case)), &context, &document).map(|text| text.to_vec())
}

#[tokio::test]
async fn whatever_the_ring_holds_stands_in_the_log_once() {
    let house = House::new().await;
    assert!(!is_entered(&house.care.store, &house.care.keys).await.unwrap());
    assert_eq!(house.settle(now()).await.unwrap().entered, 7, "one for each key of a new ring");
    assert_eq!(house.settle(now()).await.unwrap(), Settled::default(), "and none twice");

    let command = house.command();
    command.rotate(now()).unwrap();
    command.roll_report_signing_key(now()).unwrap();
    let sealed_before =
        house.care.keys.seal_document(&DocumentContext { document_id: "d", kind: "k", owner_id: "c" }, b"x");
    let kid = house.care.keys.report_signer().kid().to_owned();
    assert!(house.care.keys.is_behind());
    assert!(!is_entered(&house.care.store, &house.care.keys).await.unwrap());
    let kek = sealed_before.unwrap().kek_id;
    assert_eq!(house.care.keys.former_keks(), [], "nothing new is in force before it is entered");

    assert_eq!(house.settle(now()).await.unwrap().entered, 4, "two keys made, two that are former now");
    assert!(is_entered(&house.care.store, &house.care.keys).await.unwrap());
    assert_eq!(house.care.keys.former_keks(), [kek]);
    assert_ne!(house.care.keys.report_signer().kid(), kid);
    let last: Vec<_> = house.entries().await.split_off(7).into_iter().map(|(action, ..)| action).collect();
    assert_eq!(last.iter().filter(|action| **action == Action::KeyCreated).count(), 2);
    assert_eq!(last.iter().filter(|action| **action == Action::KeyRotated).count(), 2);
}

#[tokio::test]
async fn a_ring_whose_changes_cannot_be_entered_is_not_put_in_force() {
    let house = House::new().await;
    house.settle(now()).await.unwrap();
    let command = house.command();
    let former = KekId(command.list().unwrap()[0].id.clone());
    command.rotate(now()).unwrap();
    command.mark_for_destruction(&former, Some(Destruction::WithItsDataKeys)).unwrap();
    house.care.store.plan_faults(&[crate::store::faults::Fault::Lost]);
    assert!(house.settle(now()).await.is_err());
    assert_eq!(house.care.keys.former_keks(), [], "the keys held before stay in force");
    assert_eq!(house.command().list().unwrap()[0].state, "decrypt_only", "nothing is destroyed without its entry");
    assert_eq!(house.settle(now()).await.unwrap().destroyed, [former]);
    assert!(house.entries().await.iter().any(|(action, ..)| *action == Action::KeyDestroyed));
}

/// What the ring uses now: the key that wraps, and the key that signs reports.
fn in_force(keys: &KeyRing) -> [crate::store::Hash; 2] {
    let sealed = keys.seal_document(&DocumentContext { document_id: "d", kind: "k", owner_id: "c" }, b"x").unwrap();
    let signs = keys.report_signer().kid().to_owned();
    [entering::named("kek", sealed.kek_id.as_str()), entering::named("report_signing_key", &signs)]
}

#[tokio::test]
async fn a_key_made_while_another_is_destroyed_is_entered_before_it_is_used() {
    // the file is changed at every moment at which the comparison waits for something
    for moment in 0.. {
        let house = House::new().await;
        house.settle(now()).await.unwrap();
        let former = KekId(house.command().list().unwrap()[0].id.clone());
        house.command().rotate(now()).unwrap();
        house.settle(now()).await.unwrap();
        house.command().mark_for_destruction(&former, Some(Destruction::WithItsDataKeys)).unwrap();
        let mut settling = Box::pin(house.settle(now()));
        let mut ended = None;
        for _ in 0..moment {
            match futures_util::poll!(&mut settling) {
                std::task::Poll::Ready(outcome) => {
                    ended = Some(outcome);
                    break;
                }
                std::task::Poll::Pending => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
        let too_late = ended.is_some();
        house.command().rotate(now()).unwrap();
        house.command().roll_report_signing_key(now()).unwrap();
        let outcome = match ended {
            Some(outcome) => outcome,
            None => settling.await,
        };
        assert_eq!(outcome.unwrap().destroyed, [former], "{moment}");
        let (known, _) = entering::known(&house.care.store).await.unwrap();
        for key in in_force(&house.care.keys) {
            assert!(known.contains(&(Action::KeyCreated, key)), "{moment}: in force, and not in the log");
        }
        if too_late {
            break;
        }
    }
}

#[tokio::test]
async fn former_keys_are_emptied_destroyed_and_an_old_copy_opens_nothing() {
    let house = House::new().await;
    let KeyringParts { store, keys, .. } = &house.care;
    house.settle(now()).await.unwrap();
    let first = KekId(keys.list().unwrap()[0].id.clone());
    let mut documents = Vec::new();
    for number in 0..300_u32 {
        documents.push((house.sealed(&number.to_be_bytes()).await, number));
    }
    store.cut_wal().await.unwrap();
    let old: PathBuf = house.folder.path().join("old");
    std::fs::create_dir(&old).unwrap();
    std::fs::copy(house.folder.path().join("data/hedui.sqlite"), old.join("hedui.sqlite")).unwrap();

    house.command().rotate(now()).unwrap();
    house.settle(now()).await.unwrap();
    let refused = async |how, at| {
        house.command().mark_for_destruction(&first, Some(how)).unwrap();
        let settled = house.settle(at).await.unwrap();
        (settled.destroyed, settled.kept)
    };
    let empty = Destruction::OfAnEmptyKey;
    assert_eq!(refused(empty, later()).await, (vec![], vec![(first.clone(), 300)]), "data keys are under it");
    rewrapping::run(&house.care).await.unwrap();
    let counts = store.count_deks().await.unwrap();
    assert_eq!(counts.len(), 1);
    assert_eq!(counts[0].1, 300);
    assert_ne!(counts[0].0, first.0);
    let done = (Action::KeyRotated, Outcome::Done, Some(300));
    assert_eq!(house.entries().await.last(), Some(&done), "the log says that none is left");
    let entries = house.entries().await.len();
    rewrapping::run(&house.care).await.unwrap();
    assert_eq!(house.entries().await.len(), entries, "and says it once");

    let soon = refused(empty, now() + SignedDuration::from_mins(9)).await;
    assert_eq!(soon, (vec![], vec![(first.clone(), 0)]), "what was sealed under it may be on its way still");
    assert_eq!(refused(empty, later()).await, (vec![first.clone()], vec![]));
    for (id, number) in &documents {
        assert_eq!(opens(store, keys, *id).await.unwrap(), number.to_be_bytes());
    }
    let copy = Store::open_read_only(&old).await.unwrap();
    for ring in [&**keys, &house.command()] {
        for (id, _) in &documents {
            assert!(matches!(opens(&copy, ring, *id).await, Err(KeyError::DestroyedKek { .. })));
        }
    }
}

#[tokio::test]
async fn an_altered_data_key_holds_up_no_other() {
    let house = House::new().await;
    let store = &house.care.store;
    house.settle(now()).await.unwrap();
    let first = house.care.keys.list().unwrap()[0].id.clone();
    let (sound, altered) = (house.sealed(b"sound").await, house.sealed(b"altered").await);
    let dek = store.get_document(altered).await.unwrap().document.dek_id;
    let broken = crate::store::WrappedDek { dek_id: dek, kek_id: first.clone(), wrapped: vec![7; 40] };
    store.rewrap_deks(&AuditReceipt::for_test(None), &first, vec![broken]).await.unwrap();
    house.command().rotate(now()).unwrap();
    house.settle(now()).await.unwrap();
    rewrapping::run(&house.care).await.unwrap();
    assert_eq!(opens(store, &house.care.keys, sound).await.unwrap(), b"sound");
    assert_eq!(store.deks_under(&first, None, 10).await.unwrap().len(), 1, "it stays for whoever looks into it");
    assert!(!house.entries().await.iter().any(|(_, outcome, _)| *outcome == Outcome::Done));
}

#[tokio::test]
async fn an_old_copy_of_the_ring_is_noticed() {
    let house = House::new().await;
    house.settle(now()).await.unwrap();
    let file = house.care.keys.dir().join("ring.toml");
    let before = std::fs::read(&file).unwrap();
    let first = KekId(house.care.keys.list().unwrap()[0].id.clone());
    house.command().rotate(now()).unwrap();
    house.settle(now()).await.unwrap();
    let rotated = std::fs::read(&file).unwrap();
    crate::keys::file_access::replace(&file, &before).unwrap();
    let older = house.settle(now()).await;
    assert!(matches!(older, Err(KeyringError::Older { ref key }) if *key == first.0), "{older:?}");

    crate::keys::file_access::replace(&file, &rotated).unwrap();
    house.command().mark_for_destruction(&first, Some(Destruction::OfAnEmptyKey)).unwrap();
    assert_eq!(house.settle(later()).await.unwrap().destroyed.as_slice(), std::slice::from_ref(&first));
    crate::keys::file_access::replace(&file, &rotated).unwrap();
    let back = house.settle(later()).await;
    assert!(matches!(back, Err(KeyringError::Resurrected { ref kek }) if *kek == first), "{back:?}");
    // as the error says
    house.command().mark_for_destruction(&first, Some(Destruction::OfAnEmptyKey)).unwrap();
    assert_eq!(house.settle(later()).await.unwrap().destroyed, [first]);
}

#[tokio::test]
async fn a_running_service_notices_a_changed_ring_by_itself() {
    let house = House::new().await;
    house.settle(now()).await.unwrap();
    let id = house.sealed(b"x").await;
    let KeyringParts { store, log, keys, clock } = &house.care;
    let care = Keyring::start(KeyringParts {
        store: store.clone(),
        log: log.clone(),
        keys: Arc::clone(keys),
        clock: clock.clone(),
    });
    let new = house.command().rotate(now()).unwrap();
    let moved = async {
        while store.get_document(id).await.unwrap().document.kek_id != new.0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), moved)
        .await
        .expect("it is entered, put in force, and the data key moved");
    assert!(is_entered(store, keys).await.unwrap());
    care.stop().await;
}

#[tokio::test]
async fn what_was_on_its_way_when_its_key_was_destroyed_is_not_kept() {
    let house = House::new().await;
    house.settle(now()).await.unwrap();
    let first = house.care.keys.active_kek();
    let (case, late) = house.seal(b"x");
    house.command().rotate(now()).unwrap();
    house.settle(now()).await.unwrap();
    house.command().mark_for_destruction(&first, Some(Destruction::WithItsDataKeys)).unwrap();
    assert_eq!(house.settle(now()).await.unwrap().destroyed.as_slice(), std::slice::from_ref(&first));
    let refused = house.put(case, late).await;
    assert!(matches!(refused, Err(StoreError::KekDestroyed)), "{refused:?}");
    assert!(house.care.store.deks_under(first.as_str(), None, 1).await.unwrap().is_empty());
    let id = house.sealed(b"x").await;
    assert_eq!(opens(&house.care.store, &house.care.keys, id).await.unwrap(), b"x", "sealed anew it is");
}

#[tokio::test]
async fn a_destruction_that_failed_is_none() {
    let house = House::new().await;
    house.settle(now()).await.unwrap();
    let name = entering::named("kek", house.care.keys.active_kek().as_str());
    let event = Event::new(&Actor::service(), Action::KeyDestroyed).detail(name);
    house.care.log.append(vec![event.clone()]).await.unwrap();
    assert!(matches!(house.settle(now()).await, Err(KeyringError::Resurrected { .. })), "so it would read");
    house.care.log.append_failed(vec![event]).await;
    assert_eq!(house.settle(now()).await.unwrap(), Settled::default());
}
