//! What the benches print, in integers: no figure is rounded by a float.

use std::time::Duration;

/// A line on standard output.
#[expect(clippy::print_stdout, reason = "figures are this program's output")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Milliseconds with three decimals.
pub(crate) fn millis(duration: Duration) -> String {
    format!("{}.{:03} ms", duration.as_millis(), duration.subsec_micros() % 1000)
}

/// `numerator / denominator` with two decimals.
pub(crate) fn ratio(numerator: u128, denominator: u128) -> String {
    let hundredths = numerator * 100 / denominator.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The value below which so many percent of `values` lie (nearest rank).
pub(crate) fn percentile(values: &mut [Duration], percent: usize) -> Duration {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100).max(1);
    values.get(rank - 1).copied().unwrap_or_default()
}
