//! How a file is meant, from its name and the options beside it.

use std::path::Path;

use jiff::civil::Date;

use crate::bulk::Terms;
use crate::bulk::file::Format;
use crate::cli::Usage;
use crate::cli::arguments::FileTerms;
use crate::cli::verify::extension;
use crate::household::{Purpose, Region};

pub(super) fn format(file: &Path, terms: &FileTerms) -> Result<Format, Usage> {
    let word = terms.format.as_deref().unwrap_or_else(|| match extension(file) {
        "jsonl" => "ndjson",
        other => other,
    });
    Format::parse(word).ok_or_else(|| {
        Usage(format!("{}: households come as .ndjson, .csv or .xlsx; --format says which it is", file.display()))
    })
}

pub(super) fn read(file: &Path, terms: &FileTerms, today: Date) -> Result<Terms, Usage> {
    if terms.region.as_deref().is_some_and(|region| !Region::is_code(region)) {
        return Err(Usage("--region: write six digits of GB/T 2260, such as 620422".into()));
    }
    Ok(Terms {
        format: format(file, terms)?,
        as_of: terms.as_of.unwrap_or(today),
        region: terms.region.clone(),
        purpose: purpose("--purpose", terms.purpose.as_deref())?,
        only_purpose: purpose("--only-purpose", terms.only_purpose.as_deref())?,
        only_township: terms.only_township.clone(),
        only_village: terms.only_village.clone(),
    })
}

fn purpose(option: &str, word: Option<&str>) -> Result<Option<Purpose>, Usage> {
    let Some(word) = word else { return Ok(None) };
    let words = || Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect::<Vec<_>>().join(", ");
    Purpose::parse(word).map(Some).ok_or_else(|| Usage(format!("{option} {word}: write one of {}", words())))
}
