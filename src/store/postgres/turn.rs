//! What only one process does at a time: an advisory lock of the database, held until the transaction ends.

use crate::store::StoreError;
use crate::store::db::{Connection, query};

/// What is done in turn. On SQLite the directory's lock and the one writing connection have settled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Turn {
    /// Changing the schema.
    Schema,
    /// Publishing a checkpoint.
    Publication,
}

impl Turn {
    /// The lock's number: `hedui` in ASCII, and which.
    pub(super) fn key(self) -> i64 {
        let which = match self {
            Self::Schema => 1,
            Self::Publication => 2,
        };
        i64::from_be_bytes([0, 0, b'h', b'e', b'd', b'u', b'i', which])
    }

    /// Waits until no other process is at it.
    pub(in crate::store) async fn wait(self, tx: &mut Connection) -> Result<(), StoreError> {
        if tx.is_shared() {
            query("SELECT pg_advisory_xact_lock($1)").bind(self.key()).execute(tx).await?;
        }
        Ok(())
    }
}
