//! Callbacks: what the outbox owes is posted to the address that stands in the client's settings, and nowhere else.
//!
//! Each client has a task of its own while anything is due to it, so that one that answers slowly, or never, holds up no other. A row is
//! claimed before it is sent, with a lease: several processes never send one at the same time, and what a dead one had in hand is
//! sent again. So a receiver may see an id twice, and ignores the second. What never arrives is given up, kept, and can be sent anew.

mod message;
mod pauses;
mod sending;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::audit::{Action, Actor, AuditError, Event, Log};
use crate::config::{Register, SecretFault};
use crate::store::{OutboxAttempt, OutboxRow, Store, StoreError};
use crate::telemetry::Clock;
use sending::Receiver;

/// Rows of a client claimed at a time, and sent at the same time.
const AT_ONCE: u32 = 8;
/// How long a claimed row is this process's: longer than any attempt.
const LEASE: Duration = Duration::from_secs(120);
/// Longest pause between looks at the outbox: other processes ring no bell here.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// How callbacks are sent.
#[derive(Clone, Debug)]
pub struct CallbackSettings {
    /// One attempt, to the answer's head. At most a minute.
    pub timeout: Duration,
    /// Attempts before a callback is given up: 20 of them take about a day.
    pub attempts: u32,
}

impl Default for CallbackSettings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), attempts: 20 }
    }
}

/// What callbacks are made of.
pub struct CallbackParts {
    /// Where they are owed.
    pub store: Store,
    /// Where their sending is entered, before it happens.
    pub log: Log,
    /// The callers in force: where they are called.
    pub register: Register,
    /// The clock.
    pub clock: Clock,
    /// Settings.
    pub settings: CallbackSettings,
}

