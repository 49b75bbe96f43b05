//! Households out of files of every form, and what is said of the ones that cannot be read.

use std::io::{Cursor, Read, Write as _};

use serde_json::{Value, json};

use super::*;

const HEAD: &str = "户编号,姓名,证件号码,与申请人关系,业务类型,地区代码,户籍类别,乡镇,村,住址,授权书编号,授权日期,劳动能力,申报工资年收入,申报转移年收入";

fn defaults() -> Defaults {
    Defaults {
        as_of: "2026-11-01".parse().unwrap(),
        region: Some("620422".into()),
        purpose: None,
        registered_as: None,
        legal_document: None,
    }
}

/// Hands out a few bytes at a time.
struct Slowly<'a>(&'a [u8]);

impl Read for Slowly<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let number = into.len().min(self.0.len()).min(3);
        into[..number].copy_from_slice(&self.0[..number]);
        self.0 = &self.0[number..];
        Ok(number)
    }
}

fn read(format: Format, bytes: &[u8]) -> Result<Vec<Entry>, FileFault> {
    let is_utf8 = looks_like_utf8(Slowly(bytes)).unwrap();
    entries(format, Slowly(bytes), is_utf8, &defaults())?.collect()
}

fn csv(rows: &str) -> Vec<Entry> {
    read(Format::Csv, format!("{HEAD}\n{rows}").as_bytes()).unwrap()
}

fn document(entry: &Entry) -> Value {
    serde_json::from_slice(&entry.document).unwrap()
}

fn codes(entry: &Entry) -> Vec<(u64, &str, &str)> {
    entry.faults.iter().map(|fault| (fault.line, fault.column.as_str(), fault.code.as_str())).collect()
}

fn at(pointer: &str) -> Fault {
    let text = String::new;
    Fault {
        pointer: pointer.into(),
        code: "x".into(),
        detail_zh: text(),
        detail: text(),
        remedy_zh: text(),
        remedy: text(),
    }
}

#[test]
fn rows_that_follow_each_other_are_a_household() {
    let rows = "H1,张三,110101199003070038,,定期复核,,农村,会师镇,东关村,3号,SQ-1,2026/10/1,有,\"12,000\",\n\
                H1,张小,110101201503070034,女,,,,,,,SQ-2,2026年10月1日,,,\n\
                \n\
                H2,李四,110101199003070046,本人,低保申请,620400,城镇,,,甘肃省会宁县,SQ-3,20261001,无,,300\n";
    let read = csv(rows);
    assert_eq!(read.iter().map(|entry| (entry.number, entry.line)).collect::<Vec<_>>(), [(1, 2), (2, 5)]);
    assert!(read.iter().all(|entry| entry.faults.is_empty()));
    let first = document(&read[0]);
    assert_eq!(first["reference"], "H1");
    assert_eq!(first["purpose"], "periodic_review");
    assert_eq!((&first["region"], &first["as_of"]), (&json!("620422"), &json!("2026-11-01")), "of the whole file");
    assert_eq!(first["household"]["address"], "会师镇东关村3号");
    let members = first["household"]["members"].as_array().unwrap();
    assert_eq!(members.len(), 2);
    assert_eq!(members[0]["relation"], "01", "the first row applies");
    assert_eq!(members[0]["declared"]["income"], json!([{"class": "wage", "annual_yuan": "12000"}]));
    assert_eq!((&members[0]["can_work"], members[1].get("can_work")), (&json!(true), None));
    assert_eq!(members[0]["authorisation"]["signed_by"], "self");
    assert_eq!(members[1]["authorisation"]["signed_by"], json!({"guardian": "m1"}), "a child does not sign");
    assert_eq!((&members[1]["relation"], &members[1]["ref"]), (&json!("30"), &json!("m2")));
    assert_eq!(document(&read[1])["region"], "620400");
}

#[test]
fn gb18030_says_the_same() {
    let text = format!("{HEAD}\nH1,张三㭎,110101199003070038,,定期复核,,农村,会师镇,东关村,3号,SQ-1,2026/10/1,有,,\n");
    let (bytes, ..) = encoding_rs::GB18030.encode(&text);
    assert!(!looks_like_utf8(Slowly(&bytes)).unwrap());
    assert_eq!(read(Format::Csv, &bytes).unwrap(), read(Format::Csv, text.as_bytes()).unwrap());
}

fn read_of(bytes: &[u8]) -> Vec<Entry> {
    read(Format::Csv, bytes).unwrap()
}

