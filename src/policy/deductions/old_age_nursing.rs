//! Necessary nursing of old people who cannot, or only partly, care for themselves: as the household visit found it (六项自理能力).
//!
//! No department holds it, so nothing is assumed where nobody looked. Who is nursed for a grave disability is not nursed twice: while
//! a certificate may still come, no more than that nursing would allow is certain.

use super::{Expense, draft};
use crate::household::Fen;
use crate::policy::case::{Case, Person};
use crate::policy::drafts::{DeductionDraft, Kind, Name};
use crate::policy::grounds::GroundOf;
use crate::policy::screening::{CareLevel, care_level};

pub(super) fn line<'a>(case: &Case<'a>, person: &Person<'a>, certificate_open: bool) -> Option<DeductionDraft<'a>> {
    let rules = case.rules;
    if person.age.is_none_or(|age| age < rules.nutrition_old_from.value) {
        return None;
    }
    let (lost, level) = (person.facts.self_care_lost?, care_level(case, person)?);
    let by_disability = person.disability.as_ref().is_some_and(|disability| disability.grade <= 2);
    let share = match level {
        CareLevel::None => &rules.nursing_old_full,
        CareLevel::Partial => &rules.nursing_old_partial,
        CareLevel::Able => return None,
    };
    if by_disability {
        return None;
    }
    let base = case.standard_yearly();
    let ground = share.ground_made(case, || {
        (
            format!("入户评估六项自理能力丧失 {lost} 项，按年低保标准的比例扣减；未经部门核实。"),
            format!("The visit found {lost} of six activities of self-care lost: a share of the yearly standard; not verified by a department."),
        )
    });
    let expense = Expense {
        kind: Kind::OldAgeNursing,
        name: Name { zh: "失能老年人护理支出", en: "Nursing of an old person" },
        base,
        amount: case.of_standard(share.value),
        computation: case.text(|| format!("{base} × {}", share.value)),
    };
    let mut draft = draft(person, std::iter::empty(), expense, ground);
    if certificate_open {
        let instead = [&rules.nursing_grade_1, &rules.nursing_grade_2].map(|share| case.of_standard(share.value));
        draft.least = instead.into_iter().fold(draft.least, Fen::min);
    }
    Some(draft)
}
