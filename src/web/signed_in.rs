//! The signed-in caller as an axum extractor: a route that names it cannot be reached without a valid token.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, MatchedPath};
use axum::http::{header, request::Parts};

use super::Problem;
use super::call_rate::take_turn;
use super::places::Kind;
use crate::audit::Action;
use crate::auth::{Authenticator, Caller};
use crate::config::CertificateHash;
use crate::verification::Verifier;

/// A caller with a valid token.
pub struct SignedIn(pub Caller);

/// A caller with a valid token who opens a stream of events: streams have a limit of their own.
pub struct Watching(pub SignedIn);

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Arc<Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        signed_in(parts, &Arc::<Authenticator>::from_ref(state), Kind::Call).await
    }
}

impl<S> FromRequestParts<S> for Watching
where
    S: Send + Sync,
    Arc<Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        signed_in(parts, &Arc::<Authenticator>::from_ref(state), Kind::Stream).await.map(Self)
    }
}

async fn signed_in(parts: &Parts, authenticator: &Authenticator, kind: Kind) -> Result<SignedIn, Problem> {
    let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let certificate = parts.extensions.get::<CertificateHash>().copied();
    let caller = match authenticator.sign_in(header, certificate).await {
        Ok(caller) => caller,
        Err(error) => {
            // for the log, where the routes have one
            if let Some(verifier) = parts.extensions.get::<Verifier>().filter(|_| error.is_about_a_token()) {
                verifier.count_refusal(Action::TokenRefused, error.word());
            }
            return Err(error.into());
        }
    };
    take_turn(&parts.extensions, &caller, kind).map_err(Problem::too_much)?;
    let template = parts.extensions.get::<MatchedPath>();
    let call = template.map(|template| format!("{} {}", parts.method, template.as_str()).into());
    Ok(SignedIn(Caller { call, ..caller }))
}