#[test]
fn a_broken_line_costs_its_own_household_and_no_other() {
    let row = |household: &str, name: &[u8], number: &str| {
        [format!("{household},").as_bytes(), name, format!(",{number},,,,农村,,,,SQ-1,2026/10/1,有,,\n").as_bytes()]
            .concat()
    };
    let (one, other) = ("110101199003070038", "110101199003070046");
    let head = format!("{HEAD}\n").into_bytes();
    let whole = |name: &[u8]| {
        let good = [row("H1", "张三".as_bytes(), one), row("H3", "李四".as_bytes(), other)];
        [&head[..], &good[0], &row("H2", name, one), &good[1]].concat()
    };
    for (name, code) in [(&b"\xff\xfe"[..], "encoding"), (b"\"x", "quotes")] {
        let read = read(Format::Csv, &whole(name)).unwrap();
        let seen: Vec<_> = read.iter().map(|entry| (entry.number, entry.line, codes(entry))).collect();
        assert_eq!(seen, [(1, 2, vec![]), (2, 3, vec![(3, "", code)]), (3, 4, vec![])], "{name:?}");
    }
    // a cell may hold line ends, and a mark that is written twice
    let read = read(Format::Csv, &whole("\"王\n\"\"五\"\"\"".as_bytes())).unwrap();
    assert_eq!(read.iter().map(|entry| (entry.line, entry.faults.len())).collect::<Vec<_>>(), [(2, 0), (3, 0), (5, 0)]);
    assert_eq!(document(&read[1])["household"]["members"][0]["name"], "王\n\"五\"");
    // a row whose household cannot be read costs both that it may be of
    let anybodys = [
        row("H1", "张三".as_bytes(), one),
        [b"\xff\xfe".as_slice(), &row("", "李四".as_bytes(), other)].concat(),
        row("H3", "王五".as_bytes(), one),
        row("H4", "赵六".as_bytes(), other),
    ];
    let torn = read_of(&[&head[..], &anybodys.concat()].concat());
    let seen: Vec<_> = torn.iter().map(|entry| (entry.line, codes(entry).first().map(|fault| fault.2))).collect();
    assert_eq!(seen, [(2, Some("encoding")), (4, Some("household_torn")), (5, None)]);
    // a mark within a cell is a character like any other
    let inches = read_of(&whole("5\"管".as_bytes()));
    assert_eq!(
        inches.iter().map(|entry| (entry.line, entry.faults.len())).collect::<Vec<_>>(),
        [(2, 0), (3, 0), (4, 0)]
    );
    // two rows with an open mark each do not swallow what stands between them
    let two = [
        row("H2", b"\"x", one),
        row("H3", "李四".as_bytes(), other),
        row("H4", b"\"y", one),
        row("H5", "王五".as_bytes(), other),
    ];
    let swallowed = read_of(&[&head[..], &two.concat()].concat());
    let seen: Vec<_> = swallowed.iter().map(|entry| (entry.line, codes(entry).first().map(|fault| fault.2))).collect();
    assert_eq!(seen, [(2, Some("quotes")), (3, None), (4, Some("quotes")), (5, None)]);
    // in a column that nobody reads, too
    let remarks = "户编号,姓名,证件号码,备注\n1,张三,110101199003070038,\"x\n2,李四,110101199003070046,\n3,王五,110101199003070038,\"y\"\n";
    let lines: Vec<u64> = read_of(remarks.as_bytes()).iter().map(|entry| entry.line).collect();
    assert_eq!(lines, [2, 3, 4]);
    // the last line of a file whose mark is open
    let open = [&head[..], &row("H1", "张三".as_bytes(), one), b"H2,\"x,1"].concat();
    let read = super::tests::read(Format::Csv, &open).unwrap();
    assert_eq!(codes(&read[1])[0], (3, "", "quotes"));
    // neither encoding: nothing can be read
    let fault = super::tests::read(Format::Csv, b"\xff\xff,\xff\n1,2\n").unwrap_err();
    assert_eq!((fault.code.as_str(), fault.line), ("encoding", 1));
    let text = format!("{HEAD}\nH1,张三,{one},,,,农村,,,,SQ-1,2026/10/1,有,,\n");
    let (gb18030, ..) = encoding_rs::GB18030.encode(&text);
    let read = super::tests::read(Format::Csv, &[gb18030.as_ref(), b"H2,\xff\xff,1\n"].concat()).unwrap();
    assert_eq!((codes(&read[0]), codes(&read[1])[0]), (vec![], (3, "", "encoding")));
}

