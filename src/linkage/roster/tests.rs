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
        (
            "id,name,born\n",
            "left.csv:1: the file has no rows below its heading line: add them, or leave the file out of the run",
        ),
        (
            "id,name\n1,x\n",
            "left.csv:1: no column is headed \"born\"; there are: id, name. Rename the column, name its heading in the model, or add an \
             empty column of that heading (missing values weigh nothing)",
        ),
        (
            "id,phone\n1,x\n",
            "left.csv:1: no column is headed \"name\", \"born\"; there are: id, phone. Rename the columns, name their headings in the \
             model, or add empty columns of these headings (missing values weigh nothing)",
        ),
        (
            "number,name,born\n1,x,\n",
            "left.csv:1: no column is headed \"id\"; there are: number, name, born. Rename the column, or name its heading in the model",
        ),
        (
            "number,born\n1,x\n",
            "left.csv:1: no column is headed \"id\", \"name\"; there are: number, born. Rename the columns, name their headings in the \
             model, or add empty columns of these headings (missing values weigh nothing; not so \"id\", which every row needs)",
        ),
        (
            "id;name;born\n1;x;\n",
            "left.csv:1: no column is headed \"id\", \"name\", \"born\"; there are: id;name;born. The values seem to be parted by \";\": \
             save the file as comma-separated",
        ),
        (
            "id\tname\tborn\n1\tx\t\n",
            "left.csv:1: no column is headed \"id\", \"name\", \"born\"; there are: id\tname\tborn. The values seem to be parted by tabs: \
             save the file as comma-separated",
        ),
        (
            "1,王建国,1990-03-07\n2,x,\n",
            "left.csv:1: the first line holds values: put a line before it that names the columns, \"id\", \"name\", \"born\" among them",
        ),
        ("id,name,born,name\n1,x,,\n", "left.csv:1: two columns are headed \"name\": rename or remove one of them"),
        (
            "id,name,born\n1,x,\n2,y\n",
            "left.csv:3: this line has 2 values and the heading line 3: a comma or a quotation mark is missing or too many",
        ),
        (
            "id,name,born\n1,x,\n2,z,\n1,y,\n",
            "left.csv:4: the \"id\" of this row is that of line 2 too: remove one of the rows, give one a \"id\" of its own (--dedupe then \
             tells whether they are one person), or name another column of ids in the model",
        ),
        ("id,name,born\n1,x,\n ,y,\n", "left.csv:3: the row has no \"id\": every row needs a name of its own"),
    ] {
        assert_eq!(fault(text.as_bytes()), expected);
    }
}

#[test]
fn a_file_about_rosters_needs_its_own_columns_and_no_model() {
    let lines = |text: &str, optional: &[&str]| {
        let read = Roster::read_lines("labels.csv", Cursor::new(text), &["left_id", "right_id"], optional);
        read.err().expect("a fault").to_string()
    };
    assert_eq!(
        lines("left_id,label\na,no\n", &["label", "decision"]),
        "labels.csv:1: no column is headed \"right_id\"; there are: left_id, label. The file needs the columns \"left_id\", \"right_id\", \
         and of \"label\", \"decision\" one"
    );
    assert_eq!(
        lines("left_id;right_id\na;b\n", &[]),
        "labels.csv:1: no column is headed \"left_id\", \"right_id\"; there are: left_id;right_id. The values seem to be parted by \";\": \
         save the file as comma-separated"
    );
    let pairs = Roster::read_pairs("truth.csv", Cursor::new("a,b\n1,2\n"), ["left_id", "right_id"]);
    assert_eq!(
        pairs.err().expect("a fault").to_string(),
        "truth.csv:1: no column is headed \"left_id\", \"right_id\"; there are: a, b. The file needs the columns \"left_id\", \"right_id\""
    );
}
