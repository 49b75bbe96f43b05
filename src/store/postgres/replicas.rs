//! Which processes of the service are at work on the database: each says so from time to time, by the database's clock.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use crate::store::columns::Columns as _;
use crate::store::db::{Pool, query};
use crate::store::{Store, StoreError};

/// How often a process says that it is there.
const BEAT: Duration = Duration::from_secs(5);
/// Who was not seen for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3600);
/// Leases are times by the processes' own clocks: a clock that is further off takes cases from living workers.
const CLOCK_OFF: Duration = Duration::from_secs(5);
/// The database's time in milliseconds.
macro_rules! now {
    () => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
    };
}

/// A process of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replica {
    /// UUID, new with each start.
    pub id: Uuid,
    /// When it started.
    pub started_at: Timestamp,
    /// When it was last seen.
    pub seen_at: Timestamp,
    /// Version of the program.
    pub program: String,
}

impl Store {
    /// The processes at work on this database, in the order they started: those seen within the last `within`. None where the
    /// store is one process's alone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn replicas(&self, within: Duration) -> Result<Vec<Replica>, StoreError> {
        if !self.is_shared() {
            return Ok(Vec::new());
        }
        let rows = query(concat!(
            "SELECT * FROM replicas WHERE seen_at >= ",
            now!(),
            " - CAST($1 AS BIGINT) ORDER BY started_at, id"
        ))
        .bind(millis(within))
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Replica {
                    id: row.uuid("id")?,
                    started_at: row.time("started_at")?,
                    seen_at: row.time("seen_at")?,
                    program: row.text("program")?,
                })
            })
            .collect()
    }
}

/// Says that this process is there, until it is ended.
pub(in crate::store) struct Presence {
    id: Uuid,
    task: tokio::task::JoinHandle<()>,
}

impl Presence {
    /// The process's id.
    pub(in crate::store) fn id(&self) -> Uuid {
        self.id
    }

    /// Enters this process among those at work, and warns of a clock that is off.
    pub(in crate::store) async fn begin(pool: Pool) -> Result<Self, StoreError> {
        let id = Uuid::now_v7();
        let began = Timestamp::now();
        let seen = beat(&pool, id).await?;
        let off = began.duration_since(seen).unsigned_abs();
        if off > CLOCK_OFF {
            let off_ms = u64::try_from(off.as_millis()).unwrap_or(u64::MAX);
            tracing::warn!(off_ms, "this machine's clock and the database's differ: leases need clocks that agree");
        }
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + BEAT, BEAT);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                match beat(&pool, id).await {
                    Ok(_) => {}
                    Err(StoreError::ReadOnly) => break,
                    Err(error) => tracing::warn!(%error, "the database was not told that this process is there"),
                }
            }
        });
        Ok(Self { id, task })
    }

    /// Takes this process off the list.
    pub(in crate::store) async fn end(&self, pool: &Pool) {
        self.task.abort();
        let gone = query("DELETE FROM replicas WHERE id = $1").bind(self.id.to_string()).execute(pool).await;
        if let Err(error) = gone {
            tracing::debug!(%error, "the database was not told that this process ends");
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The database's time at which it took note.
async fn beat(pool: &Pool, id: Uuid) -> Result<Timestamp, StoreError> {
    query(concat!("DELETE FROM replicas WHERE seen_at < ", now!(), " - CAST($1 AS BIGINT)"))
        .bind(millis(FORGOTTEN))
        .execute(pool)
        .await?;
    query(concat!(
        "INSERT INTO replicas (id, started_at, seen_at, program) VALUES ($1, ",
        now!(),
        ", ",
        now!(),
        ", $2) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING seen_at"
    ))
    .bind(id.to_string())
    .bind(env!("CARGO_PKG_VERSION"))
    .fetch_one(pool)
    .await?
    .time("seen_at")
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}
