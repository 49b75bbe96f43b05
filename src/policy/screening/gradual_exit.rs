//! Gradual exit (渐退): on dibao, now above the line because of a new job or business (not of rent or a gift).

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Bench, Judged, Names, Weighed, inverse};
use crate::household::{BusinessState, Detail, InfoClass};
use crate::policy::amounts::running_dibao;
use crate::policy::assessment::{Certainty, Term};
use crate::policy::case::Person;
use crate::policy::grounds::GroundOf;
use crate::policy::open_facts;
use crate::policy::pack::Ratio;
use crate::policy::silence::Classes;

/// Place of the condition that dibao is received, among the conditions.
const ON_DIBAO: usize = 2;

static NAMES: Names = Names { outcome: "gradual_exit", zh: "低保渐退", en: "Gradual exit" };

pub(super) fn outcome<'a>(bench: &Bench<'_, 'a>, dibao: &Judged<'_>) -> Judged<'a> {
    let rule = &bench.sums.case.rules.gradual_exit_months;
    let not_dibao = || rule.ground("不再符合低保条件。", "Dibao itself no longer applies.");
    let above =
        || rule.ground("家庭月人均收入已达到或超过低保标准。", "Income a head is now at or above the standard.");
    let above_line = || inverse(bench.income_below(bench.line(Ratio::ONE)));
    let mut conditions = bench.conditions();
    conditions.push(|| bench.household());
    conditions.push(|| Weighed::of_outcome(inverse(dibao.state), not_dibao(), dibao));
    conditions.push(|| on_dibao(bench));
    conditions.push(|| Weighed::new(above_line(), above(), Bench::income_classes()).guarded());
    conditions.push(|| by_new_work(bench));
    let mut judged = bench.judge(&NAMES, conditions);
    let is_open = |condition: &Weighed<'_>| condition.state == Certainty::Open;
    if judged.state == Certainty::Open && judged.conditions.get(ON_DIBAO).is_some_and(is_open) {
        // whether they receive it at all comes before everything else
        let on_dibao = judged.conditions.swap_remove(ON_DIBAO);
        judged.decides = open_facts::decides(bench.facts, Classes::TRANSFER).or(judged.decides);
        judged.conditions = vec![on_dibao];
    }
    if judged.state == Certainty::Met {
        judged.term = new_work(bench).and_then(|day| Term::of_months(day, rule.value, bench.sums.case.as_of));
    }
    judged
}

fn known(bench: &Bench<'_, '_>, found: bool, classes: Classes) -> Certainty {
    let silence = bench.sums.silence;
    match found {
        true => Certainty::Met,
        false if silence.any(classes) || silence.any_held(classes) => Certainty::Open,
        false => Certainty::NotMet,
    }
}

fn on_dibao<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let case = bench.sums.case;
    let mut receiving = case.members().filter(|person| person.tells(Classes::TRANSFER));
    let found = receiving.any(|person| running_dibao(case, person).next().is_some());
    let ground = case.rules.gradual_exit_months.ground("正在享受低保。", "Receives the minimum living allowance now.");
    Weighed::new(known(bench, found, Classes::TRANSFER), ground, Classes::TRANSFER).guarded()
}

/// The day of the newest job or business begun within the months of grace before the as-of date: grace runs from there.
fn new_work(bench: &Bench<'_, '_>) -> Option<Date> {
    let case = bench.sums.case;
    let working = case.members().filter(|person| person.tells(Classes::WAGE.with(Classes::COMPANY)));
    let begun = working.flat_map(Person::counting).filter_map(|item| match item.detail() {
        Detail::Job { from, to, .. } if to.is_none_or(|day| case.as_of <= day) => Some(*from),
        Detail::Business { state: BusinessState::Active, established_on, .. } => *established_on,
        _ => None,
    });
    let newest = begun.filter(|day| *day <= case.as_of).max()?;
    let earliest = case.as_of.checked_sub(case.rules.gradual_exit_months.value.months()).unwrap_or(case.as_of);
    Some(newest).filter(|day| earliest < *day)
}

fn by_new_work<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let case = bench.sums.case;
    let rule = &case.rules.gradual_exit_months;
    let classes = Classes::WAGE.with(Classes::of(&[InfoClass::Company]));
    let ground = rule.ground_made(case, || {
        (
            format!("近 {} 个月内新就业或创业，收入因此增加。", rule.value),
            format!("A job or business begun within {} months raised the income.", rule.value),
        )
    });
    Weighed::new(known(bench, new_work(bench).is_some(), classes), ground, classes).guarded()
}
