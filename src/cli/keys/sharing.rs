//! `hedui keys export` and `restore`: passphrases are asked for at the terminal, without echo, or read from files that nobody else can read.

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::super::arguments::{KeysExport, KeysRestore};
use super::super::{Usage, configured, operator, output};
use super::changing::{self, Entered};
use super::place;
use crate::keys::export::{
    Cost, RingAbout, SEALED_RING, check as check_export, export as export_ring, restore as restore_ring,
};
use crate::keys::{KeyError, KeyRing, file_access};
use crate::telemetry::Clock;

pub(super) async fn export(arguments: &KeysExport) -> anyhow::Result<ExitCode> {
    let operator = operator::named(arguments.operator.as_ref())?;
    let (settings, ring) = changing::opened(&arguments.change)?;
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
    check_export(&arguments.out, threshold, &passphrases)?;
    let unknown = "whether there is an audit log cannot be told, so nothing was exported";
    let had_log = changing::has_log(&settings).await.context(unknown)?;
    let (id, now) = (Uuid::new_v4(), Clock::system().now());
    ring.note_export(id, operator.as_str(), now)?;
    let entered = if had_log { changing::enter(&settings, &ring).await? } else { Entered::AtTheNextStart };
    // a service may have begun one meanwhile
    if entered == Entered::AtTheNextStart && (had_log || changing::has_log(&settings).await.context(unknown)?) {
        bail!(
            "the running service has not entered the export in the audit log, so nothing was exported: look at its log, then try again"
        );
    }
    let about = export_ring(&ring, &arguments.out, threshold, &passphrases, Cost::default(), id, now)?;
    if arguments.change.json {
        let mut facts = serde_json::to_value(&about)?;
        facts["entered"] = entered.word().into();
        output::say(&serde_json::to_string_pretty(&facts)?);
    } else {
        output::say(&format!("✓ {}; {}", described(&about), entered.sentence()));
        output::say(&format!(
            "{} in {}: keep {SEALED_RING} with the backups, give every custodian a share; {threshold} of {shares} put the ring back",
            if shares == 1 { "a share".to_owned() } else { format!("{shares} shares") },
            arguments.out.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn restore(arguments: &KeysRestore) -> anyhow::Result<ExitCode> {
    let operator = operator::named(arguments.operator.as_ref())?;
    let dir = place(&arguments.folder)?;
    let told = |about: &RingAbout| output::tell(&format!("this is {}", described(about)));
    let passphrase = |index: usize, share: &Path| match arguments.passphrase_file.get(index) {
        Some(file) => from_file(file),
        None => asked(&format!("passphrase of {}: ", share.display())),
    };
    let now = Clock::system().now();
    let (about, ring): (RingAbout, KeyRing) =
        restore_ring(&arguments.from, &arguments.share, &dir, operator.as_str(), now, told, passphrase)?;
    let entered = enter_restored(arguments, &ring).await;
    if arguments.folder.json {
        let value = serde_json::json!({ "ring": about, "keys": ring.list()?, "entered": entered.word() });
        output::say(&serde_json::to_string_pretty(&value)?);
    } else {
        output::say(&format!(
            "✓ the ring stands in {}: it opens what was sealed, and wraps under a new key from now on; make a new export; {}",
            dir.display(),
            entered.sentence()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// The ring stands already: what keeps it from the log is told, and the next start says it again.
async fn enter_restored(arguments: &KeysRestore, ring: &KeyRing) -> Entered {
    let entered = async {
        let settings = configured::settings(&arguments.folder.config)?;
        let is_the_log_s = settings.keys_directory == ring.dir() && changing::has_log(&settings).await?;
        if is_the_log_s { changing::enter(&settings, ring).await } else { Ok(Entered::AtTheNextStart) }
    };
    entered.await.unwrap_or_else(|error: anyhow::Error| {
        output::tell(&format!("{error:#}"));
        Entered::AtTheNextStart
    })
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
