//! Identical questions at the same time are one exchange, whether or not its answer is kept afterwards.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::source::{Reply, Reused};

/// A question: the hash of all that makes it the same one.
pub(super) type Question = [u8; 32];

/// An answer, and for which query the department was asked for it, and when.
pub(super) type Landed = Arc<(Reused, Reply)>;

type Awaited = watch::Receiver<Option<Landed>>;

/// The questions under way with one source.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Question, Awaited>>);

/// Who asks.
pub(super) enum Claim<'f> {
    /// Whoever claimed it.
    Mine(Flight<'f>),
    /// Somebody else, just now: wait for what they learn.
    Theirs(Awaited),
}

/// A question that is being asked. Dropped without an answer (the call was cancelled), it frees the question for others.
pub(super) struct Flight<'f> {
    flights: &'f Flights,
    question: Question,
    answer: watch::Sender<Option<Landed>>,
}

impl Flights {
    fn under_way(&self) -> MutexGuard<'_, HashMap<Question, Awaited>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn claim(&self, question: Question) -> Claim<'_> {
        let mut under_way = self.under_way();
        if let Some(awaited) = under_way.get(&question) {
            return Claim::Theirs(awaited.clone());
        }
        let (answer, awaited) = watch::channel(None);
        under_way.insert(question, awaited);
        Claim::Mine(Flight { flights: self, question, answer })
    }
}

impl Flight<'_> {
    pub(super) fn land(self, landed: Landed) {
        self.answer.send_replace(Some(landed));
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.flights.under_way().remove(&self.question);
    }
}

/// What somebody else's question brought; `None` when it was given up.
pub(super) async fn landed(mut awaited: Awaited) -> Option<Landed> {
    awaited.wait_for(Option::is_some).await.ok()?.clone()
}

/// An answer for another question than it was had for: nothing was sent, and it is as old as it is.
pub(super) fn reused(landed: &Landed) -> Reply {
    let (first, reply) = &**landed;
    Reply { attempts: 0, elapsed: Duration::ZERO, reused: Some(*first), ..reply.clone() }
}
