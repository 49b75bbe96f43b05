//! Whose record is this? Reading, normalising and comparing people's identities: *match / review / no*, with reasons.
//!
//! Pure: no async, clock, store or network; the as-of date is an argument. There is one matcher: [`Model`] scores two prepared
//! [`Person`]s field by field (Fellegi–Sunter), [`rules`] put the law's caution on top for verification, and [`attribute()`] looks
//! at a whole household at once, so that a son's record is not counted as his father's. What a record *says* is not looked at
//! here, nor whether its holder is dead or has sold the car: that is `policy`'s.
//!
//! Nothing in here prints a name or a number: reasons and faults speak of kinds of difference, never of the values compared.

pub mod address;
pub mod attribute;
pub mod birth_date;
pub mod bits;
pub mod characters;
pub mod code;
pub mod compare;
pub mod document;
pub mod id_number;
mod keyboard;
pub(crate) mod levels;
mod look_alike;
pub mod model;
pub mod name;
mod numerals;
pub mod packed;
pub mod person;
pub mod personal_number;
pub mod phone;
pub mod pinyin;
#[cfg(test)]
mod properties;
pub mod rules;
pub mod sex;
mod surnames;
pub mod text;
mod unknown;

pub use attribute::{Attribution, Fit, Known, Standing, attribute, attribute_prepared};
pub use compare::{Comparison, Levels};
pub use document::{Document, DocumentFault, check_document};
pub use id_number::{IdFault, ResidentNumber};
pub use levels::Level;
pub use model::{Field, Model, ModelFault, ModelFaults};
pub use name::Name;
pub use person::Person;
pub use personal_number::{holds_personal_number, may_hold_personal_number};
pub use rules::Rule;
