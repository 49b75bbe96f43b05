//! The verification report (核对报告): assembled from request, evidence and assessment, disclosed, drawn.
//!
//! * [`Body`] is deterministic: the same evidence under the same pack gives the same bytes ([`Body::bytes`], RFC 8785).
//! * [`Attestation`] is what differs from run to run: timings, and the audit leaf that holds the body's hash.
//! * [`Report`] is the two together: what is signed and sealed.
//!
//! No I/O and no clock. No rule either: what is counted, exempt or open was settled by `policy`; this room arranges and words it.
//! House wording: a clear report says 未发现超标信息, never 符合; a difference is 申报与核对不一致，待说明; diagnoses do not appear;
//! obligors and undeclared spouses are in the officer's copy only (see [`disclosure`]).

mod assemble;
mod attestation;
mod body;
mod cells;
pub mod change;
pub mod csv;
pub mod difference;
pub mod disclosure;
mod entries;
mod facts;
mod household;
pub mod jose;
pub mod lexicon;
mod lines;
pub mod movement;
mod notices;
pub mod open;
pub mod proof;
mod provenance;
pub mod public_notice;
pub mod receipt;
mod records;
pub mod render;
pub mod schema;
pub mod seal;
mod source_form;
pub mod text;
mod totals;
pub mod trace;
pub mod view;

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;

pub use assemble::{Inputs, SourceFacts, assemble};
pub use attestation::{Attestation, Report, SigningKey, Timings};
pub use body::{Body, CopyFor, FORMAT, Issue, Period, ReferenceLine, RequestFacts, Status, Supersedes, Words};
pub use cells::{CellLine, SourceLine, Summary, WhyNot};
pub use entries::{
    AlertEntry, AmountEntry, ConditionEntry, DeductionEntry, GroundEntry, IncomeEntry, OutcomeEntry, PropertyEntry,
    ReferralEntry, ReviewEntry,
};
pub use facts::{Facts, HashedFacts};
pub use household::{FoundMember, ReportHousehold, ReportObligor, ReportPerson};
pub use lines::{Grounds, Laws, Lines, outcome_of};
pub use notices::{Notices, relief_goes_first};
pub use provenance::{MemberRecords, PackFacts, Provenance, canonical_bytes, sha256_hex};
pub use records::{HeldRecord, SetAside};
pub use totals::{ClassRange, CountRange, ReportTotals, Silent, TotalRange};
