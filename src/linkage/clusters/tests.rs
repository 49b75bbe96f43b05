//! Chains, conflicts, labels, and the order of rows.

use proptest::prelude::*;

use super::*;
use crate::linkage::cluster_ids::ClusterIds;
use crate::linkage::labels::Labels;
use crate::linkage::trial::{Trial, codes};

/// A~B and B~C agree in two codes each; A and C share none, and differ in one.
const CHAIN: &str = "A,1,1,,,5\nB,1,1,2,2,\nC,,,2,2,6\n";
const CONFLICT: &str = "[[conflict]]\nwhen = { e = [\"different\"] }\nreason = \"another number\"\n";

#[test]
fn a_chain_of_rows_does_not_make_one_person_of_its_ends() {
    let trial = Trial::of(&codes(""), CHAIN, None);
    let alone = trial.each_alone(&Labels::default());
    assert_eq!(trial.told(&alone), ["A B match", "B C match"], "each alone is a match");
    let (clusters, found) = trial.clusters(&Labels::default());
    assert_eq!(trial.groups(&clusters), ["A B"], "equal weights are taken by the ids");
    assert_eq!(trial.told(&found), ["A B match", "B C review"]);
    assert_eq!(clusters.apart, Apart { unlike: 1, ..Apart::default() });
    assert_eq!(clusters.number, 2, "a row alone is a cluster too");
}

#[test]
fn rows_that_are_alike_all_round_are_one_person() {
    for (rows, expected) in [
        ("A,1,1,2,,\nB,1,1,2,2,\nC,,1,2,2,\n", vec!["A B C"]),
        ("A,1,1,2,2,2\nB,1,1,2,2,2\nC,1,1,2,2,2\nD,9,9,9,9,9\n", vec!["A B C"]),
        // a sure pair makes good for one that says little, and not for one that says nothing when it is hardly sure itself
        ("A,1,1,1,,\nB,1,1,1,2,2\nC,,,1,2,2\n", vec!["A B C"]),
        ("A,1,1,1,,\nB,1,1,1,2,2\nC,,,,2,2\n", vec!["A B"]),
    ] {
        let trial = Trial::of(&codes(""), rows, None);
        let (clusters, _) = trial.clusters(&Labels::default());
        assert_eq!(trial.groups(&clusters), expected, "{rows}");
    }
}

#[test]
fn two_rows_in_conflict_are_never_in_one_cluster() {
    // without the rule all four are one: A and D differ in e alone
    let rows = "A,1,1,1,1,5\nB,1,1,1,1,\nC,1,1,1,1,\nD,1,1,1,1,6\n";
    let trial = Trial::of(&codes(""), rows, None);
    assert_eq!(trial.groups(&trial.clusters(&Labels::default()).0), ["A B C D"]);
    let trial = Trial::of(&codes(CONFLICT), rows, None);
    let (clusters, found) = trial.clusters(&Labels::default());
    assert_eq!(trial.groups(&clusters), ["A B C"]);
    assert_eq!(clusters.apart.conflict, 2, "B D and C D; A D was none");
    let because = |because| found.iter().filter(|found| found.because == because).count();
    assert_eq!([because(Because::Conflict(0)), because(Because::Apart)], [1, 2], "A D by itself, the others by A");
}

#[test]
fn two_rosters_cluster_over_both() {
    let trial =
        Trial::of(&codes(""), "L1,1,1,2,,\nL2,1,1,2,,\nL3,8,8,8,,\n", Some("R1,1,1,2,,\nR2,9,9,9,,\nL1,8,8,8,,\n"));
    let (clusters, _) = trial.clusters(&Labels::default());
    assert_eq!(trial.groups(&clusters), ["L1 L2 R1", "L1 L3"], "an id may stand in both rosters");
    assert_eq!(clusters.number, 3);
    assert_eq!(clusters.sizes(), (2, 3));
}

