//! The ring and the log compared: whatever the ring file says of its keys stands in the log before a key is used, or, if it is to be destroyed, before it is.
//!
//! The file is changed by `hedui keys`, which may not have the log: on SQLite a running service has it. So whoever has both, a service that runs
//! or starts, or the command itself, enters what is missing. An entry names a key by the hash of its kind and id. Nothing can be left out by
//! stopping a process at the right moment, because the comparison is of everything, each time.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use super::KeyringError;
use crate::audit::{Action, Actor, ActorRole, Event, Label, Leaf, Log, Outcome};
use crate::keys::{Condemned, Custody, CustodyKind, Destruction, KekId, KeyListing, KeyRing, ReadRing};
use crate::store::{Hash, Store, StoreError};

/// A key that has just stopped wrapping is not destroyed yet: what was sealed under it may still be on its way to the store.
const ON_ITS_WAY: SignedDuration = SignedDuration::from_mins(10);

/// What a comparison did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Entries made.
    pub entered: usize,
    /// Keys destroyed.
    pub destroyed: Vec<KekId>,
    /// Keys that were to be destroyed but still have data keys, or may have: how many. The mark is taken off them.
    pub kept: Vec<(KekId, u64)>,
    /// Keys that the log knows and this ring does not: it is older than the log, or another's.
    pub lacking: usize,
}

impl Settled {
    /// Says what an operator should know.
    pub fn warn(&self) {
        for (kek, data_keys) in &self.kept {
            tracing::warn!(%kek, data_keys, "the key was to be destroyed but is still needed: it stays");
        }
        if self.lacking > 0 {
            let keys = self.lacking;
            tracing::error!(
                keys,
                "the audit log knows keys that this ring has not: it is an old copy, or another service's"
            );
        }
    }
}

/// Something that is true of a key, as the log says it.
pub(super) type Fact = (Action, Hash);

/// The name of a key in the log.
pub(super) fn named(kind: &str, id: &str) -> Hash {
    Sha256::digest(format!("hedui/key/v1\n{kind}\n{id}")).into()
}

/// What is true of a key in this state.
fn facts(key: &KeyListing) -> Vec<Fact> {
    let name = named(key.kind, &key.id);
    let mut facts = vec![(Action::KeyCreated, name)];
    if !["active", "prepared"].contains(&key.state) {
        facts.push((Action::KeyRotated, name));
    }
    if key.state == "destroyed" {
        facts.push((Action::KeyDestroyed, name));
    }
    facts
}

/// The fact that a copy of the ring was made, or put back.
fn passed(custody: &Custody) -> Fact {
    let action = match custody.what {
        CustodyKind::Exported => Action::KeysExported,
        CustodyKind::Restored => Action::KeysRestored,
    };
    (action, named(custody.what.as_str(), &custody.id.to_string()))
}

/// Who did it, as the ring file says: whoever has the key folder is the security administrator of this machine.
fn custodian(custody: &Custody) -> Actor {
    Actor::local(Label::of_name(&custody.by), ActorRole::SecurityAdmin)
}

/// What the log says of keys; and of which there was no data key left.
pub(super) async fn known(store: &Store) -> Result<(BTreeSet<Fact>, BTreeSet<Hash>), KeyringError> {
    let (mut facts, mut emptied) = (BTreeSet::new(), BTreeSet::new());
    for leaf in store.key_leaves().await? {
        let Ok(Leaf { event, .. }) = Leaf::parse(&leaf.leaf.bytes) else { continue };
        let Some(name) = event.detail_sha256 else { continue };
        match (event.action, event.outcome) {
            (Action::KeyRotated, Outcome::Done) => drop(emptied.insert(name)),
            // What was announced before did not come about.
            (action, Outcome::Failed) => drop(facts.remove(&(action, name))),
            (action, _) => drop(facts.insert((action, name))),
        }
    }
    Ok((facts, emptied))
}

/// Whether everything the ring file says of its keys stands in the log.
///
/// # Errors
/// The store or the ring file cannot be read.
pub async fn is_entered(store: &Store, keys: &KeyRing) -> Result<bool, KeyringError> {
    let (known, _) = known(store).await?;
    let read = keys.read()?;
    let all = read.keys().iter().flat_map(facts).chain(read.custody().iter().map(passed)).collect::<Vec<_>>();
    Ok(read.condemned().is_empty() && all.iter().all(|fact| known.contains(fact)))
}

