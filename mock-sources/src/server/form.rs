//! Bodies that are sound and yet not what was promised: lines missing at the end, rows with a field more or less.

use encoding_rs::{Encoding, GB18030, UTF_8};
use serde_json::Value;

/// What every row carries.
const RECORD_NUMBER: &str = "jlbh";

/// Without the last third of its lines, one at the least.
pub(super) fn truncated(body: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = body.split_inclusive(|byte| *byte == b'\n').collect();
    let kept = lines.len() - lines.len().div_ceil(3);
    lines[..kept].concat()
}

/// With a field more in every row.
pub(super) fn with_field(content_type: &str, body: &[u8], name: &str) -> Vec<u8> {
    if is_json(content_type) {
        return in_json(content_type, body, &mut |row| drop(row.insert(name.to_owned(), Value::from("1"))));
    }
    let number = format!("<{RECORD_NUMBER}>").into_bytes();
    let mut changed = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = find(rest, &number) {
        changed.extend_from_slice(&rest[..at]);
        changed.extend_from_slice(format!("<{name}>1</{name}>").as_bytes());
        changed.extend_from_slice(&number);
        rest = &rest[at + number.len()..];
    }
    changed.extend_from_slice(rest);
    changed
}

/// Without a field in any row.
pub(super) fn without_field(content_type: &str, body: &[u8], name: &str) -> Vec<u8> {
    if is_json(content_type) {
        return in_json(content_type, body, &mut |row| drop(row.remove(name)));
    }
    let (open, close) = (format!("<{name}>").into_bytes(), format!("</{name}>").into_bytes());
    let mut changed = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = find(rest, &open) {
        let Some(end) = find(&rest[at..], &close) else { break };
        changed.extend_from_slice(&rest[..at]);
        rest = &rest[at + end + close.len()..];
    }
    changed.extend_from_slice(rest);
    changed
}

fn is_json(content_type: &str) -> bool {
    content_type.starts_with("application/json")
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

type Row = serde_json::Map<String, Value>;

fn in_json(content_type: &str, body: &[u8], change: &mut impl FnMut(&mut Row)) -> Vec<u8> {
    let encoding: &Encoding = if content_type.contains("GB") { GB18030 } else { UTF_8 };
    let Ok(mut tree) = serde_json::from_str(&encoding.decode_without_bom_handling(body).0) else {
        return body.to_vec();
    };
    in_rows(&mut tree, change);
    encoding.encode(&tree.to_string()).0.into_owned()
}

fn in_rows(value: &mut Value, change: &mut impl FnMut(&mut Row)) {
    match value {
        Value::Array(members) => members.iter_mut().for_each(|member| in_rows(member, change)),
        Value::Object(fields) => {
            if fields.contains_key(RECORD_NUMBER) {
                change(fields);
            }
            fields.values_mut().for_each(|member| in_rows(member, change));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_from_the_end() {
        assert_eq!(truncated(b"a\nb\nc\nd\n"), b"a\nb\n");
        assert_eq!(truncated(b"a\nb"), b"a\n");
        assert_eq!(truncated(b"a"), b"");
    }

    #[test]
    fn rows_of_json_and_of_xml_gain_and_lose_a_field() {
        let json = r#"{"code":"1","vehs":[{"jlbh":"1","zt":"A","syr":"王"}]}"#;
        let gbk = encoding_rs::GBK.encode(json).0;
        let kind = "application/json; charset=GBK";
        let read = |bytes: &[u8]| encoding_rs::GBK.decode_without_bom_handling(bytes).0.into_owned();
        assert_eq!(read(&without_field(kind, &gbk, "zt")), r#"{"code":"1","vehs":[{"jlbh":"1","syr":"王"}]}"#);
        let more: Value = serde_json::from_str(&read(&with_field(kind, &gbk, "fdjh"))).unwrap();
        assert_eq!((more["vehs"][0]["fdjh"].as_str(), more.get("fdjh")), (Some("1"), None));
        let xml = b"<a><r><jlbh>1</jlbh><x>2</x></r><r><jlbh>3</jlbh><x>4</x></r></a>";
        assert_eq!(without_field("text/xml", xml, "x"), b"<a><r><jlbh>1</jlbh></r><r><jlbh>3</jlbh></r></a>");
        let more = String::from_utf8(with_field("text/xml", xml, "y")).unwrap();
        assert_eq!(more.matches("<y>1</y><jlbh>").count(), 2);
    }
}
