//! Counts what a run showed, and fails with every difference at once.

use std::collections::BTreeMap;

use hedui_mock_sources::DirtKind;
use hedui_mock_sources::truth::AccountKind;

use super::Subject;
use super::fate::{Fate, Fates};
use super::reading::Reading;
use super::rows::{Row, TELLS_ONLY_OVER};
use super::run::Run;

/// Most differences printed.
const PRINTED: usize = 60;

/// Counts by name, and what was wrong by household.
#[derive(Default)]
pub struct Tally {
    counts: BTreeMap<String, u64>,
    wrong: BTreeMap<u32, Vec<String>>,
}

impl Tally {
    pub fn add(&mut self, name: &str, count: u64) {
        *self.counts.entry(name.to_owned()).or_default() += count;
    }

    pub fn fail(&mut self, household: u32, what: String) {
        self.wrong.entry(household).or_default().push(what);
    }

    pub fn fail_all(&mut self, household: u32, what: Vec<String>) {
        if !what.is_empty() {
            self.wrong.entry(household).or_default().extend(what);
        }
    }

    fn get(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// What the wires lose even when every copy is clean.
    pub fn documented(&mut self, subject: &Subject<'_>, reading: &Reading) {
        for person in &subject.household.members {
            let told = person.accounts.iter().filter(|account| account.bank == TELLS_ONLY_OVER);
            for account in told.filter(|account| account.kind != AccountKind::Loan) {
                self.add("loss: accounts known only as over or under a limit", 1);
                self.add("loss: interest nobody sees, fen", account.interest_12m_fen.unsigned_abs());
            }
        }
        let second = subject.rows.iter().flatten().filter(|row| row.under_second_number).count();
        self.add("loss: rows under a second number", second as u64);
        let undeclared = reading.body["declared"].as_array().map_or(0, Vec::len);
        self.add("lines declared against found", undeclared as u64);
        self.add("records held for review", reading.held.len() as u64);
        self.add("records set aside", reading.set_aside());
    }

    /// What became of a household's rows.
    pub fn fates(&mut self, household: u32, fates: &[Fates<'_, '_>], reading: &Reading) {
        for (row, fate) in fates.iter().flat_map(|fates| &fates.of) {
            let name = match fate {
                Fate::Known => "rows known",
                Fate::Held => "rows held for review",
                Fate::Lost => "rows lost by the department",
                Fate::Damaged => "rows too damaged to be found or taken",
                Fate::Untold => "rows damaged that say nothing a line would show",
                Fate::Unexplained => "rows unexplained",
            };
            self.add(name, 1);
            if *fate == Fate::Unexplained {
                self.fail(household, format!("{}: {:?} left no trace", told(row), row.fact));
            }
            for dirt in row.dirt.iter().filter(|_| matches!(fate, Fate::Held | Fate::Damaged)) {
                self.add(&format!("{name}, by damage: {dirt:?}"), 1);
            }
            if row.is(DirtKind::Stale) && *fate == Fate::Known {
                self.add("rows known and out of date", 1);
            }
        }
        self.add("records held for review", reading.held.len() as u64);
        self.add("records set aside", reading.set_aside());
    }

    /// Prints the counts and fails if anything was wrong.
    #[expect(clippy::print_stdout, reason = "the counts are what the run is for")]
    pub fn close(mut self, title: &str, run: &Run) {
        self.add("households", run.cases.len() as u64);
        println!("== {title}: {:.1?}, {} households", run.took, run.cases.len());
        for (name, count) in &self.counts {
            println!("{count:>12}  {name}");
        }
        let (known, held) = (self.get("rows known"), self.get("rows held for review"));
        let rest = self.get("rows too damaged to be found or taken");
        if known > 0 {
            println!("{:>9} ‰  of rows held for review", held * 1000 / (known + held + rest));
            println!("{:>9} ‰  of rows counted or told (recall)", known * 1000 / (known + held + rest));
        }
        let lines = self.wrong.iter().flat_map(|(household, what)| what.iter().map(move |w| (household, w)));
        for (household, what) in lines.take(PRINTED) {
            println!("household {household}: {what}");
        }
        assert!(self.wrong.is_empty(), "{} households differ from the truth", self.wrong.len());
    }
}

fn told(row: &Row<'_>) -> String {
    format!("{}/{}", row.department.as_str(), row.number)
}
