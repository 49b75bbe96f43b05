//! The departments as the service knows them: definitions joined with the operator's settings, their state, probes and samples.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hedui_connectors::health::SourceHealth;
use hedui_connectors::settings::{SourceSettings, SourcesConfig};
use hedui_connectors::source::{Descriptor, Source};
use hedui_connectors::{Registry, SystemClock};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::admission::SourceRates;
use super::answers::Polling;
use super::quality::SourceQuality;
use crate::config::Problem;
use crate::household::{Evidence, Lane, Lang, SourceKey};
use crate::report::SourceFacts;
use crate::store::Store;

pub use hedui_connectors::BreakerState;
pub use hedui_connectors::health::{Change as FormChange, FieldChange, Figures as SourceFigures, Slot as SourceSlot};
pub use hedui_connectors::registry::ProbeReport as ProbeResult;
pub use hedui_connectors::samples::TestReport as SampleResult;
pub use hedui_connectors::source::Mode as SourceMode;

/// All departments of a process. Cheap to clone.
#[derive(Clone)]
pub struct Departments {
    registry: Arc<Registry>,
    rates: Arc<SourceRates>,
    /// What stands in for departments under test; one without anything is unknown.
    #[cfg(test)]
    standing_in: BTreeMap<SourceKey, Option<Arc<dyn Source>>>,
}

/// A department: what it is, and how it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceStatus {
    /// What it is.
    pub descriptor: Descriptor,
    /// How it is.
    pub health: SourceHealth,
    /// What final reports of this process say of its records.
    pub quality: SourceQuality,
}

impl SourceStatus {
    /// What it is called.
    #[must_use]
    pub fn title(&self, lang: Lang) -> &str {
        lang.pick(&self.descriptor.title_zh, &self.descriptor.title_en)
    }
}

impl SourceStatus {
    /// Whether it is switched on and not asked at present, because it kept failing.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.health.enabled && self.health.breaker == BreakerState::Open
    }
}

/// What a department allows of bulk queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkQuota {
    /// Department.
    pub source: SourceKey,
    /// Its title in Chinese.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// Queries a day; 0 = no limit.
    pub most_a_day: u32,
    /// Hours a day.
    pub hours_a_day: u32,
    /// Calls an hour.
    pub calls_an_hour: u32,
    /// People in a call.
    pub batch: u32,
}

/// Departments that are all reached below one address, with credentials by key: rehearsals and the demo.
pub struct OneAddress<'a> {
    /// `http://127.0.0.1:9100`; each department at `/<key>`.
    pub base_url: &'a str,
    /// Credential of a department.
    pub secret: &'a dyn Fn(&str) -> String,
    /// Between two looks for an asynchronous result.
    pub poll_interval: Duration,
}

impl Departments {
    /// Joins definitions and settings. `file` of none reads the shipped settings; `definitions` is a folder of further definitions.
    ///
    /// # Errors
    /// Every fault of settings and definitions, with file, line and key.
    pub fn load(file: Option<&Path>, definitions: Option<&Path>) -> Result<Self, Vec<Problem>> {
        match Self::settings(file, definitions) {
            Ok(settings) => Self::join(settings),
            Err(mut faults) => {
                // Definitions are read although the settings are faulty, so that every fault is found at once.
                let mut shipped = SourcesConfig::shipped();
                shipped.definitions_dir = definitions.map(Path::to_owned);
                faults.extend(Self::join(shipped).err().into_iter().flatten());
                Err(faults)
            }
        }
    }

    /// The same, with every department below one address.
    ///
    /// # Errors
    /// As [`Departments::load`].
    pub fn load_at(
        file: Option<&Path>,
        definitions: Option<&Path>,
        address: &OneAddress<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let mut settings = Self::settings(file, definitions)?;
        settings.set_base_url_for_all(address.base_url);
        settings.set_secret_for_all(|key| (address.secret)(key.as_str()).into());
        for source in settings.sources.values_mut() {
            source.enabled = true;
            source.client_identity = None;
            source.ca_file = None;
            source.poll_interval = address.poll_interval;
        }
        Self::join(settings)
    }

