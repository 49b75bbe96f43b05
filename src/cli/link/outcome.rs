//! The pairs as a file.

use std::io::Write;

use super::files;
use crate::cli::arguments::Language;
use crate::linkage::LinkageModel;
use crate::linkage::decision::Decided;
use crate::linkage::roster::Column;
use crate::linkage::scoring::Scorer;
use crate::report::render::amounts::weight;

/// Writes the heading line and a line a pair; with `explain`, beside each the level and weight of every field.
pub(super) fn write(
    file: &mut dyn Write,
    model: &LinkageModel,
    scorer: &Scorer<'_>,
    found: &[Decided],
    ids: (&Column, &Column),
    explain: bool,
    language: Language,
) -> anyhow::Result<()> {
    let mut writer = files::rows(file);
    let mut headings: Vec<String> =
        ["left_id", "right_id", "weight", "probability", "decision"].map(str::to_owned).to_vec();
    if explain {
        for field in &model.fields {
            headings.extend([format!("{}_level", field.name), format!("{}_weight", field.name)]);
        }
        headings.push("together_weight".to_owned());
    }
    writer.write_record(&headings)?;
    let mut row: Vec<String> = Vec::with_capacity(headings.len());
    for found in found {
        let pair = found.pair;
        row.clear();
        row.push(ids.0.get(pair.left as usize).to_owned());
        row.push(ids.1.get(pair.right as usize).to_owned());
        row.push(weight(pair.weight));
        row.push(format!("{}.{:06}", found.probability_ppm / 1_000_000, found.probability_ppm % 1_000_000));
        row.push(found.decision.key().to_owned());
        if explain {
            let (by_field, together, pattern) = scorer.explain(pair.left, pair.right);
            for (place, field) in model.fields.iter().enumerate() {
                let text = field.level_text(usize::from(pattern[place]));
                let words = if language == Language::Zh { text.zh } else { text.en };
                row.extend([words.to_owned(), weight(by_field[place])]);
            }
            row.push(weight(together));
        }
        writer.write_record(&row)?;
    }
    Ok(writer.flush()?)
}
