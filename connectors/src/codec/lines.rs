//! NDJSON, and the trailer that proves a result file is whole.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Unreadable, parse_json};

/// Names of the fields of the last line.
#[derive(Clone, Debug)]
pub(crate) struct Trailer {
    /// The field that is `true` in the trailer alone.
    pub(crate) mark: String,
    /// Number of lines before it.
    pub(crate) rows: String,
    /// Hex SHA-256 of all bytes before it.
    pub(crate) sha256: String,
}

impl Trailer {
    /// The bytes before the trailer line, once its count and hash hold.
    pub(super) fn verified_rows<'b>(&self, bytes: &'b [u8]) -> Result<&'b [u8], Unreadable> {
        let cut = || Unreadable::new("trailer", "is missing: the file is cut off");
        let end = bytes.iter().rposition(|byte| !byte.is_ascii_whitespace()).ok_or_else(cut)? + 1;
        let start = bytes[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let trailer: Value = serde_json::from_slice(&bytes[start..end]).map_err(|_| cut())?;
        if trailer.get(&self.mark) != Some(&Value::Bool(true)) {
            return Err(cut());
        }
        let rows = &bytes[..start];
        let stated = trailer.get(&self.sha256).and_then(Value::as_str).unwrap_or_default();
        if !stated.eq_ignore_ascii_case(&hex::encode(Sha256::digest(rows))) {
            return Err(Unreadable::new("trailer", "states another SHA-256 than the file has"));
        }
        let lines = rows.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        if trailer.get(&self.rows).and_then(Value::as_u64) != u64::try_from(lines).ok() {
            return Err(Unreadable::new("trailer", "states another number of rows than the file has"));
        }
        Ok(rows)
    }
}

/// The lines as a list.
pub(super) fn rows(text: &str) -> Result<Value, Unreadable> {
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let row =
            parse_json(line).map_err(|error| Unreadable::new(format!("line {}", rows.len() + 1), error.reason))?;
        rows.push(row);
    }
    Ok(Value::Array(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trailer() -> Trailer {
        Trailer { mark: "trailer".into(), rows: "rows".into(), sha256: "sha256".into() }
    }

    fn file(rows: &str, count: usize) -> Vec<u8> {
        let hash = hex::encode(Sha256::digest(rows));
        format!("{rows}{{\"trailer\":true,\"rows\":{count},\"sha256\":\"{hash}\"}}\n").into_bytes()
    }

    #[test]
    fn whole_files_pass_and_any_cut_fails() {
        let whole = file("{\"seq\":1}\n{\"seq\":2}\n", 2);
        assert_eq!(trailer().verified_rows(&whole).unwrap().len(), 20);
        for length in 0..whole.len() - 2 {
            assert!(trailer().verified_rows(&whole[..length]).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn a_changed_row_or_count_fails() {
        let mut changed = file("{\"seq\":1}\n", 1);
        changed[7] = b'2';
        assert!(trailer().verified_rows(&changed).unwrap_err().reason.contains("SHA-256"));
        assert!(trailer().verified_rows(&file("{\"seq\":1}\n", 2)).unwrap_err().reason.contains("rows"));
    }
}
