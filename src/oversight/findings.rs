//! Usage that somebody should look at, from the log alone: many cases opened by one actor, cases opened that nobody works on, many
//! refusals, openings outside office hours. A finding is of one actor, one day in China and one level, so that it keeps its name however often it
//! is reckoned; each time that it has doubled it is another one, raised anew and seen by nobody yet. That one was raised, and that an auditor
//! has seen it, stands in the log; nothing is kept beside it. An auditor's findings are reckoned from the entries that a search shows them: of one
//! that others see more of, an auditor has a part with a name of its own, and can acknowledge that alone.

mod reckoning;

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Oversight, scope};
use crate::audit::{Action, Actor, Event, Label, Leaf, Outcome};
use crate::auth::Caller;
use crate::household::canonical_json;
use crate::keys::DetailKind;
use crate::store::{AuditReceipt, LogFilter, LogScope, words};
use crate::telemetry::china_date;
use crate::verification::ReadError;
use reckoning::{Deed, Found};

/// Days that are looked through at most.
const MOST_DAYS: u32 = 92;
/// Entries of one caller that are looked through, the newest of them.
const MOST_DEEDS: usize = 50_000;
/// Cases asked about at a time.
const CASES: usize = 500;
/// A process not seen for so long leaves the looking to another.
const SEEN_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);
/// Entries that a finding lists.
const LISTED: usize = 200;

words! {
    /// What is found.
    FindingKind {
        /// One actor opened many cases in a day.
        ManyCases = "many_cases",
        /// A case was opened on which nobody works any more.
        NoOpenCase = "no_open_case",
        /// One actor was refused many times in a day.
        ManyDenials = "many_denials",
        /// One person opened cases outside office hours.
        OutOfHours = "out_of_hours",
    }
}

/// Something an auditor should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Id: the same whenever it is reckoned, another one each time the count has doubled.
    pub id: String,
    /// What.
    pub kind: FindingKind,
    /// Day, in China.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Whose doing: subject of the token.
    pub actor: String,
    /// Organisation; one in words by the beginning of its SHA-256.
    pub organisation: String,
    /// In what capacity.
    pub role: String,
    /// How many.
    pub count: u64,
    /// From how many on it is a finding.
    pub bound: u64,
    /// 0 at the bound, one more each time that the count has doubled since.
    pub level: u32,
    /// What is usual: of others in that role, or of the actor on other days, whichever is more; none where there is nothing to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<u64>,
    /// Why, in Chinese.
    pub why_zh: String,
    /// Why.
    pub why: String,
    /// Entries that show it, at most 200, the newest first.
    pub entries: Vec<u64>,
    /// Entry that says that an auditor has seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_in: Option<u64>,
    /// Which auditor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// What it was before it had doubled, the first first: each is acknowledged by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierLevel>,
}

/// A finding before it had doubled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EarlierLevel {
    /// Id.
    pub id: String,
    /// From how many on.
    pub from: u64,
    /// Entry that says that an auditor has seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_in: Option<u64>,
    /// Which auditor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
}

impl Finding {
    /// Whether one of its levels has this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.id == id || self.earlier.iter().any(|level| level.id == id)
    }

    /// Where it says whether one of its levels was seen; none of an id that is not its own.
    fn seen(&mut self, id: &str) -> Option<(&mut Option<u64>, &mut Option<String>)> {
        if self.id == id {
            return Some((&mut self.acknowledged_in, &mut self.acknowledged_by));
        }
        let level = self.earlier.iter_mut().find(|level| level.id == id)?;
        Some((&mut level.acknowledged_in, &mut level.acknowledged_by))
    }
}

/// Findings of some days, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingsPage {
    /// Findings.
    pub items: Vec<Finding>,
    /// First day looked at.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// Index of the entry that says that they were read.
    pub logged_as: u64,
}

impl Oversight {
    /// What the last days show, as far as the caller sees the log. That it is read is in the log first.
    ///
    /// # Errors
    /// [`ReadError::Closed`]: the log cannot be written; else the store failed.
    pub async fn findings(&self, caller: &Caller, days: u32) -> Result<FindingsPage, ReadError> {
        let days = days.clamp(1, MOST_DAYS);
        let what = Sha256::digest(canonical_json(&serde_json::json!({"findings": days}))).into();
        let receipt = self.enter(Self::reading(caller, Action::Search), what).await?;
        let logged_as = receipt.index();
        let from = self.first_day(days);
        let Some(scope) = scope(caller, None) else { return Ok(FindingsPage { items: Vec::new(), from, logged_as }) };
        let found = self.named(&receipt, from, &scope).await?;
        let ids = found.iter().flat_map(|found| (0..=found.level()).map(|level| found.id_at(level))).collect();
        let mut seen = self.about(&receipt, ids, Action::FindingAcknowledged).await?;
        let items = found.into_iter().map(|found| self.shown(found, &mut seen)).collect();
        Ok(FindingsPage { items, from, logged_as })
    }

