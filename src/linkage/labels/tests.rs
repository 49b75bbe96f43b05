//! Files of labels: what is read, what is left open, what is refused.

use crate::linkage::trial::{Trial, codes};

fn trial() -> Trial {
    Trial::of(&codes(""), "a,,,,,\nb,,,,,\n=c,,,,,\n007,,,,,\n", Some("w,,,,,\nx,,,,,\ny,,,,,\n'q,,,,,\n"))
}

fn one() -> Trial {
    Trial::of(&codes(""), "a,,,,,\nb,,,,,\nc,,,,,\nd,,,,,\n", None)
}

#[test]
fn a_label_or_an_edited_decision_is_read() {
    let trial = trial();
    for (text, expected, open) in [
        ("left_id,right_id,label\na,w,match\nb,x,no\n", vec![(0, 0, true), (1, 1, false)], 0),
        ("left_id,right_id,label\r\nb,x, No \r\na,w,MATCH\r\na,y,\r\n", vec![(0, 0, true), (1, 1, false)], 1),
        ("\u{FEFF}left_id,right_id,why,label\na,w,,是\nb,x,,否\n", vec![(0, 0, true), (1, 1, false)], 0),
        ("\u{FEFF}\"left_id\",\"right_id\",\"label\"\n\"a\",\"w\",\"match\"\n", vec![(0, 0, true)], 0),
        ("left_id,right_id,weight,decision\na,w,1.0,match\na,x,1.0,review\n", vec![(0, 0, true)], 1),
        ("left_id,right_id,decision,label\na,w,match,no\na,x,match,\n", vec![(0, 0, false)], 1),
        (
            "left_id,right_id,label\n'=c,w,match\n'007,x,no\na,'q,no\n",
            vec![(3, 1, false), (2, 0, true), (0, 3, false)],
            0,
        ),
        ("left_id,right_id,label\na,w,match\na,w,match\n", vec![(0, 0, true)], 0),
    ] {
        let labels = trial.labels(text).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(labels.iter().collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(labels.open, open, "{text}");
        for (left, right, is_match) in expected {
            assert_eq!(labels.get(left, right), Some(is_match));
        }
        assert_eq!(labels.get(1, 2), None);
    }
    let labels = trial.labels("left_id,right_id,label\na,w,match\nnobody,w,no\na,nobody,no\n").expect("labels");
    assert_eq!((labels.len(), labels.unknown), (1, Some((2, 3))), "told, with the line of the first");
}

#[test]
fn of_one_roster_the_order_of_a_pair_says_nothing() {
    let trial = one();
    let labels = trial.labels("left_id,right_id,label\nb,a,match\n").expect("labels");
    assert_eq!((labels.get(0, 1), labels.get(1, 0)), (Some(true), Some(true)));
    assert_eq!(labels.iter().collect::<Vec<_>>(), [(0, 1, true)]);
}

#[test]
fn what_is_no_label_or_cannot_hold_is_refused_with_its_line() {
    for (rows, expected) in [
        (
            "left,right_id,label\na,b,no\n",
            "labels.csv:1: no column is headed \"left_id\"; there are: left, right_id, label. The file needs the columns \"left_id\", \
             \"right_id\", and of \"label\", \"decision\" one",
        ),
        ("left_id,right_id,verdict\na,b,no\n", "labels.csv:1: no column is headed \"label\", nor \"decision\""),
        ("left_id,right_id,label\na,b,perhaps\n", "labels.csv:2: the label must be match or no"),
        ("left_id,right_id,label\na,b\n", "labels.csv:2: this line has 2 values"),
        ("left_id,right_id,label\nc,a,no\na,a,match\n", "labels.csv:3: the pair is of a row with itself"),
        ("left_id,right_id,label\na,b,no\nc,d,no\nb,a,match\n", "labels.csv:4: line 2 says the opposite of this pair"),
        (
            "left_id,right_id,label\na,b,match\na,d,no\nc,b,match\nc,d,match\n",
            "labels.csv:3: this line says two people, but lines 2, 4, 5 together say that it is one",
        ),
    ] {
        let fault = one().labels(rows).err().map(|fault| fault.to_string()).unwrap_or_default();
        assert!(fault.starts_with(expected), "{fault}");
    }
}

#[test]
fn one_to_one_no_row_has_two_partners() {
    let trial = trial();
    for (text, expected) in [
        ("a,w,match\nb,x,match\nb,w,no\n", None),
        ("a,w,match\nb,x,no\na,x,match\n", Some("labels.csv:4: a row of this match is in the match of line 2 too")),
        ("a,w,match\nb,w,match\n", Some("labels.csv:3: a row of this match is in the match of line 2 too")),
    ] {
        let labels = trial.labels(&format!("left_id,right_id,label\n{text}")).expect("labels");
        let fault = labels.each_row_once().err().map(|fault| fault.to_string());
        assert_eq!(fault.is_some(), expected.is_some(), "{text}");
        assert!(fault.unwrap_or_default().starts_with(expected.unwrap_or_default()), "{text}");
    }
}
