//! Who is who in two reports of one household: by document number, by reference, by name. The order of members is irrelevant.

use super::what::Who;
use crate::household::MemberRef;
use crate::report::body::Body;
use crate::report::household::ReportPerson;

/// Everybody of two reports, each once.
#[derive(Debug)]
pub(super) struct People {
    members: Vec<Who>,
    others: Vec<Who>,
}

impl People {
    pub fn of(before: &Body, after: &Body) -> Self {
        let years = i32::from(after.request.as_of.year()) - i32::from(before.request.as_of.year());
        let members = |body: &'_ Body| -> Vec<ReportPerson> { body.household.members.clone() };
        let obligors = |body: &Body| -> Vec<ReportPerson> {
            body.household.obligors.iter().map(|obligor| obligor.person.clone()).collect()
        };
        Self {
            members: paired(&members(before), &members(after), years),
            others: paired(&obligors(before), &obligors(after), years),
        }
    }

    /// Members of either report.
    pub fn members(&self) -> &[Who] {
        &self.members
    }

    /// The person a line of the report before speaks of.
    pub fn before(&self, reference: &MemberRef) -> Who {
        let known = self.all().find(|who| who.before.as_ref() == Some(reference));
        known.cloned().unwrap_or_else(|| Who { before: Some(reference.clone()), after: None })
    }

    /// The person a line of the report after speaks of.
    pub fn after(&self, reference: &MemberRef) -> Who {
        let known = self.all().find(|who| who.after.as_ref() == Some(reference));
        known.cloned().unwrap_or_else(|| Who { before: None, after: Some(reference.clone()) })
    }

    fn all(&self) -> impl Iterator<Item = &Who> {
        self.members.iter().chain(&self.others)
    }
}

/// How two people were found to be one, surest first.
const WAYS: [fn(&ReportPerson, &ReportPerson, i32) -> bool; 3] = [by_number, by_reference, by_name];

/// Pairs that hold whatever the order: in each way, two people are one where either has nobody else it could be.
fn paired(before: &[ReportPerson], after: &[ReportPerson], years: i32) -> Vec<Who> {
    let (mut before, mut after): (Vec<_>, Vec<_>) = (before.iter().collect(), after.iter().collect());
    let mut found: Vec<Who> = Vec::new();
    for is_same in WAYS {
        let pairs: Vec<(MemberRef, MemberRef)> = (before.iter())
            .filter_map(|one| {
                let mut theirs = after.iter().filter(|other| is_same(one, other, years));
                let other = theirs.next().filter(|_| theirs.next().is_none())?;
                let mut back = before.iter().filter(|one| is_same(one, other, years));
                back.next().filter(|_| back.next().is_none())?;
                Some((one.reference.clone(), other.reference.clone()))
            })
            .collect();
        before.retain(|person| pairs.iter().all(|(one, _)| *one != person.reference));
        after.retain(|person| pairs.iter().all(|(_, other)| *other != person.reference));
        found.extend(pairs.into_iter().map(|(one, other)| Who { before: Some(one), after: Some(other) }));
    }
    found.extend(before.iter().map(|person| Who { before: Some(person.reference.clone()), after: None }));
    found.extend(after.iter().map(|person| Who { before: None, after: Some(person.reference.clone()) }));
    found.sort();
    found
}

/// The same visible part of a number, and nothing against it: the middle is hidden, so two people may share it.
fn by_number(one: &ReportPerson, other: &ReportPerson, years: i32) -> bool {
    let same = numbers(one, other) == Some(true);
    same && (one.name == other.name || one.reference == other.reference || ages_fit(one, other, years))
}

/// The caller's own reference, unless number and name both say otherwise.
fn by_reference(one: &ReportPerson, other: &ReportPerson, years: i32) -> bool {
    one.reference == other.reference
        && match numbers(one, other) {
            Some(true) => true,
            // a number that was corrected
            Some(false) => one.name == other.name,
            None => one.name == other.name || one.relation == other.relation && ages_fit(one, other, years),
        }
}

/// The same name and age where one of the reports has no number.
fn by_name(one: &ReportPerson, other: &ReportPerson, years: i32) -> bool {
    numbers(one, other).is_none() && one.name == other.name && ages_fit(one, other, years)
}

/// Whether the numbers agree; none where one is missing.
fn numbers(one: &ReportPerson, other: &ReportPerson) -> Option<bool> {
    let (this, that) = (one.id_number_masked.as_ref()?, other.id_number_masked.as_ref()?);
    Some(one.id_kind == other.id_kind && this == that)
}

/// Whether two ages can be one person's, so many years apart.
fn ages_fit(one: &ReportPerson, other: &ReportPerson, years: i32) -> bool {
    let (Some(this), Some(that)) = (one.age, other.age) else { return true };
    (i32::from(that) - i32::from(this) - years).abs() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::{IdKind, Relation};

    fn person(reference: &str, name: &str, number: Option<&str>, age: u8) -> ReportPerson {
        ReportPerson {
            reference: MemberRef(reference.to_owned()),
            relation: Relation("20".to_owned()),
            name: name.into(),
            id_kind: IdKind::Resident,
            id_number_masked: number.map(str::to_owned),
            age: Some(age),
        }
    }

    fn pairs(before: &[ReportPerson], after: &[ReportPerson]) -> Vec<(String, String)> {
        let text = |reference: &Option<MemberRef>| reference.as_ref().map_or("-".to_owned(), ToString::to_string);
        paired(before, after, 1).iter().map(|who| (text(&who.before), text(&who.after))).collect()
    }

    fn expected(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
    }

    const A: Option<&str> = Some("620422********1213");
    const B: Option<&str> = Some("620422********2421");

    #[test]
    fn references_that_were_dealt_anew_do_not_mislead() {
        let before = [person("m1", "李明", A, 40), person("m2", "王芳", B, 38)];
        let after = [person("m1", "王芳", B, 39), person("m2", "李明", A, 41)];
        assert_eq!(pairs(&before, &after), expected(&[("m1", "m2"), ("m2", "m1")]));
    }

    #[test]
    fn a_new_name_a_corrected_number_and_a_missing_one_leave_the_person() {
        for (before, after, one) in [
            (person("m1", "李明", A, 40), person("m1", "李铭", A, 41), true),
            (person("m1", "李明", A, 40), person("m1", "李明", B, 41), true),
            (person("m1", "李明", None, 40), person("m1", "李铭", A, 41), true),
            (person("m1", "李明", None, 40), person("m9", "李明", A, 41), true),
            (person("m1", "李明", A, 40), person("m1", "王芳", B, 40), false),
            (person("m1", "李明", None, 40), person("m9", "李明", A, 12), false),
            (person("m1", "李明", None, 40), person("m1", "王芳", B, 12), false),
        ] {
            assert_eq!(pairs(&[before], &[after]).len(), if one { 1 } else { 2 });
        }
    }

    #[test]
    fn who_could_be_either_is_neither() {
        // one of two who share the visible digits: nothing tells which, and the references decide
        let before = [person("m1", "李明", A, 40), person("m2", "李亮", A, 40)];
        let after = [person("m2", "李亮", A, 41)];
        assert_eq!(pairs(&before, &after), expected(&[("m1", "-"), ("m2", "m2")]));
    }
}
