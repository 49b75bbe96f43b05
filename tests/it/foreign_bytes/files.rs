//! Rosters, and files of households: CSV, NDJSON, XLSX.

use std::io::Cursor;

use hedui::bulk::file::{Defaults, Format, entries, looks_like_utf8, template};
use hedui::linkage::Roster;

use super::corpus;
use super::damage::try_all;

fn defaults() -> Defaults {
    Defaults {
        as_of: "2026-11-01".parse().expect("a day"),
        region: Some("620422".into()),
        purpose: Some("periodic_review".into()),
        registered_as: Some("rural".into()),
        legal_document: None,
    }
}

/// Every household of a file, or the fault that ends it. However small a file, it has no more households than bytes.
fn read_all(format: Format, bytes: &[u8]) -> bool {
    let defaults = defaults();
    let is_utf8 = looks_like_utf8(bytes).expect("bytes in memory");
    match entries(format, bytes, is_utf8, &defaults) {
        Ok(entries) => {
            let mut read = 0;
            for entry in entries {
                match entry {
                    Ok(entry) => {
                        assert!(entry.line >= 1 && entry.number >= 1);
                        read += 1;
                    }
                    Err(fault) => assert!(!fault.code.is_empty() && !fault.detail_zh.is_empty()),
                }
            }
            assert!(format == Format::Xlsx || read <= bytes.len());
            read > 0
        }
        Err(fault) => {
            assert!(!fault.code.is_empty() && !fault.remedy.is_empty());
            false
        }
    }
}

#[test]
fn tables_of_households_are_read_or_refused() {
    let rows = "户编号,姓名,证件号码,与申请人关系\r\nHN-1,张三,620422196503121234,01\r\nHN-1,李四,x,10\r\nHN-2,\"王,芳\",,01\r\n";
    let (gb18030, _, _) = encoding_rs::GB18030.encode(rows);
    let real = vec![template().into_bytes(), rows.as_bytes().to_vec(), gb18030.into_owned()];
    try_all(&corpus("tables", real), |bytes| read_all(Format::Csv, bytes));
}

#[test]
fn lines_of_households_are_read_or_refused() {
    let household = std::fs::read(super::root("examples/household.json")).expect("an example");
    let compact = serde_json::from_slice::<serde_json::Value>(&household).expect("JSON").to_string();
    let real = vec![format!("{compact}\n{compact}\n").into_bytes(), household];
    try_all(&corpus("lines", real), |bytes| read_all(Format::Ndjson, bytes));
}

#[test]
fn workbooks_of_households_are_read_or_refused() {
    let workbooks = super::found_before("workbooks");
    try_all(&workbooks, |bytes| read_all(Format::Xlsx, bytes));
}

#[test]
fn rosters_are_read_or_refused() {
    let roster = "编号,姓名,证件号码\r\n1,张三,620422196503121234\r\n\"2\",\"李,四\",\r\n3,王芳,x\r\n";
    let (gb18030, _, _) = encoding_rs::GB18030.encode(roster);
    let real = vec![roster.as_bytes().to_vec(), gb18030.into_owned(), b"id,name\n1,a\n2,b\n".to_vec()];
    try_all(&corpus("rosters", real), |bytes| {
        let mut taken = false;
        for (id, headings) in [("编号", &["姓名", "证件号码"][..]), ("id", &["name"][..])] {
            match Roster::read("roster.csv", Cursor::new(bytes), id, headings) {
                Ok(roster) => {
                    assert!(roster.len() <= bytes.len());
                    taken = true;
                }
                Err(fault) => assert!(!fault.message.is_empty() && fault.file == "roster.csv"),
            }
        }
        drop(Roster::read_pairs("pairs.csv", Cursor::new(bytes), ["id", "name"]));
        drop(Roster::read_lines("lines.csv", Cursor::new(bytes), &["id"], &["name"]));
        taken
    });
}
