//! The rosters as a whole: same bytes, complete truth, rates near the table.

use std::collections::{BTreeMap, BTreeSet};

use super::rates::{Kind, RATES};
use super::*;
use crate::population::id_numbers::is_valid;
use crate::truth::Sex;

fn rosters(noise: u32) -> Rosters {
    Rosters { seed: 7, left: 3_000, right: 2_500, shared: 1_500, noise, id_missing_percent: None }
}

fn written(rosters: &Rosters) -> BTreeMap<&'static str, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    rosters.write(folder.path(), |_| ()).expect("rosters are written");
    ["left.csv", "right.csv", "truth.csv"]
        .map(|file| (file, std::fs::read_to_string(folder.path().join(file)).expect("a file was written")))
        .into()
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    assert_eq!(written(&rosters(1)), written(&rosters(1)));
    assert_ne!(written(&rosters(1)), written(&Rosters { seed: 8, ..rosters(1) }));
}

#[test]
fn truth_is_complete_and_one_to_one() {
    let drawn = rosters(1).draw().expect("rosters");
    assert_eq!((drawn.left.len(), drawn.right.len(), drawn.truth.len()), (3_000, 2_500, 1_500));
    let left: BTreeSet<u32> = drawn.left.iter().copied().collect();
    let right: BTreeSet<u32> = drawn.right.iter().copied().collect();
    assert_eq!((left.len(), right.len()), (3_000, 2_500), "nobody stands twice in a roster");
    let told: BTreeSet<u32> = drawn.truth.iter().map(|(row, _)| drawn.left[*row as usize]).collect();
    assert_eq!(told, left.intersection(&right).copied().collect());
    assert!(drawn.truth.iter().all(|(l, r)| drawn.left[*l as usize] == drawn.right[*r as usize]));
    let kept = drawn.truth.iter().filter(|(l, r)| l == r).count();
    assert!(kept < 15, "{kept} pairs have the same row number: rows are not shuffled");
}

#[test]
fn both_records_of_a_true_pair_stem_from_one_person() {
    let files = written(&rosters(0));
    let rows = |file: &str| -> BTreeMap<String, Vec<String>> {
        let mut reader = csv::Reader::from_reader(files[file].as_bytes());
        let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>());
        rows.map(|row| (row[0].clone(), row[1..].to_vec())).collect()
    };
    let (left, right) = (rows("left.csv"), rows("right.csv"));
    let mut reader = csv::Reader::from_reader(files["truth.csv"].as_bytes());
    for pair in reader.records() {
        let pair = pair.expect("a pair");
        assert_eq!(left[&pair[0]], right[&pair[1]], "without noise both records are the same");
        assert!(is_valid(&left[&pair[0]][1]));
    }
}

#[test]
fn more_shared_than_a_side_holds_is_refused() {
    let refused = Rosters { shared: 2_501, ..rosters(1) }.draw();
    assert!(matches!(refused, Err(RosterError::TooManyShared { shared: 2_501, .. })));
}

/// Of how many people out of all a kind can happen to was it done.
fn share(people: &People, kind: Kind, done: &[Vec<Kind>]) -> (u64, u64) {
    let damaged = |at: usize, kind: Kind| done[at].contains(&kind);
    let possible = |at: usize| {
        let person = &people.persons[at];
        match kind {
            Kind::IdRelative | Kind::PhoneRelative => people.household(person).size() > 1,
            Kind::IdFifteen => person.born.year() < 1970,
            Kind::NameDropped => person.name.chars().count() > 2 && !person.name.contains('·'),
            Kind::NameFormer | Kind::NameOther => !person.name.contains('·'),
            Kind::NameSeparator | Kind::NameCut => person.name.contains('·'),
            Kind::BirthSwapped => person.born.day() <= 12 && person.born.day() != person.born.month(),
            Kind::BirthCompact | Kind::BirthChinese | Kind::BirthSlashes => !damaged(at, Kind::BirthMissing),
            Kind::PhoneSpaces | Kind::PhonePrefix => !damaged(at, Kind::PhoneMissing),
            Kind::AddressShort | Kind::AddressVillage => !damaged(at, Kind::AddressMissing),
            _ => true,
        }
    };
    let among: Vec<usize> = (0..people.persons.len()).filter(|at| possible(*at)).collect();
    (among.iter().filter(|at| damaged(**at, kind)).count() as u64, among.len() as u64)
}

#[test]
fn rates_come_out_near_the_table() {
    // kinds that need a character of a table, or an X, cannot be counted from outside
    let inside = [Kind::NameVariant, Kind::NameHomophone, Kind::NameLookAlike, Kind::NameRare, Kind::NameBlank];
    let inside = inside.into_iter().chain([Kind::IdLowerX, Kind::IdFullWidth, Kind::IdSpaces]).collect::<Vec<_>>();
    let (people, rates) = (People::generate(3, 20_000), Rates::new(1, None));
    for side in [Side::Left, Side::Right] {
        let done: Vec<Vec<Kind>> =
            (0..20_000).map(|person| record::record(&people, 3, &rates, side, person).done).collect();
        for (kind, word, ..) in RATES {
            let (count, among) = share(&people, *kind, &done);
            if inside.contains(kind) {
                assert!(count > 0, "{word} never happens");
                continue;
            }
            // four and a half deviations (the square root of 20 times the count), and three for small counts
            let expected = rates.of(side, *kind) * among / 1000;
            let allowed = (expected * 20).isqrt() + 3;
            assert!(count.abs_diff(expected) <= allowed, "{word} {side:?}: {count} of {among}, expected {expected}");
        }
    }
}

#[test]
fn missing_numbers_follow_the_argument() {
    let (people, rates) = (People::generate(3, 10_000), Rates::new(2, Some(45)));
    for side in [Side::Left, Side::Right] {
        let missing = (0..10_000).filter(|p| record::record(&people, 3, &rates, side, *p).fields[1].is_empty()).count();
        assert!((4_300..4_700).contains(&missing), "{missing} of 10000");
    }
}

#[test]
fn people_live_in_families_with_twins_and_namesakes() {
    let people = People::generate(5, 20_000);
    let numbers: BTreeSet<&str> = people.persons.iter().map(|person| &*person.number).collect();
    assert_eq!(numbers.len(), 20_000);
    let (mut twins, mut surnames, mut namesakes) = (0, 0, BTreeMap::new());
    for (at, person) in (0_u32..).zip(&people.persons) {
        *namesakes.entry((&person.name, person.born, person.sex == Sex::Male)).or_insert(0) += 1;
        for other in people.relatives(at).map(|other| &people.persons[other as usize]) {
            twins += u32::from(other.born == person.born);
            surnames += u32::from(other.name.chars().next() == person.name.chars().next());
        }
    }
    assert!((80..600).contains(&twins), "{twins} of 20000 have a twin");
    assert!(surnames > 10_000);
    let alike = namesakes.values().filter(|count| **count > 1).count();
    assert!((35..80).contains(&alike), "{alike} names are shared by people born on one day");
}
