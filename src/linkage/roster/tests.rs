//! Rosters read in both encodings, and refused with line and column.

use std::io::Cursor;

use super::*;

fn read(bytes: &[u8]) -> Result<Roster, RosterFault> {
    Roster::read("left.csv", Cursor::new(bytes), "id", &["name", "born"])
}

fn fault(bytes: &[u8]) -> String {
    read(bytes).err().expect("a fault").to_string()
}

#[test]
fn columns_are_found_by_their_headings() {
    let roster = read("\u{FEFF}id,else,born,name\n1,x,1990-03-07, 王建国 \n2,,,\"李,四\"\n".as_bytes()).expect("sound");
    assert_eq!((roster.len(), roster.ids.get(1)), (2, "2"));
    assert_eq!(roster.columns[0].iter().collect::<Vec<_>>(), ["王建国", "李,四"]);
    assert_eq!(roster.columns[1].iter().collect::<Vec<_>>(), ["1990-03-07", ""]);
}

#[test]
fn gb18030_is_read_by_itself() {
    let (bytes, ..) = encoding_rs::GB18030.encode("id,name,born\n1,王𬭎,1990-03-07\n");
    assert_eq!(read(&bytes).expect("sound").columns[0].get(0), "王𬭎");
    let mut broken = bytes.into_owned();
    broken.extend(b"2,\xff\xff,\n");
    assert_eq!(
        fault(&broken),
        "left.csv:3: the text is GB18030 up to this line, which is broken: save the file again as UTF-8"
    );
    // three characters end within a pair of GB18030's bytes
    let mut broken = "id,name,born\n1,王建国,1990-03-07\n2,李娜,\n".as_bytes().to_vec();
    broken.extend(b"3,\xff\xff,\n");
    assert_eq!(
        fault(&broken),
        "left.csv:4: the text is UTF-8 up to this line, which is broken: save the file again as UTF-8"
    );
    assert_eq!(
        fault(b"id,name,born\n1,\xff\xff,\n"),
        "left.csv:2: the text is neither UTF-8 nor GB18030: save the file again as UTF-8"
    );
}

#[test]
fn a_row_is_found_again_in_its_file() {
    let text = "id,name,born\n1,x,\n2,\"y\nz\",\n3,x,\n\n\n4,x,\n5,x,\n";
    let roster = read(text.as_bytes()).expect("sound");
    let lines: Vec<u64> = (0..roster.len()).map(|row| roster.line(row)).collect();
    assert_eq!(lines, [2, 3, 5, 8, 9]);
    assert_eq!(
        fault(b"id,name,born\n\n\n1,x\n"),
        "left.csv:4: this line has 2 values and the heading line 3: a comma or a quotation mark is missing or too many"
    );
}

#[test]
fn what_is_wrong_is_named_by_line_and_column() {
    for (text, expected) in [
        ("", "left.csv:1: the file is empty: the first line must name the columns"),
        ("id,name,born\n", "left.csv:1: the file has no rows below its heading line"),
        (
            "id,name\n1,x\n",
            "left.csv:1: no column is headed \"born\"; there are: id, name. Rename the column, or name it in the model",
        ),
        ("id,name,born,name\n1,x,,\n", "left.csv:1: two columns are headed \"name\""),
        (
            "id,name,born\n1,x,\n2,y\n",
            "left.csv:3: this line has 2 values and the heading line 3: a comma or a quotation mark is missing or too many",
        ),
        ("id,name,born\n1,x,\n2,z,\n1,y,\n", "left.csv:4: the \"id\" of this row is that of line 2 too"),
        ("id,name,born\n1,x,\n ,y,\n", "left.csv:3: the row has no \"id\": every row needs a name of its own"),
    ] {
        assert_eq!(fault(text.as_bytes()), expected);
    }
}
