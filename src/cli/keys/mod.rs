//! `hedui keys`.

mod changing;
mod sharing;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use uuid::Uuid;

use super::arguments::{Keys, KeysCommand, KeysFolder, KeysInit, KeysRecipient};
use super::{compose, configured, output};
use crate::audit::VerifierKey;
use crate::keys::{Custody, KeyRing};
use crate::report::jose::generate_recipient;
use crate::telemetry::Clock;

/// Runs a command on the key ring.
pub(super) async fn run(arguments: &Keys) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        KeysCommand::Init(arguments) => init(arguments),
        KeysCommand::List(folder) => list(folder).await,
        KeysCommand::Rotate(rotation) => changing::rotate(rotation).await,
        KeysCommand::Roll(change) => changing::roll(change).await,
        KeysCommand::Epoch(epoch) => changing::epoch(epoch).await,
        KeysCommand::Destroy(destruction) => changing::destroy(destruction).await,
        KeysCommand::Export(export) => sharing::export(export).await,
        KeysCommand::Restore(restore) => sharing::restore(restore).await,
        KeysCommand::Recipient(recipient) => make_recipient(recipient),
    }
}

fn place(folder: &KeysFolder) -> anyhow::Result<PathBuf> {
    match &folder.keys {
        Some(path) => Ok(path.clone()),
        None => Ok(configured::settings(&folder.config)?.keys_directory),
    }
}

fn init(arguments: &KeysInit) -> anyhow::Result<ExitCode> {
    let folder = &arguments.folder;
    let path = place(folder)?;
    // Checkpoints carry the name: a witness that watches two logs of one name would take one for a fork of the other.
    let name = arguments.log_name.clone().unwrap_or_else(|| format!("hedui-{:08x}", Uuid::new_v4().as_fields().0));
    let ring = KeyRing::create(&path, &name, Clock::system().now())?;
    output::tell(&format!(
        "made a key ring in {}: back it up apart from the data, nothing opens without it",
        path.display()
    ));
    print(&ring, Some(&BTreeMap::new()), folder.json)
}

async fn list(folder: &KeysFolder) -> anyhow::Result<ExitCode> {
    let ring = KeyRing::load(&place(folder)?)?;
    let settings = configured::settings(&folder.config)?;
    let data_keys = match changing::is_to_be_made(&settings) {
        true => Err(anyhow::anyhow!("there is no database in {}", settings.data_directory.display())),
        false => changing::data_keys(&settings).await,
    };
    let data_keys = data_keys.inspect_err(|error| output::tell(&format!("data keys are not counted: {error:#}")));
    print(&ring, data_keys.ok().as_ref(), folder.json)
}

/// Shows the ring, with the data keys under each where they were counted: what was not is not none.
fn print(ring: &KeyRing, data_keys: Option<&BTreeMap<String, u64>>, json: bool) -> anyhow::Result<ExitCode> {
    let log_key = VerifierKey::of(compose::log_signer(ring).as_ref()).to_string();
    let keys = ring.list()?;
    let read = ring.read()?;
    let custody = read.custody();
    if json {
        let mut keys = serde_json::to_value(keys)?;
        for key in keys.as_array_mut().into_iter().flatten().filter(|key| key["kind"] == "kek") {
            let count = |counts: &BTreeMap<String, u64>| counts.get(key["id"].as_str()?).copied();
            key["data_keys"] = data_keys.map(|counts| count(counts).unwrap_or_default()).into();
        }
        let value = serde_json::json!({ "keys": keys, "custody": custody, "log_key": log_key, "jwks": ring.jwks() });
        output::say(&serde_json::to_string_pretty(&value)?);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["kind", "id", "state", "created", "data keys"]);
    for key in keys {
        let count = match key.kind {
            "kek" => {
                data_keys.map_or("?".to_owned(), |counts| counts.get(&key.id).copied().unwrap_or_default().to_string())
            }
            _ => String::new(),
        };
        table.add_row([key.kind.to_owned(), key.id, key.state.to_owned(), key.created.to_string(), count]);
    }
    output::say(&table.to_string());
    for Custody { what, id, at, by } in custody {
        output::say(&format!("{} {at} by {by} ({id})", what.as_str()));
    }
    output::say(&format!("log key (for `hedui open --log-key`): {log_key}"));
    Ok(ExitCode::SUCCESS)
}

fn make_recipient(arguments: &KeysRecipient) -> anyhow::Result<ExitCode> {
    let pair = generate_recipient()?;
    compose::write_private(&arguments.out, pair.private_jwk.as_bytes())?;
    output::tell(&format!(
        "wrote the private key to {}; the public key, for requests or clients.toml:",
        arguments.out.display()
    ));
    output::say(&pair.public_jwk.to_string());
    Ok(ExitCode::SUCCESS)
}
