//! Rows beside the log, held against its entries: what a row says of a case, a version, a query, its entry must say too.

use std::fmt;
use std::time::Duration;

use crate::audit::{Action, AuditError, Event, Label, Leaf, Outcome};
use crate::store::{Claim, Entry, LogSnapshot, PROTECTED, ProtectedRow};

/// Rows read at a time.
const PAGE: u32 = 1024;
/// Faults kept; the others are counted.
const FAULTS: usize = 100;

/// A row that contradicts the log, or itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// Table.
    pub table: &'static str,
    /// The row's key, columns with spaces between them.
    pub row: String,
    /// Column.
    pub column: &'static str,
    /// The entry it was held against.
    pub index: Option<u64>,
    /// Whether there is no entry that the row could go with.
    pub unlogged: bool,
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, row, column, .. } = self;
        write!(f, "table {table}, row {row}, column {column}: ")?;
        match self.index {
            _ if self.unlogged => write!(f, "nothing in the log says so"),
            Some(index) => write!(f, "leaf {index} does not say so"),
            None => write!(f, "a value that nothing writes, or that points at nothing"),
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsReport {
    /// Rows held against the log.
    pub rows: u64,
    /// What is wrong, in the order found; at most 100.
    pub faults: Vec<RowFault>,
    /// How many more there are.
    pub more_faults: u64,
}

impl RowsReport {
    fn fault(&mut self, row: &ProtectedRow, column: &'static str, index: Option<u64>, unlogged: bool) {
        if self.faults.len() < FAULTS {
            self.faults.push(RowFault { table: row.table, row: row.key.clone(), column, index, unlogged });
        } else {
            self.more_faults += 1;
        }
    }
}

/// Holds every row of every protected table against the log, which must be sound.
pub(super) async fn check(snapshot: &mut LogSnapshot, pause: Option<Duration>) -> Result<RowsReport, AuditError> {
    let mut report = RowsReport::default();
    for table in PROTECTED {
        let mut after = None;
        loop {
            let (rows, last) = snapshot.protected(table, after.as_ref(), PAGE).await?;
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
            for row in &rows {
                report.rows += 1;
                for column in &row.wrong {
                    report.fault(row, column, None, false);
                }
                check_entry(snapshot, row, &mut report).await?;
            }
            after = last;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(report)
}

/// Holds a row against the entry it names, or against those of its case.
async fn check_entry(
    snapshot: &mut LogSnapshot,
    row: &ProtectedRow,
    report: &mut RowsReport,
) -> Result<(), AuditError> {
    match &row.entry {
        Entry::None => {}
        Entry::At { column, index, bytes, of } => {
            let named = bytes.as_deref().and_then(|bytes| denied(bytes, row));
            if named.as_ref().is_some_and(Vec::is_empty) {
                return Ok(());
            }
            // The row is right and points at the wrong entry, when another says all of it.
            let others = snapshot.entries_of(*of).await?;
            let another = others.iter().any(|(_, bytes)| denied(bytes, row).is_some_and(|denied| denied.is_empty()));
            match named {
                Some(denied) if !another => denied.into_iter().for_each(|c| report.fault(row, c, Some(*index), false)),
                _ => report.fault(row, column, Some(*index), false),
            }
        }
        Entry::Of(case) => {
            let entries = snapshot.entries_of(*case).await?;
            let candidates = entries.iter().filter_map(|(index, bytes)| Some((*index, denied(bytes, row)?)));
            match candidates.min_by_key(|(_, denied)| denied.len()) {
                Some((index, denied)) => denied.into_iter().for_each(|c| report.fault(row, c, Some(index), false)),
                None => row.claims.iter().take(1).for_each(|(column, _)| report.fault(row, column, None, true)),
            }
        }
    }
    Ok(())
}

/// The columns of a row that an entry denies; none when it is no entry that could go with it.
fn denied(bytes: &[u8], row: &ProtectedRow) -> Option<Vec<&'static str>> {
    let event = Leaf::parse(bytes).ok()?.event;
    // what failed speaks for no row, but for the case that the service gave up
    let failed = event.outcome == Outcome::Failed && event.action != Action::CaseFailed;
    if failed || !row.actions.contains(&event.action.as_str()) {
        return None;
    }
    Some(row.claims.iter().filter(|(_, claim)| !says(&event, claim)).map(|(column, _)| *column).collect())
}

fn says(event: &Event, claim: &Claim) -> bool {
    match claim {
        Claim::Case(case) => event.case == Some(*case),
        Claim::Batch(batch) => event.batch == Some(*batch),
        Claim::Registration(id) => event.registration == Some(*id),
        Claim::Version(version) => event.version == Some(*version),
        Claim::Member(member) => event.member == Label::new(member.as_str()).ok(),
        Claim::Source(source) => event.source.as_ref().is_some_and(|key| key.as_str() == source),
        Claim::Purpose(purpose) => event.purpose == Some(*purpose),
        Claim::Organisation(name) => event.actor.organisation == Label::of_name(name),
        Claim::Actor(name) => event.actor.subject == Label::of_name(name),
        Claim::Detail(hash) => event.detail_sha256 == Some(*hash),
    }
}
