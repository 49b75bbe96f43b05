//! `POST /v1/assessments`: rules on supplied evidence, and its place in the log: one entry for each caller, second and outcome. Comparisons
//! of supplied identities (`matches`) are counted here too.
//!
//! The entry comes up to a second **after** its answers, unlike every other entry. What goes before an effect is there for what the
//! service holds or asks for: here nothing is read, asked or stored, and a caller is told no more than follows from what it sent and from
//! rules that are public. Waiting for the second's entry would make a call that takes a fraction of a millisecond take half a second. It
//! fails closed all the same: while an entry cannot be written, nobody is answered. A process that is killed loses at most the entries
//! of its last second.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::supplied::{self, Assessed};
use super::{SubmitError, VerificationError, Verifier};
use crate::audit::merkle::{Frontier, leaf_hash};
use crate::audit::{Action, Actor, Event, Outcome};
use crate::auth::Caller;
use crate::keys::DetailKind;
use crate::store::Hash;

/// How often what was counted is entered. Unit tests enter by themselves.
const EVERY: Duration = Duration::from_secs(if cfg!(test) { 86_400 } else { 1 });

/// Bytes of a body that is assessed in the call's own task; longer ones are off the runtime's threads.
const AT_ONCE: usize = 32 * 1024;

/// What was assessed since the last entries.
#[derive(Default)]
pub(super) struct Tallies(Mutex<Open>);

#[derive(Default)]
struct Open {
    tallies: HashMap<Key, Tally>,
    /// Whether the last entries could not be written, or none will be any more.
    shut: bool,
}

/// What was done, the caller's name, and whether it was answered.
type Key = (Action, String, bool);

/// One caller's calls of one kind and outcome.
struct Tally {
    actor: Actor,
    /// MAC of each call's body: what was supplied could be guessed, so a plain hash would tell whoever has the log.
    calls: Vec<Hash>,
}

impl Tally {
    /// The entry: how many calls, and the root of the Merkle tree over their MACs in ascending order, so that whoever has the bodies and the ring can
    /// recompute it and prove that one of them is among them.
    fn event(&mut self, action: Action, answered: bool) -> Event {
        let root = calls_root(&mut self.calls);
        let outcome = if answered { Outcome::Done } else { Outcome::Denied };
        let count = u64::try_from(self.calls.len()).unwrap_or(u64::MAX);
        Event::new(&self.actor, action).outcome(outcome).count(count).detail(root)
    }
}

/// What one entry says of several calls: the root of the RFC 6962 tree over their MACs in ascending order.
#[must_use]
pub fn calls_root(calls: &mut [Hash]) -> Hash {
    calls.sort_unstable();
    let mut tree = Frontier::default();
    for call in &*calls {
        tree.push(leaf_hash(call), |_, _| {});
    }
    tree.root()
}

impl Tallies {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call; false when it cannot be entered, and must not be answered.
    fn count(&self, action: Action, caller: &Caller, call: Hash, answered: bool) -> bool {
        let mut open = self.open();
        if open.shut {
            return false;
        }
        let key = (action, caller.subject.clone(), answered);
        if let Some(tally) = open.tallies.get_mut(&key) {
            // Another token of the same caller: the entry then names none.
            if tally.actor.token_sha256.is_some_and(|known| hex::encode(known) != caller.token_hash) {
                tally.actor.token_sha256 = None;
            }
            tally.calls.push(call);
        } else {
            let actor = super::ledger::actor(caller);
            open.tallies.insert(key, Tally { actor, calls: vec![call] });
        }
        true
    }

    /// Puts back what could not be entered.
    fn put_back(&self, taken: HashMap<Key, Tally>) {
        let mut open = self.open();
        for (key, mut tally) in taken {
            match open.tallies.get_mut(&key) {
                Some(since) => since.calls.append(&mut tally.calls),
                None => drop(open.tallies.insert(key, tally)),
            }
        }
    }
}

