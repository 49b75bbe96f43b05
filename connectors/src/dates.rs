//! Date patterns such as `yyyy年MM月dd日`: the same notation writes requests and reads answers. No clock, no time zone.

use jiff::civil::{Date, DateTime};

/// A parsed pattern of `yyyy MM M dd d HH mm ss` and literal characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatePattern(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Literal(char),
    Number { unit: Unit, fixed: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl DatePattern {
    /// `iso` is short for `yyyy-MM-dd`.
    pub(crate) fn parse(pattern: &str) -> Result<Self, String> {
        let pattern = if pattern == "iso" { "yyyy-MM-dd" } else { pattern };
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(first).len();
            let part = match (first, run) {
                ('y', 4) => Part::Number { unit: Unit::Year, fixed: true },
                ('M', 1 | 2) => Part::Number { unit: Unit::Month, fixed: run == 2 },
                ('d', 1 | 2) => Part::Number { unit: Unit::Day, fixed: run == 2 },
                ('H', 2) => Part::Number { unit: Unit::Hour, fixed: true },
                ('m', 2) => Part::Number { unit: Unit::Minute, fixed: true },
                ('s', 2) => Part::Number { unit: Unit::Second, fixed: true },
                (letter, _) if letter.is_ascii_alphanumeric() => {
                    return Err(format!(
                        "`{pattern}` is not a date pattern of yyyy, MM, M, dd, d, HH, mm, ss and signs"
                    ));
                }
                (literal, _) => Part::Literal(literal),
            };
            let taken = if matches!(part, Part::Literal(_)) { first.len_utf8() } else { run };
            parts.push(part);
            rest = &rest[taken..];
        }
        let pattern = Self(parts);
        if pattern.has(Unit::Year) { Ok(pattern) } else { Err("a date pattern needs at least yyyy".into()) }
    }

    fn has(&self, wanted: Unit) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Number { unit, .. } if *unit == wanted))
    }

    /// Whether the pattern names a day (rather than a month or a year).
    pub(crate) fn names_day(&self) -> bool {
        self.has(Unit::Month) && self.has(Unit::Day)
    }

    /// Whether the pattern names a month.
    pub(crate) fn names_month(&self) -> bool {
        self.has(Unit::Month)
    }

    /// Writes a moment.
    pub(crate) fn write(&self, moment: DateTime) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match *part {
                Part::Literal(literal) => text.push(literal),
                Part::Number { unit, fixed } => {
                    let number = i64::from(match unit {
                        Unit::Year => moment.year(),
                        Unit::Month => i16::from(moment.month()),
                        Unit::Day => i16::from(moment.day()),
                        Unit::Hour => i16::from(moment.hour()),
                        Unit::Minute => i16::from(moment.minute()),
                        Unit::Second => i16::from(moment.second()),
                    });
                    let width = if !fixed {
                        1
                    } else if unit == Unit::Year {
                        4
                    } else {
                        2
                    };
                    text.push_str(&format!("{number:0width$}"));
                }
            }
        }
        text
    }

    /// Reads a text written by this pattern and nothing else; the day is 1 where the pattern has none.
    pub(crate) fn read(&self, text: &str) -> Option<Date> {
        let (mut year, mut month, mut day) = (0_i16, 1_i8, 1_i8);
        let mut rest = text;
        for part in &self.0 {
            match *part {
                Part::Literal(literal) => rest = rest.strip_prefix(literal)?,
                Part::Number { unit, fixed } => {
                    let widest = if unit == Unit::Year { 4 } else { 2 };
                    let digits = rest.bytes().take(widest).take_while(u8::is_ascii_digit).count();
                    if digits == 0 || (fixed && digits < widest) {
                        return None;
                    }
                    let number: i16 = rest[..digits].parse().ok()?;
                    rest = &rest[digits..];
                    let small = i8::try_from(number);
                    match unit {
                        Unit::Year => year = number,
                        Unit::Month => month = small.ok()?,
                        Unit::Day => day = small.ok()?,
                        Unit::Hour if number > 24 => return None,
                        Unit::Minute | Unit::Second if number > 60 => return None,
                        Unit::Hour | Unit::Minute | Unit::Second => {}
                    }
                }
            }
        }
        if rest.is_empty() && year > 0 { Date::new(year, month, day).ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn patterns_read_what_they_write() {
        let day = date(2026, 3, 4);
        for (pattern, text) in [
            ("yyyyMMdd", "20260304"),
            ("yyyy-MM-dd", "2026-03-04"),
            ("iso", "2026-03-04"),
            ("yyyy年MM月dd日", "2026年03月04日"),
            ("yyyy/M/d", "2026/3/4"),
            ("yyyy-MM-dd HH:mm:ss", "2026-03-04 00:00:00"),
        ] {
            let parsed = DatePattern::parse(pattern).unwrap();
            assert_eq!(parsed.write(day.into()), text);
            assert_eq!(parsed.read(text), Some(day), "{pattern}");
        }
        assert_eq!(DatePattern::parse("yyyyMM").unwrap().read("202611"), Some(date(2026, 11, 1)));
    }

    #[test]
    fn what_is_not_of_the_pattern_is_refused() {
        let iso = DatePattern::parse("iso").unwrap();
        for text in ["2026-2-3", "2026-02-30", "2026-02-03 ", "20260203", "", "2026-02-03x", "０２"] {
            assert_eq!(iso.read(text), None, "{text:?}");
        }
        assert!(DatePattern::parse("YYYY-MM").is_err());
        assert!(DatePattern::parse("MM-dd").is_err());
    }
}
