//! Whether a department's answers have changed their form: fields that came up, fields that went. Names alone, never a value, and only so
//! many of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Most fields that are watched, and most changes that are kept.
const MOST_FIELDS: usize = 512;
const MOST_CHANGES: usize = 32;
/// Longest name that is kept, in characters, and most digits in it: what has more is no name of a field.
const LONGEST_NAME: usize = 64;
const MOST_DIGITS: usize = 4;
/// Answers that had a field before its absence means anything.
const ENOUGH: u32 = 20;
/// Answers in a row without it before it has gone: one now and then is a row that the department left incomplete.
const GONE: u32 = 5;

/// The objects of an answer that are watched: by place, whether they are rows, and the names of their fields taken together.
pub(crate) type Form<'a> = BTreeMap<String, (bool, BTreeSet<&'a str>)>;

/// What happened to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The definition does not read it, and no earlier answer had it.
    New,
    /// The definition reads it, every earlier answer with its rows had it, and now several in a row have not.
    Vanished,
}

/// A change of form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChange {
    /// Where the field stands: the place of its rows and what they become, and its name, as `$.vehs[*] (vehicle): clje`.
    pub field: String,
    /// What happened.
    pub change: Change,
    /// When it was first noticed.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

/// The forms of answers one source has given.
pub(crate) struct Forms {
    /// Names of fields that the definition reads.
    read: BTreeSet<String>,
    /// By the place of the object they stand in: how many answers had such an object, and how many of these had the field.
    objects: BTreeMap<String, Object>,
    fields: usize,
    changes: Vec<FieldChange>,
}

#[derive(Default)]
struct Object {
    answers: u32,
    fields: BTreeMap<String, Presence>,
}

/// Whether a field was in every answer up to a point, and how many have lacked it since.
struct Presence {
    always: bool,
    lacking: u32,
}

impl Forms {
    /// Knows what the definition reads.
    pub(crate) fn new(read: BTreeSet<String>) -> Self {
        Self { read, objects: BTreeMap::new(), fields: 0, changes: Vec::new() }
    }

    /// An answer came.
    pub(crate) fn saw(&mut self, form: &Form<'_>, now: Timestamp) {
        for (place, (rows, names)) in form {
            self.saw_object(place, *rows, names, now);
        }
    }

    fn saw_object(&mut self, place: &str, rows: bool, names: &BTreeSet<&str>, now: Timestamp) {
        if !self.objects.contains_key(place) && self.fields >= MOST_FIELDS {
            return;
        }
        let object = self.objects.entry(place.to_owned()).or_default();
        let (mut changed, known_before) = (Vec::new(), object.answers >= ENOUGH);
        for name in names.iter().filter(|name| self.read.contains(**name) || is_name(name)) {
            match object.fields.get_mut(*name) {
                Some(field) => {
                    field.always &= field.lacking == 0;
                    field.lacking = 0;
                }
                None if self.fields < MOST_FIELDS => {
                    self.fields += 1;
                    let always = object.answers == 0;
                    object.fields.insert((*name).to_owned(), Presence { always, lacking: 0 });
                    if known_before && !self.read.contains(*name) {
                        changed.push(((*name).to_owned(), Change::New));
                    }
                }
                None => {}
            }
        }
        for (name, field) in object.fields.iter_mut().filter(|(name, _)| !names.contains(name.as_str())) {
            field.lacking = field.lacking.saturating_add(1);
            let gone = rows && field.always && field.lacking == GONE && object.answers >= ENOUGH + GONE - 1;
            if gone && self.read.contains(name) {
                changed.push((name.clone(), Change::Vanished));
            }
        }
        object.answers = object.answers.saturating_add(1);
        for (name, change) in changed {
            self.note(format!("{place}: {name}"), change, now);
        }
    }

