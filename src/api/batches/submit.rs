//! `POST /v1/batches`.

use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problems::problem;
use crate::api::body::{unread, whole};
use crate::api::permit::{permit, refuse};
use crate::api::verifications::submit::idempotency_key;
use crate::auth::{Caller, Permission};
use crate::bulk::file::Format;
use crate::bulk::{Bulk, SubmittedBatch, Terms};
use crate::household::{Purpose, Region, RegisteredAs};
use crate::verification::Verifier;
use crate::web::{Problem, ProblemKind, SignedIn, pieces};

/// What the file leaves to the whole of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SubmitQuery {
    /// ndjson, csv or xlsx, where the Content-Type does not say it.
    pub format: Option<String>,
    /// The day the question is about, where a row names none; today unless given.
    #[param(value_type = Option<String>, format = Date)]
    pub as_of: Option<String>,
    /// County, where a row names none.
    pub region: Option<String>,
    /// Programme, where a row names none; `periodic_review` for whoever is on the rolls.
    pub purpose: Option<String>,
    /// Kind of registration, where a row names none.
    pub registered_as: Option<String>,
    /// With the purpose of a screening: number of the document of the statutory duty that it rests on, where a row names no legal basis.
    pub legal_document: Option<String>,
    /// Only households of this programme.
    pub only_purpose: Option<String>,
    /// Only households whose address names this township.
    pub only_township: Option<String>,
    /// Only households whose address names this village.
    pub only_village: Option<String>,
}

/// An accepted batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AcceptedBatch {
    /// The batch's id.
    pub id: String,
    /// Whether the same file under the same Idempotency-Key made it before.
    pub replayed: bool,
}

/// Sends a file of households: NDJSON (a request document a line), CSV or XLSX (a row a person). Faulty rows are listed; the others proceed.
#[utoipa::path(
    post, path = "/v1/batches", tag = "batches",
    request_body(content((String = "application/x-ndjson"), (String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
        description = "At most 1 GiB and 100,000 households, read as it comes"),
    params(
        SubmitQuery,
        ("Idempotency-Key" = Option<String>, Header, description = "Same key and file → same batch (30 days); another file → 422"),
    ),
    responses(
        (status = 202, description = "Durably accepted; Location names the batch", body = AcceptedBatch),
        (status = 403, body = Problem), (status = 408, description = "The file stopped coming", body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, description = "None of the file can be read, or a parameter is wrong", body = Problem),
        (status = 507, description = "The disk is nearly full: no file is taken", body = Problem),
    ),
    security(("bearer" = []))
)]
pub async fn submit(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(bulk): State<Bulk>,
    query: Result<Query<SubmitQuery>, axum::extract::rejection::QueryRejection>,
    request: Request<Body>,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::RunBatches).await?;
    let headers = request.headers().clone();
    let (key, terms) = match read(&headers, query, verifier.today()) {
        Ok(read) => read,
        Err((why, problem)) => return Err(refuse(&verifier, &caller, why, problem).await),
    };
    let batch = receive(&verifier, &bulk, &caller, terms, key.as_deref(), request).await?;
    let location = format!("/v1/batches/{}", batch.id);
    let accepted = AcceptedBatch { id: batch.id.to_string(), replayed: batch.replayed };
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], axum::Json(accepted)).into_response())
}

async fn receive(
    verifier: &Verifier,
    bulk: &Bulk,
    caller: &Caller,
    terms: Terms,
    key: Option<&str>,
    request: Request<Body>,
) -> Result<SubmittedBatch, Problem> {
    let mut file = bulk.begin(caller, terms, key).await.map_err(problem)?;
    let pieces = pieces(request);
    tokio::pin!(pieces);
    while let Some(piece) = pieces.next().await {
        let taken = match piece {
            Ok(bytes) => bulk.more(&mut file, &bytes).await.map_err(|error| ("too_large", problem(error))),
            Err(fault) => Err(unread(fault)),
        };
        if let Err((why, problem)) = taken {
            bulk.give_up(file).await;
            return Err(refuse(verifier, caller, why, problem).await);
        }
    }
    bulk.whole(file).await.map_err(problem)
}

type Refused = (&'static str, Problem);

fn read(
    headers: &HeaderMap,
    query: Result<Query<SubmitQuery>, axum::extract::rejection::QueryRejection>,
    today: Date,
) -> Result<(Option<String>, Terms), Refused> {
    let key = idempotency_key(headers).map_err(|problem| ("idempotency_key", problem))?;
    let Query(query) = query.map_err(|_| {
        let known =
            "format, as_of, region, purpose, registered_as, legal_document, only_purpose, only_township, only_village";
        wrong(format!("可用参数：{known}"), format!("known parameters, each at most once: {known}"))
    })?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let media_type = media_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let format = match &query.format {
        Some(word) => Format::parse(word),
        None => Format::of_media_type(&media_type),
    };
    let Some(format) = format else {
        let what = ["文件格式不支持", "the file is of no known form"];
        let kinds = "application/x-ndjson, text/csv, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        let remedy = [format!("Content-Type 应为：{kinds}"), format!("send one of these as Content-Type: {kinds}")];
        let problem = whole(ProblemKind::UnsupportedMedia, "media_type", what, [&remedy[0], &remedy[1]]);
        return Err(("media_type", problem));
    };
    let as_of = match &query.as_of {
        None => today,
        Some(text) => {
            text.parse().map_err(|_| wrong("as_of 应为日期，例如 2026-11-01", "as_of is a date such as 2026-11-01"))?
        }
    };
    if query.region.as_deref().is_some_and(|region| !Region::is_code(region)) {
        return Err(wrong("region 应为六位数字", "region is a code of six digits"));
    }
    let purpose = |word: &Option<String>| match word {
        None => Ok(None),
        Some(word) => Purpose::parse(word).map(Some).ok_or_else(|| {
            let words = Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect::<Vec<_>>().join(", ");
            wrong(format!("业务类型应为：{words}"), format!("a purpose is one of: {words}"))
        }),
    };
    let of_purpose = purpose(&query.purpose)?;
    if query.legal_document.is_some() && !of_purpose.is_some_and(Purpose::is_screening) {
        return Err(wrong(
            "legal_document 只用于名册排查：purpose 须为 child_screening、disability_screening 或 medical_screening",
            "legal_document is for the screening of rosters: purpose is child_screening, disability_screening or medical_screening",
        ));
    }
    let terms = Terms {
        format,
        as_of,
        purpose: of_purpose,
        only_purpose: purpose(&query.only_purpose)?,
        registered_as: match &query.registered_as {
            None => None,
            Some(word) => Some(RegisteredAs::parse(word).ok_or_else(|| {
                let words = RegisteredAs::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
                wrong(format!("户籍类别应为：{words}"), format!("registered_as is one of: {words}"))
            })?),
        },
        legal_document: query.legal_document,
        region: query.region,
        only_township: query.only_township,
        only_village: query.only_village,
    };
    Ok((key, terms))
}

fn wrong(zh: impl Into<String>, en: impl Into<String>) -> Refused {
    ("parameter", Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en))
}
