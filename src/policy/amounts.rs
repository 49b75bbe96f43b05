//! What would be paid if the authority decides so. Nothing is computed for an outcome that is not met, whatever is still missing;
//! of one that is, where income is not settled to the fen the line says between what the amount lies.

use std::borrow::Cow;

use super::assessment::{AmountLine, Certainty, Per};
use super::case::{Case, Person};
use super::grounds::{GroundOf, Reason, Text};
use super::pack::{AmountMethod, Ratio, RiseReading};
use super::screening::{CareLevel, Judged, care_level};
use super::silence::Classes;
use super::totals::{Reckoned, Sums};
use crate::household::{Detail, Fen, Programme, Purpose, YearMonth};

/// An amount, before it is spelled out.
pub(super) struct AmountDraft<'a> {
    pub outcome: &'static str,
    pub amount: Fen,
    at_most: Option<Fen>,
    pub per: Per,
    computation: Text,
    ground: Reason<'a>,
}

impl<'a> AmountDraft<'a> {
    fn monthly(outcome: &'static str, amount: Fen, computation: Text, ground: Reason<'a>) -> Self {
        Self { outcome, amount, at_most: None, per: Per::Month, computation, ground }
    }

    pub fn spell_out(self) -> AmountLine {
        AmountLine {
            outcome: Cow::Borrowed(self.outcome),
            amount: self.amount,
            at_most: self.at_most,
            per: self.per,
            computation: self.computation.into_cow(),
            ground: self.ground.spell_out(),
        }
    }
}

pub(super) fn lines<'a>(
    sums: &Sums<'_, 'a>,
    totals: &Reckoned,
    [tekun, dibao, single, _, _, gradual, _]: &[Judged<'_>; 7],
) -> Vec<AmountDraft<'a>> {
    let case = sums.case;
    let met = |outcome: &Judged<'_>| outcome.state == Certainty::Met;
    let mut lines = Vec::new();
    if met(tekun) {
        lines.push(tekun_basic(case));
        lines.extend(tekun_care(case));
    }
    if met(dibao) {
        lines.extend(dibao_gap(sums, totals));
    }
    if met(single) {
        lines.push(single_person(case));
    }
    if met(gradual) {
        lines.extend(gradual_exit(case));
    }
    if case.purpose == Purpose::TemporaryRelief {
        lines.push(temporary_relief(case, totals));
    }
    if met(tekun) || met(dibao) {
        lines.extend(medical_aid(sums));
    }
    lines
}

/// Basic living: a multiple of the dibao standard (Tekun Measures).
fn tekun_basic<'a>(case: &Case<'a>) -> AmountDraft<'a> {
    let rule = &case.rules.amount_tekun_basic;
    let computation = case.text(|| format!("{} × {}", case.standard(), rule.value));
    let ground = rule.ground(
        "基本生活标准不低于低保标准的规定倍数；以批准机关的决定为准。",
        "Basic living is at least the set multiple of the dibao standard; the authority decides.",
    );
    AmountDraft::monthly("tekun_basic", rule.value.of(case.standard()), computation, ground)
}

/// Care by what a visit found of self-care; nothing while nobody has looked.
fn tekun_care<'a>(case: &Case<'a>) -> Option<AmountDraft<'a>> {
    let level = care_level(case, case.applicant()?)?;
    let (rule, zh) = match level {
        CareLevel::Able => (&case.rules.amount_tekun_care_able, "全自理"),
        CareLevel::Partial => (&case.rules.amount_tekun_care_partial, "半自理"),
        CareLevel::None => (&case.rules.amount_tekun_care_none, "全护理"),
    };
    let minimum = case.rules.minimum_wage.latest().value;
    let computation = case.text(|| format!("{zh}：最低工资 {minimum} × {}", rule.value));
    let ground = rule.ground(
        "照料护理标准按六项自理能力评估的档次确定；以批准机关的决定为准。",
        "Care by the level of self-care that the visit found; the authority decides.",
    );
    Some(AmountDraft::monthly("tekun_care", rule.value.of(minimum), computation, ground))
}

/// Ordinary hardship: the urban standard for everybody, for some months. Fire, accident and sudden illness are decided case by case.
fn temporary_relief<'a>(case: &Case<'a>, totals: &Reckoned) -> AmountDraft<'a> {
    let (rule, standard) = (&case.rules.relief_months, case.rules.standard_urban.value);
    let month = standard.mul_ratio(i64::from(totals.members), 1);
    AmountDraft {
        outcome: "temporary_relief",
        amount: month,
        at_most: Some(month.mul_ratio(rule.value, 1)),
        per: Per::Once,
        computation: case.text(|| format!("{standard} × {} 人 × 1 至 {} 个月", totals.members, rule.value)),
        ground: rule.ground(
            "一般困难按城市低保标准、人数和月数确定；火灾、意外事故、突发重病一事一议；核对不影响先行救助。",
            "Ordinary hardship: urban standard, people and months. Fire, accident, sudden illness: case by case. A check never delays relief.",
        ),
    }
}

