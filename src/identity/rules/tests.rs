//! A table of cases for every rule: who is known, what the record claims, which rule must decide.

use jiff::civil::date;

use super::*;
use crate::household::{Address, IdNumber, PersonName, Phone, Sex, Subject};
use crate::identity::{Model, Person};

const ID: &str = "620422199003070036"; // man, 1990-03-07
const MISTYPED: &str = "620422199003070038";
const TWIN: &str = "620422199003070052";
const STRANGER: &str = "440524188001010014";

/// A claim in short: name, number, and what else is said.
#[derive(Default, Clone, Copy)]
struct Claim {
    name: &'static str,
    id: &'static str,
    born: Option<(i16, i8, i8)>,
    sex: Option<Sex>,
    phone: &'static str,
    address: &'static str,
    former: &'static str,
}

fn subject(claim: Claim) -> Subject {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Subject {
        name: some(claim.name).map(PersonName::new),
        id_number: some(claim.id).map(IdNumber::new),
        former_name: some(claim.former).map(PersonName::new),
        birth_date: claim.born.map(|(y, m, d)| date(y, m, d)),
        sex: claim.sex,
        phone: some(claim.phone).map(Phone::new),
        address: some(claim.address).map(Address::new),
    }
}

fn known(name: &'static str) -> Person {
    Person::prepare(&subject(Claim {
        name,
        id: ID,
        phone: "13893001234",
        address: "甘肃省白银市会宁县会师镇南关村三社12号",
        former: "王狗娃",
        ..Claim::default()
    }))
}

#[track_caller]
fn decides(model: &Model, name: &'static str, claim: Claim, rule: Rule) {
    let comparison = model.compare(&known(name), &subject(claim), None);
    assert_eq!(comparison.rule, rule, "{:?} {} centibits", comparison.levels, comparison.weight_centibits);
    assert_eq!(comparison.verdict, rule.verdict());
    assert_eq!(comparison.reasons[0].level, rule.key());
}

const BORN: Option<(i16, i8, i8)> = Some((1990, 3, 7));
const BORN_ELSE: Option<(i16, i8, i8)> = Some((1971, 11, 23));
const NOBODY: Claim = Claim { name: "", id: "", born: None, sex: None, phone: "", address: "", former: "" };

#[test]
fn the_same_valid_number() {
    let model = Model::person();
    let claim = |name| Claim { name, id: ID, ..NOBODY };
    for (name, rule) in [
        ("王建国", Rule::SameIdSameName),
        ("王 建 国", Rule::SameIdSameName),
        ("王建國", Rule::SameIdSameName),
        ("王狗娃", Rule::SameIdSameName), // former name
        ("王健国", Rule::SameIdNearName),
        ("王?国", Rule::SameIdNearName),
        ("王jian国", Rule::SameIdNearName),
        ("wang jianguo", Rule::SameIdNearName),
        ("王建军", Rule::SameIdOneCharacter),
        ("李秀英", Rule::SameIdUnlikeName),
        ("", Rule::SameIdNoName),
        ("??", Rule::SameIdNoName),
    ] {
        decides(&model, "王建国", claim(name), rule);
    }
    decides(&model, "王建国", Claim { born: BORN_ELSE, ..claim("王建国") }, Rule::SameIdSameName);
    decides(&model, "王建国", Claim { born: BORN_ELSE, ..claim("") }, Rule::SameIdContradicted);
    decides(&model, "王建国", Claim { sex: Some(Sex::Female), ..claim("王健国") }, Rule::SameIdContradicted);
    let old = Claim { name: "王建国", id: "620422900307003", ..NOBODY };
    decides(&model, "王建国", old, Rule::SameIdSameName);
}

#[test]
fn a_mistyped_number() {
    let model = Model::person();
    for (id, name, rule) in [
        (MISTYPED, "王建国", Rule::MistypedIdSameName),
        ("620422199003070063", "王建国", Rule::MistypedIdSameName), // two neighbours swapped
        ("62042219900307003", "王建国", Rule::MistypedIdSameName),  // the check character is cut off
        ("62042219900307036", "王建国", Rule::MistypedIdSameName),  // one digit is missing
        ("19900307003 6", "王建国", Rule::MistypedIdSameName),      // the region is missing
        (MISTYPED, "王健国", Rule::MistypedIdNearName),
        (MISTYPED, "王狗娃", Rule::MistypedIdNearName),
        (MISTYPED, "", Rule::MistypedIdNearName),
        (MISTYPED, "李秀英", Rule::MistypedIdUnlikeName),
        (MISTYPED, "王建军", Rule::MistypedIdUnlikeName),
    ] {
        decides(&model, "王建国", Claim { name, id, ..NOBODY }, rule);
    }
    let contradicted = Claim { name: "王建国", id: MISTYPED, born: BORN_ELSE, ..NOBODY };
    decides(&model, "王建国", contradicted, Rule::MistypedIdContradicted);
}

