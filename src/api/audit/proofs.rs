//! `GET /v1/audit/checkpoint`, `…/proofs/inclusion`, `…/proofs/consistency`, `…/tile/…`: what the log is checked with from outside.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::events::{invalid, place};
use crate::api::accept::preferred;
use crate::api::permit::permit;
use crate::api::report::problem;
use crate::audit::TilePath;
use crate::auth::Permission;
use crate::oversight::{ConsistencyProof, Oversight, Proof};
use crate::verification::Verifier;
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

const TEXT: &str = "text/plain; charset=utf-8";

/// Which checkpoint.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct CheckpointQuery {
    /// The largest that a witness cosigned, with all its cosignatures, instead of the newest.
    #[serde(default)]
    pub cosigned: bool,
}

/// The checkpoint that was published last, or cosigned: a signed note (C2SP tlog-checkpoint).
#[utoipa::path(get, path = "/v1/audit/checkpoint", tag = "audit", params(CheckpointQuery),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 403, body = Problem),
        (status = 404, description = "None is published yet: each second one is, once there is an entry; or none is cosigned", body = Problem),
        (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn checkpoint(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    query: Result<Query<CheckpointQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    permit(&verifier, signed_in, Permission::ReadLog).await?;
    let Query(query) =
        query.map_err(|_| invalid("参数：cosigned（true 或 false）", "parameter: cosigned (true or false)"))?;
    let note =
        oversight.checkpoint(query.cosigned).await.map_err(problem)?.ok_or(Problem::new(ProblemKind::NotFound))?;
    Ok(([(header::CONTENT_TYPE, TEXT)], note).into_response())
}

/// Of which entry.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InclusionQuery {
    /// Its index, or its id.
    pub index: String,
    /// Under the largest checkpoint that a witness cosigned, instead of the newest.
    #[serde(default)]
    pub cosigned: bool,
}

/// Proof that an entry is in the log, under the newest checkpoint or a cosigned one: JSON, or C2SP tlog-proof as text. It holds hashes and nothing of what the
/// entry says.
#[utoipa::path(get, path = "/v1/audit/proofs/inclusion", tag = "audit", params(InclusionQuery),
    responses((status = 200, content((Proof = "application/json"), (String = "text/plain"))),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 406, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn inclusion(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    query: Result<Query<InclusionQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    permit(&verifier, signed_in, Permission::ReadLog).await?;
    let Query(query) = query.map_err(|_| {
        invalid(
            "参数：index（序号或条目编号）、cosigned",
            "parameters: index (a place or an id), cosigned (true or false)",
        )
    })?;
    let as_text = match preferred(&headers, &["application/json", "text/plain"]) {
        Some(place) => place == 1,
        None => {
            let offered = "application/json, text/plain";
            let problem = Problem::new(ProblemKind::NotAcceptable);
            return Err(problem.with_detail(format!("可选格式：{offered}"), format!("offered: {offered}")));
        }
    };
    let index = place(&oversight, &query.index).await?;
    let proof = oversight.inclusion(index, query.cosigned).await.map_err(problem)?;
    match as_text {
        true => Ok(([(header::CONTENT_TYPE, TEXT)], proof.proof.to_text()).into_response()),
        false => Ok(Json(proof).into_response()),
    }
}

/// Between which sizes of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyQuery {
    /// The smaller one.
    pub old: u64,
    /// The larger one.
    pub new: u64,
}

/// Proof that the log of `old` entries is the beginning of that of `new`.
#[utoipa::path(get, path = "/v1/audit/proofs/consistency", tag = "audit", params(ConsistencyQuery),
    responses((status = 200, body = ConsistencyProof), (status = 403, body = Problem),
        (status = 404, description = "The log is not as long, or `old` is more than `new`", body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn consistency(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    query: Result<Query<ConsistencyQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<ConsistencyProof>, Problem> {
    permit(&verifier, signed_in, Permission::ReadLog).await?;
    let Query(query) =
        query.map_err(|_| invalid("参数：old、new（条数）", "parameters: old and new, numbers of entries"))?;
    oversight.consistency(query.old, query.new).await.map(Json).map_err(problem)
}

/// A tile as C2SP tlog-tiles names it: `0/x001/067`, `1/000.p/17`, `entries/000`. Entry bundles are the log itself: for an auditor of all
/// organisations, and each is in the log first.
#[utoipa::path(get, path = "/v1/audit/tile/{path}", tag = "audit", params(("path" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn tile(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    PathText(path): PathText,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadLog).await?;
    let path = TilePath::parse(&format!("tile/{path}")).ok_or(Problem::new(ProblemKind::NotFound))?;
    let bytes = oversight.tile(&caller, path).await.map_err(problem)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}
