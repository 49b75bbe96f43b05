//! Lines for a reader: twelve monthly returns of one wage are one line, with every record named.
//!
//! Only what is alike in every respect is put together: member, source, item, treatment, rule in words, payer. Totals were made
//! before, from the lines apart, and do not change.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::household::Fen;
use crate::policy::assessment::{IncomeLine, Treatment};
use crate::policy::case::Case;
use crate::policy::drafts::IncomeDraft;
use crate::policy::window::Months;

/// Puts alike lines together, in the order in which the first of each stood.
pub(in crate::policy) fn grouped(case: &Case<'_>, drafts: Vec<IncomeDraft<'_>>) -> Vec<IncomeLine> {
    let mut groups: Vec<Vec<IncomeDraft<'_>>> = Vec::new();
    for draft in drafts {
        match groups.iter_mut().find(|group| are_alike(&group[0], &draft)) {
            Some(group) => group.push(draft),
            None => groups.push(vec![draft]),
        }
    }
    groups.into_iter().map(|group| one_line(case, group)).collect()
}

/// What the family declared stays as it was said; taxes and contributions paid are one line already.
fn are_alike(one: &IncomeDraft<'_>, other: &IncomeDraft<'_>) -> bool {
    let about = |draft: &IncomeDraft<'_>| (draft.line.class, draft.line.treatment, draft.paid);
    one.line.source.is_some()
        && about(one) == about(other)
        && one.line.member == other.line.member
        && one.line.source == other.line.source
        && one.line.item == other.line.item
        && one.line.ground == other.line.ground
        && one.payer == other.payer
}

fn one_line(case: &Case<'_>, mut group: Vec<IncomeDraft<'_>>) -> IncomeLine {
    if group.len() == 1 {
        return group.remove(0).line.spell_out();
    }
    let parts = distinct(&group);
    let gross = parts.iter().map(|part| part.gross).sum();
    let computation = computation(case, &parts, gross);
    let counted = group.iter().map(|draft| draft.line.counted).sum();
    let at_most: Fen = group.iter().map(|draft| draft.line.counted_at_most.unwrap_or(draft.line.counted)).sum();
    let reduced_by = group.iter().map(|draft| draft.line.reduced_by).sum();
    let open = group.iter().any(|draft| draft.line.counted_at_most.is_some());
    let records: BTreeSet<&str> = group.iter().flat_map(|draft| draft.line.records.as_slice()).copied().collect();
    let records = records.into_iter().map(str::to_owned).collect();
    let line = group.remove(0).line.spell_out();
    IncomeLine { records, computation, gross, reduced_by, counted, counted_at_most: open.then_some(at_most), ..line }
}

/// What one record says about the amount.
struct Part<'g> {
    months: Months,
    gross: Fen,
    computation: &'g str,
}

/// The parts to add up. Of records that only repeat a wage counted elsewhere, alike ones (pension, medical and unemployment
/// insurance on one base) say the same and are shown once.
fn distinct<'g>(group: &'g [IncomeDraft<'_>]) -> Vec<Part<'g>> {
    let mut parts: Vec<Part<'g>> = Vec::new();
    for draft in group {
        let part = Part { months: draft.months, gross: draft.line.gross, computation: draft.line.computation.as_str() };
        let repeats = draft.line.treatment == Treatment::Duplicate
            && !part.months.is_empty()
            && parts.iter().any(|known| known.months == part.months && known.gross == part.gross);
        if !repeats {
            parts.push(part);
        }
    }
    parts.sort_by(|a, b| (a.months.0, a.gross, a.computation).cmp(&(b.months.0, b.gross, b.computation)));
    parts
}

/// `2025-11 至 2026-10，12 个月 × 2850.00` where every month is alike; else how many records, and their sum.
fn computation(case: &Case<'_>, parts: &[Part<'_>], gross: Fen) -> Cow<'static, str> {
    if let [part] = parts {
        return part.computation.to_owned().into();
    }
    let all = parts.iter().fold(Months::default(), |all, part| all.with(part.months));
    let by_month = parts.iter().all(|part| part.months.count() == 1 && part.gross == parts[0].gross);
    let number = parts.len();
    if by_month && usize::try_from(all.count()) == Ok(number) {
        return super::by_month(case, all, parts[0].gross).into_cow();
    }
    let sum = format!("{number} 条记录合计 {gross}");
    if !all.is_empty() {
        return format!("{}，{sum}", case.window.spell(all)).into();
    }
    if parts.iter().all(|part| part.computation == parts[0].computation) {
        return format!("{}，{sum}", parts[0].computation).into();
    }
    sum.into()
}
