//! How long to wait before the next attempt: twice as long each time, up to two hours, half of it by chance, so that a receiver that comes
//! back is not met by all at once. Pure.

use std::time::Duration;

const FIRST_SECS: u64 = 30;
const LONGEST_SECS: u64 = 2 * 3_600;

/// The pause after `attempts` earlier ones; `chance` decides between half of it and the whole.
pub(super) fn after(attempts: u32, chance: u32) -> Duration {
    let whole = FIRST_SECS.checked_shl(attempts.min(20)).unwrap_or(LONGEST_SECS).min(LONGEST_SECS) * 1_000;
    let half = whole / 2;
    Duration::from_millis(half + half * u64::from(chance) / u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_two_hours_with_half_by_chance() {
        for (attempts, low, high) in [
            (0, 15, 30),
            (1, 30, 60),
            (7, 1_920, 3_840),
            (8, 3_600, 7_200),
            (19, 3_600, 7_200),
            (u32::MAX, 3_600, 7_200),
        ] {
            assert_eq!(after(attempts, 0), Duration::from_secs(low), "{attempts}");
            assert_eq!(after(attempts, u32::MAX), Duration::from_secs(high), "{attempts}");
        }
    }

    #[test]
    fn twenty_attempts_take_about_a_day() {
        let all = |chance| (0..19).map(|attempts| after(attempts, chance)).sum::<Duration>().as_secs() / 3_600;
        assert_eq!((all(0), all(u32::MAX)), (12, 24));
    }
}
