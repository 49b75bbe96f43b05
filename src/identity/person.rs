//! A person prepared for comparison: everything that depends on one side alone is worked out once.

use std::fmt;

use jiff::civil::Date;

use super::address::AddressKey;
use super::characters::remarked_former_name;
use super::document::Document;
use super::name::Name;
use super::phone::PhoneKey;
use crate::household::{Address, Member, PersonName, Sex, Subject};

/// A person as known (a member of the household) or as claimed (the subject of a record), prepared for comparison.
///
/// Does not print.
#[derive(Clone)]
pub struct Person {
    /// Name.
    pub name: Name,
    /// Former names (曾用名).
    pub former_names: Vec<Name>,
    /// Document number.
    pub document: Document,
    /// Birth date as stated, or from a valid citizen number.
    pub birth_date: Option<Date>,
    /// Whether the birth date is what the number says: then it is no evidence beside the number.
    pub birth_date_is_derived: bool,
    /// Sex as stated, or from a valid citizen number.
    pub sex: Option<Sex>,
    /// Whether the sex is what the number says.
    pub sex_is_derived: bool,
    /// Telephone.
    pub phone: Option<PhoneKey>,
    /// Address.
    pub address: Option<AddressKey>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(redacted)")
    }
}

impl Person {
    /// Prepares whatever is stated about somebody.
    #[must_use]
    pub fn prepare(stated: &Subject) -> Self {
        let document = stated.id_number.as_ref().map_or(Document::Missing, |n| Document::read(n.expose()));
        let number = document.resident();
        let (own_date, own_sex) = (number.map(|n| n.birth_date()), number.map(|n| n.sex()));
        Self {
            name: stated.name.as_ref().map(|n| Name::read(n.expose())).unwrap_or_default(),
            former_names: (stated.former_name.iter().map(|n| Name::read(n.expose())))
                .chain(stated.name.iter().filter_map(|n| remarked_former_name(n.expose())).map(Name::read))
                .collect(),
            birth_date: stated.birth_date.or(own_date),
            birth_date_is_derived: own_date.is_some()
                && stated.birth_date.is_none_or(|stated| Some(stated) == own_date),
            sex: stated.sex.or(own_sex),
            sex_is_derived: own_sex.is_some() && stated.sex.is_none_or(|stated| Some(stated) == own_sex),
            phone: stated.phone.as_ref().and_then(|p| PhoneKey::read(p.expose())),
            address: stated.address.as_ref().and_then(|a| AddressKey::read(a.expose())),
            document,
        }
    }

    /// Prepares a member of the household; the address is the household's.
    #[must_use]
    pub fn of_member(member: &Member, address: Option<&Address>) -> Self {
        let mut person = Self::prepare(&Subject {
            name: Some(member.name.clone()),
            id_number: member.id_number.clone(),
            former_name: None,
            birth_date: member.birth_date,
            sex: member.sex,
            phone: member.phone.clone(),
            address: address.cloned(),
        });
        person.former_names.extend(member.former_names.iter().map(|n| Name::read(n.expose())));
        person
    }

    /// Takes note of a former name that a register vouches for.
    pub fn learn_former_name(&mut self, name: &PersonName) {
        self.former_names.push(Name::read(name.expose()));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::household::IdNumber;
    use crate::identity::text::TextKey;

    #[test]
    fn what_the_number_says_is_marked_as_derived() {
        let stated = |born: Option<Date>| Subject {
            id_number: Some(IdNumber::new("11010519491231002x")),
            birth_date: born,
            ..Subject::default()
        };
        for (born, derived) in [(None, true), (Some(date(1949, 12, 31)), true), (Some(date(1949, 12, 30)), false)] {
            let person = Person::prepare(&stated(born));
            assert_eq!(person.birth_date_is_derived, derived);
            assert_eq!((person.sex, person.sex_is_derived), (Some(Sex::Female), true));
        }
        assert!(!Person::prepare(&Subject::default()).birth_date_is_derived);
    }

    #[test]
    fn a_former_name_may_stand_beside_the_name() {
        let stated = |name: &str| Person::prepare(&Subject { name: Some(PersonName::new(name)), ..Subject::default() });
        let person = stated("王建国（曾用名王卫东）");
        assert_eq!(person.former_names, [Name::read("王卫东")]);
        assert_eq!(person.name.folded(), Name::read("王建国").folded());
        assert!(stated("王建国").former_names.is_empty());
    }

    #[test]
    fn a_person_does_not_print() {
        let person = Person::prepare(&Subject {
            name: Some(PersonName::new("王建国")),
            birth_date: Some(date(1949, 12, 31)),
            ..Subject::default()
        });
        assert_eq!(format!("{person:?}"), "Person(redacted)");
    }

    #[test]
    fn nothing_that_a_person_is_made_of_prints() {
        let printed = [
            (format!("{:?}", Name::read("王建国")), "Name(redacted)"),
            (format!("{:?}", PhoneKey::read("13893001234")), "Some(PhoneKey(redacted))"),
            (format!("{:?}", AddressKey::read("会宁县会师镇桃花山路12号")), "Some(AddressKey(redacted))"),
            (format!("{:?}", TextKey::read("Wang Jianguo")), "TextKey(redacted)"),
            (format!("{:?}", Document::read("11010519491231002X")), "Document::Resident(redacted)"),
            (format!("{:?}", Document::read("110105******31002X")), "Document::Masked(redacted)"),
            (format!("{:?}", Document::read("110105194912310021")), "Document::Faulty(redacted)"),
            (format!("{:?}", Document::read("H12345678")), "Document::Other(redacted)"),
        ];
        for (printed, redacted) in printed {
            assert_eq!(printed, redacted);
        }
    }
}
