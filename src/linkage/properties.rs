//! Properties that hold for any rosters: left and right may change places, the order of rows and the threads change nothing, how a value
//! is written changes nothing that reads alike, a trained model keeps its order, probabilities are probabilities.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;

use super::explained::{Explained, Explainer};
use super::labels::Labels;
use super::linking::{Silent, link};
use super::model::LinkageModel;
use super::scoring::Scorer;
use super::shared_numbers::SharedNumbers;
use super::supervised;
use super::training::train;
use super::trial::{Trial, codes};
use crate::identity::ResidentNumber;
use crate::identity::bits::{probability_parts, probability_ppm};

const PERSON: &str = include_str!("../../config/linkage/person.toml");
const FEBRL: &str = include_str!("../../examples/linkage-febrl.toml");

/// The values of a row, in the order of the model's fields.
type Row = Vec<String>;

/// A citizen number with its check character.
fn number(born: &str, sequence: u16) -> String {
    let seventeen = format!("620422{born}{sequence:03}");
    let whole = ('0'..='9').chain(['X']).map(|check| format!("{seventeen}{check}"));
    whole.into_iter().find(|text| ResidentNumber::parse(text).is_ok()).expect("one of eleven check characters fits")
}

fn any_number() -> impl Strategy<Value = String> {
    let born = prop_oneof![Just("19900307"), Just("19900703"), Just("19910307"), Just("19520316")];
    let whole = (born, 1_u16..5).prop_map(|(born, sequence)| number(born, sequence)).boxed();
    let old = ("(900307|520316)", 1_u16..4).prop_map(|(born, sequence)| format!("620422{born}{sequence:03}"));
    let slip = (whole.clone(), 0_usize..18, 0_u8..10).prop_map(|(whole, at, digit)| {
        whole.char_indices().map(|(place, c)| if place == at { char::from(b'0' + digit) } else { c }).collect()
    });
    let turned = (whole.clone(), 0_usize..17).prop_map(|(whole, at)| {
        let mut characters: Vec<char> = whole.chars().collect();
        characters.swap(at, at + 1);
        characters.into_iter().collect()
    });
    let hidden = (whole.clone(), 0_usize..15, 1_usize..9).prop_map(|(whole, from, number)| {
        whole.char_indices().map(|(at, c)| if (from..from + number).contains(&at) { '*' } else { c }).collect()
    });
    let cut = (whole.clone(), 10_usize..18).prop_map(|(whole, length)| whole[..length].to_owned());
    prop_oneof![
        4 => whole, 1 => old, 1 => slip, 1 => turned, 1 => hidden, 1 => cut, 1 => Just("无".to_owned()), 2 => Just(String::new())
    ]
}

fn any_person() -> impl Strategy<Value = Row> {
    let name = prop_oneof![
        6 => "[王张陈萧肖曾][国军晓小伟强英红]{1,2}",
        1 => "欧阳[国军晓小]{1,2}",
        1 => "买买提·(吐尔逊|艾力)",
        1 => "[王张][?□][军小]|[王张]xiaojun|[王张]军xiao",
        1 => Just(String::new()),
    ];
    let date = prop_oneof![
        6 => "(1990-03-07|1990-07-03|1991-03-07|1990-03-17|1952-03-16|1990-01-01)", 1 => Just(String::new())
    ];
    let sex = prop_oneof![3 => "[男女]", 1 => Just(String::new())];
    let phone = prop_oneof![
        4 => "1389300(1234|1235|1243|5678)", 1 => "138[*]{4}1234", 1 => "0943-?823456[12]", 1 => "823456[12]", 2 => Just(String::new())
    ];
    let address = prop_oneof![
        4 => "(甘肃省)?(白银市)?会宁县(会师镇|郭城驿镇)(南关村|东河村)?(三社|12号|1号楼2单元301室)?", 1 => Just(String::new())
    ];
    (any_number(), name, date, sex, phone, address)
        .prop_map(|(number, name, date, sex, phone, address)| vec![number, name, date, sex, phone, address])
}

/// Rows of the five codes, from so few that many tie.
fn any_codes() -> impl Strategy<Value = Row> {
    vec(prop_oneof![3 => "[pqrs]", 1 => Just(String::new())], 5)
}

fn any_foreigner() -> impl Strategy<Value = Row> {
    let words = || prop_oneof!["[ab]{0,7}", "(mitchell|mitchel|green|jonathan|johnathan|thomas|tomas|)", "[abc]{4,12}"];
    let model = LinkageModel::parse("febrl.toml", FEBRL).unwrap_or_else(|faults| panic!("{faults}"));
    vec(words(), model.fields.len())
}

