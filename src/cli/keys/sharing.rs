//! `hedui keys export` and `restore`: passphrases are asked for at the terminal, without echo, or read from files that nobody else can read.

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use zeroize::Zeroizing;

use super::super::arguments::{KeysExport, KeysRestore};
use super::super::{Usage, output};
use super::{changing, place};
use crate::keys::export::{Cost, RingAbout, SEALED_RING, export as export_ring, restore as restore_ring};
use crate::keys::{KeyError, KeyRing, file_access};
use crate::telemetry::Clock;

pub(super) fn export(arguments: &KeysExport) -> anyhow::Result<ExitCode> {
    let (_, ring) = changing::opened(&arguments.change)?;
    let (shares, threshold) = (arguments.shares, arguments.threshold);
    if threshold > shares {
        return Err(Usage(format!("of {shares} shares {threshold} cannot be needed")).into());
    }
    let count = arguments.passphrase_file.len();
    if count > 0 && count != usize::from(shares) {
        return Err(Usage(format!("{shares} shares have {shares} passphrases, but {count} files are named")).into());
    }
    let mut passphrases = Vec::new();
    for number in 1..=usize::from(shares) {
        passphrases.push(match arguments.passphrase_file.get(number - 1) {
            Some(file) => from_file(file)?,
            None => asked_twice(number, shares)?,
        });
    }
    let about = export_ring(&ring, &arguments.out, threshold, &passphrases, Cost::default(), Clock::system().now())?;
    if arguments.change.json {
        output::say(&serde_json::to_string_pretty(&about)?);
    } else {
        output::say(&format!("✓ {}", described(&about)));
        output::say(&format!(
            "{} in {}: keep {SEALED_RING} with the backups, give every custodian a share; {threshold} of {shares} put the ring back",
            if shares == 1 { "a share".to_owned() } else { format!("{shares} shares") },
            arguments.out.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn restore(arguments: &KeysRestore) -> anyhow::Result<ExitCode> {
    let dir = place(&arguments.folder)?;
    let told = |about: &RingAbout| output::tell(&format!("this is {}", described(about)));
    let passphrase = |index: usize, share: &Path| match arguments.passphrase_file.get(index) {
        Some(file) => from_file(file),
        None => asked(&format!("passphrase of {}: ", share.display())),
    };
    let now = Clock::system().now();
    let (about, ring): (RingAbout, KeyRing) =
        restore_ring(&arguments.from, &arguments.share, &dir, now, told, passphrase)?;
    if arguments.folder.json {
        let value = serde_json::json!({ "ring": about, "keys": ring.list()? });
        output::say(&serde_json::to_string_pretty(&value)?);
    } else {
        output::say(&format!(
            "✓ the ring stands in {}: it opens what was sealed, and wraps under a new key from now on; make a new export",
            dir.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn described(about: &RingAbout) -> String {
    let RingAbout { log, made, keys, exported, export, .. } = about;
    format!("the ring of the log {log}, made {made}, {keys} keys, export {export} of {exported}")
}

/// The first line of a file that nobody else can read.
fn from_file(file: &Path) -> Result<Zeroizing<String>, KeyError> {
    let text = file_access::read(file)?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

fn asked(prompt: &str) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source| KeyError::Io { doing: "read a passphrase from", path: "/dev/tty".into(), source };
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(failed)
}

fn asked_twice(number: usize, shares: u8) -> anyhow::Result<Zeroizing<String>> {
    if !std::io::stdin().is_terminal() {
        bail!("there is no terminal to ask for passphrases at: name files with --passphrase-file, one for each share");
    }
    loop {
        let first = asked(&format!("custodian {number} of {shares}, a passphrase: "))?;
        if first == asked(&format!("custodian {number} of {shares}, again: "))? {
            return Ok(first);
        }
        output::complain("the two are not the same; once more");
    }
}
