//! The hours of a day in which a department may be asked, in China Standard Time. Pure: the moment comes from outside.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::Offset;

/// China Standard Time: no daylight saving, the same all over the country.
const CST: Offset = Offset::constant(8);
const DAY_MINUTES: u16 = 24 * 60;
const DAY_SECONDS: i64 = 24 * 3600;

/// From one minute of the day to another, the last not included; from the evening into the morning where the end is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    from: u16,
    to: u16,
}

/// One or several spans of the day, such as `22:00-06:00`. None at all is round the clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours(Vec<Span>);

/// What is wrong with a span that somebody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursFault {
    /// Not of the form.
    #[error("must be `HH:MM-HH:MM`, such as `22:00-06:00`")]
    Form,
    /// It begins and ends in the same minute: nobody can say whether that is never or always.
    #[error("begins when it ends; leave it out for round the clock, or write `00:00-24:00`")]
    Empty,
}

impl Hours {
    /// Every minute of the day.
    #[must_use]
    pub fn always() -> Self {
        Self::default()
    }

    /// The spans together; none is round the clock.
    ///
    /// # Errors
    /// The first span that cannot be read.
    pub fn of<'s>(spans: impl IntoIterator<Item = &'s str>) -> Result<Self, HoursFault> {
        spans.into_iter().map(str::parse).collect::<Result<Vec<Span>, _>>().map(Self)
    }

    /// Minutes of a day that are within them.
    #[must_use]
    pub fn minutes_a_day(&self) -> u32 {
        let open = |minute: &u16| self.0.is_empty() || self.0.iter().any(|span| span.holds(*minute));
        (0..DAY_MINUTES).filter(open).map(|_| 1).sum()
    }

    /// Whether the department may be asked at this moment.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let minute = minute_of(at);
        self.0.is_empty() || self.0.iter().any(|span| span.holds(minute))
    }

    /// `at` itself while open, otherwise the first moment after it that is.
    #[must_use]
    pub fn next_opening(&self, at: Timestamp) -> Timestamp {
        if self.is_open(at) {
            return at;
        }
        let second = second_of(at);
        let wait = self.0.iter().map(|span| (i64::from(span.from) * 60 - second).rem_euclid(DAY_SECONDS)).min();
        let whole = Timestamp::from_second(at.as_second().saturating_add(wait.unwrap_or(0)));
        whole.unwrap_or(Timestamp::MAX)
    }
}

impl Span {
    fn holds(self, minute: u16) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

impl FromStr for Span {
    type Err = HoursFault;

    fn from_str(text: &str) -> Result<Self, HoursFault> {
        let (from, to) = text.trim().split_once('-').ok_or(HoursFault::Form)?;
        let (from, to) = (minute(from)?, minute(to)?);
        if from == DAY_MINUTES {
            return Err(HoursFault::Form);
        }
        if from == to { Err(HoursFault::Empty) } else { Ok(Self { from, to }) }
    }
}

/// `HH:MM` as the minute of the day, `24:00` included.
fn minute(text: &str) -> Result<u16, HoursFault> {
    let two = |digits: &str, most: u16| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u16>().ok().filter(|number| plain && *number <= most).ok_or(HoursFault::Form)
    };
    let (hours, minutes) = text.trim().split_once(':').ok_or(HoursFault::Form)?;
    let minute = two(hours, 24)? * 60 + two(minutes, 59)?;
    if minute <= DAY_MINUTES { Ok(minute) } else { Err(HoursFault::Form) }
}

fn second_of(at: Timestamp) -> i64 {
    let time = CST.to_datetime(at).time();
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

fn minute_of(at: Timestamp) -> u16 {
    u16::try_from(second_of(at) / 60).unwrap_or(0)
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("00:00-24:00");
        }
        for (index, span) in self.0.iter().enumerate() {
            let between = if index == 0 { "" } else { ", " };
            let (from, to) = (span.from, span.to);
            write!(f, "{between}{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(spans: &[&str]) -> Hours {
        Hours::of(spans.iter().copied()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        format!("{text}+08:00").parse().unwrap()
    }

    #[test]
    fn open_from_the_first_minute_to_before_the_last() {
        let night = hours(&["22:00-06:00"]);
        let day = hours(&["08:00-12:00", "14:00-18:00"]);
        for (hours, moment, open, next) in [
            (&night, "2026-11-01T21:59:59", false, "2026-11-01T22:00:00"),
            (&night, "2026-11-01T22:00:00", true, "2026-11-01T22:00:00"),
            (&night, "2026-11-01T23:59:59", true, "2026-11-01T23:59:59"),
            (&night, "2026-11-02T00:00:00", true, "2026-11-02T00:00:00"),
            (&night, "2026-11-02T05:59:59", true, "2026-11-02T05:59:59"),
            (&night, "2026-11-02T06:00:00", false, "2026-11-02T22:00:00"),
            (&day, "2026-11-01T07:59:30", false, "2026-11-01T08:00:00"),
            (&day, "2026-11-01T11:59:59", true, "2026-11-01T11:59:59"),
            (&day, "2026-11-01T12:00:00", false, "2026-11-01T14:00:00"),
            (&day, "2026-12-31T18:00:00", false, "2027-01-01T08:00:00"),
        ] {
            assert_eq!(hours.is_open(at(moment)), open, "{hours} at {moment}");
            assert_eq!(hours.next_opening(at(moment)), at(next), "{hours} at {moment}");
        }
    }

    #[test]
    fn the_clock_is_chinas() {
        // 15:00 in Greenwich is 23:00 in China
        assert!(hours(&["22:00-06:00"]).is_open("2026-11-01T15:00:00Z".parse().unwrap()));
        assert!(!hours(&["22:00-06:00"]).is_open("2026-11-01T23:00:00Z".parse().unwrap()));
    }

    #[test]
    fn nothing_stated_is_round_the_clock() {
        for always in [Hours::always(), hours(&["00:00-24:00"])] {
            assert!(always.is_open(at("2026-11-01T03:30:00")));
            assert_eq!(always.to_string(), "00:00-24:00");
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in ["", "22-06", "22:00", "22:00-6:00", "25:00-06:00", "22:60-06:00", "24:00-06:00", "22:00-24:01"] {
            assert_eq!(Hours::of([text]), Err(HoursFault::Form), "{text}");
        }
        assert_eq!(Hours::of(["08:00-08:00"]), Err(HoursFault::Empty));
        assert_eq!(hours(&["08:00-12:00", "22:00-06:00"]).to_string(), "08:00-12:00, 22:00-06:00");
    }
}
