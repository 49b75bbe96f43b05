//! Households as they are: father and son, twins, spouses, and the registrants nobody named.

use super::*;
use crate::household::{IdNumber, PersonName, Phone};

const FATHER: &str = "620422196205140017";
const SON: &str = "620422198802290012";

fn number(seventeen: &str) -> String {
    ('0'..='9')
        .chain(['X'])
        .map(|check| format!("{seventeen}{check}"))
        .find(|text| crate::identity::ResidentNumber::parse(text).is_ok())
        .expect("one of eleven check characters fits")
}

fn subject(name: &str, id: &str, phone: &str) -> Subject {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Subject {
        name: some(name).map(PersonName::new),
        id_number: some(id).map(IdNumber::new),
        phone: some(phone).map(Phone::new),
        ..Subject::default()
    }
}

fn household() -> Vec<(MemberRef, Person)> {
    [
        ("m1", "王建国", number(&FATHER[..17])),
        ("m2", "王强", number(&SON[..17])),
        ("m3", "王双", number("62042219900307003")),
        ("m4", "王对", number("62042219900307005")),
    ]
    .into_iter()
    .map(|(reference, name, id)| (MemberRef(reference.into()), Person::prepare(&subject(name, &id, "13893001234"))))
    .collect()
}

fn ask(asked: &str, source: &str, claimed: Subject) -> Attribution {
    beside(&[], asked, source, claimed)
}

/// The same with others in the household book.
fn beside(registrants: &[Person], asked: &str, source: &str, claimed: Subject) -> Attribution {
    let source = SourceKey::new(source).unwrap();
    let known = Known { people: &household(), registrants };
    attribute(&Model::person(), known, &MemberRef(asked.into()), &source, &claimed)
}

fn member(reference: &str) -> MemberRef {
    MemberRef(reference.into())
}

fn rule(attribution: &Attribution, reference: &str) -> Rule {
    attribution.of(&member(reference)).expect("a member").rule
}

#[test]
fn a_record_is_filed_under_its_owner_whoever_was_asked() {
    let claimed = subject("王强", &number(&SON[..17]), "");
    for asked in ["m1", "m2", "m3"] {
        let found = ask(asked, "vehicles", claimed.clone());
        assert_eq!(found.standing, Standing::Owned(member("m2")));
        assert_eq!(found.filed_under, member("m2"));
        assert_eq!(found.verdict_for(&member("m2")), Verdict::Match);
        assert_eq!(found.verdict_for(&member("m1")), Verdict::No);
        assert_eq!(rule(&found, "m1"), Rule::FitsOtherMember);
    }
}

#[test]
fn a_father_s_number_on_the_son_s_record_goes_to_a_person() {
    let found = ask("m1", "finance", subject("王强", &number(&FATHER[..17]), "13893001234"));
    assert_eq!(found.standing, Standing::Open(vec![member("m1")]));
    assert_eq!(rule(&found, "m1"), Rule::OtherMembersName);
    assert_eq!(found.filed().unwrap().verdict, Verdict::Review);
}

#[test]
fn a_number_with_a_name_near_its_holder_s_and_exactly_a_relative_s_goes_to_a_person() {
    let twin = number("62042219900307003"); // 王双's
    let near = subject("王霜", &twin, "");
    let alone = ask("m3", "tax", near.clone());
    assert_eq!((alone.owner(), rule(&alone, "m3")), (Some(&member("m3")), Rule::SameIdNearName));
    let sister = Person::prepare(&subject("王霜", &number("62042219930102004"), ""));
    let found = beside(std::slice::from_ref(&sister), "m3", "tax", near.clone());
    assert_eq!(found.standing, Standing::Open(vec![member("m3")]));
    assert_eq!(rule(&found, "m3"), Rule::RegistrantsName);
    // the holder's own name stays the holder's, whoever else stands in the book
    let own = beside(&[sister], "m3", "tax", subject("王双", &twin, ""));
    assert_eq!(own.owner(), Some(&member("m3")));
    // the same among members
    let mut people = household();
    people.push((member("m5"), Person::prepare(&subject("王霜", &number("62042219930102004"), ""))));
    let known = Known { people: &people, registrants: &[] };
    let found = attribute(&Model::person(), known, &member("m3"), &SourceKey::new("tax").unwrap(), &near);
    assert_eq!((found.owner(), rule(&found, "m3")), (None, Rule::OtherMembersName));
    assert_eq!(found.verdict_for(&member("m3")), Verdict::Review);
}

