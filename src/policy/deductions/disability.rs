//! Necessary nursing of the gravely disabled: a share of the yearly standard, by grade of a valid certificate.

use super::{Expense, draft};
use crate::policy::case::{Case, Person};
use crate::policy::drafts::{DeductionDraft, Kind, Name};
use crate::policy::grounds::GroundOf;

pub(super) fn line<'a>(case: &Case<'a>, person: &Person<'a>) -> Option<DeductionDraft<'a>> {
    let disability = person.disability.as_ref()?;
    let share = match disability.grade {
        1 => &case.rules.nursing_grade_1,
        2 => &case.rules.nursing_grade_2,
        _ => return None,
    };
    let base = case.standard_yearly();
    let ground = share.ground_made(case, || {
        (
            format!("持有效残疾人证（{}级），按年低保标准的比例扣减。", disability.grade),
            format!("A valid certificate of grade {}, a share of the yearly standard.", disability.grade),
        )
    });
    let expense = Expense {
        kind: Kind::DisabilityNursing,
        name: Name { zh: "残疾护理支出", en: "Disability nursing" },
        base,
        amount: case.of_standard(share.value),
        computation: case.text(|| format!("{base} × {}", share.value)),
    };
    Some(draft(person, std::iter::once(&disability.item), expense, ground))
}
