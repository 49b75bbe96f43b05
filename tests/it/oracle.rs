//! Generated households against the truth, computed by an oracle that shares no code with the service.
//!
//! * `rules`, `rows`, `member`, `household`: the oracle. It knows the mocks' truth and the law, nothing of `src/` or `connectors/`.
//! * `returned`, `reading`, `fate`, `compare`: what departments answered and a report's JSON against it.
//!
//! Documented losses, all else that departments answer with is known or held for review: what a bank tells only over or under a limit, and rows
//! under another valid number (the owner's second one, or a stranger's by mistake).
//! * `run`: every household through the whole service.

mod compare;
mod fate;
mod household;
mod member;
mod reading;
mod returned;
pub(crate) mod rows;
pub(crate) mod rules;
mod run;
mod tally;

use std::collections::BTreeMap;

use hedui_mock_sources::truth::{Case as Sown, CustodyKind, Person};
use hedui_mock_sources::{Dirt, Key};

use fate::{Fate, Fates};
use household::{Expected, expected, is_settled};
use member::{Member, declared};
use returned::Returned;
use rows::Row;
use rules::Year;
use run::{Case, Run, Way, run};
use tally::Tally;

/// A household of the truth, with every row about its members.
struct Subject<'a> {
    household: &'a hedui_mock_sources::truth::Household,
    rows: Vec<Vec<Row<'a>>>,
    returned: Returned<'a>,
    year: Year,
}

impl<'a> Subject<'a> {
    fn of(run: &'a Run, case: &Case) -> Self {
        let population = run.stage.mocks.population();
        let household = population.household(case.index).expect("a household");
        let year = Year::before(population.as_of());
        let rows: Vec<_> = household.members.iter().map(|person| rows::about(&run.stage.mocks, person, year)).collect();
        let returned = Returned::of(&run.stage.mocks, household, &rows, year);
        Self { household, rows, returned, year }
    }

    /// What every department could tell, were its rows clean: rows under a second number are nobody's.
    fn truth(&self, case: &Case) -> Expected {
        let members: Vec<Member<'_>> = (self.household.members.iter().zip(&self.rows))
            .map(|(person, rows)| {
                let mut seen = std::collections::BTreeSet::new();
                let own = rows.iter().filter(|row| !row.under_second_number);
                let rows = own.filter(|row| seen.insert((row.department, row.ordinal))).collect();
                self.member(case, person, rows)
            })
            .collect();
        expected(self.household, &members, is_settled(self.household), self.year)
    }

    fn member<'m>(&'m self, case: &Case, person: &'m Person, rows: Vec<&'m Row<'m>>) -> Member<'m> {
        let away = |row: &&Row<'_>| tells_death(row, person) || tells_custody(row, self.year);
        let counts = !rows.iter().any(away);
        Member { person, rows, declared: declared(&case.request, &person.reference), counts }
    }

    /// What the rows that reached the report add up to.
    fn known(&self, case: &Case, fates: &[Fates<'_, '_>]) -> Expected {
        let members: Vec<Member<'_>> = (self.household.members.iter().zip(fates))
            .map(|(person, fates)| self.member(case, person, fates.known()))
            .collect();
        expected(self.household, &members, is_settled(self.household), self.year)
    }
}

/// Whether a row tells that a member is dead; a stale registration does not.
fn tells_death(row: &Row<'_>, person: &Person) -> bool {
    match row.fact {
        rows::Fact::Death => true,
        rows::Fact::Registration => person.died.is_some() && !row.is(hedui_mock_sources::DirtKind::Stale),
        _ => false,
    }
}

/// Whether a row tells that a member is held on the as-of date; a stale one knows nothing of an early release.
fn tells_custody(row: &Row<'_>, year: Year) -> bool {
    let rows::Fact::Custody(stay) = row.fact else { return false };
    let released = stay.released.filter(|_| !row.is(hedui_mock_sources::DirtKind::Stale));
    let last = released.or(stay.ordered_until);
    stay.kind != CustodyKind::Community && stay.from <= year.as_of && last.is_none_or(|last| year.as_of <= last)
}

/// Every record that a department answered with is accounted for: none of somebody else counts for anything, line or not.
fn every_record_is_accounted_for(subject: &Subject<'_>, case: &Case, tally: &mut Tally) {
    tally.fail_all(case.index, subject.returned.unaccounted(&subject.rows, &case.reading));
    tally.strangers(&subject.returned, &case.reading);
    for sown in [
        Sown::InCustody,
        Sown::BothParentsInCustody,
        Sown::BusinessLoss,
        Sown::EchoBill,
        Sown::SharedIdNumber,
        Sown::NamesakeManyHouses,
        Sown::ChangedSchools,
    ] {
        tally.add(&format!("households of the case {sown:?}"), u64::from(subject.household.has(sown)));
    }
}