/// Rows as lines, named by a letter and their place.
fn lines(letter: char, rows: &[Row]) -> Vec<String> {
    rows.iter().enumerate().map(|(at, row)| format!("{letter}{at},{}\n", row.join(","))).collect()
}

fn trial(model: &str, left: &[Row], right: &[Row]) -> Trial {
    Trial::of(model, &lines('l', left).concat(), Some(&lines('r', right).concat()))
}

/// Every pair of two rosters, explained.
fn explained(model: &str, left: &[Row], right: &[Row]) -> Vec<Vec<Explained>> {
    let trial = trial(model, left, right);
    let scorer = Scorer::new(&trial.model, &trial.table);
    let mut explainer = Explainer::new(&trial.model, &scorer);
    let place = |at: usize| u32::try_from(at).expect("few");
    let mut each = |at: usize| (0..right.len()).map(|other| explainer.explain(place(at), place(other))).collect();
    (0..left.len()).map(&mut each).collect()
}

/// Whether every pair is what it is with its sides changed.
fn changed_places(model: &str, left: &[Row], right: &[Row]) -> Result<(), TestCaseError> {
    let (one, other) = (explained(model, left, right), explained(model, right, left));
    for (at, pairs) in one.iter().enumerate() {
        for (to, pair) in pairs.iter().enumerate() {
            prop_assert_eq!(pair, &other[to][at]);
        }
    }
    Ok(())
}

/// What is found, whatever order it is in: ids, weight, probability, decision and why.
fn found(trial: &Trial, one_to_one: bool) -> BTreeSet<String> {
    let decided = if one_to_one { trial.one_to_one(&Labels::default()) } else { trial.each_alone(&Labels::default()) };
    let (lefts, rights) = trial.ids();
    let each = decided.into_iter().map(|found| {
        let (left, right) = (lefts.get(found.pair.left as usize), rights.get(found.pair.right as usize));
        let (left, right) = if trial.table.is_one && right < left { (right, left) } else { (left, right) };
        assert!(found.probability_ppm <= 1_000_000);
        format!(
            "{left} {right} {} {} {:?} {:?}",
            found.pair.weight, found.probability_ppm, found.decision, found.because
        )
    });
    each.collect()
}

/// All that a run finds: pairs of both ways, and clusters.
fn all_of(trial: &Trial) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{:#?}", found(trial, false));
    if !trial.table.is_one {
        let _ = writeln!(text, "{:#?}", found(trial, true));
    }
    let (clusters, decided) = trial.clusters(&Labels::default());
    let _ = writeln!(text, "{:#?}\n{:#?}", trial.groups(&clusters), trial.told(&decided));
    text
}

fn in_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(work)
}

