//! Ids over runs: kept, grown, merged, split, never given again.

use super::*;
use crate::linkage::earlier::Earlier;
use crate::linkage::trial::{Trial, codes};
use ChangeKind::{Grown, Kept, Merged, New, Reduced, Split};

/// Rows a, b, c … in clusters as their letters say: "ab c" are two.
fn named(now: &str, before: &[(u64, &str)], largest: u64) -> (Vec<(u64, String)>, Vec<Change>, u64) {
    let letters: Vec<char> = now.chars().filter(|letter| *letter != ' ').collect();
    let rows: String = letters.iter().map(|letter| format!("{letter},,,,,\n")).collect();
    let trial = Trial::of(&codes(""), &rows, None);
    let cluster = |letter: &char| now.split(' ').zip(0..).find(|(rows, _)| rows.contains(*letter)).map(|(_, at)| at);
    let of: Vec<u32> = letters.iter().filter_map(cluster).collect();
    let number = u32::try_from(now.split(' ').count()).expect("few");
    let clusters = Clusters { of: [of, Vec::new()], number, apart: Default::default() };
    let had = |letter: &char| before.iter().find(|(_, rows)| rows.contains(*letter)).map_or(0, |(number, _)| *number);
    let earlier = Earlier { of: [letters.iter().map(had).collect(), Vec::new()], largest };
    let ids = ClusterIds::of(&clusters, trial.ids(), (largest > 0).then_some(&earlier));
    let rows = ids.rows.iter().map(|(number, _, row)| (*number, trial.left.get(*row as usize).to_owned()));
    (rows.collect(), ids.changes, ids.largest)
}

fn change(number: u64, kind: ChangeKind, other: Option<u64>) -> Change {
    Change { number, kind, other }
}

#[test]
fn ids_are_given_by_the_first_row_ids() {
    let (rows, changes, largest) = named("cd ba e", &[], 0);
    let expected = [(1, "a"), (1, "b"), (2, "c"), (2, "d"), (3, "e")];
    assert_eq!(rows, expected.map(|(number, row)| (number, row.to_owned())));
    assert_eq!((changes, largest), (vec![], 3));
}

#[test]
fn an_id_stays_with_its_rows() {
    for (now, before, expected) in [
        ("ab c", vec![(1, "ab"), (2, "c")], vec![change(1, Kept, None), change(2, Kept, None)]),
        ("abx c", vec![(1, "ab"), (2, "c")], vec![change(1, Grown, None), change(2, Kept, None)]),
        ("ab x", vec![(1, "ab")], vec![change(1, Kept, None), change(8, New, None)]),
        // two are one: the one with more rows stays, of as many the smaller id
        ("abcde", vec![(1, "ab"), (5, "cde")], vec![change(1, Merged, Some(5)), change(5, Grown, None)]),
        ("abcd", vec![(5, "ab"), (3, "cd")], vec![change(3, Grown, None), change(5, Merged, Some(3))]),
        // one is two: the larger part keeps the id, of equal parts that of the first row id
        ("a bcx", vec![(4, "abc")], vec![change(4, Reduced, None), change(8, Split, Some(4))]),
        ("cd ab", vec![(4, "abcd")], vec![change(4, Reduced, None), change(8, Split, Some(4))]),
        // one is split, and its larger part goes to a cluster that keeps an id of its own
        (
            "ab cdefg",
            vec![(1, "abcde"), (2, "fg")],
            vec![change(1, Reduced, None), change(2, Merged, Some(1)), change(8, Split, Some(1))],
        ),
    ] {
        let (rows, changes, largest) = named(now, &before, 7);
        assert_eq!(changes, expected, "{now} {before:?}");
        assert_eq!(rows.len(), now.replace(' ', "").len());
        assert_eq!(largest, 7 + u64::try_from(changes.iter().filter(|c| c.number > 7).count()).expect("few"), "{now}");
    }
    let (rows, ..) = named("cd ab", &[(4, "abcd")], 7);
    assert_eq!(rows[0], (4, "a".to_owned()), "the part with the first row id keeps it");
}
