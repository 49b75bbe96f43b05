//! Reading `sources.toml`.

use std::path::Path;
use std::time::Duration;

use jiff::civil::Time;

use super::{QuotaHours, Secret, SourceSettings, SourcesConfig};
use crate::problem::{Problem, position};
use crate::records::SourceKey;
use crate::toml_reader::{Entry, Section, read_file};

const DAY_MS: u64 = 86_400_000;

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
    let settings = SourceSettings {
        enabled: section.flag("enabled", defaults.enabled),
        base_url: section.get("base_url").and_then(|entry| base_url(&entry)).or_else(|| defaults.base_url.clone()),
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
        batch_window: section
            .integer("batch_window_ms", 0..=60_000)
            .map_or(defaults.batch_window, Duration::from_millis),
        quota_hours: section.get("quota_hours").and_then(|entry| quota_hours(&entry)).unwrap_or(defaults.quota_hours),
        poll_interval: millis("poll_interval_ms", defaults.poll_interval),
        deadline: section
            .integer("deadline_hours", 1..=8760)
            .map_or(defaults.deadline, |h| Duration::from_secs(h * 3600)),
    };
    if settings.total_timeout < settings.timeout {
        section.fault("total_timeout_ms is shorter than timeout_ms", Some("one attempt must fit into it".into()));
    }
    settings
}

fn base_url(entry: &Entry<'_>) -> Option<String> {
    let text = entry.text()?;
    let sound = reqwest::Url::parse(&text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.host_str().is_some()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    if !sound {
        entry.fault("must be an http or https address without credentials, query or fragment", None);
    }
    sound.then(|| text.trim_end_matches('/').to_owned())
}

fn secret(entry: &Entry<'_>, folder: &Path) -> Option<Secret> {
    use toml::de::DeValue;
    let DeValue::Table(_) = entry.value else {
        let instead = "name where it is: { env = \"VARIABLE\" } or { file = \"path\" }";
        entry.fault("must not be written here", Some(instead.into()));
        return None;
    };
    let section = entry.section()?;
    match (section.text_opt("env"), section.text_opt("file")) {
        (Some(name), None) => Some(Secret::Env(name)),
        (None, Some(path)) => Some(Secret::File(folder.join(path))),
        _ => {
            section.fault("needs either `env` or `file`", None);
            None
        }
    }
}

fn quota_hours(entry: &Entry<'_>) -> Option<QuotaHours> {
    let text = entry.text()?;
    let time = |text: &str| -> Option<Time> {
        let (hour, minute) = text.trim().split_once(':')?;
        Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
    };
    let hours = text.split_once('-').and_then(|(from, to)| {
        let from = time(from)?;
        let to = if to.trim() == "24:00" { None } else { Some(time(to)?) };
        Some(QuotaHours { from, to })
    });
    if hours.is_none() {
        entry.fault("must be hours such as \"08:00-20:00\"", None);
    }
    hours
}
