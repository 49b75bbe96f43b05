//! One exchange with a department: attempts and pages under one budget of time.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use http::{HeaderMap, StatusCode, header};
use tokio::time::{Instant, sleep, timeout};

use super::{Breaker, Fault, Line};
use crate::records::{Failure, SourceKey};
use crate::request::Prepared;
use crate::settings::SourceSettings;
use crate::source::Admission;

/// The longest wait between attempts, whatever a department asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// An answer that arrived whole.
pub(crate) struct Received {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

/// The budget of one exchange, and what it has used of it.
pub(crate) struct Visit<'s> {
    key: &'s SourceKey,
    settings: &'s SourceSettings,
    line: &'s Line,
    breaker: &'s Breaker,
    admission: &'s Arc<dyn Admission>,
    deadline: Instant,
    started: Instant,
    waited: Duration,
    pub(crate) attempts: u32,
}

impl<'s> Visit<'s> {
    pub(crate) fn new(
        key: &'s SourceKey,
        settings: &'s SourceSettings,
        line: &'s Line,
        breaker: &'s Breaker,
        admission: &'s Arc<dyn Admission>,
    ) -> Self {
        let started = Instant::now();
        let deadline = started + settings.total_timeout;
        Self { key, settings, line, breaker, admission, deadline, started, waited: Duration::ZERO, attempts: 0 }
    }

    /// Time spent with the department; waiting for permits is not.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed().saturating_sub(self.waited)
    }

    /// Attempts after the first.
    pub(crate) fn retries(&self) -> u32 {
        self.settings.retries
    }

    /// Time left.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Sends what `prepare` makes (anew for each attempt) until `judge` is satisfied or nothing more can be tried.
    pub(crate) async fn call<T>(
        &mut self,
        prepare: impl Fn() -> Prepared,
        judge: impl Fn(Received) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let retries = usize::try_from(self.settings.retries).unwrap_or(usize::MAX);
        let mut pauses = pauses(retries);
        let mut last: Option<Fault> = None;
        loop {
            let fault = match self.attempt(&prepare, &judge).await {
                Ok(answer) => return Ok(answer),
                // the failure that opened the breaker says more than the breaker
                Err(fault) if fault.why == Failure::BreakerOpen => return Err(last.unwrap_or(fault)),
                Err(fault) => fault,
            };
            let Some(pause) = pauses.next().filter(|_| fault.again) else { return Err(fault) };
            let pause = fault.after.unwrap_or(pause);
            // a pause that leaves no time for another attempt is not worth waiting for
            if pause > LONGEST_PAUSE || Instant::now() + pause >= self.deadline {
                return Err(fault);
            }
            last = Some(fault);
            sleep(pause).await;
        }
    }

    async fn attempt<T>(
        &mut self,
        prepare: &impl Fn() -> Prepared,
        judge: &impl Fn(Received) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let spared =
            || Fault::lasting(Failure::BreakerOpen, "breaker: the source failed too often just now and is spared");
        if self.breaker.shown() == super::BreakerState::Open {
            return Err(spared());
        }
        self.permit().await?;
        let leave = self.breaker.leave().ok_or_else(spared)?;
        self.attempts += 1;
        let limit = self.settings.timeout.min(self.deadline.saturating_duration_since(Instant::now()));
        let outcome = match timeout(limit, self.send(prepare())).await {
            Ok(received) => received.and_then(judge),
            Err(_) => Err(Fault::passing(
                Failure::Timeout,
                format!("timeout: no whole answer within {} ms", limit.as_millis()),
            )),
        };
        match &outcome {
            Err(fault) if fault.counts_for_breaker() => leave.failed(),
            Ok(_) | Err(_) => leave.succeeded(),
        }
        outcome
    }

    /// A permit from the admission; the wait for it is not counted against the department.
    async fn permit(&mut self) -> Result<(), Fault> {
        let before = Instant::now();
        let admitted = timeout(self.settings.queue_timeout, self.admission.admit(self.key)).await;
        let waited = before.elapsed();
        self.waited += waited;
        self.deadline += waited;
        admitted.map_err(|_| Fault::lasting(Failure::Timeout, "queue: no permit to call within queue_timeout_ms"))
    }

    async fn send(&self, prepared: Prepared) -> Result<Received, Fault> {
        let url = format!("{}{}", self.line.base_url, prepared.path_and_query);
        let request = self.line.client.request(prepared.method, url).headers(prepared.headers).body(prepared.body);
        let mut response = request.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        let after = retry_after(response.headers());
        let limit = self.settings.body_limit;
        let too_large = || Fault::lasting(Failure::TooLarge, format!("body: longer than {} KiB", limit / 1024));
        if response.content_length().is_some_and(|length| length > u64::try_from(limit).unwrap_or(u64::MAX)) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        if status.is_success() || status == StatusCode::NOT_FOUND {
            Ok(Received { status, body })
        } else {
            Err(Fault::status(status, after))
        }
    }
}

/// Exponential pauses with full jitter: anything from nothing to the whole pause, so that callers do not come back in step.
fn pauses(retries: usize) -> impl Iterator<Item = Duration> + Send {
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
    Fault::passing(why, what)
}

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(until.duration_since(jiff::Timestamp::now())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let after = |text: &'static str| {
            retry_after(&HeaderMap::from_iter([(header::RETRY_AFTER, http::HeaderValue::from_static(text))]))
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert!(after("Tue, 31 Dec 2199 23:59:59 GMT").is_some_and(|wait| wait > Duration::from_secs(3600)));
        assert_eq!(after("Fri, 31 Dec 1999 23:59:59 GMT"), None);
        assert_eq!(after("soon"), None);
    }

    #[test]
    fn pauses_are_bounded_in_number_and_length() {
        let pauses: Vec<Duration> = pauses(5).collect();
        assert_eq!(pauses.len(), 5);
        assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE));
    }
}
