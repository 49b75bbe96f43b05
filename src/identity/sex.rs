//! Sex (GB/T 2261.1), as stated or as the number says.

use super::characters::in_one_width;

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

/// Reads 男, 女, M, F, 1, 2 (GB/T 2261.1) and the like; nothing for anything else.
#[must_use]
pub fn read_sex(text: &str) -> Option<Sex> {
    let plain: String = in_one_width(text).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    match plain.as_str() {
        "男" | "男性" | "m" | "male" | "1" => Some(Sex::Male),
        "女" | "女性" | "f" | "female" | "2" => Some(Sex::Female),
        _ => None,
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
