//! What would be paid if the authority decides so. Computed on what stands now; nothing is computed for an outcome that is not met.

use super::assessment::{AmountLine, Certainty, Screening, Totals};
use super::case::{Case, Person};
use super::grounds::GroundOf;
use super::pack::{AmountMethod, RiseReading};
use crate::household::{Detail, Fen, Programme, YearMonth};

pub(super) fn lines(case: &Case<'_>, totals: &Totals, screening: &[Screening]) -> Vec<AmountLine> {
    let possible = |name: &str| screening.iter().any(|s| s.outcome == name && s.state != Certainty::NotMet);
    let met = |name: &str| screening.iter().any(|s| s.outcome == name && s.state == Certainty::Met);
    let mut lines = Vec::new();
    if possible("dibao") {
        lines.extend(dibao(case, totals));
    }
    if met("dibao_single") {
        lines.push(single(case));
    }
    if possible("gradual_exit") {
        lines.extend(gradual_exit(case));
    }
    lines
}

fn dibao(case: &Case<'_>, totals: &Totals) -> Option<AmountLine> {
    let whole = case.standard().mul_ratio(i64::from(totals.members), 1);
    let monthly_income = totals.net_income.so_far.mul_ratio(1, 12);
    let gap = (whole - monthly_income).at_least_zero();
    if gap.0 == 0 {
        return None;
    }
    let rule = &case.rules.amount_method;
    let (basic, computation) = match (rule.value, &case.rules.amount_tiers) {
        (AmountMethod::Tiers, Some(tiers)) => {
            let ratio = tiers.value.ratio_at(totals.per_head_monthly.so_far);
            (ratio.of(whole), format!("{} × {} 人 × {ratio}", case.standard(), totals.members))
        }
        _ => (gap, format!("{} × {} 人 − 月收入 {monthly_income}", case.standard(), totals.members)),
    };
    let (rise, rise_words) = rise(case, totals, basic);
    let ground = rule.ground(
        "按低保标准与家庭人均收入的差额计算；以批准机关的决定为准。",
        "The difference between the standard and income a head; the authority decides.",
    );
    Some(AmountLine {
        outcome: "dibao".to_owned(),
        monthly: basic + rise,
        computation: computation + &rise_words,
        ground,
    })
}

/// The disabled member's rise: a share of the standard (A), or of the own part of the amount (B).
fn rise(case: &Case<'_>, totals: &Totals, basic: Fen) -> (Fen, String) {
    let rules = case.rules;
    let disabled =
        i64::try_from(case.members().filter(|p| p.disability.is_some()).count()).expect("a household is small");
    if disabled == 0 || !rules.rise_registered.value.has(case.evidence.registered_as) {
        return (Fen::ZERO, String::new());
    }
    let each = match rules.rise_reading.value {
        RiseReading::Standard => rules.rise.value.of(case.standard()),
        RiseReading::OwnAmount => rules.rise.value.of(basic.mul_ratio(1, i64::from(totals.members.max(1)))),
    };
    let rise = each.mul_ratio(disabled, 1);
    (rise, format!(" + 残疾成员 {disabled} 人 × {each}"))
}

fn single(case: &Case<'_>) -> AmountLine {
    let rule = &case.rules.amount_single;
    AmountLine {
        outcome: "dibao_single".to_owned(),
        monthly: rule.value.of(case.standard()),
        computation: format!("{} × {}", case.standard(), rule.value),
        ground: rule.ground(
            "单人户按标准的比例计算；以批准机关的决定为准。",
            "A share of the standard for a single person; the authority decides.",
        ),
    }
}

/// The previous amount goes on.
fn gradual_exit(case: &Case<'_>) -> Option<AmountLine> {
    let monthly: Fen = case.members().flat_map(|person| running_dibao(case, person)).sum();
    let rule = &case.rules.gradual_exit_months;
    (monthly.0 > 0).then(|| AmountLine {
        outcome: "gradual_exit".to_owned(),
        monthly,
        computation: format!("原低保金 {monthly}，最长 {} 个月", rule.value),
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
