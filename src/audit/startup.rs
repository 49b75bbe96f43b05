//! Before the first append: is what is stored the log that was published?

use super::AuditError;
use super::known::Reach;
use super::note::{Checkpoint, VerifierKey};
use super::publish::Publication;
use super::tree::{Tree, root_at};
use crate::store::Store;

/// Refuses a log that went back, forked, or contradicts itself; how far it has come, else.
pub(super) async fn check(store: &Store, keys: &[VerifierKey], publication: &Publication) -> Result<Reach, AuditError> {
    let reach = check_tree(store, keys).await?;
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
    Ok(reach)
}

/// Refuses a head that its tiles or its own signed checkpoint contradict.
pub(super) async fn check_tree(store: &Store, keys: &[VerifierKey]) -> Result<Reach, AuditError> {
    let mut tx = store.log_tx().await?;
    let head = tx.head().clone();
    Tree::load(&mut tx, Reach::default()).await?;
    drop(tx);
    match &head.checkpoint {
        None if head.size == 0 => Ok(Reach::of(&head)),
        None => Err(AuditError::TreeBroken { size: head.size }),
        Some(note) => {
            let place = || "the head of the log".to_owned();
            let signed =
                Checkpoint::open(note, keys).map_err(|cause| AuditError::Checkpoint { place: place(), cause })?;
            if (signed.size, signed.root) == (head.size, head.root) {
                Ok(Reach::of(&head))
            } else {
                Err(AuditError::TreeBroken { size: head.size })
            }
        }
    }
}
