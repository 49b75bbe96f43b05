//! Who cosigns the audit log: `witnesses = [{ url, key }]` under `[audit]`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;

use super::callback::checked;
use super::reader::{Reading, Section};

/// Type of Ed25519 cosignatures in a key (C2SP tlog-cosignature).
const COSIGNATURE: u8 = 4;

/// A witness of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessSettings {
    /// What `/add-checkpoint` is put after: https, or http on this machine. No other host is asked.
    pub url: Url,
    /// Its key as `hedui audit witness init` prints it.
    pub key: String,
}

/// Reads the list; what is at fault is left out.
pub(super) fn read(audit: &mut Section<'_>, reading: &mut Reading<'_>) -> Vec<WitnessSettings> {
    let mut witnesses: Vec<WitnessSettings> = Vec::new();
    for mut section in audit.tables("witnesses", reading) {
        let url = section.required_text("url", reading);
        let key = section.required_text("key", reading);
        let address = (!url.value.is_empty()).then(|| checked(&url.value));
        if let Some(Err(fault)) = &address {
            reading.problem(&url.origin, &section.path("url"), fault, Some("https://witness.example.gov.cn".into()));
        }
        if !key.value.is_empty() && !is_key(&key.value) {
            let advice = "take the line that `hedui audit witness init` prints: name+id+key".to_owned();
            reading.problem(&key.origin, &section.path("key"), "is no key of a witness", Some(advice));
        }
        if witnesses.iter().any(|known| known.key == key.value) {
            reading.problem(&key.origin, &section.path("key"), "is listed twice", None);
        }
        section.finish(reading);
        if let Some(Ok(url)) = address {
            witnesses.push(WitnessSettings { url, key: key.value });
        }
    }
    witnesses
}

/// Whether it has the form of a key; `audit` checks that its parts belong together.
fn is_key(text: &str) -> bool {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let bytes = STANDARD.decode(key).unwrap_or_default();
    !name.is_empty() && id.len() == 8 && bytes.len() == 33 && bytes.first() == Some(&COSIGNATURE)
}
