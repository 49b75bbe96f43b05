//! A request as it was typed so far. A field of the form is named by the place of its value in the request's JSON (RFC 6901), so that what is wrong
//! with the request is said at its field without a table between the two. Nothing is kept: the form carries everything from step to step.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::folding::unfolded;
use crate::verification::intake::MAX_PEOPLE;

/// People of the household.
pub(super) const MEMBERS: &str = "/household/members";
/// People outside it with a duty of support.
pub(super) const OBLIGORS: &str = "/household/obligors";
/// Most lines of declared income, or of property, a person.
const MOST_LINES: usize = 20;
/// No value of a request stands deeper.
const MOST_STEPS: usize = 8;
/// Where a request has lists: a place may follow these names, and no others.
const LISTS: [&str; 5] = ["members", "obligors", "investigators", "income", "property"];
/// No value stands in more lists than a line of somebody.
const MOST_LISTS: usize = 2;
/// Somebody's fields in one.
const FOLDED: &str = "folded";
/// What tells one sending from another.
const KEY: &str = "key";

/// What was typed, in the order of the form.
#[derive(Clone, Default)]
pub(super) struct Draft(Vec<(String, String)>);

impl Draft {
    /// Of what a form sent. A text is as it was typed, without blanks around it.
    pub(super) fn of(sent: &[(String, String)]) -> Self {
        let folded = sent.iter().filter(|(name, _)| name == FOLDED).flat_map(|(_, value)| unfolded(value));
        let fields = sent.iter().cloned().chain(folded).filter(|(name, _)| may_stand(name) || name == KEY);
        Self(fields.map(|(name, value)| (name, value.trim().to_owned())).collect())
    }

    /// What was typed into a field; nothing where it was not there.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value)
    }

    /// Everything that was chosen in a field.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(of, _)| *of == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Every field as it stands: what goes from one step to the next.
    pub(super) fn fields(&self) -> &[(String, String)] {
        &self.0
    }

    /// What makes a second press of the button the same sending as the first. A value that is none of ours is replaced.
    pub(super) fn key(&mut self) -> String {
        let key = uuid::Uuid::parse_str(self.get(KEY)).unwrap_or_else(|_| uuid::Uuid::new_v4()).to_string();
        self.set(KEY, key.clone());
        key
    }

    /// How many people or lines there are in a list.
    pub(super) fn count(&self, list: &str) -> usize {
        let places = self.0.iter().filter_map(|(name, _)| place_in(list, name));
        places.map(|(place, _)| place + 1).max().unwrap_or(0)
    }

    /// The names within the request that people have, with what they are called: the members, or everybody.
    pub(super) fn people(&self, everybody: bool) -> Vec<(String, String)> {
        let lists = if everybody { &[MEMBERS, OBLIGORS][..] } else { &[MEMBERS] };
        let of = |list: &&str| (0..self.count(list)).map(|place| format!("{list}/{place}")).collect::<Vec<_>>();
        let person =
            |at: String| (self.get(&format!("{at}/ref")).to_owned(), self.get(&format!("{at}/name")).to_owned());
        lists.iter().flat_map(of).map(person).collect()
    }

    /// One more in a list: a person, or a line. Where it stands.
    pub(super) fn add(&mut self, list: &str) -> String {
        let place = self.count(list);
        if list == MEMBERS || list == OBLIGORS {
            if self.count(MEMBERS) + self.count(OBLIGORS) < MAX_PEOPLE {
                let letter = if list == MEMBERS { 'm' } else { 'o' };
                let taken: Vec<_> = self.people(true).into_iter().map(|(name, _)| name).collect();
                let mut free = (1..).map(|number| format!("{letter}{number}")).filter(|name| !taken.contains(name));
                self.set(format!("{list}/{place}/ref"), free.next().unwrap_or_default());
                self.set(format!("{list}/{place}/authorisation/signed_by"), "self");
                self.set(format!("{list}/{place}/authorisation/sources"), "all");
            }
        } else if is_lines(list) && place < MOST_LINES {
            self.set(format!("{list}/{place}/class"), "");
        }
        format!("{list}/{place}")
    }

    /// Takes a person or a line out of its list; those after it move up.
    pub(super) fn remove(&mut self, at: &str) {
        let Some((list, gone)) =
            at.rsplit_once('/').and_then(|(list, place)| Some((list, place.parse::<usize>().ok()?)))
        else {
            return;
        };
        if !(list == MEMBERS || list == OBLIGORS || is_lines(list)) {
            return;
        }
        let kept = std::mem::take(&mut self.0).into_iter().filter_map(|(name, value)| match place_in(list, &name) {
            Some((place, _)) if place == gone => None,
            Some((place, rest)) if place > gone => Some((format!("{list}/{}{rest}", place - 1), value)),
            _ => Some((name, value)),
        });
        self.0 = kept.collect();
    }

    /// Lines into which nobody wrote anything are none.
    pub(super) fn tidy(&mut self) {
        for person in self.places() {
            for kind in ["income", "property"] {
                let list = format!("{person}/declared/{kind}");
                for place in (0..self.count(&list)).rev() {
                    let at = format!("{list}/{place}/");
                    if self.0.iter().all(|(name, value)| !name.starts_with(&at) || value.is_empty()) {
                        self.remove(&format!("{list}/{place}"));
                    }
                }
            }
        }
    }

    /// Where each person stands.
    pub(super) fn places(&self) -> Vec<String> {
        let of = |list: &str| (0..self.count(list)).map(|place| format!("{list}/{place}")).collect::<Vec<_>>();
        [of(MEMBERS), of(OBLIGORS)].concat()
    }

    /// The request's JSON: what was left empty is left out.
    pub(super) fn document(&self) -> Value {
        let mut document = json!({"household": {"members": []}});
        let mut first = HashMap::with_capacity(self.0.len());
        for (name, value) in &self.0 {
            first.entry(name.as_str()).or_insert(value.as_str());
        }
        // who signed, before what is said of them
        let (signed, others): (Vec<_>, Vec<_>) = self.0.iter().partition(|(name, _)| name.ends_with("/signed_by"));
        for (pointer, text) in signed.into_iter().chain(others) {
            if !text.is_empty() && pointer.starts_with('/') && !is_left_out(&first, pointer) {
                put(&mut document, pointer, self.value(pointer, text));
            }
        }
        fill_holes(&mut document);
        document
    }

    fn value(&self, pointer: &str, text: &str) -> Value {
        match pointer.rsplit('/').next().unwrap_or_default() {
            "kin_of_official" | "informal" | "can_work" => json!(text == "yes"),
            "count" | "self_care_lost" | "household_size" | "supports" => {
                text.parse::<u64>().map_or_else(|_| json!(text), |number| json!(number))
            }
            "former_names" => {
                let names = text.split(['、', '，', ',', '；', ';']).map(str::trim);
                json!(names.filter(|name| !name.is_empty()).collect::<Vec<_>>())
            }
            "purposes" => json!([text]),
            "sources" if text == "only" => json!(self.all(&format!("{pointer}/only")).collect::<Vec<_>>()),
            "signed_by" if text != "self" => json!({}),
            name if name.ends_with("_yuan") => json!(text.replace([',', '，', ' '], "")),
            "recipient_key" => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
            _ => json!(text),
        }
    }
}

