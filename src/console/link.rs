//! Rosters matched against each other: sent with a form, watched until they are done, looked at pair by pair, had as files. Whoever asked sees them, and
//! nobody else.

mod asking;
mod files;
mod one_pair;
mod result;

use std::sync::Arc;

use axum::response::Response;

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

impl ConsoleUser {
    /// Whoever may have rosters matched, and a run of theirs.
    async fn run(&self, console: &Console, id: &str, page: &str) -> Result<(Caller, Arc<Run>), Response> {
        let caller = self.permit(console, Permission::LinkRosters, page).await?;
        let run = console.0.rosters.get(&caller, id).ok_or_else(|| self.frame.notice(Notice::NotFound))?;
        Ok((caller, run))
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
