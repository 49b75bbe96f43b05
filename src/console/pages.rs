//! What every page has around it, and the pages that say why there is no other.

use askama::Template;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::cookies::Cookie;
use super::language::{Language, Spoken};
use super::state::Console;
use super::style;

/// The frame of a page: its language, its stylesheet, and what its answer carries.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) language: Language,
    remember: bool,
    secure: bool,
    provider_origin: String,
    pub(super) style: &'static str,
}

/// Why there is no other page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The provider knows them, `clients.toml` does not.
    NotRegistered,
    /// Too long without use, or altogether; signed out; or not registered any more.
    SessionEnded,
    /// The provider does not answer as it should.
    ProviderUnreachable,
    /// The answer is not to what this browser began.
    StartAgain,
    /// The provider, or the person at it, said no; or its word was not believed.
    SignInRefused,
    /// There is no such page.
    NotFound,
    /// The form is not from a page of this session.
    ForeignForm,
    /// The caller calls too often.
    TooOften,
    /// The log cannot be written.
    Closed,
    /// Something failed inside.
    Failed,
}

impl Notice {
    fn status(self) -> StatusCode {
        match self {
            Self::NotRegistered | Self::SignInRefused | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::SessionEnded => StatusCode::UNAUTHORIZED,
            Self::ProviderUnreachable | Self::Closed => StatusCode::SERVICE_UNAVAILABLE,
            Self::StartAgain => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Heading and what to do, each in Chinese and English.
    fn words(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::NotRegistered => [
                ("您未在本系统登记", "You are not registered here"),
                (
                    "统一身份认证已确认您的身份，但您未在本系统登记，因此不能进入。此次登录已记入审计日志。请联系本单位的安全管理员办理登记。",
                    "The sign-in service knows you, but you are not registered in this system, so you cannot come in. The attempt stands in \
                     the audit log. Ask your office's security administrator to register you.",
                ),
            ],
            Self::SessionEnded => [
                ("登录已失效", "Your session has ended"),
                (
                    "您已退出、长时间未操作、登录时间已满，或登记已变更。未提交的内容没有保存。请重新登录。",
                    "You signed out, did nothing for a while, were signed in for as long as is allowed, or your registration changed. What \
                     was not submitted was not kept. Sign in again.",
                ),
            ],
            Self::ProviderUnreachable => [
                ("统一身份认证暂时无法使用", "The sign-in service cannot be reached"),
                (
                    "本系统联系不上统一身份认证服务，您暂时不能登录。请稍后再试；如持续出现，请联系系统管理员。",
                    "This system cannot reach the sign-in service, so nobody can sign in now. Try again in a while; if it stays like this, \
                     tell the system administrator.",
                ),
            ],
            Self::StartAgain => [
                ("登录没有完成", "The sign-in was not completed"),
                (
                    "登录须在十分钟内、在同一浏览器中完成，且每次只能使用一次。请重新开始。",
                    "A sign-in has to be completed within ten minutes, in the same browser, and counts once. Start again.",
                ),
            ],
            Self::SignInRefused => [
                ("登录被拒绝", "The sign-in was refused"),
                (
                    "统一身份认证未给出可用的登录凭证，或登录已被取消。请重新登录；如持续出现，请联系系统管理员。",
                    "The sign-in service gave no proof of identity that can be used, or the sign-in was cancelled. Sign in again; if it \
                     stays like this, tell the system administrator.",
                ),
            ],
            Self::NotFound => [
                ("找不到该页面", "Page not found"),
                (
                    "请核对网址是否正确。如果是从链接进入，该页面可能已不存在，或您无权查看。",
                    "Check the address. If you followed a link, the page may be gone, or you may not see it.",
                ),
            ],
            Self::ForeignForm => [
                ("操作未执行", "Nothing was done"),
                (
                    "该操作不是从您当前登录的页面发出的。请返回首页重试。",
                    "This did not come from a page of your present session. Go back to the home page and try again.",
                ),
            ],
            Self::TooOften => {
                [("操作过于频繁", "Too many requests"), ("请稍候几秒再试。", "Wait a few seconds, then try again.")]
            }
            Self::Closed => [
                ("服务暂停", "The service has paused"),
                (
                    "审计日志无法写入，因此不执行任何操作。请联系系统管理员。",
                    "The audit log cannot be written, so nothing is done. Tell the system administrator.",
                ),
            ],
            Self::Failed => [
                ("服务出现问题", "Something went wrong"),
                (
                    "请稍后再试；如持续出现，请联系系统管理员。",
                    "Try again in a while; if it stays like this, tell the system administrator.",
                ),
            ],
        }
    }
}

#[derive(Template)]
#[template(path = "console/notice.html")]
struct NoticePage<'a> {
    frame: &'a Frame,
    heading: &'a str,
    text: &'a str,
    sign_in: bool,
}

impl Frame {
    pub(super) fn of(console: &Console, spoken: Spoken) -> Self {
        let Spoken { language, asked } = spoken;
        let (secure, provider_origin) = (console.0.secure, console.0.provider_origin.clone());
        Self { language, remember: asked, secure, provider_origin, style: &style::PATH }
    }

    /// Of two wordings the one in the page's language.
    pub(super) fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.language.say(zh, en)
    }

    /// An answer with a page.
    pub(super) fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        self.page_that_leads(status, page, "'self'")
    }

    /// An answer with the page whose form leads to the provider, by whatever hosts that has. Browsers hold redirects after a form to its policy.
    pub(super) fn page_to_provider(&self, page: &impl Template) -> Response {
        self.page_that_leads(StatusCode::OK, page, &format!("'self' https: {}", self.provider_origin))
    }

    fn page_that_leads(&self, status: StatusCode, page: &impl Template, forms: &str) -> Response {
        let text = match page.render() {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(cause = %error, "a page failed inside");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let policy = format!(
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
        );
        let mut response = (status, Html(text)).into_response();
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::X_FRAME_OPTIONS, "DENY"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        // With no-referrer browsers say `Origin: null` of forms, and then nobody knows whose they are.
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
        headers.extend(HeaderValue::from_str(&policy).ok().map(|policy| (header::CONTENT_SECURITY_POLICY, policy)));
        if self.secure {
            let stays = HeaderValue::from_static("max-age=31536000; includeSubDomains");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, stays);
        }
        if self.remember {
            let year = Some(31_536_000);
            headers.append(header::SET_COOKIE, Cookie::Language.set(self.language.as_str(), year, self.secure));
        }
        response
    }

    /// An answer that says why there is no other page. A session that has ended is forgotten.
    pub(super) fn notice(&self, notice: &Notice) -> Response {
        let [heading, text] = notice.words();
        let page = NoticePage {
            frame: self,
            heading: self.say(heading.0, heading.1),
            text: self.say(text.0, text.1),
            sign_in: !matches!(notice, Notice::NotFound | Notice::ForeignForm | Notice::TooOften),
        };
        let mut response = self.page(notice.status(), &page);
        if *notice == Notice::SessionEnded {
            response.headers_mut().append(header::SET_COOKIE, Cookie::Session.forget(self.secure));
        }
        response
    }
}
