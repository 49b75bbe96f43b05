//! From a tree to answers: which rows are records, of whom, and what they say. Pure: no I/O, no clock.
//!
//! A stated value that cannot be read makes its row unreadable; it is never guessed, never zero. What is reported of it is the
//! path and the reason, never the value.

pub(crate) mod answer;
pub(crate) mod field;
mod form;
pub(crate) mod item;
pub(crate) mod money;
pub(crate) mod path;
pub(crate) mod record;

pub(crate) use answer::{AnswerSpec, Items, Outcome, Page, RowList, Shape, Test, When};
pub(crate) use item::ItemResult;
