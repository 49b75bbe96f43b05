//! Packs: dated parameters with their law, layered nation → province → city → county; a lower layer states only what differs.
//!
//! A pack file is read whole and every fault is reported at once. [`Packs::resolve`] turns the layers of a county into typed
//! parameters in force on a day, each carrying where it comes from.

mod assumed;
mod caps;
mod catalogue;
mod check;
mod contradictions;
mod document;
mod embedded;
mod explain;
mod laid_over;
mod layers;
mod problem;
mod resolved;
mod typed;
mod value;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use crate::household::Region;
use crate::policy::assessment::AssumedParameter;
use crate::policy::window::Window;

pub use caps::Caps;
pub use catalogue::{CATALOGUE, KeySpec, Rules, index_of, nearest_keys, spec};
pub use document::Law;
pub use explain::{Explanation, HistoryEntry};
pub use laid_over::{figures, tried_values};
pub use problem::Problem;
pub use resolved::{ResolvedEntry, ResolvedPack};
pub use typed::{Monthly, Origin, Param};
pub use value::{
    AmountMethod, Arrears, Codes, Floor, Handling, Kind, PartMonths, Ratio, RiseReading, StandardKind, Step, Tier,
    Tiers, Value, WageSource,
};

use layers::Layers;

/// Every pack that was loaded together, checked.
#[derive(Clone, Debug)]
pub struct Packs {
    layers: Arc<Layers>,
    /// Name and text of what they were read from.
    files: Arc<[(String, String)]>,
    /// What was resolved last, newest first: most cases of a day ask for the same.
    recent: Arc<Mutex<Vec<Arc<Pack>>>>,
}

/// Years that a pack may be resolved for.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;
/// How many resolved packs are kept.
const RECENT: usize = 16;

/// A county with a complete pack.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct PackInfo {
    /// Region code.
    pub region: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Packs it is layered from, widest first.
    pub chain: Vec<String>,
}

/// Why a pack could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// There is no pack for the region.
    #[error("no policy pack for region {region}; add config/policy/<county>.toml with region = \"{region}\"")]
    UnknownRegion {
        /// Region code.
        region: String,
    },
    /// The packs say nothing about that day or about the twelve months before it.
    #[error("the packs of region {region} do not cover {as_of}: {}{}", without(keys), from_day(*since))]
    NotCovered {
        /// Region code.
        region: String,
        /// The day asked for.
        as_of: Date,
        /// The first day they cover, where they say so.
        since: Option<Date>,
        /// Keys without a value.
        keys: Vec<String>,
    },
    /// A stored pack is not one of this format.
    #[error("a stored pack cannot be read: {reason}")]
    Unreadable {
        /// Why.
        reason: String,
    },
}

/// `no value for a, b, c and 97 more`
fn without(keys: &[String]) -> String {
    const SHOWN: usize = 3;
    let more = keys.len().saturating_sub(SHOWN);
    let shown = keys[..keys.len() - more].join(", ");
    if keys.is_empty() {
        return format!("the year lies outside {} to {}", YEARS.start(), YEARS.end());
    }
    if more == 0 { format!("no value for {shown}") } else { format!("no value for {shown} and {more} more") }
}

fn from_day(since: Option<Date>) -> String {
    since.map_or_else(String::new, |day| format!("; they cover days from {day} on"))
}

