//! Every step that storing an entry and publishing a checkpoint take fails once, done and not done: a statement, a commit, a move on a
//! file. The steps are counted, not listed: one that is new has its faults here at once.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::replicas::Database;
use super::running::{accepted, case};
use super::{House, now, searches};
use crate::audit::{AuditError, Log, published_checkpoint, verify_log};
use crate::store::{AuditReceipt, Hash, Store};

/// More steps than there are.
const MANY: usize = 200;

/// What the log said is durable.
#[derive(Default)]
struct Acknowledged(BTreeMap<u64, Hash>);

impl Acknowledged {
    fn note(&mut self, receipts: Vec<AuditReceipt>) {
        for receipt in receipts {
            let earlier = self.0.insert(receipt.index(), *receipt.leaf_hash());
            assert_eq!(earlier, None, "one index, one entry");
        }
    }

    async fn must_stand(&self, store: &Store, house: &House, what: &str) {
        let held = published_checkpoint(store, None).await.unwrap();
        let report = verify_log(store, &house.keys(), held.as_slice()).await.unwrap();
        assert!(report.sound(), "{what}: {:?} {:?}", report.faults, report.rows);
        for (index, hash) in &self.0 {
            let stored = store.leaf(*index).await.unwrap().unwrap_or_else(|| panic!("{what}: entry {index} is lost"));
            assert_eq!(stored.leaf.hash, *hash, "{what}: entry {index}");
        }
    }
}

/// An entry with an effect, two without, a publication.
async fn work(log: &Log, acknowledged: &mut Acknowledged) {
    let id = Uuid::now_v7();
    if let Ok((receipts, created)) = log.append_with(accepted(id), Store::accepting(case(id))).await {
        acknowledged.note(receipts);
        let stands = log.store().get_case(id).await.is_ok();
        assert!(created.is_err() || stands, "what the caller was told stands");
    }
    if let Ok(receipts) = log.append(searches(2)).await {
        acknowledged.note(receipts);
    }
    let _may_fail = log.publish(now()).await;
}

/// Goes through all steps of the work on a store, and returns what they are.
async fn every_step(store: Store, house: &House) -> BTreeSet<String> {
    let mut acknowledged = Acknowledged::default();
    let log = Log::open(store.clone(), house.options()).await.unwrap();
    acknowledged.note(log.append(searches(255)).await.unwrap());
    drop(log);
    let mut steps = BTreeSet::new();
    for done in [false, true] {
        for step in 0..MANY {
            let log = Log::open(store.clone(), house.options()).await.unwrap();
            store.faults().fail_step(step, done);
            work(&log, &mut acknowledged).await;
            let Some(failed) = store.faults().failed_step() else { break };
            let what = format!("{failed}, step {step}, done: {done}");
            acknowledged.must_stand(&store, house, &what).await;
            match log.append(searches(1)).await {
                Ok(receipts) => acknowledged.note(receipts),
                Err(error) => assert!(matches!(error, AuditError::Stopped { .. }) && !log.is_open(), "{what}: {error}"),
            }
            log.publish(now()).await.unwrap();
            acknowledged.must_stand(&store, house, &what).await;
            steps.insert(failed);
        }
    }
    steps
}

fn assert_known(steps: &BTreeSet<String>) {
    for step in [
        "BEGIN",
        "SELECT size, root, frontier,",
        "SELECT level, idx, bytes",
        "INSERT INTO log_leaves (idx,",
        "INSERT INTO log_tiles (level,",
        "INSERT INTO log_head (id,",
        "SAVEPOINT part",
        "INSERT INTO cases (id,",
        "RELEASE SAVEPOINT part",
        "COMMIT",
        "create the file",
        "write the file",
        "flush the file",
        "rename the file",
        "flush the folder",
        "SELECT * FROM log_checkpoints",
        "INSERT INTO log_checkpoints (size,",
    ] {
        assert!(steps.contains(step), "{step} is not among {steps:?}");
    }
}

#[tokio::test]
async fn every_step_fails_done_and_not_done() {
    let house = House::new();
    let steps = every_step(house.store().await, &house).await;
    assert_known(&steps);
}

#[tokio::test]
async fn every_step_fails_on_a_shared_database() {
    let Some(database) = Database::new().await else { return };
    let house = House::new();
    let steps = every_step(database.store(&house).await, &house).await;
    assert_known(&steps);
}
