//! `GET /v1/verifications/{id}/report`.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::auth::Permission;
use crate::report::seal::COMMON_CLIENT_REPORT_BYTES;
use crate::verification::{ReadError, ReportForm, SealedSize, Verifier};
use crate::web::{PathText, Problem, ProblemKind, SignedIn, policy_of_page};

/// Bytes of the report within a seal.
const BYTES: HeaderName = HeaderName::from_static("hedui-report-bytes");
/// The bound that they exceed.
const OVER: HeaderName = HeaderName::from_static("hedui-report-over");

/// Which version, in which language.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// Version; the latest unless given.
    pub version: Option<u32>,
    /// `zh` (default) or `en`, for HTML.
    pub lang: Option<String>,
}

/// The report: sealed (`application/jose`), or opened on the server for a caller with `report:read`. Every reading is in the log first.
#[utoipa::path(get, path = "/v1/verifications/{id}/report", tag = "verifications", params(("id" = String, Path), ReportQuery),
    responses(
        (status = 200, description = "application/jose: JWE around JWS around the report; application/json and text/html with report:read", body = String, content_type = "application/jose",
            headers(
                ("Hedui-Report-Bytes" = u64, description = "Of a sealed report: bytes of the JSON within"),
                ("Hedui-Report-Over" = u64, description = "Only when these exceed what clients open with their default settings: that bound. Raise the client's limit on tokens, or fetch application/json"))),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 406, body = Problem), (status = 409, description = "No version yet", body = Problem)),
    security(("bearer" = [])))]
pub async fn report(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    query: Result<Query<ReportQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) =
        query.map_err(|_| Problem::new(ProblemKind::InvalidRequest).with_detail("known parameters: version, lang"))?;
    let english = match query.lang.as_deref() {
        None | Some("zh") => false,
        Some("en") => true,
        Some(_) => return Err(Problem::new(ProblemKind::InvalidRequest).with_detail("lang is zh or en")),
    };
    let (form, permission, kind) = negotiate(&headers, english)?;
    let caller = signed_in.with(permission)?;
    let delivered = verifier.report(&caller, &id, query.version, form).await.map_err(problem)?;
    let mut response = ([(header::CONTENT_TYPE, kind)], delivered.bytes).into_response();
    if let Some(style) = &delivered.style {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy_of_page(style));
    }
    if let Some(size) = delivered.sealed {
        say_size(response.headers_mut(), size);
    }
    Ok(response)
}

/// A client that cannot open a large report with its default settings is told so beforehand.
fn say_size(headers: &mut HeaderMap, size: SealedSize) {
    headers.insert(BYTES, size.bytes.into());
    if !size.fits_common_clients {
        headers.insert(OVER, COMMON_CLIENT_REPORT_BYTES.into());
    }
}

fn negotiate(headers: &HeaderMap, english: bool) -> Result<(ReportForm, Permission, &'static str), Problem> {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("application/jose");
    for offered in accept.split(',').map(|part| part.split(';').next().unwrap_or("").trim()) {
        match offered {
            "application/jose" | "*/*" | "application/*" => {
                return Ok((ReportForm::Sealed, Permission::FetchReport, "application/jose"));
            }
            "application/json" => return Ok((ReportForm::Json, Permission::OpenReport, "application/json")),
            "text/html" => {
                return Ok((ReportForm::Html { english }, Permission::OpenReport, "text/html; charset=utf-8"));
            }
            _ => {}
        }
    }
    let detail = "offered: application/jose, application/json, text/html";
    Err(Problem::new(ProblemKind::NotAcceptable).with_detail(detail))
}

/// The problem a failed reading becomes.
pub(super) fn problem(error: ReadError) -> Problem {
    match error {
        ReadError::NotFound => Problem::new(ProblemKind::NotFound),
        ReadError::NoVersion => {
            Problem::new(ProblemKind::Conflict).with_detail("there is no such version yet: wait, or follow …/events")
        }
        ReadError::NoRecipient => {
            Problem::new(ProblemKind::Conflict).with_detail("neither request nor client named a recipient key")
        }
        ReadError::Closed => {
            Problem::new(ProblemKind::Unavailable).with_detail("the audit log cannot be written: nothing is shown")
        }
        ReadError::Inside(error) => Problem::internal(error.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_ordinary_clients_do_not_open_says_so() {
        for (bytes, fits_common_clients, over) in [(30_000, true, None), (40_000, false, Some("32768"))] {
            let mut headers = HeaderMap::new();
            say_size(&mut headers, SealedSize { bytes, fits_common_clients });
            assert_eq!(headers[BYTES].to_str().ok(), Some(&*bytes.to_string()));
            assert_eq!(headers.get(OVER).and_then(|value| value.to_str().ok()), over);
        }
    }
}
