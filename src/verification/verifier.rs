//! The verifier: what it is made of, and its life.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::Departments;
use super::answers_seen::AnswersSeen;
use super::assessing::Tallies;
use super::denials::Denials;
use super::hub::Hub;
use super::in_hand::InHand;
use super::ledger::Ledger;
use super::made_of::Workshop;
use super::memory::Memory;
use super::quality::QualityBook;
use super::rules_in_force::RulesInForce;
use super::runner::{self, Queue};
use crate::config::Register;
use crate::identity::Model;
use crate::keys::KeyRing;
use crate::policy::Packs;
use crate::store::{Store, StoreError};
use crate::telemetry::Clock;

/// How often what is kept in memory is looked through for what is too old.
const TIDY_EVERY: Duration = Duration::from_secs(30);
/// Idempotency keys are purged each so many times: hourly.
const PURGE_EVERY: u32 = 120;

/// How cases run.
#[derive(Clone, Debug)]
pub struct VerifierSettings {
    /// At the same time, of those that came alone.
    pub concurrent_cases: usize,
    /// At the same time beside them, of batches.
    pub concurrent_cases_in_bulk: usize,
    /// How long the first version of an urgent case (救急难) waits for departments.
    pub urgent_patience: Duration,
    /// How long a case of a batch waits for departments that are out of order before their answers count as missing.
    pub bulk_patience: Duration,
    /// How long a case of a batch waits for asynchronous departments before its report is made without them, provisionally.
    pub provisional_after: Duration,
    /// For how long others may refuse that what was answered is destroyed once an authorisation is taken back.
    pub withdrawn_wait: Duration,
    /// A dead process's cases are taken over after this.
    pub lease: Duration,
    /// The callers in force: who is told of every version of its cases, whose final reports are issued at once, without a second person.
    pub register: Register,
    /// Days within which the applicant may object.
    pub objection_days: u32,
    /// Name of the verification centre, which seals reports.
    pub centre: String,
}

/// What a verifier is made of.
pub struct Parts {
    /// Where everything durable is.
    pub store: Store,
    /// The audit log over the same store.
    pub log: crate::audit::Log,
    /// Keys.
    pub keys: Arc<KeyRing>,
    /// The departments.
    pub departments: Departments,
    /// Rules.
    pub packs: Arc<Packs>,
    /// Matcher.
    pub model: Arc<Model>,
    /// The clock.
    pub clock: Clock,
    /// Settings.
    pub settings: VerifierSettings,
}

/// Verifies households. Cheap to clone.
#[derive(Clone)]
pub struct Verifier(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) ledger: Ledger,
    pub(super) keys: Arc<KeyRing>,
    pub(super) departments: Departments,
    pub(super) rules: RulesInForce,
    pub(super) model: Arc<Model>,
    /// Facts and artifacts that need no second look.
    pub(super) workshop: Workshop,
    /// What final reports say of the departments' records.
    pub(super) quality: QualityBook,
    pub(super) clock: Clock,
    pub(super) settings: VerifierSettings,
    pub(super) hub: Hub,
    /// Cases in hand, so that the runner need not open what was sealed a moment ago.
    pub(super) memory: Memory,
    /// Cases that workers of this process have.
    pub(super) in_hand: InHand,
    /// Refusals of the last minute.
    pub(super) denials: Denials,
    /// Whose readings of answers an entry stands for.
    pub(super) answers_seen: AnswersSeen,
    /// What was assessed in this second.
    pub(super) tallies: Tallies,
    /// Rung when there is a case to claim.
    pub(super) bell: Notify,
    /// Rung when there is a case of a batch to claim.
    pub(super) bulk_bell: Notify,
    pub(super) running: Arc<Semaphore>,
    pub(super) running_in_bulk: Arc<Semaphore>,
    /// One place for whoever tries rules.
    pub(super) trying: Arc<Semaphore>,
    pub(super) worker: String,
    pub(super) stop: CancellationToken,
    tasks: TaskTracker,
}

