//! A source's rate over all processes: one row a source says when the next call may be made by anybody. Whoever wants to call takes a few
//! turns at once; each is a point in time, one interval apart.

use std::time::Duration;

use crate::store::columns::Columns as _;
use crate::store::db::query;
use crate::store::{Store, StoreError};

/// The database's time in microseconds.
macro_rules! now {
    () => {
        "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    };
}

/// Turns that were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceTurns {
    /// From when the database answered to the first of them.
    pub first_in: Duration,
    /// Between one and the next.
    pub every: Duration,
    /// How many.
    pub count: u32,
}

impl Store {
    /// Takes the next `count` turns, at least one, to call `source`, which all processes together may call `per_second` times a
    /// second, at least once. Turns that nobody uses are lost. Need not be durable: a server that was down has let the time pass.
    ///
    /// # Errors
    /// [`StoreError::NotShared`] where the store is one process's alone; else the database failed.
    pub async fn take_source_turns(
        &self,
        source: &str,
        per_second: u32,
        count: u32,
    ) -> Result<SourceTurns, StoreError> {
        if !self.is_shared() {
            return Err(StoreError::NotShared);
        }
        let every_us = i64::from(1_000_000_u32.div_ceil(per_second.max(1)));
        let count = count.max(1);
        let row = query(concat!(
            "INSERT INTO source_turns AS t (source, free_at) VALUES ($1, ",
            now!(),
            " + $2) ON CONFLICT (source) DO UPDATE SET free_at = greatest(t.free_at, ",
            now!(),
            ") + $2 RETURNING greatest(t.free_at - $2 - ",
            now!(),
            ", 0) AS first_in"
        ))
        .bind(source)
        .bind(every_us.saturating_mul(i64::from(count)))
        .fetch_one(self.reader())
        .await?;
        let every = Duration::from_micros(every_us.unsigned_abs());
        Ok(SourceTurns { first_in: Duration::from_micros(row.index("first_in")?), every, count })
    }
}
