//! `GET /v1/verifications/{id}/report`.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::accept::preferred;
use super::permit::{at_level, closed, level, permit};
use crate::auth::{Caller, Permission};
use crate::config::Disclosure;
use crate::report::disclosure::ReportCopy;
use crate::report::seal::COMMON_CLIENT_REPORT_BYTES;
use crate::verification::{ReadError, ReportForm, ReportTerms, SealedSize, Verifier};
use crate::web::{PathText, Problem, ProblemKind, SignedIn, policy_of_page};

/// Bytes of the report within a seal.
const BYTES: HeaderName = HeaderName::from_static("hedui-report-bytes");
/// The bound that they exceed.
const OVER: HeaderName = HeaderName::from_static("hedui-report-over");

/// The forms of a report; copies beside the officer's are not sealed.
const OFFERED: [&str; 3] = ["application/jose", "application/json", "text/html"];

/// Which version, at which level, in which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ReportQuery {
    /// Version; the latest unless given.
    pub version: Option<u32>,
    /// `zh` (default) or `en`, for HTML.
    pub lang: Option<String>,
    /// `conclusion`, `amounts` or `full`: at most what the client is granted, and that unless given.
    pub level: Option<String>,
    /// `officer` (default); `applicant`: without obligors and findings about third people, of level `full`; `notice`: the extract for the public
    /// notice, of a final report of an application whose conditions may be met. The last two as application/json or text/html.
    pub copy: Option<String>,
}

/// The report: sealed (`application/jose`), or opened on the server for a caller with `report:read`. Every reading is in the log first.
#[utoipa::path(get, path = "/v1/verifications/{id}/report", tag = "verifications", params(("id" = String, Path), ReportQuery),
    responses(
        (status = 200, description = "application/jose: JWE around JWS around the report; application/json (see /schemas/report.json, and /schemas/report-view.json for levels below full; of copy=applicant {format, of, body}, body as in /schemas/report.json; of copy=notice PublicNotice) and text/html with report:read",
            content((String = "application/jose"), (Object = "application/json"), (String = "text/html")),
            headers(
                ("Hedui-Report-Bytes" = u64, description = "Of a sealed report: bytes of the JSON within"),
                ("Link" = String, description = "With Hedui-Report-Over: the same report as application/json, which has no bound"),
                ("Hedui-Report-Over" = u64, description = "Only when these exceed what clients open with their default settings: that bound. Raise the client's limit on tokens, ask for a lower level, or fetch application/json"))),
        (status = 403, body = Problem), (status = 404, description = "No such case, or no such version", body = Problem),
        (status = 406, body = Problem), (status = 409, description = "No version yet, or nobody to seal for", body = Problem),
        (status = 410, description = "Erased", body = Problem), (status = 422, body = Problem)),
    security(("bearer" = [])))]
pub async fn report(
    signed_in: SignedIn,
    State(verifier): State<Verifier>,
    PathText(id): PathText,
    query: Result<Query<ReportQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let invalid = |zh: &str, en: &str| Problem::new(ProblemKind::InvalidRequest).with_detail(zh, en);
    let known = [
        "可用参数：version（正整数）、lang、level、copy",
        "known parameters: version (a whole number), lang, level, copy",
    ];
    let Query(query) = query.map_err(|_| invalid(known[0], known[1]))?;
    let english = match query.lang.as_deref() {
        None | Some("zh") => false,
        Some("en") => true,
        Some(_) => return Err(invalid("lang 应为 zh 或 en", "lang is zh or en")),
    };
    let wanted = level(query.level.as_deref())?;
    let copy = query.copy.as_deref().map_or(Some(ReportCopy::Officer), ReportCopy::parse);
    let copy =
        copy.ok_or_else(|| invalid("copy 应为 officer、applicant 或 notice", "copy is officer, applicant or notice"))?;
    let wanted = if copy == ReportCopy::Applicant { Some(Disclosure::Full) } else { wanted };
    let offered = &OFFERED[usize::from(copy != ReportCopy::Officer)..];
    let form = wanted_form(&headers, offered, english).ok_or_else(|| {
        let offered = offered.join(", ");
        Problem::new(ProblemKind::NotAcceptable)
            .with_detail(format!("可选格式：{offered}"), format!("offered: {offered}"))
    })?;
    let (permission, kind) = match form {
        ReportForm::Sealed => (Permission::FetchReport, "application/jose"),
        ReportForm::Json => (Permission::OpenReport, "application/json"),
        ReportForm::Html { .. } => (Permission::OpenReport, "text/html; charset=utf-8"),
    };
    // an auditor reads what an inspection was granted for, and fetches nothing that is sealed for others
    let opens = signed_in.0.scopes.iter().any(|scope| scope == "report:read");
    let inspects = signed_in.0.may(Permission::Inspect) && opens && form != ReportForm::Sealed;
    let permission = if inspects { Permission::Inspect } else { permission };
    let caller = permit(&verifier, signed_in, permission).await?;
    let caller = at_level(&verifier, caller, wanted).await?;
    let terms = ReportTerms { version: query.version, form, copy, bar: None };
    let delivered = match verifier.report_on(&caller, &id, terms).await {
        Err(ReadError::NoVersion) => return Err(no_version(&verifier, &caller, &id).await),
        outcome => outcome.map_err(problem)?,
    };
    let mut response = ([(header::CONTENT_TYPE, kind)], delivered.bytes).into_response();
    if let Some(style) = &delivered.style {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy_of_page(style));
    }
    if let Some(size) = delivered.sealed {
        let version = query.version.map_or_else(String::new, |version| format!("&version={version}"));
        let path = format!("/v1/verifications/{id}/report?level={}{version}", caller.disclosure.as_str());
        say_size(response.headers_mut(), size, &path);
    }
    Ok(response)
}

