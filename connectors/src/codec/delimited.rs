//! CSV with a header row, and where there is one the trailer that proves it whole. Every field stays text; a row of another width makes
//! the file unreadable.

use encoding_rs::Encoding;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{Unreadable, decode_text};

/// Columns of the last line.
#[derive(Clone, Debug)]
pub(crate) struct LastRow {
    /// What its first field holds and no other row's.
    pub(crate) mark: String,
    /// The column with the number of rows before it, the header not counted.
    pub(crate) rows: String,
    /// The column with the hex SHA-256 of all bytes before it, where it states one.
    pub(crate) sha256: Option<String>,
}

impl LastRow {
    /// What stands before the last line, as a tree, once its count and hash hold.
    pub(super) fn verified(
        &self,
        bytes: &[u8],
        encoding: &'static Encoding,
        header: &[String],
        error_mark: Option<&str>,
    ) -> Result<Value, Unreadable> {
        let end = bytes.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |at| at + 1);
        let start = bytes[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let last = decode_text(&bytes[start..end], encoding)?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(last.as_bytes());
        let fields = reader.records().next().and_then(Result::ok).unwrap_or_default();
        if fields.get(0) != Some(self.mark.as_str()) {
            // what is wrong with the rows says more, and a department's own error line needs no trailer
            let tree = tree(&decode_text(bytes, encoding)?, header, error_mark)?;
            let error = tree.get("rows").is_none();
            return if error { Ok(tree) } else { Err(Unreadable::new("trailer", "is missing: the file is cut off")) };
        }
        let stated = |column: &str| {
            let at = header.iter().position(|name| name == column)?;
            fields.get(at).map(str::trim)
        };
        let hash = || hex::encode(Sha256::digest(&bytes[..start]));
        if let Some(column) = &self.sha256
            && !stated(column).is_some_and(|text| text.eq_ignore_ascii_case(&hash()))
        {
            return Err(Unreadable::new("trailer", "states another SHA-256 than the file has"));
        }
        let tree = tree(&decode_text(&bytes[..start], encoding)?, header, error_mark)?;
        let rows = tree.get("rows").and_then(Value::as_array).map_or(0, Vec::len);
        if stated(&self.rows).and_then(|text| text.parse::<usize>().ok()) != Some(rows) {
            return Err(Unreadable::new("trailer", "states another number of rows than the file has"));
        }
        Ok(tree)
    }
}

/// `{"code": "OK", "rows": [...]}`, or `{"code": "MARK.code"}` for a department's own error line.
pub(super) fn tree(text: &str, header: &[String], error_mark: Option<&str>) -> Result<Value, Unreadable> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records();
    let first = match records.next() {
        Some(Ok(record)) => record,
        Some(Err(_)) => return Err(Unreadable::new("line 1", "is not CSV")),
        None => return Err(Unreadable::new("body", "is empty")),
    };
    if error_mark.is_some_and(|mark| first.get(0) == Some(mark)) {
        return Ok(json!({ "code": format!("{}.{}", &first[0], first.get(1).unwrap_or_default().trim()) }));
    }
    if !first.iter().map(str::trim).eq(header.iter().map(String::as_str)) {
        return Err(Unreadable::new("line 1", "is not the header that the definition states"));
    }
    let mut rows = Vec::new();
    for (index, record) in records.enumerate() {
        let place = || format!("row {}", index + 1);
        let record = record.map_err(|_| Unreadable::new(place(), "is not CSV"))?;
        if record.len() != header.len() {
            return Err(Unreadable::new(place(), format!("has {} fields, not {}", record.len(), header.len())));
        }
        let fields = header.iter().cloned().zip(record.iter().map(|field| Value::String(field.to_owned())));
        rows.push(Value::Object(fields.collect::<Map<_, _>>()));
    }
    Ok(json!({ "code": "OK", "rows": rows }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Vec<String> {
        vec!["jlbh".into(), "xm".into()]
    }

    fn trailer() -> LastRow {
        LastRow { mark: "合计".into(), rows: "xm".into(), sha256: Some("sha".into()) }
    }

    fn file(rows: &str, count: usize) -> Vec<u8> {
        let hash = hex::encode(Sha256::digest(rows));
        format!("{rows}合计,{count},{hash}\r\n").into_bytes()
    }

    #[test]
    fn a_file_with_a_trailer_is_whole_or_not_read() {
        let header = ["jlbh".to_owned(), "xm".into(), "sha".into()];
        let read = |bytes: &[u8]| trailer().verified(bytes, encoding_rs::UTF_8, &header, Some("ERR"));
        let rows = "jlbh,xm,sha\r\n1,a,\r\n2,b,\r\n";
        let whole = file(rows, 2);
        assert_eq!(read(&whole).unwrap()["rows"].as_array().unwrap().len(), 2);
        // two bytes less is the line's end alone
        for length in 0..whole.len() - 2 {
            assert!(read(&whole[..length]).is_err(), "cut at {length}");
        }
        assert!(read(&file(rows, 3)).unwrap_err().reason.contains("number of rows"));
        let mut changed = file(rows, 2);
        changed[15] = b'z';
        assert!(read(&changed).unwrap_err().reason.contains("SHA-256"));
        assert_eq!(read(rows.as_bytes()).unwrap_err(), Unreadable::new("trailer", "is missing: the file is cut off"));
        assert_eq!(read(b"ERR,BUSY,\n").unwrap()["code"], "ERR.BUSY");
    }

    #[test]
    fn rows_errors_and_cut_files() {
        let read = |text: &str| tree(text, &header(), Some("ERR"));
        assert_eq!(read("jlbh,xm\n1,\"a,b\"\n").unwrap(), json!({"code":"OK","rows":[{"jlbh":"1","xm":"a,b"}]}));
        assert_eq!(read("jlbh,xm\n").unwrap(), json!({"code":"OK","rows":[]}));
        assert_eq!(read("ERR,BUSY,\n").unwrap(), json!({"code":"ERR.BUSY"}));
        assert_eq!(read("jlbh,xm\n1\n").unwrap_err(), Unreadable::new("row 1", "has 1 fields, not 2"));
        assert!(read("").is_err());
        assert!(read("jlb").is_err());
    }
}
