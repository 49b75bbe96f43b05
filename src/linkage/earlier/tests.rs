//! Earlier clusters read, and refused with the line at fault.

use std::io::Cursor;

use super::*;
use crate::linkage::trial::{Trial, codes};

fn read(text: &str) -> Result<Earlier, RosterFault> {
    let trial = Trial::of(&codes(""), "a,,,,,\nb,,,,,\n", Some("x,,,,,\nb,,,,,\n"));
    let rows = RowIds::of(trial.ids(), false);
    Earlier::read("earlier.csv", Cursor::new(format!("cluster_id,roster,row_id\n{text}")), [2, 2], &rows)
}

#[test]
fn a_row_is_found_in_its_roster_else_in_the_other() {
    let earlier = read("C0000002,left,a\nC0000002,right,b\nC0000007,right,x\n").expect("sound");
    assert_eq!((earlier.of, earlier.largest), ([vec![2, 0], vec![7, 2]], 7));
    let earlier = read("C0000003,left,x\nC12345678,right,a\n").expect("rows move from one roster into the other");
    assert_eq!((earlier.of, earlier.largest), ([vec![12_345_678, 0], vec![3, 0]], 12_345_678));
    let earlier = read("C0000003,left,a\nC0000009,,\n").expect("an id without rows");
    assert_eq!((earlier.of[0][0], earlier.largest), (3, 9));
}

#[test]
fn what_cannot_be_is_refused_with_its_line() {
    let broken = "the cluster_id is broken: it must be as --clusters wrote it, such as C0000001";
    for (text, expected) in [
        ("C0000001,left,a\nX1,left,b\n", format!("earlier.csv:3: {broken}")),
        ("C001,left,a\n", format!("earlier.csv:2: {broken}")),
        ("C0000000,left,a\n", format!("earlier.csv:2: {broken}")),
        ("C00000001,left,a\n", format!("earlier.csv:2: {broken}")),
        (",left,a\n", format!("earlier.csv:2: {broken}")),
        ("C0000001,middle,a\n", "earlier.csv:2: the roster must be left or right".to_owned()),
        ("C0000001,left,a\nC0000001,left,nobody\n", "earlier.csv:3: the row_id is in neither roster".to_owned()),
        (
            "C0000001,left,a\nC0000002,right,x\nC0000002,left,a\n",
            "earlier.csv:4: line 2 has this row already".to_owned(),
        ),
        ("C0000001,right,x\nC0000002,left,x\n", "earlier.csv:3: line 2 has this row already".to_owned()),
    ] {
        let fault = read(text).err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(fault.starts_with(&expected), "{fault}");
    }
}
