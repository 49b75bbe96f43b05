//! What witnesses cosigned, and what of the log they have not.

use std::fmt;

use jiff::Timestamp;

use super::{FaultKind, Verifier};
use crate::audit::AuditError;
use crate::audit::cosignature::{WitnessKey, cosignatures};
use crate::audit::note::Checkpoint;
use crate::store::{CosignedCheckpoint, LogHead, StoreError};

/// What a witness has not cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncosigned {
    /// Name of the witness's key.
    pub witness: String,
    /// Leaves from this index on; 0 when it never cosigned anything.
    pub from: u64,
    /// When the first of them was made.
    pub since: Timestamp,
    /// How many they are.
    pub entries: u64,
}

impl fmt::Display for Uncosigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { witness, from, since, entries } = self;
        write!(f, "not cosigned by {witness} since {since}: {entries} entries, from leaf {from} on")
    }
}

impl Verifier<'_> {
    /// The checkpoints that witnesses cosigned, for the log to be held against.
    pub(super) async fn cosigned(&mut self, head: &LogHead) -> Result<Vec<String>, AuditError> {
        let last = head.size.saturating_sub(1);
        let rows = match self.snapshot.cosigned().await {
            Ok(rows) => rows,
            Err(StoreError::Corrupt { column }) => {
                self.fault(last, FaultKind::Cosignature { witness: column.to_owned() });
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        let mut notes = Vec::new();
        let mut seen = Vec::new();
        for row in rows {
            let key = WitnessKey::parse(&row.witness).ok().filter(|key| holds(&row, key));
            match key {
                Some(key) => seen.push((key, row.size)),
                None => self.fault(last, FaultKind::Cosignature { witness: row.witness }),
            }
            notes.push(row.note);
        }
        self.report.cosigned = seen.len() as u64;
        self.cosigned_to = seen;
        Ok(notes)
    }

    /// What the witnesses asked for have not cosigned.
    pub(super) async fn uncosigned(&mut self, witnesses: &[WitnessKey]) -> Result<(), AuditError> {
        let size = self.report.size;
        for witness in witnesses {
            let from = self.cosigned_to.iter().find(|(key, _)| key == witness).map_or(0, |(_, size)| *size);
            let first = if from < size { self.snapshot.leaf_time(from).await? } else { None };
            if let Some(since) = first {
                let (witness, entries) = (witness.name.clone(), size - from);
                self.report.uncosigned.push(Uncosigned { witness, from, since, entries });
            }
        }
        Ok(())
    }
}

/// Whether a row's checkpoint is cosigned by this witness, and says what the row says.
fn holds(row: &CosignedCheckpoint, key: &WitnessKey) -> bool {
    let Ok(found) = cosignatures(&row.note, std::slice::from_ref(key)) else { return false };
    let size = Checkpoint::read_unverified(&row.note).map(|checkpoint| checkpoint.size);
    size == Ok(row.size) && found.iter().any(|cosignature| cosignature.at == row.cosigned_at)
}
