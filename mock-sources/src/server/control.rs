//! Faults and statistics while running.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::App;
use crate::faults::FaultPlan;

/// `GET /control/faults`: the plan in force, as TOML.
pub(crate) async fn faults(State(app): State<Arc<App>>) -> Response {
    ([(CONTENT_TYPE, "application/toml")], app.gate.plan().to_toml()).into_response()
}

/// `PUT /control/faults`: another plan; 422 with every wrong value.
pub(crate) async fn set_faults(State(app): State<Arc<App>>, text: String) -> Response {
    match FaultPlan::from_toml(&text) {
        Ok(plan) => {
            app.gate.set(plan);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}

/// `DELETE /control/faults`: none but the trigger people's.
pub(crate) async fn clear_faults(State(app): State<Arc<App>>) -> StatusCode {
    app.gate.set(FaultPlan::default());
    StatusCode::NO_CONTENT
}

/// `GET /control/stats`
pub(crate) async fn statistics(State(app): State<Arc<App>>) -> Json<Value> {
    Json(app.statistics.as_json())
}

/// `POST /control/reset-stats`
pub(crate) async fn reset_statistics(State(app): State<Arc<App>>) -> StatusCode {
    app.statistics.reset();
    StatusCode::NO_CONTENT
}