impl Verifier {
    /// Applies the rules to evidence that a caller supplies. Nothing is asked or stored.
    ///
    /// # Errors
    /// [`SubmitError::Faults`] with every fault, [`SubmitError::Forbidden`] for another's region, [`SubmitError::Closed`] while the log
    /// cannot be written.
    pub async fn assess_supplied(&self, caller: &Caller, body: bytes::Bytes) -> Result<Assessed, SubmitError> {
        if body.len() <= AT_ONCE {
            return self.assess_now(caller, &body);
        }
        let (verifier, caller) = (self.clone(), caller.clone());
        let assessed = tokio::task::spawn_blocking(move || verifier.assess_now(&caller, &body)).await;
        assessed.unwrap_or_else(|_| Err(VerificationError::Panicked.into()))
    }

    fn assess_now(&self, caller: &Caller, body: &[u8]) -> Result<Assessed, SubmitError> {
        let call = self.0.keys.detail_mac(DetailKind::Call, body).bytes();
        let packs = self.0.rules.packs();
        let outcome = match supplied::read(body, &packs) {
            Err(faults) => Err(SubmitError::Faults(faults)),
            Ok((evidence, _)) if !caller.covers_region(evidence.region.as_str()) => Err(SubmitError::Forbidden),
            Ok((evidence, pack)) => Ok(supplied::assess(&evidence, &pack, &packs)),
        };
        self.count_call(Action::Assessed, caller, call, outcome.is_ok())?;
        outcome
    }

    /// Counts a call whose body was not even read; `why` is a closed word.
    ///
    /// # Errors
    /// [`SubmitError::Closed`].
    pub fn refuse_assessment(&self, caller: &Caller, why: &'static str) -> Result<(), SubmitError> {
        self.count_call(Action::Assessed, caller, Sha256::digest(why).into(), false)
    }

    /// Counts a call that is to be answered, or refused.
    pub(super) fn count_call(
        &self,
        action: Action,
        caller: &Caller,
        call: Hash,
        answered: bool,
    ) -> Result<(), SubmitError> {
        if !self.0.ledger.is_open() || !self.0.tallies.count(action, caller, call, answered) {
            return Err(SubmitError::Closed);
        }
        let outcome = if answered { "done" } else { "denied" };
        match action {
            Action::Matched => metrics::counter!("hedui_matches_total", "outcome" => outcome).increment(1),
            _ => metrics::counter!("hedui_assessments_total", "outcome" => outcome).increment(1),
        }
        Ok(())
    }

    /// Enters what was assessed, and refusals that came in a stream, each second until the verifier stops. An entry begun is ended.
    pub(super) async fn enter_assessments(&self) {
        let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + EVERY, EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while self.0.stop.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(error) = self.enter_tallies(false).await {
                tracing::error!(%error, "assessments could not be entered in the log: none is answered until they are");
            }
            if let Err(error) = self.enter_denials(false).await {
                tracing::error!(%error, "refusals could not be entered in the log: they are counted on");
            }
        }
    }

    /// Enters what was assessed since the last time. When it is the last time, nothing is answered any more.
    pub(super) async fn enter_tallies(&self, last: bool) -> Result<(), VerificationError> {
        let tallies = &self.0.tallies;
        let mut taken = {
            let mut open = tallies.open();
            open.shut |= last;
            std::mem::take(&mut open.tallies)
        };
        if taken.is_empty() {
            return Ok(());
        }
        let mut events: Vec<Event> =
            taken.iter_mut().map(|((action, _, answered), tally)| tally.event(*action, *answered)).collect();
        events.sort_by(|a, b| (a.actor.subject.as_str(), a.action).cmp(&(b.actor.subject.as_str(), b.action)));
        let entered = self.0.ledger.assessed(events).await;
        if entered.is_err() {
            tallies.put_back(taken);
        }
        tallies.open().shut = last || entered.is_err();
        Ok(entered?)
    }
}