    fn note(&mut self, field: String, change: Change, at: Timestamp) {
        let known = self.changes.iter().any(|one| one.field == field && one.change == change);
        if !known && self.changes.len() < MOST_CHANGES {
            self.changes.push(FieldChange { field, change, at });
        }
    }

    /// Changes since the start, in the order they were noticed.
    /// How many there are, of which not more are kept.
    pub(crate) fn number_of_changes(&self) -> u32 {
        u32::try_from(self.changes.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn changes(&self) -> Vec<FieldChange> {
        self.changes.clone()
    }
}

/// Whether a key is the name of a field, as departments write them: a word of Latin letters. Some answers are keyed by what they are
/// about, and that may be a person's name or number.
fn is_name(key: &str) -> bool {
    let word = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:@#".contains(&byte));
    word && key.len() <= LONGEST_NAME && key.bytes().filter(u8::is_ascii_digit).count() <= MOST_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "$.rows[*] (vehicle)";

    fn forms() -> Forms {
        Forms::new(["plate", "price"].map(String::from).into())
    }

    fn seen(forms: &mut Forms, names: &[&str], times: u32) -> Vec<(String, Change)> {
        let form = Form::from([(ROWS.to_owned(), (true, names.iter().copied().collect()))]);
        (0..times).for_each(|_| forms.saw(&form, Timestamp::UNIX_EPOCH));
        forms.changes().into_iter().map(|one| (one.field, one.change)).collect()
    }

    #[test]
    fn a_field_that_comes_up_and_one_that_goes_are_noticed_once() {
        let mut forms = forms();
        assert_eq!(seen(&mut forms, &["plate", "price", "colour"], ENOUGH), []);
        let both = [(format!("{ROWS}: engine"), Change::New), (format!("{ROWS}: price"), Change::Vanished)];
        assert_eq!(
            seen(&mut forms, &["plate", "colour", "engine"], GONE - 1),
            both[..1],
            "once or twice may be by chance"
        );
        assert_eq!(seen(&mut forms, &["plate", "colour", "engine"], 3), both);
        // what nobody reads may go
        assert_eq!(seen(&mut forms, &["plate", "price", "engine"], 1), both);
    }

    #[test]
    fn what_is_missing_now_and_then_or_with_its_rows_has_not_vanished() {
        let mut forms = forms();
        seen(&mut forms, &["plate"], 1);
        seen(&mut forms, &["plate", "price"], 2 * ENOUGH);
        assert_eq!(seen(&mut forms, &["plate"], GONE), [], "it was missing once before");
        forms.saw(&Form::new(), Timestamp::UNIX_EPOCH);
        assert_eq!(forms.changes(), [], "no rows, no fields of theirs");
        let around = |names: &[&'static str]| {
            Form::from([("$".to_owned(), (false, names.iter().copied().collect::<BTreeSet<_>>()))])
        };
        (0..=ENOUGH).for_each(|_| forms.saw(&around(&["plate"]), Timestamp::UNIX_EPOCH));
        (0..=GONE).for_each(|_| forms.saw(&around(&[]), Timestamp::UNIX_EPOCH));
        assert_eq!(forms.changes(), [], "what is around rows may be there or not");
    }

    #[test]
    fn early_answers_are_how_its_form_is_learnt() {
        let mut forms = forms();
        seen(&mut forms, &["plate"], ENOUGH - 1);
        assert_eq!(seen(&mut forms, &["plate", "seldom"], 1), []);
    }

    #[test]
    fn no_persons_name_or_number_is_kept_and_memory_is_bounded() {
        let mut forms = forms();
        seen(&mut forms, &["plate"], ENOUGH);
        assert_eq!(seen(&mut forms, &["plate", "62042219710302123X", "620422710302123", "王建国"], 1), []);
        for number in 0..2000 {
            seen(&mut forms, &["plate", &format!("f{number}")], 1);
        }
        assert!(forms.changes().len() <= MOST_CHANGES && forms.fields <= MOST_FIELDS);
    }
}
