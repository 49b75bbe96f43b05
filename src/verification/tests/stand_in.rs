//! A department that does what a test tells it to.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hedui_connectors::records::{Coverage, Reach, Ticket};
use hedui_connectors::source::{BoxFuture, Descriptor, Query, Reply, Reused, Source};
use tokio::sync::Notify;

use crate::household::{Answer, SourceKey};
use crate::verification::plan::tests::descriptor;

/// What it does when it is asked or polled.
#[derive(Clone)]
pub(super) enum Does {
    Answers(Answer),
    /// Answers with what was had for the query of another entry.
    Reuses(Answer, [u8; 32]),
    /// Answers about nobody.
    SaysNothing,
    Panics,
    /// Panics where it is not expected: outside its own exchange.
    PanicsAtOnce,
    /// Never answers.
    Hangs,
    /// Answers once the notice is given.
    Waits(Arc<Notify>, Answer),
}

pub(super) struct StandIn {
    descriptor: Descriptor,
    does: Mutex<Does>,
    asked: AtomicUsize,
    heard: Notify,
}

pub(super) fn no_record() -> Answer {
    Answer::NoRecord { reach: Reach { coverage: Coverage::County, as_of: None } }
}

pub(super) fn pending() -> Does {
    Does::Answers(Answer::Pending { ticket: Ticket("T-1".into()) })
}

impl StandIn {
    pub(super) fn new(key: &str, does: Does) -> Arc<Self> {
        let descriptor = descriptor(key, &["all"], true);
        Arc::new(Self { descriptor, does: Mutex::new(does), asked: AtomicUsize::new(0), heard: Notify::new() })
    }

    /// One that speaks for classes of information.
    pub(super) fn speaking(key: &str, classes: &[&str], does: Does) -> Arc<Self> {
        let speaks_for = classes.iter().map(|class| (*class).to_owned()).collect();
        let descriptor = Descriptor { speaks_for, ..descriptor(key, &["all"], true) };
        Arc::new(Self { descriptor, does: Mutex::new(does), asked: AtomicUsize::new(0), heard: Notify::new() })
    }

    pub(super) fn key(&self) -> SourceKey {
        self.descriptor.key.clone()
    }

    pub(super) fn now(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// How often it was asked or polled.
    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Returns once it has been asked.
    pub(super) async fn is_asked(&self) {
        self.heard.notified().await;
    }

    fn reply(&self, people: usize) -> BoxFuture<'_, Vec<Reply>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.heard.notify_one();
        let does = self.does.lock().unwrap().clone();
        let reply =
            |answer| Reply { answer, attempts: 1, elapsed: std::time::Duration::ZERO, note: None, reused: None };
        Box::pin(async move {
            match does {
                Does::Answers(answer) => vec![reply(answer); people],
                Does::Reuses(answer, entry) => {
                    let reused = Some(Reused { asked_at: jiff::Timestamp::UNIX_EPOCH, entry: Some(entry) });
                    vec![Reply { reused, attempts: 0, ..reply(answer) }; people]
                }
                Does::SaysNothing => Vec::new(),
                Does::Panics | Does::PanicsAtOnce => panic!("a source fell over"),
                Does::Hangs => std::future::pending().await,
                Does::Waits(notice, answer) => {
                    notice.notified().await;
                    vec![reply(answer); people]
                }
            }
        })
    }
}

impl Source for StandIn {
    fn descriptor(&self) -> &Descriptor {
        assert!(!matches!(*self.does.lock().unwrap(), Does::PanicsAtOnce), "a fault of the program");
        &self.descriptor
    }

    fn submit<'a>(&'a self, queries: &'a [Query]) -> BoxFuture<'a, Vec<Reply>> {
        self.reply(queries.len())
    }

    fn poll<'a>(&'a self, pending: &'a [(Ticket, Query)]) -> BoxFuture<'a, Vec<Reply>> {
        self.reply(pending.len())
    }
}