/// A client that cannot open a large report with its default settings is told so beforehand.
fn say_size(headers: &mut HeaderMap, size: SealedSize, path: &str) {
    headers.insert(BYTES, size.bytes.into());
    if !size.fits_common_clients {
        headers.insert(OVER, COMMON_CLIENT_REPORT_BYTES.into());
        // the same report by a link of its own, in a form without a bound (RFC 8288)
        let link = format!("<{path}>; rel=\"alternate\"; type=\"application/json\"");
        headers.extend(HeaderValue::from_str(&link).ok().map(|link| (header::LINK, link)));
    }
}

/// 409 while there is no version at all, 404 for a number that is not one of those there are.
async fn no_version(verifier: &Verifier, caller: &Caller, id: &str) -> Problem {
    match verifier.standing(caller, id).await {
        Err(error) => problem(error),
        Ok((_, versions)) if versions.is_empty() => problem(ReadError::NoVersion),
        Ok(_) => Problem::new(ProblemKind::NotFound)
            .with_detail("没有该版本：见 …/versions", "no such version: see …/versions"),
    }
}

/// The form a caller prefers. None when nothing that is offered is acceptable.
fn wanted_form(headers: &HeaderMap, offered: &[&str], english: bool) -> Option<ReportForm> {
    let form = |kind| match kind {
        "application/jose" => ReportForm::Sealed,
        "application/json" => ReportForm::Json,
        _ => ReportForm::Html { english },
    };
    preferred(headers, offered).map(|place| form(offered[place]))
}

/// The problem a failed reading becomes.
pub(super) fn problem(error: ReadError) -> Problem {
    match error {
        ReadError::NotFound => Problem::new(ProblemKind::NotFound),
        ReadError::Barred => super::decided::barred(),
        ReadError::NoVersion => Problem::new(ProblemKind::Conflict)
            .with_detail("尚无报告：请等待，或关注 …/events", "there is no version yet: wait, or follow …/events"),
        ReadError::NoRecipient => Problem::new(ProblemKind::Conflict)
            .with_detail("请求和登记均未给出接收方公钥", "neither request nor client named a recipient key"),
        ReadError::NoChange(why) => {
            let (zh, en) = why.words();
            Problem::new(ProblemKind::NotFound).with_detail(zh, en)
        }
        ReadError::NoNotice(why) => {
            let (zh, en) = why.words();
            Problem::new(ProblemKind::Conflict).with_detail(zh, en)
        }
        ReadError::Erased => super::decided::erased(),
        ReadError::Acknowledged => Problem::new(ProblemKind::Conflict)
            .with_detail("此前已登记知悉：所附说明未保存", "it was acknowledged before: the note was not kept"),
        ReadError::Closed => closed("审计日志无法写入，暂不提供", "the audit log cannot be written: nothing is shown"),
        ReadError::Inside(error) => Problem::internal(error.as_ref()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_ordinary_clients_do_not_open_says_so() {
        let path = "/v1/verifications/x/report?version=2";
        let link = format!("<{path}>; rel=\"alternate\"; type=\"application/json\"");
        for (bytes, fits_common_clients, over) in [(30_000, true, None), (40_000, false, Some("32768"))] {
            let mut headers = HeaderMap::new();
            say_size(&mut headers, SealedSize { bytes, fits_common_clients }, path);
            assert_eq!(headers.get(header::LINK).and_then(|value| value.to_str().ok()), over.map(|_| &*link));
            assert_eq!(headers[BYTES].to_str().ok(), Some(&*bytes.to_string()));
            assert_eq!(headers.get(OVER).and_then(|value| value.to_str().ok()), over);
        }
    }

    #[test]
    fn the_form_is_the_one_preferred() {
        let sealed = Some(ReportForm::Sealed);
        let page = Some(ReportForm::Html { english: false });
        let table = [
            ("", None),
            ("application/jose", sealed),
            ("*/*", sealed),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", page),
            ("application/json;q=0.5, text/html;q=0.9", page),
            ("application/json;q=0, */*", sealed),
            ("application/jose;q=0, text/*", page),
            ("application/json, */*", Some(ReportForm::Json)),
            ("text/html, application/json", page),
            ("Application/JSON", Some(ReportForm::Json)),
            ("application/pdf", None),
            ("application/json;q=0", None),
            ("application/json;q=high", None),
        ];
        for (accept, wanted) in table {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(wanted_form(&headers, &OFFERED, false), wanted, "{accept}");
        }
        assert_eq!(wanted_form(&HeaderMap::new(), &OFFERED, false), sealed);
        assert_eq!(wanted_form(&HeaderMap::new(), &OFFERED[1..], false), Some(ReportForm::Json), "no copy is sealed");
    }
}
