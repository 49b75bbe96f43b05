//! What was judged, for reading: by department, by rule, by damage.

use std::fmt::Write as _;

use super::judged::{Counts, Judged};

/// The tables as text.
pub fn drawn(judged: &Judged) -> String {
    let mut text = format!("{} households, {} requests refused\n", judged.households, judged.refused.len());
    let line =
        "records      held   held ‰  others' held / set aside   own  counted    held  aside  not found  recall ‰";
    let _ = writeln!(text, "{:24}{line}", "department");
    for (source, counts) in &judged.by_source {
        row(&mut text, source, counts);
    }
    row(&mut text, "all", &judged.all());
    let _ = writeln!(text, "\nrecords that came, by what became of them, whose they are and the rule that decided");
    for ((fate, whose, rule), count) in &judged.by_rule {
        let _ = writeln!(text, "{count:>9}  {fate:16}{whose:12}{rule}");
    }
    let _ = writeln!(text, "\nmembers' own damaged records, by damage and what became of them");
    for ((damage, fate), count) in &judged.by_damage {
        let _ = writeln!(text, "{count:>9}  {damage:24}{fate}");
    }
    let _ = writeln!(text, "\nrecords of another person counted: {}", judged.wrongly_counted.len());
    for wrong in &judged.wrongly_counted {
        let _ = writeln!(text, "  {wrong}");
    }
    text
}

fn row(text: &mut String, name: &str, counts: &Counts) {
    let _ = writeln!(
        text,
        "{name:24}{:>7}{:>10}{:>9}{:>15} /{:>10}{:>6}{:>9}{:>8}{:>7}{:>11}{:>10}",
        counts.answered,
        counts.held,
        permille(counts.held, counts.answered),
        counts.others_held,
        counts.others_aside,
        counts.own(),
        counts.own_counted,
        counts.own_held,
        counts.own_aside,
        counts.own_not_found,
        permille(counts.own_counted + counts.own_held, counts.own()),
    );
}

/// A share in thousandths, one place.
fn permille(part: u64, whole: u64) -> String {
    let tenths = (part * 10_000).checked_div(whole).unwrap_or(0);
    format!("{}.{}", tenths / 10, tenths % 10)
}
