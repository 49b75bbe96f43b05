//! A body as people read it: in a terminal, and as a page to print. What is worded here is worded for both.

pub mod amounts;
mod asked;
mod changes;
mod chart;
pub(in crate::report) mod computation;
mod grounds;
pub mod html;
mod names;
mod onward;
mod parameters;
mod sheet;
pub mod terminal;
mod wording;

pub use asked::{AskedOutcome, asked_outcome};
pub use changes::{ChangeGroup, ChangeRow, ChangeSheet};
pub(super) use onward::referral_title;
pub use onward::{ReferralCells, paid_in_words, referral_cells, referral_cells_of_view};
pub use parameters::words as parameter_value;
