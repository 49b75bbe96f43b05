//! Households that are watched: each is looked at again when it is due, and no more once its authorisation has run out. Every process does
//! it; a look that one has begun, the others find begun.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::audit::{Action, Actor, Event, Log};
use crate::auth::Caller;
use crate::keys::KeyRing;
use crate::store::{
    CaseRow, CaseState, NewSubscription, Store, StoreError, SubscriptionEnd, SubscriptionRow, SubscriptionState,
};
use crate::telemetry::Clock;
use crate::verification::{Look, ReadError, VerificationError, Verifier, actor, case_called};

/// Looks begun at a time.
const AT_ONCE: u32 = 50;
/// Between two looks at what is due.
const PAUSE: Duration = Duration::from_secs(2);
/// Who takes a look begins it within this; else somebody takes it again.
const TAKEN_FOR: SignedDuration = SignedDuration::from_mins(10);
/// A look that could not be begun is tried again after this.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// A client who is not registered is looked for again after this.
const AWAY: SignedDuration = SignedDuration::from_hours(1);
/// Most cases in one call.
pub const MOST_CASES: usize = 1000;
/// Cases of a batch looked at for a page, and how many of them at a time: their entries share a commit.
const BATCH_PAGE: u32 = 256;
const AT_A_TIME: usize = 64;
/// Entries on a page.
pub(super) const PAGE: u32 = 100;

/// What monitoring is made of.
pub struct MonitoringParts {
    /// Where everything durable is.
    pub store: Store,
    /// The audit log over the same store.
    pub log: Log,
    /// Keys.
    pub keys: Arc<KeyRing>,
    /// The clock.
    pub clock: Clock,
    /// Runs the looks.
    pub verifier: Verifier,
    /// Days after which the watches of a client who is not registered end.
    pub client_away_days: u32,
}

/// Watches households. Cheap to clone.
#[derive(Clone)]
pub struct Monitoring(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) log: Log,
    pub(super) keys: Arc<KeyRing>,
    pub(super) clock: Clock,
    pub(super) verifier: Verifier,
    client_away_for: SignedDuration,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Cases whose households are watched: their ids, or the numbers of their reports.
    pub cases: Vec<String>,
    /// A batch, all of whose households are.
    pub batch: Option<Uuid>,
    /// Days between two looks.
    pub every_days: u32,
    /// Last day; none = as long as the authorisations run.
    pub until: Option<Date>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subscribed {
    /// Households that are watched from now on.
    pub watched: u64,
    /// That were watched already.
    pub already: u64,
    /// Cases that are not the caller's, are about the caller or registered kin, have no final report, or screened a roster.
    pub passed_over: u64,
}

impl Subscribed {
    fn count(&mut self, one: Option<bool>) {
        match one {
            Some(true) => self.watched += 1,
            Some(false) => self.already += 1,
            None => self.passed_over += 1,
        }
    }
}

/// A watched household, without names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Watched {
    /// Subscription.
    pub id: String,
    /// active or ended.
    pub status: String,
    /// cancelled, expired, not_authorised, erased or client_gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_why: Option<String>,
    /// Case whose household it is.
    pub case: String,
    /// Region.
    pub region: String,
    /// Days between two looks.
    pub every_days: u32,
    /// The next look.
    pub next_at: String,
    /// Since when nothing is looked at, because the client it is watched for is not registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_away_since: Option<String>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Whether it is about the caller or registered kin (回避), who has no hand in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub barred: bool,
}

/// A page of them, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchedPage {
    /// Subscriptions.
    pub items: Vec<Watched>,
    /// Pass as `cursor` for the next page; none = the last.
    pub next: Option<String>,
}

impl Monitoring {
    /// Starts to look at what is due. Must be called within a Tokio runtime.
    #[must_use]
    pub fn start(parts: MonitoringParts) -> Self {
        let MonitoringParts { store, log, keys, clock, verifier, client_away_days } = parts;
        let client_away_for = SignedDuration::from_hours(24 * i64::from(client_away_days));
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let monitoring = Self(Arc::new(Inner { store, log, keys, clock, verifier, client_away_for, stop, tasks }));
        let (watcher, stop) = (monitoring.clone(), monitoring.0.stop.clone());
        monitoring.0.tasks.spawn(async move { stop.run_until_cancelled(watcher.watch()).await });
        monitoring
    }

