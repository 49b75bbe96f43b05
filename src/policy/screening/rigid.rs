//! Rigid expenditure (刚性支出困难): none of the above, income below the local disposable income, spending over a share of income.

use super::conditions::Limits;
use super::{Bench, Judged, Names, Weighed};
use crate::household::Fen;
use crate::policy::assessment::{Certainty, Term};
use crate::policy::grounds::{GroundOf, Reason};
use crate::policy::pack::{self, Param, Ratio, StandardKind};
use crate::policy::silence::Classes;

static NAMES: Names =
    Names { outcome: "rigid_expenditure", zh: "刚性支出困难家庭", en: "Rigid expenditure household" };

pub(super) fn outcome<'a>(bench: &Bench<'_, 'a>, above: &[&Judged<'_>]) -> Judged<'a> {
    let case = bench.sums.case;
    let Some(ratio) = &case.rules.rigid_ratio else {
        let mut conditions = bench.conditions();
        conditions.push(|| missing(bench, "screening.rigid.spending_ratio"));
        return bench.judge(&NAMES, conditions);
    };
    let mut conditions = bench.conditions();
    conditions.push(|| bench.household());
    conditions.push(|| none_above(ratio, above));
    conditions.push(|| spending(bench, ratio));
    conditions.push(|| disposable(bench));
    bench.property(&Limits::rigid(case.rules), &mut conditions);
    let mut judged = bench.judge(&NAMES, conditions);
    if judged.state == Certainty::Met {
        judged.term = Term::of_months(case.as_of, case.rules.rigid_valid_months.value, case.as_of);
    }
    judged
}

/// A number that the packs do not have: the officer must supply it.
fn missing<'a>(bench: &Bench<'_, 'a>, key: &'static str) -> Weighed<'a> {
    let case = bench.sums.case;
    let ground = Reason::without_value(key, case, || {
        let (zh, en) = pack::spec(key).map_or((key, key), |spec| (spec.zh, spec.en));
        (format!("当地尚未设定：{zh}。"), format!("Not set by the county yet: {en}."))
    });
    let weighed = Weighed::new(Certainty::Open, ground, Classes::default());
    if case.traced { weighed.settled_by(format!("parameter:{key}")) } else { weighed }
}

fn none_above<'a>(rule: &'a Param<Ratio>, above: &[&Judged<'_>]) -> Weighed<'a> {
    let open = above.iter().find(|outcome| outcome.state == Certainty::Open);
    let state = if above.iter().any(|outcome| outcome.state == Certainty::Met) {
        Certainty::NotMet
    } else {
        open.map_or(Certainty::Met, |_| Certainty::Open)
    };
    let ground = rule.ground("特困、低保、低保边缘均不适用。", "None of tekun, dibao or marginal applies.");
    match open {
        Some(open) => Weighed::of_outcome(state, ground, open),
        None => Weighed::new(state, ground, Classes::ALL),
    }
}

/// Twelve months' rigid spending strictly over a share of income before deductions.
fn spending<'a>(bench: &Bench<'_, 'a>, ratio: &'a Param<Ratio>) -> Weighed<'a> {
    let (spent, income) = (&bench.totals.rigid_spending, &bench.totals.income);
    let surely = income.at_most.is_some_and(|most| ratio.value.exceeded_by(spent.at_least, most));
    let perhaps = spent.at_most.is_none_or(|most| ratio.value.exceeded_by(most, income.at_least));
    let state = match (surely, perhaps) {
        (true, _) => Certainty::Met,
        (false, true) => Certainty::Open,
        (false, false) => Certainty::NotMet,
    };
    let ground = ratio.ground_made(bench.sums.case, || {
        (
            format!("十二个月刚性支出超过扣减前收入的 {}。", ratio.value),
            format!("Rigid spending of twelve months is over {} of income before deductions.", ratio.value),
        )
    });
    Weighed::new(state, ground, Classes::INCOME.with(Classes::SPENDING)).guarded()
}

fn disposable<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let case = bench.sums.case;
    let (limit, key) = match case.standard_kind() {
        StandardKind::Urban => (&case.rules.disposable_urban, "screening.rigid.disposable_income.urban"),
        StandardKind::Rural => (&case.rules.disposable_rural, "screening.rigid.disposable_income.rural"),
    };
    let Some(limit) = limit else { return missing(bench, key) };
    let yearly: Fen = limit.value.mul_ratio(i64::from(bench.totals.members), 1);
    let ground = limit.ground_made(case, || {
        (
            format!("家庭人均年收入低于上年度当地人均可支配收入（{}）。", limit.value),
            format!("Income a head and year is below last year's local disposable income ({}).", limit.value),
        )
    });
    Weighed::new(bench.income_below(yearly), ground, Bench::income_classes()).guarded()
}
