//! The pages that say why there is no other.

use axum::http::StatusCode;

/// Why there is no other page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The provider knows them, `clients.toml` does not.
    NotRegistered,
    /// The provider names them by a number of theirs.
    PersonalSubject,
    /// Too long without use, or altogether; signed out; or not registered any more.
    SessionEnded,
    /// The provider does not answer as it should.
    ProviderUnreachable,
    /// The answer is not to what this browser began.
    StartAgain,
    /// The provider, or the person at it, said no; or its word was not believed.
    SignInRefused,
    /// The role does not allow it.
    NotAllowed,
    /// There is no such page.
    NotFound,
    /// The form is not from a page of this session.
    ForeignForm,
    /// The caller calls too often.
    TooOften,
    /// The log cannot be written.
    Closed,
    /// Something failed inside.
    Failed,
}

impl Notice {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotRegistered
            | Self::PersonalSubject
            | Self::SignInRefused
            | Self::NotAllowed
            | Self::ForeignForm => StatusCode::FORBIDDEN,
            Self::SessionEnded => StatusCode::UNAUTHORIZED,
            Self::ProviderUnreachable | Self::Closed => StatusCode::SERVICE_UNAVAILABLE,
            Self::StartAgain => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
