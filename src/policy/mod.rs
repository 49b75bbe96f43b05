//! The law as dated data, and its application to evidence. Pure: no async, clock, store or network; the as-of date is an argument.
//!
//! [`pack`] reads what a county's policy officer edits (`config/policy/*.toml`) and resolves it for a region and a day;
//! [`assess`] applies a resolved pack to a household's evidence; [`cases`] holds examples with the facts they must lead to.
//! It screens for an officer and never decides (只核对、不认定).

pub mod assessment;
pub mod cases;
pub mod due;
pub mod notice;
pub mod pack;
pub mod simulate;

mod alerts;
mod amounts;
mod answer;
mod assess;
mod case;
mod declared;
mod deductions;
mod drafts;
mod findings;
mod grounds;
mod income;
mod leads;
mod open_facts;
mod people;
mod plausible;
mod property;
mod referrals;
mod review;
mod roll;
mod screening;
mod silence;
mod size;
mod spouse;
mod totals;
mod window;

pub use alerts::between as alerts_between;
pub use answer::{Answer, answer};
pub use assess::{OUTCOMES, Outcomes, assess, outcomes};
pub use leads::missing_rule;
pub use open_facts::{class_named, words_of as words_of_fact};
pub use pack::{Explanation, Pack, PackInfo, Packs, PolicyError, Problem};
pub use roll::{Household, Roll, Row};
pub use window::Window;

#[cfg(test)]
mod properties;