/// No line of any report rests on a record of somebody else.
fn nobody_elses(run: &Run, case: &Case, tally: &mut Tally) {
    let household = run.stage.mocks.population().household(case.index).expect("a household");
    for line in case.reading.lines.iter().filter(|line| line.treatment != "held_for_review") {
        let Some(source) = &line.source else { continue };
        let member = household.members.iter().find(|person| person.reference == line.member).expect("a member");
        let key = Key::parse(source).expect("a department");
        for record in &line.records {
            match run.stage.mocks.record(key, record) {
                Some(truth) if truth.owner == member.id => tally.add("records that a line rests on", 1),
                Some(_) => tally.fail(case.index, format!("{source}/{record} of somebody else in {}", line.section)),
                None => tally.fail(case.index, format!("{source}/{record} is no record of the department")),
            }
        }
    }
}

#[test]
fn the_oracle_shares_no_code_with_the_service() {
    let files = [
        include_str!("oracle/rules.rs"),
        include_str!("oracle/rows.rs"),
        include_str!("oracle/member.rs"),
        include_str!("oracle/household.rs"),
        include_str!("oracle/reading.rs"),
        include_str!("oracle/returned.rs"),
        include_str!("oracle/fate.rs"),
        include_str!("oracle/compare.rs"),
    ];
    for file in files {
        assert!(!file.contains("hedui::") && !file.contains("hedui_connectors") && !file.contains("crate::"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clean_departments_give_every_total_to_the_fen() {
    let run = run(Dirt::Clean, Way::Alone).await;
    let mut tally = Tally::default();
    for case in &run.cases {
        nobody_elses(&run, case, &mut tally);
        clean(&run, case, &mut tally);
    }
    tally.at_least("households with no record in doubt, ends and screening exact", 400);
    tally.at_least("households of the case BusinessLoss", 3);
    tally.at_least("households of the case EchoBill", 3);
    tally.at_least("households of the case InCustody", 3);
    tally.at_least("households of the case BothParentsInCustody", 1);
    tally.at_least("others' rows under a member's number, held for review", 1);
    tally.close("clean departments", &run);
}

fn clean(run: &Run, case: &Case, tally: &mut Tally) {
    let subject = Subject::of(run, case);
    let truth = subject.truth(case);
    let reading = &case.reading;
    if !reading.is_final() || reading.gaps() > 0 {
        tally.fail(case.index, format!("not final, or {} answers that do not speak", reading.gaps()));
    }
    tally.fail_all(case.index, compare::so_far(reading, &truth));
    if [Sown::BusinessLoss, Sown::EchoBill].into_iter().any(|sown| subject.household.has(sown)) {
        // How far a loss, or a bill that may be another's echo, moves the ends, the pack decides; what stands is to the fen.
        tally.fail_all(case.index, compare::holds(reading, &truth));
        tally.add("households with a loss or an echo, truth within the intervals", 1);
    } else if reading.held.is_empty() {
        tally.fail_all(case.index, compare::ends(reading, &truth));
        tally.add("households with no record in doubt, ends and screening exact", 1);
    } else {
        tally.fail_all(case.index, compare::holds(reading, &truth));
        tally.add("households with a record in doubt, truth within the intervals", 1);
    }
    every_record_is_accounted_for(&subject, case, tally);
    tally.documented(&subject, reading);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dirty_departments_never_count_a_record_of_somebody_else() {
    let run = run(Dirt::dirty(), Way::Batch).await;
    let mut tally = Tally::default();
    for case in &run.cases {
        nobody_elses(&run, case, &mut tally);
        dirty(&run, case, &mut tally);
    }
    tally.at_least("households whose intervals hold the truth", 150);
    tally.at_least("rows other in form only", 200);
    tally.share_at_least("rows other in form only, known", &["rows other in form only"], 1000);
    let answered = ["rows known", "rows held for review", "loss: rows under another valid number"];
    tally.share_at_least("rows known", &answered, 950);
    tally.at_least("others' rows set aside", 50);
    tally.at_least("rows of namesakes with a birth date and no number", 3);
    tally.close("dirty departments", &run);
}

fn dirty(run: &Run, case: &Case, tally: &mut Tally) {
    let subject = Subject::of(run, case);
    let reading = &case.reading;
    if !reading.is_final() || reading.gaps() > 0 {
        tally.fail(case.index, format!("not final, or {} answers that do not speak", reading.gaps()));
    }
    let fates: Vec<Fates<'_, '_>> = (subject.household.members.iter().zip(&subject.rows))
        .map(|(person, rows)| Fates::read(rows, &person.reference, reading, &subject.returned))
        .collect();
    every_record_is_accounted_for(&subject, case, tally);
    tally.fates(case.index, &fates, reading);
    let differences = compare::so_far(reading, &subject.known(case, &fates));
    tally.fail_all(case.index, differences);
    let missing: BTreeMap<_, _> = fates.iter().flat_map(Fates::missing).collect();
    let stale = fates.iter().flat_map(Fates::known).any(|row| row.is(hedui_mock_sources::DirtKind::Stale));
    let only_held = missing.values().all(|fate| *fate == Fate::Held) && !stale;
    if only_held {
        tally.fail_all(case.index, compare::holds(reading, &subject.truth(case)));
        tally.add("households whose intervals hold the truth", 1);
    } else {
        tally.add("households with a row lost, damaged or out of date", 1);
    }
}