impl Packs {
    /// Reads and checks pack files (name, text). Nothing is loaded when anything is wrong.
    ///
    /// # Errors
    /// Every problem of every file, ordered by file and line.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let documents: Vec<_> =
            files.iter().filter_map(|(name, text)| document::read(name, text, &mut problems)).collect();
        let layers = Layers::new(documents, &mut problems);
        check::chains(&layers, &mut problems);
        problems.sort();
        problems.dedup();
        if !problems.is_empty() {
            return Err(problems);
        }
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Ok(Self { layers: Arc::new(layers), files, recent: Arc::default() })
    }

    /// An operator's files over the packs compiled into the program: a file replaces the built-in pack of its region, and the built-in
    /// ones of all other regions stay.
    ///
    /// # Errors
    /// As [`Packs::load`].
    pub fn over_embedded(files: &[(&str, &str)]) -> Result<Self, Vec<Problem>> {
        let stated = |text: &str| document::read("", text, &mut Vec::new()).map(|document| document.region);
        let replaced: Vec<String> = files.iter().filter_map(|(_, text)| stated(text)).collect();
        let kept =
            embedded::PACKS.iter().filter(|(_, text)| stated(text).is_none_or(|region| !replaced.contains(&region)));
        Self::load(&kept.chain(files).copied().collect::<Vec<_>>())
    }

    /// The packs compiled into the program.
    ///
    /// # Panics
    /// Never: a test loads them.
    #[must_use]
    pub fn embedded() -> Self {
        Self::load(embedded::PACKS).expect("the packs in the program are checked by its tests")
    }

    /// File name and text of every pack compiled into the program: what an operator's folder replaces or adds to.
    #[must_use]
    pub fn embedded_files() -> &'static [(&'static str, &'static str)] {
        embedded::PACKS
    }

    /// SHA-256 over the hashes of all counties' packs: the same while no value of any county changes.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut over = Sha256::new();
        for (region, hash) in self.layers.hashes() {
            over.update(format!("{region} {hash}\n"));
        }
        over.finalize().into()
    }

    /// Counties with a pack, by code.
    #[must_use]
    pub fn counties(&self) -> Vec<PackInfo> {
        self.layers.counties()
    }

    /// What a region is called, in Chinese and English, where a pack says it.
    #[must_use]
    pub fn region_names(&self, region: &str) -> Option<[&str; 2]> {
        self.layers.region_names(region)
    }

    /// The packs that a county is layered from, widest first.
    #[must_use]
    pub fn layers(&self, county: &str) -> Vec<String> {
        self.layers.chain(county).map(|document| document.stem.clone()).collect()
    }

    /// What a pack is called, in Chinese and in English; none of one that is not loaded.
    #[must_use]
    pub fn names(&self, pack: &str) -> Option<[&str; 2]> {
        self.layers.names(pack)
    }

    /// The parameters in force in a county on a day.
    ///
    /// # Errors
    /// [`PolicyError::UnknownRegion`], or [`PolicyError::NotCovered`] when the day (or the income window before it) lies
    /// before the packs begin.
    pub fn resolve(&self, region: &Region, as_of: Date) -> Result<Arc<Pack>, PolicyError> {
        let resolved = self
            .layers
            .resolved(region.as_str())
            .ok_or_else(|| PolicyError::UnknownRegion { region: region.as_str().to_owned() })?;
        if !YEARS.contains(&as_of.year()) {
            let since = self.layers.covers_from(region.as_str());
            return Err(PolicyError::NotCovered { region: resolved.region.clone(), as_of, since, keys: Vec::new() });
        }
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = recent.iter().find(|pack| pack.as_of == as_of && Arc::ptr_eq(&pack.resolved, &resolved)) {
            return Ok(Arc::clone(known));
        }
        let pack = Pack::new(resolved, as_of).map_err(|error| match error {
            PolicyError::NotCovered { region: code, as_of, keys, .. } => {
                PolicyError::NotCovered { since: self.layers.covers_from(region.as_str()), region: code, as_of, keys }
            }
            other => other,
        })?;
        let pack = Arc::new(pack);
        recent.truncate(RECENT - 1);
        recent.insert(0, Arc::clone(&pack));
        Ok(pack)
    }
}

/// The parameters of one county in force on one day.
#[derive(Clone, Debug)]
pub struct Pack {
    resolved: Arc<ResolvedPack>,
    as_of: Date,
    window: Window,
    rules: Rules,
    caps: Caps,
    assumed: Vec<(usize, AssumedParameter)>,
}