/// Enters in the log what it does not know of the ring file's keys, as done by `actor`; destroys what is to be destroyed; puts the file in force.
///
/// # Errors
/// [`KeyringError::Resurrected`], [`KeyringError::Older`]; the log, the store or the ring failed. The keys held before are in force then.
pub async fn settle(
    store: &Store,
    log: &Log,
    keys: &KeyRing,
    actor: &Actor,
    now: Timestamp,
) -> Result<Settled, KeyringError> {
    let mut settled = Settled::default();
    loop {
        let read = keys.read()?;
        enter(store, log, &read, actor, &mut settled).await?;
        let condemned = read.condemned();
        if condemned.is_empty() {
            keys.hold(read);
            return Ok(settled);
        }
        // This changes the file, in which there may be other keys by then: it is in force once it was compared again.
        for condemned in condemned {
            destroy(store, log, keys, actor, now, &condemned, &mut settled).await?;
        }
    }
}

/// Enters what the log does not know of a ring file that was read.
async fn enter(
    store: &Store,
    log: &Log,
    read: &ReadRing,
    actor: &Actor,
    settled: &mut Settled,
) -> Result<(), KeyringError> {
    let (known, _) = known(store).await?;
    let listed = read.keys();
    let condemned = read.condemned();
    for key in listed.iter().filter(|key| key.kind == "kek" && key.state != "destroyed") {
        let destroyed = known.contains(&(Action::KeyDestroyed, named(key.kind, &key.id)));
        // One that is to be destroyed is destroyed below, now that the ring has it again.
        if destroyed && condemned.iter().all(|condemned| condemned.kek.as_str() != key.id) {
            return Err(KeyringError::Resurrected { kek: KekId(key.id.clone()) });
        }
    }
    let signing = ["kek", "report_signing_key"];
    for key in listed.iter().filter(|key| signing.contains(&key.kind) && key.state == "active") {
        if known.contains(&(Action::KeyRotated, named(key.kind, &key.id))) {
            return Err(KeyringError::Older { key: key.id.clone() });
        }
    }
    let names: BTreeSet<Hash> = listed.iter().map(|key| named(key.kind, &key.id)).collect();
    let created = known.iter().filter(|(action, _)| *action == Action::KeyCreated);
    settled.lacking = created.filter(|(_, name)| !names.contains(name)).count();

    let missing = listed.iter().flat_map(facts).filter(|fact| !known.contains(fact));
    let event = |(action, name): Fact| Event::new(actor, action).detail(name);
    let passed = read.custody().iter().map(|custody| (custody, passed(custody)));
    let passed = passed.filter(|(_, fact)| !known.contains(fact));
    let passed = passed.map(|(custody, (action, name))| Event::new(&custodian(custody), action).detail(name));
    let events: Vec<_> = missing.map(event).chain(passed).collect();
    settled.entered += events.len();
    log.append(events).await?;
    Ok(())
}

/// Destroys a key, entry first, unless it is still needed and nobody said that this is to be lost. From the entry's commit on the store takes
/// nothing more that is wrapped under it, from any process.
async fn destroy(
    store: &Store,
    log: &Log,
    keys: &KeyRing,
    actor: &Actor,
    now: Timestamp,
    condemned: &Condemned,
    settled: &mut Settled,
) -> Result<(), KeyringError> {
    let Condemned { kek, how, retired } = condemned;
    let counts = store.count_deks().await?;
    let data_keys = counts.iter().find(|(id, _)| id == kek.as_str()).map_or(0, |(_, count)| *count);
    let on_their_way = retired.is_some_and(|retired| now.duration_since(retired) < ON_ITS_WAY);
    let keep = |data_keys, settled: &mut Settled| {
        settled.kept.push((kek.clone(), data_keys));
        keys.mark_for_destruction(kek, None)
    };
    if *how == Destruction::OfAnEmptyKey && (data_keys > 0 || on_their_way) {
        return Ok(keep(data_keys, settled)?);
    }
    let event = Event::new(actor, Action::KeyDestroyed).detail(named("kek", kek.as_str()));
    let event = if data_keys > 0 { event.count(data_keys) } else { event };
    let destroying = Store::destroying_kek(kek.as_str(), *how == Destruction::WithItsDataKeys);
    let (_, outcome) = log.append_with(vec![event], destroying).await?;
    settled.entered += 1;
    match outcome {
        Ok(_) => {}
        // Another process has wrapped under it since they were counted.
        Err(StoreError::KekInUse { data_keys }) => return Ok(keep(data_keys, settled)?),
        Err(error) => return Err(error.into()),
    }
    keys.destroy_kek(kek, now)?;
    settled.destroyed.push(kek.clone());
    Ok(())
}
