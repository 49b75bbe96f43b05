//! CPU time of this process, and the core it runs on.

use std::process::{Command, Stdio};
use std::time::Duration;

/// Length of a tick in `/proc/self/stat`: USER_HZ is 100 on Linux.
const TICK: Duration = Duration::from_millis(10);

/// Binds this process, and every thread it starts from now on, to a core. Says what came of it.
pub(crate) fn pin(core: &str) -> String {
    let process = std::process::id().to_string();
    let pinned = Command::new("taskset").args(["-cp", core, &process]).stdout(Stdio::null()).status();
    match pinned {
        Ok(status) if status.success() => format!("measured process on core {core}"),
        _ => "taskset does not work here: the departments may run on the measured core, figures mean less".to_owned(),
    }
}

/// User and system time of every thread of this process, ended ones included: what getrusage(RUSAGE_SELF) gives, to 10 ms.
pub(crate) fn used() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("/proc is mounted");
    // the name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |place: usize| after_name.split_whitespace().nth(place).and_then(|field| field.parse::<u32>().ok());
    TICK * (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default())
}

/// Memory of this process: now, and at most so far.
pub(crate) fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc is mounted");
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.unwrap_or_default().trim().to_owned()
    };
    format!("{} resident, {} at most", field("VmRSS"), field("VmHWM"))
}

/// How long the living threads of this process were ready to run and had no core: the noise of the machine's other work.
pub(crate) fn waited() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let waits = tasks.filter_map(|task| {
        let schedstat = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        schedstat.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    Duration::from_nanos(waits.sum())
}
