//! The `hedui` program: hands the arguments to `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    hedui::cli::main()
}
