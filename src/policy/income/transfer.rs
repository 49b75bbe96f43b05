//! Net transfers (转移净收入): pensions, unemployment benefit, claims, gifts; less taxes and contributions paid.

use super::{by_month, class_rule, handled, times};
use crate::household::{Detail, Fen, IncomeClass, InsuranceScheme, PolicyKind, SourceKey, TaxItem};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Item, Person};
use crate::policy::deductions::IllnessCosts;
use crate::policy::drafts::{Counted, IncomeDraft, IncomeRow, Name, Named, Records};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::{Handling, Param};
use crate::policy::silence::{Classes, Silence};
use crate::policy::window::Months;

const fn named(zh: &'static str, en: &'static str) -> Named {
    Named { class: IncomeClass::Transfer, zh, en }
}

pub(super) fn lines<'a>(
    case: &Case<'a>,
    silence: &Silence<'_>,
    position: usize,
    illness: &IllnessCosts,
    drafts: &mut Vec<IncomeDraft<'a>>,
) {
    let person = &case.people[position];
    let mut offset_left = illness.offset;
    for item in &person.items {
        match item.detail() {
            Detail::Pension { scheme: InsuranceScheme::ResidentPension, .. } => {
                drafts.extend(resident_pension(case, person, item));
            }
            Detail::Pension { from, to, monthly, .. } => {
                let line = named("职工养老金", "Employees' pension");
                drafts.push(monthly_line(case, person, item, &line, case.window.overlap(Some(*from), *to), *monthly));
            }
            Detail::UnemploymentBenefit { from, to, monthly } => {
                let line = named("失业保险金", "Unemployment benefit");
                drafts.push(monthly_line(case, person, item, &line, case.window.overlap(Some(*from), *to), *monthly));
            }
            Detail::TaxedIncome { item: TaxItem::Chance, .. } => {
                if let Some(draft) = super::business::taxed(case, person, item, &named("偶然所得", "Chance income"))
                {
                    drafts.push(rehandled(draft, &case.rules.chance));
                }
            }
            Detail::FarmSubsidy { amount, paid_on, .. } => {
                drafts.push(farm_subsidy(case, person, item, *amount, *paid_on))
            }
            Detail::InsurancePolicy { policy, claims_12m: Some(paid), .. } if paid.0 > 0 => {
                let doubtful = |item: &Item<'_>| item.in_doubt() && matches!(item.detail(), Detail::MedicalCost { .. });
                let medical_open = silence.person(position, Classes::MEDICAL) || person.items.iter().any(doubtful);
                let falls =
                    |item: &Item<'_>| matches!(item.detail(), Detail::MedicalCost { self_paid, .. } if self_paid.0 < 0);
                // A bill that may have been taken back leaves less cost for claims to offset: more of them is income.
                let less_cost = person.items.iter().any(|item| item.in_doubt() && falls(item));
                let line = claims(case, person, item, *policy, *paid, &mut offset_left, medical_open);
                drafts.extend(line.map(|mut draft| {
                    if less_cost && item.counts() && *policy != PolicyKind::Vehicle {
                        draft.most = draft.most.max(*paid);
                    }
                    draft
                }));
            }
            _ => {}
        }
    }
    paid(case, person, drafts);
}

fn monthly_line<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    named: &Named,
    months: Months,
    monthly: Fen,
) -> IncomeDraft<'a> {
    let computation = by_month(case, months, monthly);
    if months.is_empty() {
        let outside = case
            .rules
            .window_months
            .ground("不在核算期的十二个月内，不计入。", "Outside the twelve months that count.");
        return IncomeDraft::of_item(person, item, named, Counted::stale(Fen::ZERO), computation, outside);
    }
    let ground = class_rule(case, IncomeClass::Transfer).ground(
        "养老金、失业保险金等转移性收入计入转移净收入。",
        "Pensions and unemployment benefit are net transfers.",
    );
    let money = Counted::net(times(monthly, months), Fen::ZERO);
    let mut draft = IncomeDraft::of_item(person, item, named, money, computation, ground).over(months);
    if case.rules.tekun_social_insurance.value == Handling::Exempt {
        draft.not_for_tekun = draft.most;
    }
    draft
}

