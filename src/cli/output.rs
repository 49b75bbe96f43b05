//! What the program says to the person at the terminal.

use std::io::IsTerminal;

/// Prints a result.
pub(super) fn say(text: &str) {
    use std::io::Write;
    // A closed pipe (`| head`) is the reader's wish, not an error.
    drop(writeln!(std::io::stdout().lock(), "{text}"));
}

/// Prints a complaint.
pub(super) fn complain(text: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stderr().lock(), "hedui: {text}"));
}

/// Prints progress, apart from results.
pub(super) fn tell(text: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// Whether results go to a terminal that wants colour.
pub(super) fn colour() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Whether progress goes to a terminal.
pub(super) fn live() -> bool {
    std::io::stderr().is_terminal()
}
