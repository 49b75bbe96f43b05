//! Closed words of a definition: purposes and classes of information.

use crate::problem::did_you_mean;
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

pub(super) fn speaks_for(top: &Section<'_>) -> Vec<String> {
    let Some(entry) = top.get("speaks_for") else {
        top.missing("speaks_for", &format!("some of {}", CLASSES.join(", ")));
        return Vec::new();
    };
    for item in entry.items() {
        if let Some(word) = item.text().filter(|word| !CLASSES.contains(&word.as_str())) {
            item.fault(format!("must be one of {}", CLASSES.join(", ")), did_you_mean(&word, CLASSES));
        }
    }
    entry.texts()
}
