//! Whose record is it, end to end: real verifications over departments with dirty copies, every record that came held against the
//! truth. No record of another person is counted, few are held for a person to look at, and hardly one of the members' own is missed.
//!
//! `cargo bench --bench whose` counts the same over thousands of households; the modules are shared with it.

mod county;
mod judged;
mod profiles;
mod table;

use std::collections::BTreeSet;

use hedui::household::SourceKey;
use hedui::identity::{Field, Model};
use hedui_mock_sources::Dirt;

use crate::oracle::{rows, rules};
use county::County;
use judged::Judged;

/// Households verified: what a debug build does within a minute.
const HOUSEHOLDS: u32 = 240;

/// Another seed than the other tests': other people, other damage.
const SEED: u64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_record_of_another_person_is_counted_few_are_held_and_hardly_one_is_missed() {
    let county = County::start(SEED, HOUSEHOLDS, Dirt::dirty()).await;
    let judged = county.judge(0..HOUSEHOLDS).await;
    county.stop().await;
    show(&judged);
    assert_eq!((judged.households, judged.refused.len()), (HOUSEHOLDS.into(), 0), "{:?}", judged.refused);
    assert!(judged.wrongly_counted.is_empty(), "records of another person were counted: {:#?}", judged.wrongly_counted);
    let all = judged.all();
    assert!(all.answered > 4_000, "only {} records came", all.answered);
    assert!(all.held * 1000 <= all.answered * 20, "{} of {} records are held for review", all.held, all.answered);
    let reached = all.own_counted + all.own_held;
    let own = all.own();
    assert!(reached * 1000 >= own * 995, "{reached} of {own} true records are counted or held");
    for damage in ["id_relative", "id_missing", "name_former", "wrongly_keyed", "id_digit"] {
        assert!(
            judged.by_damage.keys().any(|(kind, fate)| kind == damage && *fate != "not found"),
            "no record with {damage} came: the run proves nothing of it"
        );
    }
}

#[expect(clippy::print_stdout, reason = "the counts are what the run is for")]
fn show(judged: &Judged) {
    println!("{}", table::drawn(judged));
}

/// The shipped model and catalogue.
const MODEL: &str = include_str!("../../config/identity/person.toml");
const CATALOGUE: &str = include_str!("../../config/sources.toml");

/// The sources of every profile of the shipped model, and what its numbers rest on.
fn shipped_profiles() -> Vec<(Vec<String>, String)> {
    let model: toml::Table = toml::from_str(MODEL).expect("the model");
    let profiles = model["profile"].as_array().expect("profiles").iter();
    let words = |value: &toml::Value| value.as_array().expect("sources").iter().map(text).collect();
    profiles.map(|profile| (words(&profile["sources"]), text(&profile["basis"]))).collect()
}

fn text(value: &toml::Value) -> String {
    value.as_str().expect("text").to_owned()
}

#[test]
fn every_profile_names_sources_of_the_catalogue_and_owns_what_it_rests_on() {
    let catalogue: toml::Table = toml::from_str(CATALOGUE).expect("the catalogue");
    let known: BTreeSet<&String> = catalogue["source"].as_table().expect("sources").keys().collect();
    let profiles = shipped_profiles();
    assert!(profiles.len() >= 2);
    for (sources, basis) in profiles {
        assert!(!sources.is_empty() && sources.iter().all(|source| known.contains(source)), "{sources:?}");
        assert_ne!(basis, "trained", "nobody has decided pairs of real records yet");
    }
    assert!(Model::person().is_assumed());
}

#[test]
fn a_bank_s_name_that_differs_says_more_than_one_typed_in_a_township() {
    let model = Model::person();
    let weight = |field: Field, level: &str, source: &str| {
        let place = field.levels().iter().position(|own| *own == level).expect("a level");
        let source = SourceKey::new(source).expect("a key");
        model.weight_centibits(field, place, Some(&source))
    };
    for (field, level) in [
        (Field::Name, "homophone"),
        (Field::Name, "one_character"),
        (Field::Name, "different"),
        (Field::IdNumber, "one_digit"),
        (Field::IdNumber, "different"),
    ] {
        let [bank, base, township] = ["finance", "tax", "civil_assistance"].map(|source| weight(field, level, source));
        assert!(bank < base && base < township, "{level}: {bank}, {base}, {township}");
    }
    assert!(weight(Field::Name, "exact", "finance") >= weight(Field::Name, "exact", "civil_assistance"));
    assert_eq!(weight(Field::BirthDate, "different", "finance"), weight(Field::BirthDate, "different", "tax"));
}

#[test]
fn profiles_are_learnt_from_how_often_a_class_errs() {
    let levels = |source: &'static str, exact: u64, homophone: u64| {
        let key = |level: &str| (source, "name".to_owned(), level.to_owned());
        [(key("exact"), exact), (key("homophone"), homophone)]
    };
    let counted =
        [levels("finance", 99_000, 1_000), levels("civil_assistance", 96_000, 4_000), levels("tax", 98_000, 2_000)];
    let judged = Judged { levels: counted.into_iter().flatten().collect(), ..Judged::default() };
    let of = |source| profiles::factor_permille(&judged, "name", &[source]);
    let (bank, township) = (of("finance"), of("civil_assistance"));
    assert!((425..435).contains(&bank) && (1705..1715).contains(&township), "{bank} {township}");
    assert_eq!(of("veterans"), 1000, "of whom nothing is known errs as all do");
    let written =
        format!("{}\n{}", MODEL.split("[[profile]]").next().expect("a base"), profiles::learnt(&judged, MODEL));
    let frequencies = MODEL.find("[name_frequency]").map(|at| &MODEL[at..]).expect("frequencies");
    Model::parse("learnt.toml", &format!("{written}\n{frequencies}")).unwrap_or_else(|faults| panic!("{faults}"));
    let shipped: Vec<Vec<String>> = shipped_profiles().into_iter().map(|(sources, _)| sources).collect();
    let classes: Vec<&[&str]> = profiles::CLASSES.iter().map(|class| class.sources).collect();
    assert_eq!(shipped, classes, "what is shipped is what is learnt again");
}
