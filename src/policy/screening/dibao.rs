//! Minimum living allowance (低保): income a head and month below the standard, property within the limits.

use super::conditions::Limits;
use super::{Bench, Names, Weighed};
use crate::policy::assessment::Screening;
use crate::policy::pack::Ratio;

pub(super) fn outcome(bench: &Bench<'_, '_>) -> Screening {
    let case = bench.sums.case;
    let standard = case.standard();
    let ground = case.standard_ground(
        format!("家庭月人均收入低于低保标准（{standard}）。"),
        format!("Income a head and month is below the standard ({standard})."),
    );
    let state = bench.income_below(bench.line(Ratio::ONE));
    let mut conditions = vec![bench.household(), Weighed::new(state, ground, Bench::income_classes()).guarded()];
    conditions.extend(bench.property(&Limits::dibao(case.rules)));
    bench.judge(&Names { outcome: "dibao", zh: "最低生活保障", en: "Minimum living allowance" }, conditions)
}
