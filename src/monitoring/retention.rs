//! What is kept of households for long enough is erased by itself, as `[retention]` says: nothing unless a number stands there, for no published rule
//! gives one. A case goes when it has been at rest for so long, unless its household is watched, or its report is the household's last, which the next one is
//! compared with and by which the household is due: that one has a limit of its own.
//!
//! Entry and erasure are one commit. Of several processes one does it; should two think it is theirs, a case that the other has erased, or that
//! somebody has taken up since it was chosen, is passed over.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::KeyringError;
use crate::audit::{Action, Actor, Event, Log};
use crate::config::RetentionSettings;
use crate::store::{CaseState, RestingCase, Store, StoreError};
use crate::telemetry::Clock;

/// Between two sweeps.
const EVERY: Duration = Duration::from_secs(3600);
/// Cases looked at, and erased, at a time.
const PAGE: u32 = 64;
/// A process not seen for so long leaves the sweep to another.
const SEEN_WITHIN: Duration = Duration::from_secs(30);
/// Between two pages, so that whoever comes to the counter does not wait.
const PAUSE: Duration = Duration::from_millis(50);

/// What a sweep would do, or did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sweep {
    /// Cases that go, by programme.
    pub cases: BTreeMap<String, u64>,
    /// Batches whose faults go.
    pub batches: u64,
    /// Cases of which what was answered under an authorisation taken back goes.
    pub withdrawn: u64,
    /// Cases that are old enough but whose household is watched.
    pub kept_watched: u64,
    /// That are old enough but are the last report of a household.
    pub kept_last: u64,
    /// The cases that go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Uuid>,
    /// Of a sweep that was made: cases that could not be erased, or of which what goes could not be destroyed. Of one that would
    /// be ([`would_sweep`]): cases of which what was answered under an authorisation taken back should have been destroyed two sweeps ago, and is there
    /// still.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stuck: Vec<Uuid>,
}

/// Why a case stays or that it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Goes,
    Young,
    Watched,
    Last,
}

/// So many calendar months earlier, to the day.
fn months_before(now: Timestamp, months: u32) -> Timestamp {
    let date = crate::telemetry::china_date(now);
    let earlier = date.checked_sub(jiff::Span::new().months(i64::from(months))).unwrap_or(jiff::civil::Date::MIN);
    let days = i64::from(date.since(earlier).map_or(0, |span| span.get_days()));
    now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN)
}

fn fate(case: &RestingCase, settings: &RetentionSettings, now: Timestamp) -> Fate {
    let over = |months: u32| months > 0 && case.since < months_before(now, months);
    let of_purpose = settings.by_purpose.get(case.purpose.as_str()).copied().unwrap_or(settings.months);
    let months = if case.state == CaseState::Final { of_purpose } else { settings.unfinished_months };
    match case {
        _ if !over(months) => Fate::Young,
        _ if case.watched => Fate::Watched,
        // A last report goes when both limits are over.
        _ if case.last && !over(settings.last_report_months) => Fate::Last,
        _ => Fate::Goes,
    }
}

/// The latest time before which anything can go.
fn horizon(settings: &RetentionSettings, now: Timestamp) -> Option<Timestamp> {
    let months = [settings.months, settings.unfinished_months].into_iter().chain(settings.by_purpose.values().copied());
    months.filter(|months| *months > 0).min().map(|months| months_before(now, months))
}

/// What would go now. Nothing is changed.
///
/// # Errors
/// The store failed.
pub async fn would_sweep(store: &Store, settings: &RetentionSettings, now: Timestamp) -> Result<Sweep, StoreError> {
    let mut sweep = Sweep::default();
    let mut after = None;
    while let Some(before) = horizon(settings, now) {
        let page = store.resting_cases(before, after, 1000, now).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for case in &page {
            sweep.count(case, fate(case, settings, now));
        }
    }
    sweep.withdrawn = store.to_destroy(now, None, 1_000_000).await?.len() as u64;
    let long_ago = now.checked_sub(2 * EVERY).unwrap_or(Timestamp::MIN);
    sweep.stuck = store.to_destroy(long_ago, None, 1_000_000).await?;
    if settings.batch_months > 0 {
        let before = months_before(now, settings.batch_months);
        sweep.batches = store.resting_batches(before, 1_000_000).await?.len() as u64;
    }
    Ok(sweep)
}

/// Erases what is to go. A case for which that fails is named in what is told, and keeps no other waiting.
///
/// # Errors
/// The log or the store failed; what was erased stands in the log.
pub async fn sweep(
    store: &Store,
    log: &Log,
    settings: &RetentionSettings,
    now: Timestamp,
) -> Result<Sweep, KeyringError> {
    let mut swept = Sweep::default();
    let destroyed = destroy(store, log, now, &mut swept).await;
    let ended = destroyed.and(erase(store, log, settings, now, &mut swept).await);
    // of a sweep that broke off, too, no key is left in the write-ahead log
    if !swept.cases.is_empty() || swept.batches > 0 || swept.withdrawn > 0 {
        store.cut_wal().await?;
    }
    ended.map(|()| swept)
}

