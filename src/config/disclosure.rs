//! How much of a report somebody may be shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A disclosure level (分级披露). Each shows what the one before it shows, and more; whoever is granted none sees the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disclosure {
    /// 结论: what the screening says and why, what is open, where to turn. No amount, no record. What a township needs.
    #[default]
    Conclusion,
    /// 金额: also totals, and amounts by person and class. What a county's office needs.
    Amounts,
    /// 全部: the whole report.
    Full,
}

impl Disclosure {
    /// From the least to the most.
    pub const ALL: [Self; 3] = [Self::Conclusion, Self::Amounts, Self::Full];

    /// The word in `clients.toml`, `?level=` and the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conclusion => "conclusion",
            Self::Amounts => "amounts",
            Self::Full => "full",
        }
    }

    /// The inverse of [`Disclosure::as_str`].
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_rise_and_read_back() {
        assert!(Disclosure::ALL.is_sorted());
        assert_eq!(Disclosure::default(), Disclosure::Conclusion, "nobody is shown more than was granted");
        assert_eq!(Disclosure::ALL.map(|level| Disclosure::parse(level.as_str())), Disclosure::ALL.map(Some));
        assert_eq!(Disclosure::parse("Full"), None);
    }
}
