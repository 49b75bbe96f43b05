//! Whose of the household's people is a record? Every member and obligor is compared with it, not only the one asked about.
//!
//! Father and son share a name's sound, twins a birth date, spouses a telephone: a record that came for one may be the other's, or that of a
//! relative who is no member but stands in the same household book. The result depends on the record, the household and its book alone,
//! never on who was asked: so the same record arriving through two members' queries is filed under one of them, with one verdict, and
//! (`source`, record number, [`Attribution::filed_under`]) is enough to keep it once. Only a record that names nobody at all is held with
//! whoever was asked about.

use super::compare::Comparison;
use super::document::Document;
use super::model::Model;
use super::name::levels::NameLevel;
use super::person::Person;
use super::rules::Rule;
use crate::household::{MemberRef, SourceKey, Subject, Verdict};

/// A member's comparison with the record, after the household was looked at as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The member or obligor.
    pub member: MemberRef,
    /// Whether the record is theirs.
    pub comparison: Comparison,
}

/// Where a record stands in the household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is this person's.
    Owned(MemberRef),
    /// It may be theirs: a person must look. In the household's order, at least one.
    Open(Vec<MemberRef>),
    /// It is nobody's of the household.
    Nobodys,
}

/// Whose a record is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribution {
    /// Where the record stands in the household.
    pub standing: Standing,
    /// The one person to file it under: its owner; else the best of those it may be; else who it is least unlike.
    pub filed_under: MemberRef,
    /// Every person's comparison, in the household's order.
    pub fits: Vec<Fit>,
}

impl Attribution {
    /// The comparison with one person; none for somebody who is not of the household.
    #[must_use]
    pub fn of(&self, member: &MemberRef) -> Option<&Comparison> {
        self.fits.iter().find(|fit| fit.member == *member).map(|fit| &fit.comparison)
    }

    /// Whether the record is this person's; `No` for somebody who is not of the household.
    #[must_use]
    pub fn verdict_for(&self, member: &MemberRef) -> Verdict {
        self.of(member).map_or(Verdict::No, |comparison| comparison.verdict)
    }

    /// The comparison to keep with the record: that of the person it is filed under.
    #[must_use]
    pub fn filed(&self) -> Option<&Comparison> {
        self.of(&self.filed_under)
    }

    /// The owner, where there is one.
    #[must_use]
    pub fn owner(&self) -> Option<&MemberRef> {
        match &self.standing {
            Standing::Owned(member) => Some(member),
            _ => None,
        }
    }
}

/// Who a record may belong to.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Members first, then obligors, each prepared once a case.
    pub people: &'a [(MemberRef, Person)],
    /// Others of the household book, who are neither.
    pub registrants: &'a [Person],
}

/// Compares a record's subject with every person of the household. `asked` is whom the source was asked about.
#[must_use]
pub fn attribute(
    model: &Model,
    known: Known<'_>,
    asked: &MemberRef,
    source: &SourceKey,
    claimed: &Subject,
) -> Attribution {
    attribute_prepared(model, known, asked, Some(source), &Person::prepare(claimed))
}

/// As [`attribute()`], of a subject already prepared, whose source need not be known.
#[must_use]
pub fn attribute_prepared(
    model: &Model,
    known: Known<'_>,
    asked: &MemberRef,
    source: Option<&SourceKey>,
    claimed: &Person,
) -> Attribution {
    let mut fits: Vec<Fit> = known
        .people
        .iter()
        .map(|(member, known)| Fit {
            member: member.clone(),
            comparison: model.compare_prepared(known, claimed, source),
        })
        .collect();
    if names_nobody(claimed) {
        return held_with(asked, fits);
    }
    let best = best_place(&fits);
    hold_relatives_names(model, &mut fits, known.registrants, claimed);
    let standing = standing(model, &mut fits);
    if standing == Standing::Nobodys && source.is_some_and(|source| model.is_household_book(source)) {
        for fit in &mut fits {
            fit.comparison.overrule(Rule::OtherPerson);
        }
    }
    let filed_under = match (&standing, best) {
        (Standing::Owned(owner), _) => owner.clone(),
        (_, Some(place)) => fits[place].member.clone(),
        (_, None) => asked.clone(),
    };
    Attribution { standing, filed_under, fits }
}

