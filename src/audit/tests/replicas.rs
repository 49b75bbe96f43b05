//! Two processes that append to one log: PostgreSQL only.

use crate::audit::{AuditError, Checkpoint, Log, published_checkpoint, verify_log};
use crate::config::PostgresSettings;
use crate::store::{Store, postgres_server};

use super::{House, now, searches};

/// A database, and what a process opens on it: each house has a data directory of its own.
pub(super) struct Database(PostgresSettings);

impl Database {
    pub(super) async fn new() -> Option<Self> {
        Some(Self(PostgresSettings {
            url: postgres_server::database().await?.into(),
            connections: 3,
            allow_plaintext: false,
        }))
    }

    pub(super) async fn store(&self, house: &House) -> Store {
        Store::open_shared(house.directory.path().join("data"), &self.0).await.unwrap()
    }

    async fn log(&self, house: &House) -> Result<Log, AuditError> {
        let store = self.store(house).await;
        let log = Log::open(store.clone(), house.options()).await;
        if log.is_err() {
            store.close().await;
        }
        log
    }
}

fn in_file(house: &House) -> u64 {
    let note = std::fs::read_to_string(house.directory.path().join("data/checkpoint")).unwrap();
    Checkpoint::open(&note, &house.keys()).unwrap().size
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_append_to_one_tree() {
    let Some(database) = Database::new().await else { return };
    let houses = [House::new(), House::new()];
    let logs = [database.log(&houses[0]).await.unwrap(), database.log(&houses[1]).await.unwrap()];
    let tasks: Vec<_> = (0..40)
        .map(|task| {
            let log = logs[task % 2].clone();
            tokio::spawn(async move {
                for _ in 0..5 {
                    log.append(searches(3)).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(logs[0].publish(now()).await.unwrap(), 600);
    let beside = Store::open_shared_read_only(houses[0].directory.path().join("data"), &database.0).await.unwrap();
    let published = published_checkpoint(&beside, None).await.unwrap();
    let report = verify_log(&beside, &houses[0].keys(), published.as_slice()).await.unwrap();
    assert!(report.sound(), "{:?}", report.faults);
    assert_eq!(report.size, 600);
}

#[tokio::test]
async fn each_process_keeps_what_was_published_last() {
    let Some(database) = Database::new().await else { return };
    let (one, other, third) = (House::new(), House::new(), House::new());
    let log = database.log(&one).await.unwrap();
    log.append(searches(5)).await.unwrap();
    assert_eq!(log.publish(now()).await.unwrap(), 5);
    assert_eq!(in_file(&one), 5);

    let late = database.log(&other).await.unwrap();
    assert_eq!(late.publish(now()).await.unwrap(), 5, "nothing is to be published");
    assert_eq!(in_file(&other), 5, "but a process that is new begins with what is published");
    late.append(searches(2)).await.unwrap();
    assert_eq!(late.publish(now()).await.unwrap(), 7);
    assert_eq!((in_file(&one), in_file(&other)), (5, 7));
    assert_eq!(log.publish(now()).await.unwrap(), 7);
    assert_eq!(in_file(&one), 7, "what another published is taken over");
    one.close(log).await;
    other.close(late).await;

    // Another database under the same file: what this process knows published is not in it.
    let empty = Database::new().await.unwrap();
    let error = empty.log(&one).await.unwrap_err();
    assert!(matches!(error, AuditError::WentBack { published: 7, found: 0 }), "{error}");
    let again = database.log(&third).await.unwrap();
    assert_eq!(again.append(searches(1)).await.unwrap()[0].index(), 7);
}
