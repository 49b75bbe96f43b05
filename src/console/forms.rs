//! Forms come from the console's own pages or not at all: by what the browser says of their origin, and by a token of the session.

use aws_lc_rs::hmac;
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts as _, Multipart};
use axum::http::{HeaderMap, Request, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use super::notices::Notice;
use super::state::Console;
use super::user::ConsoleUser;
use crate::web::{pieces, read_body};

/// Longest form with a file: a request of the interface, and what is around it.
const MOST_UPLOAD: usize = 264 * 1024;
/// Most of a longer one that is waited for.
const MOST_LET_GO: usize = 16 * 1024 * 1024;

/// A form of a page of the console, sent by whoever is signed in. What a route does on a `POST` it does with this in hand: there is no other way
/// to the user's session and the form's fields together, so no route can forget to look. `Sent<Vec<(String, String)>>` for repeated fields.
pub struct Sent<T> {
    /// Who sent it.
    pub user: ConsoleUser,
    /// Its fields.
    pub fields: T,
}

/// A form whose button says it all.
#[derive(Deserialize)]
pub(super) struct Nothing {}

#[derive(Deserialize)]
struct Token {
    form_token: String,
}

impl<T: DeserializeOwned> FromRequest<Console> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, console: &Console) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let user = ConsoleUser::from_request_parts(&mut parts, console).await?;
        let foreign = || user.frame.notice(Notice::ForeignForm);
        if !is_of_own_page(&parts.headers, &console.0.origin) {
            return Err(foreign());
        }
        let headers = parts.headers.clone();
        let body = read_body(Request::from_parts(parts, body)).await.map_err(|_| foreign())?;
        let again = || {
            let mut request = Request::post("/").body(Body::from(body.clone())).unwrap_or_default();
            request.headers_mut().clone_from(&headers);
            request
        };
        let token = Form::<Token>::from_request(again(), &()).await.map_err(|_| foreign())?;
        if !carries_token(user.secret.bytes(), &token.0.form_token) {
            return Err(foreign());
        }
        let fields = Form::<T>::from_request(again(), &()).await.map_err(|_| foreign())?;
        Ok(Self { user, fields: fields.0 })
    }
}

/// A form of a page of the console with one small file, the last of its fields. Of one that is longer than [`MOST_UPLOAD`] only that is known, so
/// that the page can say so.
pub(super) struct SentFile {
    pub(super) user: ConsoleUser,
    pub(super) fields: Vec<(String, String)>,
    /// What the file field `file` held.
    pub(super) file: Option<Bytes>,
    /// Whether it was longer.
    pub(super) too_long: bool,
}

impl FromRequest<Console> for SentFile {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, console: &Console) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let user = ConsoleUser::from_request_parts(&mut parts, console).await?;
        let foreign = || user.frame.notice(Notice::ForeignForm);
        if !is_of_own_page(&parts.headers, &console.0.origin) {
            return Err(foreign());
        }
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.to_owned();
        let (whole, too_long) = collected(Request::from_parts(parts, body)).await.ok_or_else(foreign)?;
        let again = Request::post("/").header(header::CONTENT_TYPE, kind.as_str()).body(Body::from(whole));
        let again = again.map_err(|_| foreign())?;
        let (fields, file) = if kind.starts_with("multipart/form-data") {
            parts_of(again).await.ok_or_else(foreign)?
        } else {
            let Form(fields) = Form::<Vec<(String, String)>>::from_request(again, &()).await.map_err(|_| foreign())?;
            (fields, None)
        };
        let token = fields.iter().find(|(name, _)| name == "form_token").map_or("", |(_, token)| token);
        if !carries_token(user.secret.bytes(), token) {
            return Err(foreign());
        }
        Ok(Self { user, fields, file: file.filter(|_| !too_long), too_long })
    }
}

/// A body of at most [`MOST_UPLOAD`]; of a longer one so much. A browser shows the answer only once it has sent everything, so the rest of one that
/// is not absurdly long is read and let go.
async fn collected(request: Request<Body>) -> Option<(Bytes, bool)> {
    let mut whole = BytesMut::new();
    let mut let_go = 0;
    let mut pieces = std::pin::pin!(pieces(request));
    while let Some(piece) = pieces.next().await {
        let piece = piece.ok()?;
        let kept = piece.len().min(MOST_UPLOAD - whole.len());
        whole.extend_from_slice(&piece[..kept]);
        let_go += piece.len() - kept;
        if let_go > MOST_LET_GO {
            return None;
        }
    }
    Some((whole.freeze(), let_go > 0))
}

/// A form's texts, and its file, as far as it came.
async fn parts_of(request: Request<Body>) -> Option<(Vec<(String, String)>, Option<Bytes>)> {
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let (mut fields, mut file) = (Vec::new(), None);
    while let Ok(Some(mut part)) = form.next_field().await {
        let name = part.name()?.to_owned();
        let mut content = BytesMut::new();
        while let Ok(Some(piece)) = part.chunk().await {
            content.extend_from_slice(&piece);
        }
        if name == "file" {
            file = Some(content.freeze());
        } else {
            fields.push((name, String::from_utf8(content.to_vec()).ok()?));
        }
    }
    Some((fields, file))
}

