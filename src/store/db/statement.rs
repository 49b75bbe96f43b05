//! A statement with its values, said to whichever database is behind the connection.

use std::borrow::Cow;

use futures_util::TryStreamExt as _;
use sqlx::AssertSqlSafe;

use super::connection::To;
use super::{Connection, Pool, Row, Value, value};
use crate::store::StoreError;

/// A statement of fixed text; its places are `$1`, `$2`, …
pub(in crate::store) fn query<'q>(text: &'static str) -> Statement<'q> {
    Statement { text: Cow::Borrowed(text), places: Places::Numbered, values: Vec::new(), kept: true, lock: Lock::None }
}

/// How the rows that a SELECT returns are locked until the transaction ends. SQLite has one writer and locks no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Lock {
    /// Not at all.
    None,
    /// Whoever wants them too waits.
    Rows,
    /// What others have locked is passed over.
    FreeRows,
}

/// How the places of values are written in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Places {
    /// `$1`, which both databases read.
    Numbered,
    /// `?`, which SQLite finds without a search for each; numbered for PostgreSQL.
    Marked,
}

/// A statement about to be said.
pub(in crate::store) struct Statement<'q> {
    text: Cow<'static, str>,
    places: Places,
    values: Vec<Value<'q>>,
    kept: bool,
    lock: Lock,
}

/// Where a statement is said.
pub(in crate::store) enum Target<'c> {
    /// On a connection, in its transaction if it has one.
    One(&'c mut Connection),
    /// On any connection that is free.
    Any(&'c Pool),
}

#[cfg(test)]
impl Target<'_> {
    /// A step in which a test may have something fail.
    fn step(&self, statement: &str) -> Result<crate::store::faults::Step, StoreError> {
        let faults = match self {
            Self::One(connection) => connection.faults.as_ref(),
            Self::Any(_) => None,
        };
        crate::store::faults::Faults::step(faults, statement)
    }
}

impl<'c> From<&'c mut Connection> for Target<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        Self::One(connection)
    }
}

impl<'c> From<&'c Pool> for Target<'c> {
    fn from(pool: &'c Pool) -> Self {
        Self::Any(pool)
    }
}

/// Says a statement on the connection behind a target: the same lines for either driver, with how its rows become [`Row`]s.
macro_rules! say {
    ($statement:ident on $target:ident, |$query:ident, $connection:ident, $row:ident| $lines:expr) => {{
        let mut held;
        let connection = match $target {
            Target::One(connection) => connection,
            Target::Any(pool) => {
                held = pool.acquire().await?;
                &mut held
            }
        };
        match &mut connection.to {
            To::Sqlite(connection) => {
                let $connection: &mut sqlx::SqliteConnection = connection;
                let arguments = value::for_sqlite($statement.values)?;
                let $query = sqlx::query_with(AssertSqlSafe($statement.text), arguments).persistent($statement.kept);
                let $row = Row::Sqlite;
                $lines
            }
            To::Postgres(connection) => {
                let $connection: &mut sqlx::PgConnection = connection;
                let text = for_postgres($statement.text, $statement.places, $statement.lock);
                let kept = $statement.kept && !names_every_column(&text);
                let arguments = value::for_postgres($statement.values)?;
                let $query = sqlx::query_with(AssertSqlSafe(text), arguments).persistent(kept);
                let $row = Row::Postgres;
                $lines
            }
        }
    }};
}

impl<'q> Statement<'q> {
    pub(super) fn built(text: String, values: Vec<Value<'q>>) -> Self {
        Self { text: Cow::Owned(text), places: Places::Marked, values, kept: true, lock: Lock::None }
    }

    /// Binds the next value.
    pub(in crate::store) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Whether it is kept prepared on its connection: not where its text has many forms.
    pub(in crate::store) fn persistent(mut self, kept: bool) -> Self {
        self.kept = kept;
        self
    }

    /// Locks the rows it returns.
    pub(in crate::store) fn lock(mut self, lock: Lock) -> Self {
        self.lock = lock;
        self
    }

