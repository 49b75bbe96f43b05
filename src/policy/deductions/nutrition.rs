//! Necessary nutrition of children, pregnant and nursing women and old people: once a person.

use jiff::ToSpan;

use super::{Expense, draft};
use crate::household::Detail;
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{DeductionDraft, Kind, Name};
use crate::policy::grounds::GroundOf;
use crate::policy::silence::Classes;

pub(super) fn line<'a>(case: &Case<'a>, person: &Person<'a>) -> Option<DeductionDraft<'a>> {
    let rules = case.rules;
    let maternal = || person.counting().find(|item| is_maternal(case, item));
    let (zh, en, item) = match person.age {
        Some(years) if years < rules.nutrition_child_under.value => ("儿童必要营养支出", "Nutrition of a child", None),
        Some(years) if years >= rules.nutrition_old_from.value => {
            ("老年人必要营养支出", "Nutrition of an old person", None)
        }
        _ if person.tells(Classes::MEDICAL) => {
            ("孕产哺乳期必要营养支出", "Nutrition of a pregnant or nursing woman", Some(maternal()?))
        }
        _ => return None,
    };
    let base = case.standard_yearly();
    let ground = rules.nutrition.ground(
        "儿童、孕产哺乳期妇女、老年人按年低保标准的比例扣减，每人一次。",
        "Children, pregnant and nursing women, old people: a share of the yearly standard, once a person.",
    );
    let expense = Expense {
        kind: Kind::Nutrition,
        name: Name { zh, en },
        base,
        amount: case.of_standard(rules.nutrition.value),
        computation: case.text(|| format!("{base} × {}", rules.nutrition.value)),
    };
    Some(draft(person, item.into_iter(), expense, ground))
}

/// From ten months before the day of birth to the end of nursing.
fn is_maternal(case: &Case<'_>, item: &Item<'_>) -> bool {
    let Detail::Pregnancy { due_on } = item.detail() else { return false };
    let nursing = case.rules.nutrition_nursing_months.value;
    let begins = due_on.checked_sub(10.months());
    let ends = due_on.checked_add(nursing.months());
    begins.is_ok_and(|day| day <= case.as_of) && ends.is_ok_and(|day| case.as_of <= day)
}
