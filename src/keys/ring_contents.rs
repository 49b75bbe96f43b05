//! The ring as used: decoded, checked for contradictions, ready to seal, tag and sign.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::kek::Kek;
use super::ring_file::{KekEntry, LogKeyEntry, MacKeyEntry, RING_VERSION, ReportKeyEntry, RingDocument};
use super::tags::{MacKey, MacKeys};
use super::{KekState, LogSigner, MacUse, ReportSigner};

/// The checked contents of a ring file.
#[derive(Debug)]
pub(super) struct RingContents {
    pub(super) keks: Vec<Kek>,
    pub(super) mac_keys: MacKeys,
    /// In the order of the file: the last one signs.
    pub(super) report_signers: Vec<ReportSigner>,
    pub(super) log_signer: LogSigner,
}

impl RingContents {
    /// Checks a document; the error lists every fault, each naming table and entry.
    pub(super) fn check(document: &RingDocument) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        if document.version != RING_VERSION {
            faults.push(format!("version: {} is not known here, only {RING_VERSION} is", document.version));
        }
        let keks = check_keks(&document.keks, &mut faults);
        let mac_keys = check_mac_keys(&document.mac_keys, &mut faults);
        let report_signers = check_report_keys(&document.report_signing_keys, &mut faults);
        let log_signer = check_log_key(&document.log_signing_key, &mut faults);
        match log_signer {
            Some(log_signer) if faults.is_empty() => {
                Ok(Self { keks, mac_keys: MacKeys::new(mac_keys), report_signers, log_signer })
            }
            _ => Err(faults),
        }
    }
}

fn check_keks(entries: &[KekEntry], faults: &mut Vec<String>) -> Vec<Kek> {
    let active = entries.iter().filter(|entry| entry.state == KekState::Active).count();
    if active != 1 {
        faults.push(format!("kek: {active} keys are active, exactly one must be"));
    }
    let prepared = entries.iter().filter(|entry| entry.state == KekState::Prepared).count();
    if prepared > 1 {
        faults.push(format!("kek: {prepared} keys are prepared, at most one may be"));
    }
    let mut seen = BTreeSet::new();
    let mut keks = Vec::new();
    for KekEntry { id, state, created: _, retired: _, to_be_destroyed, destroyed, key } in entries {
        if !seen.insert(id) {
            faults.push(format!("kek {id}: the id stands twice"));
        }
        if id.as_str().is_empty() || id.as_str().len() > 255 {
            faults.push(format!("kek {id}: an id has 1 to 255 bytes"));
        }
        let decoded = key.as_ref().map(|text| text.decode());
        match (state, &decoded) {
            (KekState::Destroyed, None) if destroyed.is_some() => {}
            (KekState::Destroyed, None) => faults.push(format!("kek {id}: destroyed without a time")),
            (KekState::Destroyed, Some(_)) => faults.push(format!("kek {id}: destroyed, yet its key is still there")),
            (_, None) => faults.push(format!("kek {id}: {state}, but has no key")),
            (_, Some(None)) => faults.push(format!("kek {id}: the key is not base64url of 32 bytes")),
            (_, Some(Some(_))) => {}
        }
        if to_be_destroyed.is_some() && *state != KekState::DecryptOnly {
            faults.push(format!("kek {id}: {state}, yet to be destroyed: only a decrypt_only key can be"));
        }
        keks.push(Kek { id: id.clone(), state: *state, key: decoded.flatten().map(Arc::new) });
    }
    keks
}

fn check_mac_keys(entries: &[MacKeyEntry], faults: &mut Vec<String>) -> Vec<MacKey> {
    for used_for in MacUse::ALL {
        if !entries.iter().any(|entry| entry.used_for == used_for) {
            faults.push(format!("mac_key: there is none for {used_for}"));
        }
    }
    let mut seen = BTreeSet::new();
    let mut keys = Vec::new();
    for MacKeyEntry { used_for, epoch, created: _, key } in entries {
        if !seen.insert((used_for, epoch)) {
            faults.push(format!("mac_key {used_for} epoch {epoch}: stands twice"));
        }
        match key.decode() {
            Some(key) => keys.push(MacKey { used_for: *used_for, epoch: *epoch, key }),
            None => faults.push(format!("mac_key {used_for} epoch {epoch}: the key is not base64url of 32 bytes")),
        }
    }
    keys
}

fn check_report_keys(entries: &[ReportKeyEntry], faults: &mut Vec<String>) -> Vec<ReportSigner> {
    if entries.is_empty() {
        faults.push("report_signing_key: there is none".to_owned());
    }
    let mut signers: Vec<ReportSigner> = Vec::new();
    for ReportKeyEntry { kid, created: _, key } in entries {
        match key.decode().and_then(|key| ReportSigner::from_private(&key)) {
            None => faults.push(format!("report_signing_key {kid}: the key is not a private scalar of P-256")),
            Some(signer) if signer.kid() != kid => {
                faults.push(format!("report_signing_key {kid}: the key has another thumbprint, {}", signer.kid()));
            }
            Some(signer) if signers.iter().any(|other| other.kid() == kid) => {
                faults.push(format!("report_signing_key {}: stands twice", signer.kid()));
            }
            Some(signer) => signers.push(signer),
        }
    }
    signers
}

fn check_log_key(entry: &LogKeyEntry, faults: &mut Vec<String>) -> Option<LogSigner> {
    let signer = entry.key.decode().and_then(|seed| LogSigner::new(&entry.name, &seed));
    if signer.is_none() {
        faults.push(
            "log_signing_key: the key must be base64url of 32 bytes, the name free of spaces and of `+`".to_owned(),
        );
    }
    signer
}