    fn settings(file: Option<&Path>, definitions: Option<&Path>) -> Result<SourcesConfig, Vec<Problem>> {
        let mut settings = match file {
            Some(path) => SourcesConfig::read(path).map_err(problems)?,
            None => SourcesConfig::shipped(),
        };
        if let Some(folder) = definitions {
            settings.definitions_dir = Some(folder.to_owned());
        }
        Ok(settings)
    }

    fn join(settings: SourcesConfig) -> Result<Self, Vec<Problem>> {
        hedui_connectors::install_crypto_provider();
        let rates = Arc::new(SourceRates::new(&settings));
        let registry = Registry::load_with(&settings, rates.clone(), Arc::new(SystemClock)).map_err(problems)?;
        Ok(Self {
            registry: Arc::new(registry),
            rates,
            #[cfg(test)]
            standing_in: BTreeMap::new(),
        })
    }

    /// From now on calls departments no more often than they allow all processes together that have the store open.
    pub(super) fn share_rates(&self, store: &Store) {
        if store.is_shared() {
            self.rates.share(store);
        }
    }

    /// Keys of all departments.
    #[must_use]
    pub fn keys(&self) -> Vec<SourceKey> {
        self.descriptors().map(|descriptor| descriptor.key.clone()).collect()
    }

    pub(super) fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        let descriptors = self.registry.descriptors();
        #[cfg(test)]
        let descriptors = descriptors.filter(|known| !matches!(self.standing_in.get(&known.key), Some(None)));
        descriptors
    }

    pub(super) fn source(&self, key: &SourceKey) -> Option<Arc<dyn Source>> {
        #[cfg(test)]
        if let Some(stand_in) = self.standing_in.get(key) {
            return stand_in.clone();
        }
        self.registry.get(key)
    }

    /// The shipped departments, of which only `sources` are switched on and answered for; those with none are unknown.
    #[cfg(test)]
    pub(super) fn of(sources: BTreeMap<SourceKey, Option<Arc<dyn Source>>>, off: &[SourceKey]) -> Self {
        let mut settings = SourcesConfig::shipped();
        for (key, source) in &mut settings.sources {
            source.enabled = sources.contains_key(key) && !off.contains(key);
            source.poll_interval = Duration::from_secs(30);
            source.deadline = Duration::from_secs(3600);
        }
        let departments = Self::join(settings).unwrap_or_else(|problems| panic!("{problems:?}"));
        Self { standing_in: sources, ..departments }
    }

    pub(super) fn is_enabled(&self, key: &SourceKey) -> bool {
        self.registry.settings(key).is_some_and(|settings| settings.enabled)
    }

    /// When a department may be asked for a lane; none = now.
    pub(super) fn opens(&self, key: &SourceKey, lane: Lane, now: Timestamp) -> Option<Timestamp> {
        self.registry.opens(key, lane, now)
    }

    /// What each department that is switched on allows of bulk queries.
    #[must_use]
    pub fn bulk_quotas(&self) -> Vec<BulkQuota> {
        let quota = |descriptor: &Descriptor| {
            let settings = self.registry.settings(&descriptor.key).filter(|settings| settings.enabled)?;
            let minutes = settings.hours_of(Lane::Bulk).minutes_a_day();
            // no limit is as many as a second holds
            let a_second = if settings.rate_per_second == 0 { 1000 } else { settings.rate_per_second };
            Some(BulkQuota {
                source: descriptor.key.clone(),
                title_zh: descriptor.title_zh.clone(),
                title_en: descriptor.title_en.clone(),
                most_a_day: settings.bulk_daily,
                hours_a_day: minutes / 60,
                calls_an_hour: a_second.saturating_mul(3600),
                batch: u32::try_from(descriptor.batch_size).unwrap_or(u32::MAX),
            })
        };
        self.descriptors().filter_map(quota).collect()
    }

    pub(super) fn polling(&self, key: &SourceKey) -> Polling {
        let default = SourceSettings::default();
        let settings = self.registry.settings(key).unwrap_or(&default);
        let signed = |duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        Polling { interval: signed(settings.poll_interval), deadline: signed(settings.deadline) }
    }

    /// What a report says of the departments, by key. One that was asked and that nobody knows any more has its line too.
    pub(super) fn facts_of(&self, evidence: &Evidence) -> Vec<SourceFacts> {
        let mut known: BTreeMap<_, _> = self.descriptors().map(|known| (known.key.clone(), facts(known))).collect();
        for cell in &evidence.cells {
            known.entry(cell.source.clone()).or_insert_with(|| facts_of_unknown(&cell.source));
        }
        known.into_values().collect()
    }

    /// Whether every source of the evidence has a definition.
    pub(super) fn know_all(&self, evidence: &Evidence) -> bool {
        evidence.cells.iter().all(|cell| self.source(&cell.source).is_some())
    }

    /// Hash of every definition, by key.
    #[must_use]
    pub fn hashes(&self) -> BTreeMap<String, String> {
        self.descriptors().map(|descriptor| (descriptor.key.to_string(), descriptor.hash.clone())).collect()
    }

    /// What every department is and how it is.
    #[must_use]
    pub fn status(&self) -> Vec<SourceStatus> {
        let mut health: BTreeMap<_, _> =
            self.registry.health().into_iter().map(|one| (one.source.clone(), one)).collect();
        let status = |descriptor: &Descriptor| {
            let (descriptor, quality) = (descriptor.clone(), SourceQuality::default());
            Some(SourceStatus { health: health.remove(&descriptor.key)?, descriptor, quality })
        };
        self.registry.descriptors().filter_map(status).collect()
    }

    /// What a department is called; its key where nobody knows it any more.
    #[must_use]
    pub fn title(&self, key: &str, lang: Lang) -> String {
        let known = self.descriptors().find(|known| known.key.as_str() == key);
        known.map_or(key, |known| lang.pick(&known.title_zh, &known.title_en)).to_owned()
    }

    /// Sends a real query about the definition's fixture person. None for an unknown department.
    pub async fn probe(&self, key: &SourceKey, today: jiff::civil::Date, patience: Duration) -> Option<ProbeResult> {
        self.registry.probe(key, today, patience).await
    }

    /// Runs a definition over its samples. None for an unknown department.
    #[must_use]
    pub fn test(&self, key: &SourceKey) -> Option<SampleResult> {
        self.registry.test_definition(key)
    }
}

