//! Closed words of a definition: purposes and classes of information.

use crate::problem::did_you_mean;
use crate::source::SCREENINGS;
use crate::toml_reader::Section;

/// Classes a source can speak for; totals of these are open while it is silent.
const CLASSES: [&str; 12] = [
    "wage",
    "business",
    "property_income",
    "transfer",
    "financial",
    "vehicle",
    "real_estate",
    "company",
    "medical",
    "education",
    "disability",
    "household",
];

/// Classes of money: whoever speaks for one is asked with consent only, and serves no screening.
const OF_MONEY: [&str; 4] = ["wage", "business", "property_income", "financial"];

/// `["all"]`, or exact names of purposes.
pub(super) fn purposes(top: &Section<'_>) -> Vec<String> {
    let purposes = top.texts("purposes");
    if purposes.is_empty() {
        top.missing("purposes", "[\"all\"], or the purposes the department serves");
    }
    if purposes.len() > 1
        && purposes.iter().any(|purpose| purpose == "all")
        && let Some(entry) = top.get("purposes")
    {
        entry.fault("`all` stands alone", None);
    }
    purposes
}

/// Exact names of screenings; none unless given.
pub(super) fn screenings(top: &Section<'_>) -> Vec<String> {
    let screenings = closed_words(top, "screenings", &SCREENINGS);
    if let Some(entry) = top.get("screenings")
        && !screenings.is_empty()
        && top.texts("speaks_for").iter().any(|class| OF_MONEY.contains(&class.as_str()))
    {
        let classes = OF_MONEY.join(", ");
        entry.fault(
            format!("a department that speaks for one of {classes} serves no screening: it is asked with consent only"),
            None,
        );
    }
    screenings
}

pub(super) fn speaks_for(top: &Section<'_>) -> Vec<String> {
    if top.get("speaks_for").is_none() {
        top.missing("speaks_for", &format!("some of {}", CLASSES.join(", ")));
    }
    closed_words(top, "speaks_for", &CLASSES)
}

/// A list of words from a closed set; empty where there is none.
fn closed_words(top: &Section<'_>, key: &'static str, words: &[&'static str]) -> Vec<String> {
    let Some(entry) = top.get(key) else { return Vec::new() };
    for item in entry.items() {
        if let Some(word) = item.text().filter(|word| !words.contains(&word.as_str())) {
            item.fault(format!("must be one of {}", words.join(", ")), did_you_mean(&word, words.iter().copied()));
        }
    }
    entry.texts()
}
