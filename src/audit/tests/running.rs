//! Appending, reading proofs, faults of the store, restarts.

use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{House, now, searches};
use crate::audit::note::tests::TestSigner;
use crate::audit::{
    Action, Actor, ActorRole, AuditError, Checkpoint, Event, InclusionProof, Label, Leaf, Log, ProofError, verify_log,
};
use crate::household::{Lane, Purpose, Region};
use crate::store::faults::Fault;
use crate::store::{Created, DocumentKind, LogFilter, NewCase, SealedDocument, Store, StoreError, Tag};

#[tokio::test]
async fn what_is_acknowledged_is_indexed_proved_and_under_a_checkpoint() {
    let house = House::new();
    let log = house.log().await;
    let case = Uuid::now_v7();
    let person = Tag::new(1, [3; 16]);
    let mut events = searches(5);
    events.push(Event::new(&Actor::service(), Action::Accepted).case(case).subject(person));
    let receipts = log.append(events).await.unwrap();
    assert_eq!(receipts.iter().map(|r| r.index()).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    assert!(receipts.iter().all(|r| r.size_after() == 6));
    assert!(receipts[5].must_speak_of(case).is_ok() && receipts[4].must_speak_of(case).is_err());

    let checkpoint = Checkpoint::open(&log.checkpoint().await.unwrap().unwrap(), &house.keys()).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (6, log.root_at(6).await.unwrap()));
    for receipt in &receipts {
        let leaf = log.leaf(receipt.index()).await.unwrap().leaf;
        assert_eq!(leaf.hash, *receipt.leaf_hash());
        assert_eq!(Leaf::parse(&leaf.bytes).unwrap().id, receipt.event_id());
        let proof = log.prove_inclusion(receipt.index()).await.unwrap();
        assert_eq!(proof.verify(&leaf.bytes, &house.keys()), Ok(checkpoint.clone()));
        let read = InclusionProof::from_text(&proof.to_text()).unwrap();
        assert_eq!(read, proof);
        let json = serde_json::to_string(&proof).unwrap();
        assert_eq!(serde_json::from_str::<InclusionProof>(&json).unwrap(), proof);
        assert_eq!(proof.verify(b"another", &house.keys()), Err(ProofError::NotIncluded));
    }

    let found =
        log.store().search_log(&LogFilter { subject_tags: vec![person], ..LogFilter::default() }).await.unwrap();
    assert_eq!(found.iter().map(|leaf| leaf.index).collect::<Vec<_>>(), [5]);
    let found = log.store().search_log(&LogFilter { limit: 2, cursor: Some(5), ..LogFilter::default() }).await.unwrap();
    assert_eq!(found.iter().map(|leaf| leaf.index).collect::<Vec<_>>(), [4, 3]);
    assert!(matches!(log.prove_inclusion(6).await, Err(AuditError::OutOfRange { asked: 6, size: 6 })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_make_one_order_in_few_commits() {
    let house = House::new();
    let log = house.log().await;
    let before = log.store().commits();
    let tasks: Vec<_> = (0..64)
        .map(|task: u8| {
            let log = log.clone();
            tokio::spawn(async move {
                let mut last = None;
                let mut seen = Vec::new();
                for round in 0..8_u8 {
                    let tag = Tag::new(u32::from(round), [task; 16]);
                    let events = (0..=round % 3).map(|_| Event::new(&Actor::service(), Action::Search).subject(tag));
                    let receipts = log.append(events.collect()).await.unwrap();
                    let indexes: Vec<u64> = receipts.iter().map(|receipt| receipt.index()).collect();
                    assert!(indexes.windows(2).all(|pair| pair[1] == pair[0] + 1), "one call stays together");
                    assert!(last < Some(indexes[0]), "a task's own order holds");
                    last = indexes.last().copied();
                    seen.extend(indexes);
                }
                seen
            })
        })
        .collect();
    let mut all = BTreeSet::new();
    let mut count = 0;
    for task in tasks {
        let seen = task.await.unwrap();
        count += seen.len();
        all.extend(seen);
    }
    assert_eq!(all.len(), count, "no index twice");
    assert_eq!(all.last().copied(), Some(count as u64 - 1), "no gap");
    let commits = log.store().commits() - before;
    assert!(commits < 64 * 8 / 2, "{commits} commits for {} calls", 64 * 8);
    let report = verify_log(log.store(), &house.keys(), &[]).await.unwrap();
    assert!(report.sound(), "{:?}", report.faults);
    assert_eq!(report.size, count as u64);
}

pub(super) fn case(id: Uuid) -> NewCase {
    let document = SealedDocument {
        id: Uuid::now_v7(),
        kind: DocumentKind::Request,
        dek_id: Uuid::now_v7(),
        kek_id: "kek-1".into(),
        wrapped_dek: vec![1; 40],
        commitment: [2; 32],
        ciphertext: vec![3; 90],
    };
    NewCase {
        id,
        organisation: "township-1".into(),
        client: "caseworkers".into(),
        purpose: Purpose::DibaoApplication,
        region: Region("620422".into()),
        reference_tag: None,
        created_at: now(),
        as_of: "2026-11-01".parse().unwrap(),
        lane: Lane::Interactive,
        batch: None,
        household_tags: Vec::new(),
        idempotency: None,
        subject_tags: Vec::new(),
        request: document,
    }
}

pub(super) fn accepted(id: Uuid) -> Vec<Event> {
    let organisation = Label::of_name("township-1");
    let by =
        Actor { organisation, subject: Label::of_name("caseworkers"), role: ActorRole::Client, token_sha256: None };
    vec![Event::new(&by, Action::Accepted).case(id).purpose(Purpose::DibaoApplication)]
}

#[tokio::test]
async fn an_entry_and_what_follows_from_it_share_a_commit() {
    let house = House::new();
    let log = house.log().await;
    let (id, before) = (Uuid::now_v7(), log.store().commits());
    let (receipts, created) = log.append_with(accepted(id), Store::accepting(case(id))).await.unwrap();
    assert_eq!(created.unwrap(), Created::New(id));
    assert_eq!(log.store().commits() - before, 1);
    assert_eq!(log.store().get_case(id).await.unwrap().accepted_leaf, receipts[0].index());
    for (fault, durable) in [(Fault::Lost, false), (Fault::Durable, true)] {
        let (id, size) = (Uuid::now_v7(), log.store().log_head().await.unwrap().size);
        log.store().plan_faults(&[fault]);
        let error = log.append_with(accepted(id), Store::accepting(case(id))).await.unwrap_err();
        assert!(matches!(&error, AuditError::Store(e) if e.outcome_unknown()), "{error}");
        assert_eq!(log.store().get_case(id).await.is_ok(), durable, "{fault:?}");
        assert_eq!(log.store().log_head().await.unwrap().size, size + u64::from(durable), "both or neither: {fault:?}");
    }
    assert!(verify_log(log.store(), &house.keys(), &[]).await.unwrap().sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_effect_that_fails_leaves_its_entry_and_every_other() {
    let house = House::new();
    let log = house.log().await;
    let calls: Vec<_> = (0..40_u128)
        .map(|number| {
            let log = log.clone();
            tokio::spawn(async move {
                let (own, other) = (Uuid::now_v7(), Uuid::now_v7());
                let wrong = number % 4 == 0;
                let effect = Store::accepting(case(if wrong { other } else { own }));
                let (receipts, created) = log.append_with(accepted(own), effect).await.unwrap();
                let leaf = log.leaf(receipts[0].index()).await.unwrap().leaf;
                assert_eq!(leaf.columns.case_id, Some(own), "the entry stands");
                match created {
                    Err(StoreError::WrongReceipt { case, .. }) => assert!(wrong && case == other),
                    created => assert!(!wrong && created.unwrap() == Created::New(own)),
                }
                assert_eq!(log.store().get_case(own).await.is_ok(), !wrong);
                assert!(log.store().get_case(other).await.is_err());
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert!(verify_log(log.store(), &house.keys(), &[]).await.unwrap().sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_comes_with_its_entry() {
    let house = House::new();
    let log = house.log().await;
    log.append(searches(240)).await.unwrap();
    for _ in 0..40 {
        let (receipt, proved) = log.append_proved(searches(1).remove(0)).await.unwrap();
        assert_eq!(proved.proof, log.prove_inclusion(receipt.index()).await.unwrap(), "as the tiles prove it");
        proved.proof.verify(&proved.leaf.bytes, &house.keys()).unwrap();
    }
    let calls = (0..300).map(|number| {
        let log = log.clone();
        async move {
            if number % 3 == 0 {
                drop(log.append(searches(7)).await.unwrap());
                return None;
            }
            Some(log.append_proved(searches(1).remove(0)).await.unwrap())
        }
    });
    for (receipt, proved) in futures_util::future::join_all(calls).await.into_iter().flatten() {
        assert_eq!((receipt.index(), *receipt.leaf_hash()), (proved.proof.index, proved.leaf.hash));
        let checkpoint = proved.proof.verify(&proved.leaf.bytes, &house.keys()).unwrap();
        assert_eq!(checkpoint.size, receipt.size_after());
    }
}

#[tokio::test]
async fn a_call_larger_than_a_batch_is_one_commit() {
    let house = House::new();
    let log = house.log().await;
    let receipts = log.append(searches(700)).await.unwrap();
    assert!(receipts.iter().all(|receipt| receipt.size_after() == 700));
    let proof = log.prove_consistency(256, 700).await.unwrap();
    assert!(proof.verify(&log.root_at(256).await.unwrap(), &log.root_at(700).await.unwrap()));
    assert!(verify_log(log.store(), &house.keys(), &[]).await.unwrap().sound());
}

#[tokio::test]
async fn a_failed_commit_leaves_a_whole_log_whether_it_was_durable_or_not() {
    for (fault, size) in [(Fault::Lost, 4), (Fault::Durable, 6)] {
        let house = House::new();
        let log = house.log().await;
        log.append(searches(3)).await.unwrap();
        log.store().plan_faults(&[fault]);
        let error = log.append(searches(2)).await.unwrap_err();
        assert!(matches!(&error, AuditError::Store(e) if e.outcome_unknown()), "{error}");
        let receipt = log.append_one(searches(1).remove(0)).await.unwrap();
        assert_eq!(receipt.size_after(), size, "{fault:?}");
        let report = verify_log(log.store(), &house.keys(), &[]).await.unwrap();
        assert!(report.sound(), "{fault:?} {:?}", report.faults);
    }
}

#[tokio::test]
async fn after_a_failure_that_cannot_be_read_again_nothing_is_logged() {
    let house = House::new();
    let log = house.log().await;
    log.append(searches(1)).await.unwrap();
    log.store().plan_faults(&[Fault::Lost, Fault::Begin]);
    assert!(matches!(log.append(searches(1)).await, Err(AuditError::Store(_))));
    assert!(log.is_open(), "it may be well again");
    assert!(matches!(log.append(searches(1)).await, Err(AuditError::Store(StoreError::Database(_)))));
    assert!(!log.is_open(), "it is stopped for good");
    assert!(matches!(log.append(searches(1)).await, Err(AuditError::Stopped { .. })));
    assert!(matches!(log.append(searches(1)).await, Err(AuditError::Stopped { .. })));
}

#[tokio::test]
async fn a_full_disk_stops_the_log_and_harms_nothing() {
    let house = House::new();
    let log = house.log().await;
    let mut size = log.append(searches(10)).await.unwrap()[0].size_after();
    log.store().limit_pages(1).await;
    let error = loop {
        match log.append(searches(10)).await {
            Ok(receipts) => size = receipts[0].size_after(),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, AuditError::Store(_)), "{error}");
    assert!(log.append(searches(10)).await.is_err(), "still full");
    assert!(verify_log(log.store(), &house.keys(), &[]).await.unwrap().sound());
    assert_eq!(log.store().log_head().await.unwrap().size, size);
    log.store().limit_pages(u32::MAX - 1).await;
    assert_eq!(log.append(searches(1)).await.unwrap()[0].size_after(), size + 1, "space again");
    assert!(verify_log(log.store(), &house.keys(), &[]).await.unwrap().sound());
}

#[tokio::test]
async fn the_log_goes_on_after_a_restart() {
    let house = House::new();
    for round in 1..=5 {
        let log = house.log().await;
        let receipts = log.append(searches(100)).await.unwrap();
        assert_eq!(receipts[99].size_after(), round * 100);
        if round % 2 == 0 {
            assert_eq!(log.publish(now()).await.unwrap(), round * 100);
            assert_eq!(log.publish(now()).await.unwrap(), round * 100, "nothing new");
        }
        house.close(log).await;
    }
    let report = house.verify(&[]).await;
    assert!(report.sound(), "{:?}", report.faults);
    assert_eq!((report.size, report.checkpoints), (500, 3), "two published, and the head's");
}

#[tokio::test]
async fn another_key_or_a_lost_publication_is_refused() {
    let house = House::new();
    let log = house.log().await;
    log.append(searches(1)).await.unwrap();
    log.publish(now()).await.unwrap();
    house.close(log).await;

    let mut options = house.options();
    options.signer = Arc::new(TestSigner::new("log.example", 2));
    let error = house.refused(options.clone()).await;
    assert!(matches!(error, AuditError::Checkpoint { .. }), "{error}");
    options.earlier_keys = house.keys();
    let log = Log::open(house.store().await, options).await.unwrap();
    house.close(log).await;

    std::fs::remove_file(house.directory.path().join("data/checkpoint")).unwrap();
    let error = house.refused(house.options()).await;
    assert!(matches!(error, AuditError::PublicationMissing { size: 1, .. }), "{error}");
}

#[tokio::test]
async fn a_restored_backup_is_refused_until_somebody_says_why() {
    let house = House::new();
    let data = house.directory.path().join("data");
    let log = house.log().await;
    log.append(searches(10)).await.unwrap();
    log.publish(now()).await.unwrap();
    house.close(log).await;
    let backup = std::fs::read(data.join("hedui.sqlite")).unwrap();

    let log = house.log().await;
    log.append(searches(5)).await.unwrap();
    log.publish(now()).await.unwrap();
    let held = log.checkpoint().await.unwrap().unwrap();
    house.close(log).await;

    std::fs::write(data.join("hedui.sqlite"), &backup).unwrap();
    let error = house.refused(house.options()).await;
    assert!(matches!(error, AuditError::WentBack { published: 15, found: 10 }), "{error}");
    let report = house.verify(std::slice::from_ref(&held)).await;
    assert_eq!(report.faults[0].to_string(), "the log has 10 leaves, a signed checkpoint has 15: it went back");

    let (actor, mac) = (Actor::service(), |gap: &[u8]| Sha256::digest(gap).into());
    let log = Log::resume_after_restore(house.store().await, house.options(), &actor, "disk lost", mac).await.unwrap();
    assert_eq!(log.store().log_head().await.unwrap().size, 11);
    log.append(searches(9)).await.unwrap();
    log.publish(now()).await.unwrap();
    house.close(log).await;
    let log = house.log().await;
    let report = verify_log(log.store(), &house.keys(), &[held]).await.unwrap();
    assert_eq!(report.faults.len(), 1, "who held the lost checkpoint still sees the fork: {:?}", report.faults);
    assert_eq!(report.first_fault().unwrap().index, 10);
}