/// The basic part is handled month by month: not income until the end of 2025, open after.
fn resident_pension<'a>(case: &Case<'a>, person: &Person<'a>, item: &Item<'a>) -> Option<IncomeDraft<'a>> {
    let Detail::Pension { from, to, monthly, basic_monthly, .. } = item.detail() else { return None };
    let months = case.window.overlap(Some(*from), *to);
    let line = named("城乡居民养老金", "Residents' pension");
    if months.is_empty() {
        return Some(monthly_line(case, person, item, &line, months, *monthly));
    }
    let basic = basic_monthly.map_or(*monthly, |basic| basic.min(*monthly));
    let rule = &case.rules.not_income_basic_pension;
    let exempt_months = months.within(case.caps.basic_pension_exempt);
    let open_months = months.within(case.caps.basic_pension_open);
    let gross = times(*monthly, months);
    let not_stated = basic_monthly.is_none();
    let (exempt, open) = match not_stated {
        true => (Fen::ZERO, times(basic, exempt_months.with(open_months))),
        false => (times(basic, exempt_months), times(basic, open_months)),
    };
    let treatment = match (open.0 > 0, exempt.0 > 0, exempt == gross) {
        (true, _, _) => Treatment::Open,
        (false, true, true) => Treatment::Exempt,
        (false, true, false) => Treatment::PartlyExempt,
        (false, false, _) => Treatment::Counted,
    };
    let counted = gross - exempt - open;
    let money = Counted {
        gross,
        reduced_by: Fen::ZERO,
        counted,
        counted_at_most: (open.0 > 0).then_some(counted + open),
        treatment,
    };
    let computation = case.text(|| {
        let mut text = by_month(case, months, *monthly).into_cow().into_owned();
        if exempt.0 > 0 {
            text += &format!("；基础养老金 {} 个月 × {basic} 不计入", exempt_months.count());
        }
        if open.0 > 0 {
            let number = exempt_months.count() * i64::from(not_stated) + open_months.count();
            text += &format!("；基础养老金 {number} 个月 × {basic} 待定");
        }
        text
    });
    let position = open_months.positions().next().or_else(|| months.positions().next())?;
    let ground = if treatment == Treatment::Counted {
        class_rule(case, IncomeClass::Transfer).ground("养老金计入转移净收入。", "Pensions are net transfers.")
    } else if treatment == Treatment::Open {
        rule.0[position].ground(
            "基础养老金在“十四五”期间（至2025年12月31日）不计入；此后尚无规定，两种读法并存，不作不利结论。",
            "The basic part is not income until 31 December 2025; what follows is not settled, so both readings are kept.",
        )
    } else {
        rule.0[position].ground(
            "城乡居民基本养老保险的基础养老金不计入家庭收入，个人账户部分计入。",
            "The basic part of the residents' pension is not income; the rest is.",
        )
    };
    let mut draft = IncomeDraft::of_item(person, item, &line, money, computation, ground).over(months);
    if case.rules.tekun_basic_pension.latest().value == Handling::Exempt {
        draft.not_for_tekun = open.min(draft.most);
    }
    Some(draft)
}

/// Applies a handling to a line that was counted in full.
fn rehandled<'a>(mut draft: IncomeDraft<'a>, rule: &'a Param<Handling>) -> IncomeDraft<'a> {
    if draft.line.treatment == Treatment::Counted && rule.value != Handling::Counted {
        let money = handled(rule, draft.line.counted);
        (draft.line.counted, draft.line.counted_at_most, draft.line.treatment) =
            (money.counted, money.counted_at_most, money.treatment);
        (draft.least, draft.most) = (money.counted, money.counted_at_most.unwrap_or(money.counted));
        draft.line.ground = rule.ground("按规定处理的偶然所得。", "Chance income, handled as the parameter says.");
    }
    draft
}

fn farm_subsidy<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    amount: Fen,
    paid_on: jiff::civil::Date,
) -> IncomeDraft<'a> {
    let line = named("惠农补贴", "Farm subsidy");
    let ground =
        case.rules.farm_subsidy.ground("惠农补贴按参数规定处理。", "Farm subsidies are handled as the parameter says.");
    let money =
        if case.window.has(paid_on) { handled(&case.rules.farm_subsidy, amount) } else { Counted::stale(amount) };
    IncomeDraft::of_item(person, item, &line, money, case.text(|| format!("{paid_on} 发放 {amount}")), ground)
}

