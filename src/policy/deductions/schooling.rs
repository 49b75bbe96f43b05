//! Schooling: the public-school price of the stage, one deduction a student, up to a ceiling.

use super::{Expense, draft};
use crate::household::{Detail, EnrolmentState, Fen, SchoolKind, Stage};
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{DeductionDraft, Kind, Name};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::{Param, Ratio};

/// What a year at school costs, as far as it counts.
struct Fee {
    base: Fen,
    amount: Fen,
}

pub(super) fn line<'a>(case: &Case<'a>, person: &Person<'a>) -> Option<DeductionDraft<'a>> {
    let mut best: Option<(&Item<'a>, Fee, &'a Param<Ratio>)> = None;
    for item in person.counting() {
        let Some((fee, ratio)) = fee(case, item) else { continue };
        if best.as_ref().is_none_or(|(_, other, _)| fee.amount > other.amount) {
            best = Some((item, fee, ratio));
        }
    }
    let (item, Fee { base, amount }, ratio) = best.filter(|(_, fee, _)| fee.amount.0 > 0)?;
    let ground =
        ratio.ground("按公办学校收费扣减，每名学生每年有上限。", "At the public-school price, up to a yearly ceiling.");
    let expense = Expense {
        kind: Kind::Schooling,
        name: Name { zh: "就学刚性支出", en: "Schooling" },
        base,
        amount,
        computation: case.text(|| {
            let ceiling = case.rules.schooling_ceiling.value;
            let capped = if ratio.value.of(base) > ceiling { format!("，上限 {ceiling}") } else { String::new() };
            format!("{base} × {}{capped}", ratio.value)
        }),
    };
    Some(draft(person, std::iter::once(item), expense, ground))
}

fn fee<'a>(case: &Case<'a>, item: &Item<'_>) -> Option<(Fee, &'a Param<Ratio>)> {
    let Detail::Enrolment { stage, school_kind, fee_yearly, public_fee_yearly, aid_yearly, from, to, state, .. } =
        item.detail()
    else {
        return None;
    };
    let attends = *state == EnrolmentState::Attending
        && from.is_none_or(|day| day <= case.as_of)
        && to.is_none_or(|day| case.window.first_day <= day);
    if !attends {
        return None;
    }
    // The public price bounds what is paid; a private school's own price counts only where no public price is known.
    let base = match (public_fee_yearly, fee_yearly, school_kind) {
        (Some(public), Some(own), Some(SchoolKind::Public) | None) => (*own).min(*public),
        (Some(public), _, _) => *public,
        (None, Some(own), _) => *own,
        (None, None, _) => return None,
    };
    let aid = if case.rules.schooling_less_aid.value { aid_yearly.unwrap_or(Fen::ZERO) } else { Fen::ZERO };
    let base = (base - aid).at_least_zero();
    let ratio = match stage {
        Stage::College | Stage::Bachelor | Stage::Postgraduate => &case.rules.schooling_above,
        Stage::Kindergarten
        | Stage::Primary
        | Stage::JuniorMiddle
        | Stage::SeniorMiddle
        | Stage::SecondaryVocational => &case.rules.schooling_secondary,
    };
    Some((Fee { base, amount: ratio.value.of(base).min(case.rules.schooling_ceiling.value) }, ratio))
}
