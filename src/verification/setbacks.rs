//! What becomes of a case whose work was broken off by an error: tried again ever more seldom, or given up.
//!
//! What time or an operator may mend (a full disk, a log that does not answer, a key ring to be rotated or brought up to date) is tried for ever: what was
//! accepted is never lost. What would only happen again (an altered document, a destroyed key, a fault of this program) is tried
//! a few times and then given up with a closed word: the household is sent again once the cause is gone.

use jiff::{SignedDuration, Timestamp};

use super::VerificationError;
use crate::keys::KeyError;
use crate::store::StoreError;

/// Tries of what will not mend by itself.
const TRIES: u32 = 5;
/// Longest pause between two tries.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// The closed word of an error that will not mend by itself, as a failed case shows it; none of one that may.
pub(super) fn lasting(error: &VerificationError) -> Option<&'static str> {
    match error {
        VerificationError::NoPack => Some("no_pack"),
        VerificationError::Unreadable { .. } => Some("unreadable"),
        VerificationError::Panicked | VerificationError::Uneven { .. } => Some("fault_inside"),
        VerificationError::Keys(
            KeyError::DestroyedKek { .. }
            | KeyError::Unwrap { .. }
            | KeyError::Commitment { .. }
            | KeyError::Altered { .. }
            | KeyError::WrongReceipt { .. }
            | KeyError::UnknownForm { .. }
            | KeyError::ContextTooLong,
        ) => Some("sealed_for_good"),
        VerificationError::Store(StoreError::Erased { .. }) => Some("erased"),
        VerificationError::Store(
            StoreError::Corrupt { .. }
            | StoreError::NotFound { .. }
            | StoreError::NotPlanned { .. }
            | StoreError::PendingIncomplete
            | StoreError::WrongReceipt { .. }
            | StoreError::IllegalTransition { .. },
        ) => Some("store_contradicts"),
        VerificationError::Store(_) | VerificationError::Audit(_) | VerificationError::Keys(_) => None,
    }
}

/// Whether a case that failed so often in a row, this time included, is given up.
pub(super) fn is_enough(failures: u32) -> bool {
    failures >= TRIES
}

/// When to try again after so many failures in a row: 1, 2, 4, … seconds, at most five minutes.
pub(super) fn next_try(now: Timestamp, failures: u32) -> Timestamp {
    let pause = SignedDuration::from_secs(1 << failures.saturating_sub(1).min(20)).min(LONGEST_PAUSE);
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_minutes() {
        let now = Timestamp::UNIX_EPOCH;
        let pauses = [1, 2, 3, 9, 10, 40].map(|failures| next_try(now, failures).as_second());
        assert_eq!(pauses, [1, 2, 4, 256, 300, 300]);
    }

    #[test]
    fn what_may_mend_is_never_given_up() {
        let may_mend = [
            VerificationError::Store(StoreError::ReadOnly),
            VerificationError::Audit(crate::audit::AuditError::Stopped { reason: "disk".into() }),
            VerificationError::Keys(KeyError::Library { doing: "draw random bytes" }),
        ];
        assert!(may_mend.iter().all(|error| lasting(error).is_none()));
        let altered = KeyError::Altered { document: "d".into() };
        assert_eq!(lasting(&VerificationError::Keys(altered)), Some("sealed_for_good"));
        assert_eq!(lasting(&VerificationError::Panicked), Some("fault_inside"));
    }
}
