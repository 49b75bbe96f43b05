//! A month of wages without a number, between the same person's months from the same payer: whose it is follows from its neighbours.
//!
//! A name alone is never counted. Here more agrees: department, payer, item and amount, with the month before and the month after, both under
//! the person's own number; and nothing else claims the month. What a namesake at the same employer would leave stands beside the person's
//! own month, not in its place.

use jiff::civil::Date;

use crate::household::{Attributed, Detail, Fen, MatchReason, TaxItem, Verdict};
use crate::identity::Rule;

/// A period's wage from a payer.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Wage<'a> {
    payer: &'a str,
    gross: Fen,
    from: Date,
    to: Date,
}

fn wage(filed: &Attributed) -> Option<Wage<'_>> {
    match &filed.record.detail {
        Detail::TaxedIncome { item: TaxItem::Wage, from, to, gross, payer: Some(payer), paid_on: None, .. } => {
            Some(Wage { payer: payer.expose(), gross: *gross, from: *from, to: *to })
        }
        _ => None,
    }
}

/// Counts wages that fill a gap of one person's months.
pub(super) fn fill_gaps(records: &mut [Attributed]) {
    let filling: Vec<usize> = (0..records.len()).filter(|place| fills_a_gap(records, *place)).collect();
    for place in filling {
        records[place].verdict = Verdict::Match;
        records[place].reasons.insert(0, reason());
    }
}

fn fills_a_gap(records: &[Attributed], place: usize) -> bool {
    let filed = &records[place];
    let (true, Some(own)) = (decided_by(filed, Rule::NameAlone), wage(filed)) else { return false };
    let (mut before, mut after) = (false, false);
    for other in records.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, other)| other) {
        if (&other.member, &other.source) != (&filed.member, &filed.source) {
            continue;
        }
        let Some(theirs) = wage(other).filter(|theirs| theirs.payer == own.payer) else { continue };
        if theirs.from <= own.to && own.from <= theirs.to {
            return false; // the month is taken
        }
        if theirs.gross == own.gross && decided_by(other, Rule::SameIdSameName) {
            before |= theirs.to.tomorrow().is_ok_and(|day| day == own.from);
            after |= own.to.tomorrow().is_ok_and(|day| day == theirs.from);
        }
    }
    before && after
}

fn decided_by(filed: &Attributed, rule: Rule) -> bool {
    filed.verdict == rule.verdict() && filed.reasons.first().is_some_and(|reason| reason.level == rule.key())
}

fn reason() -> MatchReason {
    MatchReason {
        field: "rule".into(),
        level: "fills_a_gap".into(),
        weight_centibits: 0,
        zh: "无证件号码，但姓名、扣缴单位和金额一致，且恰为本人前后两月之间所缺的一月".into(),
        en: "no ID number, but name, payer and amount agree, and it is the very month that is missing between two of this person's own".into(),
    }
}
