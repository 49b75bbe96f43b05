//! What routes share.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::auth::Authenticator;
use crate::bulk::Bulk;
use crate::monitoring::{Monitoring, Witnesses};
use crate::oversight::Oversight;
use crate::telemetry::MetricsPage;
use crate::verification::Verifier;

/// What every route may use.
#[derive(Clone)]
pub struct ApiState {
    /// Cases.
    pub verifier: Verifier,
    /// Batches.
    pub bulk: Bulk,
    /// Watched households.
    pub monitoring: Monitoring,
    /// Who cosigns the audit log; none where nobody is configured.
    pub witnesses: Option<Witnesses>,
    /// The log, for auditors.
    pub oversight: Oversight,
    /// Sign-in.
    pub authenticator: Arc<Authenticator>,
    /// Metrics.
    pub metrics: MetricsPage,
}

impl FromRef<ApiState> for Arc<Authenticator> {
    fn from_ref(state: &ApiState) -> Self {
        Self::clone(&state.authenticator)
    }
}

impl FromRef<ApiState> for Monitoring {
    fn from_ref(state: &ApiState) -> Self {
        state.monitoring.clone()
    }
}

impl FromRef<ApiState> for Oversight {
    fn from_ref(state: &ApiState) -> Self {
        state.oversight.clone()
    }
}

impl FromRef<ApiState> for Bulk {
    fn from_ref(state: &ApiState) -> Self {
        state.bulk.clone()
    }
}

impl FromRef<ApiState> for Verifier {
    fn from_ref(state: &ApiState) -> Self {
        state.verifier.clone()
    }
}