    /// Does it; how many rows it changed.
    pub(in crate::store) async fn execute<'c>(self, on: impl Into<Target<'c>>) -> Result<u64, StoreError> {
        let on = on.into();
        #[cfg(test)]
        let step = on.step(&self.text)?;
        let changed = say!(self on on, |query, connection, _row| query.execute(connection).await?.rows_affected());
        #[cfg(test)]
        step.after()?;
        Ok(changed)
    }

    /// Its one row.
    pub(in crate::store) async fn fetch_one<'c>(self, on: impl Into<Target<'c>>) -> Result<Row, StoreError> {
        self.fetch_optional(on).await?.ok_or_else(|| StoreError::from(sqlx::Error::RowNotFound))
    }

    /// Its first row, if any.
    pub(in crate::store) async fn fetch_optional<'c>(
        self,
        on: impl Into<Target<'c>>,
    ) -> Result<Option<Row>, StoreError> {
        let on = on.into();
        #[cfg(test)]
        let step = on.step(&self.text)?;
        let found = say!(self on on, |query, connection, row| query.fetch_optional(connection).await?.map(row));
        #[cfg(test)]
        step.after()?;
        Ok(found)
    }

    /// Its rows.
    pub(in crate::store) async fn fetch_all<'c>(self, on: impl Into<Target<'c>>) -> Result<Vec<Row>, StoreError> {
        let on = on.into();
        #[cfg(test)]
        let step = on.step(&self.text)?;
        let found = say!(self on on, |query, connection, row| query.fetch(connection).map_ok(row).try_collect().await?);
        #[cfg(test)]
        step.after()?;
        Ok(found)
    }
}

/// Whether the rows of a statement are whatever columns a table has: kept prepared, PostgreSQL refuses it once a newer program has added one.
fn names_every_column(text: &str) -> bool {
    ["SELECT *", "RETURNING *", ".*"].iter().any(|every| text.contains(every))
}

/// The text as PostgreSQL reads it: places numbered, rows locked.
fn for_postgres(text: Cow<'static, str>, places: Places, lock: Lock) -> Cow<'static, str> {
    let lock = match lock {
        Lock::None => "",
        Lock::Rows => " FOR UPDATE",
        Lock::FreeRows => " FOR UPDATE SKIP LOCKED",
    };
    if places == Places::Numbered && lock.is_empty() {
        return text;
    }
    let mut whole = String::with_capacity(text.len() + text.len() / 2 + lock.len());
    match places {
        Places::Numbered => whole.push_str(&text),
        Places::Marked => {
            for (number, part) in text.split('?').enumerate() {
                if number > 0 {
                    whole.push('$');
                    whole.push_str(&number.to_string());
                }
                whole.push_str(part);
            }
        }
    }
    whole.push_str(lock);
    Cow::Owned(whole)
}

#[cfg(test)]
mod tests {
    use super::{Lock, Places, for_postgres, names_every_column};

    #[test]
    fn what_a_new_column_would_change() {
        for every in ["SELECT * FROM cells", "SELECT c.*, 1 FROM cases c", "UPDATE batches SET a = 1 RETURNING *"] {
            assert!(names_every_column(every), "{every}");
        }
        assert!(!names_every_column("SELECT count(*) AS deks, a * 2 FROM deks"));
    }

    #[test]
    fn what_postgresql_reads() {
        let said = |text, places, lock| for_postgres(text, places, lock).into_owned();
        let fixed = "SELECT 1 FROM cases WHERE id = $1";
        assert_eq!(said(fixed.into(), Places::Numbered, Lock::None), fixed);
        assert_eq!(said(fixed.into(), Places::Numbered, Lock::Rows), format!("{fixed} FOR UPDATE"));
        assert_eq!(said(fixed.into(), Places::Numbered, Lock::FreeRows), format!("{fixed} FOR UPDATE SKIP LOCKED"));
        assert_eq!(said("VALUES (?, ?), (?, ?)".into(), Places::Marked, Lock::None), "VALUES ($1, $2), ($3, $4)");
    }
}
