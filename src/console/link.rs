//! Rosters matched against each other: sent with a form, watched until they are done, looked at pair by pair, had as files. Whoever asked sees them, and
//! nobody else.

mod asking;
mod files;
mod one_pair;
mod result;

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use uuid::Uuid;

pub(super) use self::asking::{ask, send};
pub(super) use self::files::{example, export};
pub(super) use self::one_pair::pair;
pub(super) use self::result::{delete, show};
use super::notices::Notice;
use super::parts::{Tag, Tone};
use super::state::Console;
use super::user::ConsoleUser;
use crate::auth::{Caller, Permission};
use crate::household::Lang;
use crate::linkage::decision::Decision;
use crate::linkage::pair;
use crate::rosters::Run;
use crate::verification::VerificationError;

/// What somebody sent is kept no longer than this after their session.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(2);

impl ConsoleUser {
    /// Whoever may have rosters matched, and a run of theirs.
    async fn run(&self, console: &Console, id: &str, page: &str) -> Result<(Caller, Arc<Run>), Response> {
        let caller = self.permit(console, Permission::LinkRosters, page).await?;
        let run = console.0.rosters.get(&caller, id).ok_or_else(|| self.frame.notice(Notice::NotFound))?;
        Ok((caller, run))
    }

    /// Has a run forgotten once the session that it was sent in has ended, however it ended: by a sign-out or a sign-in here or at another process,
    /// unused, too old, or with its owner's registration.
    fn goes_with_session(&self, console: &Console, caller: Caller, run: Uuid) {
        let (console, session) = (console.clone(), self.secret.hash());
        tokio::spawn(async move {
            let mut looks = tokio::time::interval(LOOKED_AT_EVERY);
            while console.0.rosters.has(&caller, run) {
                looks.tick().await;
                match console.0.sessions.goes_on(session).await {
                    Ok(true) => {}
                    Ok(false) => console.0.rosters.delete(&caller, run),
                    Err(error) => tracing::warn!(%error, "a session that rosters were sent in is not known to go on"),
                }
            }
        });
    }

    /// The page that says why an entry of the log was not made.
    fn not_entered(&self, error: &VerificationError) -> Response {
        match error {
            VerificationError::Audit(_) => self.frame.notice(Notice::Closed),
            error => self.frame.failed_inside(error),
        }
    }
}

/// A decision as a word of state.
fn tag(decision: Option<Decision>, lang: Lang) -> Tag {
    let tone = match decision {
        Some(Decision::Match) => Tone::Good,
        Some(Decision::Review) => Tone::Waiting,
        None => Tone::Plain,
    };
    Tag::of(tone, pair::decision(decision, lang))
}
