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

/// An address with what is given of these parameters.
pub(super) fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut carrier = reqwest::Url::parse("form:/").expect("an address");
    let given = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    carrier.query_pairs_mut().extend_pairs(given);
    match carrier.query().filter(|query| !query.is_empty()) {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}
