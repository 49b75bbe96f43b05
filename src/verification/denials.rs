//! Refusals that come in a stream. The first of a caller, call, case and reason stands in the log before the caller hears of it; the same again
//! within a minute is counted, and one entry at the minute's end says how many more there were. Else a loop over a forbidden call would fill
//! the log, and wear out whoever reads it. Nothing is lost when the service stops; a process that is killed loses the count of its last
//! minute, never the first. Of refusals before anybody is known (`count_refusal`) there is the count alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{VerificationError, Verifier, actor};
use crate::audit::{Action, Actor, Event, Outcome};
use crate::auth::Caller;

/// For how long refusals are counted together.
const TOGETHER: SignedDuration = SignedDuration::from_mins(1);

/// What makes two refusals the same.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    action: Action,
    subject: String,
    token: String,
    call: Option<Arc<str>>,
    about: Option<Uuid>,
    why: &'static str,
}

/// Refusals of one kind: those since the one that was entered, or all where none is entered by itself.
struct Run {
    since: Timestamp,
    event: Event,
    more: u64,
}

/// The runs of the last minute.
#[derive(Default)]
pub(super) struct Denials(Mutex<HashMap<Key, Run>>);

impl Denials {
    fn runs(&self) -> MutexGuard<'_, HashMap<Key, Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts it, if the first of its run stands in the log: no other is told before an entry stands.
    fn is_counted(&self, key: &Key) -> bool {
        self.runs().get_mut(key).map(|run| run.more += 1).is_some()
    }

    /// Notes that the first of a run stands in the log.
    fn entered(&self, key: Key, event: Event, now: Timestamp) {
        self.runs().entry(key).or_insert(Run { since: now, event, more: 0 });
    }

    /// Counts one of a kind of which none is entered by itself.
    fn counted(&self, key: Key, event: Event, now: Timestamp) {
        self.runs().entry(key).or_insert(Run { since: now, event, more: 0 }).more += 1;
    }

    /// Takes out the runs that are over.
    fn over(&self, is_over: impl Fn(&Run) -> bool) -> Vec<(Key, Run)> {
        self.runs().extract_if(|_, run| is_over(run)).collect()
    }

    /// Puts back what could not be entered.
    fn put_back(&self, key: Key, run: Run) {
        let mut runs = self.runs();
        let more = run.more;
        // of a run that has begun since, the first stands in the log, or none has to
        runs.entry(key).and_modify(|since| since.more += more).or_insert(run);
    }
}

impl Verifier {
    /// Enters in the log that something out of the caller's scope was asked for. `why` is a closed word.
    ///
    /// # Errors
    /// [`VerificationError::Audit`]: the log cannot be written.
    pub async fn deny(&self, caller: &Caller, why: &'static str) -> Result<(), VerificationError> {
        self.denied(caller, None, why).await
    }

    /// Enters in the log that no role of the caller's allows what was asked for, before the caller is told.
    ///
    /// # Errors
    /// [`VerificationError::Audit`]: the log cannot be written.
    pub async fn deny_role(&self, caller: &Caller) -> Result<(), VerificationError> {
        self.denied(caller, None, "role").await
    }

    /// Enters that somebody was kept from a case, or from what no role of theirs allows, before they are told; `why` is a closed word, of which
    /// only the hash is entered.
    ///
    /// # Errors
    /// [`VerificationError::Audit`]: the log cannot be written.
    pub(super) async fn denied(
        &self,
        caller: &Caller,
        case: Option<Uuid>,
        why: &'static str,
    ) -> Result<(), VerificationError> {
        let event = Event::new(&actor(caller), Action::AccessDenied);
        self.entered_denial(caller, case.map_or(event.clone(), |case| event.case(case)), why).await
    }

    /// The same of a batch.
    ///
    /// # Errors
    /// As [`Verifier::deny`].
    pub(crate) async fn deny_batch(&self, caller: &Caller, batch: Uuid) -> Result<(), VerificationError> {
        self.entered_denial(caller, Event::new(&actor(caller), Action::AccessDenied).batch(batch), "scope").await
    }

    async fn entered_denial(&self, caller: &Caller, event: Event, why: &'static str) -> Result<(), VerificationError> {
        metrics::counter!("hedui_access_denied_total", "why" => why).increment(1);
        let event = event.outcome(Outcome::Denied).detail(Sha256::digest(why).into());
        let key = Key {
            action: event.action,
            subject: caller.subject.clone(),
            token: caller.token_hash.clone(),
            call: caller.call.clone(),
            about: event.case.or(event.batch),
            why,
        };
        let denials = &self.0.denials;
        // while the log is closed none is counted: each is told that it is
        if !self.0.ledger.is_open() || !denials.is_counted(&key) {
            self.0.ledger.entered(vec![event.clone()]).await?;
            denials.entered(key, event, self.0.clock.now());
        }
        Ok(())
    }

    /// Counts a refusal of somebody who is not known yet: a token that is not believed, a sign-in that came to nothing. Strangers can make up as
    /// many as they like, so that none is entered by itself: an entry a minute and reason at most, with their number. `why` is a closed word.
    pub fn count_refusal(&self, action: Action, why: &'static str) {
        let event = Event::new(&Actor::service(), action).outcome(Outcome::Denied).detail(Sha256::digest(why).into());
        let key = Key { action, subject: String::new(), token: String::new(), call: None, about: None, why };
        self.0.denials.counted(key, event, self.0.clock.now());
    }

    /// Enters how many more there were of the runs that are over; of all of them, when it is the last time.
    pub(super) async fn enter_denials(&self, last: bool) -> Result<(), VerificationError> {
        let now = self.0.clock.now();
        let mut over = self.0.denials.over(|run| last || now.duration_since(run.since) >= TOGETHER);
        over.retain(|(_, run)| run.more > 0);
        over.sort_by_key(|(_, run)| run.since);
        let events = over.iter().map(|(_, run)| run.event.clone().count(run.more)).collect();
        let entered = self.0.ledger.entered(events).await;
        if entered.is_err() {
            over.into_iter().for_each(|(key, run)| self.0.denials.put_back(key, run));
        }
        entered?;
        Ok(())
    }
}
