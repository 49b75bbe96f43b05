//! The pairs as a file.

use std::io::Write;
use std::path::Path;

use anyhow::bail;

use super::files::{self, Files};
use super::ndjson;
use crate::cli::arguments::Language;
use crate::linkage::LinkageModel;
use crate::linkage::decision::Decided;
use crate::linkage::explained::Explainer;
use crate::linkage::fields::LevelText;
use crate::linkage::roster::Column;
use crate::linkage::scoring::Scorer;
use crate::report::render::amounts::weight;

/// What was found of which rows.
pub(super) struct Pairs<'a> {
    pub(super) model: &'a LinkageModel,
    pub(super) scorer: &'a Scorer<'a>,
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

/// Refuses a name that promises what is not written.
pub(super) fn check(path: &Path) -> anyhow::Result<()> {
    Form::of(path).map(drop)
}

/// Writes pairs; with `explain`, beside each the level and weight of every field.
pub(super) fn write(files: &mut Files, path: &Path, pairs: &Pairs<'_>, explain: bool) -> anyhow::Result<()> {
    let form = Form::of(path)?;
    files.write(path, |file| match form {
        Form::Csv => rows(file, pairs, explain),
        Form::Lines => ndjson::lines(file, pairs, explain),
    })
}

/// A probability as a decimal.
pub(super) fn probability(ppm: u32) -> String {
    format!("{}.{:06}", ppm / 1_000_000, ppm % 1_000_000)
}

/// Writes the heading line and a line a pair.
fn rows(file: &mut dyn Write, pairs: &Pairs<'_>, explain: bool) -> anyhow::Result<()> {
    let mut writer = files::rows(file);
    let mut headings: Vec<String> =
        ["left_id", "right_id", "weight", "probability", "decision"].map(str::to_owned).to_vec();
    if explain {
        for field in &pairs.model.fields {
            headings.extend([format!("{}_level", field.name), format!("{}_weight", field.name)]);
        }
        headings.push("together_weight".to_owned());
    }
    writer.write_record(&headings)?;
    let mut explainer = explain.then(|| Explainer::new(pairs.model, pairs.scorer));
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
    Ok(writer.flush()?)
}