/// What stands in the form because another choice would need it, or of an authorisation that nobody gave.
fn is_left_out(first: &HashMap<&str, &str>, pointer: &str) -> bool {
    let Some((person, rest)) = pointer.split_once("/authorisation/") else { return false };
    let at = |name: &str| first.get(format!("{person}/authorisation/{name}").as_str()).copied().unwrap_or_default();
    let none = ["number", "signed_on", "valid_until", "document_sha256"].iter().all(|name| at(name).is_empty());
    let part = rest.split('/').nth(1);
    let other = rest.starts_with("signed_by/") && part != Some(at("signed_by"));
    none || other || rest == "sources/only"
}

/// Whether a value of a request may stand there: no deeper, in no more lists and at no higher place than one does.
fn may_stand(name: &str) -> bool {
    let Some(rest) = name.strip_prefix('/') else { return false };
    let steps: Vec<&str> = rest.split('/').take(MOST_STEPS + 1).collect();
    let is_place = |step: &&str| step.bytes().all(|digit| digit.is_ascii_digit());
    let lists = steps.windows(2).filter(|pair| is_place(&pair[1]));
    let known =
        |pair: &[&str]| LISTS.contains(&pair[0]) && pair[1].parse().is_ok_and(|place: usize| place < MAX_PEOPLE);
    steps.len() <= MOST_STEPS
        && !is_place(&steps[0])
        && lists.clone().count() <= MOST_LISTS
        && lists.into_iter().all(known)
}

/// Whether it is a list of what somebody declared.
fn is_lines(list: &str) -> bool {
    let of_person = [MEMBERS, OBLIGORS].iter().find_map(|people| list.strip_prefix(people)?.strip_prefix('/'));
    of_person.and_then(|rest| rest.split_once('/')).is_some_and(|(place, rest)| {
        place.parse::<u8>().is_ok() && matches!(rest, "declared/income" | "declared/property")
    })
}

/// Which entry of a list a field belongs to, and what it is there.
fn place_in<'a>(list: &str, name: &'a str) -> Option<(usize, &'a str)> {
    let rest = name.strip_prefix(list)?.strip_prefix('/')?;
    let end = rest.find('/')?;
    // No list is longer; a number that is too great names nothing.
    let place = rest[..end].parse().ok().filter(|place| *place < MAX_PEOPLE)?;
    Some((place, &rest[end..]))
}

/// Puts a value at its place, and what has to be around it.
fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut here = document;
    for step in pointer.split('/').skip(1) {
        here = match step.parse::<u8>().map(usize::from) {
            Ok(place) => {
                if !here.is_array() {
                    *here = json!([]);
                }
                let Value::Array(list) = here else { return };
                if list.len() <= place {
                    list.resize(place + 1, Value::Null);
                }
                &mut list[place]
            }
            Err(_) => {
                if !here.is_object() {
                    *here = Value::Object(Map::new());
                }
                &mut here[step]
            }
        };
    }
    *here = value;
}

