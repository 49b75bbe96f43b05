//! Before the first append: is what is stored the log that was published?

use super::AuditError;
use super::note::{Checkpoint, VerifierKey};
use super::publish::Publication;
use super::tree::{Tree, root_at};
use crate::store::Store;

/// Refuses a log that went back, forked, or contradicts itself.
pub(super) async fn check(store: &Store, keys: &[VerifierKey], publication: &Publication) -> Result<(), AuditError> {
    check_tree(store, keys).await?;
    let head = store.log_head().await?;
    let in_table = store.last_checkpoint().await?;
    let in_file = publication.must_read(store).await?;
    let published = [
        in_file.map(|note| (note, publication.path().display().to_string())),
        in_table.map(|last| (last.note, format!("the table of checkpoints, size {}", last.size))),
    ];
    for (note, place) in published.into_iter().flatten() {
        let checkpoint = Checkpoint::open(&note, keys).map_err(|cause| AuditError::Checkpoint { place, cause })?;
        if checkpoint.size > head.size {
            return Err(AuditError::WentBack { published: checkpoint.size, found: head.size });
        }
        if root_at(store, checkpoint.size).await? != checkpoint.root {
            return Err(AuditError::Forked { size: checkpoint.size });
        }
    }
    Ok(())
}

/// Refuses a head that its tiles or its own signed checkpoint contradict.
pub(super) async fn check_tree(store: &Store, keys: &[VerifierKey]) -> Result<(), AuditError> {
    let mut tx = store.log_tx().await?;
    let head = tx.head().clone();
    Tree::load(&mut tx).await?;
    drop(tx);
    match &head.checkpoint {
        None if head.size == 0 => Ok(()),
        None => Err(AuditError::TreeBroken { size: head.size }),
        Some(note) => {
            let place = || "the head of the log".to_owned();
            let signed =
                Checkpoint::open(note, keys).map_err(|cause| AuditError::Checkpoint { place: place(), cause })?;
            if (signed.size, signed.root) == (head.size, head.root) {
                Ok(())
            } else {
                Err(AuditError::TreeBroken { size: head.size })
            }
        }
    }
}
