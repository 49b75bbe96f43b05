//! A stored body of whichever program made it. Within one format fields are added and never change their meaning.

use serde_json::{Map, Value, json};

use super::super::body::{Body, FORMAT};

/// Why a stored body cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no JSON object.
    #[error("the stored report is no JSON object")]
    NotJson,
    /// It is of a form that this build does not know, and must not guess.
    #[error(
        "the stored report is of the form {format:?}, this program reads {FORMAT:?}: use the program that wrote it"
    )]
    Format {
        /// Its form.
        format: String,
    },
    /// Something in it is not as this form has it. What, is not said: it may be somebody's name.
    #[error("the stored report is not as {FORMAT:?} has it: look at it with the program that wrote it")]
    Content,
}

/// Lists of a body that an earlier program may not have written: what was not looked for was not found, and is no change either.
const LISTS: [&str; 9] = [
    "deductions",
    "declared",
    "findings",
    "amounts",
    "open_facts",
    "referrals",
    "alerts",
    "held_for_review",
    "set_aside",
];

/// Totals that an earlier program may not have reckoned: open, never nothing.
const RANGES: [&str; 8] = [
    "income",
    "deductions",
    "net_income",
    "per_head_yearly",
    "per_head_monthly",
    "financial",
    "financial_per_head",
    "rigid_spending",
];
const COUNTS: [&str; 3] = ["dwellings", "cars", "companies"];

/// Reads a stored body of this format, made by this program or another: lists it lacks are empty, totals it lacks are open, and what
/// stands at its top that this build does not know is left out.
///
/// # Errors
/// [`Unreadable`]: no JSON, another form, or something that is not of the form. Nothing of the body is in the message.
pub fn read(bytes: &[u8]) -> Result<Body, Unreadable> {
    let Ok(Value::Object(mut body)) = serde_json::from_slice::<Value>(bytes) else { return Err(Unreadable::NotJson) };
    let format = body.get("format").and_then(Value::as_str).unwrap_or_default();
    if format != FORMAT {
        return Err(Unreadable::Format { format: format.chars().take(40).collect() });
    }
    for list in LISTS {
        body.entry(list).or_insert_with(|| json!([]));
    }
    if let Some(Value::Object(totals)) = body.get_mut("totals") {
        complete(totals);
    }
    body.retain(|key, _| KNOWN.contains(&key.as_str()));
    serde_json::from_value(Value::Object(body)).map_err(|_| Unreadable::Content)
}

fn complete(totals: &mut Map<String, Value>) {
    totals.entry("income_by_class").or_insert_with(|| json!([]));
    for range in RANGES {
        let open = || json!({ "at_least": "0.00", "at_most": null, "so_far": "0.00", "complete": false });
        totals.entry(range).or_insert_with(open);
    }
    for count in COUNTS {
        totals.entry(count).or_insert_with(|| json!({ "at_least": 0, "at_most": null, "complete": false }));
    }
}

/// What this build knows at the top of a body.
const KNOWN: &[&str] = &[
    "format",
    "number",
    "version",
    "final",
    "status",
    "issued",
    "supersedes",
    "copy_for",
    "request",
    "household",
    "summary",
    "asked_on",
    "answered_on",
    "sources",
    "income",
    "deductions",
    "property",
    "totals",
    "reference_lines",
    "declared",
    "findings",
    "screening",
    "decided_early",
    "amounts",
    "open_facts",
    "referrals",
    "alerts",
    "review",
    "held_for_review",
    "set_aside",
    "assumed",
    "grounds",
    "laws",
    "centre",
    "notices",
    "provenance",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn stored() -> Value {
        serde_json::to_value(fixture::case().body()).unwrap()
    }

    #[test]
    fn what_this_build_writes_it_reads() {
        let body = fixture::case().body();
        assert_eq!(read(&body.bytes()).unwrap(), body, "every key of a body is known");
    }

    #[test]
    fn what_an_earlier_program_did_not_write_is_open_or_empty_and_what_a_later_one_added_is_left_out() {
        let mut earlier = stored();
        earlier.as_object_mut().unwrap().remove("alerts");
        earlier["totals"].as_object_mut().unwrap().remove("rigid_spending");
        earlier["invented_later"] = json!({ "x": 1 });
        let body = read(&serde_json::to_vec(&earlier).unwrap()).unwrap();
        assert!(body.alerts.is_empty());
        assert_eq!((body.totals.rigid_spending.at_most, body.totals.rigid_spending.complete), (None, false));
    }

    #[test]
    fn another_form_is_not_guessed_and_a_fault_says_nothing_of_the_family() {
        let mut other = stored();
        other["format"] = json!("hedui-report/2");
        let refused = read(&serde_json::to_vec(&other).unwrap()).unwrap_err();
        assert!(matches!(refused, Unreadable::Format { .. }), "{refused}");
        assert!(matches!(read(b"[]"), Err(Unreadable::NotJson)));
        let mut broken = stored();
        broken["household"]["members"][0]["age"] = json!("李建国");
        let fault = read(&serde_json::to_vec(&broken).unwrap()).unwrap_err();
        assert!(!fault.to_string().contains("李建国"), "{fault}");
    }
}
