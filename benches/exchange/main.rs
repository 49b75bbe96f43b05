//! What a case costs over the exchanges it makes: its overhead in time (`overhead`), and its share of a bare client's case rate in
//! CPU time, alone (`share`) and in a batch (`bulk`); and a batch beside departments in trouble (`troubled`). `cargo bench --bench exchange
//! [-- overhead|share|bulk|troubled]`; benches/README.md says what is compared with what.
//!
//! The departments run in a child process on the second core; while CPU time is measured, the measured process is bound to the first.
//! No figure here decides a test.

mod bare;
mod bodies;
mod bulk;
mod commits;
mod cpu;
mod departments;
mod households;
mod output;
mod overhead;
mod service;
mod share;
mod troubled;

use std::process::ExitCode;

/// The program's own allocator, for both sides.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Core of the measured process, and of the departments.
const CORES: [&str; 2] = ["0", "1"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if arguments.first().is_some_and(|first| first == departments::COMMAND) {
        return departments::run(&arguments[1..]);
    }
    let wanted = |name: &str| arguments.is_empty() || arguments.iter().any(|argument| argument == name);
    if wanted("overhead") {
        // time is measured as the service runs: on all of the machine
        runtime(None).block_on(overhead::run());
    }
    if wanted("share") {
        // CPU time is measured on one core, apart from the departments
        output::say(&cpu::pin(CORES[0]));
        runtime(Some(1)).block_on(share::run());
    }
    if wanted("bulk") {
        output::say(&cpu::pin(CORES[0]));
        runtime(Some(1)).block_on(bulk::run());
    }
    if wanted("troubled") {
        // how fast the others are is measured as the service runs: on all of the machine
        runtime(None).block_on(troubled::run());
    }
    ExitCode::SUCCESS
}

/// A runtime of so many workers; of as many as there are cores.
fn runtime(workers: Option<usize>) -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers);
    }
    builder.enable_all().build().expect("a runtime")
}
