//! A made-up county as evidence: the mock departments' population as every department would state it of a member whose records are
//! all theirs, and every department had answered. No wire and no matcher stand between, so what comes out is the rules' doing alone.
//!
//! Which fact shows in which department is `mock-sources/POPULATION.md`; a test holds this to what a verification over HTTP finds.

mod earnings;
mod living;
mod property;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use hedui_mock_sources::population::Population;
use hedui_mock_sources::truth::{Household, InformalKind, Person, Registered, Sex as TrueSex};
use hedui_mock_sources::{Config, Month, Window};
use jiff::civil::Date;

use crate::household::evidence::MemberFacts;
use crate::household::{
    Attributed, Cell, CellOutcome, Coverage, Declared, DeclaredIncome, Detail, Evidence, Fen, IncomeClass, InfoClass,
    MemberRef, Purpose, Reach, Record, Region, RegisteredAs, Relation, Sex, SourceKey, Subject, Verdict, YearMonth,
};
use crate::verification::{HandIn, MadeUp, MakeUp, SourceStatus};

/// A department as evidence needs it.
struct Department {
    key: SourceKey,
    speaks_for: Vec<InfoClass>,
    coverage: Coverage,
}

/// A made-up county.
pub(super) struct County {
    population: Population,
    region: Region,
    departments: Vec<Department>,
}

