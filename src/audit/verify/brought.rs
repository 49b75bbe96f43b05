//! The other way round: rows that entries brought about must be there, unless the log itself says that it came to nothing.

use std::collections::BTreeMap;

use super::rows::{FAULTS, RowFault, RowsReport, Wrong};
use crate::audit::{Action, AuditError, Event, Leaf, Outcome};
use crate::store::{Expected, LogSnapshot};

/// Rows looked for at a time, of one table.
const AT_ONCE: usize = 512;

/// A table, and the columns by which its rows are found.
type Place = (&'static str, &'static [&'static str]);

/// Rows that entries of the page brought about, and those of earlier pages that were not there.
#[derive(Default)]
pub(super) struct Brought {
    of_page: BTreeMap<Place, Vec<(u64, Expected)>>,
    absent: Vec<(u64, Expected)>,
    /// More that are absent than are kept.
    more: u64,
}

impl Brought {
    /// Notes what an entry brought about.
    pub(super) fn note(&mut self, index: u64, event: &Event) {
        if let Some(expected) = brought(index, event) {
            self.of_page.entry(expected.place()).or_default().push((index, expected));
        }
    }

    /// Looks for the rows of the page.
    pub(super) async fn look(&mut self, snapshot: &mut LogSnapshot, report: &mut RowsReport) -> Result<(), AuditError> {
        for (_, rows) in std::mem::take(&mut self.of_page) {
            report.entries += rows.len() as u64;
            for rows in rows.chunks(AT_ONCE) {
                let expected: Vec<&Expected> = rows.iter().map(|(_, expected)| expected).collect();
                for place in snapshot.absent(&expected).await? {
                    let Some(absent) = rows.get(place).cloned() else { continue };
                    if comes_to_nothing(snapshot, &absent).await? {
                        continue;
                    }
                    if self.absent.len() < 2 * FAULTS {
                        self.absent.push(absent);
                    } else {
                        self.more += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Looks again for what was absent, which may have been on its way, and tells what still is.
    pub(super) async fn end(self, snapshot: &mut LogSnapshot, report: &mut RowsReport) -> Result<(), AuditError> {
        for (index, expected) in self.absent {
            let still = !snapshot.absent(&[&expected]).await?.is_empty();
            if still && !comes_to_nothing(snapshot, &(index, expected.clone())).await? {
                let (table, row) = (expected.table(), expected.key());
                report.add(RowFault { table, row, column: "", wrong: Wrong::Gone(index) });
            }
        }
        report.more_faults += self.more;
        Ok(())
    }
}

/// The row that an entry brings about in its own commit, or, of a version, right after it.
fn brought(index: u64, event: &Event) -> Option<Expected> {
    if event.outcome == Outcome::Failed {
        return None;
    }
    let case = event.case;
    Some(match event.action {
        Action::Accepted => Expected::Case(case?),
        Action::QueryAuthorised => Expected::Cell(
            case?,
            event.member.as_ref()?.as_str().to_owned(),
            event.source.as_ref()?.as_str().to_owned(),
        ),
        Action::Completed | Action::Issued => Expected::Version(case?, event.version?),
        Action::BatchReceived => Expected::Batch(event.batch?),
        Action::Reviewed | Action::Objected | Action::AuthorisationWithdrawn | Action::AskedAgain => {
            Expected::Decision(case?, index)
        }
        Action::Heard => Expected::Hearing(case?, index),
        Action::Subscribed => Expected::Subscription(case?, index),
        Action::ApprovalAsked => Expected::Approval(event.approval?),
        Action::ApprovalGiven | Action::ApprovalRefused => Expected::Hand(event.approval?, index),
        Action::InspectionEnded => Expected::Ended(event.approval?),
        Action::KinRegistered => Expected::Kin(event.registration?),
        _ => return None,
    })
}

/// Whether the log says that the row never came about, or went: its entry's effect failed, the case of a version ended without it, or another
/// registration stands in its place.
async fn comes_to_nothing(snapshot: &mut LogSnapshot, absent: &(u64, Expected)) -> Result<bool, AuditError> {
    let (index, expected) = absent;
    let Some(leaf) = snapshot.leaves(*index, 1).await?.into_iter().find(|leaf| leaf.index == *index) else {
        return Ok(false);
    };
    let Some(of) = leaf.leaf.columns.case_id else { return Ok(false) };
    let Ok(Leaf { event: wanted, .. }) = Leaf::parse(&leaf.leaf.bytes) else { return Ok(false) };
    if let Expected::Version(case, _) = expected
        && snapshot.state_of(*case).await?.is_some_and(|state| !state.at_rest())
    {
        return Ok(true);
    }
    let entries = match wanted.action {
        Action::KinRegistered => {
            snapshot.entries_that(&[Action::KinRegistered.as_str(), Action::KinRemoved.as_str()], *index).await?
        }
        _ => snapshot.entries_of(&[of], &[]).await?.into_iter().map(|(_, at, bytes)| (at, bytes)).collect(),
    };
    let entries: Vec<(u64, Event)> =
        entries.into_iter().filter_map(|(at, bytes)| Some((at, Leaf::parse(&bytes).ok()?.event))).collect();
    if failed(snapshot, &wanted, &entries).await?.contains(index) {
        return Ok(true);
    }
    Ok(entries.iter().any(|(at, event)| {
        at > index
            && match (event.action, expected) {
                (Action::CaseFailed | Action::Cancelled, Expected::Version(..)) => true,
                (Action::KinRegistered | Action::KinRemoved, Expected::Kin(_)) => {
                    event.outcome != Outcome::Failed && event.detail_sha256 == wanted.detail_sha256
                }
                _ => false,
            }
    }))
}

/// Those among the entries that say the same as `wanted` which failed: of each that says so, the last before it whose row is not there and of
/// which nothing was said yet. An entry that was made twice and failed once excuses one row.
async fn failed(snapshot: &mut LogSnapshot, wanted: &Event, entries: &[(u64, Event)]) -> Result<Vec<u64>, AuditError> {
    let same = |event: &Event| event.clone().failed() == wanted.clone().failed();
    let same: Vec<(u64, bool)> = entries
        .iter()
        .filter(|(_, event)| same(event))
        .map(|(at, event)| (*at, event.outcome == Outcome::Failed))
        .collect();
    if !same.iter().any(|(_, failed)| *failed) {
        return Ok(Vec::new());
    }
    let made: Vec<u64> = same.iter().filter(|(_, failed)| !failed).map(|(at, _)| *at).collect();
    let rows: Vec<Expected> = made.iter().filter_map(|at| brought(*at, wanted)).collect();
    let absent = snapshot.absent(&rows.iter().collect::<Vec<_>>()).await?;
    let absent: Vec<u64> = absent.into_iter().filter_map(|place| made.get(place).copied()).collect();
    let (mut open, mut closed) = (Vec::new(), Vec::new());
    for (at, failed) in same {
        if failed {
            closed.extend(open.pop());
        } else if absent.contains(&at) {
            open.push(at);
        }
    }
    Ok(closed)
}
