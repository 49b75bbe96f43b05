//! The two languages that are spoken here, and days and moments as people write them in each, in China's time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Language of a rendering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// Chooses between two texts.
    #[must_use]
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The tag for `lang` attributes.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

const CHINA: Offset = Offset::constant(8);

/// `2026年11月1日`, `1 November 2026`.
#[must_use]
pub fn day(day: Date, lang: Lang) -> String {
    day.strftime(lang.pick("%Y年%-m月%-d日", "%-d %B %Y")).to_string()
}

/// `2026年11月`, `November 2026`.
#[must_use]
pub fn month(first: Date, lang: Lang) -> String {
    first.strftime(lang.pick("%Y年%-m月", "%B %Y")).to_string()
}

/// A day with hour and minute.
#[must_use]
pub fn moment(at: Timestamp, lang: Lang) -> String {
    CHINA.to_datetime(at).strftime(lang.pick("%Y年%-m月%-d日 %H:%M", "%-d %B %Y, %H:%M")).to_string()
}

/// The same with seconds, as entries of the log have it.
#[must_use]
pub fn instant(at: Timestamp, lang: Lang) -> String {
    CHINA.to_datetime(at).strftime(lang.pick("%Y年%-m月%-d日 %H:%M:%S", "%-d %b %Y, %H:%M:%S")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_people_write_them() {
        let date: Date = "2026-11-01".parse().unwrap();
        assert_eq!((day(date, Lang::Zh).as_str(), day(date, Lang::En).as_str()), ("2026年11月1日", "1 November 2026"));
        let at: Timestamp = "2026-10-31T16:05:07.9Z".parse().unwrap();
        assert_eq!(moment(at, Lang::Zh), "2026年11月1日 00:05");
        assert_eq!(moment(at, Lang::En), "1 November 2026, 00:05");
        assert_eq!(instant(at, Lang::Zh), "2026年11月1日 00:05:07");
    }
}
