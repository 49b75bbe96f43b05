//! `POST /v1/matches`.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::accept::preferred;
use super::body::{json, read_json};
use super::permit::permit;
use super::verifications::submit::problem;
use crate::auth::Permission;
use crate::verification::Verifier;
use crate::verification::matches::Matched;
use crate::web::{Problem, ProblemKind, SignedIn};

/// Compares two identities under the rules of verification and explains the verdict. No department is asked, nothing is stored, and no
/// value of either identity is in the answer; the log gets one entry for a caller's calls of a second.
#[utoipa::path(
    post, path = "/v1/matches", tag = "matching",
    request_body(content = Object, content_type = "application/json", description = "Two identities, and others who may be meant (see /schemas/match.json); at most 256 KiB"),
    responses(
        (status = 200, description = "The verdict, the rule and the weights behind it; as image/svg+xml a waterfall of the weights",
            content((Matched = "application/json"), (String = "image/svg+xml"))),
        (status = 403, description = "Role not the caller's", body = Problem),
        (status = 406, description = "Neither JSON nor SVG is wanted", body = Problem),
        (status = 408, description = "The body did not come whole in time", body = Problem),
        (status = 413, description = "Body too large", body = Problem),
        (status = 415, description = "Not JSON", body = Problem),
        (status = 422, description = "Every fault, with JSON pointers", body = Problem),
    ),
    security(("bearer" = []))
)]
pub async fn explain(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::Compare).await?;
    let Some(form) = preferred(request.headers(), &["application/json", "image/svg+xml"]) else {
        verifier.refuse_comparison(&caller, "not_acceptable").map_err(problem)?;
        let offered = "application/json, image/svg+xml";
        return Err(Problem::new(ProblemKind::NotAcceptable)
            .with_detail(format!("可选格式：{offered}"), format!("offered: {offered}")));
    };
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, refusal)) => {
            verifier.refuse_comparison(&caller, why).map_err(problem)?;
            return Err(refusal);
        }
    };
    let (matched, lang) = verifier.compare_supplied(&caller, &body).map_err(problem)?;
    if form == 0 {
        return Ok(json(&matched));
    }
    let mut response = Response::new(Body::from(matched.waterfall(lang).svg()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    Ok(response)
}
