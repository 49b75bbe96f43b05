//! Changes of the ring. The file is changed first and used last: between them whoever has the audit log enters the change, this command or, where a
//! running service has it, that service.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::super::arguments::{KeysChange, KeysDestroy, KeysEpoch, KeysRotate, TagUse};
use super::super::{compose, configured, output};
use crate::audit::{Actor, ActorRole, Label, Log};
use crate::config::{Settings, StoreSettings};
use crate::keys::{Destruction, KekId, KeyRing, MacUse};
use crate::monitoring::{is_entered, settle};
use crate::store::{Store, StoreError};
use crate::telemetry::Clock;

/// How long a running service is given to take note: it looks every two seconds.
const PATIENCE: Duration = Duration::from_secs(20);

/// Who entered a change in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entered {
    Here,
    ByTheService,
    AtTheNextStart,
}

impl Entered {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::ByTheService => "by_the_service",
            Self::AtTheNextStart => "at_the_next_start",
        }
    }

    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Here => "it stands in the audit log",
            Self::ByTheService => "the running service has entered it in the audit log and put it in force",
            Self::AtTheNextStart => {
                "no service has entered it in the audit log yet: it is entered, and used, at the next start"
            }
        }
    }
}

pub(super) async fn rotate(arguments: &KeysRotate) -> anyhow::Result<ExitCode> {
    let (settings, ring) = opened(&arguments.change)?;
    let now = Clock::system().now();
    let kek = if arguments.prepare { ring.prepare(now)? } else { ring.rotate(now)? };
    let entered = enter(&settings, &ring).await?;
    let sentence = match arguments.prepare {
        true => format!(
            "{kek} is the next key: bring the key folder to every machine of the service, then `hedui keys rotate`"
        ),
        false => format!("new data keys are wrapped under {kek}"),
    };
    told(&arguments.change, entered, &sentence, json!({ "kek": kek, "prepared": arguments.prepare }))
}

pub(super) async fn roll(arguments: &KeysChange) -> anyhow::Result<ExitCode> {
    let (settings, ring) = opened(arguments)?;
    let kid = ring.roll_report_signing_key(Clock::system().now())?;
    let entered = enter(&settings, &ring).await?;
    told(arguments, entered, &format!("reports are signed with {kid}"), json!({ "kid": kid }))
}

pub(super) async fn epoch(arguments: &KeysEpoch) -> anyhow::Result<ExitCode> {
    let (settings, ring) = opened(&arguments.change)?;
    let now = Clock::system().now();
    let uses: &[MacUse] = match arguments.tags {
        TagUse::SubjectTag => &[MacUse::SubjectTag],
        TagUse::BlindIndex => &[MacUse::BlindIndex],
        TagUse::RequestBody => &[MacUse::RequestBody],
        TagUse::AuditDetail => &[MacUse::AuditDetail],
        TagUse::All => &MacUse::ALL,
    };
    let mut begun = BTreeMap::new();
    for used_for in uses {
        begun.insert(used_for.as_str(), ring.add_mac_epoch(*used_for, now)?);
    }
    let entered = enter(&settings, &ring).await?;
    let words: Vec<_> = begun.iter().map(|(used_for, epoch)| format!("{used_for} is in epoch {epoch}")).collect();
    told(&arguments.change, entered, &words.join(", "), json!({ "epochs": begun }))
}

pub(super) async fn destroy(arguments: &KeysDestroy) -> anyhow::Result<ExitCode> {
    let (settings, ring) = opened(&arguments.change)?;
    let kek = KekId(arguments.kek.clone());
    let counts = if settings.data_directory.exists() { data_keys(&settings).await? } else { BTreeMap::new() };
    let left = counts.get(kek.as_str()).copied().unwrap_or_default();
    let listed = ring.list()?;
    let is_former = listed.iter().any(|key| key.kind == "kek" && key.id == kek.as_str() && key.state == "decrypt_only");
    if !is_former {
        // says which key it is not, or where it stands
        ring.mark_for_destruction(&kek, Some(Destruction::OfAnEmptyKey))?;
    }
    let how = match arguments.lose_data_keys {
        true => Destruction::WithItsDataKeys,
        false if left > 0 => bail!(
            "{left} data keys are still wrapped under {kek}: a running service wraps them anew, `hedui keys list` shows how many are left. \
             With --lose-data-keys the documents under them can never be opened again"
        ),
        false => Destruction::OfAnEmptyKey,
    };
    ring.mark_for_destruction(&kek, Some(how))?;
    let entered = enter(&settings, &ring).await?;
    let state = ring.list()?.into_iter().find(|key| key.kind == "kek" && key.id == kek.as_str()).map(|key| key.state);
    match (state, entered) {
        (Some("destroyed"), _) => {
            let sentence = format!(
                "{kek} is destroyed: {left} data keys are lost, and backups from before open no more once no copy of the key folder and no export holds it"
            );
            told(&arguments.change, entered, &sentence, json!({ "kek": kek, "data_keys_lost": left }))
        }
        (_, Entered::AtTheNextStart) => {
            let sentence = format!("{kek} is to be destroyed");
            told(&arguments.change, entered, &sentence, json!({ "kek": kek, "destroyed": false }))
        }
        _ => bail!(
            "{kek} is not destroyed: it stopped wrapping less than ten minutes ago, or data keys were wrapped under it meanwhile; what was sealed under it may \
             still be on its way to the store. Try again later, or say --lose-data-keys"
        ),
    }
}

