//! The cases of batches: let into the queue a few at a time, held back, cancelled, counted, listed in the order of the file.

use jiff::Timestamp;
use uuid::Uuid;

use super::batches::state;
use super::cases::{SELECT, case_of};
use super::columns::{Columns as _, int, millis};
use super::db::{Builder, Connection, Lock, Row, query};
use super::{BatchState, CaseCounts, CaseRow, CaseState, Store, StoreError};

impl Store {
    /// Lets cases of a running batch into the queue, in the order of the file, until so many of it are in the queue or at work. How many
    /// came in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn let_in(&self, batch: Uuid, window: u32, now: Timestamp) -> Result<u64, StoreError> {
        let let_in = "SELECT count(*) AS cases FROM cases WHERE batch_id = $1 AND wake_at <= $2";
        let counted = query(let_in).bind(batch.to_string()).bind(millis(now)).fetch_one(self.reader()).await?;
        let waiting = "SELECT 1 FROM cases WHERE batch_id = $1 AND state = 'accepted' AND wake_at IS NULL LIMIT 1";
        if counted.index("cases")? >= u64::from(window)
            || query(waiting).bind(batch.to_string()).fetch_optional(self.reader()).await?.is_none()
        {
            return Ok(0);
        }
        self.write(move |tx| {
            Box::pin(async move {
                if state(tx, batch).await? != BatchState::Running {
                    return Ok(0);
                }
                // counted again under the batch's lock: another process may have let some in
                let counted = query(let_in).bind(batch.to_string()).bind(millis(now)).fetch_one(&mut *tx).await?;
                let room = u64::from(window).saturating_sub(counted.index("cases")?);
                let next = "SELECT id FROM cases WHERE batch_id = $1 AND state = 'accepted' AND wake_at IS NULL
                            ORDER BY batch_row LIMIT $2";
                let next = query(next).bind(batch.to_string()).bind(int(room)).lock(Lock::FreeRows);
                let ids = ids(&next.fetch_all(&mut *tx).await?)?;
                wake(tx, &ids, Some(now)).await
            })
        })
        .await
    }

    /// Takes cases of a paused batch that nobody has begun out of the queue again. How many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn hold_back(&self, batch: Uuid) -> Result<u64, StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                if state(tx, batch).await? != BatchState::Paused {
                    return Ok(0);
                }
                let queued = "SELECT id FROM cases WHERE batch_id = $1 AND state = 'accepted' AND wake_at IS NOT NULL
                              AND lease_until IS NULL";
                let queued = query(queued).bind(batch.to_string()).lock(Lock::FreeRows);
                let ids = ids(&queued.fetch_all(&mut *tx).await?)?;
                wake(tx, &ids, None).await
            })
        })
        .await
    }

    /// Cancels at most `limit` cases of a cancelled batch that nobody works on; the entry that cancelled the batch speaks for them.
    /// How many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cancel_cases_of(&self, batch: Uuid, limit: u32, now: Timestamp) -> Result<u64, StoreError> {
        if self.has_no_open_case(batch).await? {
            return Ok(0);
        }
        self.write(move |tx| {
            Box::pin(async move {
                if state(tx, batch).await? != BatchState::Cancelled {
                    return Ok(0);
                }
                let idle = "SELECT id FROM cases WHERE batch_id = $1 AND state IN ('accepted', 'running', 'waiting')
                            AND (reopened_for IS NULL OR NOT EXISTS (SELECT 1 FROM versions v WHERE v.case_id = cases.id)) AND (lease_until IS NULL OR lease_until <= $2) ORDER BY batch_row LIMIT $3";
                let idle = query(idle).bind(batch.to_string()).bind(millis(now)).bind(i64::from(limit));
                let idle = ids(&idle.lock(Lock::FreeRows).fetch_all(&mut *tx).await?)?;
                for case in &idle {
                    super::cases::transition(tx, *case, CaseState::Cancelled, now).await?;
                }
                Ok(idle.len() as u64)
            })
        })
        .await
    }

    /// How many cases of a batch are in each state.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_cases_of(&self, batch: Uuid) -> Result<CaseCounts, StoreError> {
        let counted =
            query("SELECT state, count(*) AS cases FROM cases WHERE batch_id = $1 GROUP BY state ORDER BY state");
        let rows = counted.bind(batch.to_string()).fetch_all(self.reader()).await?;
        rows.iter().map(|row| Ok((row.must("state", CaseState::parse)?, row.index("cases")?))).collect()
    }

    /// Whether every case of a batch is at rest.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_no_open_case(&self, batch: Uuid) -> Result<bool, StoreError> {
        let open = "SELECT 1 FROM cases WHERE batch_id = $1 AND state IN ('accepted', 'running', 'waiting')
                    AND (reopened_for IS NULL OR NOT EXISTS (SELECT 1 FROM versions v WHERE v.case_id = cases.id)) LIMIT 1";
        Ok(query(open).bind(batch.to_string()).fetch_optional(self.reader()).await?.is_none())
    }

    /// Cases of a batch after a row of its file, in the file's order, with their rows.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cases_of(&self, batch: Uuid, after: u64, limit: u32) -> Result<Vec<(u64, CaseRow)>, StoreError> {
        let mut page = Builder::new(SELECT);
        page.push("WHERE c.batch_id = ").push_bind(batch.to_string());
        page.push(" AND c.batch_row > ").push_bind(int(after));
        page.push(" ORDER BY c.batch_row LIMIT ").push_bind(i64::from(limit));
        let rows = page.build().fetch_all(self.reader()).await?;
        rows.iter().map(|row| Ok((row.index("batch_row")?, case_of(row)?))).collect()
    }
}

fn ids(rows: &[Row]) -> Result<Vec<Uuid>, StoreError> {
    rows.iter().map(|row| row.uuid("id")).collect()
}

/// Has cases looked at from `at` on, or by nobody.
async fn wake(tx: &mut Connection, cases: &[Uuid], at: Option<Timestamp>) -> Result<u64, StoreError> {
    let mut woken = 0;
    for cases in cases.chunks(256) {
        let mut update = Builder::new("UPDATE cases SET wake_at = ");
        update.push_bind(at.map(millis)).push(" WHERE id IN (");
        let mut list = update.separated(", ");
        for case in cases {
            list.push_bind(case.to_string());
        }
        update.push(")");
        woken += update.build().persistent(false).execute(&mut *tx).await?;
    }
    Ok(woken)
}
