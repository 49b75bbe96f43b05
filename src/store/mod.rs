//! Where everything durable is: cases, cells, sealed documents, versions, the audit log's rows. It knows SQL and nothing else does;
//! it sees ciphertext, tags and plain columns (ids, states, purpose, region, organisation, times, source, answer kind), never a name.
//!
//! Contract, the same for every backend (`contract` holds a backend to it):
//! - A function that changes something returns after its transaction is durable, and changes all of it or nothing.
//! - What an auditor must be able to see demands an [`AuditReceipt`]; one that speaks of another case is refused.
//! - [`StoreError::CommitFailed`] means *unknown*: the caller reads again before it repeats.
//! - What a worker does to its case demands its [`Lease`]: one that was lost to another worker changes nothing any more.
//! - Answers, versions and idempotency keys may be written twice by workers that do not know of each other: the first wins, the second is told.
//!
//! Neighbours: `audit` computes the log's leaves and tiles, `keys` seals and opens documents, `verification` drives cases.

mod alerts;
mod approvals;
mod artifacts;
mod batch_cases;
mod batch_files;
mod batches;
mod case_list;
mod cases;
mod cells;
mod claims;
mod columns;
mod cosignatures;
mod db;
mod decisions;
mod documents;
mod effect;
mod erasure;
mod errors;
mod events;
mod expected;
mod hearings;
mod households;
mod idempotency;
mod kept_evidence;
mod key_entries;
mod kin;
mod locked;
mod log;
mod open;
mod outbox;
mod postgres;
mod protected;
mod receipt;
mod retention;
mod schema;
mod search;
mod sessions;
mod snapshot;
mod sqlite;
mod state;
mod subscriptions;
mod tag;
mod versions;
mod writer;

#[cfg(test)]
mod contract;
#[cfg(test)]
pub(crate) mod faults;
#[cfg(test)]
pub(crate) use postgres::tests::server as postgres_server;

pub use alerts::{AlertFilter, AlertRow};
pub use approvals::{ApprovalFilter, ApprovalKind, ApprovalRow, ApprovalState, Hand, Hands, NewApproval, until_sha256};
pub use artifacts::{Artifact, ArtifactKind};
pub use batch_files::{BatchLease, NewBatch, ReadSoFar, Received};
pub use batches::{BatchFilter, BatchRow, BatchState, CaseCounts};
pub use case_list::CaseFilter;
pub use cases::{CaseRow, Created, NewCase};
pub use cells::{CellAnswer, CellRow, CellWrite, NewCell, Plan, PutOff};
pub use claims::{ClaimedCase, Lease};
pub use columns::Hash;
pub use cosignatures::CosignedCheckpoint;
pub use decisions::{DecisionKind, DecisionRow, NewDecision, Withdrawal};
pub use documents::{DocumentKind, SealedDocument, StoredDocument, WrappedDek};
pub use effect::{Effect, EffectOutcome, EffectState, PendingEffect};
pub use errors::StoreError;
pub use events::{CaseEvent, CaseEventKind};
pub use expected::Expected;
pub use hearings::HearingRow;
pub use households::DueFilter;
pub use idempotency::{IdempotencyKey, MadeUnder};
pub use kept_evidence::{KeptCases, KeptEvidence};
pub use kin::{KinRow, KinTag};
pub use locked::{Locking, OpenDocument, ids_sha256};
pub use log::{LeafColumns, LogHead, LogTile, LogTx, PreparedLeaf, PublishedCheckpoint, StoredLeaf};
pub use open::Store;
pub use outbox::{OutboxAttempt, OutboxRow, OutboxTopic};
pub use postgres::{Replica, SourceTurns};
pub use protected::{After, Claim, Entry, PROTECTED, ProtectedRow, ProtectedTable};
pub use receipt::{AuditReceipt, READS_LOG, TRIES_RULES};
pub use retention::RestingCase;
pub use search::{EntryAbout, LogFilter, LogScope, ScopedOrganisation, Trail};
pub use sessions::{SessionLimits, SessionRow};
pub use snapshot::LogSnapshot;
pub use state::CaseState;
pub use subscriptions::{NewSubscription, SubscriptionEnd, SubscriptionRow, SubscriptionState};
pub use tag::Tag;
pub use versions::{Compared, IssuedVersion, NewVersion, VersionReason, VersionRow, report_document_id};

/// Statements with at most this many rows are kept prepared; longer ones come in too many lengths.
const KEPT_ROWS: usize = 64;

/// SHA-256 of nothing: the root of a log without leaves (RFC 6962, 2.1).
pub const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// Defines a closed set of words: their names in the database and in JSON.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The inverse of `as_str`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}
pub(crate) use words;
