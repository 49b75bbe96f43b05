//! Metrics in Prometheus' text form. Labels are sources, kinds of answer and states: never a case, never a person.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// How often samples are folded into their buckets.
const UPKEEP: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// What `/metrics` shows.
#[derive(Clone)]
pub struct MetricsPage {
    handle: Option<PrometheusHandle>,
    for_all: bool,
}

impl MetricsPage {
    /// Installs the process's recorder (once) and returns its page.
    #[must_use]
    pub fn start() -> Self {
        let handle = RECORDER.get_or_init(|| {
            let buckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
            PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &buckets)
                .ok()
                .and_then(|builder| builder.install_recorder().ok())
                .inspect(keep_up)
        });
        Self { handle: handle.clone(), for_all: false }
    }

    /// The same, to be shown to whoever reaches the listener, or to this machine alone.
    #[must_use]
    pub fn for_all(self, for_all: bool) -> Self {
        Self { for_all, ..self }
    }

    /// Whether it is shown to a peer; to one that is not known only if it is to all.
    #[must_use]
    pub fn is_for(&self, peer: Option<IpAddr>) -> bool {
        self.for_all || peer.is_some_and(|peer| peer.to_canonical().is_loopback())
    }

    /// The page's text.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }
}

/// Folds the samples of histograms into their buckets from time to time, whether or not anybody reads the page: else they pile up. A
/// thread and not a task, because the recorder outlives every runtime.
fn keep_up(page: &PrometheusHandle) {
    let page = page.clone();
    let started = std::thread::Builder::new().name("metrics-upkeep".into()).spawn(move || {
        loop {
            std::thread::sleep(UPKEEP);
            page.run_upkeep();
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "metrics are not kept up; they pile up until the page is read");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_for_this_machine_unless_it_is_for_all() {
        let page = MetricsPage::start();
        for (peer, own) in [("127.0.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.7", false)] {
            let peer = Some(peer.parse().expect("an address"));
            assert_eq!((page.is_for(peer), page.clone().for_all(true).is_for(peer)), (own, true), "{peer:?}");
        }
        assert!(!page.is_for(None));
    }
}
