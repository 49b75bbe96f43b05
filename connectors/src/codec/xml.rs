//! XML to a tree: `<a><b>1</b></a>` is `{"a": {"b": "1"}}`. Prefixes are dropped, attributes become `@name`, `xsi:nil` is null.
//!
//! No DTD, no entities but the five of XML and character references, bounded depth: nothing expands.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape};
use serde_json::{Map, Value};

use super::Unreadable;

const DEEPEST: usize = 64;

struct Element {
    name: String,
    fields: Map<String, Value>,
    text: String,
    nil: bool,
}

/// Reads a document of one root. Elements named in `lists` are always lists, others become lists when they repeat.
pub(super) fn tree(text: &str, lists: &[String]) -> Result<Value, Unreadable> {
    let broken = |at: u64| Unreadable::new("body", format!("is not well-formed XML (byte {at})"));
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element { name: String::new(), fields: Map::new(), text: String::new(), nil: false }];
    loop {
        let at = reader.buffer_position();
        match reader.read_event().map_err(|_| broken(at))? {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(Unreadable::new("body", format!("is nested deeper than {DEEPEST} elements")));
                }
                open.push(element(&start).ok_or_else(|| broken(at))?);
            }
            Event::Empty(start) => {
                let empty = element(&start).ok_or_else(|| broken(at))?;
                close(&mut open, empty, lists).ok_or_else(|| broken(at))?;
            }
            Event::End(_) => {
                let done = open.pop().ok_or_else(|| broken(at))?;
                close(&mut open, done, lists).ok_or_else(|| broken(at))?;
            }
            Event::Text(part) => push_text(&mut open, &part.xml10_content()),
            Event::CData(part) => push_text(&mut open, &part.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let resolved = match reference.resolve_char_ref().map_err(|_| broken(at))? {
                    Some(character) => character.to_string(),
                    None => escape::resolve_xml_entity(&name).ok_or_else(|| broken(at))?.to_owned(),
                };
                push_text(&mut open, &resolved);
            }
            Event::DocType(_) => return Err(Unreadable::new("body", "carries a DTD, which is refused")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    match <[Element; 1]>::try_from(open) {
        Ok([top]) if top.fields.len() == 1 && top.text.trim().is_empty() => Ok(Value::Object(top.fields)),
        Ok([top]) if top.fields.is_empty() => Err(Unreadable::new("body", "has no root element")),
        Ok(_) => Err(Unreadable::new("body", "has more than one root element")),
        Err(_) => Err(Unreadable::new("body", "ends in the middle of an element")),
    }
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let mut fields = Map::new();
    let mut nil = false;
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let key: &str = attribute.key.as_ref();
        if key == "xmlns" || key.starts_with("xmlns:") {
            continue;
        }
        let local = attribute.key.local_name();
        let name: &str = local.as_ref();
        let value = escape::unescape(&attribute.value).ok()?.into_owned();
        if name == "nil" {
            nil = value == "true" || value == "1";
        } else {
            fields.insert(format!("@{name}"), Value::String(value));
        }
    }
    let local = start.local_name();
    let name: &str = local.as_ref();
    Some(Element { name: name.to_owned(), fields, text: String::new(), nil })
}

fn push_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// Puts a finished element into its parent.
fn close(open: &mut [Element], mut done: Element, lists: &[String]) -> Option<()> {
    let parent = open.last_mut()?;
    let value = if done.nil {
        Value::Null
    } else if done.fields.is_empty() {
        Value::String(done.text.trim().to_owned())
    } else {
        if !done.text.trim().is_empty() {
            done.fields.insert("#text".into(), Value::String(done.text.trim().to_owned()));
        }
        Value::Object(done.fields)
    };
    match parent.fields.get_mut(&done.name) {
        Some(Value::Array(items)) => items.push(value),
        Some(single) => *single = Value::Array(vec![single.take(), value]),
        None => {
            let value = if lists.contains(&done.name) { Value::Array(vec![value]) } else { value };
            parent.fields.insert(done.name, value);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Result<Value, Unreadable> {
        tree(text, &["row".into()])
    }

    #[test]
    fn prefixes_go_lists_stay_and_empty_is_empty() {
        let text = "<?xml version=\"1.0\"?><s:a xmlns:s=\"u\"><s:row><n>1 &amp; &#x4F1A;</n><m/></s:row><k t=\"x\">v</k></s:a>";
        assert_eq!(
            read(text).unwrap(),
            json!({"a": {"row": [{"n": "1 & 会", "m": ""}], "k": {"@t": "x", "#text": "v"}}})
        );
        assert_eq!(read("<a><b>1</b><b>2</b></a>").unwrap(), json!({"a": {"b": ["1", "2"]}}));
        assert_eq!(read("<a><b xsi:nil=\"true\"/></a>").unwrap(), json!({"a": {"b": null}}));
    }

    #[test]
    fn what_is_not_one_plain_document_is_refused() {
        for bad in [
            "",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "text",
            "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
            "<a>&unknown;</a>",
            "<a><b></a>",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let deep = format!("{}{}", "<a>".repeat(100), "</a>".repeat(100));
        assert!(read(&deep).unwrap_err().reason.contains("deeper"));
    }
}
