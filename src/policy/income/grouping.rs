//! Lines for a reader: twelve monthly returns of one wage are one line, with every record named.
//!
//! Only what is alike in every respect is put together: member, source, item, treatment, rule in words, payer. Totals were made
//! before, from the lines apart, and do not change.

use std::collections::BTreeSet;

use crate::household::Fen;
use crate::policy::assessment::{IncomeLine, Treatment};
use crate::policy::case::Case;
use crate::policy::drafts::IncomeDraft;
use crate::policy::window::Months;

/// Puts alike lines together, in the order in which the first of each stood.
pub(in crate::policy) fn grouped(case: &Case<'_>, drafts: Vec<IncomeDraft>) -> Vec<IncomeLine> {
    let mut groups: Vec<Vec<IncomeDraft>> = Vec::new();
    for draft in drafts {
        match groups.iter_mut().find(|group| are_alike(&group[0], &draft)) {
            Some(group) => group.push(draft),
            None => groups.push(vec![draft]),
        }
    }
    groups.into_iter().map(|group| one_line(case, group)).collect()
}

/// What the family declared stays as it was said; taxes and contributions paid are one line already.
fn are_alike(one: &IncomeDraft, other: &IncomeDraft) -> bool {
    let about = |draft: &IncomeDraft| (draft.line.class, draft.line.treatment, draft.paid);
    one.line.source.is_some()
        && about(one) == about(other)
        && one.line.member == other.line.member
        && one.line.source == other.line.source
        && one.line.item_zh == other.line.item_zh
        && one.line.ground == other.line.ground
        && one.payer == other.payer
}

fn one_line(case: &Case<'_>, mut group: Vec<IncomeDraft>) -> IncomeLine {
    if group.len() == 1 {
        return group.remove(0).line;
    }
    let parts = distinct(&group);
    let gross = parts.iter().map(|part| part.gross).sum();
    let computation = computation(case, &parts, gross);
    let counted = group.iter().map(|draft| draft.line.counted).sum();
    let at_most: Fen = group.iter().map(|draft| draft.line.counted_at_most.unwrap_or(draft.line.counted)).sum();
    let reduced_by = group.iter().map(|draft| draft.line.reduced_by).sum();
    let open = group.iter().any(|draft| draft.line.counted_at_most.is_some());
    let records: BTreeSet<String> = group.iter().flat_map(|draft| draft.line.records.iter().cloned()).collect();
    let line = group.remove(0).line;
    IncomeLine {
        records: records.into_iter().collect(),
        computation,
        gross,
        reduced_by,
        counted,
        counted_at_most: open.then_some(at_most),
        ..line
    }
}

/// What one record says about the amount.
struct Part<'g> {
    months: Months,
    gross: Fen,
    computation: &'g str,
}

/// The parts to add up. Of records that only repeat a wage counted elsewhere, alike ones (pension, medical and unemployment
/// insurance on one base) say the same and are shown once.
fn distinct(group: &[IncomeDraft]) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for draft in group {
        let part = Part { months: draft.months, gross: draft.line.gross, computation: &draft.line.computation };
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
fn computation(case: &Case<'_>, parts: &[Part<'_>], gross: Fen) -> String {
    if let [part] = parts {
        return part.computation.to_owned();
    }
    let all = parts.iter().fold(Months::default(), |all, part| all.with(part.months));
    let by_month = parts.iter().all(|part| part.months.count() == 1 && part.gross == parts[0].gross);
    let number = parts.len();
    if by_month && usize::try_from(all.count()) == Ok(number) {
        return super::by_month(case, all, parts[0].gross);
    }
    let sum = format!("{number} 条记录合计 {gross}");
    if !all.is_empty() {
        return format!("{}，{sum}", case.window.spell(all));
    }
    if parts.iter().all(|part| part.computation == parts[0].computation) {
        return format!("{}，{sum}", parts[0].computation);
    }
    sum
}