#[test]
fn faults_name_line_and_column_and_leave_the_rest_alone() {
    let rows = "H1,张三,6.2042E+17,,,,农村,,,,SQ-1,2026/10/1,也许,,\n\
                H2,李四,110101199003070046,,,,农村,,,,SQ-3,20261001,无,,\n\
                H1,王五,620422199003070000,,,,农村,,,,SQ-4,20261001,,,\n\
                ,赵六,110101199003070046,,,,农村,,,,SQ-5,20261001,,,,,多余\n";
    let read = csv(rows);
    assert_eq!(codes(&read[0]), [(2, "证件号码", "spreadsheet_damage"), (2, "劳动能力", "yes_or_no")]);
    assert!(read[1].faults.is_empty());
    assert_eq!(codes(&read[2]), [(4, "户编号", "household_apart"), (4, "证件号码", "spreadsheet_damage")]);
    assert_eq!(codes(&read[3]), [(5, "户编号", "required"), (5, "", "columns")]);
    let texts: String = read.iter().flat_map(|entry| &entry.faults).map(|fault| format!("{fault:?}")).collect();
    assert!(!texts.contains("6204") && !texts.contains("6.2") && !texts.contains("也许"), "{texts}");
}

#[test]
fn lines_are_counted_however_they_end() {
    let rows = format!(
        "{HEAD}\nH1,张三,1,,,,农村,,,,SQ-1,2026/10/1,有,,\n\nH2,李四,\"a\nb\",,,,农村,,,,SQ-3,20261001,无,,\nH3,王五,2,,,,农村,,,,SQ-3,20261001,无,,\n"
    );
    for text in [rows.clone(), rows.replace('\n', "\r\n")] {
        let lines: Vec<u64> = read(Format::Csv, text.as_bytes()).unwrap().iter().map(|entry| entry.line).collect();
        assert_eq!(lines, [2, 4, 6]);
    }
}

#[test]
fn a_place_in_the_document_is_one_in_the_file() {
    let rows = "H1,张三,110101199003070038,,,,农村,,,,SQ-1,2026/10/1,有,,7\n\
                H1,李四,110101199003070046,配偶,,,,,,,SQ-3,20261001,无,1,2\n";
    let entry = csv(rows).remove(0);
    let table = [
        ("/household/members/1/id_number", 3, "证件号码"),
        ("/household/members/0/declared/income/0/annual_yuan", 2, "申报转移年收入"),
        ("/household/members/1/declared/income/0/annual_yuan", 3, "申报工资年收入"),
        ("/household/members/1/authorisation", 3, "授权书编号"),
        ("/household/members/1/authorisation/purposes", 3, "授权书编号"),
        ("/household/members/0/authorisation/valid_until", 2, "授权有效期"),
        ("/household/members/1", 3, ""),
        ("/household/registered_as", 2, "户籍类别"),
        ("/household/address", 2, "住址"),
        ("/purpose", 2, "业务类型"),
        ("/recipient_key", 2, ""),
        ("", 2, ""),
    ];
    for (pointer, line, column) in table {
        let fault = entry.places.locate(at(pointer));
        assert_eq!((fault.line, fault.column.as_str()), (line, column), "{pointer}");
    }
    let damaged = csv("H1,张三,6.2042E+17,,,,农村,,,,SQ-1,2026/10/1,,,\n").remove(0);
    let all = damaged.all_faults(vec![at("/household/members/0/id_number"), at("/household/members/0/name")]);
    let columns: Vec<_> = all.iter().map(|fault| fault.column.as_str()).collect();
    assert_eq!(columns, ["证件号码", "姓名"], "one fault of a place is enough");
}

#[test]
fn a_household_without_end_is_not_kept_in_memory() {
    let rows = "H1,张三,110101199003070038,,,,农村,,,,SQ-1,2026/10/1,,,\n".repeat(5000);
    let read = csv(&format!("{rows}H2,李四,110101199003070046,,,,农村,,,,SQ-3,20261001,无,,\n"));
    assert_eq!(read.len(), 2);
    assert_eq!(codes(&read[0]), [(2, "户编号", "count")]);
    assert_eq!(document(&read[0])["household"]["members"].as_array().unwrap().len(), 64);
    assert_eq!((read[1].line, read[1].faults.len()), (5002, 0));
}

#[test]
fn headings_are_needed_once_and_in_either_language() {
    let fault = read(Format::Csv, "户编号,姓名\nH1,张三\n".as_bytes()).unwrap_err();
    assert_eq!((fault.code.as_str(), fault.line), ("columns_missing", 1));
    assert!(fault.detail_zh.contains("证件号码") && fault.detail.contains("id_number"), "{fault:?}");
    let fault = read(Format::Csv, "户编号,姓名,证件号码,身份证号\n".as_bytes()).unwrap_err();
    assert_eq!(fault.code, "column_twice");
    assert_eq!(read(Format::Csv, b"").unwrap_err().code, "empty");
    let english = "household,name,id_number,remark\nH1,张三,110101199003070038,anything\n";
    assert!(read(Format::Csv, english.as_bytes()).unwrap()[0].faults.is_empty());
    assert!(read(Format::Csv, template().as_bytes()).unwrap().is_empty(), "the template is a file without rows");
}

