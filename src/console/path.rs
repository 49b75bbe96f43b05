//! The variable parts of a page's path. What does not decode names nothing.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::frame::Frame;
use super::notices::Notice;
use super::state::Console;

/// A path's variable part, as text; several as a tuple.
pub(super) struct Named<T = String>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Console> for Named<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        let read = Path::<T>::from_request_parts(parts, console).await;
        read.map(|Path(named)| Self(named)).map_err(|_| Frame::of(console, parts).notice(Notice::NotFound))
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
