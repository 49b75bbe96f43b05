//! What is asked later: outside a department's hours, and of a batch after a failure that may pass, or while so many wait for a department
//! that the case had better go on without it. A cell that is put off has no answer, so nothing is counted for it and nothing is closed.
//!
//! Whoever waits at a counter is told of a failure at once; a re-verification that runs at night is better off with the answer of an hour
//! later than with a gap.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::case_work::Work;
use super::fanout::Landed;
use super::{VerificationError, Verifier};
use crate::household::{Answer, Lane, MemberRef, SourceKey};
use crate::store::PutOff;

/// Pause before a cell is asked again for the first time; each further one is twice as long.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// Longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// Which cell.
type Key = (MemberRef, SourceKey);

impl Verifier {
    /// Which of these sources, one for each cell, are asked later, and when: those that are closed, and in bulk those that are crowded.
    /// `put_off`: the cells come back from having been put off.
    pub(super) fn turns<'s>(
        &self,
        lane: Lane,
        cells: impl Iterator<Item = &'s SourceKey>,
        put_off: bool,
    ) -> BTreeMap<SourceKey, Timestamp> {
        let now = self.0.clock.now();
        let mut people: BTreeMap<&SourceKey, usize> = BTreeMap::new();
        for source in cells {
            *people.entry(source).or_default() += 1;
        }
        let turn = |(source, people): (&SourceKey, usize)| {
            let closed = self.0.departments.opens(source, lane, now);
            let crowded = || {
                let turn = self.0.departments.source(source).filter(|_| lane == Lane::Bulk)?.turn(people, put_off)?;
                now.checked_add(turn).ok()
            };
            Some((source.clone(), closed.or_else(crowded)?))
        };
        people.into_iter().filter_map(turn).collect()
    }

    /// Notes that cells are asked later.
    pub(super) async fn put_off(&self, work: &mut Work, later: Vec<PutOff>) -> Result<(), VerificationError> {
        if later.is_empty() {
            return Ok(());
        }
        for cell in &later {
            metrics::counter!("hedui_cells_put_off_total", "source" => cell.source.to_string()).increment(1);
            if let Some(state) = work.cells.get_mut(&(cell.member_ref.clone(), cell.source.clone())) {
                (state.ask_at, state.asks) = (Some(cell.ask_at), cell.asks);
                (state.attempts, state.elapsed_ms) = (cell.attempts, cell.elapsed_ms);
            }
        }
        Ok(self.0.store.put_off(&work.lease, later).await?)
    }

    /// Parts answers into those that stand and those that are asked for again.
    pub(super) fn part(&self, work: &Work, landed: Vec<(Key, Landed)>) -> (Vec<(Key, Landed)>, Vec<PutOff>) {
        let now = self.0.clock.now();
        let (mut stand, mut later) = (Vec::with_capacity(landed.len()), Vec::new());
        for (key, one) in landed {
            match self.asked_again(work, &key, &one, now) {
                Some(put_off) => later.push(put_off),
                None => stand.push((key, one)),
            }
        }
        (stand, later)
    }

    /// When a cell is asked again whose source failed in a way that may pass; none when the failure stands.
    fn asked_again(&self, work: &Work, key: &Key, one: &Landed, now: Timestamp) -> Option<PutOff> {
        let Answer::Unavailable { why } = &one.reply.answer else { return None };
        let state = work.cells.get(key)?;
        if work.case.lane != Lane::Bulk || !why.is_passing() || state.answer.is_some() {
            return None;
        }
        let patience = SignedDuration::try_from(self.0.settings.bulk_patience).unwrap_or(SignedDuration::MAX);
        let until = state.planned_at.checked_add(patience).unwrap_or(Timestamp::MAX);
        // whoever waited for a turn until then, and was never asked about, is asked about once more
        let first = state.asks == 0 && state.attempts == 0;
        if now >= until && !first {
            return None;
        }
        let again = now.checked_add(pause(state.asks)).unwrap_or(Timestamp::MAX);
        let elapsed = u64::try_from(one.reply.elapsed.as_millis()).unwrap_or(u64::MAX);
        Some(PutOff {
            member_ref: key.0.clone(),
            source: key.1.clone(),
            // the last time is at the end of the patience, not after it
            ask_at: if now < until { again.min(until) } else { again },
            asks: state.asks.saturating_add(1),
            attempts: state.attempts.saturating_add(one.reply.attempts),
            elapsed_ms: state.elapsed_ms.saturating_add(elapsed),
        })
    }
}

/// The pause after a failure, when there were so many before it.
fn pause(asks: u32) -> SignedDuration {
    FIRST_PAUSE.saturating_mul(1_i32 << asks.min(10)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_bounded() {
        let seconds: Vec<_> = [0, 1, 2, 5, 6, 40].into_iter().map(|asks| pause(asks).as_secs()).collect();
        assert_eq!(seconds, [30, 60, 120, 960, 1800, 1800]);
    }
}
