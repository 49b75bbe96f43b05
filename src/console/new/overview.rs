//! Everything that was filled in, once more before it is sent.

use std::borrow::Cow;

use super::sheet::{Line, Person, Sheet, plain};
use crate::console::parts::{Cell, Entry, Field, Summary};
use crate::console::words::new::NewWords;
use crate::console::written::day;
use crate::household::Lang;

/// One part of it.
pub(super) struct Overview {
    pub(super) title: String,
    pub(super) summary: Summary,
}

/// The parts, in the order of the form.
pub(super) fn of(sheet: Sheet, lang: Lang) -> Vec<Overview> {
    let words = NewWords::of(lang);
    let part = |title: String, fields: Vec<Field>| Overview { title, summary: Summary { lines: lines(fields, lang) } };
    let mut parts = vec![
        part(words.section_case.into(), sheet.case),
        part(words.section_commission.into(), sheet.commission),
        part(words.section_household.into(), sheet.household),
    ];
    parts.extend(sheet.members.into_iter().chain(sheet.obligors).map(|person| {
        let title = person.title.clone();
        part(title, fields_of(person))
    }));
    parts.extend(sheet.key.map(|field| part(String::new(), vec![field])));
    parts.retain(|part| !part.summary.lines.is_empty());
    parts
}

/// Of a person, those that count: an agent's where an agent signed.
fn fields_of(person: Person) -> Vec<Field> {
    let signed = !person.consent[0].value.is_empty();
    let mut fields: Vec<_> = [person.duty, person.who, person.born, person.state].into_iter().flatten().collect();
    if signed {
        fields.extend(person.consent);
        let by = person.signed_by.value.clone();
        fields.push(person.signed_by);
        match by.as_str() {
            "guardian" => fields.extend(person.guardian),
            "agent" => fields.extend(person.agent),
            _ => {}
        }
        let only = person.sources.value == "only";
        fields.push(person.sources);
        if only {
            fields.push(person.some);
        }
    }
    fields.extend(person.income.into_iter().chain(person.property).flat_map(|line: Line| line.fields));
    fields
}

fn lines(fields: Vec<Field>, lang: Lang) -> Vec<(&'static str, Cell)> {
    let line = |field: Field| {
        let shown = match &field.entry {
            Entry::Choice(choices) | Entry::Marks(choices) => {
                let called = choices.iter().find(|(code, _)| *code == field.value && !code.is_empty());
                called.map(|(_, text)| text.clone()).unwrap_or_default()
            }
            Entry::Ticks(choices, chosen) => {
                let called = choices.iter().filter(|(code, _)| chosen.contains(code)).map(|(_, text)| text.as_str());
                called.collect::<Vec<_>>().join(lang.pick("、", ", "))
            }
            Entry::Tick if field.value == "yes" => lang.pick("是", "yes").to_owned(),
            Entry::Tick => String::new(),
            Entry::Day => field.value.parse().map_or_else(|_| field.value.clone(), |date| day(date, lang)),
            _ => field.value.clone(),
        };
        let label = match field.label {
            Cow::Borrowed(label) => plain(label),
            Cow::Owned(_) => "",
        };
        (!shown.is_empty()).then_some((label, Cell::Text(shown)))
    };
    fields.into_iter().filter_map(line).collect()
}