#[test]
fn twins_are_told_apart_by_their_numbers_and_by_their_names() {
    let found = ask("m3", "education", subject("王对", &number("62042219900307005"), ""));
    assert_eq!(found.owner(), Some(&member("m4")));
    // the other twin's number with this one's name
    let mixed = ask("m3", "education", subject("王双", &number("62042219900307005"), ""));
    assert_eq!(mixed.owner(), None);
    assert_eq!(mixed.verdict_for(&member("m3")), Verdict::Review);
    assert_eq!(mixed.verdict_for(&member("m4")), Verdict::Review);
    assert_eq!(rule(&mixed, "m3"), Rule::FitsSeveralMembers);
}

#[test]
fn a_match_owns_a_record_only_while_nobody_else_comes_near() {
    let model = Model::person();
    let margin = model.thresholds().margin_centibits;
    for (behind, owned) in [(margin, true), (margin - 1, false), (0, false)] {
        let mut fits = ask("m3", "education", subject("王双", &number("62042219900307003"), "")).fits;
        fits.retain(|fit| fit.comparison.verdict == Verdict::Match || fit.member == member("m4"));
        let [owner, other] = &mut fits[..] else { panic!("an owner and another: {fits:?}") };
        other.comparison.verdict = Verdict::Review;
        other.comparison.weight_centibits = owner.comparison.weight_centibits - behind;
        let found = standing(&model, &mut fits);
        let expected = match owned {
            true => Standing::Owned(member("m3")),
            false => Standing::Open(vec![member("m3"), member("m4")]),
        };
        assert_eq!(found, expected, "{behind} behind");
    }
}

#[test]
fn a_stranger_in_the_household_book_is_said_to_be_one() {
    let stranger = || subject("李秀英", &number("62042219651230002"), "");
    let found = ask("m1", "household_registration", stranger());
    assert_eq!(found.standing, Standing::Nobodys);
    assert_eq!(rule(&found, "m1"), Rule::OtherPerson);
    let elsewhere = ask("m1", "vehicles", stranger());
    assert_eq!(rule(&elsewhere, "m1"), Rule::OtherIdOtherName);
}

#[test]
fn a_record_is_filed_the_same_for_everybody_asked() {
    for claimed in [
        subject("王强", "", ""),
        subject("王强", &number(&FATHER[..17]), ""),
        subject("王霜", "", "13893001234"),
        subject("赵六", "", ""),
    ] {
        let first = ask("m1", "tax", claimed.clone());
        for asked in ["m2", "m3", "m4"] {
            assert_eq!(ask(asked, "tax", claimed.clone()), first);
        }
    }
}

#[test]
fn an_empty_household_and_an_unknown_member_do_no_harm() {
    let nobody = attribute(
        &Model::person(),
        Known { people: &[], registrants: &[] },
        &member("m9"),
        &SourceKey::new("tax").unwrap(),
        &subject("王强", "", ""),
    );
    assert_eq!((nobody.standing.clone(), nobody.filed_under.clone()), (Standing::Nobodys, member("m9")));
    assert_eq!(nobody.verdict_for(&member("m9")), Verdict::No);
    assert!(nobody.filed().is_none());
}

#[test]
fn a_record_that_names_nobody_is_held_with_whom_was_asked_about() {
    let found = ask("m3", "securities", subject("", "", "13893001234"));
    assert_eq!(found.standing, Standing::Open(vec![member("m3")]));
    assert_eq!(found.filed_under, member("m3"));
    assert_eq!((rule(&found, "m3"), rule(&found, "m1")), (Rule::NothingToCompare, Rule::AskedAboutAnother));
}

#[test]
fn the_reason_names_the_owner_by_reference_only() {
    let found = ask("m1", "vehicles", subject("王强", &number(&SON[..17]), ""));
    let reason = &found.of(&member("m1")).unwrap().reasons[0];
    assert!(reason.en.ends_with("(m2)") && reason.zh.ends_with("（m2）"));
}
