//! What every page has around it: language, header with navigation, footer, and what its answer carries.

use askama::Template;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::assets;
use super::cookies::Cookie;
use super::language::{self, Spoken};
use super::notices::Notice;
use super::return_path::ReturnPath;
use super::sections::{self, Link};
use super::state::Console;
use super::words::frame::FrameWords;
use super::words::notices::{NoticeWords, notice};
use super::words::terms;
use crate::auth::Caller;
use crate::household::Lang;
use crate::verification::{Delivered, ReadError, VerificationError};

/// The frame of one page.
pub(super) struct Frame {
    pub(super) lang: Lang,
    pub(super) words: &'static FrameWords,
    pub(super) style: &'static str,
    /// The script that keeps parts of a page as they stand.
    pub(super) live: &'static str,
    pub(super) version: &'static str,
    /// This page in the other language.
    pub(super) switch: String,
    /// Whoever is signed in.
    pub(super) who: Option<Who>,
    path: String,
    to: Option<ReturnPath>,
    remember: bool,
    secure: bool,
    provider_origin: String,
}

/// Whoever is signed in, as the header shows them.
pub(super) struct Who {
    pub(super) name: String,
    pub(super) organisation: String,
    pub(super) roles: String,
    /// What their forms carry.
    pub(super) form_token: String,
    pub(super) sections: Vec<Link>,
}

#[derive(Template)]
#[template(path = "console/notice.html")]
struct NoticePage<'a> {
    frame: &'a Frame,
    words: &'static NoticeWords,
    heading: &'static str,
    text: &'static str,
    /// Where to sign in, if that helps.
    sign_in: Option<String>,
}

impl Frame {
    pub(super) fn of(console: &Console, parts: &Parts) -> Self {
        let Spoken { lang, asked } = Spoken::of(parts, console.0.secure);
        Self {
            lang,
            words: FrameWords::of(lang),
            style: &assets::SHEET.path,
            live: &assets::LIVE.path,
            version: env!("CARGO_PKG_VERSION"),
            switch: language::switch(parts, lang),
            who: None,
            path: parts.uri.path().to_owned(),
            to: ReturnPath::of(parts),
            remember: asked,
            secure: console.0.secure,
            provider_origin: console.0.provider_origin.clone(),
        }
    }

    /// The same page's frame for somebody who is signed in.
    pub(super) fn signed_in(self, caller: &Caller, form_token: String) -> Self {
        let roles: Vec<_> = caller.roles.iter().map(|role| terms::role(*role, self.lang)).collect();
        let who = Who {
            name: caller.subject.clone(),
            organisation: caller.organisation.clone(),
            roles: roles.join(self.lang.pick("、", ", ")),
            form_token,
            sections: sections::links(caller, &self.path, self.lang),
        };
        Self { who: Some(who), ..self }
    }

    /// What forms of this page carry.
    pub(super) fn form_token(&self) -> &str {
        self.who.as_ref().map_or("", |who| &who.form_token)
    }

    /// A page.
    pub(super) fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        self.page_that_leads(status, page, "'self'")
    }

    /// The page whose form leads to the provider: browsers hold the redirects after a form to the page's policy, and the provider's may
    /// lead over other hosts.
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
        self.answer(status, text, "'self'", forms)
    }

    /// A document as it is printed, which has a style element of its own.
    pub(super) fn document(&self, document: Delivered) -> Response {
        let Ok(text) = String::from_utf8(document.bytes) else {
            return self.notice(Notice::Failed);
        };
        let style = STANDARD.encode(Sha256::digest(document.style.unwrap_or_default()));
        self.answer(StatusCode::OK, text, &format!("'self' 'sha256-{style}'"), "'self'")
    }

    fn answer(&self, status: StatusCode, text: String, styles: &str, forms: &str) -> Response {
        let policy = format!(
            "default-src 'none'; style-src {styles}; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
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
            headers.append(header::SET_COOKIE, Cookie::Language.set(language::code(self.lang), year, self.secure));
        }
        response
    }

    /// An answer that says why there is no other page. A session that has ended is forgotten.
    pub(super) fn notice(&self, why: Notice) -> Response {
        let [heading, text] = notice(why, self.lang);
        let sign_in = why.signs_in().then(|| ReturnPath::sign_in_page(self.to.as_ref()));
        let words = NoticeWords::of(self.lang);
        let mut response = self.page(why.status(), &NoticePage { frame: self, words, heading, text, sign_in });
        if why == Notice::SessionEnded {
            response.headers_mut().append(header::SET_COOKIE, Cookie::Session.forget(self.secure));
        }
        response
    }

    /// The same for what a domain function could not do.
    pub(super) fn failed(&self, error: &ReadError) -> Response {
        match error {
            ReadError::Closed => self.notice(Notice::Closed),
            ReadError::NotFound => self.notice(Notice::NotFound),
            ReadError::NoVersion => self.notice(Notice::NoVersion),
            ReadError::Barred => self.notice(Notice::Barred),
            ReadError::Erased => self.notice(Notice::Erased),
            ReadError::Acknowledged => self.notice(Notice::NotOpen),
            ReadError::NoNotice(why) => self.notice(Notice::NotPutUp(*why)),
            _ => self.failed_inside(error),
        }
    }

    /// The same for what should not happen; the cause goes to the log of the program.
    pub(super) fn failed_inside(&self, cause: &dyn std::error::Error) -> Response {
        tracing::error!(%cause, "a page failed inside");
        self.notice(Notice::Failed)
    }

    /// What a refusal became, once it was entered.
    pub(super) fn denied(&self, entered: Result<(), VerificationError>) -> Response {
        match entered {
            Ok(()) => self.notice(Notice::NotAllowed),
            Err(VerificationError::Audit(_)) => self.notice(Notice::Closed),
            Err(error) => self.failed_inside(&error),
        }
    }
}
