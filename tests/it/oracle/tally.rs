//! Counts what a run showed, and fails with every difference at once.

use std::collections::BTreeMap;

use hedui_mock_sources::truth::AccountKind;
use hedui_mock_sources::{DirtKind, Key};

use super::Subject;
use super::fate::{Fate, Fates};
use super::reading::Reading;
use super::returned::Returned;
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

    /// How much was counted under a name.
    pub fn get(&self, name: &str) -> u64 {
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
                Fate::NotFound => "rows too damaged for the department to find",
                Fate::Documented => "loss: rows under another valid number",
                Fate::SetAside => "rows answered that left no trace",
            };
            self.add(name, 1);
            if *fate == Fate::SetAside {
                self.fail(household, format!("{}: {:?} {:?} left no trace", told(row), row.fact, row.dirt));
            }
            if row.differs_in_form_only() && matches!(fate, Fate::Known | Fate::Held | Fate::SetAside) {
                self.add("rows other in form only", 1);
                self.add("rows other in form only, known", u64::from(*fate == Fate::Known));
            }
            for dirt in row.dirt.iter().filter(|_| matches!(fate, Fate::Held | Fate::NotFound)) {
                self.add(&format!("{name}, by damage: {dirt:?}"), 1);
            }
            if row.is(DirtKind::Stale) && *fate == Fate::Known {
                self.add("rows known and out of date", 1);
            }
        }
        self.add("records held for review", reading.held.len() as u64);
        self.add("records set aside", reading.set_aside());
    }

    /// What others' records came to, so that a run shows that there were any.
    pub fn strangers(&mut self, returned: &Returned<'_>, reading: &Reading) {
        for (person, row) in returned.strangers() {
            let held = reading.holds(row.department.as_str(), &row.number);
            self.add(if held { "others' rows held for review" } else { "others' rows set aside" }, 1);
            let namesake = matches!(row.department, Key::Health | Key::Education) && person.is_namesake();
            if namesake && row.is(DirtKind::IdMissing) {
                self.add("rows of namesakes with a birth date and no number", 1);
            }
            if person.shares_number && held {
                self.add("others' rows under a member's number, held for review", 1);
            }
        }
    }

    /// Fails where fewer were counted.
    pub fn at_least(&mut self, name: &str, least: u64) {
        let found = self.get(name);
        if found < least {
            self.fail(u32::MAX, format!("{name}: {found}, at least {least} expected"));
        }
    }

    /// Fails where a share, in thousandths, is smaller.
    pub fn share_at_least(&mut self, name: &str, of: &[&str], least_permille: u64) {
        let (part, whole) = (self.get(name), of.iter().map(|name| self.get(name)).sum::<u64>());
        if part * 1000 < whole * least_permille {
            self.fail(u32::MAX, format!("{name}: {part} of {whole}, at least {least_permille} permille expected"));
        }
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
        let rest = self.get("rows too damaged for the department to find");
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
