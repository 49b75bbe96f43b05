//! Text to bytes: charsets, percent-encoding, XML escapes, CSV rows. Pure.

use std::fmt::Write as _;

use encoding_rs::{EncoderResult, Encoding};

/// What stands in for a character the charset lacks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lacking {
    /// `?`, as departments write it themselves.
    QuestionMark,
    /// `&#x20BB7;`
    XmlReference,
    /// `\ud842\udfb7`
    JsonEscape,
}

/// Encodes text in a charset.
pub(crate) fn encode(text: &str, encoding: &'static Encoding, lacking: Lacking) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let room = encoder.max_buffer_length_from_utf8_without_replacement(text.len()).unwrap_or(text.len() * 4 + 16);
    let mut bytes = Vec::with_capacity(room);
    let mut rest = text;
    let mut buffer = [0_u8; 4096];
    loop {
        let (result, read, written) = encoder.encode_from_utf8_without_replacement(rest, &mut buffer, true);
        bytes.extend_from_slice(&buffer[..written]);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return bytes,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(character) => bytes.extend_from_slice(stand_in(character, lacking).as_bytes()),
        }
    }
}

fn stand_in(character: char, lacking: Lacking) -> String {
    match lacking {
        Lacking::QuestionMark => "?".into(),
        Lacking::XmlReference => format!("&#x{:X};", u32::from(character)),
        Lacking::JsonEscape => {
            let mut units = [0; 2];
            character.encode_utf16(&mut units).iter().fold(String::new(), |mut text, unit| {
                let _ = write!(text, "\\u{unit:04x}");
                text
            })
        }
    }
}

/// Percent-encodes everything but unreserved characters, in the charset.
pub(crate) fn percent(text: &str, encoding: &'static Encoding) -> String {
    let bytes = encode(text, encoding, Lacking::QuestionMark);
    bytes.iter().fold(String::with_capacity(bytes.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// `key=value&…`, both sides percent-encoded.
pub(crate) fn form_bytes(fields: &[(String, String)], encoding: &'static Encoding) -> String {
    let pair = |(key, value): &(String, String)| format!("{}={}", percent(key, encoding), percent(value, encoding));
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Escapes text for XML content or attributes and leaves out what XML 1.0 cannot carry.
pub(crate) fn xml_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{FFFE}' | '\u{FFFF}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A CSV text with CRLF line ends. A field a spreadsheet would take for a formula gets a leading `'`.
pub(crate) fn csv_bytes(header: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = "writing CSV to memory does not fail";
    writer.write_record(header).expect(written);
    for row in rows {
        writer.write_record(row.iter().map(|field| guarded(field))).expect(written);
    }
    String::from_utf8(writer.into_inner().expect(written)).expect("CSV of UTF-8 fields is UTF-8")
}

fn guarded(field: &str) -> String {
    let dangerous = field.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if dangerous { format!("'{field}") } else { field.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_a_charset_lacks_are_replaced_as_the_codec_allows() {
        let gbk = encoding_rs::GBK;
        assert_eq!(percent("张𠮷", gbk), "%D5%C5%3F");
        assert_eq!(encode("𠮷", gbk, Lacking::XmlReference), b"&#x20BB7;");
        assert_eq!(encode("𠮷", gbk, Lacking::JsonEscape), br"\ud842\udfb7");
        assert_eq!(encode("𠮷", encoding_rs::GB18030, Lacking::QuestionMark).len(), 4);
    }

    #[test]
    fn long_texts_are_encoded_whole() {
        let text = "会宁".repeat(5000);
        assert_eq!(encode(&text, encoding_rs::GBK, Lacking::QuestionMark).len(), 20_000);
    }

    #[test]
    fn formulas_do_not_reach_a_spreadsheet() {
        let text = csv_bytes(&["h".into(), "k".into()], [vec!["=1+1".into(), "a\"b,c".into()]].into_iter());
        assert_eq!(text, "h,k\r\n'=1+1,\"a\"\"b,c\"\r\n");
    }
}
