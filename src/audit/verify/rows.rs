//! Rows beside the log, held against its entries: what a row says of a case, a version, a query, its entry must say too.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use uuid::Uuid;

use crate::audit::{Action, AuditError, Event, Label, Leaf, Outcome};
use crate::store::{Claim, Entry, LogSnapshot, PROTECTED, ProtectedRow};

/// Rows read at a time.
const PAGE: u32 = 512;
/// Faults kept; the others are counted.
pub(super) const FAULTS: usize = 100;

/// A row that contradicts the log, or itself, or is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// Table.
    pub table: &'static str,
    /// The row's key, columns with spaces between them.
    pub row: String,
    /// Column.
    pub column: &'static str,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What can be wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A value that nothing writes, or that points at nothing.
    Value,
    /// The entry of this index says something else.
    Denied(u64),
    /// There is no entry that the row could go with.
    Unlogged,
    /// The entry of this index brought it about, and it is not there.
    Gone(u64),
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, row, column, .. } = self;
        match self.wrong {
            Wrong::Value => {
                write!(
                    f,
                    "table {table}, row {row}, column {column}: a value that nothing writes, or that points at nothing"
                )
            }
            Wrong::Denied(index) => {
                write!(f, "table {table}, row {row}, column {column}: leaf {index} does not say so")
            }
            Wrong::Unlogged => write!(f, "table {table}, row {row}, column {column}: nothing in the log says so"),
            Wrong::Gone(index) => {
                write!(
                    f,
                    "table {table}, row {row}: leaf {index} brought it about, it is gone and nothing in the log says why"
                )
            }
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowsReport {
    /// Rows held against the log.
    pub rows: u64,
    /// Entries whose rows were looked for.
    pub entries: u64,
    /// What is wrong, in the order found; at most 100.
    pub faults: Vec<RowFault>,
    /// How many more there are.
    pub more_faults: u64,
}

impl RowsReport {
    pub(super) fn add(&mut self, fault: RowFault) {
        if self.faults.len() < FAULTS {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }

    fn fault(&mut self, row: &ProtectedRow, column: &'static str, wrong: Wrong) {
        self.add(RowFault { table: row.table, row: row.key.clone(), column, wrong });
    }
}

/// Entries that rows of one page may go with, each read once: by case or batch, in the log's order.
type Entries = HashMap<Uuid, Vec<(u64, Event)>>;

/// Holds every row of every protected table against the log, which must be sound.
pub(super) async fn check(
    snapshot: &mut LogSnapshot,
    pause: Option<Duration>,
    report: &mut RowsReport,
) -> Result<(), AuditError> {
    for table in PROTECTED {
        let mut after = None;
        loop {
            let (rows, last) = snapshot.protected(table, after.as_ref(), PAGE).await?;
            let entries = entries(snapshot, &rows).await?;
            for row in &rows {
                report.rows += 1;
                for column in &row.wrong {
                    report.fault(row, column, Wrong::Value);
                }
                check_entry(snapshot, &entries, row, report).await?;
            }
            after = last;
            if after.is_none() {
                break;
            }
            snapshot.move_on(pause).await?;
        }
    }
    Ok(())
}

/// The entries of all rows of a page that go with any one of their case.
async fn entries(snapshot: &mut LogSnapshot, rows: &[ProtectedRow]) -> Result<Entries, AuditError> {
    let (mut cases, mut actions) = (BTreeSet::new(), BTreeSet::new());
    for row in rows {
        if let Entry::Of(case) = row.entry {
            cases.insert(case);
            actions.extend(row.actions);
        }
    }
    let (cases, actions): (Vec<_>, Vec<_>) = (cases.into_iter().collect(), actions.into_iter().collect());
    let mut entries = Entries::new();
    if cases.is_empty() {
        return Ok(entries);
    }
    for (case, index, bytes) in snapshot.entries_of(&cases, &actions).await? {
        if let Ok(leaf) = Leaf::parse(&bytes) {
            entries.entry(case).or_default().push((index, leaf.event));
        }
    }
    Ok(entries)
}

/// Holds a row against the entry it names, or against those of its case.
async fn check_entry(
    snapshot: &mut LogSnapshot,
    entries: &Entries,
    row: &ProtectedRow,
    report: &mut RowsReport,
) -> Result<(), AuditError> {
    match &row.entry {
        Entry::None => {}
        Entry::At { column, index, bytes, of } => {
            let event = |bytes: &[u8]| Leaf::parse(bytes).ok().map(|leaf| leaf.event);
            let named = bytes.as_deref().and_then(event).and_then(|event| denied(&event, row));
            if named.as_ref().is_some_and(Vec::is_empty) {
                return Ok(());
            }
            // The row is right and points at the wrong entry, when another says all of it.
            let others = snapshot.entries_of(&[*of], row.actions).await?;
            let mut others = others.iter().filter_map(|(_, _, bytes)| denied(&event(bytes)?, row));
            match named {
                Some(denied) if !others.any(|denied| denied.is_empty()) => {
                    denied.into_iter().for_each(|column| report.fault(row, column, Wrong::Denied(*index)));
                }
                _ => report.fault(row, column, Wrong::Denied(*index)),
            }
        }
        Entry::Of(case) => {
            let entries = entries.get(case).map(Vec::as_slice).unwrap_or_default();
            let candidates = entries.iter().filter_map(|(index, event)| Some((*index, denied(event, row)?)));
            match candidates.min_by_key(|(_, denied)| denied.len()) {
                Some((index, denied)) => {
                    denied.into_iter().for_each(|column| report.fault(row, column, Wrong::Denied(index)));
                }
                None => row.claims.iter().take(1).for_each(|(column, _)| report.fault(row, column, Wrong::Unlogged)),
            }
        }
    }
    Ok(())
}

/// The columns of a row that an entry denies; none when it is no entry that could go with it.
fn denied(event: &Event, row: &ProtectedRow) -> Option<Vec<&'static str>> {
    // what failed speaks for no row, but for the case that the service gave up
    let failed = event.outcome == Outcome::Failed && event.action != Action::CaseFailed;
    if failed || !row.actions.contains(&event.action.as_str()) {
        return None;
    }
    Some(row.claims.iter().filter(|(_, claim)| !says(event, claim)).map(|(column, _)| *column).collect())
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
        Claim::Action(action) => event.action.as_str() == *action,
        Claim::Approval(approval) => event.approval == Some(*approval),
    }
}
