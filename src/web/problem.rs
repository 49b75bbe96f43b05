//! Errors as RFC 9457 problem documents. A body never carries personal data; the cause of a 500 goes to the log alone.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Kind, TooMuch};
use crate::auth::AuthError;
use crate::household::Fault;

/// Seconds after which to call again where too many calls were open at once.
const AT_ONCE_SECS: u64 = 5;

/// A problem document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// A stable name of the problem: `urn:hedui:problem:invalid-request`.
    #[serde(rename = "type")]
    pub kind: String,
    /// In English.
    pub title: String,
    /// In Chinese.
    pub title_zh: String,
    /// HTTP status.
    pub status: u16,
    /// What to do, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do, in Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail_zh: Option<String>,
    /// Every fault of a request, with JSON pointers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Seconds after which to call again (`Retry-After`).
    #[serde(skip)]
    pub retry_after: Option<u64>,
}

/// The problems there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No or no valid token.
    Unauthorised,
    /// The caller may not.
    Forbidden,
    /// No such thing, or not the caller's to see.
    NotFound,
    /// The method does not exist here.
    MethodNotAllowed,
    /// Not there yet, or not in this state.
    Conflict,
    /// The request has faults.
    InvalidRequest,
    /// The same Idempotency-Key came with another body.
    IdempotencyConflict,
    /// The body is larger than allowed.
    TooLarge,
    /// The body did not come whole in time.
    TooSlow,
    /// The caller calls too often.
    TooManyCalls,
    /// A media type nobody offers.
    NotAcceptable,
    /// A content type nobody reads.
    UnsupportedMedia,
    /// It was erased.
    Gone,
    /// Something failed inside; the log knows.
    Internal,
    /// The service cannot take it now.
    Unavailable,
    /// The disk is nearly full.
    NoRoom,
}

impl ProblemKind {
    fn parts(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::Unauthorised => (StatusCode::UNAUTHORIZED, "unauthorised", "not signed in", "未登录或令牌无效"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "not allowed", "没有权限"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not-found", "not found", "不存在或无权查看"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method", "method not allowed", "不支持该方法"),
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "not possible in this state", "当前状态下不能进行"),
            Self::InvalidRequest => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-request", "the request has faults", "请求有误")
            }
            Self::IdempotencyConflict => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-conflict",
                "this Idempotency-Key was used with another body",
                "该幂等键已用于不同的请求",
            ),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "the body is too large", "请求过大"),
            Self::TooSlow => {
                (StatusCode::REQUEST_TIMEOUT, "too-slow", "the body did not come in time", "请求体未在限定时间内传完")
            }
            Self::TooManyCalls => (StatusCode::TOO_MANY_REQUESTS, "too-many-calls", "too many calls", "调用过于频繁"),
            Self::NotAcceptable => {
                (StatusCode::NOT_ACCEPTABLE, "not-acceptable", "no such representation", "不提供该格式")
            }
            Self::UnsupportedMedia => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media",
                "send application/json",
                "请使用 application/json",
            ),
            Self::Gone => (StatusCode::GONE, "gone", "erased", "已删除"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "something failed here", "服务内部错误"),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "not available now", "服务暂不可用"),
            Self::NoRoom => (
                StatusCode::INSUFFICIENT_STORAGE,
                "store-full",
                "the disk is nearly full: nothing new is accepted",
                "磁盘空间不足，暂不受理新的事项",
            ),
        }
    }
}

impl Problem {
    /// A problem with nothing to add.
    #[must_use]
    pub fn new(kind: ProblemKind) -> Self {
        let (status, name, title, title_zh) = kind.parts();
        Self {
            kind: format!("urn:hedui:problem:{name}"),
            title: title.into(),
            title_zh: title_zh.into(),
            status: status.as_u16(),
            detail: None,
            detail_zh: None,
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// With what to do, in Chinese and in English.
    #[must_use]
    pub fn with_detail(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.detail_zh = Some(zh.into());
        self.detail = Some(en.into());
        self
    }

    /// The disk is nearly full: what that means, and when to call again.
    #[must_use]
    pub fn no_room() -> Self {
        let problem = Self::new(ProblemKind::NoRoom).with_detail(
            "已受理的事项继续办理，报告和日志可照常查阅；磁盘腾出空间后自动恢复受理，请稍后重试",
            "what was accepted goes on, reports and the log can be read; work begins again by itself once there is room: call again later",
        );
        Self { retry_after: Some(60), ..problem }
    }

    /// Too many calls, one after the other or at once: when to call again.
    #[must_use]
    pub fn too_much(much: TooMuch) -> Self {
        let problem = Self::new(ProblemKind::TooManyCalls);
        let (secs, zh, en) = match much {
            TooMuch::Often(wait) => {
                let secs = wait.as_secs() + 1;
                (secs, format!("请在{secs}秒后重试"), format!("call again after {secs} s"))
            }
            TooMuch::AtOnce(Kind::Call) => (
                AT_ONCE_SECS,
                format!("同时进行的调用过多，请等其中之一结束，{AT_ONCE_SECS}秒后重试"),
                format!("too many of your calls are open: let one end, call again after {AT_ONCE_SECS} s"),
            ),
            TooMuch::AtOnce(Kind::Stream) => (
                AT_ONCE_SECS,
                format!("同时打开的事件流过多，请关闭其中之一，{AT_ONCE_SECS}秒后重试"),
                format!("too many of your event streams are open: close one, call again after {AT_ONCE_SECS} s"),
            ),
        };
        Self { retry_after: Some(secs), ..problem.with_detail(zh, en) }
    }

    /// With every fault.
    #[must_use]
    pub fn with_faults(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    /// A failure inside: the cause goes to the log, a constant body to the caller. Error types here carry nothing personal.
    #[must_use]
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(cause = %cause, "a call failed inside");
        Self::new(ProblemKind::Internal)
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let kind = if error == AuthError::IssuerSilent { ProblemKind::Unavailable } else { ProblemKind::Unauthorised };
        metrics::counter!("hedui_sign_in_refused_total", "why" => error.word()).increment(1);
        Self::new(kind).with_detail(error.zh(), error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(secs) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"hedui\""));
        }
        response
    }
}
