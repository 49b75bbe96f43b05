//! `hedui audit detail`: what an entry holds of something that could be guessed, made again by whoever has the thing itself and the ring.

use std::process::ExitCode;

use anyhow::bail;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::arguments::{AuditDetail, KeyedAction, Language};
use super::{Usage, audit_reading, configured, output};
use crate::audit::{Action, restore_gap};
use crate::keys::{DetailKind, DetailMac, KeyRing};
use crate::store::Hash;
use crate::verification::calls_root;

/// Runs the command.
pub(super) async fn run(arguments: &AuditDetail) -> anyhow::Result<ExitCode> {
    let settings = configured::placed(&arguments.at.place)?;
    let details = details(arguments, &KeyRing::load(&settings.keys_directory)?)?;
    let entry = match &arguments.entry {
        Some(name) => Some(audit_reading::entry(&arguments.at, name).await?),
        None => None,
    };
    let held = entry.as_ref().map(|entry| holds(entry, logged_as(arguments.action), &details));
    if arguments.json {
        let listed: Vec<Value> = details
            .iter()
            .map(|(epoch, detail)| json!({ "epoch": epoch, "detail_sha256": hex::encode(detail) }))
            .collect();
        let index = entry.as_ref().map(|entry| entry["index"].clone());
        let facts = json!({
            "action": logged_as(arguments.action).as_str(), "details": listed, "entry": index, "held": held,
        });
        output::say(&serde_json::to_string_pretty(&facts)?);
    } else {
        for (epoch, detail) in &details {
            output::say(&format!("{}  epoch {epoch}", hex::encode(detail)));
        }
        if let (Some(entry), Some(held)) = (&entry, held) {
            output::say(&sentence(entry, held, arguments.at.lang));
        }
    }
    Ok(if held == Some(false) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Every form that an entry may hold of it, by epoch of the key, the newest first.
fn details(arguments: &AuditDetail, keys: &KeyRing) -> anyhow::Result<Vec<(u32, Hash)>> {
    let of_calls = matches!(arguments.action, KeyedAction::Assessed | KeyedAction::Matched);
    if arguments.file.len() > 1 && !of_calls {
        bail!(Usage("one file: only assessments and comparisons are entered several together".into()));
    }
    if arguments.checkpoint.is_some() && arguments.action != KeyedAction::LogResumed {
        bail!(Usage("--checkpoint goes with --action log_resumed".into()));
    }
    let mut calls: Vec<Vec<DetailMac>> = Vec::new();
    for file in &arguments.file {
        let bytes = audit_reading::read_bytes(file)?;
        calls.push(match arguments.action {
            KeyedAction::Assessed | KeyedAction::Matched => keys.detail_macs(DetailKind::Call, &bytes),
            KeyedAction::BatchAccepted => keys.detail_macs(DetailKind::Batch, &Sha256::digest(&bytes)),
            KeyedAction::FindingAcknowledged => keys.detail_macs(DetailKind::Note, text(&bytes)),
            KeyedAction::RostersLinked => keys.detail_macs(DetailKind::Rosters, text(&bytes)),
            KeyedAction::SignIn => keys.detail_macs(DetailKind::SignIn, text(&bytes)),
            KeyedAction::LogResumed => {
                let published = arguments.checkpoint.as_deref().map(audit_reading::read_text).transpose()?;
                let reason = String::from_utf8_lossy(text(&bytes));
                keys.detail_macs(DetailKind::Restore, &restore_gap(&published.unwrap_or_default(), &reason))
            }
        });
    }
    let Some(first) = calls.first() else { return Ok(Vec::new()) };
    let of_epoch = |place: usize| {
        let mut macs: Vec<Hash> = calls.iter().map(|call| call[place].bytes()).collect();
        let detail = if of_calls { calls_root(&mut macs) } else { macs[0] };
        (first[place].epoch(), detail)
    };
    Ok((0..first.len()).map(of_epoch).collect())
}

/// A text without the line break that editors put at its end.
fn text(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

fn logged_as(action: KeyedAction) -> Action {
    match action {
        KeyedAction::Assessed => Action::Assessed,
        KeyedAction::Matched => Action::Matched,
        KeyedAction::BatchAccepted => Action::BatchAccepted,
        KeyedAction::FindingAcknowledged => Action::FindingAcknowledged,
        KeyedAction::RostersLinked => Action::RostersLinked,
        KeyedAction::SignIn => Action::SignIn,
        KeyedAction::LogResumed => Action::LogResumed,
    }
}

fn holds(entry: &Value, action: Action, details: &[(u32, Hash)]) -> bool {
    let detail = entry["detail_sha256"].as_str().unwrap_or_default();
    entry["kind"] == action.as_str() && details.iter().any(|(_, known)| hex::encode(known) == detail)
}

fn sentence(entry: &Value, held: bool, language: Language) -> String {
    let (index, kind) = (&entry["index"], entry["kind"].as_str().unwrap_or("-"));
    let count = entry["count"].as_u64().unwrap_or(1);
    match (held, language) {
        (true, Language::Zh) => format!("✓ 第 {index} 条（{kind}）记载的正是它"),
        (true, Language::En) => format!("✓ entry {index} ({kind}) holds it"),
        (false, Language::Zh) => format!("✕ 第 {index} 条（{kind}，共 {count} 次）记载的不是它"),
        (false, Language::En) => format!("✕ entry {index} ({kind}, {count} of them) holds another"),
    }
}
