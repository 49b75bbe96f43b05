//! The audit log: an append-only Merkle tree of events, durable before what they speak of is done, checkable without the service.
//!
//! - `event`, `label`: the closed catalogue; a leaf can hold no personal data by its type.
//! - `merkle`, `tile`, `tile_path`: RFC 6962 and C2SP tlog-tiles, pure. `note`, `cosignature`: signed notes, checkpoints, witnesses' words.
//! - `log`, `writer`: append with group commit; `publish`, `startup`, `known`: a log that went back or forked is refused, also beneath a process that runs.
//! - `witness`: one run by another body. `proof`: inclusion and consistency; `verify`: the whole log again, offline.
//!
//! The store makes rows durable and gives the receipts; it computes nothing. Whoever appends waits for the receipt before acting.

mod cosignature;
mod encoded;
mod errors;
mod event;
mod known;
mod label;
mod leaf;
mod log;
pub mod merkle;
mod note;
mod proof;
mod publish;
mod scrub;
mod startup;
pub mod tile;
mod tile_path;
mod tree;
mod verify;
mod witness;
mod writer;

#[cfg(test)]
mod tests;

pub use cosignature::{Cosignature, WitnessKey, cosign, cosignatures};
pub use encoded::EncodedHash;
pub use errors::AuditError;
pub use event::{Action, Actor, ActorRole, Event, Outcome};
pub use label::{AuthorisationRef, Label, NotALabel};
pub use leaf::{Leaf, NotALeaf};
pub use log::{Clock, Log, LogOptions};
pub use note::{Checkpoint, CheckpointSigner, NoteError, NoteKey, VerifierKey};
pub use proof::{ConsistencyProof, InclusionProof, ProofError};
pub use publish::{published_checkpoint, restore_gap};
pub use scrub::{check_tree, scrub};
pub use tile_path::{TilePath, entry_bundle, read_entry_bundle};
pub use verify::{
    Fault, FaultKind, RowFault, RowsReport, Uncosigned, VerifyReport, Wrong, verify_log, verify_tree,
    verify_witnessed_log,
};
pub use witness::{AddCheckpoint, Refusal, Witness, WitnessError};
pub use writer::Proved;