#[test]
fn labels_join_and_part() {
    let trial = Trial::of(&codes(CONFLICT), CHAIN, None);
    for (labels, expected) in [
        (vec!["A,C,match"], vec!["A B C"]),
        (vec!["B,C,match"], vec!["B C"]),
        (vec!["B,C,match", "A,B,match"], vec!["A B C"]),
        (vec!["A,B,no"], vec!["B C"]),
        (vec!["A,B,no", "C,B,no"], vec![]),
    ] {
        let (clusters, _) = trial.clusters(&trial.labelled(&labels));
        assert_eq!(trial.groups(&clusters), expected, "{labels:?}");
    }
    // a no between the ends parts a cluster that nothing else would part
    let trial = Trial::of(&codes(""), "A,1,1,2,,\nB,1,1,2,2,\nC,,1,2,2,\n", None);
    let (clusters, found) = trial.clusters(&trial.labelled(&["C,A,no"]));
    assert_eq!(trial.groups(&clusters), ["A B"]);
    assert_eq!((clusters.apart.label, trial.told(&found)), (1, vec!["A B match".to_owned(), "B C review".to_owned()]));
}

#[test]
fn no_cluster_grows_without_end() {
    let number = MOST_ROWS + 2;
    let rows: String = (0..number).map(|row| format!("{row},1,1,1,,\n")).collect();
    let trial = Trial::of(&codes(""), &rows, None);
    let (clusters, _) = trial.clusters(&Labels::default());
    assert!(clusters.sizes().1 <= u64::from(MOST_ROWS), "{:?}", clusters.sizes());
    assert!(clusters.apart.too_large > 0);
}

/// Rows of few values, so that many agree by chance.
fn some_rows() -> impl Strategy<Value = Vec<[u8; 5]>> {
    proptest::collection::vec(proptest::array::uniform5(0_u8..4), 2..14)
}

fn lines(rows: &[(usize, [u8; 5])]) -> String {
    let value = |value: u8| if value == 0 { String::new() } else { value.to_string() };
    rows.iter().map(|(id, row)| format!("r{id},{}\n", row.map(value).join(","))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_of_rows_changes_no_cluster_and_no_id((rows, order) in some_rows().prop_flat_map(|rows| {
        let numbered: Vec<(usize, [u8; 5])> = rows.into_iter().enumerate().collect();
        (Just(numbered.clone()), Just(numbered).prop_shuffle())
    })) {
        let told = |rows: &[(usize, [u8; 5])]| {
            let trial = Trial::of(&codes(CONFLICT), &lines(rows), None);
            let (clusters, found) = trial.clusters(&Labels::default());
            let ids = ClusterIds::of(&clusters, trial.ids(), None);
            let named: Vec<(u64, String)> =
                ids.rows.iter().map(|(number, _, row)| (*number, trial.left.get(*row as usize).to_owned())).collect();
            (trial.groups(&clusters), trial.told(&found), named, clusters.apart)
        };
        prop_assert_eq!(told(&rows), told(&order));
    }

    #[test]
    fn nobody_is_in_a_cluster_with_somebody_in_conflict(rows in some_rows()) {
        let rows: Vec<(usize, [u8; 5])> = rows.into_iter().enumerate().collect();
        let trial = Trial::of(&codes(CONFLICT), &lines(&rows), None);
        let (clusters, found) = trial.clusters(&Labels::default());
        for (one, (_, own)) in rows.iter().enumerate() {
            for (other, (_, theirs)) in rows.iter().enumerate() {
                if clusters.of[0][one] == clusters.of[0][other] {
                    prop_assert!(own[4] == 0 || theirs[4] == 0 || own[4] == theirs[4]);
                }
            }
        }
        for found in found {
            let together = clusters.of[0][found.pair.left as usize] == clusters.of[0][found.pair.right as usize];
            prop_assert!(together || found.decision == Decision::Review, "a match is in one cluster");
        }
    }
}
