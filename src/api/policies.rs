//! `GET /v1/policies/{region}`.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::permit::permit;
use crate::auth::Permission;
use crate::household::Region;
use crate::policy::PolicyError;
use crate::policy::pack::nearest_keys;
use crate::verification::{ShownRules, Verifier};
use crate::web::{PathText, Problem, ProblemKind, SignedIn};

/// At which day, and which of them.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PolicyQuery {
    /// yyyy-MM-dd; today unless given.
    pub as_of: Option<String>,
    /// A key, or the beginning of keys: `deduction.illness`; every rule unless given.
    pub rule: Option<String>,
}

/// The rules in force in a region on a day, each with its law and whether it is published or assumed.
#[utoipa::path(get, path = "/v1/policies/{region}", tag = "policy", params(("region" = String, Path, description = "GB/T 2260, six digits"), PolicyQuery,
        ("If-None-Match" = Option<String>, Header, description = "The ETag of a former answer: 304 while the rules are the same")),
    responses((status = 200, description = "The resolved pack", body = ShownRules, headers(("ETag" = String, description = "Of the pack and the day"))),
        (status = 304, description = "The rules are the same"),
        (status = 403, body = Problem), (status = 404, description = "No rules for this region or day, or no such rule", body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn policy(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(region): PathText,
    query: Result<Query<PolicyQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    permit(&verifier, signed_in, Permission::ReadPolicy).await?;
    let invalid = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let Query(query) = query
        .map_err(|_| invalid("可用参数：as_of（yyyy-MM-dd）、rule", "known parameters: as_of (yyyy-MM-dd), rule"))?;
    if !Region::is_code(&region) {
        return Err(invalid(
            "地区应为六位行政区划代码，例如 620422",
            "a region is a GB/T 2260 code of six digits, e.g. 620422",
        ));
    }
    let as_of = query.as_of.map(|text| text.parse()).transpose();
    let as_of = as_of.map_err(|_| invalid("as_of 应为日期，格式 yyyy-MM-dd", "as_of is a date, yyyy-MM-dd"))?;
    let rule = query.rule.unwrap_or_default();
    let shown =
        verifier.shown_rules(&region, as_of, rule.trim_matches('.')).map_err(|error| refusal(&verifier, &error))?;
    if shown.parameters.is_empty() {
        return Err(no_rule(&rule));
    }
    let tag = format!("\"{}-{}\"", shown.sha256, shown.as_of);
    let fields = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if same(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, fields).into_response());
    }
    Ok((fields, Json(shown)).into_response())
}

/// Whether the caller has this already (RFC 9110, 13.1.2).
fn same(headers: &HeaderMap, tag: &str) -> bool {
    let named = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut named = named.flat_map(|value| value.split(','));
    named.any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag)
}

fn refusal(verifier: &Verifier, error: &PolicyError) -> Problem {
    let not_found = |zh: String, en: String| Problem::new(ProblemKind::NotFound).with_detail(zh, en);
    match error {
        PolicyError::NotCovered { since: Some(since), .. } => not_found(
            format!("该日没有政策参数：规则自 {since} 起"),
            format!("the rules do not cover this day: they begin on {since}"),
        ),
        PolicyError::NotCovered { .. } | PolicyError::Unreadable { .. } => {
            not_found("该地区该日没有政策参数".into(), "no pack covers this region on this day".into())
        }
        PolicyError::UnknownRegion { .. } => {
            let known = verifier.counties().into_iter().map(|county| county.region).collect::<Vec<_>>().join(", ");
            not_found(
                format!("没有该地区的政策参数；有规则的地区：{known}"),
                format!("no pack covers this region; there are rules for: {known}"),
            )
        }
    }
}

fn no_rule(rule: &str) -> Problem {
    let near = nearest_keys(rule).join(", ");
    let problem = Problem::new(ProblemKind::NotFound);
    if near.is_empty() {
        return problem
            .with_detail("没有这条规则；不带 rule 时列出全部", "there is no such rule; without `rule` all are listed");
    }
    problem.with_detail(format!("没有这条规则；是否指：{near}"), format!("there is no such rule; did you mean: {near}"))
}
