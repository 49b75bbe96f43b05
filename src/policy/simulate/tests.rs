//! Headlines, tables that add up, and what is left out of them.

use super::*;
use crate::household::{MemberRef, Purpose, Region, RegisteredAs};
use crate::policy::assess;
use crate::policy::assessment::{AmountLine, Screening};

fn assessment(states: &[(&str, Certainty)], amounts: &[(&str, i64)]) -> Assessment {
    let evidence = nobody();
    let pack = crate::policy::Packs::embedded().resolve(&evidence.region, evidence.as_of).unwrap();
    let mut assessment = assess(&evidence, &pack);
    let screening = assessment.screening[0].clone();
    let ground = screening.conditions[0].ground.clone();
    assessment.screening = (states.iter())
        .map(|(outcome, state)| Screening { outcome: (*outcome).to_owned().into(), state: *state, ..screening.clone() })
        .collect();
    assessment.amounts = (amounts.iter())
        .map(|(outcome, fen)| AmountLine {
            outcome: (*outcome).to_owned().into(),
            amount: Fen(*fen),
            at_most: None,
            per: Per::Month,
            computation: "".into(),
            ground: ground.clone(),
        })
        .collect();
    assessment
}

fn nobody() -> Evidence {
    Evidence {
        purpose: Purpose::DibaoApplication,
        region: Region("620422".into()),
        as_of: "2026-11-01".parse().unwrap(),
        registered_as: RegisteredAs::Urban,
        applicant: MemberRef("m1".into()),
        members: Vec::new(),
        obligors: Vec::new(),
        cells: Vec::new(),
        records: Vec::new(),
    }
}

#[test]
fn the_most_favourable_that_is_met_else_open_else_none() {
    use Certainty::{Met, NotMet, Open};
    type Row<'a> = (&'a [(&'a str, Certainty)], Headline, Option<Headline>);
    let table: [Row<'_>; 5] = [
        (&[("tekun", Open), ("dibao", Met), ("dibao_marginal", NotMet)], Headline::Dibao, None),
        (&[("dibao_marginal", Met), ("dibao", Met)], Headline::Dibao, None),
        (&[("tekun", NotMet), ("dibao_marginal", Open), ("none", Open)], Headline::Open, Some(Headline::DibaoMarginal)),
        (&[("tekun", NotMet), ("dibao", NotMet), ("none", Met)], Headline::None, None),
        (&[("tekun", NotMet), ("none", Open)], Headline::None, None),
    ];
    for (states, headline, may_become) in table {
        let standing = Standing::of(&assessment(states, &[("dibao", 100), ("dibao_single", 7), ("dibao", 20)]));
        assert_eq!((standing.headline, standing.may_become), (headline, may_become), "{states:?}");
        let paid = if headline == Headline::Dibao { 120 } else { 0 };
        assert_eq!(standing.monthly, Fen(paid), "only the headline's own amounts");
    }
}

fn moved(region: &str, before: (Headline, i64), after: (Headline, i64)) -> Move {
    let standing = |(headline, monthly)| Standing { headline, may_become: None, monthly: Fen(monthly) };
    Move { region: region.to_owned(), people: 3, before: standing(before), after: standing(after) }
}

fn movement() -> Movement {
    let (mut one, mut other) = (Movement::default(), Movement::default());
    for n in 0..12 {
        let into = if n % 2 == 0 { &mut one } else { &mut other };
        into.add(&moved("620422", (Headline::Dibao, 100), (Headline::Dibao, 150)));
    }
    for _ in 0..9 {
        other.add(&moved("620422", (Headline::DibaoMarginal, 0), (Headline::Dibao, 50)));
    }
    for _ in 0..10 {
        one.add(&moved("620423", (Headline::None, 0), (Headline::DibaoMarginal, 0)));
    }
    other.not_covered = 2;
    one.merge(other);
    one
}

#[test]
fn tables_add_up_in_any_split() {
    let shown = movement().shown(true);
    let total = Count { households: 31, people: 93, monthly_before: Fen(1200), monthly_after: Fen(2250) };
    assert_eq!(shown.total(), total);
    assert_eq!(shown.moved().households, 19);
    assert_eq!(shown.regions(), ["620422", "620423"]);
    assert_eq!(shown.headlines(), [Headline::Dibao, Headline::DibaoMarginal, Headline::None]);
    assert_eq!((shown.left_out(), shown.not_covered), (0, Some(2)));
}

#[test]
fn fewer_than_ten_are_in_no_cell_and_in_no_total() {
    let shown = movement().shown(false);
    assert_eq!((shown.left_out(), shown.not_covered), (1, None));
    let nine = shown.cells.iter().find(|cell| cell.before == Headline::DibaoMarginal).unwrap();
    assert_eq!(nine.count, None);
    assert_eq!(shown.total().households, 22, "the nine cannot be reckoned back");
    assert_eq!(shown.total().monthly_after, Fen(1800));
    assert_eq!(shown.sum(|cell| cell.before == Headline::None).households, 10, "ten are shown");
}

#[test]
fn what_the_open_may_become_gives_no_small_part_away() {
    let parts = |counts: &[(Headline, u64)]| that_may_stand(&counts.iter().copied().collect());
    use Headline::{Dibao, DibaoMarginal, RigidExpenditure, Tekun};
    let shown: Vec<_> = parts(&[(Tekun, 40), (Dibao, 12), (DibaoMarginal, 10)]).into_iter().collect();
    assert_eq!(shown, [(Tekun, 40), (Dibao, 12), (DibaoMarginal, 10)]);
    // 3 alone would be the cell less the others: the next smallest goes with it
    let shown: Vec<_> = parts(&[(Tekun, 40), (Dibao, 12), (DibaoMarginal, 3)]).into_iter().collect();
    assert_eq!(shown, [(Tekun, 40)]);
    let shown: Vec<_> =
        parts(&[(Tekun, 40), (Dibao, 8), (DibaoMarginal, 3), (RigidExpenditure, 11)]).into_iter().collect();
    assert_eq!(shown, [(Tekun, 40), (RigidExpenditure, 11)], "eleven are left out together");
    assert!(parts(&[(Tekun, 9)]).is_empty());

    let mut movement = Movement::default();
    for n in 0..30 {
        let open = Standing {
            headline: Headline::Open,
            may_become: Some(if n < 18 { Tekun } else { Dibao }),
            monthly: Fen::ZERO,
        };
        let settled = Standing { headline: Headline::None, may_become: None, monthly: Fen::ZERO };
        movement.add(&Move { region: "620422".into(), people: 1, before: open, after: settled });
    }
    let [before, after] = movement.shown(false).may_become();
    assert_eq!(before.into_iter().collect::<Vec<_>>(), [(Tekun, 18), (Dibao, 12)]);
    assert!(after.is_empty());
}
