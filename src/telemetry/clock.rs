//! The only place that reads the wall clock, so that tests can set it.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

/// Where "now" comes from. Days are those of Asia/Shanghai (UTC+8, no summer time since 1991).
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that always says `instant`.
    #[must_use]
    pub fn fixed(instant: Timestamp) -> Self {
        Self(Arc::new(move || instant))
    }

    /// A clock that asks somebody else.
    #[must_use]
    pub fn of(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Now, to the millisecond: as it is stored, so that what is in memory and what is read back are equal.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let told = (self.0)();
        let finer = told.subsec_nanosecond().rem_euclid(1_000_000);
        told.checked_sub(jiff::SignedDuration::from_nanos(i64::from(finer))).unwrap_or(told)
    }

    /// Today in China.
    #[must_use]
    pub fn today(&self) -> Date {
        china_date(self.now())
    }
}

/// The day of an instant in China.
#[must_use]
pub fn china_date(instant: Timestamp) -> Date {
    Offset::constant(8).to_datetime(instant).date()
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_chinas() {
        let clock = Clock::fixed("2026-10-31T16:00:00Z".parse().unwrap());
        assert_eq!(clock.today().to_string(), "2026-11-01");
    }

    #[test]
    fn now_is_what_a_column_holds() {
        for (told, now) in [
            ("2026-11-01T00:00:00.123999999Z", "2026-11-01T00:00:00.123Z"),
            ("2026-11-01T00:00:00.123Z", "2026-11-01T00:00:00.123Z"),
            ("1969-12-31T23:59:59.999500Z", "1969-12-31T23:59:59.999Z"),
        ] {
            let now: Timestamp = now.parse().unwrap();
            assert_eq!(Clock::fixed(told.parse().unwrap()).now(), now, "{told}");
            assert_eq!(Timestamp::from_millisecond(now.as_millisecond()).unwrap(), now);
        }
    }
}
