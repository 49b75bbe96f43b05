//! The table as a file for spreadsheets.

use crate::policy::simulate::{Cell, Count, SHOWN_FROM, Shown};

/// A header line and one line a cell.
#[must_use]
pub fn csv(shown: &Shown) -> String {
    let mut text = "region,before,after,households,people,monthly_before_yuan,monthly_after_yuan,monthly_change_yuan,\
                    yearly_change_yuan\n"
        .to_owned();
    for Cell { region, before, after, count, .. } in &shown.cells {
        let figures = count.map_or_else(
            || format!("<{SHOWN_FROM},,,,,"),
            |Count { households, people, monthly_before, monthly_after }| {
                let change = monthly_after - monthly_before;
                format!("{households},{people},{monthly_before},{monthly_after},{change},{}", change.mul_ratio(12, 1))
            },
        );
        text.push_str(&format!("{region},{},{},{figures}\n", before.code(), after.code()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::household::Fen;
    use crate::policy::simulate::{Headline, Move, Movement, Standing};

    #[test]
    fn a_cell_that_is_not_shown_has_no_figures() {
        let mut movement = Movement::default();
        let standing = |headline, yuan| Standing { headline, may_become: None, monthly: Fen::from_yuan(yuan) };
        for (times, before) in [(10, Headline::None), (9, Headline::Open)] {
            for _ in 0..times {
                let after = standing(Headline::Dibao, 300);
                movement.add(&Move { region: "620422".into(), people: 2, before: standing(before, 0), after });
            }
        }
        let written = csv(&movement.shown(false));
        let lines: Vec<_> = written.lines().collect();
        assert!(lines[0].starts_with("region,before,after,households,"), "{written}");
        assert!(lines.contains(&"620422,none,dibao,10,20,0.00,3000.00,3000.00,36000.00"), "{written}");
        assert!(lines.contains(&"620422,open,dibao,<10,,,,,"), "{written}");
    }
}
