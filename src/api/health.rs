//! Probes and metrics: nothing personal, no sign-in.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::ApiState;

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "public", responses((status = 200, description = "alive", body = Object)))]
pub async fn healthz() -> Json<serde_json::Value> {
    Json(json!({"status": "ok"}))
}

/// The service can accept cases: store, log and key ring work.
#[utoipa::path(get, path = "/readyz", tag = "public", responses((status = 200, description = "ready", body = Object), (status = 503, description = "not ready, with reasons", body = Object)))]
pub async fn readyz(State(state): State<ApiState>) -> Response {
    let reasons = state.verifier.not_ready().await;
    let ready = reasons.is_empty();
    let code = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(json!({"status": if ready { "ready" } else { "not ready" }, "reasons": reasons}))).into_response()
}

/// Prometheus metrics.
#[utoipa::path(get, path = "/metrics", tag = "public", responses((status = 200, description = "Prometheus text", content_type = "text/plain")))]
pub async fn metrics(State(state): State<ApiState>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.render()).into_response()
}
