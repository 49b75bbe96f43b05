//! A month of wages without a number, between the same person's months from the same payer: whose it is follows from its neighbours.
//!
//! A name alone is never counted. Here more agrees: department, payer, item and amount, with the month before and the month after, both under
//! the person's own number; nothing that the record says differs; no other wage falls into the month; and no namesake is known to draw wages
//! from that payer. What is anything less stays held.

use jiff::civil::Date;

use crate::household::{Attributed, Detail, Fen, MatchReason, TaxItem, Verdict};
use crate::identity::Rule;

/// A period's wage.
#[derive(Clone, Copy)]
struct Wage<'a> {
    payer: Option<&'a str>,
    gross: Fen,
    from: Date,
    to: Date,
    is_back_pay: bool,
}

fn wage(filed: &Attributed) -> Option<Wage<'_>> {
    match &filed.record.detail {
        Detail::TaxedIncome { item: TaxItem::Wage, from, to, gross, payer, paid_on, .. } => Some(Wage {
            payer: payer.as_ref().map(|payer| payer.expose()),
            gross: *gross,
            from: *from,
            to: *to,
            is_back_pay: paid_on.is_some(),
        }),
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
    let (true, Some(own)) = (has_a_name_and_nothing_against_it(filed), wage(filed)) else { return false };
    if own.payer.is_none() || own.is_back_pay {
        return false;
    }
    let (mut before, mut after) = (false, false);
    for other in records.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, other)| other) {
        let Some(theirs) = wage(other).filter(|_| other.source == filed.source) else { continue };
        if theirs.payer == own.payer && is_somebody_else_s(other) {
            return false; // a namesake works there
        }
        if other.member != filed.member {
            continue;
        }
        if theirs.from <= own.to && own.from <= theirs.to {
            return false; // the month is taken, be it by back pay or under another spelling of the payer
        }
        let is_alike = theirs.payer == own.payer && theirs.gross == own.gross && !theirs.is_back_pay;
        if is_alike && decided_by(other, Rule::SameIdSameName) {
            before |= theirs.to.tomorrow().is_ok_and(|day| day == own.from);
            after |= own.to.tomorrow().is_ok_and(|day| day == theirs.from);
        }
    }
    before && after
}

/// Held by its name alone, without a number; whatever else it says agrees to the letter, and nothing else made it be held.
fn has_a_name_and_nothing_against_it(filed: &Attributed) -> bool {
    decided_by(filed, Rule::NameAlone)
        && filed.reasons.iter().skip(1).all(|reason| match reason.field.as_str() {
            "id_number" => reason.level == "missing",
            "name" => true,
            _ => reason.level == "exact",
        })
}

/// Not this household's, or held for another reason than that it has a name alone.
fn is_somebody_else_s(filed: &Attributed) -> bool {
    filed.verdict == Verdict::No || filed.verdict == Verdict::Review && !decided_by(filed, Rule::NameAlone)
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
