//! Who is or was in prison, in compulsory rehabilitation or under community correction. From a stream of its own, and after all else: whoever
//! is away earns nothing any more.

use jiff::civil::Date;

use super::maker::Maker;
use crate::calendar::Month;
use crate::chance::Chance;
use crate::truth::{Case, Custody, CustodyKind, Person, Sex};

/// Takes people away, or notes that they were.
pub(crate) fn befall(maker: &mut Maker<'_>, seed: u64) {
    let mut chance = Chance::new(seed, "custody", u64::from(maker.household.index));
    let as_of = maker.as_of;
    if maker.household.cases.is_empty() {
        if maker.household.index % 50 == 21 && has_couple_with_child(maker) {
            take(&mut maker.household.members[0], &mut chance, as_of);
            take(&mut maker.household.members[1], &mut chance, as_of);
            maker.mark(Case::BothParentsInCustody);
        } else if chance.permille(30) {
            let grown = |person: &&mut Person| person.relation != "01" && (18..66).contains(&person.age_on(as_of));
            if let Some(person) = maker.household.members.iter_mut().find(grown) {
                take(person, &mut chance, as_of);
                maker.mark(Case::InCustody);
            }
        }
    }
    for person in maker.household.members.iter_mut().filter(|person| person.custody.is_empty()) {
        over_or_at_home(person, &mut chance, as_of);
    }
    for namesake in maker.household.outsiders.iter_mut().filter(|person| person.is_namesake()) {
        if namesake.died.is_none() && chance.permille(300) {
            namesake.custody.push(running(&mut chance, CustodyKind::Prison, as_of));
        }
    }
}

fn has_couple_with_child(maker: &Maker<'_>) -> bool {
    let members = &maker.household.members;
    let young = |person: &Person| {
        matches!(person.relation.as_str(), "20" | "30") && person.age_on(maker.as_of) < 18 && person.died.is_none()
    };
    let spouse = members.get(1).is_some_and(|person| matches!(person.relation.as_str(), "11" | "12"));
    spouse && members.iter().any(young)
}

fn ago(day: Date, days: i64) -> Date {
    day.saturating_sub(jiff::Span::new().days(days))
}

fn held(chance: &mut Chance) -> CustodyKind {
    if chance.permille(700) { CustodyKind::Prison } else { CustodyKind::Rehabilitation }
}

/// A stay that goes on.
fn running(chance: &mut Chance, kind: CustodyKind, as_of: Date) -> Custody {
    let from = ago(as_of, chance.between(40, 700));
    let fixed = kind != CustodyKind::Prison || !chance.permille(80);
    let left = chance.between(60, 1_500);
    Custody { kind, from, ordered_until: fixed.then(|| ago(as_of, -left)), released: None }
}

/// In custody since some day: jobs ended that month, and casual income with them.
fn take(person: &mut Person, chance: &mut Chance, as_of: Date) {
    let kind = held(chance);
    let custody = running(chance, kind, as_of);
    let month = Month::of(custody.from);
    person.jobs.retain(|job| job.from <= month);
    for job in &mut person.jobs {
        job.to = Some(job.to.map_or(month, |to| to.min(month)));
    }
    person.unemployment.clear();
    person.registered_unemployed = None;
    person.informal.clear();
    person.custody.push(custody);
}

/// A term that is over, for some men; supervision at home, for a few.
fn over_or_at_home(person: &mut Person, chance: &mut Chance, as_of: Date) {
    let age = person.age_on(as_of);
    if person.died.is_some() || !(20..66).contains(&age) {
        return;
    }
    if person.sex == Sex::Male && chance.permille(15) {
        let last = ago(as_of, chance.between(30, 730));
        let early = chance.permille(200);
        let ordered = if early { ago(as_of, -chance.between(30, 400)) } else { last };
        person.custody.push(Custody {
            kind: held(chance),
            from: ago(last, chance.between(200, 640)),
            ordered_until: Some(ordered),
            released: early.then_some(last),
        });
    } else if chance.permille(6) {
        person.custody.push(running(chance, CustodyKind::Community, as_of));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::population::Population;
    use crate::truth::{Case, CustodyKind, Household};

    #[test]
    fn every_kind_and_case_is_sown_and_whoever_is_away_earns_nothing_informal() {
        let as_of = date(2026, 11, 1);
        let population = Population::generate(1, 1_000, as_of);
        let everybody = || population.households().flat_map(Household::people);
        for kind in [CustodyKind::Prison, CustodyKind::Rehabilitation, CustodyKind::Community] {
            let now = everybody().flat_map(|person| &person.custody).filter(|custody| custody.kind == kind);
            assert!(now.count() >= 2, "{kind:?}");
        }
        let early = everybody().flat_map(|person| &person.custody).filter(|custody| custody.released.is_some());
        assert!(early.count() >= 1);
        for (case, least, away) in [(Case::InCustody, 4, 1), (Case::BothParentsInCustody, 2, 2)] {
            let households: Vec<_> = population.households().filter(|household| household.has(case)).collect();
            assert!(households.len() >= least, "{} households of {case:?}", households.len());
            for household in households {
                let held =
                    || household.members.iter().filter(|person| person.custody.iter().any(|stay| stay.holds_on(as_of)));
                assert_eq!(held().count(), away);
                assert!(held().all(|person| person.informal.is_empty()));
            }
        }
    }
}
