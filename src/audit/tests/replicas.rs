//! Two processes that append to one log: PostgreSQL only.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

use crate::audit::{AuditError, Checkpoint, Log, LogOptions, published_checkpoint, verify_log};
use crate::config::PostgresSettings;
use crate::store::{Store, postgres_server};

use super::{House, now, searches};

/// A database, and what a process opens on it: each house has a data directory of its own.
pub(super) struct Database(PostgresSettings, String);

impl Database {
    pub(super) async fn new() -> Option<Self> {
        let url = postgres_server::database().await?;
        let settings = PostgresSettings { url: url.as_str().into(), connections: 3, allow_plaintext: false };
        Some(Self(settings, url))
    }

    async fn say(&self, statement: impl Fn(&str) -> String) {
        let mut session = PgConnection::connect(&self.1).await.unwrap();
        for table in ["log_leaves", "log_tiles", "log_head", "log_checkpoints"] {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement(table))).execute(&mut session).await.unwrap();
        }
    }

    /// A backup of the log.
    async fn save(&self) {
        self.say(|table| format!("CREATE TABLE saved_{table} AS TABLE {table}")).await;
    }

    /// Puts it back, beneath whoever is at work.
    async fn put_back(&self) {
        self.say(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved_{table}")).await;
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

/// Two processes that know of 306 entries, of which the second made the sixth, and of a log that was put back to 6.
async fn put_back(database: &Database, houses: &[House; 2]) -> [Log; 2] {
    let [one, other] = [database.log(&houses[0]).await.unwrap(), database.log(&houses[1]).await.unwrap()];
    one.append(searches(5)).await.unwrap();
    other.append(searches(1)).await.unwrap();
    database.save().await;
    one.append(searches(300)).await.unwrap();
    for log in [&one, &other] {
        assert_eq!(log.publish(now()).await.unwrap(), 306);
    }
    database.put_back().await;
    [one, other]
}

#[tokio::test]
async fn a_database_put_back_beneath_a_process_is_appended_to_no_more() {
    let Some(database) = Database::new().await else { return };
    let houses = [House::new(), House::new()];
    let logs = put_back(&database, &houses).await;
    for (log, house) in logs.iter().zip(&houses) {
        let error = log.append(searches(1)).await.unwrap_err();
        assert!(matches!(error, AuditError::WentBack { published: 306, found: 6 }), "{error}");
        assert!(error.to_string().contains("hedui audit resume-after-restore"), "{error}");
        let error = log.append(searches(1)).await.unwrap_err();
        assert!(matches!(error, AuditError::Stopped { .. }) && !log.is_open(), "{error}");
        assert!(matches!(log.publish(now()).await, Err(AuditError::WentBack { published: 306, found: 6 })));
        assert_eq!(in_file(house), 306, "what proves that there was more stays");
    }
}

#[tokio::test]
async fn a_database_that_was_put_back_and_went_on_is_noticed_by_its_tree() {
    let Some(database) = Database::new().await else { return };
    let houses = [House::new(), House::new()];
    let [one, other] = put_back(&database, &houses).await;
    // A process without memory cannot know: it begins with what is published in the database.
    let new = House::new();
    let third = database.log(&new).await.unwrap();
    third.append(searches(400)).await.unwrap();
    third.publish(now()).await.unwrap();
    let error = other.append(searches(1)).await.unwrap_err();
    assert!(matches!(error, AuditError::Forked { size: 306 }) && !other.is_open(), "{error}");
    let error = one.publish(now()).await.unwrap_err();
    assert!(matches!(error, AuditError::Forked { size: 306 }), "nor is its checkpoint taken over: {error}");
    assert_eq!(in_file(&houses[0]), 306);
    third.append(searches(1)).await.unwrap();
}

#[tokio::test]
async fn a_process_that_appends_nothing_notices_too() {
    let Some(database) = Database::new().await else { return };
    let (one, other) = (House::new(), House::new());
    let log = database.log(&one).await.unwrap();
    let options = LogOptions { publish_every: Duration::from_millis(20), ..other.options() };
    let idle = Log::open(database.store(&other).await, options).await.unwrap();
    database.save().await;
    log.append(searches(3)).await.unwrap();
    log.publish(now()).await.unwrap();
    let until = async |holds: &dyn Fn() -> bool| {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let noticed = async {
        until(&|| other.directory.path().join("data/checkpoint").exists()).await;
        assert_eq!(in_file(&other), 3);
        database.put_back().await;
        until(&|| !idle.is_open()).await;
    };
    tokio::time::timeout(Duration::from_secs(60), noticed).await.expect("the publisher looks");
    let error = idle.append(searches(1)).await.unwrap_err();
    assert!(matches!(error, AuditError::Stopped { .. }), "{error}");
    assert!(error.to_string().contains("hedui audit resume-after-restore"), "{error}");
}
