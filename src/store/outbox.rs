//! Callbacks that are owed: written with the state they tell of, so that none is lost and none tells of what did not happen.

use jiff::Timestamp;
use uuid::Uuid;

use super::batches::within_all;
use super::case_list::within;
use super::columns::{Columns as _, id_at, millis};
use super::db::{Builder, Connection, Row, query};
use super::{Store, StoreError, words};

words! {
    /// What a callback tells.
    OutboxTopic {
        /// A version stands.
        Version = "version",
        /// Monitoring found something.
        Alert = "alert",
        /// A batch has ended; it stands in the place of the case.
        Batch = "batch",
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

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxAttempt {
    /// The receiver took it.
    Arrived,
    /// It did not arrive; the next attempt is due then.
    Again(Timestamp),
    /// It did not arrive, and no attempt follows: it is kept, and may be sent anew.
    GivenUp,
}

impl Store {
    /// Clients to whom a callback is due, in the order of their names.
    ///
    /// # Errors
    /// The database failed.
    pub async fn outbox_clients_due(&self, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let rows = query("SELECT DISTINCT client FROM outbox WHERE next_attempt_at <= $1 ORDER BY client")
            .bind(millis(now))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(|row| row.text("client")).collect()
    }

    /// Claims the client's callbacks that are due, at most `limit` of them, oldest first: until `until` nobody else is given them, and
    /// whoever dies with them leaves them to be claimed again. No receipt: claiming sends nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn outbox_claim(
        &self,
        client: &str,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let client = client.to_owned();
        self.write(move |tx| {
            Box::pin(async move {
                // The time is asked for again outside: of two that chose the same row, the second finds it claimed.
                let rows = query(
                    "UPDATE outbox SET next_attempt_at = $1
                     WHERE next_attempt_at <= $2 AND id IN (
                         SELECT id FROM outbox WHERE client = $3 AND next_attempt_at <= $2
                         ORDER BY next_attempt_at, id LIMIT $4)
                     RETURNING *",
                )
                .bind(millis(until))
                .bind(millis(now))
                .bind(client.as_str())
                .bind(i64::from(limit))
                .fetch_all(tx)
                .await?;
                let mut claimed = rows.iter().map(row_of).collect::<Result<Vec<_>, _>>()?;
                claimed.sort_by_key(|row| (row.created_at, row.id));
                Ok(claimed)
            })
        })
        .await
    }

    /// Notes what became of an attempt. One who was so slow that somebody else has noted an attempt since changes nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn outbox_attempted(
        &self,
        claimed: &OutboxRow,
        attempt: OutboxAttempt,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, attempts) = (claimed.id, claimed.attempts);
        let (next, given_up) = match attempt {
            OutboxAttempt::Arrived => (None, None),
            OutboxAttempt::Again(next) => (Some(millis(next)), None),
            OutboxAttempt::GivenUp => (None, Some(millis(now))),
        };
        self.write(move |tx| {
            Box::pin(async move {
                query(
                    "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $1, given_up_at = $2
                     WHERE id = $3 AND attempts = $4",
                )
                .bind(next)
                .bind(given_up)
                .bind(id.to_string())
                .bind(i64::from(attempts))
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Callbacks that were given up, those that were given up first before the others: about cases, and batches, within these regions (none
    /// for all), or of them the one with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn outbox_given_up(
        &self,
        region_prefixes: &[String],
        id: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let mut list = Builder::new("SELECT * FROM outbox WHERE given_up_at IS NOT NULL");
        if let Some(id) = id {
            list.push(" AND id = ").push_bind(id.to_string());
        }
        list.push(" AND (topic = 'batch' OR EXISTS (SELECT 1 FROM cases c WHERE c.id = outbox.case_id");
        within(&mut list, "c.region", region_prefixes);
        list.push("))");
        within_all(&mut list, "outbox.case_id", region_prefixes);
        list.push(" ORDER BY given_up_at, id LIMIT ").push_bind(i64::from(limit));
        let rows = list.build().persistent(false).fetch_all(self.reader()).await?;
        rows.iter().map(row_of).collect()
    }

    /// Makes a callback that was given up due again, as if it had never been tried.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none that was given up.
    pub async fn outbox_redeliver(&self, id: Uuid, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                let due = query(
                    "UPDATE outbox SET attempts = 0, next_attempt_at = $1, given_up_at = NULL
                     WHERE id = $2 AND given_up_at IS NOT NULL",
                )
                .bind(millis(now))
                .bind(id.to_string())
                .execute(tx)
                .await?;
                if due == 1 { Ok(()) } else { Err(StoreError::NotFound { what: "callback", id }) }
            })
        })
        .await
    }
}

fn row_of(row: &Row) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id: row.uuid("id")?,
        case_id: row.uuid("case_id")?,
        client: row.text("client")?,
        topic: row.must("topic", OutboxTopic::parse)?,
        version: row.opt_small("version")?,
        created_at: row.time("created_at")?,
        attempts: row.small("attempts")?,
    })
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

/// Owes the client of a batch word of its end.
pub(super) async fn enqueue_batch(tx: &mut Connection, batch: Uuid, now: Timestamp) -> Result<(), StoreError> {
    query(
        "INSERT INTO outbox (id, case_id, client, topic, version, created_at, next_attempt_at)
         SELECT $1, id, client, 'batch', NULL, $2, $2 FROM batches WHERE id = $3",
    )
    .bind(id_at(now).to_string())
    .bind(millis(now))
    .bind(batch.to_string())
    .execute(tx)
    .await?;
    Ok(())
}
