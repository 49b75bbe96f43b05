//! A demo as its user starts it, for what is tried against a running service.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A demo that runs until it is dropped.
pub struct Demo {
    running: Child,
    /// Where its departments are.
    pub departments: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.running.kill());
        drop(self.running.wait());
    }
}

/// Starts one over `demo` in a folder; the address of its console.
pub fn demo(folder: &Path) -> (Demo, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedui"));
    command.args(["demo", "--households", "20", "--lang", "en", "--data"]).arg(folder.join("demo"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the demo runs");
    let mut said = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut demo = Demo { running: child, departments: String::new() };
    let mut address_of = |what: &str| {
        let line = said.by_ref().map(|line| line.expect("a line")).find(|line| line.starts_with(what));
        let line = line.unwrap_or_else(|| panic!("it says where this is: {what}"));
        let address = line.split_once("http://").expect("an address").1;
        address.split_whitespace().next().expect("an address").trim_end_matches('/').to_owned()
    };
    demo.departments = format!("http://{}", address_of("Departments"));
    let address = address_of("Console");
    // Read on, so that it is never kept waiting.
    std::thread::spawn(move || said.for_each(drop));
    (demo, format!("http://{address}"))
}
