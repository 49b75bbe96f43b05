//! Probes and metrics: nothing personal, no sign-in.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::ApiState;
use crate::auth::KeysStanding;
use crate::monitoring::WitnessStanding;
use crate::verification::RulesState;
use crate::web::{Peer, Problem, ProblemKind};

/// Whether the service can accept cases, and under which rules it works.
#[derive(Serialize, ToSchema)]
pub struct Standing {
    /// `ready` or `not ready`.
    status: &'static str,
    /// Why it is not.
    reasons: Vec<String>,
    /// Issuers of tokens whose keys are not current.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    issuers: BTreeMap<String, KeysStanding>,
    /// How each witness of the audit log stands: one that has not cosigned for long is to be looked after, and stops nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    witnesses: Vec<WitnessStanding>,
    /// `last_good` while the callers' file has faults, and those loaded before go on; `current` otherwise.
    clients: &'static str,
    /// How many faults it has; they stand in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    clients_problems: Option<usize>,
    #[serde(flatten)]
    rules: RulesState,
}

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "public", responses((status = 200, description = "alive", body = Object)))]
pub async fn healthz() -> Json<serde_json::Value> {
    Json(json!({"status": "ok"}))
}

/// The service can accept cases: store, log and key ring work. `policy` is `last_good` while changed packs have problems: it then lists
/// the first of them, and the rules loaded before go on. `clients` is so while a changed register of callers has. `issuers` names those whose keys cannot be had now: they
/// are `kept` from before, or there are `none`. When there are none of any issuer, nobody can sign in and the service is not ready.
#[utoipa::path(get, path = "/readyz", tag = "public", responses((status = 200, description = "ready", body = Standing), (status = 503, description = "not ready, with reasons", body = Standing)))]
pub async fn readyz(State(state): State<ApiState>) -> Response {
    let mut reasons = state.verifier.not_ready().await;
    let mut issuers = state.authenticator.issuers();
    if !issuers.is_empty() && issuers.values().all(|standing| *standing == KeysStanding::None) {
        reasons.push("the keys of no issuer of tokens can be had".to_owned());
    }
    issuers.retain(|_, standing| *standing != KeysStanding::Current);
    let ready = reasons.is_empty();
    let code = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let witnesses = match &state.witnesses {
        Some(witnesses) => witnesses.standing().await.unwrap_or_default(),
        None => Vec::new(),
    };
    let status = if ready { "ready" } else { "not ready" };
    let faults = state.authenticator.register().faults();
    let (clients, clients_problems) = if faults == 0 { ("current", None) } else { ("last_good", Some(faults)) };
    let rules = state.verifier.rules_state();
    let standing = Standing { status, reasons, issuers, witnesses, clients, clients_problems, rules };
    (code, Json(standing)).into_response()
}

/// Prometheus metrics: to this machine alone unless `[server] metrics` says otherwise.
#[utoipa::path(get, path = "/metrics", tag = "public", responses((status = 200, description = "Prometheus text", content_type = "text/plain"), (status = 403, body = Problem)))]
pub async fn metrics(State(state): State<ApiState>, peer: Option<Extension<Peer>>) -> Response {
    if !state.metrics.is_for(peer.map(|Extension(Peer(address))| address)) {
        let problem = Problem::new(ProblemKind::Forbidden).with_detail(
            "指标仅供本机读取；如需从其他主机读取，请在 hedui.toml 的 [server] 中设 metrics = \"all\"",
            "metrics are for this machine; [server] metrics = \"all\" in hedui.toml shows them to others",
        );
        return problem.into_response();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render()).into_response()
}
