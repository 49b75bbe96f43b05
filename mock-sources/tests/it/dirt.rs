//! Dirty copies: what comes back, what does not, and that every difference is on record.

use std::collections::{BTreeMap, BTreeSet};

use hedui_mock_sources::{Config, Dirt, DirtKind, DirtRates, Key, MockSources};
use serde_json::Value;

use crate::client::{Client, small, start};

async fn dirty(rates: DirtRates, households: u32) -> MockSources {
    start(Config { dirt: Dirt::Dirty(rates), households, ..small() }).await
}

const NONE: DirtRates = DirtRates {
    id_fifteen: 0,
    id_digit: 0,
    id_transposed: 0,
    id_missing: 0,
    id_lower_x: 0,
    id_full_width: 0,
    id_spaces: 0,
    name_rare_character: 0,
    name_separator: 0,
    name_variant: 0,
    name_homophone: 0,
    name_look_alike: 0,
    name_space: 0,
    name_former: 0,
    stale: 0,
    duplicated: 0,
    wrongly_keyed: 0,
    id_relative: 0,
    name_near_sound: 0,
    name_typed: 0,
    name_shortened: 0,
    birth_digit: 0,
    birth_swapped: 0,
    lost: 0,
};

async fn settlements(client: &Client, person: &hedui_mock_sources::truth::Person) -> Vec<Value> {
    let answer = client.ask(Key::MedicalInsurance, person).await.json();
    answer["output"]["settles"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn rows_without_a_number_are_found_by_name_and_by_nobody_elses() {
    let sources = dirty(DirtRates { id_missing: 10_000, ..NONE }, 40).await;
    let client = Client::new(&sources);
    for person in sources.population().households().take(40).flat_map(|household| &household.members) {
        let found: BTreeSet<String> = settlements(&client, person)
            .await
            .iter()
            .map(|row| row["jlbh"].as_str().unwrap_or("").to_owned())
            .collect();
        let own =
            sources.records_about(person.id).into_iter().filter(|record| record.department == "medical_insurance");
        let own: BTreeSet<String> = own.map(|record| record.jlbh).collect();
        assert!(found.is_superset(&own), "every own settlement comes back by name");
    }
}

#[tokio::test]
async fn fifteen_digits_and_case_still_match_by_number() {
    let sources = dirty(DirtRates { id_fifteen: 10_000, id_lower_x: 10_000, ..NONE }, 120).await;
    let client = Client::new(&sources);
    let mut short = 0;
    for mut person in sources.population().households().take(120).flat_map(|household| household.members.clone()) {
        person.name = "无此名".into();
        for row in settlements(&client, &person).await {
            short += usize::from(row["certno"].as_str().is_some_and(|number| number.len() == 15));
        }
    }
    assert!(short > 0, "old people stand under 15 digits");
}

#[tokio::test]
async fn wrongly_keyed_rows_come_back_for_the_wrong_person_and_say_whose_they_are() {
    let sources = dirty(DirtRates { wrongly_keyed: 3_000, ..NONE }, 150).await;
    let client = Client::new(&sources);
    let mut strays = 0;
    for person in sources.population().households().take(150).flat_map(|household| &household.members) {
        for row in settlements(&client, person).await {
            let record =
                sources.record(Key::MedicalInsurance, row["jlbh"].as_str().expect("a number")).expect("a record");
            if record.owner != person.id {
                strays += 1;
                assert_eq!(record.dirt, [DirtKind::WronglyKeyed]);
                assert_eq!(row["certno"].as_str(), Some(person.id_number.as_str()));
            }
        }
    }
    assert!(strays > 0);
}

#[tokio::test]
async fn a_relatives_number_brings_the_row_back_for_the_relative_and_says_whose_it_is() {
    let sources = dirty(DirtRates { id_relative: 3_000, ..NONE }, 150).await;
    let client = Client::new(&sources);
    let mut relatives = 0;
    for household in sources.population().households().take(150) {
        for person in &household.members {
            for row in settlements(&client, person).await {
                let number = row["jlbh"].as_str().expect("a number");
                let record = sources.record(Key::MedicalInsurance, number).expect("a record");
                if record.owner != person.id {
                    relatives += 1;
                    let owner = household.person(record.owner).expect("somebody of the household");
                    assert_eq!((record.dirt.as_slice(), &owner.book), (&[DirtKind::IdRelative][..], &person.book));
                    assert_eq!(row["psn_name"].as_str(), Some(owner.name.as_str()));
                    assert_eq!(row["certno"].as_str(), Some(person.id_number.as_str()));
                }
            }
        }
    }
    assert!(relatives > 0);
}

#[tokio::test]
async fn wrong_birth_dates_are_on_record() {
    let sources = dirty(DirtRates { birth_digit: 2_000, birth_swapped: 5_000, ..NONE }, 150).await;
    let client = Client::new(&sources);
    let (mut right, mut wrong) = (0, 0);
    for person in sources.population().households().take(150).flat_map(|household| &household.members) {
        let answer = client.ask(Key::Health, person).await.json();
        for row in answer["data"]["hospital"].as_array().into_iter().flatten() {
            let record = sources.record(Key::Health, row["jlbh"].as_str().expect("a number")).expect("a record");
            let is_as_born = row["birthday"].as_str() == Some(person.born.to_string().as_str());
            assert!(record.owner != person.id || is_as_born == record.dirt.is_empty(), "{record:?}");
            right += usize::from(is_as_born);
            wrong += usize::from(!is_as_born);
        }
    }
    assert!(right > 0 && wrong > 0, "{right} {wrong}");
}

#[tokio::test]
async fn some_departments_are_more_careless_than_others() {
    let rates = DirtRates { id_digit: 1_000, ..NONE };
    let sources = dirty(rates, 400).await;
    let mut rows: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for person in sources.population().households().take(400).flat_map(|household| &household.members) {
        for record in sources.records_about(person.id) {
            let (all, touched) = rows.entry(record.department).or_default();
            *all += 1;
            *touched += u32::from(!record.dirt.is_empty());
        }
    }
    let permille = |department: &str| rows[department].1 * 1000 / rows[department].0;
    assert!((30..=70).contains(&permille("finance")), "{rows:?}");
    assert!((80..=120).contains(&permille("tax")), "{rows:?}");
    assert!((140..=260).contains(&permille("health")), "{rows:?}");
}

#[tokio::test]
async fn lost_rows_are_documented_and_duplicates_have_numbers_of_their_own() {
    let sources = dirty(DirtRates { lost: 2_000, duplicated: 2_000, ..NONE }, 150).await;
    let client = Client::new(&sources);
    let (mut lost, mut doubled) = (0, 0);
    for person in sources.population().households().take(150).flat_map(|household| &household.members) {
        let found: BTreeSet<String> = settlements(&client, person)
            .await
            .iter()
            .map(|row| row["jlbh"].as_str().unwrap_or("").to_owned())
            .collect();
        let records = sources.records_about(person.id);
        let own: Vec<_> = records.iter().filter(|record| record.department == "medical_insurance").collect();
        let expected: BTreeSet<String> = own
            .iter()
            .filter(|record| !record.dirt.contains(&DirtKind::Lost))
            .map(|record| record.jlbh.clone())
            .collect();
        assert_eq!(found, expected);
        lost += own.len() - expected.len();
        let mut by_fact: BTreeMap<u32, usize> = BTreeMap::new();
        own.iter().for_each(|record| *by_fact.entry(record.ordinal).or_default() += 1);
        doubled += by_fact.values().filter(|copies| **copies == 2).count();
    }
    assert!(lost > 0 && doubled > 0);
}

#[tokio::test]
async fn the_default_rates_touch_a_few_rows_in_a_hundred() {
    let sources = dirty(DirtRates::default(), 400).await;
    let (mut rows, mut touched, mut kinds) = (0, 0, BTreeSet::new());
    for person in sources.population().households().take(400).flat_map(|household| &household.members) {
        for record in sources.records_about(person.id) {
            rows += 1;
            touched += usize::from(!record.dirt.is_empty());
            kinds.extend(record.dirt);
        }
    }
    let permille = touched * 1000 / rows;
    assert!((30..=140).contains(&permille), "{permille} of a thousand rows");
    assert!(kinds.len() >= 14, "{kinds:?}");
}

#[tokio::test]
async fn clean_copies_have_no_dirt() {
    let sources = start(Config { households: 200, ..small() }).await;
    for person in sources.population().households().take(200).flat_map(|household| household.people()) {
        assert!(sources.records_about(person.id).iter().all(|record| record.dirt.is_empty()));
    }
}
