//! `POST /add-checkpoint` of a witness (C2SP tlog-witness). A service of its own: nothing of the verification service is behind it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use crate::audit::{Refusal, Witness};
use crate::telemetry::Clock;

/// Longest request: a proof and a note with room for many signatures.
const MOST_BYTES: usize = 128 * 1024;

/// The routes of a witness.
pub fn witness_router(witness: Arc<Witness>, clock: Clock) -> Router {
    let routes = Router::new().route("/add-checkpoint", post(add_checkpoint));
    routes.layer(DefaultBodyLimit::max(MOST_BYTES)).with_state((witness, clock))
}

async fn add_checkpoint(State((witness, clock)): State<(Arc<Witness>, Clock)>, body: String) -> Response {
    let now = clock.now();
    let said = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body, now)).await;
    let stopped = |_| Err(Refusal::Failed { reason: "it is being stopped".into() });
    match said.unwrap_or_else(stopped) {
        Ok(line) => {
            metrics::counter!("hedui_witness_cosignatures_total").increment(1);
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], line).into_response()
        }
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Response {
    tracing::warn!(%refusal, "a checkpoint was not cosigned");
    let code = match refusal {
        Refusal::Conflict { size } => {
            let text = format!("{size}\n");
            return (StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/x.tlog.size")], text).into_response();
        }
        Refusal::Malformed => StatusCode::BAD_REQUEST,
        Refusal::UnknownLog => StatusCode::NOT_FOUND,
        Refusal::NotSigned => StatusCode::FORBIDDEN,
        Refusal::NotConsistent => StatusCode::UNPROCESSABLE_ENTITY,
        // Paths of the witness's machine are for its own log.
        Refusal::Failed { .. } => return (StatusCode::INTERNAL_SERVER_ERROR, "the witness failed\n").into_response(),
    };
    (code, format!("{refusal}\n")).into_response()
}