/// Claims first offset the medical cost they were paid for; what is left over is income. Damage to a car is no income.
fn claims<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    item: &Item<'a>,
    policy: PolicyKind,
    gross: Fen,
    offset_left: &mut Fen,
    medical_open: bool,
) -> Option<IncomeDraft<'a>> {
    let rule = &case.rules.insurance_claims;
    let against_illness = matches!(policy, PolicyKind::Medical | PolicyKind::CriticalIllness | PolicyKind::Accident);
    let offset = match policy {
        PolicyKind::Life | PolicyKind::Annuity => return None,
        PolicyKind::Vehicle => gross,
        _ if rule.value == Handling::Exempt && item.counts() && !item.echo => gross.min(*offset_left),
        _ => Fen::ZERO,
    };
    if against_illness {
        *offset_left -= offset;
    }
    let treatment = match (offset.0 > 0, offset == gross) {
        (true, true) => Treatment::Exempt,
        (true, false) => Treatment::PartlyExempt,
        (false, _) => Treatment::Counted,
    };
    let money = Counted { gross, reduced_by: Fen::ZERO, counted: gross - offset, counted_at_most: None, treatment };
    let ground = rule.ground(
        "理赔先抵扣自付医疗费，余额才计入；车损赔付不是收入。",
        "Claims first offset self-paid medical cost; only the rest is income. Damage to a vehicle is not.",
    );
    let computation = case.text(|| format!("近十二个月理赔 {gross}，抵扣 {offset}"));
    let mut draft =
        IncomeDraft::of_item(person, item, &named("商业保险理赔", "Insurance claims"), money, computation, ground);
    if medical_open && against_illness {
        draft.least = draft.least.min(Fen::ZERO);
    }
    Some(draft)
}

/// Taxes and social-insurance contributions paid, one line a department. Contributions that the tax return already names are not
/// taken from social security again.
fn paid<'a>(case: &Case<'a>, person: &Person<'a>, drafts: &mut Vec<IncomeDraft<'a>>) {
    let names_payments = |item: &Item<'_>| match item.detail() {
        Detail::TaxedIncome { tax, social_insurance, .. } => tax.is_some() || social_insurance.is_some(),
        Detail::Contribution { personal_monthly, .. } => personal_monthly.is_some(),
        _ => false,
    };
    if !person.items.iter().any(names_payments) {
        return;
    }
    let mut by_tax = Paid::default();
    let mut doubtful = Months::default();
    for item in person.doubtful() {
        let Some(period) = super::taxed_period(case, item.detail()) else { continue };
        if period.social_insurance.0 > 0 {
            doubtful = doubtful.with(period.months);
        }
    }
    for item in person.counting().filter(|item| !item.echo) {
        let Some(period) = super::taxed_period(case, item.detail()) else { continue };
        by_tax.add(item, period.tax + period.social_insurance, period.months);
        by_tax.certain += period.tax + period.social_insurance;
        if period.social_insurance.0 > 0 {
            by_tax.insured = by_tax.insured.with(period.months);
        }
    }
    let mut by_insurance = Paid::default();
    for item in person.counting() {
        let Detail::Contribution { from, to, personal_monthly: Some(own), .. } = item.detail() else { continue };
        let months = case.window.overlap(Some(*from), Some(*to)).without(by_tax.insured);
        by_insurance.add(item, times(*own, months), months);
        by_insurance.certain += times(*own, months.without(doubtful));
    }
    let name = Name { zh: "缴纳的个人所得税和社会保险费", en: "Income tax and social insurance paid" };
    drafts.extend(by_tax.line(case, person, name));
    let name = Name { zh: "缴纳的社会保险费", en: "Social insurance contributions paid" };
    drafts.extend(by_insurance.line(case, person, name));
}

#[derive(Default)]
struct Paid<'a> {
    amount: Fen,
    /// The part that no tax record in doubt could replace.
    certain: Fen,
    months: Months,
    insured: Months,
    source: Option<&'a SourceKey>,
    records: Records<'a>,
}

impl<'a> Paid<'a> {
    fn add(&mut self, item: &Item<'a>, amount: Fen, months: Months) {
        if amount.0 > 0 {
            self.amount += amount;
            self.months = self.months.with(months);
            self.source.get_or_insert(item.source);
            self.records.push(item.number);
        }
    }

    fn line(self, case: &Case<'a>, person: &Person<'a>, item: Name) -> Option<IncomeDraft<'a>> {
        let source = self.source?;
        let ground = class_rule(case, IncomeClass::Transfer)
            .ground("缴纳的税费、社保从转移净收入中减去。", "Taxes and contributions paid reduce net transfers.");
        let line = IncomeRow {
            member: person.reference(),
            class: IncomeClass::Transfer,
            item,
            source: Some(source),
            computation: case.text(|| match self.records.as_slice().len() {
                1 => case.window.spell(self.months),
                number => format!("{}，{number} 条记录合计 {}", case.window.spell(self.months), self.amount),
            }),
            records: self.records,
            gross: Fen::ZERO,
            reduced_by: self.amount,
            counted: -self.amount,
            counted_at_most: None,
            treatment: Treatment::Counted,
            ground,
        };
        Some(IncomeDraft { paid: true, most: -self.certain, ..IncomeDraft::plain(line) })
    }
}
