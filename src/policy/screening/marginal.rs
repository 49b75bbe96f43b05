//! Marginal household (低保边缘): not dibao, income a head below a multiple of the standard, property within its own limits.

use super::conditions::{Limits, multiple};
use super::{Bench, Names, Weighed, inverse};
use crate::policy::assessment::Screening;
use crate::policy::grounds::GroundOf;
use crate::policy::silence::{ALL, Classes};

pub(super) fn outcome(bench: &Bench<'_, '_>, dibao: &Screening) -> Screening {
    let rule = &bench.sums.case.rules.marginal_multiple;
    let standard = bench.sums.case.standard();
    let line = rule.value.of(standard);
    let not_dibao = rule.ground("最低生活保障不适用。", "The minimum living allowance does not apply.");
    let mut not_dibao = Weighed::new(inverse(dibao.state), not_dibao, Classes::of(&ALL));
    not_dibao.fact.clone_from(&dibao.decides);
    let income = rule.ground(
        format!("家庭月人均收入低于低保标准的 {} 倍（{line}）。", multiple(rule.value)),
        format!("Income a head and month is below {} standards ({line}).", multiple(rule.value)),
    );
    let state = bench.income_below(bench.line(rule.value));
    let mut conditions =
        vec![bench.household(), not_dibao, Weighed::new(state, income, Bench::income_classes()).guarded()];
    conditions.extend(bench.property(&Limits::marginal(bench.sums.case.rules)));
    bench.judge(&Names { outcome: "dibao_marginal", zh: "低保边缘家庭", en: "Marginal household" }, conditions)
}
