//! The `hedui` program: hands the arguments to `cli`.

use std::process::ExitCode;

/// Every exchange makes and drops many small pieces: an allocator made for that takes a third of the time the system's takes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    hedui::cli::main()
}