/// A list has no holes: what was left empty between others is said to be empty.
fn fill_holes(value: &mut Value) {
    match value {
        Value::Array(list) => {
            for one in list {
                if one.is_null() {
                    *one = json!("");
                }
                fill_holes(one);
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(fill_holes),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(fields: &[(&str, &str)]) -> Draft {
        Draft::of(&fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>())
    }

    #[test]
    fn fields_become_the_request() {
        let mut typed = draft(&[
            ("form_token", "secret"),
            ("/purpose", "dibao_application"),
            ("/reference", ""),
            ("/commissioned_by/organisation", "会师镇"),
            ("/commissioned_by/investigators/0", ""),
            ("/commissioned_by/investigators/1", " 李四 "),
            ("/household/members/0/ref", "m1"),
            ("/household/members/0/name", "张三"),
            ("/household/members/0/former_names", "张山、张珊"),
            ("/household/members/0/can_work", "no"),
            ("/household/members/0/self_care_lost", "2"),
            ("/household/members/0/authorisation/number", "SQ-1"),
            ("/household/members/0/authorisation/signed_by", "guardian"),
            ("/household/members/0/authorisation/signed_by/guardian", "m2"),
            ("/household/members/0/authorisation/signed_by/agent/name", "王五"),
            ("/household/members/0/authorisation/purposes", "social_assistance"),
            ("/household/members/0/authorisation/sources", "only"),
            ("/household/members/0/authorisation/sources/only", "tax"),
            ("/household/members/0/authorisation/sources/only", "bank"),
            ("/household/members/0/declared/income/0/class", ""),
            ("/household/members/0/declared/income/0/annual_yuan", ""),
            ("/household/members/0/declared/income/1/class", "wage"),
            ("/household/members/0/declared/income/1/annual_yuan", "12000.00"),
            ("/household/members/1/ref", "m2"),
            ("/household/members/1/authorisation/signed_by", "self"),
            ("/household/members/1/authorisation/sources", "all"),
        ]);
        typed.tidy();
        assert_eq!(
            typed.document(),
            json!({
                "purpose": "dibao_application",
                "commissioned_by": {"organisation": "会师镇", "investigators": ["", "李四"]},
                "household": {"members": [
                    {
                        "ref": "m1", "name": "张三", "former_names": ["张山", "张珊"], "can_work": false, "self_care_lost": 2,
                        "authorisation": {
                            "number": "SQ-1", "signed_by": {"guardian": "m2"}, "purposes": ["social_assistance"], "sources": ["tax", "bank"],
                        },
                        "declared": {"income": [{"class": "wage", "annual_yuan": "12000.00"}]},
                    },
                    {"ref": "m2"},
                ]},
            })
        );
    }

    #[test]
    fn people_and_lines_come_and_go_and_keep_their_names() {
        let mut typed = Draft::default();
        for list in [MEMBERS, MEMBERS, MEMBERS, OBLIGORS] {
            typed.add(list);
        }
        typed.set("/household/members/1/name", "second");
        typed.set("/household/members/2/name", "third");
        typed.add("/household/members/2/declared/income");
        typed.remove("/household/members/1");
        assert_eq!(typed.people(true), [("m1", ""), ("m3", "third"), ("o1", "")].map(|(a, b)| (a.into(), b.into())));
        assert_eq!(typed.count("/household/members/1/declared/income"), 1, "lines move with whom they are of");
        for _ in 0..40 {
            typed.add(MEMBERS);
        }
        let names: Vec<_> = typed.people(false).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[..4], ["m1", "m3", "m2", "m4"], "a free name is taken");
        assert_eq!(names.len() + 1, MAX_PEOPLE, "no more people than a request has");
    }

    #[test]
    fn names_that_no_form_has_do_no_harm() {
        let deep = "/a".repeat(9_000);
        let wide = ["/a/b/9/9/9/9", "/household/members/29/members/29/members/29", "/0/1", "/household//members/1"];
        let mut typed =
            draft(&[("/household/members/255/name", "x"), ("/household/members/99999/name", "x"), (&deep, "x")]);
        assert!(wide.iter().all(|name| draft(&[(name, "x")]).fields().is_empty()), "{wide:?}");
        assert_eq!(typed.count(MEMBERS), 0);
        for at in ["/purpose", "/household", "/household/members/x", "", "/household/members/0/declared/other/0"] {
            typed.remove(at);
            typed.add(at);
        }
        assert_eq!(typed.fields().len(), 0);
        assert!(typed.document().to_string().len() < 4_000);
    }

    #[test]
    fn a_key_is_made_once() {
        let mut typed = draft(&[("key", "anything")]);
        let first = typed.key();
        assert!(uuid::Uuid::parse_str(&first).is_ok());
        assert_eq!(typed.key(), first);
    }
}
