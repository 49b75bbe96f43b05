//! CPU time of this thread, to the nanosecond, and the core that this process and its children run on.

use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Binds this process, and what it starts from now on, to a core. Says what came of it.
pub(crate) fn pin(core: &str) -> String {
    let process = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-cp", core, &process]).stdout(Stdio::null()).status();
    match pinned {
        Ok(status) if status.success() => format!("both sides on core {core}, in CPU time"),
        _ => "taskset does not work here: in CPU time, on whatever core".to_owned(),
    }
}

/// How long this thread has run.
pub(crate) fn used() -> Duration {
    let ran = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(ran).expect("time a thread ran is positive")
}

/// What an operation took, and what it gave.
pub(crate) fn timed<T>(operation: impl FnOnce() -> T) -> (Duration, T) {
    let begun = used();
    let given = operation();
    (used() - begun, given)
}

/// Operations a second.
pub(crate) fn per_second(operations: usize, time: Duration) -> u128 {
    let operations = u128::try_from(operations).unwrap_or(0);
    operations * 1_000_000_000 / time.as_nanos().max(1)
}

/// `one ÷ other` with two decimals.
pub(crate) fn ratio(one: u128, other: u128) -> String {
    let hundredths = one * 100 / other.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