    /// Stops; what is due waits for the next start.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    async fn watch(&self) {
        loop {
            if let Err(error) = self.look_at_what_is_due().await {
                tracing::error!(%error, "watched households cannot be looked at");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn look_at_what_is_due(&self) -> Result<(), VerificationError> {
        loop {
            let now = self.0.clock.now();
            let until = now.checked_add(TAKEN_FOR).unwrap_or(Timestamp::MAX);
            let due = self.0.store.take_due_subscriptions(now, until, AT_ONCE).await?;
            if due.is_empty() {
                return Ok(());
            }
            for watched in due {
                if let Err(error) = self.look(&watched).await {
                    tracing::error!(subscription = %watched.id, %error, "a watched household is left for later");
                }
            }
        }
    }

    async fn look(&self, watched: &SubscriptionRow) -> Result<(), VerificationError> {
        let inner = &self.0;
        if watched.until.is_some_and(|until| until < inner.clock.today()) {
            return self.end(&Actor::service(), watched, SubscriptionEnd::Expired).await.map(drop);
        }
        if !inner.verifier.is_registered(&watched.client, &watched.organisation) {
            return self.look_for_client(watched).await;
        }
        match inner.verifier.look_at(watched).await {
            Ok(Look::Begun(case)) => {
                inner.store.subscription_looked(watched, inner.clock.now()).await?;
                inner.verifier.ring();
                tracing::debug!(%case, subscription = %watched.id, "a watched household is looked at");
                Ok(())
            }
            Ok(Look::NotAuthorised) => {
                self.end(&Actor::service(), watched, SubscriptionEnd::NotAuthorised).await.map(drop)
            }
            Err(error) => {
                tracing::warn!(subscription = %watched.id, %error, "a look could not be begun; it is tried again");
                let again = inner.clock.now().checked_add(AGAIN).unwrap_or(Timestamp::MAX);
                Ok(inner.store.look_again(watched.id, again).await?)
            }
        }
    }

    /// Of a client who is not registered nothing is asked. A register may have lost one by mistake: the watch goes on once the client is back,
    /// and ends when that takes too long.
    async fn look_for_client(&self, watched: &SubscriptionRow) -> Result<(), VerificationError> {
        let (inner, now) = (&self.0, self.0.clock.now());
        if watched.away_since.is_some_and(|since| now.duration_since(since) >= inner.client_away_for) {
            return self.end(&Actor::service(), watched, SubscriptionEnd::ClientGone).await.map(drop);
        }
        if watched.away_since.is_none() {
            tracing::warn!(subscription = %watched.id, "a household is not looked at: the client it is watched for is not registered");
        }
        Ok(inner.store.client_is_away(watched.id, now, now.checked_add(AWAY).unwrap_or(Timestamp::MAX)).await?)
    }

    async fn end(
        &self,
        by: &Actor,
        watched: &SubscriptionRow,
        why: SubscriptionEnd,
    ) -> Result<bool, VerificationError> {
        let event = Event::new(by, Action::Unsubscribed).case(watched.case_id);
        let receipt = self.0.log.append_one(event).await?;
        Ok(self.0.store.end_subscription(&receipt, watched.case_id, watched.id, why).await?)
    }

    /// Watches the households of cases that have a final report: for the case's client, or for the caller where that one is registered no more.
    ///
    /// # Errors
    /// [`ReadError::Closed`]; the store failed.
    pub async fn subscribe(&self, caller: &Caller, wanted: &Wanted) -> Result<Subscribed, ReadError> {
        let mut outcome = Subscribed::default();
        for case in wanted.cases.iter().take(MOST_CASES) {
            let row = case_called(&self.0.store, case).await?;
            outcome.count(self.subscribe_one(caller, wanted, row).await?);
        }
        if let Some(batch) = wanted.batch
            && !self.sees_batch(caller, batch).await?
        {
            return Ok(outcome);
        }
        let (mut after, mut more) = (0, wanted.batch.is_some());
        while let Some(batch) = wanted.batch.filter(|_| more) {
            let page = self.0.store.cases_of(batch, after, BATCH_PAGE).await?;
            more = page.len() == BATCH_PAGE as usize;
            after = page.last().map_or(after, |(row, _)| *row);
            let each = stream::iter(page).map(|(_, row)| self.subscribe_one(caller, wanted, Some(row)));
            let mut each = each.buffered(AT_A_TIME);
            while let Some(one) = each.next().await {
                outcome.count(one?);
            }
        }
        Ok(outcome)
    }

    /// Whether a batch is the caller's to see: of another, not even the size is told.
    async fn sees_batch(&self, caller: &Caller, batch: Uuid) -> Result<bool, ReadError> {
        let store = &self.0.store;
        let row = match store.get_batch(batch).await {
            Ok(row) => row,
            Err(StoreError::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let own = row.organisation == caller.organisation && !caller.regions.is_empty();
        let sees = own && store.batch_lies_within(batch, &caller.regions).await?;
        if !sees {
            self.0.verifier.deny(caller, "scope").await?;
        }
        Ok(sees)
    }

    /// Whether a case's household is watched from now on; none when it cannot be.
    async fn subscribe_one(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        row: Option<CaseRow>,
    ) -> Result<Option<bool>, ReadError> {
        let (Some(row), inner) = (row, &self.0) else { return Ok(None) };
        match inner.verifier.within(caller, &row.organisation, row.region.as_str(), row.id).await {
            Err(ReadError::NotFound | ReadError::Barred) => return Ok(None),
            other => other?,
        }
        if row.state != CaseState::Final || row.purpose.is_screening() {
            return Ok(None);
        }
        let now = inner.clock.now();
        let pause = SignedDuration::from_hours(24 * i64::from(wanted.every_days));
        let event = Event::new(&actor(caller), Action::Subscribed).case(row.id).purpose(row.purpose);
        let new = NewSubscription {
            id: Uuid::now_v7(),
            case_id: row.id,
            client: (!inner.verifier.is_registered(&row.client, &row.organisation)).then(|| caller.subject.clone()),
            every_days: wanted.every_days,
            first_at: now.checked_add(pause).unwrap_or(Timestamp::MAX),
            until: wanted.until,
            created_at: now,
        };
        let (_, watched) = inner.log.append_with(vec![event], Store::subscribing(new)).await?;
        Ok(Some(watched?))
    }

    /// One watched household.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Barred`].
    pub async fn watch_of(&self, caller: &Caller, id: &str) -> Result<Watched, ReadError> {
        let id = Uuid::parse_str(id).map_err(|_| ReadError::NotFound)?;
        let row = self.0.store.subscription(id).await?;
        self.0.verifier.within(caller, &row.organisation, row.region.as_str(), row.case_id).await?;
        Ok(shown(row))
    }

    /// Ends a subscription; one that has ended already stays so.
    ///
    /// # Errors
    /// [`ReadError::NotFound`]; [`ReadError::Closed`].
    pub async fn unsubscribe(&self, caller: &Caller, id: &str) -> Result<(), ReadError> {
        let id = Uuid::parse_str(id).map_err(|_| ReadError::NotFound)?;
        let watched = self.0.store.subscription(id).await?;
        self.0.verifier.within(caller, &watched.organisation, watched.region.as_str(), watched.case_id).await?;
        self.end(&actor(caller), &watched, SubscriptionEnd::Cancelled).await?;
        Ok(())
    }

    /// Watched households of the caller's organisation, the oldest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn watched(
        &self,
        caller: &Caller,
        state: Option<SubscriptionState>,
        cursor: Option<&str>,
    ) -> Result<WatchedPage, ReadError> {
        let after = cursor.and_then(|text| Uuid::parse_str(text).ok());
        let regions = &caller.regions;
        if regions.is_empty() {
            return Ok(WatchedPage { items: Vec::new(), next: None });
        }
        let mut rows = self.0.store.list_subscriptions(&caller.organisation, regions, state, after, PAGE + 1).await?;
        let more = rows.len() > PAGE as usize;
        rows.truncate(PAGE as usize);
        let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
        let cases: Vec<Uuid> = rows.iter().map(|row| row.case_id).collect();
        let barred = self.0.verifier.barred(caller, &cases).await?;
        let item = |row: SubscriptionRow| Watched { barred: barred.contains(&row.case_id), ..shown(row) };
        Ok(WatchedPage { items: rows.into_iter().map(item).collect(), next })
    }
}

fn shown(row: SubscriptionRow) -> Watched {
    Watched {
        id: row.id.to_string(),
        status: row.state.as_str().to_owned(),
        ended_why: row.ended_why.map(|why| why.as_str().to_owned()),
        case: row.case_id.to_string(),
        region: row.region.as_str().to_owned(),
        every_days: row.every_days,
        next_at: row.next_at.to_string(),
        client_away_since: row.away_since.filter(|_| row.state == SubscriptionState::Active).map(|at| at.to_string()),
        until: row.until,
        barred: false,
    }
}
