//! What the script says while somebody types, so that it is what the server says of the same: the texts of the server's own faults, and the day.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::console::words::new::NewWords;
use crate::household::Lang;
use crate::identity::{DocumentFault, IdFault};
use crate::verification::intake::document_remedy;

/// A count that no number of a person has, in whose place the script puts the one it found.
const COUNT: usize = 9999;

/// As JSON.
pub(super) fn rules(words: &NewWords, lang: Lang, today: Date) -> String {
    let faults = [
        IdFault::Length { found: COUNT },
        IdFault::Characters,
        IdFault::Region,
        IdFault::BirthDate,
        IdFault::NotYetBorn,
        IdFault::CheckCharacter,
    ];
    let mut said = Map::new();
    for fault in faults.map(DocumentFault::Resident) {
        let [detail_zh, detail] = [fault.zh(), fault.to_string()];
        let [remedy_zh, remedy] = document_remedy(fault);
        let text = lang.pick(&format!("{detail_zh}，{remedy_zh}"), &format!("{detail}; {remedy}")).to_owned();
        said.insert(fault.code().into(), Value::String(text.replace(&COUNT.to_string(), "{}")));
    }
    for (name, text) in [
        ("valid", words.valid),
        ("male", words.male),
        ("female", words.female),
        ("day", words.day_form),
        ("future", words.future),
        ("expired", words.expired),
        ("before_signing", words.before_signing),
    ] {
        said.insert(name.into(), Value::String(text.into()));
    }
    json!({"today": today.to_string(), "said": said}).to_string()
}
