//! The pairs as a file: written beside its place and moved there when it is whole.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;

use crate::cli::arguments::Language;
use crate::cli::output;
use crate::linkage::LinkageModel;
use crate::linkage::decision::Decided;
use crate::linkage::roster::Column;
use crate::linkage::scoring::Scorer;
use crate::linkage::table::Table;
use crate::report::render::amounts::weight;

/// Whether a path is /dev/stdout, a pipe or the like: written to, never put in its place.
pub(super) fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}

/// Writes pairs; with `explain`, beside each the level and weight of every field.
pub(super) fn write(
    path: &Path,
    model: &LinkageModel,
    table: &Table,
    found: &[Decided],
    ids: (&Column, &Column),
    explain: bool,
    language: Language,
) -> anyhow::Result<()> {
    let place = || path.display().to_string();
    if is_pipe(path) {
        let file = std::fs::OpenOptions::new().write(true).open(path).with_context(place)?;
        return rows(file, model, table, found, ids, explain, language).map(drop).with_context(place);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).with_context(place)?;
    let file = rows(file, model, table, found, ids, explain, language).with_context(place)?;
    file.persist(path).with_context(place)?;
    output::tell(&format!("wrote {}", path.display()));
    Ok(())
}

/// Writes the heading line and a line a pair; gives the file back once all of it is written.
fn rows<W: Write>(
    file: W,
    model: &LinkageModel,
    table: &Table,
    found: &[Decided],
    ids: (&Column, &Column),
    explain: bool,
    language: Language,
) -> anyhow::Result<W> {
    let mut writer = csv::Writer::from_writer(BufWriter::with_capacity(1 << 20, file));
    let mut headings: Vec<String> =
        ["left_id", "right_id", "weight", "probability", "decision"].map(str::to_owned).to_vec();
    if explain {
        for field in &model.fields {
            headings.extend([format!("{}_level", field.name), format!("{}_weight", field.name)]);
        }
        headings.push("together_weight".to_owned());
    }
    writer.write_record(&headings)?;
    let scorer = explain.then(|| Scorer::new(model, table));
    let mut row: Vec<String> = Vec::with_capacity(headings.len());
    for found in found {
        let pair = found.pair;
        row.clear();
        row.push(ids.0.get(pair.left as usize).to_owned());
        row.push(ids.1.get(pair.right as usize).to_owned());
        row.push(weight(pair.weight));
        row.push(format!("{}.{:06}", found.probability_ppm / 1_000_000, found.probability_ppm % 1_000_000));
        row.push(found.decision.key().to_owned());
        if let Some(scorer) = &scorer {
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
    let buffered = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(buffered.into_inner().map_err(std::io::IntoInnerError::into_error)?)
}
