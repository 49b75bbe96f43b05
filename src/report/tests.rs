//! The room as a whole, over one rich household.

use jiff::ToSpan;
use jiff::civil::date;
use unicode_width::UnicodeWidthStr;

use super::fixture::{after_withdrawal, assess, attestation, case, who};
use super::render::html::Around;
use super::render::terminal::{self, Style};
use super::text::Lang;
use super::*;
use crate::household::{AnswerKind, CellOutcome, Coverage, Detail, Fen, Reach, Verdict};
use crate::policy::assessment::{Certainty, Comparison, FoundBetween};

fn report() -> Report {
    let body = case().body();
    Report { attestation: attestation(&body), body }
}

fn drawn(lang: Lang, width: usize) -> String {
    let report = report();
    terminal::render(&report.body, Some(&report.attestation), Style { colour: false, lang, width })
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let body = case().body();
    assert_eq!(body.bytes(), case().body().bytes());
    let back: Body = serde_json::from_slice(&body.bytes()).unwrap();
    assert_eq!(back, body);
    assert_eq!(back.hash(), body.hash());
}

#[test]
fn the_order_in_which_answers_came_does_not_matter() {
    let mut case = case();
    let hash = case.body().hash();
    case.evidence.cells.reverse();
    case.evidence.records.reverse();
    case.evidence.cells.sort_by(|a, b| (&a.member, &a.source).cmp(&(&b.member, &b.source)));
    case.evidence.records.sort_by_key(crate::household::Attributed::key);
    assert_eq!(case.body().hash(), hash);
}

#[test]
fn lines_are_grouped_alike_whatever_the_order_of_records() {
    let mut case = case();
    for number in 0..9 {
        for at in 0..3 {
            let mut record = case.evidence.records[at].clone();
            record.record.number = format!("R-{at}-{number}");
            case.evidence.records.push(record);
        }
    }
    let one = assess(&case.evidence);
    case.evidence.records.reverse();
    assert_eq!(assess(&case.evidence), one);
    case.evidence.records.rotate_left(7);
    assert_eq!(assess(&case.evidence), one);
}

