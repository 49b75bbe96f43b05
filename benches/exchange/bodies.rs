//! Bodies parsed to the last field and dropped: what any client has to do before it knows anything.

use encoding_rs::Encoding;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// JSON in UTF-8.
pub(crate) fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

/// JSON in another encoding.
pub(crate) fn json_in(encoding: &'static Encoding, body: &[u8]) -> Value {
    json(encoding.decode(body).0.as_bytes())
}

/// JSON, one value a line.
pub(crate) fn lines(body: &[u8]) -> Vec<Value> {
    body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(json).collect()
}

/// Every element's name with its text.
pub(crate) fn xml(body: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(body);
    let mut elements: Vec<(String, String)> = Vec::new();
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(element) => {
                elements.push((element.local_name().as_ref().to_owned(), String::new()));
            }
            Event::Text(text) => {
                if let Some((_, known)) = elements.last_mut() {
                    known.push_str(&text);
                }
            }
            Event::Eof => return elements,
            _ => {}
        }
    }
}

/// Rows of a CSV file.
pub(crate) fn csv(body: &str) -> Vec<csv::StringRecord> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(body.as_bytes())
        .records()
        .map(|row| row.expect("CSV"))
        .collect()
}
