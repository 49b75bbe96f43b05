//! How long populations take to make and how much memory they need, against the goals: 1,000 households in 2 s, 100,000 in 60 s and 2 GB.
//!
//! `cargo bench -p hedui-mock-sources --bench sizes`. Each size is made in a process of its own, so that peaks do not add up. Ends with 1
//! when a goal is missed.

use std::process::{Command, ExitCode};
use std::time::Instant;

use hedui_mock_sources::population::Population;
use hedui_mock_sources::truth::Household;
use jiff::civil::date;

/// Households, most milliseconds, most MiB (none: no goal).
const GOALS: [(u32, u128, Option<u64>); 2] = [(1_000, 2_000, None), (100_000, 60_000, Some(2_048))];
const CHILD: &str = "--make";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|argument| argument == CHILD) {
        Some(place) => make(arguments.get(place + 1).and_then(|count| count.parse().ok()).unwrap_or(1_000)),
        None => every_size(),
    }
}

fn every_size() -> ExitCode {
    let Ok(own) = std::env::current_exe() else { return ExitCode::FAILURE };
    let run = |count: u32| Command::new(&own).arg(CHILD).arg(count.to_string()).status();
    let missed = GOALS.iter().filter(|(count, ..)| !run(*count).is_ok_and(|status| status.success())).count();
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "the figures are what the run is for")]
fn make(count: u32) -> ExitCode {
    let goal = GOALS.iter().find(|(size, ..)| *size == count);
    let began = Instant::now();
    let population = Population::generate(1, count, date(2026, 11, 1));
    let (took, peak) = (began.elapsed().as_millis(), peak_mib());
    let people: usize = population.households().map(|household: &Household| household.people().count()).sum();
    let met = goal.is_none_or(|(_, most_ms, most_mib)| {
        took <= *most_ms && most_mib.is_none_or(|most| peak.is_none_or(|peak| peak <= most))
    });
    let peak = peak.map_or("unknown".to_owned(), |peak| format!("{peak} MiB"));
    let against = goal.map_or(String::new(), |(_, ms, mib)| {
        format!("goal {ms} ms{}", mib.map_or(String::new(), |mib| format!(", {mib} MiB")))
    });
    println!(
        "{count:>7} households, {people:>7} people: {took} ms, peak {peak} ({against}: {})",
        if met { "met" } else { "MISSED" }
    );
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The most memory this process ever held, where the system tells.
fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
