//! `GET /v1/audit/events`, `GET /v1/audit/events/{id}`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::api::accept::preferred;
use crate::api::permit::permit;
use crate::api::report::problem;
use crate::auth::Permission;
use crate::oversight::{Action, Entry, EntryPage, ExportForm, Oversight, Search};
use crate::store::Tag;
use crate::verification::Verifier;
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// What is looked for; what is left out is any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// Subject of the token.
    pub actor: Option<String>,
    /// A person's tag, `1.9f86…`, as `POST /v1/audit/subjects` gives it; never an ID number.
    pub subject: Option<String>,
    /// Case, batch or finding.
    pub case: Option<String>,
    /// What was done: a word of the catalogue, or several with commas between.
    pub kind: Option<String>,
    /// Department.
    pub source: Option<String>,
    /// By this organisation, or about its cases.
    pub organisation: Option<String>,
    /// Not before: `2026-11-01T00:00:00Z`.
    #[param(value_type = Option<String>, format = DateTime)]
    pub from: Option<String>,
    /// Before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub to: Option<String>,
    /// From the former page's `next`.
    pub cursor: Option<String>,
    /// 1 to 500; 100 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    pub limit: Option<String>,
    /// `zh` (default) or `en`, for CSV.
    pub lang: Option<String>,
}

impl EventsQuery {
    fn search(self) -> Result<(Search, bool), Problem> {
        let kinds = self.kind.as_deref().unwrap_or("").split(',').filter(|word| !word.is_empty());
        let search = Search {
            kinds: kinds.map(|word| must(Action::parse(word), "kind")).collect::<Result<_, _>>()?,
            case: self.case.map(|text| must(Uuid::parse_str(&text).ok(), "case")).transpose()?,
            subject: self.subject.map(|text| must(Tag::parse(&text), "subject")).transpose()?,
            from: self.from.map(|text| must(text.parse::<Timestamp>().ok(), "from")).transpose()?,
            to: self.to.map(|text| must(text.parse::<Timestamp>().ok(), "to")).transpose()?,
            cursor: self.cursor.map(|text| must(text.parse().ok(), "cursor")).transpose()?,
            limit: limit(self.limit.as_deref())?,
            actor: self.actor,
            source: self.source,
            organisation: self.organisation,
            entry: None,
        };
        Ok((search, english(self.lang.as_deref())?))
    }
}

/// Why a parameter is refused; never what it was.
fn must<T>(value: Option<T>, name: &str) -> Result<T, Problem> {
    value.ok_or_else(|| {
        let [zh, en] = match name {
            "kind" => ["动作目录中的词", "a word of the catalogue, such as report_read"],
            "case" => ["编号（UUID）", "an id (UUID)"],
            "subject" => [
                "人员标签，如 1.9f86…；身份证号只能经 POST /v1/audit/subjects 查询",
                "a tag such as 1.9f86…; ID numbers go to POST /v1/audit/subjects",
            ],
            "cursor" => ["上一页的 next", "the `next` of the former page"],
            "limit" => ["1 至 500 的整数", "a whole number from 1 to 500"],
            _ => ["时间，如 2026-11-01T00:00:00Z", "a time such as 2026-11-01T00:00:00Z"],
        };
        invalid(format!("{name} 应为{zh}"), format!("{name} is {en}"))
    })
}

pub(super) fn invalid(zh: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en)
}

pub(super) fn limit(text: Option<&str>) -> Result<u32, Problem> {
    must(text.map_or(Some(100), |text| text.parse().ok()).filter(|n| (1..=500).contains(n)), "limit")
}

pub(super) fn english(lang: Option<&str>) -> Result<bool, Problem> {
    match lang {
        None | Some("zh") => Ok(false),
        Some("en") => Ok(true),
        Some(_) => Err(invalid("lang 应为 zh 或 en", "lang is zh or en")),
    }
}

/// As a page, or as a file of one of two forms.
pub(super) fn form(headers: &HeaderMap, english: bool) -> Result<Option<ExportForm>, Problem> {
    let offered = ["application/json", "text/csv", "application/x-ndjson"];
    match preferred(headers, &offered) {
        Some(0) => Ok(None),
        Some(1) => Ok(Some(ExportForm::Csv { english })),
        Some(_) => Ok(Some(ExportForm::Jsonl)),
        None => {
            let offered = offered.join(", ");
            let problem = Problem::new(ProblemKind::NotAcceptable);
            Err(problem.with_detail(format!("可选格式：{offered}"), format!("offered: {offered}")))
        }
    }
}

/// A file to be kept under a name.
pub(super) fn file(form: ExportForm, name: &str, contents: Body) -> Response {
    let (kind, ending) = match form {
        ExportForm::Csv { .. } => ("text/csv; charset=utf-8", "csv"),
        ExportForm::Jsonl => ("application/x-ndjson", "jsonl"),
    };
    let disposition = format!("attachment; filename=\"{name}.{ending}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], contents).into_response()
}

/// Entries of the log that the caller oversees, the newest first: a page as JSON, or everything that is found as CSV or lines of JSON. The
/// search itself is in the log before anything is read. No names, no amounts: the log holds none.
#[utoipa::path(get, path = "/v1/audit/events", tag = "audit", params(EventsQuery),
    responses((status = 200, content((EntryPage = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))),
        (status = 403, body = Problem), (status = 406, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn events(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    query: Result<Query<EventsQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadLog).await?;
    let Query(query) = query.map_err(|_| {
        let known = "actor, subject, case, kind, source, organisation, from, to, cursor, limit, lang";
        invalid(format!("可用参数，各至多一次：{known}"), format!("known parameters, each at most once: {known}"))
    })?;
    let (search, english) = query.search()?;
    match form(&headers, english)? {
        None => oversight.search(&caller, &search).await.map(|page| Json(page).into_response()).map_err(problem),
        Some(form) => {
            let pieces = oversight.export(&caller, &search, form).await.map_err(problem)?;
            Ok(file(form, "audit-log", Body::from_stream(pieces)))
        }
    }
}

/// One entry, by its index or its id. The reading is in the log first.
#[utoipa::path(get, path = "/v1/audit/events/{id}", tag = "audit", params(("id" = String, Path)),
    responses((status = 200, body = Entry), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("bearer" = [])))]
pub async fn event(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    State(oversight): State<Oversight>,
    PathText(id): PathText,
) -> Result<Json<Entry>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::ReadLog).await?;
    let index = place(&oversight, &id).await?;
    oversight.entry(&caller, index).await.map(Json).map_err(problem)
}

/// The index of an entry that is named by it, or by its id.
pub(super) async fn place(oversight: &Oversight, name: &str) -> Result<u64, Problem> {
    match (name.parse(), Uuid::parse_str(name)) {
        (Ok(index), _) => Ok(index),
        (_, Ok(id)) => oversight.place_of(id).await.map_err(problem),
        _ => Err(Problem::new(ProblemKind::NotFound)),
    }
}
