//! The departments as the service knows them: definitions joined with the operator's settings, their state, probes and samples.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hedui_connectors::Registry;
use hedui_connectors::health::SourceHealth;
use hedui_connectors::settings::{SourceSettings, SourcesConfig};
use hedui_connectors::source::{Descriptor, Source};
use jiff::SignedDuration;
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::Polling;
use crate::config::Problem;
use crate::household::SourceKey;
use crate::report::SourceFacts;

pub use hedui_connectors::registry::ProbeReport as ProbeResult;
pub use hedui_connectors::samples::TestReport as SampleResult;

/// All departments of a process. Cheap to clone.
#[derive(Clone)]
pub struct Departments(Arc<Registry>);

/// A department: what it is, and how it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceStatus {
    /// What it is.
    pub descriptor: Descriptor,
    /// How it is.
    #[schema(value_type = Object)]
    pub health: SourceHealth,
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
        Registry::load(&settings).map(|registry| Self(Arc::new(registry))).map_err(problems)
    }

    /// Keys of all departments.
    #[must_use]
    pub fn keys(&self) -> Vec<SourceKey> {
        self.descriptors().map(|descriptor| descriptor.key.clone()).collect()
    }

    pub(super) fn descriptors(&self) -> impl Iterator<Item = &Descriptor> {
        self.0.descriptors()
    }

    pub(super) fn source(&self, key: &SourceKey) -> Option<Arc<dyn Source>> {
        self.0.get(key)
    }

    pub(super) fn is_enabled(&self, key: &SourceKey) -> bool {
        self.0.settings(key).is_some_and(|settings| settings.enabled)
    }

    pub(super) fn polling(&self, key: &SourceKey) -> Polling {
        let default = SourceSettings::default();
        let settings = self.0.settings(key).unwrap_or(&default);
        let signed = |duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        Polling { interval: signed(settings.poll_interval), deadline: signed(settings.deadline) }
    }

    /// What a report says of the departments, by key.
    pub(super) fn facts(&self) -> Vec<SourceFacts> {
        self.descriptors().map(facts).collect()
    }

    /// Hash of every definition, by key.
    #[must_use]
    pub fn hashes(&self) -> BTreeMap<String, String> {
        self.descriptors().map(|descriptor| (descriptor.key.to_string(), descriptor.hash.clone())).collect()
    }

    /// What every department is and how it is.
    #[must_use]
    pub fn status(&self) -> Vec<SourceStatus> {
        let mut health: BTreeMap<_, _> = self.0.health().into_iter().map(|one| (one.source.clone(), one)).collect();
        let status = |descriptor: &Descriptor| {
            Some(SourceStatus { descriptor: descriptor.clone(), health: health.remove(&descriptor.key)? })
        };
        self.0.descriptors().filter_map(status).collect()
    }

    /// Sends a real query about the definition's fixture person. None for an unknown department.
    pub async fn probe(&self, key: &SourceKey, today: jiff::civil::Date, patience: Duration) -> Option<ProbeResult> {
        self.0.probe(key, today, patience).await
    }

    /// Runs a definition over its samples. None for an unknown department.
    #[must_use]
    pub fn test(&self, key: &SourceKey) -> Option<SampleResult> {
        self.0.test_definition(key)
    }
}

impl super::Verifier {
    /// What every department is and how it is.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceStatus> {
        self.0.departments.status()
    }
}

fn facts(descriptor: &Descriptor) -> SourceFacts {
    use crate::report::Words;
    let never = descriptor.never_covers.join("；");
    SourceFacts {
        key: descriptor.key.clone(),
        title: Words { zh: descriptor.title_zh.clone(), en: descriptor.title_en.clone() },
        law: descriptor.law.clone(),
        never_covers: (!never.is_empty()).then(|| Words { zh: never.clone(), en: never }),
        definition_sha256: descriptor.hash.clone(),
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
