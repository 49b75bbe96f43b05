//! A drawing is one well-formed file, says what it draws, and holds whatever words it is given.

use super::*;

fn step(label: &str, centibits: i32) -> Step {
    Step { label: label.into(), note: String::new(), centibits }
}

pub(super) fn waterfall(lang: Lang, steps: Vec<Step>) -> Waterfall {
    Waterfall {
        lang,
        title: "结论：待核实".into(),
        remarks: vec!["证件号码一致但姓名不同".into()],
        prior: -1_329,
        calibrated: false,
        steps,
        match_at: 997,
        review_at: -997,
        probabilities: [999_000, 1_000, 984_000],
        footer: "person 0123456789ab".into(),
    }
}

/// Every element of a drawing, or a panic where it is not well-formed.
fn elements(svg: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Eof => return names,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                names.push(tag.name().as_ref().to_owned());
            }
            _ => {}
        }
    }
}

#[test]
fn it_is_one_well_formed_file_that_says_what_it_draws() {
    let drawn = waterfall(Lang::Zh, vec![step("证件号码一致", 2_648), step("姓名不同", -736), step("缺住址", 0)]).svg();
    let names = elements(&drawn);
    assert!(!drawn.contains("href") && !drawn.contains("<script") && drawn.matches("http").count() == 1);
    assert_eq!(names.iter().filter(|name| *name == "title" || *name == "desc").count(), 2);
    for said in
        ["证件号码一致 +26.48；姓名不同 −7.36；缺住址 0.00；合计 +5.83，概率 98.4%", "认定线 +9.97，待核实线 −9.97"]
    {
        assert!(drawn.contains(said), "{said}\n{drawn}");
    }
    assert_eq!(drawn.matches("url(#against)").count(), 1, "what speaks against is hatched");
}

#[test]
fn bars_begin_where_the_one_above_ends() {
    let steps = vec![step("a", 2_000), step("b", -500)];
    let whole = waterfall(Lang::En, steps);
    let rows = whole.rows();
    let ends: Vec<_> = rows.iter().map(|row| (row.from, row.to)).collect();
    assert_eq!(ends, [(0, -1_329), (-1_329, 671), (671, 171), (0, 171)]);
    let scale = whole.scale(&rows);
    for (from, to) in ends {
        for end in [from, to] {
            assert!((PLOT.0..=PLOT.1).contains(&scale.at(end)), "everything is on the paper");
        }
    }
}

#[test]
fn what_a_calibration_adds_stands_in_the_first_bar_and_is_named() {
    for (lang, calibrated, named, unnamed) in [
        (Lang::Zh, true, "先验与校准", "比对之前"),
        (Lang::En, true, "Prior and calibration", "Before anything is compared"),
        (Lang::Zh, false, "比对之前", "校准"),
        (Lang::En, false, "Before anything is compared", "alibration"),
    ] {
        let drawn = Waterfall { calibrated, ..waterfall(lang, vec![step("a", 100)]) }.svg();
        assert!(drawn.contains(named) && !drawn.contains(unnamed), "{drawn}");
    }
}

#[test]
fn words_of_a_model_are_no_markup() {
    let mut hostile = waterfall(Lang::En, vec![step("</text><script>alert(1)</script> & \"more\"", -6_000)]);
    hostile.footer = "<b>".into();
    hostile.title = "\u{0}<title>".into();
    let names = elements(&hostile.svg());
    assert!(!names.contains(&"script".to_owned()) && !names.contains(&"b".to_owned()));
}

#[test]
fn the_same_comparison_is_drawn_alike() {
    let one = waterfall(Lang::En, vec![step("a", i32::MAX), step("b", i32::MIN)]);
    assert_eq!(one.svg(), one.svg(), "and the largest weights do not overflow");
}
