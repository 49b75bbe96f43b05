//! What would be paid if the authority decides so. Nothing is computed for an outcome that is not met, whatever is still missing;
//! of one that is, where income is not settled to the fen the line says between what the amount lies.

use std::borrow::Cow;

use super::assessment::{AmountLine, Certainty};
use super::case::{Case, Person};
use super::grounds::{GroundOf, Reason, Text};
use super::pack::{AmountMethod, Ratio, RiseReading};
use super::screening::Judged;
use super::totals::Reckoned;
use crate::household::{Detail, Fen, Programme, YearMonth};

/// An amount, before it is spelled out.
pub(super) struct AmountDraft<'a> {
    pub outcome: &'static str,
    pub monthly: Fen,
    computation: Text,
    ground: Reason<'a>,
}

impl AmountDraft<'_> {
    pub fn spell_out(self) -> AmountLine {
        AmountLine {
            outcome: Cow::Borrowed(self.outcome),
            monthly: self.monthly,
            computation: self.computation.into_cow(),
            ground: self.ground.spell_out(),
        }
    }
}

pub(super) fn lines<'a>(case: &Case<'a>, totals: &Reckoned, judged: &[Judged<'_>]) -> Vec<AmountDraft<'a>> {
    let met = |name: &str| judged.iter().any(|other| other.outcome == name && other.state == Certainty::Met);
    let mut lines = Vec::new();
    if met("dibao") {
        lines.extend(dibao(case, totals));
    }
    if met("dibao_single") {
        lines.push(single(case));
    }
    if met("gradual_exit") {
        lines.extend(gradual_exit(case));
    }
    lines
}

fn dibao<'a>(case: &Case<'a>, totals: &Reckoned) -> Option<AmountDraft<'a>> {
    let net = &totals.net_income;
    let so_far = Dibao::at(case, totals, net.so_far)?;
    let computation = case.text(|| {
        let of_end = |income: Fen| Dibao::at(case, totals, income).map_or(Fen::ZERO, |amount| amount.monthly());
        let (least, most) = (of_end(net.at_most.unwrap_or(net.so_far)), of_end(net.at_least));
        let open = if least == most { String::new() } else { format!("；收入未定，{least} 至 {most}") };
        so_far.in_words(case, totals) + &open
    });
    let ground = case.rules.amount_method.ground(
        "按低保标准与家庭人均收入的差额计算；以批准机关的决定为准。",
        "The difference between the standard and income a head; the authority decides.",
    );
    Some(AmountDraft { outcome: "dibao", monthly: so_far.monthly(), computation, ground })
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
    fn at(case: &Case<'_>, totals: &Reckoned, net: Fen) -> Option<Self> {
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
        Some(Self { monthly_income, basic, tier, rise: rise(case, totals, basic) })
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
fn rise(case: &Case<'_>, totals: &Reckoned, basic: Fen) -> (i64, Fen) {
    let rules = case.rules;
    let disabled =
        i64::try_from(case.members().filter(|p| p.disability.is_some()).count()).expect("a household is small");
    if disabled == 0 || !rules.rise_registered.value.has(case.registered_as) {
        return (0, Fen::ZERO);
    }
    let each = match rules.rise_reading.value {
        RiseReading::Standard => rules.rise.value.of(case.standard()),
        RiseReading::OwnAmount => rules.rise.value.of(basic.mul_ratio(1, i64::from(totals.members.max(1)))),
    };
    (disabled, each)
}

fn single<'a>(case: &Case<'a>) -> AmountDraft<'a> {
    let rule = &case.rules.amount_single;
    AmountDraft {
        outcome: "dibao_single",
        monthly: rule.value.of(case.standard()),
        computation: case.text(|| format!("{} × {}", case.standard(), rule.value)),
        ground: rule.ground(
            "单人户按标准的比例计算；以批准机关的决定为准。",
            "A share of the standard for a single person; the authority decides.",
        ),
    }
}

/// The previous amount goes on.
fn gradual_exit<'a>(case: &Case<'a>) -> Option<AmountDraft<'a>> {
    let monthly: Fen = case.members().flat_map(|person| running_dibao(case, person)).sum();
    let rule = &case.rules.gradual_exit_months;
    (monthly.0 > 0).then(|| AmountDraft {
        outcome: "gradual_exit",
        monthly,
        computation: case.text(|| format!("原低保金 {monthly}，最长 {} 个月", rule.value)),
        ground: rule.ground("渐退期内继续发放原金额。", "The previous amount goes on while it lasts."),
    })
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
