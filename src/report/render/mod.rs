//! A body as people read it: in a terminal, and as a page to print. What is worded here is worded for both.

pub mod amounts;
mod chart;
mod computation;
mod grounds;
pub mod html;
mod names;
mod onward;
mod parameters;
mod sheet;
pub mod terminal;
mod wording;

pub use onward::{ReferralCells, referral_cells, referral_cells_of_view};
pub(super) use onward::{paid_in_words, referral_title};
