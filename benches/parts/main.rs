//! Single parts of the service, each beside a peer or a limit of the machine measured in the same run: `cargo bench --bench parts`.
//! benches/README.md says what is compared with what. Criterion measures; the ratios are of what it measured, peer and part in turns.

mod append;
mod assess;
mod compare;
mod household;
mod pairs;
mod seal;
mod turns;
mod verify;

use criterion::Criterion;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    compare::run(&mut criterion);
    pairs::run(&mut criterion);
    assess::run(&mut criterion);
    seal::run(&mut criterion);
    if wanted("append") {
        append::run();
    }
    if wanted("verify") {
        verify::run();
    }
    criterion.final_summary();
}

/// Whether a part that Criterion does not measure is asked for: by its name, or all are.
fn wanted(name: &str) -> bool {
    let mut names = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    names.peek().is_none() || names.any(|given| given == name)
}