impl Verifier {
    /// Starts claiming and running cases. Must be called within a Tokio runtime.
    #[must_use]
    pub fn start(parts: Parts) -> Self {
        parts.departments.share_rates(&parts.store);
        let inner = Arc::new(Inner {
            store: parts.store,
            ledger: Ledger::new(parts.log),
            keys: parts.keys,
            departments: parts.departments,
            rules: RulesInForce::new(parts.packs),
            model: parts.model,
            workshop: Workshop::default(),
            quality: QualityBook::default(),
            clock: parts.clock,
            running: Arc::new(Semaphore::new(parts.settings.concurrent_cases)),
            running_in_bulk: Arc::new(Semaphore::new(parts.settings.concurrent_cases_in_bulk)),
            trying: Arc::new(Semaphore::new(1)),
            settings: parts.settings,
            hub: Hub::default(),
            memory: Memory::default(),
            in_hand: InHand::default(),
            denials: Denials::default(),
            answers_seen: AnswersSeen::default(),
            tallies: Tallies::default(),
            bell: Notify::new(),
            bulk_bell: Notify::new(),
            worker: Uuid::now_v7().to_string(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        });
        let verifier = Self(inner);
        for queue in [Queue::Counter, Queue::Bulk] {
            let runner = verifier.clone();
            verifier.spawn(async move { runner::run(runner, queue).await });
        }
        let tidying = verifier.clone();
        verifier.spawn(async move { tidying.stay_tidy().await });
        let entering = verifier.clone();
        verifier.0.tasks.spawn(async move { entering.enter_assessments().await });
        verifier
    }

    /// Stops claiming, gives running cases up (their leases run out, nothing is lost), and closes the store.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
        if let Err(error) = self.enter_tallies(true).await {
            tracing::error!(%error, "the last assessments were not entered in the log");
        }
        if let Err(error) = self.enter_denials(true).await {
            tracing::error!(%error, "the last refusals were not entered in the log");
        }
        self.0.ledger.stop(self.0.clock.now()).await;
        self.0.store.clone().close().await;
    }

    async fn stay_tidy(&self) {
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + TIDY_EVERY, TIDY_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for round in 0_u32.. {
            ticks.tick().await;
            self.0.memory.sweep(std::time::Instant::now());
            if let Ok(replicas) = self.0.store.replicas(TIDY_EVERY).await {
                metrics::gauge!("hedui_replicas").set(u32::try_from(replicas.len()).unwrap_or(u32::MAX));
            }
            if round.is_multiple_of(PURGE_EVERY) {
                self.purge().await;
            }
        }
    }

    /// Forgets idempotency keys that have expired.
    pub(super) async fn purge(&self) {
        match self.0.store.purge_idempotency(self.0.clock.now()).await {
            Ok(forgotten) => tracing::debug!(forgotten, "expired idempotency keys"),
            Err(error) => tracing::warn!(%error, "expired idempotency keys could not be forgotten"),
        }
    }

    /// Runs something that ends with the verifier.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.0.stop.clone();
        self.0.tasks.spawn(async move { stop.run_until_cancelled(work).await });
    }

    /// Runs something that ends with the verifier, while the store is still open.
    pub fn run_beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(work);
    }

    /// Why nothing can be accepted now; empty when all is well.
    pub async fn not_ready(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.0.store.ping().await.is_err() {
            reasons.push("the store does not answer".to_owned());
        }
        if let Err(full) = self.0.store.must_have_room().await {
            reasons.push(full.to_string());
        }
        if !self.0.ledger.is_open() {
            reasons.push("the audit log cannot be written".to_owned());
        }
        let kek = self.0.keys.active_kek();
        if self.0.store.is_destroyed(kek.as_str()).await.unwrap_or_default() {
            reasons.push(StoreError::KekDestroyed.to_string());
        }
        reasons
    }

    /// The key set reports are signed with.
    #[must_use]
    pub fn signing_keys(&self) -> serde_json::Value {
        self.0.keys.jwks()
    }
}
