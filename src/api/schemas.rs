//! Published schemas and keys: nothing secret, no sign-in.

use axum::Json;
use axum::extract::State;

use crate::verification::Verifier;

/// JSON Schema of a report.
#[utoipa::path(get, path = "/schemas/report.json", tag = "public", responses((status = 200, description = "JSON Schema 2020-12", body = Object)))]
pub async fn report() -> Json<serde_json::Value> {
    Json(crate::report::schema::report())
}

/// JSON Schema of what the levels below `full` show of a report.
#[utoipa::path(get, path = "/schemas/report-view.json", tag = "public", responses((status = 200, description = "JSON Schema 2020-12", body = Object)))]
pub async fn report_view() -> Json<serde_json::Value> {
    Json(crate::report::schema::view())
}

/// JSON Schema of a request.
#[utoipa::path(get, path = "/schemas/request.json", tag = "public", responses((status = 200, description = "JSON Schema 2020-12", body = Object)))]
pub async fn request() -> Json<serde_json::Value> {
    Json(crate::verification::intake::schema::request())
}

/// JSON Schema of supplied evidence.
#[utoipa::path(get, path = "/schemas/evidence.json", tag = "public", responses((status = 200, description = "JSON Schema 2020-12", body = Object)))]
pub async fn evidence() -> Json<&'static serde_json::Value> {
    Json(&crate::verification::supplied::schema::EVIDENCE)
}

/// JSON Schema of identities to compare.
#[utoipa::path(get, path = "/schemas/match.json", tag = "public", responses((status = 200, description = "JSON Schema 2020-12", body = Object)))]
pub async fn comparison() -> Json<serde_json::Value> {
    Json(crate::verification::matches::schema::comparison())
}

/// Public keys that reports are signed with.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "public", responses((status = 200, description = "JSON Web Key Set (RFC 7517)", body = Object)))]
pub async fn jwks(State(verifier): State<Verifier>) -> Json<serde_json::Value> {
    Json(verifier.signing_keys())
}
