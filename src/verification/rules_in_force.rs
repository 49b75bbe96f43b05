//! The rules in force, replaced whole while the service runs. Whoever resolved a pack keeps it to the end of what it does: a version of a
//! report, or an assessment, is made under one pack. Packs that could not be loaded change nothing but what is said of them.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::{VerificationError, Verifier};
use crate::household::{Lang, Region};
use crate::policy::{Explanation, PackInfo, Packs, PolicyError};
use crate::report::difference::{ParameterChange, changes};

/// Problems that are shown beside their number.
const SHOWN: usize = 5;

/// Packs, and what is wrong with those that were to replace them.
pub(super) struct RulesInForce {
    packs: RwLock<Arc<Packs>>,
    refused: Mutex<Vec<String>>,
}

/// A county's rules on a day, each with its history and law.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ShownRules {
    /// Region code.
    pub region: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// Hash of the pack, the same for every day until a file changes.
    pub sha256: String,
    /// Packs it is layered from, widest first.
    pub packs: Vec<String>,
    /// The rules.
    pub parameters: Vec<Explanation>,
}

/// Whether the rules in force are those of the operator's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RulesState {
    /// `current`, or `last_good` while the files have problems and the rules loaded before them go on.
    pub policy: &'static str,
    /// How many problems the files have.
    #[serde(skip_serializing_if = "is_zero")]
    pub policy_problems: usize,
    /// The first of them: file, line, column, key, what is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub policy_first_problems: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl RulesInForce {
    pub(super) fn new(packs: Arc<Packs>) -> Self {
        Self { packs: RwLock::new(packs), refused: Mutex::default() }
    }

    /// The packs in force now.
    pub(super) fn packs(&self) -> Arc<Packs> {
        Arc::clone(&self.packs.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn refused(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, problems: Vec<String>) {
        metrics::gauge!("hedui_policy_problems").set(u32::try_from(problems.len()).unwrap_or(u32::MAX));
        *self.refused() = problems;
    }
}

impl Verifier {
    /// Puts other packs in force. The change stands in the log first; the same packs again are no change.
    ///
    /// # Errors
    /// [`VerificationError::Audit`]: the log cannot be written, and the former packs stay.
    pub async fn replace_packs(&self, packs: Packs) -> Result<bool, VerificationError> {
        let rules = &self.0.rules;
        let changed = packs.fingerprint() != rules.packs().fingerprint();
        if changed {
            self.0.ledger.settings_changed(packs.fingerprint()).await?;
            *rules.packs.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(packs);
        }
        rules.note(Vec::new());
        metrics::counter!("hedui_policy_loads_total", "outcome" => if changed { "changed" } else { "same" })
            .increment(1);
        Ok(changed)
    }

    /// Enters in the log that other settings, of this hash, are about to be in force.
    ///
    /// # Errors
    /// [`VerificationError::Audit`]: the log cannot be written, and nothing may change.
    pub async fn settings_changed(&self, hash: [u8; 32]) -> Result<(), VerificationError> {
        self.0.ledger.settings_changed(hash).await.map(drop).map_err(VerificationError::from)
    }

    /// Enters in the log that a service begins, with callers of this hash.
    ///
    /// # Errors
    /// [`VerificationError::Audit`].
    pub async fn started(&self, hash: [u8; 32]) -> Result<(), VerificationError> {
        self.0.ledger.started(hash).await.map(drop).map_err(VerificationError::from)
    }

    /// Notes that packs could not be loaded, with every problem: the former ones stay in force.
    pub fn keep_packs(&self, problems: Vec<String>) {
        self.0.rules.note(problems);
        metrics::counter!("hedui_policy_loads_total", "outcome" => "refused").increment(1);
    }

    /// The packs in force now.
    #[must_use]
    pub fn packs(&self) -> Arc<Packs> {
        self.0.rules.packs()
    }

    /// The rules in force in a region on a day, today unless given: those whose keys begin with `rule`, or all of them.
    ///
    /// # Errors
    /// [`PolicyError::UnknownRegion`], [`PolicyError::NotCovered`].
    pub fn shown_rules(&self, region: &str, as_of: Option<Date>, rule: &str) -> Result<ShownRules, PolicyError> {
        let as_of = as_of.unwrap_or_else(|| self.0.clock.today());
        let packs = self.0.rules.packs();
        let pack = packs.resolve(&Region(region.to_owned()), as_of)?;
        let (zh, en) = pack.names();
        Ok(ShownRules {
            region: region.to_owned(),
            name_zh: zh.to_owned(),
            name_en: en.to_owned(),
            as_of,
            sha256: pack.hash().to_owned(),
            packs: packs.layers(region),
            parameters: pack.explain_below(rule),
        })
    }

    /// What differs between a region's rules on two days.
    ///
    /// # Errors
    /// As [`Verifier::shown_rules`].
    pub fn changed_rules(&self, region: &str, from: Date, to: Date) -> Result<Vec<ParameterChange>, PolicyError> {
        let packs = self.0.rules.packs();
        let on = |day| packs.resolve(&Region(region.to_owned()), day);
        Ok(changes(&*on(from)?, &*on(to)?))
    }

    /// Counties that there are rules for.
    #[must_use]
    pub fn counties(&self) -> Vec<PackInfo> {
        self.0.rules.packs().counties()
    }

    /// A region's name and code, as reports have it; the code alone where no pack names it.
    #[must_use]
    pub fn place(&self, region: &str, lang: Lang) -> String {
        let packs = self.0.rules.packs();
        packs
            .region_names(region)
            .map_or_else(|| region.to_owned(), |[zh, en]| format!("{} {region}", lang.pick(zh, en)))
    }

    /// Whether the rules in force are those of the operator's files.
    #[must_use]
    pub fn rules_state(&self) -> RulesState {
        let refused = self.0.rules.refused();
        RulesState {
            policy: if refused.is_empty() { "current" } else { "last_good" },
            policy_problems: refused.len(),
            policy_first_problems: refused.iter().take(SHOWN).cloned().collect(),
        }
    }
}
