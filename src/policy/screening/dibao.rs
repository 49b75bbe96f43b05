//! Minimum living allowance (低保): income a head and month below the standard, property within the limits.

use super::conditions::Limits;
use super::{Bench, Judged, Names, Weighed};
use crate::policy::pack::Ratio;

static NAMES: Names = Names { outcome: "dibao", zh: "最低生活保障", en: "Minimum living allowance" };

pub(super) fn outcome<'a>(bench: &Bench<'_, 'a>) -> Judged<'a> {
    let case = bench.sums.case;
    let standard = case.standard();
    let ground = case.standard_ground(|| {
        (
            format!("家庭月人均收入低于低保标准（{standard}）。"),
            format!("Income a head and month is below the standard ({standard})."),
        )
    });
    let state = bench.income_below(bench.line(Ratio::ONE));
    let mut conditions = bench.conditions();
    conditions.push(bench.household());
    conditions.push(Weighed::new(state, ground, Bench::income_classes()).guarded());
    bench.property(&Limits::dibao(case.rules), &mut conditions);
    bench.judge(&NAMES, conditions)
}
