//! Callbacks that are owed: written with the state they tell of, so that none is lost and none tells of what did not happen.

use jiff::Timestamp;
use uuid::Uuid;

use super::columns::{Columns as _, id_at, millis};
use super::db::{Connection, query};
use super::{Store, StoreError, words};

words! {
    /// What a callback tells.
    OutboxTopic {
        /// A version stands.
        Version = "version",
    }
}

/// A callback owed to a client. Where it goes stands in the client's settings, never here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// UUIDv7, the callback's own id: a receiver that sees it twice ignores the second.
    pub id: Uuid,
    /// Case.
    pub case_id: Uuid,
    /// Client to call.
    pub client: String,
    /// What it tells.
    pub topic: OutboxTopic,
    /// Version.
    pub version: Option<u32>,
    /// When it came to be owed.
    pub created_at: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
}

impl Store {
    /// Callbacks whose next attempt is due, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn outbox_due(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        let rows = query("SELECT * FROM outbox WHERE next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT $2")
            .bind(millis(now))
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        rows.iter()
            .map(|row| {
                Ok(OutboxRow {
                    id: row.uuid("id")?,
                    case_id: row.uuid("case_id")?,
                    client: row.text("client")?,
                    topic: row.must("topic", OutboxTopic::parse)?,
                    version: row.opt_small("version")?,
                    created_at: row.time("created_at")?,
                    attempts: row.small("attempts")?,
                })
            })
            .collect()
    }

    /// Notes an attempt: `next` is the time of the next one, `None` when it arrived or is given up.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn outbox_attempted(&self, id: Uuid, next: Option<Timestamp>) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let noted = query("UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $1 WHERE id = $2")
                    .bind(next.map(millis))
                    .bind(id.to_string())
                    .execute(tx)
                    .await?;
                if noted == 1 { Ok(()) } else { Err(StoreError::NotFound { what: "callback", id }) }
            })
        })
        .await
    }
}

pub(super) async fn enqueue(
    tx: &mut Connection,
    case: Uuid,
    topic: OutboxTopic,
    version: Option<u32>,
    now: Timestamp,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO outbox (id, case_id, client, topic, version, created_at, next_attempt_at)
         SELECT $1, id, client, $2, $3, $4, $4 FROM cases WHERE id = $5",
    )
    .bind(id_at(now).to_string())
    .bind(topic.as_str())
    .bind(version.map(i64::from))
    .bind(millis(now))
    .bind(case.to_string())
    .execute(tx)
    .await?;
    Ok(())
}
