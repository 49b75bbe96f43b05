//! A keyed hash that stands for a person, a reference or an idempotency key. It is made in `keys`; here it is only compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// 128 bits of HMAC-SHA256 under a key of the given epoch. Text form: `<epoch>.<32 hex digits>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tag {
    epoch: u32,
    mac: [u8; 16],
}

impl Tag {
    /// Takes the first 16 bytes of a MAC.
    #[must_use]
    pub fn new(epoch: u32, mac: [u8; 16]) -> Self {
        Self { epoch, mac }
    }

    /// The epoch of its key.
    #[must_use]
    pub fn epoch(self) -> u32 {
        self.epoch
    }

    /// Reads the text form; only the one spelling that [`fmt::Display`] writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, mac) = text.split_once('.')?;
        let mut tag = Self { epoch: epoch.parse().ok()?, mac: [0; 16] };
        hex::decode_to_slice(mac, &mut tag.mac).ok()?;
        (tag.to_string() == text).then_some(tag)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 32];
        hex::encode_to_slice(self.mac, &mut digits).map_err(|_| fmt::Error)?;
        write!(f, "{}.{}", self.epoch, std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}
impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl TryFrom<String> for Tag {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a tag is written <epoch>.<32 lower-case hex digits>")
    }
}
impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Tag;

    #[test]
    fn only_one_spelling_is_read() {
        let tag = Tag::new(3, [0xab; 16]);
        assert_eq!(Tag::parse(&tag.to_string()), Some(tag));
        for other in
            ["03.abababababababababababababababab", "3.ABababababababababababababababab", "3.ab", "3", "", "x.ab"]
        {
            assert_eq!(Tag::parse(other), None, "{other}");
        }
    }
}
