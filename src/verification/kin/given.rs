//! Reads whom a caller stands apart from and lists **every** fault with its JSON pointer. No fault repeats a value.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Person, Relation};
use crate::household::{Fault, Faults, IdKind};
use crate::identity::check_document;
use crate::verification::intake::document_remedy;
use crate::verification::intake::shape::Object;
use crate::verification::intake::{self, MAX_PEOPLE};

pub(super) fn read(bytes: &[u8], today: Date) -> Result<Vec<Person>, Vec<Fault>> {
    let mut faults = Faults::default();
    let Some(value) = intake::parse(bytes, &mut faults) else { return Err(faults.0) };
    let Some(mut root) = Object::new("", value, &mut faults) else { return Err(faults.0) };
    let given = root.required_array("people", &mut faults);
    if given.is_empty() && faults.is_empty() {
        let remedy = ["至少登记一人；全部注销请用 DELETE", "name one person at least; DELETE removes them all"];
        faults.add("/people", "count", "没有任何人", "names nobody", remedy);
    }
    if given.len() > MAX_PEOPLE {
        let remedy = ["只登记本人和近亲属", "name the caller and close relatives only"];
        faults.add("/people", "count", "至多 30 人", "may hold 30 people at most", remedy);
    }
    let mut people = Vec::new();
    let (mut seen, mut selves) = (BTreeSet::new(), 0);
    for (pointer, item) in given.into_iter().take(MAX_PEOPLE) {
        let Some(mut object) = Object::new(&pointer, item, &mut faults) else { continue };
        let names = Relation::ALL.iter().map(|relation| relation.as_str());
        let relation = object.named("relation", Relation::parse, names, &mut faults);
        let number = object.required_text("id_number", 32, &mut faults);
        let (at, before) = (object.at("id_number"), faults.0.len());
        let kinds = IdKind::ALL.iter().filter(|kind| **kind != IdKind::None).map(|kind| kind.as_str());
        let kind = object.optional_named("id_kind", IdKind::parse, kinds, &mut faults).unwrap_or(IdKind::Resident);
        let sound = (!number.is_empty() && faults.0.len() == before).then(|| check_document(kind, &number, today));
        object.finish(&mut faults);
        selves += u32::from(relation == Some(Relation::Myself));
        if relation == Some(Relation::Myself) && selves > 1 {
            let remedy = ["只保留一条", "keep one of them"];
            faults.add(
                &format!("{pointer}/relation"),
                "second_self",
                "本人只能登记一次",
                "names the caller twice",
                remedy,
            );
        }
        match (sound, relation) {
            (Some(Err(fault)), _) => {
                let remedy = document_remedy(fault);
                faults.add(&at, fault.code(), &fault.zh(), &fault.to_string(), remedy);
            }
            (Some(Ok(number)), _) if !seen.insert(number.expose().to_owned()) => {
                let remedy = ["每人只登记一次", "name each person once"];
                faults.add(&at, "repeated_person", "此人已在前面登记", "stands in the list before", remedy);
            }
            (Some(Ok(id_number)), Some(relation)) => people.push(Person { relation, id_number }),
            _ => {}
        }
    }
    root.finish(&mut faults);
    if faults.is_empty() { Ok(people) } else { Err(faults.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(body: &str) -> Vec<(String, String)> {
        let today = "2026-11-27".parse().unwrap();
        read(body.as_bytes(), today).unwrap_err().into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn every_fault_is_named_where_it_stands_and_repeats_no_value() {
        let body = r#"{"people": [{"relation": "self", "id_number": "62042219900101001X"}, {"relation": "cousin", "id_number": "620422199001010011"},
                       {"relation": "self", "id_number": "620422199001010010"}, {"relation": "child", "id": "1"}], "more": 1}"#;
        let found = faults(body);
        for expected in [
            ("/people/1/relation", "unknown_relation"),
            ("/people/2/relation", "second_self"),
            ("/people/3/id_number", "required"),
            ("/people/3/id", "unknown_field"),
            ("/more", "unknown_field"),
        ] {
            assert!(found.iter().any(|(at, code)| (at.as_str(), code.as_str()) == expected), "{expected:?}: {found:?}");
        }
        let today = "2026-11-27".parse().unwrap();
        assert!(!format!("{:?}", read(body.as_bytes(), today).unwrap_err()).contains("6204221990"));
        assert_eq!(faults(r#"{"people": []}"#), [("/people".to_owned(), "count".to_owned())]);
        assert_eq!(faults("{}"), [("/people".to_owned(), "required".to_owned())]);
    }
}
