//! Every record of a household's evidence against the truth of whose it is, and every record of the truth against the evidence.

use std::collections::BTreeMap;

use hedui::household::{Attributed, Evidence, Verdict};
use hedui_mock_sources::truth::Household;
use hedui_mock_sources::{DirtKind, Key, MockSources, RecordTruth};

use super::rows;
use super::rules::Year;

/// What became of the records of one department, or of all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Records that came.
    pub answered: u64,
    /// Of them: held for a person to look at, whosever they are.
    pub held: u64,
    /// Of them: another person's, and held.
    pub others_held: u64,
    /// Of them: another person's, and set aside.
    pub others_aside: u64,
    /// The members' own records in the department: counted for their owner.
    pub own_counted: u64,
    /// Held.
    pub own_held: u64,
    /// Set aside as another person's.
    pub own_aside: u64,
    /// Never answered: what the department wrote of name and number is not what it was asked for.
    pub own_not_found: u64,
}

impl Counts {
    /// The members' own records that exist in the department.
    pub fn own(&self) -> u64 {
        self.own_counted + self.own_held + self.own_aside + self.own_not_found
    }

    fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.held += other.held;
        self.others_held += other.others_held;
        self.others_aside += other.others_aside;
        self.own_counted += other.own_counted;
        self.own_held += other.own_held;
        self.own_aside += other.own_aside;
        self.own_not_found += other.own_not_found;
    }
}

/// What one household, or many, came to.
#[derive(Debug, Default)]
pub struct Judged {
    /// Households verified.
    pub households: u64,
    /// Households whose request the service refused, with the first fault: nobody was asked about them.
    pub refused: Vec<String>,
    pub by_source: BTreeMap<&'static str, Counts>,
    /// Verdict, whose the record was, and the rule that decided.
    pub by_rule: BTreeMap<(&'static str, &'static str, String), u64>,
    /// What became of the members' own records that were damaged, by damage.
    pub by_damage: BTreeMap<(String, &'static str), u64>,
    /// Records counted that are not the person's: department, number, rule, damage.
    pub wrongly_counted: Vec<String>,
    /// Levels at which records stood with their owners, by source and field.
    pub levels: BTreeMap<(&'static str, String, String), u64>,
}

impl Judged {
    /// Of one household.
    pub fn of(mocks: &MockSources, household: &Household, evidence: &Evidence) -> Self {
        let mut judged = Self { households: 1, ..Self::default() };
        let mut fates: BTreeMap<(Key, &str), &'static str> = BTreeMap::new();
        for filed in &evidence.records {
            let department = Key::parse(filed.source.as_str()).expect("a department of the mocks");
            // a second record under one number has a mark of its own
            let number = filed.record.number.split('#').next().expect("the number");
            let truth = mocks.record(department, number).expect("a record that the department has");
            let owner = household.members.iter().find(|person| person.id == truth.owner);
            let is_filed_rightly = owner.is_some_and(|owner| owner.reference == filed.member.as_str());
            let fate = judged.record(department, filed, &truth, owner.is_some(), is_filed_rightly);
            fates.insert((department, number), fate);
            if is_filed_rightly {
                judged.levels_of(department, filed);
            }
        }
        judged.own_records(mocks, household, &fates);
        judged
    }

    /// A record that came; what became of it.
    fn record(
        &mut self,
        department: Key,
        filed: &Attributed,
        truth: &RecordTruth,
        is_own: bool,
        is_filed_rightly: bool,
    ) -> &'static str {
        let counts = self.by_source.entry(department.as_str()).or_default();
        counts.answered += 1;
        let rule = filed.reasons.first().map(|reason| reason.level.clone()).unwrap_or_default();
        let fate = match filed.verdict {
            Verdict::Match if is_filed_rightly => "counted",
            Verdict::Match => "counted wrongly",
            Verdict::Review => "held",
            Verdict::No => "set aside",
        };
        match (filed.verdict, is_own) {
            (Verdict::Review, true) => counts.held += 1,
            (Verdict::Review, false) => {
                counts.held += 1;
                counts.others_held += 1;
            }
            (Verdict::No, false) => counts.others_aside += 1,
            (Verdict::Match | Verdict::No, _) => {}
        }
        if fate == "counted wrongly" {
            let what = format!("{}/{}: {rule}, {:?}", truth.department, truth.jlbh, truth.dirt);
            self.wrongly_counted.push(what);
        }
        *self.by_rule.entry((fate, if is_own { "own" } else { "another's" }, rule)).or_default() += 1;
        fate
    }

    fn levels_of(&mut self, department: Key, filed: &Attributed) {
        let fields = filed.reasons.iter().filter(|reason| reason.field != "rule" && reason.level != "missing");
        for reason in fields {
            let key = (department.as_str(), reason.field.clone(), reason.level.clone());
            *self.levels.entry(key).or_default() += 1;
        }
    }

    /// Every record that exists about the members and that lies within what was asked for.
    fn own_records(&mut self, mocks: &MockSources, household: &Household, fates: &BTreeMap<(Key, &str), &'static str>) {
        let year = Year::before(mocks.population().as_of());
        for person in &household.members {
            for row in rows::about(mocks, person, year).iter().filter(|row| !row.is(DirtKind::Lost)) {
                let counts = self.by_source.entry(row.department.as_str()).or_default();
                let fate = fates.get(&(row.department, row.number.as_str())).copied().unwrap_or("not found");
                match fate {
                    "counted" => counts.own_counted += 1,
                    "held" => counts.own_held += 1,
                    "not found" => counts.own_not_found += 1,
                    _ => counts.own_aside += 1,
                }
                let mut damage: Vec<String> = row.dirt.iter().map(|kind| key_of(*kind)).collect();
                damage.extend(row.under_second_number.then(|| "second_number".to_owned()));
                for kind in damage {
                    *self.by_damage.entry((kind, fate)).or_default() += 1;
                }
            }
        }
    }

    /// Of a household that was never asked about.
    pub fn of_refused(why: String) -> Self {
        Self { refused: vec![why], ..Self::default() }
    }

    /// Both together.
    pub fn and(mut self, other: Self) -> Self {
        self.households += other.households;
        self.refused.extend(other.refused);
        for (source, counts) in &other.by_source {
            self.by_source.entry(source).or_default().add(counts);
        }
        for (key, count) in other.by_rule {
            *self.by_rule.entry(key).or_default() += count;
        }
        for (key, count) in other.by_damage {
            *self.by_damage.entry(key).or_default() += count;
        }
        for (key, count) in other.levels {
            *self.levels.entry(key).or_default() += count;
        }
        self.wrongly_counted.extend(other.wrongly_counted);
        self
    }

    /// All departments together.
    pub fn all(&self) -> Counts {
        self.by_source.values().fold(Counts::default(), |mut sum, counts| {
            sum.add(counts);
            sum
        })
    }
}

/// A damage's name in the truth's JSON.
fn key_of(kind: DirtKind) -> String {
    let value = serde_json::to_value(kind).expect("a word");
    value.as_str().expect("a word").to_owned()
}
