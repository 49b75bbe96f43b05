//! Days and moments as pages write them, in China's time.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::household::Lang;

const CHINA: Offset = Offset::constant(8);

/// 2026年11月1日, 1 November 2026.
pub(super) fn day(day: Date, lang: Lang) -> String {
    day.strftime(lang.pick("%Y年%-m月%-d日", "%-d %B %Y")).to_string()
}

/// The same with hour and minute, of a time as the interface writes it.
pub(super) fn moment(text: &str, lang: Lang) -> String {
    let Ok(at) = text.parse::<Timestamp>() else { return text.to_owned() };
    let at = CHINA.to_datetime(at);
    at.strftime(lang.pick("%Y年%-m月%-d日 %H:%M", "%-d %B %Y, %H:%M")).to_string()
}

/// The same with seconds, as entries of the log have it.
pub(super) fn instant(text: &str, lang: Lang) -> String {
    let Ok(at) = text.parse::<Timestamp>() else { return text.to_owned() };
    let at = CHINA.to_datetime(at);
    at.strftime(lang.pick("%Y年%-m月%-d日 %H:%M:%S", "%-d %b %Y, %H:%M:%S")).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_people_write_them() {
        let date: Date = "2026-11-01".parse().unwrap();
        assert_eq!((day(date, Lang::Zh).as_str(), day(date, Lang::En).as_str()), ("2026年11月1日", "1 November 2026"));
        assert_eq!(moment("2026-10-31T16:05:00Z", Lang::Zh), "2026年11月1日 00:05");
        assert_eq!(moment("2026-10-31T16:05:00Z", Lang::En), "1 November 2026, 00:05");
        assert_eq!(instant("2026-10-31T16:05:07.9Z", Lang::Zh), "2026年11月1日 00:05:07");
    }
}
