//! The pairs as a file: written beside its place and moved there when it is whole.

use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, bail};

use super::ndjson;
use crate::cli::arguments::Language;
use crate::cli::output;
use crate::linkage::LinkageModel;
use crate::linkage::decision::Decided;
use crate::linkage::explained::Explainer;
use crate::linkage::fields::LevelText;
use crate::linkage::roster::Column;
use crate::linkage::table::Table;
use crate::report::render::amounts::weight;

/// What was found of which rows.
pub(super) struct Pairs<'a> {
    pub(super) model: &'a LinkageModel,
    pub(super) table: &'a Table,
    pub(super) found: &'a [Decided],
    pub(super) ids: (&'a Column, &'a Column),
    pub(super) language: Language,
}

impl Pairs<'_> {
    /// The names of a pair's rows.
    pub(super) fn names(&self, found: &Decided) -> (&str, &str) {
        (self.ids.0.get(found.pair.left as usize), self.ids.1.get(found.pair.right as usize))
    }

    /// A level in words.
    pub(super) fn words(&self, level: &LevelText) -> &'static str {
        if self.language == Language::Zh { level.zh } else { level.en }
    }
}

/// How pairs are written.
#[derive(Clone, Copy)]
enum Form {
    Csv,
    Lines,
}

impl Form {
    /// By the end of the file's name; names that promise another form are refused.
    fn of(path: &Path) -> anyhow::Result<Self> {
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
        match end.as_str() {
            "ndjson" | "jsonl" => Ok(Self::Lines),
            "json" | "parquet" | "xlsx" | "xls" => {
                bail!("{}: pairs are written as .csv, .ndjson or .jsonl, not as .{end}", path.display())
            }
            _ => Ok(Self::Csv),
        }
    }
}

/// Whether a path is /dev/stdout, a pipe or the like: written to, never put in its place.
pub(super) fn is_pipe(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}

/// Refuses a name that promises what is not written.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    Form::of(path).map(drop)
}

/// Writes pairs; with `explain`, beside each the level and weight of every field.
pub(super) fn write(path: &Path, pairs: &Pairs<'_>, explain: bool) -> anyhow::Result<()> {
    let place = || path.display().to_string();
    let form = Form::of(path)?;
    if is_pipe(path) {
        let file = std::fs::OpenOptions::new().write(true).open(path).with_context(place)?;
        return written(file, form, pairs, explain).map(drop).with_context(place);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(folder).with_context(place)?;
    let file = written(file, form, pairs, explain).with_context(place)?;
    file.persist(path).with_context(place)?;
    output::tell(&format!("wrote {}", path.display()));
    Ok(())
}

fn written<W: Write>(file: W, form: Form, pairs: &Pairs<'_>, explain: bool) -> anyhow::Result<W> {
    let buffered = BufWriter::with_capacity(1 << 20, file);
    let buffered = match form {
        Form::Csv => rows(buffered, pairs, explain)?,
        Form::Lines => ndjson::lines(buffered, pairs, explain)?,
    };
    Ok(buffered.into_inner().map_err(std::io::IntoInnerError::into_error)?)
}

/// A probability as a decimal.
pub(super) fn probability(ppm: u32) -> String {
    format!("{}.{:06}", ppm / 1_000_000, ppm % 1_000_000)
}

/// Writes the heading line and a line a pair; gives the file back once all of it is written.
fn rows<W: Write>(file: W, pairs: &Pairs<'_>, explain: bool) -> anyhow::Result<W> {
    let mut writer = csv::Writer::from_writer(file);
    let mut headings: Vec<String> =
        ["left_id", "right_id", "weight", "probability", "decision"].map(str::to_owned).to_vec();
    if explain {
        for field in &pairs.model.fields {
            headings.extend([format!("{}_level", field.name), format!("{}_weight", field.name)]);
        }
        headings.push("together_weight".to_owned());
    }
    writer.write_record(&headings)?;
    let mut explainer = explain.then(|| Explainer::new(pairs.model, pairs.table));
    let mut row: Vec<String> = Vec::with_capacity(headings.len());
    for found in pairs.found {
        let pair = found.pair;
        let (left, right) = pairs.names(found);
        row.clear();
        row.extend([left.to_owned(), right.to_owned(), weight(pair.weight)]);
        row.extend([probability(found.probability_ppm), found.decision.key().to_owned()]);
        if let Some(explainer) = &mut explainer {
            let explained = explainer.explain(pair.left, pair.right);
            for field in &explained.fields {
                row.extend([pairs.words(&field.level).to_owned(), weight(field.weight)]);
            }
            row.push(weight(explained.together.iter().map(|place| pairs.model.together[*place].centibits).sum()));
        }
        writer.write_record(&row)?;
    }
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}
