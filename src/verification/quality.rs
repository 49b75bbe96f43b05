//! How good each department's records are, as final reports show it: how many belong to the people asked about, how many are held for a
//! person, how many are somebody else's, and how often departments that tell of the same money agree. Numbers alone, since the start.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use crate::household::{Evidence, Fen, IncomeClass, MemberRef, SourceKey, Verdict};
use crate::policy::assessment::{Assessment, IncomeLine, Treatment};

/// Two departments agree on an amount that differs by no more than one part in so many.
const AGREES_WITHIN: i64 = 10;

/// What final reports say of a department's records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceQuality {
    /// Records that belong to the people asked about.
    pub matched: u64,
    /// Records held for a person to look at.
    pub held: u64,
    /// Records of somebody else.
    pub of_others: u64,
    /// Amounts that another department told too, and told alike: within a tenth.
    pub agreed: u64,
    /// Amounts that another department told too, but not alike.
    pub disagreed: u64,
}

impl SourceQuality {
    fn add(&mut self, other: &Self) {
        self.matched += other.matched;
        self.held += other.held;
        self.of_others += other.of_others;
        self.agreed += other.agreed;
        self.disagreed += other.disagreed;
    }
}

/// By department.
pub(super) type Counted = BTreeMap<SourceKey, SourceQuality>;

/// What one report says of the departments' records.
pub(super) fn of(evidence: &Evidence, assessment: &Assessment) -> Counted {
    let mut counted = Counted::new();
    for record in &evidence.records {
        let quality = counted.entry(record.source.clone()).or_default();
        match record.verdict {
            Verdict::Match => quality.matched += 1,
            Verdict::Review => quality.held += 1,
            Verdict::No => quality.of_others += 1,
        }
    }
    let told = believed(&assessment.income);
    for line in assessment.income.iter().filter(|line| line.treatment == Treatment::Duplicate) {
        let (Some(source), Some(believed)) = (&line.source, told.get(&(&line.member, line.class))) else { continue };
        let quality = counted.entry(source.clone()).or_default();
        match agree(line.gross, *believed) {
            true => quality.agreed += 1,
            false => quality.disagreed += 1,
        }
    }
    counted
}

/// What is counted of each person's income of a class.
fn believed(lines: &[IncomeLine]) -> BTreeMap<(&MemberRef, IncomeClass), Fen> {
    let mut told = BTreeMap::new();
    let counts = |line: &&IncomeLine| matches!(line.treatment, Treatment::Counted | Treatment::PartlyExempt);
    for line in lines.iter().filter(counts).filter(|line| line.source.is_some()) {
        let sum: &mut Fen = told.entry((&line.member, line.class)).or_insert(Fen::ZERO);
        sum.0 = sum.0.saturating_add(line.gross.0);
    }
    told
}

fn agree(one: Fen, other: Fen) -> bool {
    let (difference, larger) = (one.0.abs_diff(other.0), one.0.unsigned_abs().max(other.0.unsigned_abs()));
    difference.saturating_mul(AGREES_WITHIN.unsigned_abs()) <= larger
}

/// The running counts.
#[derive(Default)]
pub(super) struct QualityBook(Mutex<Counted>);

impl QualityBook {
    /// Adds what a final report says, here and to the metrics.
    pub(super) fn add(&self, counted: &Counted) {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (source, quality) in counted {
            book.entry(source.clone()).or_default().add(quality);
            for (verdict, number) in [("match", quality.matched), ("review", quality.held), ("no", quality.of_others)] {
                let labels = [("source", source.to_string()), ("verdict", verdict.to_owned())];
                metrics::counter!("hedui_source_records_total", &labels).increment(number);
            }
            for (said, number) in [("agreed", quality.agreed), ("disagreed", quality.disagreed)] {
                let labels = [("source", source.to_string()), ("said", said.to_owned())];
                metrics::counter!("hedui_source_told_twice_total", &labels).increment(number);
            }
        }
    }

    /// What is known of a department.
    pub(super) fn of(&self, source: &SourceKey) -> SourceQuality {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(source).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_agree_within_a_tenth_of_the_larger() {
        for (one, other, expected) in
            [(100, 100, true), (100, 90, true), (90, 100, true), (100, 89, false), (0, 0, true), (0, 1, false)]
        {
            assert_eq!(agree(Fen(one), Fen(other)), expected, "{one} {other}");
        }
    }

    #[test]
    fn counts_of_reports_add_up() {
        let (tax, book) = (SourceKey::new("tax").unwrap(), QualityBook::default());
        let once = SourceQuality { matched: 3, held: 1, of_others: 2, agreed: 1, disagreed: 0 };
        for _ in 0..2 {
            book.add(&Counted::from([(tax.clone(), once)]));
        }
        assert_eq!(book.of(&tax), SourceQuality { matched: 6, held: 2, of_others: 4, agreed: 2, disagreed: 0 });
        assert_eq!(book.of(&SourceKey::new("health").unwrap()), SourceQuality::default());
    }
}
