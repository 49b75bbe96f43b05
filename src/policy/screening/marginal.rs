//! Marginal household (低保边缘): not dibao, income a head below a multiple of the standard, property within its own limits.

use super::conditions::{Limits, multiple};
use super::{Bench, Judged, Names, Weighed, inverse};
use crate::policy::grounds::GroundOf;

static NAMES: Names = Names { outcome: "dibao_marginal", zh: "低保边缘家庭", en: "Marginal household" };

pub(super) fn outcome<'a>(bench: &Bench<'_, 'a>, dibao: &Judged<'_>) -> Judged<'a> {
    let case = bench.sums.case;
    let not_dibao = || {
        let rule = &case.rules.marginal_multiple;
        rule.ground("最低生活保障不适用。", "The minimum living allowance does not apply.")
    };
    let mut conditions = bench.conditions();
    conditions.push(|| bench.household());
    conditions.push(|| Weighed::of_outcome(inverse(dibao.state), not_dibao(), dibao));
    conditions.push(|| income(bench));
    bench.property(&Limits::marginal(case.rules), &mut conditions);
    bench.judge(&NAMES, conditions)
}

fn income<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let case = bench.sums.case;
    let rule = &case.rules.marginal_multiple;
    let ground = rule.ground_made(case, || {
        let (line, times) = (rule.value.of(case.standard()), multiple(rule.value));
        (
            format!("家庭月人均收入低于低保标准的 {times} 倍（{line}）。"),
            format!("Income a head and month is below {times} standards ({line})."),
        )
    });
    Weighed::new(bench.income_below(bench.line(rule.value)), ground, Bench::income_classes()).guarded()
}
