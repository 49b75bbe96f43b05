//! Forms come from the console's own pages or not at all: by what the browser says of their origin, and by a token of the session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::hmac;
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts as _};
use axum::http::{HeaderMap, Request, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use super::notices::Notice;
use super::state::Console;
use super::user::ConsoleUser;
use crate::web::{pieces, read_body};

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

/// Most bytes of a field that is no file.
const MOST_TEXT: usize = 4096;
/// Most of what nobody keeps that is waited for: a browser shows no answer to a form that it could not send to its end.
const MOST_LET_GO: usize = 16 * 1024 * 1024;
/// Most bytes that come before a form's token is read: what stands before its first part, and that part.
const MOST_BEFORE: u64 = 64 * 1024;
/// Most bytes of which nothing comes, as of a part's headers.
const MOST_HEADERS: u64 = 1024 * 1024;

/// A form with files, sent as [`Sent`] is: looked at before anything but its first part has come. Its parts come one after the other, files as they
/// arrive.
pub struct SentParts {
    /// Who sent it.
    pub user: ConsoleUser,
    /// What comes of it.
    pub(super) parts: Parts,
}

/// The parts of a form, in the order of its fields.
pub(super) struct Parts(multer::Multipart<'static>, Arc<Unread>);

/// One of them.
pub(super) struct Part(multer::Field<'static>, Arc<Unread>);

/// Bytes that were received and of which nothing has come yet, and how many there may be: the reader keeps them all.
struct Unread {
    bytes: AtomicU64,
    most: AtomicU64,
}

impl Unread {
    fn nothing(&self) {
        self.bytes.store(0, Ordering::Relaxed);
    }

    fn may_be(&self, most: u64) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// Whether so many more are too many.
    fn exceeds(&self, more: usize) -> bool {
        let before = self.bytes.fetch_add(more as u64, Ordering::Relaxed);
        before.saturating_add(more as u64) > self.most.load(Ordering::Relaxed)
    }
}

/// A body's pieces, one at a time, so that the reader looks at each before it takes the next.
fn bounded(request: Request<Body>, unread: Arc<Unread>) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send {
    let pieces = Box::pin(pieces(request));
    stream::unfold(Some((pieces, unread)), async |held| {
        let (mut pieces, unread) = held?;
        tokio::task::yield_now().await;
        let broken = |what| Some((Err(std::io::Error::other(what)), None));
        match pieces.next().await? {
            Ok(piece) if unread.exceeds(piece.len()) => broken("a form whose parts have no end"),
            Ok(piece) => Some((Ok(piece), Some((pieces, unread)))),
            Err(_) => broken("the body stopped coming"),
        }
    })
}

/// The form did not come whole, or a field of it is no text.
#[derive(Debug)]
pub(super) struct Broken;

impl From<multer::Error> for Broken {
    fn from(_: multer::Error) -> Self {
        Self
    }
}

/// What became of a file of a form.
pub(super) enum File {
    /// None was chosen.
    Missing,
    /// It is longer than what is kept.
    TooLong,
    Kept(Bytes),
}

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
        let unread = Arc::new(Unread { bytes: AtomicU64::new(0), most: AtomicU64::new(MOST_BEFORE) });
        let pieces = bounded(Request::from_parts(head, body), Arc::clone(&unread));
        let mut parts = Parts(multer::Multipart::new(pieces, boundary), unread);
        let first = parts.next().await.ok().flatten().filter(|part| part.name() == "form_token");
        let token = first.ok_or_else(foreign)?.text().await.map_err(|_| foreign())?;
        if !carries_token(user.secret.bytes(), &token) {
            return Err(foreign());
        }
        parts.1.may_be(MOST_HEADERS);
        Ok(Self { user, parts })
    }
}

impl Parts {
    /// The next one; what was not read of the former is passed over.
    pub(super) async fn next(&mut self) -> Result<Option<Part>, Broken> {
        let next = self.0.next_field().await?;
        self.1.nothing();
        Ok(next.map(|field| Part(field, Arc::clone(&self.1))))
    }

    /// Reads what is left of a form that is not absurdly long, and lets it go.
    pub(super) async fn let_go(&mut self) {
        let mut let_go = 0;
        // the part that is left unread is passed over whole
        self.1.may_be(MOST_LET_GO as u64);
        while let Ok(Some(mut part)) = self.next().await {
            while let Ok(Some(piece)) = part.piece().await {
                let_go += piece.len();
                if let_go > MOST_LET_GO {
                    return;
                }
            }
        }
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
    pub(super) async fn text(mut self) -> Result<String, Broken> {
        match self.whole(MOST_TEXT).await? {
            Some(bytes) => String::from_utf8(bytes.to_vec()).map_err(|_| Broken),
            None => Err(Broken),
        }
    }

    /// All of a file, if it is no longer than `most`.
    pub(super) async fn file(mut self, most: usize) -> Result<File, Broken> {
        let whole = self.whole(most).await?;
        Ok(match whole {
            None => File::TooLong,
            Some(bytes) if bytes.is_empty() => File::Missing,
            Some(bytes) => File::Kept(bytes),
        })
    }

    /// All of it, or nothing where it is longer than `most`.
    async fn whole(&mut self, most: usize) -> Result<Option<Bytes>, Broken> {
        let (mut whole, mut received) = (BytesMut::new(), 0_usize);
        while let Some(piece) = self.piece().await? {
            received = received.saturating_add(piece.len());
            if received <= most {
                whole.extend_from_slice(&piece);
            } else if received - most > MOST_LET_GO {
                return Err(Broken);
            }
        }
        Ok((received <= most).then(|| whole.freeze()))
    }

    /// The next bytes of it, as they come.
    pub(super) async fn piece(&mut self) -> Result<Option<Bytes>, Broken> {
        let piece = self.0.chunk().await?;
        self.1.nothing();
        Ok(piece)
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
