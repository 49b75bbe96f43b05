//! CSV with a header row. Every field stays text; a row of another width makes the file unreadable.

use serde_json::{Map, Value, json};

use super::Unreadable;

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