/// Most bytes of a field that is no file.
const MOST_TEXT: u64 = 4096;

/// A form with a file, sent as [`Sent`] is: looked at before anything but its first part has come. Its parts come one after the other, the file
/// (`file`) as it arrives.
pub struct SentParts {
    /// Who sent it.
    pub user: ConsoleUser,
    /// What comes of it.
    pub(super) parts: Parts,
}

/// The parts of a form, in the order of its fields.
pub(super) struct Parts(multer::Multipart<'static>);

/// One of them.
pub(super) struct Part(multer::Field<'static>);

impl FromRequest<Console> for SentParts {
    type Rejection = Response;

    async fn from_request(request: Request<Body>, console: &Console) -> Result<Self, Response> {
        let (mut head, body) = request.into_parts();
        let user = ConsoleUser::from_request_parts(&mut head, console).await?;
        let foreign = || user.frame.notice(Notice::ForeignForm);
        if !is_of_own_page(&head.headers, &console.0.origin) {
            return Err(foreign());
        }
        let kind = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(|_| foreign())?;
        let pieces = pieces(Request::from_parts(head, body));
        let pieces = pieces.map(|piece| piece.map_err(|_| std::io::Error::other("the body stopped coming")));
        let most = multer::SizeLimit::new().per_field(MOST_TEXT).for_field("file", u64::MAX);
        let limits = multer::Constraints::new().size_limit(most);
        let mut parts = Parts(multer::Multipart::with_constraints(pieces, boundary, limits));
        let first = parts.next().await.ok().flatten().filter(|part| part.name() == "form_token");
        let token = first.ok_or_else(foreign)?.text().await.map_err(|_| foreign())?;
        if !carries_token(user.secret.bytes(), &token) {
            return Err(foreign());
        }
        Ok(Self { user, parts })
    }
}

impl Parts {
    /// The next one; what was not read of the former is passed over.
    pub(super) async fn next(&mut self) -> Result<Option<Part>, multer::Error> {
        Ok(self.0.next_field().await?.map(Part))
    }
}

impl Part {
    pub(super) fn name(&self) -> &str {
        self.0.name().unwrap_or_default()
    }

    /// What the file is called where it comes from; empty where none was chosen.
    pub(super) fn file_name(&self) -> &str {
        self.0.file_name().unwrap_or_default()
    }

    /// All of it, as text.
    pub(super) async fn text(self) -> Result<String, multer::Error> {
        self.0.text().await
    }

    /// The next bytes of it, as they come.
    pub(super) async fn piece(&mut self) -> Result<Option<Bytes>, multer::Error> {
        self.0.chunk().await
    }
}

/// The fields of a form that nobody need be signed in for; none when it is not one.
pub(super) async fn read<T: DeserializeOwned>(request: Request<Body>) -> Option<T> {
    let (parts, body) = request.into_parts();
    let body = read_body(Request::from_parts(parts.clone(), body)).await.ok()?;
    Form::from_request(Request::from_parts(parts, Body::from(body)), &()).await.ok().map(|Form(form)| form)
}

/// Whether a browser says that a form is from a page of the console. One that says nothing of it is not a browser's.
pub(super) fn is_of_own_page(headers: &HeaderMap, origin: &str) -> bool {
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
    let (site, from) = (said("sec-fetch-site"), said(header::ORIGIN.as_str()));
    match (site, from) {
        (None, None) => false,
        (site, from) => site.is_none_or(|site| site == "same-origin") && from.is_none_or(|from| from == origin),
    }
}

/// The token that forms of a session carry.
pub(super) fn token(session: &[u8; 32]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, session);
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, b"hedui console form"))
}

/// Whether a form carries its session's token.
pub(super) fn carries_token(session: &[u8; 32], given: &str) -> bool {
    token(session).as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_page_is_refused() {
        let own = "https://hedui.example";
        for (site, from, good) in [
            (Some("same-origin"), Some(own), true),
            (Some("same-origin"), None, true),
            (None, Some(own), true),
            (None, None, false),
            (Some("cross-site"), None, false),
            (Some("same-site"), Some(own), false),
            (Some("none"), Some(own), false),
            (Some("same-origin"), Some("https://hedui.example.evil"), false),
            (None, Some("null"), false),
            (None, Some("http://hedui.example"), false),
        ] {
            let mut headers = HeaderMap::new();
            site.map(|site| headers.insert("sec-fetch-site", site.parse().unwrap()));
            from.map(|from| headers.insert(header::ORIGIN, from.parse().unwrap()));
            assert_eq!(is_of_own_page(&headers, own), good, "{site:?} {from:?}");
        }
    }

    #[test]
    fn a_forms_token_is_its_sessions() {
        assert!(carries_token(&[1; 32], &token(&[1; 32])));
        assert!(!carries_token(&[2; 32], &token(&[1; 32])) && !carries_token(&[1; 32], ""));
    }
}
