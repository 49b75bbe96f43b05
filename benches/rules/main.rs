//! The rules beside OpenFisca and GoRules ZEN, measured in the same run: `cargo bench --bench rules`. benches/README.md says what is
//! compared with what, and how to install the peers; without them their figures are left out, never guessed.
//!
//! Both sides run one at a time on one core and are measured in CPU time. The households of `bulk` must come out alike, one by one.

mod bulk;
mod cpu;
#[path = "../parts/household.rs"]
mod household;
mod peers;
mod person;
mod population;
mod trace;

use std::process::ExitCode;

/// The program's own allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The core that everything measured runs on.
const CORE: &str = "0";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    say(&cpu::pin(CORE));
    let mut alike = true;
    if wanted("bulk") {
        alike = bulk::run();
    }
    if wanted("trace") {
        trace::run();
    }
    if alike { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A line on standard output.
#[expect(clippy::print_stdout, reason = "figures are this program's output")]
fn say(line: &str) {
    println!("{line}");
}
