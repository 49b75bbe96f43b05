//! The population's shape, its repeatability and its numbers.

use std::collections::{BTreeMap, BTreeSet};

use hedui_mock_sources::faults::triggers;
use hedui_mock_sources::population::id_numbers::{birth_date, is_valid};
use hedui_mock_sources::population::{Population, plain_income_fen};
use hedui_mock_sources::truth::{Case, Household, Person, Registered, Sex};
use jiff::civil::{Date, date};

const AS_OF: Date = date(2026, 11, 1);

fn people(population: &Population) -> impl Iterator<Item = &Person> {
    population.households().flat_map(Household::people)
}

fn bytes(population: &Population) -> Vec<Vec<u8>> {
    population.households().map(|household| serde_json::to_vec(household).expect("JSON")).collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_other_ones() {
    let (a, b) = (bytes(&Population::generate(5, 1_000, AS_OF)), bytes(&Population::generate(5, 1_000, AS_OF)));
    assert!(a == b);
    let a = bytes(&Population::generate(5, 300, AS_OF));
    let other = bytes(&Population::generate(6, 300, AS_OF));
    assert!(a[..300] != other[..300]);
    assert!(a[300..] == other[300..], "the fixed households do not depend on the seed");
    let larger = bytes(&Population::generate(5, 320, AS_OF));
    assert!(a[..300] == larger[..300], "a larger population begins with the smaller one");
}

#[test]
fn households_read_back_from_json() {
    let population = Population::generate(2, 80, AS_OF);
    for household in population.households() {
        let text = serde_json::to_string(household).expect("JSON");
        assert_eq!(&serde_json::from_str::<Household>(&text).expect("a household"), household);
    }
}

#[test]
fn numbers_are_valid_agree_with_the_person_and_are_shared_only_where_marked() {
    let population = Population::generate(3, 3_000, AS_OF);
    let mut holders: BTreeMap<&str, u32> = BTreeMap::new();
    for person in people(&population) {
        assert!(is_valid(&person.id_number), "{}", person.id_number);
        assert_eq!(birth_date(&person.id_number), Some(person.born));
        let male = person.id_number.as_bytes()[16] % 2 == 1;
        assert_eq!(male, person.sex == Sex::Male);
        assert!(!person.id_number.starts_with("110101"), "the fixtures' region");
        *holders.entry(&person.id_number).or_default() += 1;
        if let Some(second) = &person.second_number {
            assert!(is_valid(&second.id_number) && second.id_number != person.id_number);
        }
    }
    let shared: BTreeSet<&str> =
        people(&population).filter(|person| person.shares_number).map(|person| person.id_number.as_str()).collect();
    let twice: BTreeSet<&str> = holders.iter().filter(|(_, count)| **count == 2).map(|(number, _)| *number).collect();
    assert!(!shared.is_empty() && shared == twice);
    assert!(holders.values().all(|count| *count <= 2));
    assert!(triggers::ALL.iter().all(|number| !holders.contains_key(number)));
}

#[test]
fn the_county_has_its_shape() {
    let population = Population::generate(1, 4_000, AS_OF);
    let all: Vec<&Person> = people(&population).collect();
    let permille = |count: usize| count * 1000 / all.len();
    let share = |wanted: &dyn Fn(&Person) -> bool| permille(all.iter().filter(|person| wanted(person)).count());
    for (surname, low, high) in [("王", 55, 88), ("李", 54, 86), ("张", 48, 80), ("马", 7, 22)] {
        assert!((low..=high).contains(&share(&|person| person.name.starts_with(surname))), "{surname}");
    }
    for (what, low, high, wanted) in [
        ("old", 200, 420, &(|person: &Person| person.age_on(AS_OF) >= 60) as &dyn Fn(&Person) -> bool),
        ("students", 120, 300, &|person| !person.studies.is_empty()),
        ("disabled", 25, 80, &|person| person.disability.is_some()),
        ("with a wage on file", 100, 260, &|person| !person.jobs.is_empty()),
        ("with a pension", 120, 330, &|person| !person.pensions.is_empty()),
        ("names with a separator", 2, 14, &|person| person.name.contains('·')),
    ] {
        let found = share(wanted);
        assert!((low..=high).contains(&found), "{what}: {found} of a thousand");
    }
    let urban = population.households().filter(|household| household.registered_as == Registered::Urban).count();
    assert!((600..1500).contains(&urban), "{urban} of 4000 are urban");
    for stage in [10, 20, 30, 40, 41, 50, 60] {
        assert!(all.iter().any(|person| person.studies.iter().any(|study| study.stage == stage)), "stage {stage}");
    }
    for part in ["欧阳", "单", "𬭎", "堃", "喆", "㛃", "䶮"] {
        assert!(all.iter().any(|person| person.name.contains(part)), "{part}");
    }
}

#[test]
fn the_cases_that_matter_occur() {
    let population = Population::generate(1, 2_000, AS_OF);
    let found: BTreeSet<Case> = population.households().flat_map(|household| household.cases.iter().copied()).collect();
    for case in [
        Case::JustBelowStandard,
        Case::JustAboveStandard,
        Case::JustBelowMargin,
        Case::JustAboveMargin,
        Case::DepositsJustBelow,
        Case::DepositsJustAbove,
        Case::UndeclaredSpouse,
        Case::UndeclaredSpouseSameBook,
        Case::SoldVehicle,
        Case::DeadAccountHolder,
        Case::DeadMemberDeclared,
        Case::Twins,
        Case::AlikeFatherAndSon,
        Case::Namesake,
        Case::NamesakeSameBirthDate,
        Case::NamesakeManyHouses,
        Case::ChangedSchools,
        Case::BusinessLoss,
        Case::EchoBill,
        Case::SecondIdNumber,
        Case::SharedIdNumber,
        Case::OnDibao,
        Case::OnTekun,
        Case::Orphan,
        Case::MovedOut,
    ] {
        assert!(found.contains(&case), "{case:?}");
    }
}

#[test]
fn households_near_a_line_lie_within_two_per_cent_of_it() {
    let population = Population::generate(1, 2_000, AS_OF);
    let window = population.window();
    for household in population.households() {
        let heads = i64::try_from(household.members.len()).expect("few");
        let a_head = household.members.iter().map(|person| plain_income_fen(person, &window)).sum::<i64>() / heads;
        let standard = household.registered_as.yearly_standard_fen();
        let near = |line: i64, below: bool| {
            let (low, high) = if below { (line * 98 / 100, line) } else { (line, line * 102 / 100) };
            assert!((low..=high).contains(&a_head), "household {}: {a_head} against {line}", household.index);
        };
        for (case, line, below) in [
            (Case::JustBelowStandard, standard, true),
            (Case::JustAboveStandard, standard, false),
            (Case::JustBelowMargin, standard * 3 / 2, true),
            (Case::JustAboveMargin, standard * 3 / 2, false),
        ] {
            if household.has(case) {
                near(line, below);
            }
        }
    }
}

#[test]
fn facts_are_consistent() {
    let population = Population::generate(4, 2_000, AS_OF);
    for household in population.households() {
        for person in household.people() {
            assert_eq!(population.person(person.id).map(|(_, found)| &found.name), Some(&person.name));
            for settlement in &person.settlements {
                assert_eq!(settlement.total_fen, settlement.fund_fen + settlement.aid_fen + settlement.self_paid_fen);
            }
            for job in &person.jobs {
                assert!(job.to.is_none_or(|to| job.from <= to));
                assert_eq!(job.own_pension_fen > 0, job.own_contributions_fen() > 0);
            }
            assert!(person.marriages.windows(2).all(|pair| pair[0].registered <= pair[1].registered), "{}", person.id);
            assert!(person.born < AS_OF);
        }
        let spouses = household.members.iter().filter(|person| matches!(person.relation.as_str(), "11" | "12")).count();
        assert!(spouses <= 1);
    }
}