    /// Notes that an auditor has seen a finding of the last days, at the level that `id` names. A note is not kept: its MAC is, so keep the words.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]: no such finding, or not the caller's to see; as [`Oversight::findings`].
    pub async fn acknowledge(&self, caller: &Caller, id: &str, note: Option<&str>) -> Result<Finding, ReadError> {
        let page = self.findings(caller, MOST_DAYS).await?;
        let mut all = page.items.into_iter();
        let mut finding = all.find(|finding| finding.has(id)).ok_or(ReadError::NotFound)?;
        let Some((entry, by)) = finding.seen(id).filter(|(entry, _)| entry.is_none()) else { return Ok(finding) };
        let mut event = Self::reading(caller, Action::FindingAcknowledged)
            .finding(Uuid::parse_str(id).map_err(|_| ReadError::NotFound)?);
        if let Some(note) = note {
            event = event.detail(self.0.keys.detail_mac(DetailKind::Note, note.as_bytes()).bytes());
        }
        *entry = Some(self.0.log.append_one(event).await?.index());
        *by = Some(caller.subject.clone());
        Ok(finding)
    }

    /// Looks through the log from time to time, for what is new since yesterday: it is entered, counted and told, by kind alone. Of several
    /// processes one does it. For as long as it is awaited.
    pub async fn keep_looking(self) {
        let every = self.0.settings.look_every;
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + every, every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let raised = match self.0.store.leads(SEEN_WITHIN).await {
                Ok(true) => self.raise_new().await.map(drop),
                Ok(false) => Ok(()),
                Err(error) => Err(error.into()),
            };
            if let Err(error) = raised {
                tracing::warn!(%error, "the log was not looked through for findings");
            }
        }
    }

    /// Enters findings of today and yesterday that were not raised before; how many.
    ///
    /// # Errors
    /// As [`Oversight::findings`].
    pub async fn raise_new(&self) -> Result<usize, ReadError> {
        let looker = looker();
        let what = Sha256::digest(canonical_json(&serde_json::json!({"findings": 2}))).into();
        let receipt = self.enter(Event::new(&looker, Action::Search), what).await?;
        let mut raised = 0;
        let found = self.reckoned(&receipt, self.first_day(2), &LogScope::default()).await?;
        let before = self.about(&receipt, found.iter().map(Found::id).collect(), Action::FindingRaised).await?;
        for found in found.iter().filter(|found| !before.contains_key(&found.id())) {
            let id = found.id();
            self.0.log.append_one(Event::new(&looker, Action::FindingRaised).finding(id)).await?;
            metrics::counter!("hedui_audit_findings_total", "kind" => found.kind.as_str()).increment(1);
            tracing::warn!(kind = found.kind.as_str(), %id, level = found.level(), "the audit log shows what an auditor should look at");
            raised += 1;
        }
        Ok(raised)
    }

    fn first_day(&self, days: u32) -> Date {
        let back = jiff::Span::new().days(i64::from(days) - 1);
        self.0.clock.today().checked_sub(back).unwrap_or_else(|_| self.0.clock.today())
    }

    /// What entries in a scope show since a day. A finding that is another one over the whole log has a name of its own in the scope: whoever sees a
    /// part of it acknowledges that part, for those who see the same.
    async fn named(&self, receipt: &AuditReceipt, from: Date, scope: &LogScope) -> Result<Vec<Found>, ReadError> {
        let mut found = self.reckoned(receipt, from, scope).await?;
        if scope.organisations.is_none() && scope.regions.is_empty() {
            return Ok(found);
        }
        let whole = self.reckoned(receipt, from, &LogScope::default()).await?;
        let organisations = scope.organisations.iter().flatten().map(|organisation| organisation.name.as_str());
        let mut scope: Vec<&str> = organisations.chain(scope.regions.iter().map(String::as_str)).collect();
        scope.sort_unstable();
        for part in found.iter_mut().filter(|found| !whole.iter().any(|whole| whole.is_same(found))) {
            part.part = Some(scope.join("\n"));
        }
        Ok(found)
    }

    /// Everything that entries in a scope show since a day.
    async fn reckoned(&self, receipt: &AuditReceipt, from: Date, scope: &LogScope) -> Result<Vec<Found>, ReadError> {
        let mut deeds = Vec::new();
        for actor in self.0.store.log_actors().await? {
            if actor != Actor::service().subject.as_str() && actor != looker().subject.as_str() {
                self.deeds_of(receipt, actor, from, scope, &mut deeds).await?;
            }
        }
        let worked = self.worked(receipt, &deeds).await?;
        Ok(reckoning::found(&deeds, &worked, &self.0.settings))
    }

    /// What one actor did since a day, as far as it can be a finding.
    async fn deeds_of(
        &self,
        receipt: &AuditReceipt,
        actor: String,
        from: Date,
        scope: &LogScope,
        deeds: &mut Vec<Deed>,
    ) -> Result<(), ReadError> {
        let from = jiff::tz::Offset::constant(8).to_timestamp(from.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
        let scope = scope.clone();
        let mut filter = LogFilter { actor: Some(actor), from: Some(from), limit: 1000, scope, ..LogFilter::default() };
        let before = deeds.len();
        filter.actions = reckoning::actions().iter().map(|action| action.as_str().to_owned()).collect();
        loop {
            let page = self.0.store.read_log(receipt, &filter).await?;
            for stored in &page {
                if let Ok(leaf) = Leaf::parse(&stored.leaf.bytes) {
                    deeds.push(Deed::of(stored.index, &leaf, china_date(leaf.at)));
                }
            }
            if page.len() < 1000 {
                return Ok(());
            }
            if deeds.len() - before >= MOST_DEEDS {
                tracing::warn!(
                    most = MOST_DEEDS,
                    "one caller has more entries than are looked through: the older ones are left out"
                );
                return Ok(());
            }
            filter.cursor = page.last().map(|stored| stored.index);
        }
    }

    /// When somebody last worked on the case of each opening before it; none when its keys were destroyed before.
    async fn worked(
        &self,
        receipt: &AuditReceipt,
        deeds: &[Deed],
    ) -> Result<HashMap<u64, Option<Timestamp>>, ReadError> {
        let mut openings: HashMap<Uuid, Vec<u64>> = HashMap::new();
        for deed in deeds.iter().filter(|deed| deed.opens) {
            if let Some(case) = deed.case {
                openings.entry(case).or_default().push(deed.index);
            }
        }
        let actions: Vec<&str> = reckoning::WORK.iter().map(|action| action.as_str()).collect();
        let cases: Vec<Uuid> = openings.keys().copied().collect();
        let mut worked = HashMap::with_capacity(deeds.len());
        for cases in cases.chunks(CASES) {
            let mut work: HashMap<Uuid, Vec<(u64, Option<Timestamp>)>> = HashMap::new();
            for entry in self.0.store.entries_about(receipt, cases, &actions, Action::Erased.as_str()).await? {
                // an erasure that failed destroyed nothing
                let leaf = entry.bytes.as_deref().and_then(|bytes| Leaf::parse(bytes).ok());
                let destroyed = leaf.is_some_and(|leaf| leaf.event.outcome != Outcome::Failed);
                let at = (!destroyed).then_some(entry.at);
                work.entry(entry.case).or_default().push((entry.index, at));
            }
            for case in cases {
                let work = work.get(case).map_or(&[][..], Vec::as_slice);
                for opening in &openings[case] {
                    let before = work.partition_point(|(index, _)| index < opening);
                    worked.insert(*opening, work[..before].last().and_then(|(_, at)| *at));
                }
            }
        }
        Ok(worked)
    }

    /// The first entry of a kind about each finding, and whose it is.
    async fn about(
        &self,
        receipt: &AuditReceipt,
        ids: Vec<Uuid>,
        action: Action,
    ) -> Result<HashMap<Uuid, (u64, String)>, ReadError> {
        let mut about = HashMap::new();
        for ids in ids.chunks(CASES) {
            for entry in self.0.store.entries_about(receipt, ids, &[action.as_str()], "").await? {
                about.entry(entry.case).or_insert((entry.index, entry.actor));
            }
        }
        Ok(about)
    }

    fn shown(&self, found: Found, seen: &mut HashMap<Uuid, (u64, String)>) -> Finding {
        let (id, level) = (found.id(), found.level());
        let (acknowledged_in, acknowledged_by) = seen.remove(&id).unzip();
        let before = |level| {
            let id = found.id_at(level);
            let (acknowledged_in, acknowledged_by) = seen.remove(&id).unzip();
            EarlierLevel { id: id.to_string(), from: found.bound << level, acknowledged_in, acknowledged_by }
        };
        let earlier = (0..level).map(before).collect();
        let [why_zh, why] = found.why(&self.0.settings);
        let mut entries = found.entries;
        entries.sort_unstable_by(|left, right| right.cmp(left));
        entries.truncate(LISTED);
        Finding {
            id: id.to_string(),
            kind: found.kind,
            day: found.day,
            actor: found.actor,
            organisation: found.organisation,
            role: found.role.as_str().to_owned(),
            count: found.count,
            bound: found.bound,
            level,
            usual: found.usual,
            why_zh,
            why,
            entries,
            acknowledged_in,
            acknowledged_by,
            earlier,
        }
    }
}

/// The service, as it looks through the log by itself: apart from its other entries, so that what it raised is found by its name.
fn looker() -> Actor {
    Actor { subject: Label::new("hedui:findings").expect("a machine name"), ..Actor::service() }
}

/// Days without work, as words have them.
fn days(duration: SignedDuration) -> i64 {
    duration.as_hours() / 24
}
