//! `GET /v1/verifications/{id}/receipt`.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::accept::preferred;
use crate::api::permit::permit;
use crate::api::report::problem;
use crate::auth::Permission;
use crate::report::receipt::Receipt;
use crate::verification::{ReceiptForm, Verifier};
use crate::web::{PathText, Problem, ProblemKind, SignedIn, policy_of_page};

/// Of which version, in which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReceiptQuery {
    /// Version; the latest unless given.
    pub version: Option<u32>,
    /// `zh` (default) or `en`, of the page.
    pub lang: Option<String>,
}

/// The audit receipt of a report's version, to be printed for the family or kept by an inspector: that its hash stands in the log, whom was
/// asked, and a QR code with the proof, which `hedui audit receipt` checks offline. Nothing of the household. That it is handed out is in the log.
#[utoipa::path(get, path = "/v1/verifications/{id}/receipt", tag = "verifications", params(("id" = String, Path), ReceiptQuery),
    responses((status = 200, content((String = "text/html"), (Receipt = "application/json"))),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 406, body = Problem),
        (status = 409, description = "No version yet", body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn receipt(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    query: Result<Query<ReceiptQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::FetchReport).await?;
    let invalid = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let known = ["可用参数：version（正整数）、lang", "known parameters: version (a whole number), lang"];
    let Query(query) = query.map_err(|_| invalid(known[0], known[1]))?;
    let english = match query.lang.as_deref() {
        None | Some("zh") => false,
        Some("en") => true,
        Some(_) => return Err(invalid("lang 应为 zh 或 en", "lang is zh or en")),
    };
    let (form, kind) = match preferred(&headers, &["text/html", "application/json"]) {
        Some(0) => (ReceiptForm::Html { english }, "text/html; charset=utf-8"),
        Some(_) => (ReceiptForm::Json, "application/json"),
        None => {
            let offered = "text/html, application/json";
            let problem = Problem::new(ProblemKind::NotAcceptable);
            return Err(problem.with_detail(format!("可选格式：{offered}"), format!("offered: {offered}")));
        }
    };
    let delivered = verifier.receipt(&caller, &id, query.version, form, None).await.map_err(problem)?;
    let mut response = ([(header::CONTENT_TYPE, kind)], delivered.bytes).into_response();
    if let Some(style) = &delivered.style {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy_of_page(style));
    }
    Ok(response)
}
