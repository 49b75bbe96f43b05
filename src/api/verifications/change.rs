//! `GET /v1/verifications/{id}/change`, `POST /v1/verifications/{id}/heard`.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::{read_json, whole};
use crate::api::decided;
use crate::api::permit::{at_level, permit, refuse};
use crate::api::report::problem;
use crate::auth::Permission;
use crate::config::Disclosure;
use crate::policy::notice::{Notice, State as NoticeState};
use crate::report::change::Change;
use crate::verification::{Statement as FamilyStatement, Verifier};
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// Most characters of a statement.
const MOST: usize = 4000;

/// What changed in a household.
#[derive(Serialize, ToSchema)]
pub struct ChangedHousehold {
    /// The caller's own number of the household.
    pub reference: String,
    /// The version of the report that it stands in.
    pub version: u32,
    /// The case of the report before.
    pub case_before: String,
    /// What the law asks before anything adverse goes further (社会救助法 art. 45, 48).
    pub notice: Notice,
    /// Where that stands.
    pub notice_state: NoticeState,
    /// When the family was heard.
    #[schema(value_type = Option<String>, format = Date)]
    pub heard_on: Option<Date>,
    /// What it said, the first word first.
    pub statements: Vec<FamilyStatement>,
    /// What changed.
    pub change: Change,
}

/// What changed since the household's last report, line by line: the disclosure level `full` is needed. 404 where there is no earlier report, or nothing changed.
#[utoipa::path(get, path = "/v1/verifications/{id}/change", tag = "verifications", params(("id" = String, Path)),
    responses((status = 200, body = ChangedHousehold), (status = 403, body = Problem), (status = 404, body = Problem), (status = 410, body = Problem)),
    security(("bearer" = [])))]
pub async fn change(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
) -> Result<Json<ChangedHousehold>, Problem> {
    let caller = permit(&verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(&verifier, caller, Some(Disclosure::Full)).await?;
    let changed = verifier.change_of(&caller, &id).await.map_err(problem)?;
    Ok(Json(ChangedHousehold {
        reference: changed.reference,
        version: changed.version,
        case_before: changed.with.to_string(),
        notice_state: changed.notice.state(changed.heard_on, None),
        notice: changed.notice,
        heard_on: changed.heard_on,
        statements: changed.statements,
        change: changed.change,
    }))
}

/// What the family said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// In its own words, 1 to 4,000 characters.
    pub statement: String,
    /// The version that it was told of: refused where that is not the latest any more. The latest unless given.
    pub version: Option<u32>,
}

/// Notes that the family was heard about what changed in the latest version; 409 where nothing did, or `version` is not the latest: what is adverse in it may go further from now on. Whoever notes it can
/// read what the family was heard about: the scope `report:read` is needed.
#[utoipa::path(post, path = "/v1/verifications/{id}/heard", tag = "verifications", params(("id" = String, Path)),
    request_body = Statement,
    responses((status = 204), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem), (status = 410, body = Problem),
        (status = 408, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn heard(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    request: Request<Body>,
) -> Result<StatusCode, Problem> {
    let caller = permit(&verifier, signed_in, Permission::OpenReport).await?;
    let caller = at_level(&verifier, caller, Some(Disclosure::Full)).await?;
    let body = match read_json(request).await {
        Ok(body) => body,
        Err((why, problem)) => return Err(refuse(&verifier, &caller, why, problem).await),
    };
    let sent = serde_json::from_slice::<Statement>(&body).ok();
    let sent = sent.and_then(|sent| Some((decided::words(&sent.statement, MOST)?, sent.version)));
    let Some((statement, about)) = sent else {
        let what = [
            "请求应为 {\"statement\": \"……\"}，可加 \"version\": 版本号",
            "the body is {\"statement\": \"…\"}, and may have a \"version\": a number",
        ];
        let remedy = ["填写家庭的说明，1 至 4000 字", "write down what the family said, 1 to 4,000 characters"];
        let problem = whole(ProblemKind::InvalidRequest, "statement", what, remedy);
        return Err(refuse(&verifier, &caller, "invalid", problem).await);
    };
    match verifier.hear(&caller, &id, about, &statement).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err(decided::problem(&verifier, &caller, error).await),
    }
}
