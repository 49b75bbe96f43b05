//! How a file is meant, from its name and the options beside it.

use std::path::Path;

use jiff::civil::Date;

use crate::bulk::Terms;
use crate::bulk::file::Format;
use crate::cli::Usage;
use crate::cli::arguments::FileTerms;
use crate::cli::verify::extension;
use crate::household::{Purpose, Region, RegisteredAs};

pub(super) fn format(file: &Path, terms: &FileTerms) -> Result<Format, Usage> {
    let word = terms.roster.format.as_deref().unwrap_or_else(|| match extension(file) {
        "jsonl" => "ndjson",
        other => other,
    });
    Format::parse(word).ok_or_else(|| {
        Usage(format!("{}: households come as .ndjson, .csv or .xlsx; --format says which it is", file.display()))
    })
}

pub(super) fn read(file: &Path, terms: &FileTerms, today: Date) -> Result<Terms, Usage> {
    if terms.roster.region.as_deref().is_some_and(|region| !Region::is_code(region)) {
        return Err(Usage("--region: write six digits of GB/T 2260, such as 620422".into()));
    }
    Ok(Terms {
        format: format(file, terms)?,
        as_of: terms.roster.as_of.unwrap_or(today),
        region: terms.roster.region.clone(),
        purpose: purpose("--purpose", terms.purpose.as_deref())?,
        registered_as: registered_as(terms.roster.registered_as.as_deref())?,
        legal_document: terms.legal_document.clone(),
        only_purpose: purpose("--only-purpose", terms.only_purpose.as_deref())?,
        only_township: terms.roster.only_township.clone(),
        only_village: terms.roster.only_village.clone(),
    })
}

fn registered_as(word: Option<&str>) -> Result<Option<RegisteredAs>, Usage> {
    let Some(word) = word else { return Ok(None) };
    let words = || RegisteredAs::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
    RegisteredAs::parse(word)
        .map(Some)
        .ok_or_else(|| Usage(format!("--registered-as {word}: write one of {}", words())))
}

fn purpose(option: &str, word: Option<&str>) -> Result<Option<Purpose>, Usage> {
    let Some(word) = word else { return Ok(None) };
    let words = || Purpose::ALL.iter().map(|purpose| purpose.as_str()).collect::<Vec<_>>().join(", ");
    Purpose::parse(word).map(Some).ok_or_else(|| Usage(format!("{option} {word}: write one of {}", words())))
}