/// Aid for what a covered illness left to the family. Departments do not tell which part of it is covered: at most all of it.
fn medical_aid<'a>(sums: &Sums<'_, 'a>) -> Option<AmountDraft<'a>> {
    let case = sums.case;
    let rule = &case.rules.medical_aid_share;
    let members = case.people.iter().zip(sums.illness).filter(|(person, _)| person.is_member());
    let self_paid: Fen = members.map(|(_, illness)| illness.net().at_least_zero()).sum();
    let cap = case.rules.medical_aid_cap.as_ref().map(|cap| cap.value);
    let most = rule.value.of(self_paid);
    let most = cap.map_or(most, |cap| most.min(cap));
    (self_paid.0 > 0).then(|| AmountDraft {
        outcome: "medical_aid",
        amount: Fen::ZERO,
        at_most: Some(most),
        per: Per::Year,
        computation: case.text(|| {
            let cap = cap.map_or_else(|| "封顶线未设定".to_owned(), |cap| format!("年度封顶 {cap}"));
            format!("自付 {self_paid} 中的政策范围内部分 × {}，{cap}", rule.value)
        }),
        ground: rule.ground(
            "政策范围内的自付医疗费按比例救助；部门未告知政策范围内的数额，此处为上限，由医保部门核定。",
            "A share of the covered self-paid cost. Which part is covered is not told: this is the most; the medical-insurance office settles it.",
        ),
    })
}

fn dibao_gap<'a>(sums: &Sums<'_, 'a>, totals: &Reckoned) -> Option<AmountDraft<'a>> {
    let (case, net) = (sums.case, &totals.net_income);
    let so_far = Dibao::at(case, totals, net.so_far, 0)?;
    let reckoned = so_far.monthly();
    let goes_on = unchanged(case, reckoned);
    let open = || {
        let of_end = |income: Fen, more: i64| {
            let reckoned = Dibao::at(case, totals, income, more).map_or(Fen::ZERO, |amount| amount.monthly());
            unchanged(case, reckoned).unwrap_or(reckoned)
        };
        let maybe_disabled = maybe_disabled(sums);
        let least = of_end(net.at_most.unwrap_or(net.so_far), 0);
        let most = of_end(net.at_least, maybe_disabled);
        let what = if maybe_disabled == 0 { "收入" } else { "收入、残疾" };
        if least == most { String::new() } else { format!("；{what}未定，{least} 至 {most}") }
    };
    if let Some(paid) = goes_on {
        let rule = &case.rules.amount_review_change;
        let words = || format!("现发 {paid}，按本次核对为 {reckoned}，相差不超过 {}{}", rule.value, open());
        let ground = rule.ground(
            "定期复核时家庭情况没有明显变化的，不调整救助金额。",
            "At a periodic review, without an obvious change of circumstances the amount goes on.",
        );
        return Some(AmountDraft::monthly("dibao", paid, case.text(words), ground));
    }
    let computation = case.text(|| so_far.in_words(case, totals) + &open());
    let ground = case.rules.amount_method.ground(
        "按低保标准与家庭人均收入的差额计算；以批准机关的决定为准。",
        "The difference between the standard and income a head; the authority decides.",
    );
    Some(AmountDraft::monthly("dibao", reckoned, computation, ground))
}

/// At a periodic review an amount changes only with an obvious change of circumstances: else what is paid goes on, which is returned.
fn unchanged(case: &Case<'_>, reckoned: Fen) -> Option<Fen> {
    if case.purpose != Purpose::PeriodicReview {
        return None;
    }
    let paid: Fen = case.members().flat_map(|person| running_dibao(case, person)).sum();
    let rule = &case.rules.amount_review_change;
    let obvious = paid.0 == 0 || rule.value.exceeded_by(Fen((reckoned - paid).0.abs()), paid);
    (!obvious && paid != reckoned).then_some(paid)
}

/// Members who may turn out to be disabled: their department has not answered, or a certificate is under review.
fn maybe_disabled(sums: &Sums<'_, '_>) -> i64 {
    if !sums.case.rules.rise_registered.value.has(sums.case.registered_as) {
        return 0;
    }
    let people = sums.case.people.iter().enumerate().filter(|(_, person)| person.is_member());
    let unknown = people.filter(|(position, person)| {
        person.disability.is_none() && sums.silence.unsettled(*position, Classes::DISABILITY)
    });
    i64::try_from(unknown.count()).expect("a household is small")
}

