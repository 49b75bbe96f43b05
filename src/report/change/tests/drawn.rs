//! A change drawn, as rows, and read back.

use jiff::ToSpan;

use super::*;

/// Much at once, for the drawings: half a year later, a car, a renamed member, a silent bank, a raise.
fn eventful() -> Change {
    let mut case = settled();
    raise(&mut case, 30_000);
    enter(&mut case, "m2", "vehicles", "CL-777", car());
    case.request.household.members[1].name = "王秀澜".into();
    silence(&mut case, "finance");
    compare(&body_on(settled(), FIRST), &body_on(case, FIRST.saturating_add(2.months())), &known())
}

fn drawn(lang: Lang) -> String {
    let change = eventful();
    let notice = change.notice(date(2027, 1, 4), Some(10));
    render_change(&change, Some(&notice), Style { colour: false, lang, width: 100 })
}

#[test]
fn change_zh() {
    insta::assert_snapshot!(drawn(Lang::Zh));
}

#[test]
fn change_en() {
    insta::assert_snapshot!(drawn(Lang::En));
}

#[test]
fn no_line_of_a_change_is_wider_than_told() {
    use unicode_width::UnicodeWidthStr;
    for lang in [Lang::Zh, Lang::En] {
        for width in [80, 100, 120] {
            let notice = eventful().notice(date(2027, 1, 4), Some(10));
            for line in render_change(&eventful(), Some(&notice), Style { colour: false, lang, width }).lines() {
                assert!(line.width() <= width, "{} > {width}: {line}", line.width());
            }
        }
    }
}

#[test]
fn rows_name_nobody_and_begin_no_formula() {
    let of = RowOf { reference: "=HN-1", case_before: "c1", case_after: "c2" };
    let rows = csv_rows(&eventful(), of, Lang::En);
    assert_eq!(rows.len(), eventful().items.len());
    let text = rows.concat().join("\n");
    for name in ["李建国", "王秀兰", "王秀澜", "张桂英"] {
        assert!(!text.contains(name), "{name}");
    }
    for row in &rows {
        assert_eq!((&*row[0], &*row[1], &*row[2]), ("'=HN-1", "c1", "c2"));
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{row:?}");
    }
    let wage = rows.iter().find(|row| row[3] == "income.wage").unwrap();
    assert_eq!((&*wage[4], &*wage[12]), ("Wages", eventful().consequence.code()));
    assert!(wage[10].contains("left the period"), "{}", wage[10]);
    let none = csv_rows(&changed(|_| ()), of, Lang::Zh);
    assert_eq!((none.len(), &*none[0][3], &*none[0][4]), (1, "nothing", "与上次核对相比未见变化"));
}

#[test]
fn a_change_is_read_back_and_strangers_are_refused() {
    let change = eventful();
    let json = serde_json::to_value(&change).unwrap();
    assert_eq!(serde_json::from_value::<Change>(json.clone()).unwrap(), change);
    for pointer in ["", "/items/0", "/before", "/people/0"] {
        let mut stranger = json.clone();
        stranger.pointer_mut(pointer).unwrap()["stranger"] = serde_json::json!(1);
        assert!(serde_json::from_value::<Change>(stranger).is_err(), "{pointer}");
    }
}
