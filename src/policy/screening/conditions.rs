//! Conditions that several outcomes share: the household, its income against a line, its property against a programme's limits.

use super::{Bench, Conditions, Weighed, below};
use crate::household::{Area, Fen, InfoClass};
use crate::policy::assessment::Certainty;
use crate::policy::grounds::GroundOf;
use crate::policy::pack::{Param, Ratio, Rules};
use crate::policy::silence::Classes;

/// Limits on property of one programme.
pub(super) struct Limits<'a> {
    pub financial: &'a Param<Ratio>,
    pub dwellings: &'a Param<i64>,
    pub cars: &'a Param<i64>,
    pub companies: &'a Param<i64>,
}

impl<'a> Limits<'a> {
    #[inline]
    pub fn dibao(rules: &'a Rules) -> Self {
        let (financial, dwellings) = (&rules.dibao_financial, &rules.dibao_dwellings);
        Self { financial, dwellings, cars: &rules.dibao_cars, companies: &rules.dibao_companies }
    }

    #[inline]
    pub fn marginal(rules: &'a Rules) -> Self {
        let (financial, dwellings) = (&rules.marginal_financial, &rules.marginal_dwellings);
        Self { financial, dwellings, cars: &rules.marginal_cars, companies: &rules.marginal_companies }
    }

    #[inline]
    pub fn rigid(rules: &'a Rules) -> Self {
        let (financial, dwellings) = (&rules.rigid_financial, &rules.rigid_dwellings);
        Self { financial, dwellings, cars: &rules.rigid_cars, companies: &rules.rigid_companies }
    }

    #[inline]
    pub fn tekun(rules: &'a Rules) -> Self {
        let (financial, dwellings) = (&rules.tekun_financial, &rules.tekun_dwellings);
        Self { financial, dwellings, cars: &rules.tekun_cars, companies: &rules.tekun_companies }
    }
}

impl<'a> Bench<'_, 'a> {
    /// The household's size, which every division rests on.
    pub(super) fn household(&self) -> Weighed<'a> {
        let known = self.sums.size.settled && self.sums.size.contradicted.is_none();
        let state = if known { Certainty::Met } else { Certainty::Open };
        let members = self.totals.members;
        let ground = self.sums.case.rules.undeclared_spouse.ground_made(self.sums.case, || {
            (
                format!("共同生活成员 {members} 人，户籍、婚姻信息齐全，无未申报人员。"),
                format!("{members} members; registration and marriage are known and nobody is undeclared."),
            )
        });
        Weighed::new(state, ground, Classes::HOUSEHOLD)
    }

    /// The yearly line of the whole household for a multiple of the standard.
    #[inline]
    pub(super) fn line(&self, multiple: Ratio) -> Fen {
        multiple.of(self.standard)
    }

    /// Net income strictly below a yearly amount of the household.
    #[inline]
    pub(super) fn income_below(&self, limit: Fen) -> Certainty {
        let net = &self.totals.net_income;
        below(net.at_least.0, net.at_most.map(|most| most.0), limit.0)
    }

    #[inline]
    pub(super) const fn income_classes() -> Classes {
        Classes::INCOME.with(Classes::DEDUCTIONS)
    }

    /// Financial property, dwellings, cars and firms, each against its limit.
    #[inline]
    pub(super) fn property(&self, limits: &Limits<'a>, conditions: &mut Conditions<'a>) {
        conditions.push(|| self.financial(limits));
        conditions.push(|| self.dwellings(limits));
        conditions.push(|| self.cars(limits));
        conditions.push(|| self.companies(limits));
    }

    #[inline]
    fn financial(&self, limits: &Limits<'a>) -> Weighed<'a> {
        let limit = self.line(limits.financial.value);
        let financial = &self.totals.financial;
        let at_least = financial.at_least.0 + i64::from(self.told_over && financial.at_least.0 > 0);
        let state = below(at_least, financial.at_most.map(|most| most.0), limit.0 + 1);
        let ground = limits.financial.ground_made(self.sums.case, || {
            let (head, times) = (self.sums.case.of_standard(limits.financial.value), multiple(limits.financial.value));
            (
                format!("人均金融资产不超过年低保标准的 {times} 倍（{head}）。"),
                format!("Financial property a head is at most {times} yearly standards ({head})."),
            )
        });
        Weighed::new(state, ground, Classes::FINANCIAL).guarded()
    }

    #[inline]
    fn dwellings(&self, limits: &Limits<'a>) -> Weighed<'a> {
        let count = &self.totals.dwellings;
        let allowed = limits.dwellings.value;
        let mut state = below(i64::from(count.at_least), count.at_most.map(i64::from), allowed + 1);
        if state != Certainty::Met && self.is_cramped() {
            // One more is allowed while all of them together give little room.
            state = below(i64::from(count.at_least), count.at_most.map(i64::from), allowed + 2);
        }
        let ground = limits.dwellings.ground_made(self.sums.case, || {
            let area = self.sums.case.rules.second_dwelling_area.value;
            (
                format!("住房不超过 {allowed} 套；合计人均面积低于 {area} 平方米时可多一套。"),
                format!("Dwellings: at most {allowed}; one more while area a head is below {area} m²."),
            )
        });
        Weighed::new(state, ground, Classes::of(&[InfoClass::RealEstate])).guarded()
    }

    /// Whether all dwellings together give less room a head than the limit.
    #[inline]
    fn is_cramped(&self) -> bool {
        let total: i64 = self.sums.property.iter().filter_map(|draft| draft.dwelling_area).map(|Area(area)| area).sum();
        total < self.sums.case.rules.second_dwelling_area.value.0 * i64::from(self.totals.members)
    }

    #[inline]
    fn cars(&self, limits: &Limits<'a>) -> Weighed<'a> {
        let count = &self.totals.cars;
        let state = below(i64::from(count.at_least), count.at_most.map(i64::from), limits.cars.value + 1);
        let ground = limits.cars.ground_made(self.sums.case, || {
            (
                format!("除豁免车辆外，机动车不超过 {} 辆。", limits.cars.value),
                format!("Cars beside those left out: at most {}.", limits.cars.value),
            )
        });
        Weighed::new(state, ground, Classes::of(&[InfoClass::Vehicle, InfoClass::Disability])).guarded()
    }

    #[inline]
    fn companies(&self, limits: &Limits<'a>) -> Weighed<'a> {
        let count = &self.totals.companies;
        let state = below(i64::from(count.at_least), count.at_most.map(i64::from), limits.companies.value + 1);
        let ground = limits.companies.ground_made(self.sums.case, || {
            (
                format!("除无雇工的个体工商户外，有实缴资本的企业不超过 {} 家。", limits.companies.value),
                format!("Firms with paid-in capital, beside sole traders: at most {}.", limits.companies.value),
            )
        });
        Weighed::new(state, ground, Classes::of(&[InfoClass::Company])).guarded()
    }
}

/// `2/1` reads `2`, `3/2` reads `1.5`, `1/1` reads `1`.
pub(super) fn multiple(ratio: Ratio) -> String {
    if ratio == Ratio::ONE { "1".to_owned() } else { ratio.to_string() }
}
