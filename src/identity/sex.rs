//! Sex (GB/T 2261.1), as stated or as the number says.

use super::levels::levels;
use crate::household::Sex;

levels! {
    /// How two statements of sex compare.
    SexLevel of "sex" {
        /// The same.
        Exact = "exact", "性别一致", "the sex agrees";
        /// Not the same.
        Different = "different", "性别不一致", "the sex differs";
        /// Not stated on one side.
        Missing = "missing", "缺性别", "sex not stated";
    }
}

/// Compares; symmetric.
#[must_use]
pub fn compare_sex(a: Option<Sex>, b: Option<Sex>) -> SexLevel {
    match (a, b) {
        (Some(a), Some(b)) if a == b => SexLevel::Exact,
        (Some(_), Some(_)) => SexLevel::Different,
        _ => SexLevel::Missing,
    }
}
