//! Reading `sources.toml`.

use std::path::Path;
use std::time::Duration;

use super::{Hours, Secret, SourceSettings, SourcesConfig};
use crate::problem::{Problem, position};
use crate::records::SourceKey;
use crate::secret_place::SecretPlace;
use crate::toml_reader::{Entry, Section, read_file};

const DAY_MS: u64 = 86_400_000;
/// Longer than this nobody waits for company.
const LONGEST_WINDOW_MS: u64 = 600_000;

impl SourcesConfig {
    /// Reads settings from text; `folder` is what relative paths are relative to.
    ///
    /// # Errors
    /// Every fault of the text.
    pub fn parse(file: &str, text: &str, folder: &Path) -> Result<Self, Vec<Problem>> {
        read_file(file, text, |top| {
            let mut config = Self {
                file: file.to_owned(),
                definitions_dir: top.text_opt("definitions_dir").map(|path| folder.join(path)),
                ..Self::default()
            };
            let defaults = top
                .section("defaults")
                .map_or_else(SourceSettings::default, |section| settings(&section, &SourceSettings::default(), folder));
            for (name, entry) in top.section("source").map(Section::entries).unwrap_or_default() {
                match SourceKey::new(name) {
                    Ok(key) => {
                        config.places.insert(key.clone(), position(text, &entry.span));
                        if let Some(section) = entry.section() {
                            config.sources.insert(key, settings(&section, &defaults, folder));
                        }
                    }
                    Err(fault) => entry.fault(fault, None),
                }
            }
            config
        })
    }
}

fn settings(section: &Section<'_>, defaults: &SourceSettings, folder: &Path) -> SourceSettings {
    let count =
        |key, max, default| section.integer(key, 0..=max).and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
    let millis = |key, default| section.integer(key, 1..=DAY_MS).map_or(default, Duration::from_millis);
    let window = |key, default| section.integer(key, 0..=LONGEST_WINDOW_MS).map_or(default, Duration::from_millis);
    let file = |key| section.text_opt(key).map(|path| folder.join(path));
    let breaker = section.section("breaker");
    let (failures, open) = match &breaker {
        None => (defaults.breaker_failures, defaults.breaker_open),
        Some(breaker) => (
            breaker
                .integer("failures", 0..=1000)
                .and_then(|n| u32::try_from(n).ok())
                .unwrap_or(defaults.breaker_failures),
            breaker.integer("open_secs", 1..=86_400).map_or(defaults.breaker_open, Duration::from_secs),
        ),
    };
    let enabled = section.flag("enabled", defaults.enabled);
    let stated = section.get("base_url");
    let plaintext = section.flag("allow_plaintext", defaults.allow_plaintext);
    let settings = SourceSettings {
        enabled,
        base_url: stated.and_then(|entry| base_url(&entry, plaintext)).or_else(|| defaults.base_url.clone()),
        allow_plaintext: plaintext,
        secret: section.get("secret").and_then(|entry| secret(&entry, folder)).or_else(|| defaults.secret.clone()),
        app_id: section.text_opt("app_id").unwrap_or_else(|| defaults.app_id.clone()),
        client_identity: file("client_identity_file").or_else(|| defaults.client_identity.clone()),
        ca_file: file("ca_file").or_else(|| defaults.ca_file.clone()),
        timeout: millis("timeout_ms", defaults.timeout),
        total_timeout: millis("total_timeout_ms", defaults.total_timeout),
        queue_timeout: millis("queue_timeout_ms", defaults.queue_timeout),
        retries: count("retries", 10, defaults.retries),
        concurrency: section
            .integer("concurrency", 1..=1000)
            .and_then(|n| u32::try_from(n).ok())
            .unwrap_or(defaults.concurrency),
        rate_per_second: count("rate_per_second", 100_000, defaults.rate_per_second),
        breaker_failures: failures,
        breaker_open: open,
        cache: section.integer("cache_secs", 0..=86_400).map_or(defaults.cache, Duration::from_secs),
        body_limit: section
            .integer("body_limit_kib", 1..=1_048_576)
            .and_then(|kib| usize::try_from(kib * 1024).ok())
            .unwrap_or(defaults.body_limit),
        max_rows: section
            .integer("max_rows", 1..=10_000_000)
            .and_then(|rows| usize::try_from(rows).ok())
            .unwrap_or(defaults.max_rows),
        poll_interval: millis("poll_interval_ms", defaults.poll_interval),
        deadline: section
            .integer("deadline_hours", 1..=8760)
            .map_or(defaults.deadline, |h| Duration::from_secs(h * 3600)),
        batch_window: window("batch_window_ms", defaults.batch_window),
        interactive_window: window("interactive_window_ms", defaults.interactive_window),
        result_kept: section.integer("result_secs", 0..=3600).map_or(defaults.result_kept, Duration::from_secs),
        hours: section.get("hours").and_then(|entry| hours(&entry)).unwrap_or_else(|| defaults.hours.clone()),
        bulk_hours: section.get("bulk_hours").and_then(|entry| hours(&entry)).or_else(|| defaults.bulk_hours.clone()),
        bulk_daily: count("bulk_daily", 100_000_000, defaults.bulk_daily),
    };
    if settings.total_timeout < settings.timeout {
        section.fault("total_timeout_ms is shorter than timeout_ms", Some("one attempt must fit into it".into()));
    }
    settings
}

