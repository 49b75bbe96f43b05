//! What became of each row between a department's copy and the report, told from the report's lines and the mocks' own record of
//! what they spoiled.

use std::collections::{BTreeMap, BTreeSet};

use hedui_mock_sources::{DirtKind, Key};

use super::reading::Reading;
use super::rows::{Fact, Row};

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A line rests on it, or it says what no line shows.
    Known,
    /// Held for a person to look at.
    Held,
    /// The department lost it.
    Lost,
    /// Name or number are damaged, and it was not found or not taken for the member's.
    Damaged,
    /// Damaged too, and it says nothing that a line would show.
    Untold,
    /// A sound row that left no trace: nothing explains this.
    Unexplained,
}

/// The rows of a member by fate.
pub struct Fates<'r, 'a> {
    pub of: Vec<(&'r Row<'a>, Fate)>,
}

impl<'r, 'a> Fates<'r, 'a> {
    /// Reads the fate of every row of a member.
    pub fn read(rows: &'r [Row<'a>], member: &str, reading: &Reading) -> Self {
        let insured = paid_into_social_security(reading, member);
        let mut of: Vec<_> = rows.iter().map(|row| (row, fate(row, member, reading, insured))).collect();
        for place in 0..of.len() {
            let (row, fate) = of[place];
            let told = |(other, fate): &(&Row<'_>, Fate)| {
                *fate == Fate::Known && (other.department, other.ordinal) == (row.department, row.ordinal)
            };
            // A second copy need not be cited where the first one is.
            if fate == Fate::Unexplained && row.is(DirtKind::Duplicated) && of.iter().any(told) {
                of[place].1 = Fate::Known;
            }
        }
        Self { of }
    }

    /// Rows that are known, each fact once.
    pub fn known(&self) -> Vec<&'r Row<'a>> {
        let mut seen: BTreeSet<(Key, u32)> = BTreeSet::new();
        let known = self.of.iter().filter(|(_, fate)| *fate == Fate::Known).map(|(row, _)| *row);
        known.filter(|row| seen.insert((row.department, row.ordinal))).collect()
    }

    /// Facts none of whose rows is known.
    pub fn missing(&self) -> BTreeMap<(Key, u32), Fate> {
        let known: BTreeSet<_> = self.known().iter().map(|row| (row.department, row.ordinal)).collect();
        let rest = self.of.iter().filter(|(row, _)| !known.contains(&(row.department, row.ordinal)));
        let mut missing = BTreeMap::new();
        for (row, fate) in rest {
            let worst = missing.entry((row.department, row.ordinal)).or_insert(*fate);
            // A fact that is also held in a second copy is held: its interval must allow for it.
            *worst = (*worst).min(*fate);
        }
        missing
    }
}

fn fate(row: &Row<'_>, member: &str, reading: &Reading, insured: bool) -> Fate {
    if row.is(DirtKind::Lost) {
        return Fate::Lost;
    }
    let source = row.department.as_str();
    let is_held =
        |(of, from, number): &(String, String, String)| of == member && from == source && *number == row.number;
    if reading.held.iter().any(is_held) {
        return Fate::Held;
    }
    let known = match trace(row, member, reading) {
        Trace::Line => reading.cites(member, source, &row.number),
        Trace::Sum => insured || !row.identity_damaged(),
        Trace::Unlisted => !row.identity_damaged(),
        Trace::Nothing if row.identity_damaged() => return Fate::Untold,
        Trace::Nothing => true,
    };
    match (known, row.identity_damaged()) {
        (true, _) => Fate::Known,
        (false, true) => Fate::Damaged,
        (false, false) => Fate::Unexplained,
    }
}

/// How a row that counts shows in a report.
enum Trace {
    /// A line names it.
    Line,
    /// Within the sum of contributions.
    Sum,
    /// Not at all, because no line of its kind was made: nobody knew it, or it came to nothing.
    Unlisted,
    /// Never.
    Nothing,
}

fn trace(row: &Row<'_>, member: &str, reading: &Reading) -> Trace {
    let deducted = |kind: &str| {
        let mut lines = reading.lines.iter();
        lines.any(|line| line.section == "deductions" && line.member == member && line.kind == kind)
    };
    let when = |shows: bool, otherwise: Trace| if shows { Trace::Line } else { otherwise };
    match row.fact {
        Fact::ResidentContribution(_) => Trace::Sum,
        Fact::WageReturn(_, month) => when(month >= first_month(reading), Trace::Nothing),
        Fact::Policy(policy) => when(policy.cash_value_fen > 0 || policy.claims_12m_fen > 0, Trace::Nothing),
        Fact::Settlement(_) => when(deducted("illness"), Trace::Unlisted),
        Fact::Study(study) if study.public_fee_fen == 0 => Trace::Nothing,
        Fact::Study(_) => when(deducted("schooling"), Trace::Unlisted),
        Fact::Disability(paper) if !paper.valid => Trace::Nothing,
        Fact::Disability(paper) => {
            let cited = deducted("disability_nursing") || deducted("employment_cost");
            when(cited, if paper.grade > 2 { Trace::Nothing } else { Trace::Unlisted })
        }
        Fact::Maternity(_) => when(deducted("nutrition"), Trace::Unlisted),
        Fact::Registration | Fact::Marriage | Fact::Death | Fact::OnFile(_, false) | Fact::Nothing => Trace::Nothing,
        _ => Trace::Line,
    }
}

/// Departments were asked for the months from this one on.
fn first_month(reading: &Reading) -> i32 {
    let from = reading.body["request"]["period"]["from"].as_str().expect("a day");
    let part = |range: std::ops::Range<usize>| from[range].parse::<i32>().expect("a number");
    part(0..4) * 12 + part(5..7) - 1
}

fn paid_into_social_security(reading: &Reading, member: &str) -> bool {
    reading.lines.iter().any(|line| {
        line.section == "income"
            && line.member == member
            && line.source.as_deref() == Some("social_security")
            && line.kind == "transfer"
            && line.reduced_by > 0
    })
}
