//! The peers, as child processes on the same core.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

/// How to install them, where they are not.
pub(crate) const HOW: &str =
    "not measured: python3 -m venv target/peers && target/peers/bin/pip install -r benches/peers/requirements.txt";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of this bench's own under `target/tmp`.
pub(crate) fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// What a peer's program prints; none where the peers are not installed.
pub(crate) fn run(program: &str, arguments: &[&Path]) -> Option<Value> {
    let python = root().join("target/peers/bin/python");
    if !python.exists() {
        return None;
    }
    let mut command = Command::new(python);
    for threads in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] {
        command.env(threads, "1");
    }
    let output = command.arg(root().join("benches/peers").join(program)).args(arguments).output();
    let output = output.expect("the peers' interpreter starts");
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("a peer prints JSON"))
}

/// A number of seconds that a peer printed.
pub(crate) fn seconds(printed: &Value, name: &str) -> Duration {
    Duration::from_secs_f64(printed[name].as_f64().expect("seconds"))
}

/// A rate that a peer printed, a second.
pub(crate) fn rate(printed: &Value, name: &str) -> u128 {
    let nanos = Duration::from_secs(1).div_f64(printed[name].as_f64().expect("a rate")).as_nanos();
    1_000_000_000 / nanos.max(1)
}
