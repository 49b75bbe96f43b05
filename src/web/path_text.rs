//! The one variable part of a path. What does not decode names nothing: 404, as a problem document.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::{Problem, ProblemKind};

/// A path's variable part, as text.
pub struct PathText(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<String>::from_request_parts(parts, state).await;
        read.map(|Path(text)| Self(text)).map_err(|_| Problem::new(ProblemKind::NotFound))
    }
}
