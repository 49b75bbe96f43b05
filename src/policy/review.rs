//! When a household is looked at again (Measures, on periodic review): yearly where circumstances are stable, every half year where
//! income is unstable and a member can work, at once on a reported change.

use jiff::ToSpan;

use super::alerts::Noticed;
use super::assessment::{Review, ReviewClass, Treatment};
use super::case::{Case, Person};
use super::drafts::IncomeDraft;
use super::grounds::GroundOf;
use super::screening::is_unable;
use crate::household::{Detail, IncomeClass, Purpose};

pub(super) fn class(case: &Case<'_>, income: &[IncomeDraft<'_>], noticed: &[Noticed<'_>]) -> Review {
    let rules = case.rules;
    let on_the_rolls = case.is_on_the_rolls();
    if case.purpose == Purpose::ReportedChange || (on_the_rolls && !noticed.is_empty()) {
        let ground = rules.alert_months.ground("家庭情况发生变化。", "Circumstances changed.");
        return Review { class: ReviewClass::Now, due: case.as_of, ground: ground.spell_out() };
    }
    let unstable = income.iter().any(is_unstable) && case.members().any(|person| may_work(case, person));
    let (class, rule) = if unstable {
        (ReviewClass::HalfYearly, &rules.review_unstable)
    } else {
        (ReviewClass::Yearly, &rules.review_stable)
    };
    let ground = if unstable {
        rule.ground("收入不稳定且有劳动能力成员。", "Income is unstable and a member can work.")
    } else {
        rule.ground("家庭情况稳定。", "Circumstances are stable.")
    };
    let due = case.as_of.checked_add(rule.value.months()).unwrap_or(case.as_of);
    Review { class, due, ground: ground.spell_out() }
}

/// Pay and business income that no steady record vouches for.
fn is_unstable(draft: &IncomeDraft<'_>) -> bool {
    let earned = matches!(draft.line.class, IncomeClass::Wage | IncomeClass::Business);
    let stands = !matches!(draft.line.treatment, Treatment::Stale | Treatment::Duplicate | Treatment::HeldForReview);
    let steady = draft.line.class == IncomeClass::Wage && draft.months.count() == 12;
    earned && stands && !steady && (draft.line.gross.0 > 0 || draft.most.0 > 0)
}

/// Of working age, and nothing known says they cannot.
pub(super) fn may_work(case: &Case<'_>, person: &Person<'_>) -> bool {
    let rules = case.rules;
    let of_age = person.age.is_some_and(|age| (rules.working_from.value..rules.working_under.value).contains(&age));
    let studies = person.counting().any(|item| item.is_enrolment_on(case.as_of));
    of_age && person.facts.can_work != Some(false) && !is_unable(case, person) && !studies
}

/// Whether somebody has a job or a business on record.
pub(super) fn works(case: &Case<'_>, person: &Person<'_>) -> bool {
    let window = case.window;
    person.counting().any(|item| match item.detail() {
        Detail::Job { from, to, .. } => *from <= case.as_of && to.is_none_or(|day| case.as_of <= day),
        Detail::Contribution { scheme, to, .. } => {
            *scheme != crate::household::InsuranceScheme::ResidentPension && *to >= window.last_month
        }
        _ => item.is_active_business(),
    })
}
