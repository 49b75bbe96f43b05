//! What became of each row between a department's copy and the report, told from the report's lines and the mocks' own record of
//! what they spoiled.

use std::collections::{BTreeMap, BTreeSet};

use hedui_mock_sources::truth::StudyState;
use hedui_mock_sources::{DirtKind, Key};

use super::reading::Reading;
use super::returned::Returned;
use super::rows::{Fact, Row};

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A line rests on it; or it says what no line shows, and the department's count of records set aside leaves none unaccounted.
    Known,
    /// Held for a person to look at.
    Held,
    /// The department lost it.
    Lost,
    /// Damaged so that the department's search for the members does not come upon it.
    NotFound,
    /// Under another valid number: a documented loss.
    Documented,
    /// The department answered with it, and it left no trace: nothing explains this.
    SetAside,
}

/// The rows of a member by fate.
pub struct Fates<'r, 'a> {
    pub of: Vec<(&'r Row<'a>, Fate)>,
}

impl<'r, 'a> Fates<'r, 'a> {
    /// Reads the fate of every row of a member.
    pub fn read(rows: &'r [Row<'a>], member: &str, reading: &Reading, returned: &Returned<'_>) -> Self {
        let mut of: Vec<_> = rows.iter().map(|row| (row, fate(row, member, reading, returned))).collect();
        for place in 0..of.len() {
            let (row, fate) = of[place];
            let told = |(other, fate): &(&Row<'_>, Fate)| *fate == Fate::Known && row.repeats(other);
            // A second copy, or a bill like another, need not be cited where the first one is.
            if fate == Fate::SetAside && of.iter().any(told) {
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

fn fate(row: &Row<'_>, member: &str, reading: &Reading, returned: &Returned<'_>) -> Fate {
    let source = row.department.as_str();
    match trace(row, member, reading) {
        _ if row.is(DirtKind::Lost) => Fate::Lost,
        _ if reading.holds(source, &row.number) => Fate::Held,
        Trace::Line if reading.cites(member, source, &row.number) => Fate::Known,
        _ if !returned.has(row) && row.identity_damaged() => Fate::NotFound,
        _ if row.is_documented_loss() => Fate::Documented,
        // That none of these was set aside, the count of the department tells.
        Trace::Nothing if returned.has(row) => Fate::Known,
        Trace::Line | Trace::Nothing => Fate::SetAside,
    }
}

/// How a row that counts shows in a report.
enum Trace {
    /// A line names it.
    Line,
    /// Not by itself: within a sum, or because no line of its kind was made.
    Nothing,
}

fn trace(row: &Row<'_>, member: &str, reading: &Reading) -> Trace {
    let deducted = |kind: &str| {
        let mut lines = reading.lines.iter();
        lines.any(|line| line.section == "deductions" && line.member == member && line.kind == kind)
    };
    let when = |shows: bool, otherwise: Trace| if shows { Trace::Line } else { otherwise };
    match row.fact {
        Fact::ResidentContribution(_) => Trace::Nothing,
        Fact::Policy(policy) => when(policy.cash_value_fen > 0 || policy.claims_12m_fen > 0, Trace::Nothing),
        Fact::Settlement(_) => when(deducted("illness"), Trace::Nothing),
        Fact::Study(study) if study.public_fee_fen == 0 || study.state != StudyState::Attending => Trace::Nothing,
        Fact::Study(_) => when(deducted("schooling"), Trace::Nothing),
        Fact::Disability(paper) if !paper.valid => Trace::Nothing,
        Fact::Disability(_) => {
            let cited = deducted("disability_nursing") || deducted("employment_cost");
            when(cited, Trace::Nothing)
        }
        Fact::Maternity(_) => when(deducted("nutrition"), Trace::Nothing),
        Fact::Registration | Fact::Marriage | Fact::Death | Fact::Stay(_) | Fact::Serious(_) | Fact::Custody(_) => {
            Trace::Nothing
        }
        Fact::OnFile(_, false) | Fact::Nothing => Trace::Nothing,
        _ => Trace::Line,
    }
}
