//! Minimum living allowance (低保): income a head and month below the standard, property within the limits.

use super::conditions::Limits;
use super::{Bench, Judged, Names, Weighed};
use crate::policy::pack::Ratio;

static NAMES: Names = Names { outcome: "dibao", zh: "最低生活保障", en: "Minimum living allowance" };

pub(super) fn outcome<'a>(bench: &Bench<'_, 'a>) -> Judged<'a> {
    let case = bench.sums.case;
    let mut conditions = bench.conditions();
    conditions.push(|| bench.household());
    conditions.push(|| income(bench));
    bench.property(&Limits::dibao(case.rules), &mut conditions);
    bench.judge(&NAMES, conditions)
}

fn income<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let standard = bench.sums.case.standard();
    let ground = bench.sums.case.standard_ground(|| {
        (
            format!("家庭月人均收入低于低保标准（{standard}）。"),
            format!("Income a head and month is below the standard ({standard})."),
        )
    });
    Weighed::new(bench.income_below(bench.line(Ratio::ONE)), ground, Bench::income_classes()).guarded()
}
