//! Bodies of calls that send JSON: their type, their size, their time. And of answers that are long.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;

use crate::household::Faults;
use crate::web::{BodyFault, Problem, ProblemKind, read_body};

/// Bytes of most long answers: written without growing.
const LONG: usize = 32 * 1024;

/// A long answer, written in one piece: axum's own `Json` grows its buffer from 128 bytes, which shows where an answer is 24 KB and takes
/// 200 µs in all.
pub(super) fn json<T: Serialize>(answer: &T) -> Response {
    let mut writer = serde_json::Serializer::new(Vec::with_capacity(LONG));
    answer.serialize(&mut writer).expect("an answer is plain data");
    let mut response = Response::new(Body::from(writer.into_inner()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The body of a call that sends JSON, or why it is refused: for the log and for the caller.
pub(super) async fn read_json(request: Request<Body>) -> Result<bytes::Bytes, (&'static str, Problem)> {
    require_json(request.headers()).map_err(|problem| ("media_type", problem))?;
    read_body(request).await.map_err(unread)
}

pub(super) fn unread(fault: BodyFault) -> (&'static str, Problem) {
    match fault {
        BodyFault::TooLarge => (
            "too_large",
            whole(
                ProblemKind::TooLarge,
                "too_large",
                ["请求超过 256 KiB", "the request is larger than 256 KiB"],
                ["每个请求只提交一个家庭", "send one household a request"],
            ),
        ),
        BodyFault::TooSlow => (
            "too_slow",
            whole(
                ProblemKind::TooSlow,
                "too_slow",
                ["请求体未在限定时间内传完", "the body did not come whole in time"],
                [
                    "检查网络后重试，同一 Idempotency-Key 不会重复受理",
                    "check the network and send it again; the same Idempotency-Key is safe",
                ],
            ),
        ),
        BodyFault::Broken => (
            "broken",
            whole(
                ProblemKind::InvalidRequest,
                "broken",
                ["请求体传输中断或编码有误", "the body broke off, or its transfer coding is wrong"],
                ["重新发送", "send it again"],
            ),
        ),
    }
}

/// A problem of the request as a whole, with what to do.
pub(super) fn whole(kind: ProblemKind, code: &str, [zh, en]: [&str; 2], remedy: [&str; 2]) -> Problem {
    let mut faults = Faults::default();
    faults.add("", code, zh, en, remedy);
    Problem::new(kind).with_detail(remedy[0], remedy[1]).with_faults(faults.0)
}

fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let what = ["内容类型不是 application/json", "the content type is not application/json"];
    let remedy = ["发送 Content-Type: application/json", "send Content-Type: application/json"];
    Err(whole(ProblemKind::UnsupportedMedia, "media_type", what, remedy))
}