/// Full-width letters and digits, and spaces in between.
fn disguised(text: &str) -> String {
    let wide = |c: char| match c {
        '0'..='9' | 'A'..='Z' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.chars().flat_map(|c| [wide(c), ' ']).collect()
}

/// A value as somebody else would write it; `way` says how.
fn rewritten(field: &str, text: &str, way: u8) -> String {
    let day = || text.split('-').map(str::to_owned).collect::<Vec<_>>();
    match (field, way) {
        (_, 0) => text.to_owned(),
        ("birth_date", _) if text.is_empty() => String::new(),
        ("birth_date", 1) => text.replace('-', ""),
        ("birth_date", 2) => {
            format!("{}年{}月{}日", day()[0], day()[1].trim_start_matches('0'), day()[2].trim_start_matches('0'))
        }
        ("birth_date", 3) => disguised(&text.replace('-', "/")).replace(' ', ""),
        ("birth_date", _) => format!("{text}T00:00:00"),
        ("sex", _) => {
            text.replace('男', if way == 1 { "M" } else { "１" }).replace('女', if way == 1 { "F" } else { "2" })
        }
        ("id_number", 1) => text.to_lowercase(),
        ("name", 1) => text.replace('·', "•"),
        ("name", 2) => text.replace('·', ""),
        ("name", 3) => format!(" {} ", text.replace('·', "．")),
        ("name", _) => text
            .chars()
            .map(|c| {
                let pairs = [
                    ('张', '張'),
                    ('陈', '陳'),
                    ('国', '國'),
                    ('军', '軍'),
                    ('晓', '曉'),
                    ('强', '強'),
                    ('红', '紅'),
                    ('伟', '偉'),
                ];
                pairs.iter().find(|(plain, _)| *plain == c).map_or(c, |(_, traditional)| *traditional)
            })
            .collect(),
        _ => disguised(text),
    }
}

/// Levels that a name written otherwise may move among.
const ONE_NAME: [&str; 3] = ["exact", "equivalent", "variant"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn left_and_right_may_change_places(left in vec(any_person(), 1..5), right in vec(any_person(), 1..5)) {
        changed_places(PERSON, &left, &right)?;
    }

    #[test]
    fn foreign_texts_may_change_places_too(left in vec(any_foreigner(), 1..4), right in vec(any_foreigner(), 1..4)) {
        changed_places(FEBRL, &left, &right)?;
    }

    #[test]
    fn a_pair_is_left_early_only_when_it_is_too_light(
        left in vec(any_person(), 1..4), right in vec(any_person(), 1..4),
    ) {
        let trial = trial(PERSON, &left, &right);
        let mut scorer = Scorer::new(&trial.model, &trial.table);
        let numbers = |rows: &[Row]| 0..u32::try_from(rows.len()).expect("few");
        let pairs: Vec<_> = numbers(&left).flat_map(|at| numbers(&right).map(move |to| (at, to))).collect();
        let mut explainer = Explainer::new(&trial.model, &scorer);
        let whole: Vec<i32> = pairs.iter().map(|(at, to)| explainer.explain(*at, *to).weight).collect();
        // in whatever order the fields are looked at
        for rule in &trial.model.blocks {
            scorer.look_late_at(&rule.on);
            // a threshold at each pair's own weight, where a bound that is too low by anything loses it, and just above it
            for least in whole.iter().flat_map(|weight| [*weight, weight + 1]) {
                let mut weighed = Vec::new();
                scorer.weigh(&pairs, least, &mut scorer.memory(), |at, to, weight| weighed.push(((at, to), weight)));
                let heavy = pairs.iter().copied().zip(whole.iter().copied()).filter(|(_, weight)| *weight >= least);
                prop_assert_eq!(weighed, heavy.collect::<Vec<_>>(), "at least {}", least);
            }
        }
        for weight in whole {
            let log_odds = trial.model.log_odds(weight);
            prop_assert!(probability_ppm(log_odds) <= 1_000_000);
            prop_assert!((1..crate::identity::bits::ONE).contains(&probability_parts(log_odds)));
            let further = trial.model.log_odds(weight.saturating_add(1));
            prop_assert!(probability_ppm(further) >= probability_ppm(log_odds), "more weight is never less probable");
        }
    }

    #[test]
    fn how_a_value_is_written_changes_nothing(
        left in vec(any_person(), 1..4),
        right in vec((any_person(), vec(0_u8..5, 6)), 1..4),
    ) {
        let model = LinkageModel::parse("person.toml", PERSON).unwrap_or_else(|faults| panic!("{faults}"));
        let (plain, ways): (Vec<Row>, Vec<Vec<u8>>) = right.into_iter().unzip();
        let rewrite = |(row, ways): (&Row, &Vec<u8>)| {
            let fields = model.fields.iter().zip(row).zip(ways);
            fields.map(|((field, text), way)| rewritten(&field.name, text, *way)).collect()
        };
        let other: Vec<Row> = plain.iter().zip(&ways).map(rewrite).collect();
        let (plain, other_found) = (explained(PERSON, &left, &plain), explained(PERSON, &left, &other));
        for (plain, other_found) in plain.iter().flatten().zip(other_found.iter().flatten()) {
            for ((field, one), two) in model.fields.iter().zip(&plain.fields).zip(&other_found.fields) {
                let is_one_name = field.name == "name" && [one, two].iter().all(|own| ONE_NAME.contains(&own.level.key));
                if is_one_name {
                    // how rare it is does not change either
                    prop_assert_eq!(one.by_itself - one.of_level, two.by_itself - two.of_level, "{:?}", &other);
                } else {
                    prop_assert_eq!(one, two, "{} {:?}", &field.name, &other);
                }
            }
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(
        (left, turned_left) in vec(any_person(), 1..9).prop_flat_map(turned),
        (right, turned_right) in vec(any_person(), 1..9).prop_flat_map(turned),
    ) {
        let model = sure();
        let (lefts, rights) = (lines('l', &left), lines('r', &right));
        let before = Trial::of(&model, &lefts.concat(), Some(&rights.concat()));
        let after = Trial::of(&model, &ordered(&lefts, &turned_left), Some(&ordered(&rights, &turned_right)));
        prop_assert_eq!(all_of(&before), all_of(&after));
    }

    #[test]
    fn the_order_of_rows_breaks_no_tie(
        (left, turned_left) in vec(any_codes(), 1..12).prop_flat_map(turned),
        (right, turned_right) in vec(any_codes(), 1..12).prop_flat_map(turned),
    ) {
        let model = codes("[[conflict]]\nwhen = { e = [\"different\"], a = [\"different\"] }\nreason = \"for a test\"\n");
        let (lefts, rights) = (lines('l', &left), lines('r', &right));
        for is_one in [false, true] {
            let of = |lefts: String, rights: String| Trial::of(&model, &lefts, (!is_one).then_some(&rights));
            let before = of(lefts.concat(), rights.concat());
            let after = of(ordered(&lefts, &turned_left), ordered(&rights, &turned_right));
            prop_assert_eq!(all_of(&before), all_of(&after), "one roster: {}", is_one);
        }
    }

}

// training looks at 16,384 random pairs at least
proptest! {
    #![proptest_config(ProptestConfig { cases: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn training_keeps_the_order_of_levels_and_writes_what_can_be_read(
        left in vec(any_person(), 1..12), right in vec(any_person(), 1..12), labels in vec((0_u32..12, 0_u32..12, any::<bool>()), 60..90),
    ) {
        let trial = trial(PERSON, &left, &right);
        let trained = train(&trial.model, &trial.table, &Silent).model;
        let rows = [left.len(), right.len()].map(|rows| u32::try_from(rows).expect("few"));
        let labels: Vec<_> = labels.into_iter().map(|(one, other, is_match)| (one % rows[0], other % rows[1], is_match)).collect();
        let taught = supervised::learn(&trained, &trial.table, &labels).unwrap_or_else(|_| trained.clone());
        for model in [&trained, &taught] {
            for field in &model.fields {
                let weights: Vec<i32> = field.levels.iter().map(|level| level.centibits).collect();
                prop_assert!(weights.is_sorted_by(|one, other| one >= other), "{} {weights:?}", field.name);
            }
            let text = model.to_toml();
            let again = LinkageModel::parse("trained.toml", &text);
            prop_assert!(again.is_ok(), "{}\n{text}", again.expect_err("it is broken"));
            prop_assert_eq!(again.expect("just looked at").to_toml(), text);
        }
    }

    #[test]
    fn threads_change_nothing(left in vec(any_person(), 1..60), right in vec(any_person(), 1..60)) {
        let work = || {
            let trial = trial(&sure(), &left, &right);
            let pairs = link(&trial.model, &trial.table, u64::MAX, &Silent).expect("few candidates").pairs;
            let scorer = Scorer::new(&trial.model, &trial.table);
            let numbers = SharedNumbers::of(&trial.model, &trial.table);
            let labels = Labels::default();
            let judge = super::decision::Judge { model: &trial.model, scorer: &scorer, ids: trial.ids(), labels: &labels };
            let decided = judge.one_to_one(pairs.clone(), &numbers);
            (pairs, decided, train(&trial.model, &trial.table, &Silent).model.to_toml())
        };
        let one = in_threads(1, work);
        for threads in [2, 3] {
            prop_assert!(one == in_threads(threads, work), "{threads} threads");
        }
    }
}

/// Rows, and an order of them.
fn turned(rows: Vec<Row>) -> impl Strategy<Value = (Vec<Row>, Vec<usize>)> {
    let order: Vec<usize> = (0..rows.len()).collect();
    (Just(rows), Just(order).prop_shuffle())
}

fn ordered(lines: &[String], order: &[usize]) -> String {
    order.iter().map(|at| lines[*at].as_str()).collect()
}

/// The model for people as if it were of rosters of a few rows: most pairs would be too light else.
fn sure() -> String {
    let kept = PERSON.lines().filter(|line| !line.starts_with("prior_rows = "));
    let lines = kept.map(|line| if line.starts_with("prior = ") { "prior = \"0.01\"" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn no_shipped_model_weighs_a_weaker_level_more() {
    for text in [PERSON, FEBRL] {
        let model = LinkageModel::parse("model.toml", text).unwrap_or_else(|faults| panic!("{faults}"));
        for field in &model.fields {
            let weights: Vec<i32> = field.levels.iter().map(|level| level.centibits).collect();
            assert!(weights.is_sorted_by(|one, other| one >= other), "{} {weights:?}", field.name);
        }
        for together in &model.together {
            assert!(together.centibits <= model.most_together(&together.when), "{}", together.reason.en);
        }
    }
}