impl Pack {
    fn new(resolved: Arc<ResolvedPack>, as_of: Date) -> Result<Self, PolicyError> {
        let rules = Rules::read(&resolved, as_of).map_err(|keys| PolicyError::NotCovered {
            region: resolved.region.clone(),
            as_of,
            since: None,
            keys,
        })?;
        let assumed = assumed::parameters(&resolved, as_of);
        Ok(Self { resolved, as_of, window: Window::before(as_of), caps: Caps::of(&rules), assumed, rules })
    }

    /// Rebuilds a pack from what [`Pack::canonical`] gave: the same bytes give the same assessment.
    ///
    /// # Errors
    /// [`PolicyError::Unreadable`] when the bytes are no pack of this format.
    pub fn from_canonical(bytes: &[u8], as_of: Date) -> Result<Self, PolicyError> {
        Self::new(Arc::new(ResolvedPack::from_canonical(bytes)?), as_of)
    }

    /// The pack with some parameters tried at other values, whatever the day; on failure what is wrong with them.
    pub(super) fn with(&self, values: &toml::Table) -> Result<Self, Vec<String>> {
        if values.is_empty() {
            return Ok(self.clone());
        }
        let mut text = format!("[pack]\nregion = \"{}\"\nname_zh = \"试算\"\nname_en = \"tried\"\n", self.region());
        for (key, value) in values {
            let unit = spec(key).map_or("", |spec| spec.unit);
            text += &format!("[[{key}]]\nfrom = \"2000-01-01\"\nvalue = {value}\nunit = \"{unit}\"\n");
            text += "basis = \"assumed\"\nnote = \"试算\"\n";
        }
        let mut problems = Vec::new();
        let document = document::read("parameters", &text, &mut problems);
        let (Some(document), true) = (document, problems.is_empty()) else {
            return Err(problems.iter().map(ToString::to_string).collect());
        };
        let mut parameters = self.resolved.parameters.clone();
        for entry in &document.entries {
            parameters.insert(entry.spec.key.to_owned(), vec![layers::resolved(&document, entry, entry.from, None)]);
        }
        let (zh, en) = self.names();
        let resolved = ResolvedPack::new(self.region().to_owned(), zh.to_owned(), en.to_owned(), parameters);
        Self::new(Arc::new(resolved), self.as_of).map_err(|error| vec![error.to_string()])
    }

    /// Everything resolved, all dates included, as canonical JSON (RFC 8785): what the hash is over and what is kept by hash.
    #[must_use]
    pub fn canonical(&self) -> &[u8] {
        &self.resolved.canonical
    }

    /// SHA-256 of [`Pack::canonical`], hex. The same for every day, until a pack file changes.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.resolved.hash
    }

    /// Region code.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.resolved.region
    }

    /// The county's name, in Chinese and in English.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        (&self.resolved.name_zh, &self.resolved.name_en)
    }

    /// The day it is resolved for.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The typed parameters.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The income window before the day.
    #[must_use]
    pub fn window(&self) -> Window {
        self.window
    }

    /// What the parameters amount to month by month.
    #[must_use]
    pub fn caps(&self) -> &Caps {
        &self.caps
    }

    /// What no published text backs, with its place in the catalogue, by key.
    pub(super) fn assumed(&self) -> &[(usize, AssumedParameter)] {
        &self.assumed
    }

    /// A parameter with its history and law.
    #[must_use]
    pub fn explain(&self, key: &str) -> Option<Explanation> {
        explain::explain(&self.resolved, key, self.as_of)
    }

    /// The parameters whose keys begin with these parts, with history and law, in the catalogue's order; all of them for an empty text.
    #[must_use]
    pub fn explain_below(&self, prefix: &str) -> Vec<Explanation> {
        let below = |key: &str| key.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let wanted = CATALOGUE.iter().filter(|spec| prefix.is_empty() || below(spec.key));
        wanted.filter_map(|spec| self.explain(spec.key)).collect()
    }

    /// Every parameter with its history and law, in the catalogue's order.
    #[must_use]
    pub fn explain_all(&self) -> Vec<Explanation> {
        CATALOGUE.iter().filter_map(|spec| self.explain(spec.key)).collect()
    }
}

#[cfg(test)]
mod tests;
