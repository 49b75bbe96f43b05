//! The pages that say why there is no other.

use axum::http::StatusCode;

use crate::report::public_notice::NoNotice;

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
    /// It is about the caller or registered kin.
    Barred,
    /// There is no report yet.
    NoVersion,
    /// Another decision or version came first.
    Moved,
    /// The case is where this cannot be done.
    WrongState,
    /// The same waits for a second person.
    AlreadyAsked,
    /// It is decided, or has lapsed.
    NotOpen,
    /// It was issued before.
    AlreadyIssued,
    /// There is no authorisation to take back.
    NothingToWithdraw,
    /// The file it came in is still being worked on.
    StillInFile,
    /// There is nothing to put up for the public notice.
    NotPutUp(NoNotice),
    /// Its data keys are destroyed.
    Erased,
    /// Another person must do it.
    SamePerson,
    /// Another role must do it.
    OtherRole,
    /// It tells more than the caller is shown.
    Undisclosed,
    /// What was sent cannot be what the form sends.
    WrongForm,
    /// A department that answered is not asked again.
    Answered,
    /// What was sent once came again and says something else.
    SentBefore,
    /// The disk is nearly full.
    NoRoom,
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
    /// Whether signing in helps.
    pub(super) fn signs_in(self) -> bool {
        matches!(
            self,
            Self::NotRegistered
                | Self::PersonalSubject
                | Self::SessionEnded
                | Self::ProviderUnreachable
                | Self::StartAgain
                | Self::SignInRefused
                | Self::Closed
                | Self::Failed
        )
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotRegistered
            | Self::PersonalSubject
            | Self::SignInRefused
            | Self::NotAllowed
            | Self::ForeignForm
            | Self::Barred
            | Self::SamePerson
            | Self::OtherRole
            | Self::Undisclosed => StatusCode::FORBIDDEN,
            Self::NoVersion
            | Self::Moved
            | Self::WrongState
            | Self::AlreadyAsked
            | Self::NotOpen
            | Self::AlreadyIssued
            | Self::NothingToWithdraw
            | Self::NotPutUp(_)
            | Self::StillInFile
            | Self::SentBefore
            | Self::Answered => StatusCode::CONFLICT,
            Self::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            Self::Erased => StatusCode::GONE,
            Self::WrongForm => StatusCode::UNPROCESSABLE_ENTITY,
            Self::SessionEnded => StatusCode::UNAUTHORIZED,
            Self::ProviderUnreachable | Self::Closed => StatusCode::SERVICE_UNAVAILABLE,
            Self::StartAgain => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