/// Makes up counties for whoever tries rules in the console: departments here speak for what these do.
#[must_use]
pub fn make_up(sources: Vec<SourceStatus>) -> Arc<MakeUp> {
    Arc::new(move |county: MadeUp, hand_in: &mut HandIn<'_>| County::new(&county, &sources).hand_in(hand_in))
}

/// What a department states about a person: by department, in the order of its rows.
type Facts = BTreeMap<&'static str, Vec<Detail>>;

impl County {
    /// Makes it. `sources` says what each department speaks for.
    pub(super) fn new(county: &MadeUp, sources: &[SourceStatus]) -> Self {
        let department = |source: &SourceStatus| Department {
            key: source.descriptor.key.clone(),
            speaks_for: source.descriptor.speaks_for.iter().filter_map(|word| InfoClass::parse(word)).collect(),
            coverage: source.descriptor.coverage,
        };
        let mut departments: Vec<_> = sources.iter().map(department).collect();
        departments.sort_by(|a, b| a.key.cmp(&b.key));
        let MadeUp { seed, households, as_of, region } = county.clone();
        let as_of = as_of.unwrap_or(Config::default().as_of);
        Self { population: Population::generate(seed, households, as_of), region, departments }
    }

    /// Hands in the evidence of every generated household, in order, as long as more is wanted.
    pub(super) fn hand_in(&self, hand_in: &mut HandIn<'_>) {
        for evidence in self.evidence() {
            if !hand_in(evidence) {
                return;
            }
        }
    }

    /// The evidence of every generated household, in order.
    fn evidence(&self) -> impl Iterator<Item = Evidence> {
        let generated = usize::try_from(self.population.generated()).unwrap_or(usize::MAX);
        self.population.households().take(generated).map(|household| self.of(household))
    }

    /// What is known of a household once every department has answered.
    fn of(&self, household: &Household) -> Evidence {
        let window = self.population.window();
        let (mut cells, mut records) = (Vec::new(), Vec::new());
        for person in &household.members {
            let mut facts = facts(household, person, &window);
            for department in &self.departments {
                let stated = facts.remove(department.key.as_str()).unwrap_or_default();
                cells.push(cell(person, department, stated.len(), self.population.as_of()));
                let filed = stated.into_iter().zip(1..).map(|(detail, place)| filed(person, department, detail, place));
                records.extend(filed);
            }
        }
        records.extend(self.strangers_in_the_book(household));
        records.sort_by(|a, b| (&a.member, &a.source, &a.record.number).cmp(&(&b.member, &b.source, &b.record.number)));
        let first = household.members.first().map_or("m1", |person| person.reference.as_str());
        Evidence {
            purpose: Purpose::DibaoApplication,
            region: self.region.clone(),
            as_of: self.population.as_of(),
            registered_as: registered_as(household.registered_as),
            applicant: MemberRef(first.to_owned()),
            members: household.members.iter().map(member).collect(),
            obligors: Vec::new(),
            cells,
            records,
        }
    }

    /// Registrants of a member's book who do not apply: the register names them with the member, and they are nobody of the household.
    fn strangers_in_the_book(&self, household: &Household) -> Vec<Attributed> {
        let Some(asked) = household.members.first() else { return Vec::new() };
        let register = self.departments.iter().find(|department| department.key.as_str() == living::REGISTER);
        let others =
            household.outsiders.iter().filter(|other| household.members.iter().any(|own| own.book == other.book));
        let filed = |(register, (other, place)): (&Department, (&Person, usize))| Attributed {
            verdict: Verdict::No,
            probability_ppm: 0,
            ..filed(asked, register, living::registration(household, other), 1000 + place)
        };
        register
            .into_iter()
            .flat_map(|register| others.clone().zip(1..).map(move |one| (register, one)))
            .map(filed)
            .collect()
    }
}

fn facts(household: &Household, person: &Person, window: &Window) -> Facts {
    let mut facts = Facts::new();
    living::state(&mut facts, household, person);
    earnings::state(&mut facts, person, window);
    property::state(&mut facts, person);
    facts
}

fn member(person: &Person) -> MemberFacts {
    let class = |kind: InformalKind| match kind {
        InformalKind::CasualWork => IncomeClass::Wage,
        InformalKind::Farming | InformalKind::PettyTrade => IncomeClass::Business,
        InformalKind::SupportFromKin => IncomeClass::Transfer,
    };
    let declared = person.informal.iter().filter(|income| income.annual_fen > 0).map(|income| DeclaredIncome {
        class: class(income.kind),
        annual_yuan: Fen(income.annual_fen),
        informal: true,
    });
    MemberFacts {
        reference: MemberRef(person.reference.clone()),
        relation: Relation(person.relation.clone()),
        birth_date: Some(person.born),
        sex: Some(if person.sex == TrueSex::Male { Sex::Male } else { Sex::Female }),
        can_work: Some(person.can_work),
        self_care_lost: None,
        absence: None,
        declared: Declared { income: declared.collect(), property: Vec::new() },
    }
}

fn cell(person: &Person, department: &Department, records: usize, day: Date) -> Cell {
    let outcome = match u32::try_from(records).unwrap_or(u32::MAX) {
        0 => CellOutcome::NoRecord { reach: Reach { coverage: department.coverage, as_of: None } },
        records => CellOutcome::Found { records },
    };
    Cell {
        member: MemberRef(person.reference.clone()),
        source: department.key.clone(),
        speaks_for: department.speaks_for.clone(),
        outcome,
        asked_on: Some(day),
        answered_on: Some(day),
    }
}

fn filed(person: &Person, department: &Department, detail: Detail, place: usize) -> Attributed {
    let subject = Subject {
        name: Some(person.name.as_str().into()),
        id_number: Some(person.id_number.as_str().into()),
        ..Subject::default()
    };
    Attributed {
        member: MemberRef(person.reference.clone()),
        source: department.key.clone(),
        record: Record { number: format!("{}-{place:04}", person.id), subject, detail, as_of: None },
        verdict: Verdict::Match,
        reasons: Vec::new(),
        weight_centibits: 0,
        probability_ppm: 1_000_000,
        reviewed: None,
    }
}

fn registered_as(registered: Registered) -> RegisteredAs {
    match registered {
        Registered::Urban => RegisteredAs::Urban,
        Registered::Rural => RegisteredAs::Rural,
    }
}

fn month(month: Month) -> YearMonth {
    YearMonth::of(month.first_day())
}