#[test]
fn another_valid_number() {
    let model = Model::person();
    for (id, name, rule) in [
        (TWIN, "王建国", Rule::OtherNumberNear),
        (TWIN, "王健国", Rule::OtherNumberNear),
        (TWIN, "王建军", Rule::OtherIdOtherName),
        (STRANGER, "王建国", Rule::Namesake),
        (STRANGER, "王健国", Rule::Namesake),
        (STRANGER, "李秀英", Rule::OtherIdOtherName),
        (STRANGER, "", Rule::OtherIdOtherName),
    ] {
        decides(&model, "王建国", Claim { name, id, ..NOBODY }, rule);
    }
    // one person with two numbers: only when the name is rare and the day agrees
    let two = |name| Claim { name, id: STRANGER, born: BORN, ..NOBODY };
    decides(&model, "尉迟燚", two("尉迟燚"), Rule::TwoNumbersOnePerson);
    decides(&model, "张伟", two("张伟"), Rule::Namesake);
    decides(&model, "尉迟燚", Claim { born: BORN_ELSE, ..two("尉迟燚") }, Rule::Namesake);
}

#[test]
fn no_number_and_the_same_name() {
    let model = Model::person();
    let same = Claim { name: "王建国", ..NOBODY };
    for (claim, rule) in [
        (same, Rule::NameAlone),
        (Claim { phone: "13893001234", ..same }, Rule::NameAlone),
        (Claim { born: BORN, ..same }, Rule::NameAndBirthDate),
        (Claim { born: BORN, sex: Some(Sex::Male), ..same }, Rule::NameAndBirthDate),
        (Claim { born: BORN, phone: "13893001234", ..same }, Rule::NameBirthDateAndMore),
        (Claim { born: BORN, address: "会宁县会师镇南关村", ..same }, Rule::NameBirthDateAndMore),
        (Claim { born: BORN, address: "会宁县会师镇", ..same }, Rule::NameAndBirthDate),
        (Claim { born: BORN, id: "620422********0036", ..same }, Rule::NameBirthDateAndMore),
        (Claim { born: BORN, phone: "13893001234", sex: Some(Sex::Female), ..same }, Rule::AgreementContradicted),
        (Claim { born: Some((1990, 7, 3)), ..same }, Rule::NameAlone),
        (Claim { born: BORN_ELSE, ..same }, Rule::NameAloneContradicted),
        (Claim { born: BORN_ELSE, phone: "13893001234", ..same }, Rule::AgreementContradicted),
        (Claim { sex: Some(Sex::Female), ..same }, Rule::NameAloneContradicted),
        (Claim { born: BORN, phone: "13893001234", id: "123456789", ..same }, Rule::InvalidIdElseAgrees),
        (Claim { id: "无", born: BORN, phone: "13893001234", ..same }, Rule::NameBirthDateAndMore),
    ] {
        decides(&model, "王建国", claim, rule);
    }
    decides(&model, "尉迟燚", Claim { name: "尉迟燚", ..NOBODY }, Rule::NameAlone);
}

#[test]
fn a_cut_off_or_masked_number_without_its_sequence_is_no_number() {
    let model = Model::person();
    for id in [
        "6204221990030700",   // two digits of the sequence
        "620422199003070",    // one
        "62042219900307",     // none
        "620422199003",       // not even the day
        "620422199003070000", // a sequence nobody was given
        "62042219900307****",
        "620422199003070***",
        "6204221990030700*6",
        "620422900307***",
    ] {
        let same = Claim { name: "王建国", id, ..NOBODY };
        decides(&model, "王建国", same, Rule::NameAlone);
        decides(&model, "王建国", Claim { born: BORN, ..same }, Rule::NameAndBirthDate);
        decides(&model, "王建国", Claim { born: BORN, phone: "13893001234", ..same }, Rule::NameBirthDateAndMore);
        decides(&model, "王建国", Claim { born: BORN_ELSE, ..same }, Rule::NameAloneContradicted);
        decides(&model, "王建国", Claim { name: "李秀英", ..same }, Rule::UnlikeName);
    }
}

