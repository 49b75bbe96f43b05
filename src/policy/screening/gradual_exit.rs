//! Gradual exit (渐退): on dibao, now above the line because of a new job or business (not of rent or a gift).

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Bench, Names, Weighed, inverse};
use crate::household::{BusinessState, Detail, InfoClass};
use crate::policy::amounts::running_dibao;
use crate::policy::assessment::{Certainty, Screening};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::Ratio;
use crate::policy::silence::{ALL, Classes};

pub(super) fn outcome(bench: &Bench<'_, '_>, dibao: &Screening) -> Screening {
    let rule = &bench.sums.case.rules.gradual_exit_months;
    let not_dibao = rule.ground("不再符合低保条件。", "Dibao itself no longer applies.");
    let mut not_dibao = Weighed::new(inverse(dibao.state), not_dibao, Classes::of(&ALL));
    not_dibao.fact.clone_from(&dibao.decides);
    let above = rule.ground("家庭月人均收入已达到或超过低保标准。", "Income a head is now at or above the standard.");
    let above =
        Weighed::new(inverse(bench.income_below(bench.line(Ratio::ONE))), above, Bench::income_classes()).guarded();
    let conditions = vec![bench.household(), not_dibao, on_dibao(bench), above, new_work(bench)];
    bench.judge(&Names { outcome: "gradual_exit", zh: "低保渐退", en: "Gradual exit" }, conditions)
}

fn known(bench: &Bench<'_, '_>, found: bool, classes: Classes) -> Certainty {
    let silence = bench.sums.silence;
    match found {
        true => Certainty::Met,
        false if silence.any(classes) || silence.any_held(classes) => Certainty::Open,
        false => Certainty::NotMet,
    }
}

fn on_dibao(bench: &Bench<'_, '_>) -> Weighed {
    let case = bench.sums.case;
    let classes = Classes::of(&[InfoClass::Transfer]);
    let found = case.members().any(|person| running_dibao(case, person).next().is_some());
    let ground = case.rules.gradual_exit_months.ground("正在享受低保。", "Receives the minimum living allowance now.");
    Weighed::new(known(bench, found, classes), ground, classes).guarded()
}

/// A job or business begun within the months of grace before the as-of date.
fn new_work(bench: &Bench<'_, '_>) -> Weighed {
    let case = bench.sums.case;
    let rule = &case.rules.gradual_exit_months;
    let earliest = case.as_of.checked_sub(rule.value.months()).unwrap_or(case.as_of);
    let recent = |day: Date| earliest < day && day <= case.as_of;
    let found = case.members().flat_map(|person| person.counting()).any(|item| match item.detail() {
        Detail::Job { from, to, .. } => recent(*from) && to.is_none_or(|day| case.as_of <= day),
        Detail::Business { state: BusinessState::Active, established_on: Some(day), .. } => recent(*day),
        _ => false,
    });
    let classes = Classes::of(&[InfoClass::Wage, InfoClass::Company]);
    let ground = rule.ground(
        format!("近 {} 个月内新就业或创业，收入因此增加。", rule.value),
        format!("A job or business begun within {} months raised the income.", rule.value),
    );
    Weighed::new(known(bench, found, classes), ground, classes).guarded()
}
