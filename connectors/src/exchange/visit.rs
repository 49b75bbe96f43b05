//! One exchange with a department: attempts and pages under one budget of time.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use http::StatusCode;
use reqwest::Request;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::watch;
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep, timeout};

use super::breaker::Leave;
use super::headers::{charset, retry_after};
use super::{Breaker, Fault, Line, Pacing, Retries, Turns};
use crate::records::{Failure, SourceKey};
use crate::request::Prepared;
use crate::settings::SourceSettings;
use crate::source::{Admission, Lane};

/// The longest wait between attempts, whatever a department asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// An attempt with less time than this would fail by our own doing.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(50);
/// Bodies above this are read where they hold up no other exchange.
const LARGE_BODY: usize = 256 * 1024;

/// An answer that arrived whole.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    /// The charset named by the content type.
    pub(crate) charset: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// What an exchange goes through, shared by all exchanges with a source.
pub(crate) struct Guards<'s> {
    pub(crate) key: &'s SourceKey,
    pub(crate) settings: &'s SourceSettings,
    pub(crate) breaker: &'s Breaker,
    pub(crate) pacing: &'s Pacing,
    pub(crate) admission: &'s Arc<dyn Admission>,
    /// Who asks for the next permit: one at a time.
    pub(crate) permits: &'s Turns,
    pub(crate) retries: &'s Retries,
    /// How pressing the exchange is; it may become more so under way.
    pub(crate) lane: watch::Receiver<Lane>,
}

/// The budget of one exchange, and what it has used of it: time, and retries over all its pages and rounds.
pub(crate) struct Visit<'s> {
    guards: Guards<'s>,
    line: &'s Line,
    deadline: Instant,
    started: Instant,
    waited: Duration,
    pauses: Box<dyn Iterator<Item = Duration> + Send + Sync>,
    /// Held from the first attempt to the end: an exchange counts once, by how it ended.
    leave: Option<Leave<'s>>,
    unwell: Option<bool>,
    pub(crate) attempts: u32,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        match (self.leave.take(), self.unwell) {
            (Some(leave), Some(true)) => leave.failed(),
            (Some(leave), Some(false)) => leave.succeeded(),
            // given up before anything was known: dropped, a leave counts neither way
            _ => {}
        }
    }
}

impl<'s> Visit<'s> {
    pub(crate) fn new(guards: Guards<'s>, line: &'s Line) -> Self {
        let started = Instant::now();
        Self {
            deadline: started + guards.settings.total_timeout,
            pauses: Box::new(pauses(usize::try_from(guards.settings.retries).unwrap_or(usize::MAX))),
            guards,
            line,
            started,
            waited: Duration::ZERO,
            leave: None,
            unwell: None,
            attempts: 0,
        }
    }

