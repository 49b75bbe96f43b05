//! `POST /v1/assessments`.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;

use super::body::{json, read_json};
use super::permit::permit;
use super::verifications::submit::problem;
use crate::auth::Permission;
use crate::verification::Verifier;
use crate::verification::supplied::Assessed;
use crate::web::{Problem, SignedIn};

/// Applies the rules in force to supplied evidence. No department is asked and nothing is stored; the log gets one entry for a caller's
/// calls of a second.
#[utoipa::path(
    post, path = "/v1/assessments", tag = "policy",
    request_body(content = Object, content_type = "application/json", description = "Evidence (see /schemas/evidence.json); at most 256 KiB, 30 people"),
    responses(
        (status = 200, description = "What the rules say, and which rules", body = Assessed),
        (status = 403, description = "Region or role not the caller's", body = Problem),
        (status = 408, description = "The body did not come whole in time", body = Problem),
        (status = 413, description = "Body too large", body = Problem),
        (status = 415, description = "Not JSON", body = Problem),
        (status = 422, description = "Every fault, with JSON pointers", body = Problem),
    ),
    security(("bearer" = []))
)]
pub async fn assess(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::Assess).await?;
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, refusal)) => {
            verifier.refuse_assessment(&caller, why).map_err(problem)?;
            return Err(refusal);
        }
    };
    verifier.assess_supplied(&caller, body).await.map(|assessed| json(&assessed)).map_err(problem)
}
