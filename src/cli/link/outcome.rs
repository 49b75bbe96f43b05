//! The pairs as a file.

use std::path::Path;

use anyhow::bail;

use super::files::Files;
use super::ndjson;
use crate::linkage::sheets::{Pairs, as_it_stands};

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
        Form::Csv => Ok(pairs.write(file, explain, as_it_stands)?),
        Form::Lines => ndjson::lines(file, pairs, explain),
    })
}
