//! `GET /v1/batches/{id}/results`, `…/referrals`, `…/changes`, `…/faults`.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::problems::problem;
use crate::api::accept::preferred;
use crate::api::callers::say_left_out;
use crate::api::permit::{at_level, level, permit};
use crate::auth::Permission;
use crate::bulk::file::RowFault;
use crate::bulk::{Bulk, ChangesForm, ChangesWanted, ResultsForm, Sheet, faults_csv};
use crate::config::Disclosure;
use crate::verification::Verifier;
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FileQuery {
    /// `zh` (default) or `en`, for CSV.
    pub lang: Option<String>,
}

/// In which language, at which level.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SheetQuery {
    /// `zh` (default) or `en`, for CSV.
    pub lang: Option<String>,
    /// `conclusion`, `amounts` or `full`: at most what the client is granted, and that unless given.
    pub level: Option<String>,
}

type Asked<Q> = Result<Query<Q>, axum::extract::rejection::QueryRejection>;

fn invalid(zh: &str, en: &str) -> Problem {
    Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en)
}

fn is_english(lang: Option<&str>) -> Result<bool, Problem> {
    match lang {
        None | Some("zh") => Ok(false),
        Some("en") => Ok(true),
        Some(_) => Err(invalid("lang 应为 zh 或 en", "lang is zh or en")),
    }
}

impl FileQuery {
    fn english(query: Asked<Self>) -> Result<bool, Problem> {
        let Query(query) = query.map_err(|_| invalid("可用参数：lang", "known parameter: lang"))?;
        is_english(query.lang.as_deref())
    }
}

impl SheetQuery {
    fn read(query: Asked<Self>) -> Result<(bool, Option<Disclosure>), Problem> {
        let Query(query) = query.map_err(|_| invalid("可用参数：lang、level", "known parameters: lang, level"))?;
        Ok((is_english(query.lang.as_deref())?, level(query.level.as_deref())?))
    }
}

/// Whether a caller prefers CSV to the other form that is offered.
fn prefers_csv(headers: &HeaderMap, other: &str) -> Result<bool, Problem> {
    preferred(headers, &["text/csv", other]).map(|place| place == 0).ok_or_else(|| {
        let offered = format!("text/csv, {other}");
        Problem::new(ProblemKind::NotAcceptable)
            .with_detail(format!("可选格式：{offered}"), format!("offered: {offered}"))
    })
}

/// A table, or lines of JSON, to be kept under a name.
fn attachment(csv: bool, name: &str, contents: Body) -> Response {
    let (kind, ending) = if csv { ("text/csv; charset=utf-8", "csv") } else { ("application/x-ndjson", "ndjson") };
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, contents).into_response()
}

/// A sheet of a batch, to be kept under a name.
async fn sheet(
    (verifier, bulk): (&Verifier, &Bulk),
    signed_in: SignedIn,
    (id, sheet, name): (&str, Sheet, &str),
    query: Asked<SheetQuery>,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (english, level) = SheetQuery::read(query)?;
    let csv = prefers_csv(headers, "application/x-ndjson")?;
    let caller = permit(verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(verifier, caller, level).await?;
    let form = if csv { ResultsForm::Csv { english } } else { ResultsForm::Ndjson };
    let written = bulk.results(&caller, id, sheet, form).await.map_err(problem)?;
    let mut response = attachment(csv, name, Body::from_stream(written.pieces));
    say_left_out(response.headers_mut(), written.left_out);
    Ok(response)
}

/// The results so far, in the order of the file: CSV, or NDJSON with whole reports. Contents are opened, so the scope `report:read` is
/// needed; every household's export is in the log first.
#[utoipa::path(get, path = "/v1/batches/{id}/results", tag = "batches", params(("id" = String, Path), SheetQuery),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")),
            headers(("Hedui-Left-Out" = u64, description = "Households left out, being the caller's own or of registered kin"))),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 406, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn results(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    PathText(id): PathText,
    query: Asked<SheetQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    sheet((&verifier, &bulk), signed_in, (&id, Sheet::Households, &id), query, &headers).await
}

/// Where the households are referred to, a line each: other programmes worth asking about, and of a screening its leads. Hints to ask or to
/// visit, never findings. Contents are opened, so the scope `report:read` is needed; every household's export is in the log first.
#[utoipa::path(get, path = "/v1/batches/{id}/referrals", tag = "batches", params(("id" = String, Path), SheetQuery),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")),
            headers(("Hedui-Left-Out" = u64, description = "Households left out, being the caller's own or of registered kin"))),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 406, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn referrals(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    PathText(id): PathText,
    query: Asked<SheetQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    sheet((&verifier, &bulk), signed_in, (&id, Sheet::Referrals, &format!("{id}-referrals")), query, &headers).await
}

/// Which changes, in which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ChangesQuery {
    /// `zh` (default) or `en`, for CSV.
    pub lang: Option<String>,
    /// `officer` (default): every change. `passing_on`: nothing adverse of a family that was neither heard nor had its days to speak.
    #[serde(rename = "for")]
    #[param(rename = "for")]
    pub reader: Option<String>,
}

/// Only the households that changed since their last report, with reasons: CSV, or NDJSON. The scope `report:read` and the disclosure
/// level `full` are needed; every
/// household's opening is in the log first.
#[utoipa::path(get, path = "/v1/batches/{id}/changes", tag = "batches", params(("id" = String, Path), ChangesQuery),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")),
            headers(("Hedui-Left-Out" = u64, description = "Households left out, being the caller's own or of registered kin"))),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 406, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn changes(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    PathText(id): PathText,
    query: Result<Query<ChangesQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| invalid("可用参数：lang、for", "known parameters: lang, for"))?;
    let english = is_english(query.lang.as_deref())?;
    let for_passing_on = match query.reader.as_deref() {
        None | Some("officer") => false,
        Some("passing_on") => true,
        Some(_) => return Err(invalid("for 应为 officer 或 passing_on", "for is officer or passing_on")),
    };
    let csv = prefers_csv(&headers, "application/x-ndjson")?;
    let caller = permit(&verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(&verifier, caller, Some(Disclosure::Full)).await?;
    let form = if csv { ChangesForm::Csv { english } } else { ChangesForm::Ndjson };
    let written = bulk.changes(&caller, &id, ChangesWanted { form, for_passing_on }).await.map_err(problem)?;
    let mut response = attachment(csv, &format!("{id}-changes"), Body::from_stream(written.pieces));
    say_left_out(response.headers_mut(), written.left_out);
    Ok(response)
}

/// Every fault of the file's rows so far: CSV, or JSON. No fault repeats a value of a row.
#[utoipa::path(get, path = "/v1/batches/{id}/faults", tag = "batches", params(("id" = String, Path), FileQuery),
    responses((status = 200, content((String = "text/csv"), (Vec<RowFault> = "application/json"))),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 406, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn faults(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    PathText(id): PathText,
    query: Result<Query<FileQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let english = FileQuery::english(query)?;
    let csv = prefers_csv(&headers, "application/json")?;
    let caller = permit(&verifier, signed_in, Permission::ReadBatches).await?;
    let faults = bulk.faults(&caller, &id).await.map_err(problem)?;
    if !csv {
        return Ok(axum::Json(faults).into_response());
    }
    Ok(attachment(csv, &format!("{id}-faults"), Body::from(faults_csv(&faults, english))))
}