/// Destroys what was answered under authorisations taken back, where nobody has refused in time.
async fn destroy(store: &Store, log: &Log, now: Timestamp, swept: &mut Sweep) -> Result<(), KeyringError> {
    let mut after = None;
    loop {
        let page = store.to_destroy(now, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for case in page {
            let event = Event::new(&Actor::service(), Action::EvidenceDestroyed).case(case);
            match log.append_with(vec![event], Store::destroying(case, now)).await?.1 {
                Ok(destroyed) => swept.withdrawn += u64::from(destroyed),
                Err(error) => swept.cannot(case, &error),
            }
        }
    }
}

async fn erase(
    store: &Store,
    log: &Log,
    settings: &RetentionSettings,
    now: Timestamp,
    swept: &mut Sweep,
) -> Result<(), KeyringError> {
    let mut after = None;
    while let Some(before) = horizon(settings, now) {
        let page = store.resting_cases(before, after, PAGE, now).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let (going, staying): (Vec<_>, Vec<_>) =
            page.into_iter().map(|case| (fate(&case, settings, now), case)).partition(|(fate, _)| *fate == Fate::Goes);
        for (fate, case) in &staying {
            swept.count(case, *fate);
        }
        let event =
            |case: &RestingCase| Event::new(&Actor::service(), Action::Erased).case(case.id).purpose(case.purpose);
        let erasing = |case: &RestingCase| log.append_with(vec![event(case)], Store::erasing(case.clone(), now));
        let outcomes = join_all(going.iter().map(|(_, case)| erasing(case))).await;
        for ((fate, case), outcome) in going.iter().zip(outcomes) {
            match outcome?.1 {
                Ok(_) => swept.count(case, *fate),
                // another process, or a person, came first
                Err(StoreError::RestsNoMore { .. } | StoreError::StillInFile { .. }) => {}
                Err(error) => swept.cannot(case.id, &error),
            }
        }
        if !going.is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
    }
    // 0 = never: nothing is older than the beginning of time.
    let before = match settings.batch_months {
        0 => Timestamp::MIN,
        months => months_before(now, months),
    };
    while let Some(batch) = store.resting_batches(before, 1).await?.first().copied() {
        let event = Event::new(&Actor::service(), Action::Erased).batch(batch);
        log.append_with(vec![event], Store::erasing_batch(batch)).await?.1?;
        swept.batches += 1;
    }
    Ok(())
}

impl Sweep {
    /// What cannot be destroyed for one case keeps no other waiting: it is tried again with the next sweep.
    fn cannot(&mut self, case: Uuid, error: &StoreError) {
        tracing::error!(%case, %error, "what was kept of a case for long enough could not be destroyed");
        metrics::counter!("hedui_retention_failed_total").increment(1);
        self.stuck.push(case);
    }

    fn count(&mut self, case: &RestingCase, fate: Fate) {
        match fate {
            Fate::Goes => {
                *self.cases.entry(case.purpose.as_str().to_owned()).or_default() += 1;
                self.ids.push(case.id);
            }
            Fate::Watched => self.kept_watched += 1,
            Fate::Last => self.kept_last += 1,
            Fate::Young => {}
        }
    }
}

/// Sweeps every hour until it is stopped.
pub struct Retention {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Retention {
    /// Starts to sweep. Must be called within a Tokio runtime.
    #[must_use]
    pub fn start(store: Store, log: Log, settings: RetentionSettings, clock: Clock) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let stopped = stop.clone();
        tasks.spawn(async move { stopped.run_until_cancelled(run(store, log, settings, clock)).await });
        Self { stop, tasks }
    }

    /// Stops.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn run(store: Store, log: Log, settings: RetentionSettings, clock: Clock) {
    loop {
        let swept = match store.leads(SEEN_WITHIN).await {
            Ok(true) => sweep(&store, &log, &settings, clock.now()).await,
            Ok(false) => Ok(Sweep::default()),
            Err(error) => Err(error.into()),
        };
        match swept {
            Ok(swept) => {
                let cases: u64 = swept.cases.values().sum();
                metrics::counter!("hedui_retention_erased_total").increment(cases);
                if cases > 0 || swept.batches > 0 {
                    tracing::info!(cases, batches = swept.batches, "what was kept for long enough is erased");
                }
            }
            Err(error) => tracing::error!(%error, "what was kept for long enough could not all be erased"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

#[cfg(test)]
mod tests;