#[test]
fn lines_of_json_are_households() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(300 * 1024));
    let text = format!("\u{feff}{{\"a\":1}}\r\n\n{long}\n{{\"b\":2}}");
    let read = read(Format::Ndjson, text.as_bytes()).unwrap();
    let seen: Vec<_> = read.iter().map(|entry| (entry.number, entry.line, entry.document.as_slice())).collect();
    // the county of the whole file is added where a line names none
    let filled: [(u64, u64, &[u8]); 3] =
        [(1, 1, br#"{"a":1,"region":"620422"}"#), (2, 3, b""), (3, 4, br#"{"b":2,"region":"620422"}"#)];
    assert_eq!(seen, filled);
    assert_eq!(codes(&read[1]), [(3, "", "too_large")]);
    assert_eq!(read[2].places.locate(at("/household/members/0/name")).column, "/household/members/0/name");
}

/// A workbook of one sheet, as a spreadsheet writes it: texts in a table of their own, numbers as numbers, dates by their style.
fn workbook(sheet: &str, texts: &[&str]) -> Vec<u8> {
    let texts: String = texts.iter().map(|text| format!("<si><t>{text}</t></si>")).collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let of_documents = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packages = "http://schemas.openxmlformats.org/package/2006/relationships";
    let parts = [
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{packages}\"><Relationship Id=\"rId1\" Type=\"{of_documents}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{of_documents}\"><sheets><sheet name=\"名册\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{packages}\"><Relationship Id=\"rId1\" Type=\"{of_documents}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{main}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\">{texts}</sst>")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>")),
    ];
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(
            name,
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
        )
        .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_says_what_its_first_sheet_says() {
    let texts = ["户编号", "姓名", "证件号码", "授权日期", "H1", "张三", "110101199003070038"];
    let sheet = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c><c r=\"D1\" t=\"s\"><v>3</v></c></row>\
                 <row r=\"3\"><c r=\"A3\" t=\"s\"><v>4</v></c><c r=\"B3\" t=\"s\"><v>5</v></c><c r=\"C3\" t=\"s\"><v>6</v></c><c r=\"D3\" s=\"1\"><v>46296</v></c></row>\
                 <row r=\"4\"><c r=\"A4\"><v>12</v></c><c r=\"B4\" t=\"s\"><v>5</v></c><c r=\"C4\"><v>1.1010119900307003E+17</v></c></row>";
    let read = read(Format::Xlsx, &workbook(sheet, &texts)).unwrap();
    assert_eq!(read.iter().map(|entry| entry.line).collect::<Vec<_>>(), [3, 4]);
    let first = document(&read[0]);
    assert_eq!(first["household"]["members"][0]["authorisation"]["signed_on"], "2026-10-01");
    assert_eq!(first["household"]["members"][0]["id_number"], "110101199003070038");
    assert!(read[0].faults.is_empty());
    assert_eq!(document(&read[1])["reference"], "12", "a number is a fine number of a household");
    assert_eq!(codes(&read[1]), [(4, "证件号码", "spreadsheet_damage")]);
}

#[test]
fn what_is_no_workbook_is_said_to_be_none() {
    for bytes in [&b"a,b\n"[..], b"PK\x03\x04", b""] {
        assert_eq!(read(Format::Xlsx, bytes).unwrap_err().code, "workbook");
    }
    let old = read(Format::Xlsx, &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1]).unwrap_err();
    assert_eq!(old.code, "workbook_old_or_locked");
    let mut cut = workbook("<row r=\"1\"></row>", &[]);
    cut.truncate(200);
    assert_eq!(read(Format::Xlsx, &cut).unwrap_err().code, "workbook");
}

/// A file of which some can be had, and then no more.
struct CutOff<'a>(&'a [u8]);

impl Read for CutOff<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.0.read(into)
    }
}

#[test]
fn what_cannot_be_had_is_no_fault_of_the_file() {
    let table = format!("{HEAD}\nA1,张三");
    let (gb18030, ..) = encoding_rs::GB18030.encode(&table);
    for (format, is_utf8, begin) in [
        (Format::Csv, true, table.as_bytes()),
        (Format::Csv, false, &gb18030),
        (Format::Ndjson, true, b"{}\n"),
        (Format::Xlsx, true, b"PK\x03\x04"),
    ] {
        let defaults = defaults();
        let fault = match entries(format, CutOff(begin), is_utf8, &defaults) {
            Ok(entries) => entries.filter_map(Result::err).next().expect("it does not end there"),
            Err(fault) => fault,
        };
        assert_eq!(fault.code, "unreadable", "{format:?}");
    }
}
