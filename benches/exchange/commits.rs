//! The time of a commit: one row into a table of its own, in WAL mode with `synchronous = FULL`, on the disk the service writes to.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};

/// A database beside the service's.
pub(crate) struct Commits(SqliteConnection);

impl Commits {
    pub(crate) async fn open(folder: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("commits.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = options.connect().await.expect("a database");
        sqlx::query("CREATE TABLE one (id INTEGER PRIMARY KEY, value TEXT)")
            .execute(&mut connection)
            .await
            .expect("a table");
        Self(connection)
    }

    /// Commits rows one at a time; how long each took.
    pub(crate) async fn time(&mut self, count: usize) -> Vec<Duration> {
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            let begun = Instant::now();
            let insert = sqlx::query("INSERT INTO one (value) VALUES ('a row as small as rows are')");
            insert.execute(&mut self.0).await.expect("a row");
            times.push(begun.elapsed());
        }
        times
    }
}
