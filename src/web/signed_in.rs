//! The signed-in caller as an axum extractor: a route that names it cannot be reached without a valid token.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, MatchedPath};
use axum::http::{header, request::Parts};

use super::Problem;
use super::call_rate::take_turn;
use crate::auth::{Authenticator, Caller};
use crate::config::CertificateHash;

/// A caller with a valid token.
pub struct SignedIn(pub Caller);

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Arc<Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authenticator = Arc::<Authenticator>::from_ref(state);
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let caller = authenticator.sign_in(header, parts.extensions.get::<CertificateHash>().copied()).await?;
        take_turn(&parts.extensions, &caller).map_err(Problem::too_many_calls)?;
        let template = parts.extensions.get::<MatchedPath>();
        let call = template.map(|template| format!("{} {}", parts.method, template.as_str()).into());
        Ok(Self(Caller { call, ..caller }))
    }
}
