//! What a decision becomes that does not stand: a page that says why. What was refused for who asks stands in the log first, as under `/v1`.

use axum::response::Response;

use super::notices::Notice;
use super::state::Console;
use super::user::ConsoleUser;
use crate::auth::Caller;
use crate::verification::DecideError;

impl ConsoleUser {
    /// The page that says why a decision does not stand.
    pub(super) async fn could_not(&self, console: &Console, caller: &Caller, error: DecideError) -> Response {
        let (notice, why) = match error {
            DecideError::NotFound => (Notice::NotFound, None),
            DecideError::Barred => (Notice::Barred, None),
            DecideError::NoVersion => (Notice::NoVersion, None),
            DecideError::Moved => (Notice::Moved, None),
            DecideError::State(_) | DecideError::NothingToHear => (Notice::WrongState, None),
            DecideError::AlreadyAsked => (Notice::AlreadyAsked, None),
            DecideError::NotOpen => (Notice::NotOpen, None),
            DecideError::AlreadyIssued => (Notice::AlreadyIssued, None),
            DecideError::NothingToWithdraw => (Notice::NothingToWithdraw, None),
            DecideError::StillInFile => (Notice::StillInFile, None),
            DecideError::Erased => (Notice::Erased, None),
            DecideError::Closed => (Notice::Closed, None),
            DecideError::SamePerson => (Notice::SamePerson, Some("same_person")),
            DecideError::NotAPerson => (Notice::NotAllowed, Some("no_person")),
            DecideError::OtherRole => (Notice::OtherRole, Some("role")),
            DecideError::Undisclosed => (Notice::Undisclosed, Some("level")),
            DecideError::Faults(faults) if faults.iter().all(|fault| fault.code == "not_unanswered") => {
                (Notice::Answered, None)
            }
            DecideError::Faults(_) => (Notice::WrongForm, Some("invalid")),
            DecideError::Inside(error) => return self.frame.failed_inside(error.as_ref()),
        };
        let Some(why) = why else { return self.frame.notice(notice) };
        match console.0.verifier.refuse(caller, why).await {
            Ok(()) => self.frame.notice(notice),
            Err(error) => self.frame.denied(Err(error)),
        }
    }
}
