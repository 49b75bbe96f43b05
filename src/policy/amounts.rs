//! What would be paid if the authority decides so. Nothing is computed for an outcome that is not met, whatever is still missing;
//! of one that is, where income is not settled to the fen the line says between what the amount lies.

use super::assessment::{AmountLine, Certainty, Screening, Totals};
use super::case::{Case, Person};
use super::grounds::GroundOf;
use super::pack::{AmountMethod, RiseReading};
use crate::household::{Detail, Fen, Programme, YearMonth};

pub(super) fn lines(case: &Case<'_>, totals: &Totals, screening: &[Screening]) -> Vec<AmountLine> {
    let met = |name: &str| screening.iter().any(|s| s.outcome == name && s.state == Certainty::Met);
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

fn dibao(case: &Case<'_>, totals: &Totals) -> Option<AmountLine> {
    let net = &totals.net_income;
    let (monthly, computation) = dibao_at(case, totals, net.so_far)?;
    let of_end = |income: Fen| dibao_at(case, totals, income).map_or(Fen::ZERO, |(monthly, _)| monthly);
    let (least, most) = (of_end(net.at_most.unwrap_or(net.so_far)), of_end(net.at_least));
    let open = if least == most { String::new() } else { format!("；收入未定，{least} 至 {most}") };
    let ground = case.rules.amount_method.ground(
        "按低保标准与家庭人均收入的差额计算；以批准机关的决定为准。",
        "The difference between the standard and income a head; the authority decides.",
    );
    Some(AmountLine { outcome: "dibao".to_owned(), monthly, computation: computation + &open, ground })
}

/// The amount a month for a net income of the household over the year, and how it is found.
fn dibao_at(case: &Case<'_>, totals: &Totals, net: Fen) -> Option<(Fen, String)> {
    let heads = i64::from(totals.members);
    let whole = case.standard().mul_ratio(heads, 1);
    let monthly_income = net.mul_ratio(1, 12);
    let gap = (whole - monthly_income).at_least_zero();
    if gap.0 == 0 {
        return None;
    }
    let (basic, computation) = match (case.rules.amount_method.value, &case.rules.amount_tiers) {
        (AmountMethod::Tiers, Some(tiers)) => {
            // Compared on the household's whole year: a rounded amount a head could fall into the wrong tier.
            let ratio = tiers.value.ratio_where(|bound| net <= bound.mul_ratio(heads * 12, 1));
            (ratio.of(whole), format!("{} × {} 人 × {ratio}", case.standard(), totals.members))
        }
        _ => (gap, format!("{} × {} 人 − 月收入 {monthly_income}", case.standard(), totals.members)),
    };
    let (rise, rise_words) = rise(case, totals, basic);
    Some((basic + rise, computation + &rise_words))
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