impl super::Verifier {
    /// What a department is called; its key where nobody knows it any more.
    #[must_use]
    pub fn department(&self, key: &str, lang: Lang) -> String {
        self.0.departments.title(key, lang)
    }

    /// What every department is and how it is.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceStatus> {
        let mut status = self.0.departments.status();
        for one in &mut status {
            one.quality = self.0.quality.of(&one.descriptor.key);
        }
        status
    }
}

fn facts(descriptor: &Descriptor) -> SourceFacts {
    use crate::report::Words;
    let never = Words { zh: descriptor.never_covers.join("；"), en: descriptor.never_covers_en.join("; ") };
    SourceFacts {
        key: descriptor.key.clone(),
        title: Words { zh: descriptor.title_zh.clone(), en: descriptor.title_en.clone() },
        law: descriptor.law.clone(),
        never_covers: (!never.zh.is_empty()).then_some(never),
        definition_sha256: descriptor.hash.clone(),
    }
}

/// What can be said of a department whose definition is gone.
fn facts_of_unknown(key: &SourceKey) -> SourceFacts {
    use crate::report::Words;
    SourceFacts {
        key: key.clone(),
        title: Words { zh: key.to_string(), en: key.to_string() },
        law: "不详（该部门的接口定义已移除）".to_owned(),
        never_covers: None,
        definition_sha256: String::new(),
    }
}

fn problems(found: Vec<hedui_connectors::Problem>) -> Vec<Problem> {
    let convert = |problem: hedui_connectors::Problem| Problem {
        file: problem.file,
        line: problem.line,
        column: problem.column,
        key: problem.key,
        message: problem.message,
        suggestion: problem.suggestion,
    };
    found.into_iter().map(convert).collect()
}
