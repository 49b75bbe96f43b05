//! A body as people read it: in a terminal, and as a page to print. What is worded here is worded for both.

pub mod amounts;
mod chart;
mod computation;
mod grounds;
pub mod html;
mod names;
mod onward;
mod parameters;
pub mod terminal;
mod wording;

pub(super) use onward::paid_in_words;
pub use onward::{ReferralCells, referral_cells};