fn names_nobody(claimed: &Person) -> bool {
    claimed.name.is_missing() && claimed.document == Document::Missing
}

/// A record without name and number: all that is known is whom the source was asked about.
fn held_with(asked: &MemberRef, mut fits: Vec<Fit>) -> Attribution {
    for fit in fits.iter_mut().filter(|fit| fit.member != *asked) {
        fit.comparison.overrule(Rule::AskedAboutAnother);
    }
    let known = fits.iter().any(|fit| fit.member == *asked);
    let standing = if known { Standing::Open(vec![asked.clone()]) } else { Standing::Nobodys };
    Attribution { standing, filed_under: asked.clone(), fits }
}

/// The place of the best fit: verdict first, then weight, then the household's order.
fn best_place(fits: &[Fit]) -> Option<usize> {
    (0..fits.len()).min_by_key(|place| {
        let comparison = &fits[*place].comparison;
        (comparison.verdict, std::cmp::Reverse(comparison.weight_centibits), *place)
    })
}

/// Sets the members' claims against one another, and amends their verdicts.
fn standing(model: &Model, fits: &mut [Fit]) -> Standing {
    let places = |verdict: Verdict, fits: &[Fit]| -> Vec<usize> {
        (0..fits.len()).filter(|place| fits[*place].comparison.verdict == verdict).collect()
    };
    let (matches, reviews) = (places(Verdict::Match, fits), places(Verdict::Review, fits));
    if let [owner] = *matches {
        let margin = model.thresholds().margin_centibits;
        let weight = fits[owner].comparison.weight_centibits;
        if reviews.iter().all(|place| fits[*place].comparison.weight_centibits.saturating_add(margin) <= weight) {
            let member = fits[owner].member.clone();
            for fit in fits.iter_mut().enumerate().filter(|(place, _)| *place != owner).map(|(_, fit)| fit) {
                let mut reason = Rule::FitsOtherMember.reason();
                reason.zh = format!("{}（{member}）", reason.zh);
                reason.en = format!("{} ({member})", reason.en);
                fit.comparison.overrule_because(Rule::FitsOtherMember, reason);
            }
            return Standing::Owned(member);
        }
    }
    mark_relatives_numbers(fits);
    let open: Vec<usize> = (0..fits.len()).filter(|place| fits[*place].comparison.verdict != Verdict::No).collect();
    if open.is_empty() {
        return Standing::Nobodys;
    }
    if open.len() > 1 {
        for place in &open {
            fits[*place].comparison.overrule(Rule::FitsSeveralMembers);
        }
    }
    Standing::Open(open.into_iter().map(|place| fits[place].member.clone()).collect())
}

/// A name that is only near the number's holder, and exactly that of somebody else at home (father and son whose names sound alike): whose
/// record it is, nobody can say.
fn hold_relatives_names(model: &Model, fits: &mut [Fit], registrants: &[Person], claimed: &Person) {
    let near = |fit: &Fit| fit.comparison.rule == Rule::SameIdNearName;
    let Some(holder) = fits.iter().position(near) else { return };
    let has_the_name = |name: NameLevel| name == NameLevel::Exact || name == NameLevel::Equivalent;
    if fits.iter().enumerate().any(|(place, fit)| place != holder && has_the_name(fit.comparison.levels.name)) {
        fits[holder].comparison.overrule(Rule::OtherMembersName);
    } else if registrants.iter().any(|other| has_the_name(model.levels(other, claimed).name)) {
        fits[holder].comparison.overrule(Rule::RegistrantsName);
    }
}

/// One member's number with another member's name: the reviewer should know it at once.
fn mark_relatives_numbers(fits: &mut [Fit]) {
    let unlike = |fit: &Fit| matches!(fit.comparison.rule, Rule::SameIdUnlikeName | Rule::SameIdOneCharacter);
    let Some(holder) = fits.iter().position(unlike) else { return };
    let named = fits.iter().enumerate().any(|(place, fit)| place != holder && fit.comparison.levels.name.is_same());
    if named {
        fits[holder].comparison.overrule(Rule::OtherMembersName);
    }
}

#[cfg(test)]
mod tests;
