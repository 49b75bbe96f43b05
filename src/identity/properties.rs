//! Properties that hold for any text: no panic, symmetry, invariance under normalisation, probabilities within bounds.

use proptest::prelude::*;

use super::characters::is_separator;
use super::compare::Levels;
use super::levels::Level;
use super::model::Field;
use super::*;
use crate::household::{Address, IdNumber, PersonName, Phone, Sex, Subject, Verdict};

fn model() -> &'static Model {
    static MODEL: std::sync::LazyLock<Model> = std::sync::LazyLock::new(Model::person);
    &MODEL
}

/// Names of the kinds registers hold, and any text at all.
fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[王李张刘陈单仇曾解萧傅][伟芳娜静敏晓小建国军英兰]{1,2}",
        "[王李张][伟芳?□\u{E100}＊xyan ]{1,4}",
        "[阿买热][卜买依][杜提江]{1,2}[·•.．]?[吐尔逊]{1,3}",
        "[a-zA-Z' ]{0,12}",
        ".{0,20}",
    ]
}

prop_compose! {
    fn any_subject()(
        name in proptest::option::of(any_name()),
        former in proptest::option::of(any_name()),
        id in proptest::option::of(prop_oneof!["[1-6][1-5]0[1-4]2[0-9]19[5-9][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}[0-9Xx]", ".{0,20}", "[0-9]{15}"]),
        day in proptest::option::of((1930_i16..2020, 1_i8..=12, 1_i8..=28)),
        sex in proptest::option::of(prop_oneof![Just(Sex::Male), Just(Sex::Female)]),
        phone in proptest::option::of("[0-9*+ -]{0,14}"),
        address in proptest::option::of("(甘肃省)?(白银市)?(会宁县)?(会师镇|郭城驿镇)?.{0,8}"),
    ) -> Subject {
        Subject {
            name: name.map(PersonName::new),
            id_number: id.map(IdNumber::new),
            former_name: former.map(PersonName::new),
            birth_date: day.map(|(y, m, d)| jiff::civil::date(y, m, d)),
            sex,
            phone: phone.map(Phone::new),
            address: address.map(Address::new),
        }
    }
}

/// A citizen number of the county.
fn number(born: &str, sequence: u16) -> String {
    let seventeen = format!("620422{born}{sequence:03}");
    let whole = ('0'..='9').chain(['X']).map(|check| format!("{seventeen}{check}"));
    whole.into_iter().find(|text| ResidentNumber::parse(text).is_ok()).expect("one of eleven check characters fits")
}

prop_compose! {
    /// A person as known, and what a record may say of another one of the same county, name, sex and birth date. Region and birth date of the
    /// number are theirs in common, township and county too; a telephone, a village and a whole sequence are not.
    fn namesakes()(
        name in "[王李张林高尉][浩然丽娟燚秀英国华淑琴义忠]{1,2}",
        (year, month, day) in (1935_i16..2015, 1_i8..=12, 1_i8..=28),
        (one, other) in (1_u16..1000, 1_u16..1000).prop_filter("two people", |(a, b)| a != b),
        shown in 6_usize..=16,
        hidden in proptest::collection::vec(any::<bool>(), 18),
        kind in 0_u8..6,
        (says_born, says_sex, says_phone, says_address) in any::<(bool, bool, bool, bool)>(),
        address in prop_oneof![Just("甘肃省白银市会宁县会师镇"), Just("会宁县"), Just("会宁县会师镇南关村")],
    ) -> (Subject, Subject) {
        let born = jiff::civil::date(year, month, day);
        let digits = format!("{year:04}{month:02}{day:02}");
        let (mine, theirs) = (number(&digits, one), number(&digits, other));
        let id = match kind {
            0 => None,
            1 => Some("无".to_owned()),
            2 => Some(theirs[..shown].to_owned()),
            3 => Some(theirs.chars().zip(&hidden).map(|(c, hidden)| if *hidden { '*' } else { c }).collect()),
            4 => Some(format!("{}{}", &theirs[..14], "****")),
            _ => Some(format!("{}{}", &theirs[..14], "0000")),
        };
        let sex = ResidentNumber::parse(&mine).expect("a valid number").sex();
        let known = Subject {
            name: Some(PersonName::new(name.as_str())),
            id_number: Some(IdNumber::new(mine)),
            phone: Some(Phone::new("13893001234")),
            address: Some(Address::new("甘肃省白银市会宁县会师镇东河村三社12号")),
            ..Subject::default()
        };
        let claimed = Subject {
            name: Some(PersonName::new(name)),
            id_number: id.map(IdNumber::new),
            former_name: None,
            birth_date: says_born.then_some(born),
            sex: says_sex.then_some(sex),
            phone: says_phone.then(|| Phone::new("13993005678")),
            address: says_address.then(|| Address::new(address)),
        };
        (known, claimed)
    }
}

/// Full-width letters and digits, lower case, and spaces in between.
fn disguised(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let wide = match c {
                '0'..='9' | 'A'..='Z' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
                other => other,
            };
            [wide, ' ']
        })
        .collect()
}

