//! The signed-in caller as an axum extractor: a route that names it cannot be reached without a valid token.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::{header, request::Parts};

use super::{Problem, ProblemKind};
use crate::auth::{Authenticator, Caller, Permission};

/// A caller with a valid token.
pub struct SignedIn(pub Caller);

impl SignedIn {
    /// The caller, if a role grants the permission.
    ///
    /// # Errors
    /// 403 otherwise.
    pub fn with(self, permission: Permission) -> Result<Caller, Problem> {
        if self.0.may(permission) {
            Ok(self.0)
        } else {
            Err(Problem::new(ProblemKind::Forbidden).with_detail("your role does not allow this"))
        }
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Arc<Authenticator>: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let authenticator = Arc::<Authenticator>::from_ref(state);
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        Ok(Self(authenticator.caller(header)?))
    }
}