pub(super) fn opened(arguments: &KeysChange) -> anyhow::Result<(Settings, KeyRing)> {
    let settings = configured::placed(&arguments.place)?;
    let ring = KeyRing::load(&settings.keys_directory)?;
    Ok((settings, ring))
}

fn told(arguments: &KeysChange, entered: Entered, sentence: &str, mut facts: Value) -> anyhow::Result<ExitCode> {
    if arguments.json {
        facts["entered"] = entered.word().into();
        output::say(&serde_json::to_string_pretty(&facts)?);
    } else {
        output::say(&format!("✓ {sentence}; {}", entered.sentence()));
    }
    Ok(ExitCode::SUCCESS)
}

/// How many data keys each key wraps, read beside whoever writes.
pub(super) async fn data_keys(settings: &Settings) -> anyhow::Result<BTreeMap<String, u64>> {
    let store = compose::store_to_read(&settings.store, &settings.data_directory).await?;
    let counts = store.count_deks().await;
    store.close().await;
    Ok(counts?.into_iter().collect())
}

/// Whether there is a log in which anything stands: looking makes none. One that cannot be read is no missing one.
pub(super) async fn has_log(settings: &Settings) -> anyhow::Result<bool> {
    if is_to_be_made(settings) {
        return Ok(false);
    }
    let store = compose::store_to_read(&settings.store, &settings.data_directory).await?;
    let head = store.log_head().await;
    store.close().await;
    Ok(head?.size > 0)
}

/// Whether there is no database yet, as far as that can be seen without a server.
pub(super) fn is_to_be_made(settings: &Settings) -> bool {
    matches!(settings.store, StoreSettings::Sqlite { .. }) && !Store::is_in(&settings.data_directory)
}

/// Sees to it that the log knows the ring: here when nobody else has the log, else by whoever has it.
pub(super) async fn enter(settings: &Settings, ring: &KeyRing) -> anyhow::Result<Entered> {
    if is_to_be_made(settings) {
        return Ok(Entered::AtTheNextStart);
    }
    let store = match compose::store(settings).await {
        Ok(store) => store,
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Locked { .. })) => {
            return await_the_service(settings, ring).await;
        }
        Err(error) => return Err(error.context("the ring file was changed, but not entered in the audit log yet")),
    };
    let clock = Clock::system();
    let log = Log::open(store.clone(), compose::log_options(settings, ring, clock.clone())).await;
    let entered = async {
        let log = log.context("the audit log")?;
        settle(&store, &log, ring, &operator(), clock.now()).await?.warn();
        log.publish(clock.now()).await?;
        anyhow::Ok(Entered::Here)
    };
    let entered = entered.await;
    store.close().await;
    entered
}

async fn await_the_service(settings: &Settings, ring: &KeyRing) -> anyhow::Result<Entered> {
    let store = compose::store_to_read(&settings.store, &settings.data_directory).await?;
    let begun = std::time::Instant::now();
    let mut entered = false;
    while !entered && begun.elapsed() < PATIENCE {
        entered = is_entered(&store, ring).await?;
        if !entered {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    store.close().await;
    Ok(if entered { Entered::ByTheService } else { Entered::AtTheNextStart })
}

/// Whoever has this command has the key folder: the log names them as the security administrator of this machine.
fn operator() -> Actor {
    Actor::local(Label::new("operator").expect("a machine name"), ActorRole::SecurityAdmin)
}
