//! What a client of the service may cost it: connections, time and calls.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

/// What an upload must come to on average unless the settings say otherwise, in KiB a second.
pub(super) const UPLOAD_MIN_KIB_PER_SEC: u64 = 16;

/// Calls of one caller at the same time unless the settings say otherwise: an eighth of the connections.
pub(super) fn calls_at_once(connections: usize) -> usize {
    (connections / 8).max(1)
}

/// The same of event streams: a sixteenth.
pub(super) fn streams_at_once(connections: usize) -> usize {
    (connections / 16).max(1)
}

/// Limits of the listener and of each call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Connections open at a time; further ones wait in the system's queue.
    pub connections: usize,
    /// From the connection, or the former answer, to a whole header (or TLS handshake).
    pub header_timeout: Duration,
    /// From the header to the body's last byte.
    pub body_timeout: Duration,
    /// Bytes a second that a long body (a batch's file) must come to on average, once that time has passed.
    pub upload_floor: NonZeroU64,
    /// Longest time in which a client takes nothing of an answer.
    pub write_timeout: Duration,
    /// Calls of one caller that are open at the same time.
    pub calls_at_once: usize,
    /// Streams of events of one caller that are open at the same time, beside its calls.
    pub streams_at_once: usize,
    /// One call of a caller every so often, on average.
    pub call_every: Duration,
    /// Calls of a caller that may come at once.
    pub call_burst: NonZeroU32,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self::with(1024, 10, 30, NonZeroU32::MIN.saturating_add(199))
    }
}

impl ServerLimits {
    /// The same, with another number of calls a second, twice as many at once.
    #[must_use]
    pub fn calling(self, calls_per_second: NonZeroU32) -> Self {
        let call_every = Duration::from_secs(1) / calls_per_second.get();
        Self { call_every, call_burst: calls_per_second.saturating_mul(NonZeroU32::MIN.saturating_add(1)), ..self }
    }

    pub(super) fn with(connections: usize, header_secs: u64, body_secs: u64, calls_per_second: NonZeroU32) -> Self {
        let limits = Self {
            connections,
            header_timeout: Duration::from_secs(header_secs),
            body_timeout: Duration::from_secs(body_secs),
            upload_floor: NonZeroU64::MIN.saturating_add(UPLOAD_MIN_KIB_PER_SEC * 1024 - 1),
            write_timeout: Duration::from_secs(30),
            calls_at_once: calls_at_once(connections),
            streams_at_once: streams_at_once(connections),
            call_every: Duration::from_secs(1),
            call_burst: NonZeroU32::MIN,
        };
        limits.calling(calls_per_second)
    }
}
