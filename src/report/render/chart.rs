//! Where income a head stands against the lines, as positions on one scale. Drawn by the page's template.

use super::amounts::{interval_unit, yuan_unit};
use super::names::Reading;
use crate::household::Fen;

/// Width of the drawing, in its own units.
const WIDTH: i64 = 640;
/// Room at the right of the highest amount, for a bar without an end.
const MARGIN: i64 = 40;

/// A bar of three parts, and lines to compare it with.
pub(super) struct Chart {
    /// End of what is confirmed.
    pub sure: i64,
    /// End of what stands now.
    pub so_far: i64,
    /// End of what is still possible.
    pub possible: i64,
    /// Whether there is no upper end.
    pub unbounded: bool,
    /// Lines, lowest first.
    pub lines: Vec<Mark>,
    /// The same in words, for those who do not see it.
    pub words: String,
}

/// A line.
pub(super) struct Mark {
    pub x: i64,
    /// Height of its label, so that neighbours do not overlap.
    pub label_y: i64,
    /// Whether the label stands to the left of the line.
    pub leftward: bool,
    pub label: String,
}

pub(super) fn chart(read: Reading<'_>) -> Chart {
    let totals = &read.body.totals;
    let income = &totals.per_head_monthly;
    let mut amounts = vec![(read.t("保障标准", "Standard").to_owned(), totals.standard_monthly)];
    amounts.extend(read.other_lines().map(|(name, monthly)| (name.to_owned(), monthly)));
    amounts.sort_by_key(|(_, amount)| *amount);
    let ends = amounts.iter().map(|(_, amount)| *amount).chain([income.at_least, income.so_far]).chain(income.at_most);
    let highest = ends.max().unwrap_or(Fen::ZERO).0.max(1);
    let x = |amount: Fen| Fen(amount.0.clamp(0, highest)).mul_ratio(WIDTH - MARGIN, highest).0;
    let sure = x(income.at_least);
    let so_far = x(income.so_far).max(sure);
    let lines = (amounts.iter().enumerate())
        .map(|(index, (name, amount))| Mark {
            x: x(*amount),
            label_y: 14 + 18 * i64::try_from(index % 3).unwrap_or(0),
            leftward: x(*amount) > WIDTH / 2,
            label: format!("{name} {}", yuan_unit(*amount, read.lang)),
        })
        .collect();
    let compared: Vec<String> =
        amounts.iter().map(|(name, amount)| format!("{name} {}", yuan_unit(*amount, read.lang))).collect();
    Chart {
        sure,
        so_far,
        possible: income.at_most.map_or(WIDTH, x).max(so_far),
        unbounded: income.at_most.is_none(),
        lines,
        words: format!(
            "{} {}{}{}",
            read.t("人均月收入", "Income per head and month"),
            interval_unit(income, read.lang),
            read.t("；", "; "),
            compared.join(read.t("；", "; "))
        ),
    }
}