#[test]
fn canonical_bytes_are_sorted_and_without_spaces() {
    let text = String::from_utf8(case().body().bytes()).unwrap();
    assert!(text.starts_with(r#"{"amounts":["#));
    assert!(!text.contains("\": "));
}

#[test]
fn a_pending_cell_keeps_a_report_provisional() {
    let mut case = case();
    assert!(!case.body().is_final);
    for cell in &mut case.evidence.cells {
        if cell.outcome == CellOutcome::Pending {
            cell.outcome = CellOutcome::Unavailable { why: crate::household::Failure::DeadlinePassed };
        }
    }
    assert!(case.body().is_final);
}

#[test]
fn every_line_cites_a_rule_that_is_there() {
    let body = case().body();
    let cited: std::collections::BTreeSet<u32> = body.cited_grounds().collect();
    assert_eq!(cited.len(), body.grounds.len(), "and none is there for nothing");
    for number in cited {
        let ground = body.ground(number).unwrap();
        assert!(ground.law.is_none_or(|law| body.law(law).is_some()), "{number}");
    }
}

#[test]
fn the_summary_counts_members_sources_alone() {
    let summary = case().body().summary;
    assert_eq!((summary.checked, summary.with_information, summary.unanswered), (18, 12, 3));
    assert_eq!(summary.words.zh, "核对了 18 项，12 项反馈疑似信息，3 项尚未完整反馈。");
}

#[test]
fn who_withdrew_is_named_and_no_department_is_to_blame() {
    let body = after_withdrawal(&["m2"]);
    assert!(body.summary.words.zh.contains("1 名成员的授权已撤回，未再查询"), "{}", body.summary.words.zh);
    assert!(body.open_facts.iter().any(|open| open.fact == "withdrawn:m2"));
    let page = render::html::render(&body, None, Lang::Zh);
    assert!(page.contains("王秀兰的授权已撤回，未再查询"), "{page}");
    for line in page.lines().filter(|line| line.contains("不完整：")) {
        let waits = line.split("尚缺 ").nth(1).map_or("", |waits| waits.split('；').next().unwrap_or(""));
        assert!(!waits.contains("王秀兰"), "{line}");
    }
    assert!(page.contains("王秀兰：授权已撤回，未再查询"), "{page}");
}

#[test]
fn where_everything_is_locked_no_total_is_a_figure() {
    let body = after_withdrawal(&["m1", "m2", "m3", "m4"]);
    assert!(
        !body.open_facts.iter().any(|open| open.fact.starts_with("source:") || open.fact.starts_with("not_asked:"))
    );
    for (lang, words, silent) in [(Lang::Zh, "未知", "尚缺"), (Lang::En, "not known", "awaits")] {
        let page = render::html::render(&body, None, lang);
        assert!(!page.contains("≥ 0"), "{page}");
        let terminal = terminal::render(&body, None, Style { colour: false, lang, width: 100 });
        assert!(!terminal.contains("≥ 0"), "{terminal}");
        assert!(page.contains(words) && !page.contains(silent), "{page}");
    }
    let view = super::view::View::of(&body, crate::config::Disclosure::Conclusion).unwrap();
    let matters = view.conclusion.open.iter().map(|open| (open.matter, open.member.clone()));
    let withdrawn = matters.filter(|(matter, _)| *matter == super::view::Matter::Withdrawn);
    assert_eq!(withdrawn.count(), 4);
    assert!(!view.conclusion.open.iter().any(|open| open.matter == super::view::Matter::Department));
}

#[test]
fn a_member_whom_nobody_knows_is_named_and_the_household_is_not_settled() {
    let mut case = case();
    case.evidence.records.retain(|record| record.member != who("m3"));
    for cell in case.evidence.cells.iter_mut().filter(|cell| cell.member == who("m3")) {
        if cell.outcome.speaks() {
            let reach = Reach { coverage: Coverage::National, as_of: None };
            cell.outcome = CellOutcome::NoRecord { reach };
        }
    }
    case.assessment = assess(&case.evidence);
    let body = case.body();
    assert!(body.findings.iter().any(|found| found.code == "unknown_member" && found.member == Some(who("m3"))));
    assert!(body.findings.iter().all(|found| found.code != "unknown_member" || found.en.is_empty()), "in the lexicon");
    let page = render::html::render(&body, None, Lang::Zh);
    assert!(page.contains("已答复的部门均无可确认属于此人的记录，请核实姓名和证件号码"), "{page}");
    let household = body.screening.iter().find(|outcome| outcome.outcome == "dibao").unwrap();
    assert_eq!(household.decides.as_deref(), Some("unknown_member:m3"));
}

#[test]
fn what_was_found_is_shown_between_its_ends() {
    let mut case = case();
    let line = case.assessment.declared.iter_mut().find(|line| line.class == "income.wage").unwrap();
    line.found_between = Some(FoundBetween { at_least: Fen::from_yuan(9_000), at_most: None });
    line.comparison = Comparison::Undetermined;
    let page = terminal::render(&case.body(), None, Style { colour: false, lang: Lang::Zh, width: 140 });
    let line = page.lines().find(|line| line.contains("？ 未定")).unwrap();
    assert!(line.contains("≥ 9,000.00"), "{line}");
    assert!(!case.body().summary.clear);
}

#[test]
fn the_applicants_copy_does_not_tell_how_far_a_record_under_review_goes() {
    let mut case = case();
    let held = case.body().held_for_review[0].member.clone();
    let line = case.assessment.declared.iter_mut().find(|line| line.member == held).unwrap();
    line.found_between = Some(FoundBetween { at_least: Fen::ZERO, at_most: Some(Fen::from_yuan(7_654)) });
    (line.found, line.comparison) = (Some(Fen::ZERO), Comparison::Undetermined);
    let body = case.body();
    assert!(render::html::render(&body, None, Lang::Zh).contains("7,654.00"));
    let copy = disclosure::applicant_copy(&body);
    let line = copy.declared.iter().find(|line| line.comparison == Comparison::Undetermined).unwrap();
    assert_eq!((line.found, line.found_between), (None, None));
    assert!(!render::html::render(&copy, None, Lang::Zh).contains("7,654.00"));
}

#[test]
fn a_clear_report_says_so_in_the_houses_words() {
    let mut case = case();
    for cell in &mut case.evidence.cells {
        if !cell.outcome.speaks() && cell.outcome.kind() != AnswerKind::Skipped {
            cell.outcome = CellOutcome::Found { records: 1 };
        }
    }
    case.evidence.records.retain(|record| record.verdict == Verdict::Match);
    case.assessment.findings.clear();
    case.assessment.open_facts.clear();
    case.assessment.declared.clear();
    case.assessment.screening[0].state = Certainty::Met;
    let body = case.body();
    assert!(body.summary.clear);
    assert!(body.summary.words.zh.ends_with("未发现超标信息。"));
    for silent in [CellOutcome::Pending, CellOutcome::Unavailable { why: crate::household::Failure::Busy }] {
        case.evidence.cells[0].outcome = silent;
        assert!(!case.body().summary.clear);
    }
}

#[test]
fn no_wording_approves() {
    // a rule may say that a condition no longer holds
    let approves = |text: &str| text.replace("不再符合", "").contains("符合");
    for lang in [Lang::Zh, Lang::En] {
        assert!(!approves(&drawn(lang, 100)));
    }
    assert!(!approves(&String::from_utf8(case().body().bytes()).unwrap()));
}

#[test]
fn records_of_other_people_are_counts_alone() {
    let body = case().body();
    assert_eq!(body.set_aside.len(), 1);
    assert_eq!((body.set_aside[0].count, body.set_aside[0].reason.as_str()), (2, "rule:namesake"));
    let text = String::from_utf8(body.bytes()).unwrap();
    assert!(!text.contains("CL-90001") && !text.contains("CL-90002"));
}

#[test]
fn document_numbers_telephones_addresses_and_employers_stay_out() {
    let report = report();
    let text = String::from_utf8(report.bytes()).unwrap();
    for personal in [
        "620422196804121213",
        "19680412",
        "1968-04-12",
        "13900000001",
        "东街",
        "甘D12345",
        "劳务公司",
        "620422-0099123",
    ] {
        assert!(!text.contains(personal), "{personal}");
    }
    assert!(text.contains("620422********1213"));
    assert!(!format!("{report:?}").contains("李建国"), "Debug redacts names");
}

#[test]
fn the_applicants_copy_says_nothing_of_third_people() {
    let body = case().body();
    let copy = disclosure::applicant_copy(&body);
    let text = String::from_utf8(copy.bytes()).unwrap();
    for hidden in [
        "李红",
        "\"o1\"",
        "o1/",
        "undeclared_spouse:",
        "code\":\"undeclared_spouse",
        "undeclared_spouse\":true",
        "登记配偶",
        "CL-88213",
    ] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert!(copy.findings.iter().any(|finding| finding.code == "threshold_exceeded"), "{:?}", copy.findings);
    assert_eq!(copy.copy_for, CopyFor::Applicant);
    let cites = |rule: &str| copy.grounds.iter().any(|ground| ground.rules.iter().any(|known| known == rule));
    assert!(!cites("property.vehicle.cars") || body.property.len() > copy.property.len());
    assert!(cites("income.wage.counted"));
    assert_eq!(copy.summary, body.summary);
}

#[test]
fn the_attestation_belongs_to_one_body() {
    let mut report = report();
    assert!(report.is_of_its_body());
    report.body.version += 1;
    assert!(!report.is_of_its_body());
}

#[test]
fn terminal_zh() {
    insta::assert_snapshot!(drawn(Lang::Zh, 100));
}

#[test]
fn terminal_en() {
    insta::assert_snapshot!(drawn(Lang::En, 100));
}

#[test]
fn what_no_department_knows_is_told_once_for_each_department() {
    let never = case().body().sources.into_iter().filter_map(|line| line.never_covers);
    let never: Vec<Words> = never.collect();
    assert_eq!(never.len(), 18);
    for (lang, width) in [(Lang::Zh, 80), (Lang::Zh, 100), (Lang::En, 80), (Lang::En, 100), (Lang::En, 140)] {
        let text: String = drawn(lang, width).split_whitespace().collect();
        for words in &never {
            let beginning: String = match lang {
                Lang::Zh => words.zh.chars().take(4).collect(),
                Lang::En => lexicon::english(&words.zh).unwrap().split_whitespace().take(1).collect(),
            };
            assert!(text.contains(&beginning), "{beginning} at {width}");
        }
    }
}

#[test]
fn money_left_out_is_named_with_its_reason() {
    let zh: String = drawn(Lang::Zh, 100).split_whitespace().collect();
    assert!(zh.contains("临时救助金（政府给予的社会救助款物）：按规定不计入家庭收入。"));
    assert!(zh.contains("高龄津贴：按规定不计入家庭收入。"));
    let en: String = drawn(Lang::En, 100).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(en.contains("Temporary relief (government social assistance): Not income under the rules."));
    assert!(en.contains("[10] Old-age allowance: Not income under the rules."));
}

#[test]
fn that_nothing_applies_is_printed_only_when_it_is_so() {
    let mut case = case();
    for (state, printed) in [(Certainty::NotMet, false), (Certainty::Open, false), (Certainty::Met, true)] {
        let none = case.assessment.screening.iter_mut().find(|outcome| outcome.outcome == "none").unwrap();
        none.state = state;
        let body = case.body();
        let text = terminal::render(&body, None, Style::default());
        let page = render::html::render(&body, None, Lang::Zh);
        assert_eq!(text.contains("均不适用 — 成立"), printed);
        assert_eq!(page.contains("<h3>均不适用"), printed);
    }
}

#[test]
fn no_terminal_line_is_wider_than_told() {
    for lang in [Lang::Zh, Lang::En] {
        for width in [80, 95, 96, 100, 120] {
            for line in drawn(lang, width).lines() {
                assert!(line.width() <= width, "{} > {width}: {line}", line.width());
            }
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let report = report();
    let style = Style { colour: true, ..Style::default() };
    let coloured = terminal::render(&report.body, Some(&report.attestation), style);
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_eq!(plain, drawn(Lang::Zh, 100));
}

#[test]
fn the_schema_takes_reports_and_refuses_unknown_fields() {
    let schema = schema::report();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let report = serde_json::to_value(report()).unwrap();
    let faults: Vec<String> = validator.iter_errors(&report).map(|e| format!("{} {e}", e.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    for pointer in ["", "/body", "/body/income/0", "/body/sources/0", "/body/totals/income", "/attestation"] {
        let mut stranger = report.clone();
        stranger.pointer_mut(pointer).unwrap()["stranger"] = serde_json::json!(1);
        assert!(!validator.is_valid(&stranger), "{pointer}");
        assert!(serde_json::from_value::<Report>(stranger).is_err(), "{pointer}");
    }
}

#[test]
fn the_schema_is_published_as_reviewed() {
    insta::assert_json_snapshot!(schema::report());
}

/// Two more members with records of their own, records that came by the month, every cell timed, a deep log.
fn household_of_six() -> Report {
    let mut case = case();
    case.request.household.obligors.clear();
    case.evidence.obligors.clear();
    case.evidence.cells.retain(|cell| cell.member != who("o1"));
    for (number, like) in [("m5", 2), ("m6", 3)] {
        let mut member = case.request.household.members[like].clone();
        let twin = std::mem::replace(&mut member.reference, who(number));
        case.request.household.members.push(member);
        let mut facts = case.evidence.members[like].clone();
        facts.reference = who(number);
        case.evidence.members.push(facts);
        let cells: Vec<_> = case.evidence.cells.iter().filter(|cell| cell.member == twin).cloned().collect();
        let theirs = cells.into_iter().map(|cell| crate::household::Cell { member: who(number), ..cell });
        case.evidence.cells.extend(theirs);
        let records: Vec<_> = case.evidence.records.iter().filter(|record| record.member == twin).cloned().collect();
        for mut record in records {
            record.member = who(number);
            record.record.number.push_str("-2026-000");
            case.evidence.records.push(record);
        }
    }
    let wages = case.evidence.records.iter().find(|record| record.record.number == "GS-2026-0031").unwrap().clone();
    for number in 0..11_i8 {
        let mut record = wages.clone();
        record.record.number = format!("GS-2026-{number:08}");
        if let Detail::TaxedIncome { from, to, .. } = &mut record.record.detail {
            // another month each: equal returns would be doubted
            *from = date(2026, 10, 1).saturating_sub(i64::from(number + 1).months());
            *to = from.last_of_month();
        }
        case.evidence.records.push(record);
    }
    case.evidence.records.sort_by_key(crate::household::Attributed::key);
    case.evidence.cells.sort_by(|a, b| (&a.member, &a.source).cmp(&(&b.member, &b.source)));
    case.assessment = assess(&case.evidence);
    let body = case.body();
    let mut attestation = attestation(&body);
    attestation.inclusion_proof = vec!["5a".repeat(32); 20];
    attestation.leaf = "x".repeat(600);
    for line in &body.sources {
        attestation.timings.enter(&line.source, 2, 1_234);
    }
    Report { body, attestation }
}

#[test]
fn a_household_of_six_stays_within_what_common_clients_open() {
    let bytes = household_of_six().bytes().len();
    assert!(bytes < 32 * 1024, "{bytes} bytes");
}

fn page(lang: Lang) -> String {
    let report = report();
    render::html::render(&report.body, Some(&report.attestation), lang)
}

#[test]
fn the_page_is_one_file_without_script_or_outside_resource() {
    for lang in [Lang::Zh, Lang::En] {
        let page = page(lang);
        assert!(page.starts_with("<!doctype html>") && page.contains(&format!("lang=\"{}\"", lang.tag())));
        for outside in ["<script", "http://", "https://", " src=", " href=", "@import", "url(", " style=", "onload"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert_eq!(page.matches("<style>").count(), 1);
        let style = render::html::page_of(&report().body, None, Lang::Zh, &Around::default()).style;
        assert!(page.contains(&format!("<style>{style}</style>")));
    }
}

#[test]
fn the_page_escapes_what_others_wrote() {
    let mut case = case();
    case.request.household.members[0].name = "<script>alert(1)</script>".into();
    case.request.commissioned_by.as_mut().unwrap().organisation = "\"><img onerror=x>".into();
    case.assessment.income[0].item_zh = "</style><b>&".into();
    let mut inputs = case.inputs();
    inputs.number = "HD\"}</style><script>".into();
    inputs.reference_lines[0].name.zh = "</svg><script>".into();
    let page = render::html::render(&assemble(&inputs), None, Lang::Zh);
    for hostile in ["<script", "<img", "<b>&", "</svg><"] {
        assert!(!page.contains(hostile), "{hostile}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(page.contains("&#60;script&#62;alert(1)") || page.contains("&lt;script&gt;alert(1)"));
}

#[test]
fn every_table_is_captioned_and_every_line_has_its_trace() {
    let (page, body) = (page(Lang::Zh), case().body());
    assert_eq!(
        page.matches("<caption>").count(),
        page.matches("<table").count() - page.matches("class=\"weights\"").count()
    );
    let lines = body.income.len() + body.deductions.len() + body.property.len();
    for record in ["GS-2026-0031", "BX-0031", "YB-0001", "CL-88213"] {
        assert!(page.contains(record) && drawn(Lang::Zh, 100).contains(record), "{record}");
    }
    assert!(
        page.contains("会宁县居民家庭经济状况核对中心")
            && drawn(Lang::En, 100).contains("会宁县居民家庭经济状况核对中心")
    );
    assert_eq!(page.matches("<dt>规则</dt>").count(), lines);
    assert_eq!(page.matches("class=\"cited\"").count(), body.grounds.len());
    for words in ["盖章处", "经办", "审核", "签发", "申报与核对不一致，待说明", "只核对、不认定"]
    {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn the_applicants_page_shows_nothing_of_third_people() {
    let copy = disclosure::applicant_copy(&case().body());
    let drawings = [render::html::render(&copy, None, Lang::Zh), terminal::render(&copy, None, Style::default())];
    for drawing in drawings {
        for hidden in ["李红", "配偶未申报", "待人工核实（", "<h2 id=\"held\"", "CL-90001", "属于他人"]
        {
            assert!(!drawing.contains(hidden), "{hidden}");
        }
    }
}
