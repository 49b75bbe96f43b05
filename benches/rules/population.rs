//! Households of three, the same for both sides: columns of numbers from a fixed seed, and the records that they stand for.
//!
//! Every department has answered. A yearly wage is one tax return, a pension a running one with its basic part, medical cost one
//! bill, a disability one certificate.

use std::ops::Range;

use hedui::household::evidence::MemberFacts;
use hedui::household::{
    Declared, Detail, DisabilityCategory, Fen, InsuranceScheme, MemberRef, Purpose, RegisteredAs, Relation, SourceKey,
    TaxItem, YearMonth,
};
use hedui::policy::{Household, Roll, Row};
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// The basic part of a pension is not income in any month of the twelve before it: no reading of the law is open.
pub(crate) const AS_OF: Date = date(2025, 12, 1);
const EPOCH: Date = date(1970, 1, 1);
const SEED: u64 = 20_251_201;

/// A value a person, three persons a household: yearly amounts in fen.
#[derive(Default)]
pub(crate) struct Columns {
    wage: Vec<i64>,
    pension: Vec<i64>,
    basic: Vec<i64>,
    medical: Vec<i64>,
    born: Vec<Date>,
    /// 0: no certificate.
    grade: Vec<i64>,
}

/// Chance, the same on every machine (a linear congruence; its high bits).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap_or(0) % most
    }

    fn percent(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    fn between(&mut self, least: i64, most: i64) -> i64 {
        least + self.below(most - least)
    }
}

impl Columns {
    pub(crate) fn generated(households: usize) -> Self {
        let (mut columns, mut dice) = (Self::default(), Dice(SEED));
        for _ in 0..households {
            let head = if dice.percent(70) { dice.between(800_000, 6_000_000) } else { 0 };
            let spouse = if dice.percent(40) { dice.between(600_000, 4_800_000) } else { 0 };
            columns.person(&mut dice, (1_960, 1_996), head);
            columns.person(&mut dice, (1_960, 1_996), spouse);
            let third = if dice.percent(60) { (2_006, 2_024) } else { (1_940, 1_965) };
            columns.person(&mut dice, third, 0);
        }
        columns
    }

    fn person(&mut self, dice: &mut Dice, (from, to): (i64, i64), wage: i64) {
        let days = dice.between((from - 1_970) * 365, (to - 1_970) * 365);
        let old = days < (1_965 - 1_970) * 365;
        let (basic, own) = if old { (dice.between(12_300, 16_300), dice.between(2_000, 24_000)) } else { (0, 0) };
        self.wage.push(wage);
        self.pension.push(12 * (basic + own));
        self.basic.push(12 * basic);
        self.medical.push(if dice.percent(20) { dice.between(20_000, 6_000_000) } else { 0 });
        self.born.push(EPOCH.saturating_add(days.days()));
        self.grade.push(if dice.percent(6) { dice.between(1, 5) } else { 0 });
    }

    pub(crate) fn households(&self) -> usize {
        self.born.len() / 3
    }

    /// As `benches/peers/openfisca.py` reads them.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let days = |born: &Date| i64::from(EPOCH.until(*born).expect("a day of this calendar").get_days());
        let born = self.born.iter().map(days).collect();
        let columns = [&self.wage, &self.pension, &self.basic, &self.medical, &born, &self.grade];
        columns.into_iter().flatten().flat_map(|value| value.to_le_bytes()).collect()
    }
}

/// Of the records of a household's three people.
static NUMBERS: [&str; 3] = ["1", "2", "3"];

/// Departments of the records.
pub(crate) struct Sources([SourceKey; 4]);

impl Sources {
    pub(crate) fn named() -> Self {
        let names = ["tax", "social_security", "medical_insurance", "disability"];
        Self(names.map(|name| SourceKey::new(name).expect("a sound key")))
    }
}

/// People and their records, in memory.
pub(crate) struct Population {
    people: Vec<MemberFacts>,
    /// Of every person, the first record and the first of the next.
    of_person: Vec<(usize, usize)>,
    records: Vec<(usize, Detail)>,
}

impl Population {
    /// The people of some households.
    pub(crate) fn of(columns: &Columns, households: Range<usize>) -> Self {
        let number = 3 * households.len();
        let mut population = Self {
            people: Vec::with_capacity(number),
            of_person: Vec::with_capacity(number),
            records: Vec::with_capacity(2 * number),
        };
        for person in 3 * households.start..3 * households.end {
            let (reference, relation) = [("m1", "01"), ("m2", "10"), ("m3", "20")][person % 3];
            population.people.push(MemberFacts {
                reference: MemberRef(reference.into()),
                relation: Relation(relation.into()),
                birth_date: Some(columns.born[person]),
                sex: None,
                can_work: None,
                self_care_lost: None,
                absence: None,
                declared: Declared::default(),
            });
            let first = population.records.len();
            records(columns, person, &mut population.records);
            population.of_person.push((first, population.records.len()));
        }
        population
    }

    /// Some households, arranged for the rules.
    pub(crate) fn roll<'a>(&'a self, Sources(sources): &'a Sources, households: Range<usize>) -> Roll<'a> {
        let household = Household {
            purpose: Purpose::DibaoApplication,
            registered_as: RegisteredAs::Urban,
            as_of: AS_OF,
            silent: &[],
        };
        let mut roll = Roll::with_capacity(households.len(), 3 * households.len());
        let people = 3 * households.start..3 * households.end;
        for (people, of_person) in self.people[people.clone()].chunks(3).zip(self.of_person[people].chunks(3)) {
            // a number names one record of a department: two people with one number would be one record
            let rows = |(number, &(first, end)): (&'a &'static str, &(usize, usize))| {
                let records = self.records[first..end].iter();
                records.map(|(source, detail)| Row { source: &sources[*source], number, detail })
            };
            roll.add(&household, people.iter().zip(NUMBERS.iter().zip(of_person).map(rows)));
        }
        roll
    }
}

fn records(columns: &Columns, person: usize, records: &mut Vec<(usize, Detail)>) {
    let [wage, pension, basic, medical] =
        [&columns.wage, &columns.pension, &columns.basic, &columns.medical].map(|column| Fen(column[person]));
    if wage.0 > 0 {
        records.push((
            0,
            Detail::TaxedIncome {
                item: TaxItem::Wage,
                from: date(2024, 12, 1),
                to: date(2025, 11, 30),
                gross: wage,
                cost: None,
                tax: None,
                social_insurance: None,
                paid_on: None,
                payer: None,
            },
        ));
    }
    if pension.0 > 0 {
        records.push((
            1,
            Detail::Pension {
                scheme: InsuranceScheme::ResidentPension,
                from: YearMonth::of(date(2020, 1, 1)),
                to: None,
                monthly: pension.mul_ratio(1, 12),
                basic_monthly: Some(basic.mul_ratio(1, 12)),
            },
        ));
    }
    if medical.0 > 0 {
        records.push((
            2,
            Detail::MedicalCost {
                settled_on: date(2025, 6, 15),
                total: medical,
                reimbursed: Fen::ZERO,
                aid: Fen::ZERO,
                self_paid: medical,
                catalogue_illness: Some(false),
                insured: None,
            },
        ));
    }
    if let Ok(grade @ 1..) = u8::try_from(columns.grade[person]) {
        let category = DisabilityCategory::Limb;
        records.push((3, Detail::DisabilityCertificate { category, grade, valid_until: None, valid: true }));
    }
}
