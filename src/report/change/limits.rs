//! How small a change is no change of circumstances. Amounts of a report move a little each year: interest, a pension's yearly rise.

use crate::household::Fen;
use crate::policy::pack::{Ratio, Rules};

/// Changes up to these are slight: shown, but nothing follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Share of the smaller side: `amount.review.obvious_change`, the same that keeps an amount at a periodic review.
    pub share: Ratio,
    /// Yuan a head and month: `review.obvious_change_yuan`; none in packs that do not set it.
    pub monthly_a_head: Option<Fen>,
    /// Months of gradual exit.
    pub exit_months: i64,
}

impl Limits {
    /// As the rules set them.
    #[must_use]
    pub fn of(rules: &Rules) -> Self {
        Self {
            share: rules.amount_review_change.value,
            monthly_a_head: rules.review_change_yuan.as_ref().map(|limit| limit.value),
            exit_months: rules.gradual_exit_months.value,
        }
    }

    /// Whether a difference is no obvious one, `a_head_month` being how many heads and months the amount is for. Amounts up to the
    /// limit in yuan are slight, and so is a small share of a large amount.
    pub(super) fn is_slight(&self, difference: Fen, smaller: Fen, heads_and_months: i64) -> bool {
        let small = self.monthly_a_head.is_some_and(|limit| difference <= limit.mul_ratio(heads_and_months, 1));
        small || !self.share.exceeded_by(difference, smaller.at_least_zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_limit_makes_a_change_slight() {
        let limits = Limits { share: Ratio::new(1, 10).unwrap(), monthly_a_head: Some(Fen(2_000)), exit_months: 6 };
        for (difference, smaller, heads_and_months, slight) in [
            (2_000, 0, 1, true),
            (2_001, 0, 1, false),
            (2_001, 0, 24, true),
            (6_000, 60_000, 1, true),
            (6_001, 60_000, 1, false),
            (6_001, -60_000, 1, false),
        ] {
            assert_eq!(limits.is_slight(Fen(difference), Fen(smaller), heads_and_months), slight, "{difference}");
        }
        let without = Limits { monthly_a_head: None, ..limits };
        assert!(!without.is_slight(Fen(1), Fen::ZERO, 24), "a pack that sets nothing hides nothing");
    }
}
