//! One case from request to report: intake, plan, fan out, match, assess, assemble, seal; case events are written with the state.
//!
//! The only room that knows the connector engine. `api` and `cli` call [`Verifier`]; it holds no state of a case that is not in the
//! store, so a process may die at any time.

mod admission;
mod answers;
mod answers_seen;
mod archive;
mod asking;
mod assessing;
mod attribution;
mod case_work;
mod changes;
mod comparing;
mod copies;
mod decisions;
mod denials;
mod due;
mod errors;
mod fanout;
mod hub;
mod in_batch;
mod in_hand;
mod inside;
pub mod intake;
mod kin;
mod lease_keeper;
mod ledger;
mod made_of;
pub mod matches;
mod memory;
mod plan;
mod putting_off;
mod quality;
mod reading;
mod receipts;
mod report_number;
mod rosters;
mod rules_in_force;
mod runner;
pub(crate) mod sealing;
mod setbacks;
mod sources;
mod states;
mod submission;
pub mod supplied;
#[cfg(test)]
mod tests;
mod trial;
mod verifier;
mod version_change;
mod versions;
mod watching;

pub use archive::{Archive, ArchiveError, Contradiction, Reopened};
pub use assessing::calls_root;
pub use changes::{Changed, NoChange, Statement};
pub use copies::ReportTerms;
pub use decisions::{
    ApprovalDetail, ApprovalHand, ApprovalPage, ApprovalSummary, AskAgain, Asked, CaseRecords, DecideError,
    ErasureGrounds, Grounds, HeldRecords, InspectionTerms, IssuedReport, MOST_HOURS, MOST_REASON, NewObjection,
    Objection, RecordDecision, RecordEffects, RecordSides, ReviewCase, ReviewPage, Reviewed, StatedPerson, Withdrawn,
};
pub use due::{DueHousehold, DuePage};
pub use errors::{ReadError, SubmitError, VerificationError};
pub use in_batch::InBatch;
pub use inside::{CasePerson, Inside};
pub use kin::RegisteredKin;
pub(crate) use ledger::actor;
pub use quality::SourceQuality;
pub use reading::{Delivered, ReportForm, SealedSize};
pub use receipts::ReceiptForm;
pub use report_number::is_report_number;
pub(crate) use report_number::{case_called, report_number};
pub use rules_in_force::{RulesState, ShownRules};
pub use sources::{
    BreakerState, BulkQuota, Departments, FieldChange, FormChange, OneAddress, ProbeResult, SampleResult,
    SourceFigures, SourceMode, SourceSlot, SourceStatus,
};
pub use states::{
    ANSWERED, CaseEvent, CasePage, CaseStatus, CaseSummary, CellStatus, EventKind, ListFilter, VersionSummary,
};
pub use submission::Submitted;
pub use trial::{Done, HandIn, MadeUp, MakeUp, Selection, Trial, Tried, TriedRules, try_on_generated};
pub use verifier::{Parts, Verifier, VerifierSettings};
pub use version_change::VersionChange;
pub use watching::{FoundAlert, Look};

pub use crate::store::CaseState;
pub use hedui_connectors::install_crypto_provider;