fn score(a: &Subject, b: &Subject) -> (Levels, i32) {
    let (a, b) = (Person::prepare(a), Person::prepare(b));
    let levels = model().levels(&a, &b);
    (levels, model().weigh(&a, &b, &levels, None).total)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scores_are_symmetric(a in any_subject(), b in any_subject()) {
        prop_assert_eq!(score(&a, &b), score(&b, &a));
    }

    #[test]
    fn verdicts_hold_their_bounds_and_reasons_hold_no_values(a in any_subject(), b in any_subject()) {
        let comparison = model().compare(&Person::prepare(&a), &b, None);
        prop_assert!(comparison.probability_ppm <= 1_000_000);
        prop_assert_eq!(comparison.reasons[0].field.as_str(), "rule");
        let sum: i32 = comparison.reasons.iter().map(|r| r.weight_centibits).sum();
        prop_assert_eq!(sum, comparison.weight_centibits);
        if comparison.verdict == Verdict::Match {
            prop_assert!(comparison.levels.name.is_near() || comparison.levels.id_number.is_same());
        }
    }

    #[test]
    fn a_person_with_a_name_is_never_unlike_themselves(a in any_subject()) {
        let (levels, _) = score(&a, &a);
        for field in Field::ALL {
            let index = levels.index(field);
            let keys = field.levels();
            let fine = ["exact", "missing", "former", "rare_character", "masked", "partial", "same_faulty"].contains(&keys[index]);
            prop_assert!(fine, "{} is {}", field.key(), keys[index]);
        }
    }

    #[test]
    fn width_case_and_spacing_change_no_verdict(a in any_subject(), b in any_subject()) {
        let known = Person::prepare(&a);
        let mut dressed = b.clone();
        dressed.id_number = b.id_number.as_ref().map(|n| IdNumber::new(disguised(n.expose())));
        dressed.phone = b.phone.as_ref().map(|p| Phone::new(disguised(p.expose())));
        dressed.address = b.address.as_ref().map(|x| Address::new(disguised(x.expose())));
        let (plain, dressed) = (model().compare(&known, &b, None), model().compare(&known, &dressed, None));
        prop_assert_eq!(plain.levels, dressed.levels);
        prop_assert_eq!(plain.verdict, dressed.verdict);
    }

    #[test]
    fn separators_leave_a_name_the_same(name in "[王李张阿买][\u{4E00}-\u{9FA5}]{1,6}", places in proptest::collection::vec(0_usize..4, 6)) {
        let separators = ["", "·", " ", "\u{3000}"];
        let parted: String = name.chars().zip(places.iter().chain(std::iter::repeat(&0))).flat_map(|(c, p)| format!("{c}{}", separators[*p]).chars().collect::<Vec<_>>()).collect();
        let level = name::levels::compare_names(&Name::read(&name), &Name::read(&parted), model().tolerance());
        prop_assert!(level <= name::levels::NameLevel::Equivalent, "{}", level.key());
    }

    #[test]
    fn fifteen_digits_compare_as_their_eighteen(middle in "[5-9][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}") {
        let old = format!("620422{middle}");
        let number = ResidentNumber::parse(&old).expect("a region, a day and a sequence make a number");
        let level = document::compare_documents(&Document::read(&old), &Document::read(number.expose()));
        prop_assert_eq!(level, document::IdLevel::Equivalent);
        prop_assert_eq!(number.birth_date().year() < 1900, &middle[6..] >= "996");
    }

    #[test]
    fn nobody_is_taken_for_a_namesake_by_what_the_two_may_share(namesakes in namesakes()) {
        let (known, claimed) = namesakes;
        let comparison = model().compare(&Person::prepare(&known), &claimed, None);
        prop_assert_ne!(comparison.verdict, Verdict::Match, "{} {:?}", comparison.rule.key(), comparison.levels);
    }

    #[test]
    fn nothing_panics_on_any_text(text in any::<String>(), other in any::<String>()) {
        let day = jiff::civil::date(2026, 7, 1);
        for kind in [crate::household::IdKind::Resident, crate::household::IdKind::ForeignPermanent] {
            let _ = check_document(kind, &text, day);
        }
        let (a, b) = (Name::read(&text), Name::read(&other));
        let _ = name::levels::compare_names(&a, &b, model().tolerance());
        let _ = address::AddressKey::read(&text);
        let _ = phone::PhoneKey::read(&text);
        prop_assert!(text.chars().filter(|c| is_separator(*c)).count() <= text.chars().count());
    }
}

#[test]
fn weights_never_rise_down_the_levels() {
    for field in Field::ALL {
        let levels = field.levels();
        let weights: Vec<i32> = (0..levels.len() - 1).map(|i| model().weight_centibits(field, i, None)).collect();
        assert!(weights.is_sorted_by(|a, b| a >= b), "{}: {weights:?}", field.key());
        assert_eq!(model().weight_centibits(field, levels.len() - 1, None), 0, "missing weighs nothing");
    }
    assert_eq!(name::levels::NameLevel::ALL.last(), Some(&name::levels::NameLevel::MISSING));
}