/// The amount a month for a net income of the household over the year.
struct Dibao {
    monthly_income: Fen,
    basic: Fen,
    /// Of the standard, where the county pays by tiers.
    tier: Option<Ratio>,
    /// Disabled members, and the rise of each.
    rise: (i64, Fen),
}

impl Dibao {
    /// For a net income, and so many more disabled members than are known.
    fn at(case: &Case<'_>, totals: &Reckoned, net: Fen, more: i64) -> Option<Self> {
        let heads = i64::from(totals.members);
        let whole = case.standard().mul_ratio(heads, 1);
        let monthly_income = net.mul_ratio(1, 12);
        let gap = (whole - monthly_income).at_least_zero();
        if gap.0 == 0 {
            return None;
        }
        let tier = match (case.rules.amount_method.value, &case.rules.amount_tiers) {
            // Compared on the household's whole year: a rounded amount a head could fall into the wrong tier.
            (AmountMethod::Tiers, Some(tiers)) => {
                Some(tiers.value.ratio_where(|bound| net <= bound.mul_ratio(heads * 12, 1)))
            }
            _ => None,
        };
        let basic = tier.map_or(gap, |ratio| ratio.of(whole));
        Some(Self { monthly_income, basic, tier, rise: rise(case, totals, basic, more) })
    }

    fn monthly(&self) -> Fen {
        let (disabled, each) = self.rise;
        self.basic + each.mul_ratio(disabled, 1)
    }

    /// How it is found.
    fn in_words(&self, case: &Case<'_>, totals: &Reckoned) -> String {
        let (standard, heads) = (case.standard(), totals.members);
        let basic = match self.tier {
            Some(ratio) => format!("{standard} × {heads} 人 × {ratio}"),
            None => format!("{standard} × {heads} 人 − 月收入 {}", self.monthly_income),
        };
        match self.rise {
            (0, _) => basic,
            (disabled, each) => format!("{basic} + 残疾成员 {disabled} 人 × {each}"),
        }
    }
}

/// The disabled members' rise: a share of the standard (A), or of the own part of the amount (B).
fn rise(case: &Case<'_>, totals: &Reckoned, basic: Fen, more: i64) -> (i64, Fen) {
    let rules = case.rules;
    let known = case.members().filter(|person| person.disability.is_some()).count();
    let disabled = more + i64::try_from(known).expect("a household is small");
    if disabled == 0 || !rules.rise_registered.value.has(case.registered_as) {
        return (0, Fen::ZERO);
    }
    let each = match rules.rise_reading.value {
        RiseReading::Standard => rules.rise.value.of(case.standard()),
        RiseReading::OwnAmount => rules.rise.value.of(basic.mul_ratio(1, i64::from(totals.members.max(1)))),
    };
    (disabled, each)
}

fn single_person<'a>(case: &Case<'a>) -> AmountDraft<'a> {
    let rule = &case.rules.amount_single;
    let computation = case.text(|| format!("{} × {}", case.standard(), rule.value));
    let ground = rule.ground(
        "单人户按标准的比例计算；以批准机关的决定为准。",
        "A share of the standard for a single person; the authority decides.",
    );
    AmountDraft::monthly("dibao_single", rule.value.of(case.standard()), computation, ground)
}

/// The previous amount goes on.
fn gradual_exit<'a>(case: &Case<'a>) -> Option<AmountDraft<'a>> {
    let monthly: Fen = case.members().flat_map(|person| running_dibao(case, person)).sum();
    let rule = &case.rules.gradual_exit_months;
    let computation = case.text(|| format!("原低保金 {monthly}，最长 {} 个月", rule.value));
    let ground = rule.ground("渐退期内继续发放原金额。", "The previous amount goes on while it lasts.");
    (monthly.0 > 0).then(|| AmountDraft::monthly("gradual_exit", monthly, computation, ground))
}

/// Dibao being paid to a person on the as-of date.
pub(super) fn running_dibao<'p>(case: &Case<'_>, person: &'p Person<'_>) -> impl Iterator<Item = Fen> + 'p {
    let month = YearMonth::of(case.as_of);
    person.counting().filter_map(move |item| match item.detail() {
        Detail::Assistance { programme: Programme::Dibao, amount, from, to }
            if *from <= month && to.is_none_or(|last| month <= last) =>
        {
            Some(*amount)
        }
        _ => None,
    })
}
