//! `PUT`, `GET` and `DELETE /v1/callers/{id}/kin`: whom a caller stands apart from (回避).

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::body::read_json;
use super::decided::problem;
use super::permit::{permit, refuse};
use crate::auth::Permission;
use crate::verification::{RegisteredKin, Verifier};
use crate::web::{PathText, Problem, SignedIn};

/// How many households a file leaves out.
const LEFT_OUT: HeaderName = HeaderName::from_static("hedui-left-out");

/// Says of a file how many households it leaves out, being the caller's own or of kin.
pub(super) fn say_left_out(headers: &mut HeaderMap, count: u64) {
    if count > 0 {
        headers.insert(LEFT_OUT, HeaderValue::from(count));
    }
}

/// Registers the identity numbers of a caller and of kin, in place of those registered before: nobody sends or opens a case that one of them is
/// a member or obligor of. `id_kind` is `resident` unless given. One's own registration is made and removed by another security administrator.
#[utoipa::path(put, path = "/v1/callers/{id}/kin", tag = "callers", params(("id" = String, Path, description = "The caller's id in clients.toml")),
    request_body(content = Object, content_type = "application/json",
        description = "{\"people\": [{\"relation\": \"self, spouse, parent, child, sibling or other\", \"id_number\": \"…\"}]}: 1 to 30 people"),
    responses((status = 200, body = RegisteredKin), (status = 403, body = Problem), (status = 404, body = Problem), (status = 408, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, description = "Every fault, with JSON pointers", body = Problem)),
    security(("bearer" = [])))]
pub async fn register(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<Json<RegisteredKin>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::RegisterKin).await?;
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, problem)) => return Err(refuse(&verifier, &caller, why, problem).await),
    };
    match verifier.register_kin(&caller, &id, &body).await {
        Ok(registered) => Ok(Json(registered)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Who is registered for a caller: how many of each relation and since when, never a number. The reading is in the log first.
#[utoipa::path(get, path = "/v1/callers/{id}/kin", tag = "callers", params(("id" = String, Path, description = "The caller's id in clients.toml")),
    responses((status = 200, body = RegisteredKin), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn kin(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Json<RegisteredKin>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::RegisterKin).await?;
    match verifier.registered_kin(&caller, &id).await {
        Ok(registered) => Ok(Json(registered)),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}

/// Has nobody registered for a caller any more, and destroys the key of what was.
#[utoipa::path(delete, path = "/v1/callers/{id}/kin", tag = "callers", params(("id" = String, Path, description = "The caller's id in clients.toml")),
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn remove(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<StatusCode, Problem> {
    let caller = permit(&verifier, signed_in, Permission::RegisterKin).await?;
    match verifier.remove_kin(&caller, &id).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(problem(&verifier, &caller, error).await),
    }
}