/// Why callbacks cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// A client's secret is not there.
    #[error("the callback of client {client}: {source}")]
    Secret {
        /// Client.
        client: String,
        /// Cause.
        source: SecretFault,
    },
    /// The HTTP client cannot be made.
    #[error("callbacks cannot be sent: {0}")]
    Http(reqwest::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The audit log failed: nothing is sent that is not entered.
    #[error(transparent)]
    Audit(#[from] AuditError),
}

/// Sends callbacks until it is stopped. Dropping it stops it without waiting.
pub struct Callbacks {
    desk: Arc<Desk>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Drop for Callbacks {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What a delivery has at hand.
struct Desk {
    store: Store,
    log: Log,
    clock: Clock,
    settings: CallbackSettings,
    register: Register,
    http: reqwest::Client,
    /// Clients that a task is busy with.
    busy: Mutex<BTreeSet<String>>,
}

impl Callbacks {
    /// Starts to send what is owed. Clients without a callback in their settings are not called.
    ///
    /// # Errors
    /// A client's secret is not there, or no HTTP client can be made.
    pub fn start(parts: CallbackParts) -> Result<Self, CallbackError> {
        let callbacks = Self::idle(parts)?;
        callbacks.tasks.spawn(watch(callbacks.desk.clone(), callbacks.stop.clone(), callbacks.tasks.clone()));
        Ok(callbacks)
    }

    /// Everything but the task that looks for what is due.
    fn idle(parts: CallbackParts) -> Result<Self, CallbackError> {
        crate::verification::install_crypto_provider();
        let CallbackParts { store, log, register, clock, settings } = parts;
        let http = sending::client(settings.timeout).map_err(CallbackError::Http)?;
        let desk = Desk { store, log, clock, settings, register, http, busy: Mutex::default() };
        for client in desk.register.clients().iter() {
            desk.receiver(&client.id)?;
        }
        Ok(Self { desk: Arc::new(desk), stop: CancellationToken::new(), tasks: TaskTracker::new() })
    }

    /// Claims nothing more, waits until what is being sent has arrived or failed.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Sends all that is due now, of every client. Gives back how many callbacks were tried or given up.
    #[cfg(test)]
    async fn round(&self) -> Result<usize, CallbackError> {
        let due = self.desk.store.outbox_clients_due(self.desk.clock.now()).await?;
        let mut sent = 0;
        for client in due {
            sent += self.desk.deliver_to(&client, &self.stop).await?;
        }
        Ok(sent)
    }
}

/// Looks for what is due and gives each client a task.
async fn watch(desk: Arc<Desk>, stop: CancellationToken, tasks: TaskTracker) {
    while !stop.is_cancelled() {
        match desk.store.outbox_clients_due(desk.clock.now()).await {
            Ok(clients) => {
                for client in clients {
                    if !desk.take(&client) {
                        continue;
                    }
                    let (desk, stop) = (desk.clone(), stop.clone());
                    tasks.spawn(async move {
                        if let Err(error) = desk.deliver_to(&client, &stop).await {
                            tracing::error!(%client, %error, "callbacks stand still; tried again");
                        }
                        desk.give_back(&client);
                    });
                }
            }
            Err(error) => tracing::error!(%error, "the outbox cannot be read"),
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(LONGEST_SLEEP) => {}
        }
    }
}

impl Desk {
    fn take(&self, client: &str) -> bool {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(client.to_owned())
    }

    fn give_back(&self, client: &str) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(client);
    }

    /// Where a client is called, by the register and the secret as they are now; none where it is not.
    fn receiver(&self, client: &str) -> Result<Option<Receiver>, CallbackError> {
        let clients = self.register.clients();
        let Some(callback) = clients.get(client).and_then(|client| client.callback.as_ref()) else { return Ok(None) };
        let missing = |source| CallbackError::Secret { client: client.to_owned(), source };
        Ok(Some(Receiver { url: callback.url.clone(), secret: callback.secret().map_err(missing)? }))
    }

    /// Claims and sends until nothing of the client is due.
    async fn deliver_to(&self, client: &str, stop: &CancellationToken) -> Result<usize, CallbackError> {
        let mut handled = 0;
        while !stop.is_cancelled() {
            let now = self.clock.now();
            let rows = self.store.outbox_claim(client, now, later(now, LEASE), AT_ONCE).await?;
            if rows.is_empty() {
                break;
            }
            handled += rows.len();
            let sendings = rows.into_iter().map(|row| self.deliver(row));
            let done: Vec<Result<(), CallbackError>> =
                futures_util::stream::iter(sendings).buffer_unordered(AT_ONCE as usize).collect().await;
            done.into_iter().collect::<Result<(), _>>()?;
        }
        Ok(handled)
    }

    /// Sends one callback that is this process's for now, and notes what became of it.
    async fn deliver(&self, row: OutboxRow) -> Result<(), CallbackError> {
        let Some(receiver) = self.receiver(&row.client)? else {
            tracing::warn!(callback = %row.id, client = %row.client, "given up: the client has no callback in its settings");
            return self.note(&row, OutboxAttempt::GivenUp, "not_configured").await;
        };
        if row.attempts == 0 {
            self.log.append_one(sent(&row)).await?;
        }
        let at = self.clock.now();
        match sending::post(&self.http, &receiver, &row, at).await {
            Ok(()) => self.note(&row, OutboxAttempt::Arrived, "arrived").await,
            Err(failure) if row.attempts + 1 >= self.settings.attempts => {
                tracing::warn!(callback = %row.id, client = %row.client, %failure, "given up");
                self.note(&row, OutboxAttempt::GivenUp, "given_up").await
            }
            Err(failure) => {
                tracing::info!(callback = %row.id, client = %row.client, %failure, "a callback did not arrive; tried again");
                let again = later(self.clock.now(), pauses::after(row.attempts, rand::random()));
                self.note(&row, OutboxAttempt::Again(again), "failed").await
            }
        }
    }

    async fn note(&self, row: &OutboxRow, attempt: OutboxAttempt, word: &'static str) -> Result<(), CallbackError> {
        metrics::counter!("hedui_callbacks_total", "outcome" => word).increment(1);
        Ok(self.store.outbox_attempted(row, attempt, self.clock.now()).await?)
    }
}

fn sent(row: &OutboxRow) -> Event {
    let event = Event::new(&Actor::service(), Action::CallbackSent).case(row.case_id);
    match row.version {
        Some(version) => event.version(version),
        None => event,
    }
}

fn later(now: Timestamp, pause: Duration) -> Timestamp {
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}
