//! Necessary nursing of the gravely disabled: a share of the yearly standard, by grade of a valid certificate.
//!
//! Nursing of old people who cannot care for themselves rests on an assessment that no department holds.

use super::{Named, draft};
use crate::policy::case::{Case, Person};
use crate::policy::drafts::DeductionDraft;
use crate::policy::grounds::GroundOf;

pub(super) fn line(case: &Case<'_>, person: &Person<'_>) -> Option<DeductionDraft> {
    let disability = person.disability.as_ref()?;
    let share = match disability.grade {
        1 => &case.rules.nursing_grade_1,
        2 => &case.rules.nursing_grade_2,
        _ => return None,
    };
    let base = case.standard_yearly();
    let ground = share.ground(
        format!("持有效残疾人证（{}级），按年低保标准的比例扣减。", disability.grade),
        format!("A valid certificate of grade {}, a share of the yearly standard.", disability.grade),
    );
    let named = Named { kind: "disability_nursing", zh: "残疾护理支出", en: "Disability nursing" };
    let computation = format!("{base} × {}", share.value);
    Some(draft(person, &named, &[&disability.item], base, case.of_standard(share.value), computation, ground))
}
