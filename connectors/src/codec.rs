//! Bytes of an answer to one tree, whatever the department speaks: JSON, NDJSON, XML and CSV all become JSON values, so that
//! one kind of path finds things in them. Charset first, strictly; nothing is guessed. No I/O.

mod delimited;
mod lines;
mod xml;

use encoding_rs::Encoding;
use serde_json::Value;

pub(crate) use delimited::LastRow;
pub(crate) use lines::Trailer;

/// How an answer's bytes are read.
#[derive(Clone, Debug)]
pub(crate) enum Codec {
    /// One JSON value.
    Json,
    /// One JSON object a line; the tree is the list of them.
    Ndjson { trailer: Option<Trailer> },
    /// The tree is `{root: …}`; namespace prefixes are dropped; `lists` are the elements that may repeat.
    Xml { lists: Vec<String> },
    /// The tree is `{"code": "OK", "rows": [{column: text}]}`, or `{"code": "MARK.code"}` when the first field is the error mark.
    Csv { header: Vec<String>, error_mark: Option<String>, trailer: Option<LastRow> },
    /// The body is not read.
    Ignored,
}

/// Something in an answer that cannot be read: where, and why, in words that repeat nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) place: String,
    pub(crate) reason: String,
}

impl Unreadable {
    pub(crate) fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }

    fn body(reason: impl Into<String>) -> Self {
        Self::new("body", reason)
    }
}

impl Codec {
    /// Whether the answer's last line proves that it is whole.
    pub(crate) fn is_proved(&self) -> bool {
        matches!(self, Self::Ndjson { trailer: Some(_) } | Self::Csv { trailer: Some(_), .. })
    }

    /// Reads a whole body.
    pub(crate) fn decode(&self, bytes: &[u8], encoding: &'static Encoding) -> Result<Value, Unreadable> {
        match self {
            Self::Ignored => Ok(Value::Null),
            Self::Json => parse_json(&decode_text(bytes, encoding)?),
            Self::Ndjson { trailer } => {
                let rows = match trailer {
                    Some(trailer) => trailer.verified_rows(bytes)?,
                    None => bytes,
                };
                lines::rows(&decode_text(rows, encoding)?)
            }
            Self::Xml { lists } => xml::tree(&decode_text(bytes, encoding)?, lists),
            Self::Csv { header, error_mark, trailer: None } => {
                delimited::tree(&decode_text(bytes, encoding)?, header, error_mark.as_deref())
            }
            Self::Csv { header, error_mark, trailer: Some(trailer) } => {
                trailer.verified(bytes, encoding, header, error_mark.as_deref())
            }
        }
    }
}

/// Strict decoding: one wrong byte and the text is not what the department meant.
fn decode_text(bytes: &[u8], encoding: &'static Encoding) -> Result<String, Unreadable> {
    let bytes = match Encoding::for_bom(bytes) {
        Some((marked, length)) if marked == encoding => &bytes[length..],
        _ => bytes,
    };
    match encoding.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Ok(text.into_owned()),
        None => Err(Unreadable::body(format!("is not {}", encoding.name()))),
    }
}

fn parse_json(text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map_err(|error| {
        let what = if error.is_eof() { "ends in the middle" } else { "is not JSON" };
        Unreadable::body(format!("{what} (line {}, column {})", error.line(), error.column()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_charsets_and_cut_bodies_are_named_without_their_contents() {
        let json = |bytes: &[u8], encoding| Codec::Json.decode(bytes, encoding).unwrap_err().reason;
        assert_eq!(json("{\"a\":\"张\"}".as_bytes(), encoding_rs::GBK), "is not GBK");
        assert_eq!(json(b"{\"a\":\"\xd5\xc5\"}", encoding_rs::UTF_8), "is not UTF-8");
        assert_eq!(json(b"{\"a\":\"", encoding_rs::UTF_8), "ends in the middle (line 1, column 6)");
        assert_eq!(json(b"<html>", encoding_rs::UTF_8), "is not JSON (line 1, column 1)");
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        let codec = Codec::Csv { header: vec!["a".into()], error_mark: None, trailer: None };
        let tree = codec.decode(b"\xEF\xBB\xBFa\r\n1\r\n", encoding_rs::UTF_8).unwrap();
        assert_eq!(tree["rows"][0]["a"], "1");
    }
}
