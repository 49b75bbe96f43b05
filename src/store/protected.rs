//! Rows of the tables that the log protects, each with the entry that it names or must have, and with what it points at in vain. Which
//! columns these are, and which are free and why, is held by a test of `audit` against the database's own catalogue.

mod rows;
mod tables;

use uuid::Uuid;

use super::columns::{Columns as _, Hash, int};
use super::db::{Builder, Row};
use super::{LogSnapshot, StoreError};
use crate::household::Purpose;
use tables::KeyPart;
pub use tables::{After, PROTECTED, ProtectedTable};

/// What a column says that the row's entry must say too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The case.
    Case(Uuid),
    /// The batch.
    Batch(Uuid),
    /// The registration.
    Registration(Uuid),
    /// The version of the report.
    Version(u32),
    /// The person's place in the case.
    Member(String),
    /// The source.
    Source(String),
    /// The programme.
    Purpose(Purpose),
    /// On behalf of whom.
    Organisation(String),
    /// Who.
    Actor(String),
    /// The hash.
    Detail(Hash),
    /// What waits, or waited, for a second person.
    Approval(Uuid),
    /// What was done.
    Action(&'static str),
}

/// Which entry a row goes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// None.
    None,
    /// The one whose index stands in a column, with its bytes if there is one.
    At {
        /// The column.
        column: &'static str,
        /// The index.
        index: u64,
        /// The leaf's bytes.
        bytes: Option<Vec<u8>>,
        /// The case in whose entries the right one is looked for, should this be another.
        of: Uuid,
    },
    /// Any one of this case or batch.
    Of(Uuid),
}

/// A row as the log sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedRow {
    /// Table.
    pub table: &'static str,
    /// Its key.
    pub key: String,
    /// The entry it goes with.
    pub entry: Entry,
    /// What that entry may be.
    pub actions: &'static [&'static str],
    /// What it must say.
    pub claims: Vec<(&'static str, Claim)>,
    /// Columns whose value nothing writes, or that point at nothing.
    pub wrong: Vec<&'static str>,
}

impl ProtectedRow {
    fn new(table: &'static str, key: String) -> Self {
        Self { table, key, entry: Entry::None, actions: &[], claims: Vec::new(), wrong: Vec::new() }
    }

    /// The value of a column; one that cannot be read is wrong.
    fn value<T>(&mut self, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::Corrupt { column }) => {
                self.wrong.push(column);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn must(&mut self, column: &'static str, holds: bool) {
        if !holds {
            self.wrong.push(column);
        }
    }

    /// The case or version or document a column names must be there: `there` is the name of a count of them.
    fn must_be_there(&mut self, row: &Row, column: &'static str, there: &'static str) -> Result<(), StoreError> {
        self.must(column, row.int(there)? > 0);
        Ok(())
    }

    /// The same of a column that may name nothing.
    fn may_be_there(&mut self, row: &Row, column: &'static str, there: &'static str) -> Result<(), StoreError> {
        match self.value(row.opt_text(column))?.flatten() {
            Some(_) => self.must_be_there(row, column, there),
            None => Ok(()),
        }
    }

    /// What a column says, the entry says too.
    fn says<T>(
        &mut self,
        column: &'static str,
        read: Result<T, StoreError>,
        claim: impl FnOnce(T) -> Claim,
    ) -> Result<(), StoreError> {
        let claim = self.value(read)?.map(claim);
        self.claim(column, claim);
        Ok(())
    }

    fn claim(&mut self, column: &'static str, claim: Option<Claim>) {
        self.claims.extend(claim.map(|claim| (column, claim)));
    }

    /// It is of a case, by whose entry at `leaf_index` it came to be.
    fn of_case(&mut self, row: &Row) -> Result<Option<Uuid>, StoreError> {
        let case = self.value(row.uuid("case_id"))?;
        self.at(row, "leaf_index", case)?;
        self.claim("case_id", case.map(Claim::Case));
        Ok(case)
    }

    fn at(&mut self, row: &Row, column: &'static str, of: Option<Uuid>) -> Result<(), StoreError> {
        let index = self.value(row.opt_index(column))?.flatten();
        let bytes = self.value(opt_bytes(row))?.flatten();
        if let (Some(index), Some(of)) = (index, of) {
            self.entry = Entry::At { column, index, bytes, of };
        }
        Ok(())
    }
}

/// The bytes of a leaf that may not be there.
fn opt_bytes(row: &Row) -> Result<Option<Vec<u8>>, StoreError> {
    if row.int("leaf_there")? > 0 { row.bytes("leaf_bytes").map(Some) } else { Ok(None) }
}

impl LogSnapshot {
    /// At most `limit` rows of a table after a key, and the last one's key; none when there are no more. A row may come as several, when
    /// several entries go with it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn protected(
        &mut self,
        table: &ProtectedTable,
        after: Option<&After>,
        limit: u32,
    ) -> Result<(Vec<ProtectedRow>, Option<After>), StoreError> {
        let key = table.key.join(", ");
        let mut statement = Builder::new(table.rows);
        if let Some(After(parts)) = after {
            statement.push(" WHERE (").push(&key).push(") > (");
            let mut parts_of = statement.separated(", ");
            for part in parts {
                match part {
                    KeyPart::Text(text) => parts_of.push_bind(text.as_str()),
                    KeyPart::Number(number) => parts_of.push_bind(*number),
                };
            }
            statement.push(")");
        }
        statement.push(" ORDER BY ").push(&key).push(" LIMIT ").push_bind(i64::from(limit));
        let rows = statement.build().persistent(false).fetch_all(self.connection()?).await?;
        let last = rows.last().map(|row| table.key_of(row)).transpose()?;
        let mut read = Vec::with_capacity(rows.len());
        for row in &rows {
            let key = table.key_of(row)?.to_string();
            read.extend((table.read)(row, key)?);
        }
        Ok((read, last))
    }

    /// The entries of these cases or batches that say one of these actions, in the log's order: whose, index, bytes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn entries_of(
        &mut self,
        cases: &[Uuid],
        actions: &[&'static str],
    ) -> Result<Vec<(Uuid, u64, Vec<u8>)>, StoreError> {
        let mut statement = Builder::new("SELECT case_id, idx, bytes FROM log_leaves WHERE case_id IN (");
        let mut ids = statement.separated(", ");
        for case in cases {
            ids.push_bind(case.to_string());
        }
        if !actions.is_empty() {
            statement.push(") AND action IN (");
            let mut words = statement.separated(", ");
            for action in actions {
                words.push_bind(*action);
            }
        }
        statement.push(") ORDER BY case_id, idx");
        let rows = statement.build().persistent(false).fetch_all(self.connection()?).await?;
        rows.iter().map(|row| Ok((row.uuid("case_id")?, row.index("idx")?, row.bytes("bytes")?))).collect()
    }

    /// The entries from `from` on that say one of these actions, whatever they are about, in the log's order: index, bytes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn entries_that(
        &mut self,
        actions: &[&'static str],
        from: u64,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let mut statement = Builder::new("SELECT idx, bytes FROM log_leaves WHERE idx >= ");
        statement.push_bind(int(from)).push(" AND action IN (");
        let mut words = statement.separated(", ");
        for action in actions {
            words.push_bind(*action);
        }
        statement.push(") ORDER BY idx");
        let rows = statement.build().persistent(false).fetch_all(self.connection()?).await?;
        rows.iter().map(|row| Ok((row.index("idx")?, row.bytes("bytes")?))).collect()
    }
}
