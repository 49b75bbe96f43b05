//! The only text a leaf may hold: short machine names. What could be a person's name or number does not fit.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::identity::may_hold_personal_number;
use crate::store::Tag;

/// A machine name: 1 to 128 ASCII letters, digits and `. _ : @ / + = - ~`, without an ID number or telephone number in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

/// The text is not a [`Label`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotALabel {
    /// Wrong characters or length.
    #[error("a name in the audit log has 1 to 128 characters of A-Z a-z 0-9 . _ : @ / + = - ~")]
    Shape,
    /// It contains what may be an ID number or a telephone number.
    #[error("a name in the audit log must not contain an ID number or a telephone number")]
    Personal,
}

impl Label {
    /// # Errors
    /// [`NotALabel`].
    pub fn new(text: impl Into<String>) -> Result<Self, NotALabel> {
        let text = text.into();
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"._:@/+=-~".contains(&b);
        if text.is_empty() || text.len() > 128 || !text.bytes().all(fits) {
            return Err(NotALabel::Shape);
        }
        if may_be_personal(text.as_bytes()) { Err(NotALabel::Personal) } else { Ok(Self(text)) }
    }

    /// A machine name as it is; a name in words by the beginning of its hash.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self::new(name).unwrap_or_else(|_| {
            let hash = hex::encode(Sha256::digest(name));
            Self::new(format!("sha256:{}", &hash[..32])).unwrap_or_else(|_| Self(format!("sha256-{}", &hash[..8])))
        })
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a run of letters and digits is a mobile number or an ID number (GB 11643, 18 characters).
fn may_be_personal(text: &[u8]) -> bool {
    text.split(|b| !b.is_ascii_alphanumeric()).any(|run| is_mobile(run) || run.windows(18).any(is_id_number))
}

fn is_mobile(run: &[u8]) -> bool {
    matches!(run, [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit))
}

/// 17 digits with a possible birth date and a check character that agrees.
fn is_id_number(run: &[u8]) -> bool {
    let Some((check, digits)) = run.split_last() else { return false };
    if !digits.iter().all(u8::is_ascii_digit) || !matches!(&digits[6..8], b"18" | b"19" | b"20") {
        return false;
    }
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = digits.iter().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    b"10X98765432"[sum % 11] == check.to_ascii_uppercase()
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl TryFrom<String> for Label {
    type Error = NotALabel;
    fn try_from(text: String) -> Result<Self, NotALabel> {
        Self::new(text)
    }
}
impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

/// The authorisation a query rests on: its number where that is a machine name that cannot hold a number of a person, else a keyed hash of it.
/// Unlike a machine name the number is whatever an office wrote on its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorisationRef {
    /// Its number.
    Number(Label),
    /// A tag of its number, which is in words or may be a person's.
    Tag(Tag),
}

impl AuthorisationRef {
    /// The number itself if it may stand in the log, else what `tag` makes of it.
    pub fn new(number: &str, tag: impl FnOnce(&str) -> Tag) -> Self {
        let label = Label::new(number).ok().filter(|_| !may_hold_personal_number(number));
        label.map_or_else(|| Self::Tag(tag(number)), Self::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_machines_fit_and_of_people_do_not() {
        for fits in
            ["hedui", "township-07@620422", "SQ-2026-0001", "11620422013903085K", "urn:client:x/1", "SQ20261020000123"]
        {
            assert!(Label::new(fits).is_ok(), "{fits}");
        }
        for shape in ["", "张三", "a b", "a\n", &"x".repeat(129)] {
            assert_eq!(Label::new(shape), Err(NotALabel::Shape), "{shape}");
        }
        for personal in [
            "11010519491231002X",
            "user:11010519491231002x",
            "SQ11010519491231002X-1",
            "13800138000",
            "tel:13800138000",
        ] {
            assert_eq!(Label::new(personal), Err(NotALabel::Personal), "{personal}");
        }
    }

    #[test]
    fn an_authorisation_s_number_that_may_be_a_person_s_stands_as_a_tag() {
        let of = |number| AuthorisationRef::new(number, |_| Tag::new(1, [1; 16]));
        for plain in ["SQ-2026-0001", "SQ20261020000123"] {
            assert_eq!(of(plain), AuthorisationRef::Number(Label::new(plain).unwrap()), "{plain}");
        }
        for personal in [
            "11010519491231002X",
            "110105-19491231-002X",
            "SQ-110105491231002",
            "１３８００１３８０００",
            "138-0013-8000",
            "138 0013 8000",
            "+8613800138000",
            "SQ2026-13800138000-1",
        ] {
            assert!(matches!(of(personal), AuthorisationRef::Tag(_)), "{personal}");
        }
    }
}
