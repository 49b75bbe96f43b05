//! The last checkpoint that each witness cosigned.

use jiff::Timestamp;

use super::columns::{Columns as _, int, millis};
use super::db::{Connection, Row, query};
use super::{Store, StoreError};

/// What a witness cosigned last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignedCheckpoint {
    /// The witness's key as text.
    pub witness: String,
    /// Size of the tree.
    pub size: u64,
    /// The checkpoint with the log's signature and this witness's.
    pub note: String,
    /// As of when.
    pub cosigned_at: Timestamp,
}

impl Store {
    /// Keeps what a witness cosigned, in place of what it cosigned before; something smaller is dropped.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_cosigned(&self, cosigned: CosignedCheckpoint) -> Result<(), StoreError> {
        self.write(move |tx| {
            Box::pin(async move {
                query(
                    "INSERT INTO log_cosignatures (witness, size, note, cosigned_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (witness) DO UPDATE SET size = excluded.size, note = excluded.note, cosigned_at = excluded.cosigned_at
                     WHERE log_cosignatures.size <= excluded.size",
                )
                .bind(cosigned.witness)
                .bind(int(cosigned.size))
                .bind(cosigned.note)
                .bind(millis(cosigned.cosigned_at))
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// What every witness cosigned last.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cosigned(&self) -> Result<Vec<CosignedCheckpoint>, StoreError> {
        let mut connection = self.reader().acquire().await?;
        read(&mut connection).await
    }
}

pub(super) async fn read(connection: &mut Connection) -> Result<Vec<CosignedCheckpoint>, StoreError> {
    let rows = query("SELECT * FROM log_cosignatures ORDER BY witness").fetch_all(connection).await?;
    let cosigned = |row: &Row| {
        Ok(CosignedCheckpoint {
            witness: row.text("witness")?,
            size: row.index("size")?,
            note: row.text("note")?,
            cosigned_at: row.time("cosigned_at")?,
        })
    };
    rows.iter().map(cosigned).collect()
}