/// One span of the day, or a list of them.
fn hours(entry: &Entry<'_>) -> Option<Hours> {
    use toml::de::DeValue;
    let spans = if matches!(entry.value, DeValue::String(_)) { vec![entry.clone()] } else { entry.items() };
    let (mut texts, mut sound) = (Vec::new(), true);
    for span in spans {
        match span.text() {
            Some(text) => match Hours::of([text.as_str()]) {
                Ok(_) => texts.push(text),
                Err(fault) => {
                    sound = false;
                    span.fault(fault.to_string(), None);
                }
            },
            None => sound = false,
        }
    }
    if !sound {
        return None;
    }
    Hours::of(texts.iter().map(String::as_str)).ok()
}

fn base_url(entry: &Entry<'_>, plaintext: bool) -> Option<String> {
    let text = entry.text()?;
    let url = reqwest::Url::parse(&text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    let Some(url) = url else {
        entry.fault("must be an http or https address without credentials, query or fragment", None);
        return None;
    };
    if is_of_the_link(&url) {
        entry.fault(
            "is an address of the link or of none: no department is there, and a cloud's own services are",
            None,
        );
        return None;
    }
    if url.scheme() == "http" && !plaintext && !stays_here(&url) {
        let instead = "use https, or set allow_plaintext = true where the line is encrypted by other means";
        entry.fault("would carry personal data and the credential in the clear", Some(instead.into()));
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

/// Whether an address is link-local (where clouds answer questions about the machine itself), unspecified or broadcast.
fn is_of_the_link(url: &reqwest::Url) -> bool {
    use std::net::IpAddr;
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_link_local() || address.is_unspecified() || address.is_broadcast(),
        Ok(IpAddr::V6(address)) => address.is_unicast_link_local() || address.is_unspecified(),
        Err(_) => false,
    }
}

/// Whether an address is of this machine.
fn stays_here(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn secret(entry: &Entry<'_>, folder: &Path) -> Option<Secret> {
    use toml::de::DeValue;
    let DeValue::Table(_) = entry.value else {
        let instead = "name where it is: { env = \"VARIABLE\" }, { file = \"path\" } or { credential = \"name\" }";
        entry.fault("must not be written here", Some(instead.into()));
        return None;
    };
    let section = entry.section()?;
    match (section.text_opt("env"), section.text_opt("file"), section.text_opt("credential")) {
        (Some(name), None, None) => Some(Secret::In(SecretPlace::Env(name))),
        (None, Some(path), None) => Some(Secret::In(SecretPlace::File(folder.join(path)))),
        (None, None, Some(name)) if SecretPlace::is_credential_name(&name) => {
            Some(Secret::In(SecretPlace::Credential(name)))
        }
        (None, None, Some(_)) => {
            section.fault("`credential` is no name of a credential", None);
            None
        }
        _ => {
            section.fault("needs one of `env`, `file` and `credential`", None);
            None
        }
    }
}