    /// Time spent with the department; waiting for permits is not.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed().saturating_sub(self.waited)
    }

    /// Most rows the exchange may bring.
    pub(crate) fn max_rows(&self) -> usize {
        self.guards.settings.max_rows
    }

    /// Sends what `prepare` makes (anew for each attempt) until `judge` is satisfied or nothing more can be tried.
    pub(crate) async fn call<T>(
        &mut self,
        prepare: impl Fn() -> Prepared,
        judge: impl Fn(Received) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut last: Option<Fault> = None;
        loop {
            let fault = match self.attempt(&prepare, &judge).await {
                Ok(answer) => return Ok(answer),
                // the failure that opened the breaker says more than the breaker
                Err(fault) if fault.why == Failure::BreakerOpen => return Err(last.unwrap_or(fault)),
                Err(fault) => fault,
            };
            if !fault.again || !self.pause(fault.after).await {
                return Err(fault);
            }
            last = Some(fault);
        }
    }

    /// Spends one of the retries and waits before it, `after` at least; `false` when there is none, or no time for it.
    pub(crate) async fn pause(&mut self, after: Option<Duration>) -> bool {
        let Some(jitter) = self.pauses.next() else { return false };
        if !self.can_afford() {
            return false;
        }
        // whoever was told to come back at the same moment does not come back in step
        let pause = after.map_or(jitter, |after| after.saturating_add(jitter.min(FIRST_PAUSE)));
        let worthwhile = pause <= LONGEST_PAUSE && pause + SHORTEST_ATTEMPT < self.remaining();
        if worthwhile {
            sleep(pause).await;
        }
        worthwhile
    }

    /// Whether asking once more than needed can be paid for: by bulk out of its retries, by others always.
    pub(crate) fn can_afford(&self) -> bool {
        !self.is_bulk() || self.guards.retries.spend()
    }

    fn is_bulk(&self) -> bool {
        *self.guards.lane.borrow() == Lane::Bulk
    }

    fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    async fn attempt<T>(
        &mut self,
        prepare: &impl Fn() -> Prepared,
        judge: &impl Fn(Received) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let spared =
            || Fault::lasting(Failure::BreakerOpen, "breaker: the source failed too often just now and is spared");
        if self.guards.breaker.shown() == super::BreakerState::Open {
            return Err(spared());
        }
        self.rest().await?;
        self.permit().await?;
        let limit = self.guards.settings.timeout.min(self.remaining());
        if limit < SHORTEST_ATTEMPT.min(self.guards.settings.timeout) {
            return Err(Fault::lasting(Failure::Timeout, "timeout: total_timeout_ms left no time for an attempt"));
        }
        if self.leave.is_none() {
            self.leave = Some(self.guards.breaker.leave().ok_or_else(spared)?);
        }
        if self.attempts == 0 && self.is_bulk() {
            self.guards.retries.earn();
        }
        self.attempts += 1;
        let outcome = match timeout(limit, self.send(prepare())).await {
            Ok(received) => received.and_then(|received| aside(received, judge)),
            Err(_) => Err(Fault::unwell(
                Failure::Timeout,
                format!("timeout: no whole answer within {} ms", limit.as_millis()),
            )),
        };
        self.unwell = Some(matches!(&outcome, Err(fault) if fault.of_department));
        let pacing = self.guards.pacing;
        match &outcome {
            Ok(_) => pacing.answered(Instant::now()),
            Err(Fault { why: Failure::RateLimited, after, .. }) => {
                pacing.limited(Instant::now(), after.unwrap_or_default());
            }
            Err(_) => {}
        }
        if let Err(Fault { why, after: Some(after), .. }) = &outcome {
            pacing.rest(Instant::now(), *after, *why);
        }
        outcome
    }

    /// A permit from the admission, the most urgent exchange first; the wait for it is not counted against the department. Bulk waits
    /// for as long as whoever asks.
    async fn permit(&mut self) -> Result<(), Fault> {
        let before = Instant::now();
        let (bulk, mut lane) = (self.is_bulk(), self.guards.lane.clone());
        let admission = async {
            let _turn = self.guards.permits.take(&mut lane).await;
            self.guards.admission.admit(self.guards.key).await;
            let turn = self.guards.pacing.turn(Instant::now());
            if !turn.is_zero() {
                sleep(turn).await;
            }
        };
        let admitted = if bulk {
            admission.await;
            Ok(())
        } else {
            timeout(self.guards.settings.queue_timeout, admission).await
        };
        let waited = before.elapsed();
        self.waited += waited;
        self.deadline += waited;
        admitted.map_err(|_| Fault::lasting(Failure::Timeout, "queue: no permit to call within queue_timeout_ms"))
    }

    /// Waits for as long as the department asked to be left alone, where that leaves time for an attempt.
    async fn rest(&self) -> Result<(), Fault> {
        let Some((left, why)) = self.guards.pacing.left(Instant::now()) else { return Ok(()) };
        let wait = left + rand::random_range(Duration::ZERO..=FIRST_PAUSE);
        if wait > LONGEST_PAUSE || wait + SHORTEST_ATTEMPT >= self.remaining() {
            return Err(Fault::lasting(
                why,
                "pause: the department asked to be left alone for longer than there is time",
            ));
        }
        sleep(wait).await;
        Ok(())
    }

    async fn send(&self, prepared: Prepared) -> Result<Received, Fault> {
        let mut request = Request::new(prepared.method, self.line.url(&prepared.path_and_query));
        *request.headers_mut() = prepared.headers;
        *request.body_mut() = Some(prepared.body.into());
        let mut response = self.line.client.execute(request).await.map_err(|error| broken(&error))?;
        let status = response.status();
        let after = retry_after(response.headers());
        let charset = charset(response.headers());
        let limit = self.guards.settings.body_limit;
        let too_large = || Fault::lasting(Failure::TooLarge, format!("body: longer than {} KiB", limit / 1024));
        if response.content_length().is_some_and(|length| length > u64::try_from(limit).unwrap_or(u64::MAX)) {
            return Err(too_large());
        }
        let mut body =
            Vec::with_capacity(response.content_length().and_then(|length| length.try_into().ok()).unwrap_or(0));
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() || status == StatusCode::NOT_FOUND {
            Ok(Received { status, charset, body })
        } else {
            Err(Fault::status(status, after))
        }
    }
}

/// Exponential pauses with full jitter: anything from nothing to the whole pause, so that callers do not come back in step.
fn pauses(retries: usize) -> impl Iterator<Item = Duration> + Send + Sync {
    ExponentialBuilder::new()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(retries)
        .build()
        .map(|longest| rand::random_range(Duration::ZERO..=longest))
}

fn broken(error: &reqwest::Error) -> Fault {
    let (why, what) = if error.is_timeout() {
        (Failure::Timeout, "timeout: the department did not answer")
    } else if error.is_connect() {
        (Failure::Connection, "connection: could not be made")
    } else {
        (Failure::Connection, "connection: broke before the whole answer was there")
    };
    Fault::unwell(why, what)
}

/// Reads a received answer; a large one where the other tasks of this thread need not wait for it.
fn aside<T>(received: Received, judge: impl Fn(Received) -> Result<T, Fault>) -> Result<T, Fault> {
    let many_threads = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
    if many_threads && received.body.len() > LARGE_BODY { block_in_place(|| judge(received)) } else { judge(received) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_bounded_in_number_and_length() {
        let pauses: Vec<Duration> = pauses(5).collect();
        assert_eq!(pauses.len(), 5);
        assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE));
    }
}
