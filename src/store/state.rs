//! The states of a case and the only ways between them.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a case stands. Reviews still open are counted beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Durable, not begun.
    Accepted,
    /// A worker has it, or had it when it died.
    Running,
    /// A provisional version stands; asynchronous sources are still to answer.
    Waiting,
    /// Every cell has ended and the first final version stands.
    Final,
    /// Stopped by its client, or by a withdrawn authorisation.
    Cancelled,
    /// The service could not make a report of it.
    Failed,
    /// Its data keys are destroyed.
    Erased,
}

impl CaseState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Accepted, Self::Running, Self::Waiting, Self::Final, Self::Cancelled, Self::Failed, Self::Erased];

    /// The word used in JSON and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Final => "final",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Erased => "erased",
        }
    }

    /// The inverse of [`CaseState::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether a case may go from here to `to`.
    ///
    /// A final case may run again, for a person's word, or get another version; nothing leaves `Erased`.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        use CaseState::{Accepted, Cancelled, Erased, Failed, Final, Running, Waiting};
        match self {
            Accepted => matches!(to, Running | Cancelled | Failed),
            Running | Waiting => matches!(to, Running | Waiting | Final | Cancelled | Failed),
            Final => matches!(to, Running | Final | Erased),
            Cancelled | Failed => matches!(to, Erased),
            Erased => false,
        }
    }

    /// Whether no worker looks at it any more.
    #[must_use]
    pub fn at_rest(self) -> bool {
        matches!(self, Self::Final | Self::Cancelled | Self::Failed | Self::Erased)
    }
}

impl fmt::Display for CaseState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::CaseState;

    #[test]
    fn the_table_of_transitions() {
        let legal: Vec<String> = CaseState::ALL
            .into_iter()
            .flat_map(|from| CaseState::ALL.into_iter().map(move |to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from}>{to}"))
            .collect();
        assert_eq!(
            legal.join(" "),
            "accepted>running accepted>cancelled accepted>failed \
             running>running running>waiting running>final running>cancelled running>failed \
             waiting>running waiting>waiting waiting>final waiting>cancelled waiting>failed \
             final>running final>final final>erased cancelled>erased failed>erased"
        );
        assert!(CaseState::ALL.into_iter().all(|state| CaseState::parse(state.as_str()) == Some(state)));
    }
}
