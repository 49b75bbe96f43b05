//! The one variable part of a page's path. What does not decode names nothing.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;

use super::frame::Frame;
use super::notices::Notice;
use super::state::Console;

/// A path's variable part, as text.
pub(super) struct Named(pub(super) String);

impl FromRequestParts<Console> for Named {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        let read = Path::<String>::from_request_parts(parts, console).await;
        read.map(|Path(text)| Self(text)).map_err(|_| Frame::of(console, parts).notice(Notice::NotFound))
    }
}