#[test]
fn only_a_name_proven_rare_counts_with_its_birth_date() {
    let born = |name| Claim { name, born: BORN, ..NOBODY };
    let guessed = Model::person();
    // shares below the limit, by guesses about what the tables do not list
    for name in ["张浩然", "王丽娟", "尉迟燚", "林淑琴"] {
        decides(&guessed, name, born(name), Rule::NameAndBirthDate);
    }
    let counted = Model::person().with_frequencies(crate::identity::model::NameFrequencies {
        are_counted: true,
        ..Model::person().frequencies().clone()
    });
    decides(&counted, "林淑琴", born("林淑琴"), Rule::RareNameAndBirthDate);
    for name in ["张浩然", "王丽娟", "尉迟燚", "王秀英"] {
        decides(&counted, name, born(name), Rule::NameAndBirthDate);
    }
    decides(&counted, "林淑琴", Claim { id: "62042219900307", ..born("林淑琴") }, Rule::RareNameAndBirthDate);
    decides(&counted, "林淑琴", Claim { id: "123456789", ..born("林淑琴") }, Rule::InvalidIdElseAgrees);
}

#[test]
fn no_number_and_a_near_or_another_name() {
    let model = Model::person();
    for (claim, rule) in [
        (Claim { name: "王健国", ..NOBODY }, Rule::NearNameAlone),
        (Claim { name: "王健国", born: BORN_ELSE, ..NOBODY }, Rule::UnlikeName),
        (Claim { name: "王健国", born: BORN, ..NOBODY }, Rule::NearNameSupported),
        (Claim { name: "王建军", born: BORN, ..NOBODY }, Rule::NearNameSupported),
        (Claim { name: "王建军", ..NOBODY }, Rule::UnlikeName),
        (Claim { name: "王建军", phone: "13893001234", ..NOBODY }, Rule::UnlikeName),
        (Claim { name: "李秀英", ..NOBODY }, Rule::UnlikeName),
        (Claim { name: "李秀英", phone: "13893001234", ..NOBODY }, Rule::UnlikeName),
        (Claim { name: "李秀英", born: BORN, phone: "13893001234", ..NOBODY }, Rule::UnlikeNameSupported),
        (Claim { name: "", ..NOBODY }, Rule::NothingToCompare),
        (Claim { name: "", born: BORN, ..NOBODY }, Rule::NothingToCompare),
        // the weight says it is too little, before the rule asks for a person's time
        (Claim { name: "王简国", sex: None, phone: "13993005678", address: "定西市安定区", ..NOBODY }, Rule::TooFaint),
    ] {
        decides(&model, "王建国", claim, rule);
    }
}

#[test]
fn every_rule_speaks_both_languages_and_has_its_own_name() {
    let mut keys: Vec<_> = Rule::ALL.iter().map(|rule| rule.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), Rule::ALL.len());
    for rule in Rule::ALL {
        let reason = rule.reason();
        assert!(reason.zh.chars().count() > 5 && reason.en.is_ascii() && reason.field == "rule");
    }
}

#[test]
fn reasons_never_hold_what_was_compared() {
    let model = Model::person();
    let claim =
        Claim { name: "王健国", id: MISTYPED, born: BORN, phone: "13893001234", address: "南关村", ..NOBODY };
    let comparison = model.compare(&known("王建国"), &subject(claim), None);
    let text = format!("{comparison:?}");
    for value in ["王健国", "王建国", MISTYPED, ID, "13893001234", "南关", "1990"] {
        assert!(!text.contains(value));
    }
}

#[test]
fn the_birth_date_is_not_counted_beside_the_number_it_comes_from() {
    let model = Model::person();
    let weight = |claim| model.compare(&known("王建国"), &subject(claim), None).weight_centibits;
    let plain = Claim { name: "王建国", id: ID, ..NOBODY };
    assert_eq!(weight(plain), weight(Claim { born: BORN, sex: Some(Sex::Male), ..plain }));
    assert!(weight(plain) > weight(Claim { born: BORN_ELSE, ..plain }), "a contradiction counts");
}

#[test]
fn a_rare_name_weighs_more_than_a_common_one() {
    let model = Model::person();
    let weight = |name| {
        let comparison = model.compare(&known(name), &subject(Claim { name, ..NOBODY }), None);
        comparison.reasons.iter().find(|r| r.field == "name").map(|r| r.weight_centibits).unwrap()
    };
    assert!(weight("张伟") < weight("张燚"));
    assert!(weight("张燚") < weight("尉迟燚珏"));
}
