//! Rigid expenditure (刚性支出困难): none of the above, income below the local disposable income, spending over a share of income.

use super::conditions::Limits;
use super::{Bench, Names, Weighed};
use crate::household::{Fen, InfoClass};
use crate::policy::assessment::{Basis, Certainty, Ground, Screening};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::{self, Param, Ratio, StandardKind};
use crate::policy::silence::{ALL, Classes};

const NAMES: Names =
    Names { outcome: "rigid_expenditure", zh: "刚性支出困难家庭", en: "Rigid expenditure household" };

pub(super) fn outcome(bench: &Bench<'_, '_>, above: &[&Screening]) -> Screening {
    let rules = bench.sums.case.rules;
    let Some(ratio) = &rules.rigid_ratio else {
        return bench.judge(&NAMES, vec![missing("screening.rigid.spending_ratio")]);
    };
    let mut conditions = vec![bench.household(), none_above(ratio, above), spending(bench, ratio), disposable(bench)];
    conditions.extend(bench.property(&Limits::rigid(rules)));
    bench.judge(&NAMES, conditions)
}

/// A number that the packs do not have: the officer must supply it.
fn missing(key: &str) -> Weighed {
    let (zh, en) = pack::spec(key).map_or((key, key), |spec| (spec.zh, spec.en));
    let ground = Ground {
        rule: key.to_owned(),
        law: Ground::NO_LAW.to_owned(),
        basis: Basis::Assumed,
        zh: format!("当地尚未设定：{zh}。"),
        en: format!("Not set by the county yet: {en}."),
    };
    Weighed::new(Certainty::Open, ground, Classes::default()).settled_by(format!("parameter:{key}"))
}

fn none_above(rule: &Param<Ratio>, above: &[&Screening]) -> Weighed {
    let open = above.iter().find(|outcome| outcome.state == Certainty::Open);
    let state = if above.iter().any(|outcome| outcome.state == Certainty::Met) {
        Certainty::NotMet
    } else {
        open.map_or(Certainty::Met, |_| Certainty::Open)
    };
    let ground = rule.ground("特困、低保、低保边缘均不适用。", "None of tekun, dibao or marginal applies.");
    let mut weighed = Weighed::new(state, ground, Classes::of(&ALL));
    weighed.fact = open.and_then(|outcome| outcome.decides.clone());
    weighed
}

/// Twelve months' rigid spending strictly over a share of income before deductions.
fn spending(bench: &Bench<'_, '_>, ratio: &Param<Ratio>) -> Weighed {
    let (spent, income) = (&bench.totals.rigid_spending, &bench.totals.income);
    let surely = income.at_most.is_some_and(|most| ratio.value.exceeded_by(spent.at_least, most));
    let perhaps = spent.at_most.is_none_or(|most| ratio.value.exceeded_by(most, income.at_least));
    let state = match (surely, perhaps) {
        (true, _) => Certainty::Met,
        (false, true) => Certainty::Open,
        (false, false) => Certainty::NotMet,
    };
    let ground = ratio.ground(
        format!("十二个月刚性支出超过扣减前收入的 {}。", ratio.value),
        format!("Rigid spending of twelve months is over {} of income before deductions.", ratio.value),
    );
    let classes = Classes::INCOME.with(Classes::of(&[InfoClass::Medical, InfoClass::Education]));
    Weighed::new(state, ground, classes).guarded()
}

fn disposable(bench: &Bench<'_, '_>) -> Weighed {
    let rules = bench.sums.case.rules;
    let (limit, key) = match bench.sums.case.standard_kind() {
        StandardKind::Urban => (&rules.disposable_urban, "screening.rigid.disposable_income.urban"),
        StandardKind::Rural => (&rules.disposable_rural, "screening.rigid.disposable_income.rural"),
    };
    let Some(limit) = limit else { return missing(key) };
    let yearly: Fen = limit.value.mul_ratio(i64::from(bench.totals.members), 1);
    let ground = limit.ground(
        format!("家庭人均年收入低于上年度当地人均可支配收入（{}）。", limit.value),
        format!("Income a head and year is below last year's local disposable income ({}).", limit.value),
    );
    Weighed::new(bench.income_below(yearly), ground, Bench::income_classes()).guarded()
}
