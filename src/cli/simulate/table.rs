//! The table of movement as text, CSV and JSON. Counts and amounts of money, never a name; an id only where ids were asked for.

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use super::super::arguments::Language;
use super::super::show;
use super::Outcome;
use crate::household::Fen;
use crate::policy::simulate::{Cell, Count, Headline, MayBecome, SHOWN_FROM, Shown};
use crate::report::movement::told;
use crate::report::render::amounts::{signed, yuan};

fn counted(count: Count) -> Value {
    let change = count.monthly_after - count.monthly_before;
    json!({
        "households": count.households, "people": count.people, "monthly_before": count.monthly_before,
        "monthly_after": count.monthly_after, "monthly_change": change, "yearly_change": change.mul_ratio(12, 1),
    })
}

fn coded(may_become: &MayBecome) -> Value {
    let by_code = may_become.iter().map(|(headline, count)| (headline.code().to_owned(), json!(count)));
    by_code.collect::<serde_json::Map<_, _>>().into()
}

/// For programs.
pub(super) fn json(outcome: &Outcome) -> Value {
    let shown = &outcome.shown;
    let [may_before, may_after] = shown.may_become();
    let [complete_before, complete_after] = shown.complete();
    let by_headline = |side: &dyn Fn(&Cell) -> Headline| -> Value {
        let of =
            |headline: Headline| (headline.code().to_owned(), json!(shown.sum(|c| side(c) == headline).households));
        shown.headlines().into_iter().map(of).collect::<serde_json::Map<_, _>>().into()
    };
    let regions: serde_json::Map<_, _> = (shown.regions().into_iter())
        .map(|region| (region.to_owned(), counted(shown.sum(|cell| cell.region == region))))
        .collect();
    let parameters: serde_json::Map<_, _> =
        outcome.parameters.iter().map(|(region, changes)| (region.clone(), json!(changes))).collect();
    let cells: Vec<Value> = (shown.cells.iter())
        .map(|cell| {
            let mut value = json!({
                "region": cell.region, "before": cell.before, "after": cell.after,
                "open_before_may_become": coded(&cell.open_before), "open_after_may_become": coded(&cell.open_after),
            });
            value["count"] = cell.count.map_or(Value::Null, counted);
            value
        })
        .collect();
    json!({
        "households": if outcome.generated { "generated" } else { "stored" },
        "exact": shown.exact, "complete": { "before": complete_before, "after": complete_after }, "suppressed_below": if shown.exact { Value::Null } else { SHOWN_FROM.into() },
        "cells_left_out": shown.left_out(), "total": counted(shown.total()), "moved": shown.moved().households,
        "before": by_headline(&|cell| cell.before), "after": by_headline(&|cell| cell.after), "regions": regions,
        "open_may_become": { "before": coded(&may_before), "after": coded(&may_after) },
        "cells": cells, "not_covered": shown.not_covered, "parameters": parameters,
        "moved_cases": (outcome.moved_cases.iter())
            .map(|(case, before, after)| json!({ "case": case, "before": before, "after": after }))
            .collect::<Vec<_>>(),
    })
}

/// For the policy officer at the terminal.
pub(super) fn text(outcome: &Outcome, language: Language) -> String {
    let (zh, lang) = (language == Language::Zh, show::lang(language));
    let mut page = String::new();
    let mut say = |line: &str| {
        page.push_str(line.trim_end());
        page.push('\n');
    };
    parameters(outcome, zh, &mut say);
    let shown = &outcome.shown;
    let of = match (outcome.generated, zh) {
        (true, true) => "虚拟住户",
        (true, false) => "made-up households",
        (false, true) => "存档案件（每案最新一版证据）",
        (false, false) => "kept cases, each in its latest version",
    };
    let (counted, moved) = (told::counted(shown, lang), told::moved(shown, lang));
    say(&if zh { format!("试算对象：{of}，计 {counted}") } else { format!("tried on {of}: {counted}") });
    say(&if zh { format!("归类变动 {moved}") } else { format!("come out differently: {moved}") });
    say("");
    let all = |_: &Cell| true;
    matrix(shown, zh, &all, &mut say);
    if shown.regions().len() > 1 {
        for region in shown.regions() {
            say("");
            say(region);
            matrix(shown, zh, &|cell: &Cell| cell.region == region, &mut say);
        }
    }
    say("");
    costs(shown, zh, &mut say);
    remarks(outcome, zh, &mut say);
    page
}

fn parameters(outcome: &Outcome, zh: bool, say: &mut impl FnMut(&str)) {
    for (region, changes) in &outcome.parameters {
        say(&if zh { format!("{region} 变更的参数：") } else { format!("{region}, parameters that differ:") });
        if changes.is_empty() {
            say(if zh { "  无" } else { "  none" });
        }
        for change in changes {
            let value = |setting: &Option<crate::report::difference::Setting>| {
                setting.as_ref().map_or_else(|| "–".to_owned(), |setting| setting.value.clone())
            };
            let name = if zh { &change.zh } else { &change.en };
            say(&format!("  {name}  {} → {}  ({})", value(&change.before), value(&change.after), change.key));
        }
    }
    say("");
}

fn name(headline: Headline, zh: bool) -> &'static str {
    let (_, chinese, english) = headline.names();
    if zh { chinese } else { english }
}

/// Text in a column, counted as a terminal does.
fn padded(text: &str, width: usize, right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(text.width()));
    if right { format!("{space}{text}") } else { format!("{text}{space}") }
}

/// Before down, after across.
fn matrix(shown: &Shown, zh: bool, wanted: &dyn Fn(&Cell) -> bool, say: &mut impl FnMut(&str)) {
    let headlines = shown.headlines();
    let corner = if zh { "原 ＼ 新（户）" } else { "before \\ after" };
    let sum = if zh { "合计" } else { "sum" };
    let names: Vec<&str> = headlines.iter().map(|headline| name(*headline, zh)).collect();
    let first = names.iter().map(|name| name.width()).chain([corner.width()]).max().unwrap_or(0);
    let widths: Vec<usize> = names.iter().map(|name| name.width().max(7)).collect();
    let mut head = padded(corner, first, false);
    for (name, width) in names.iter().zip(&widths) {
        head.push_str(&format!("  {}", padded(name, *width, true)));
    }
    say(&format!("{head}  {}", padded(sum, 8, true)));
    for (before, label) in headlines.iter().zip(&names) {
        let mut line = padded(label, first, false);
        for (after, width) in headlines.iter().zip(&widths) {
            let here = |cell: &Cell| wanted(cell) && cell.before == *before && cell.after == *after;
            let words = shown.seen(here).to_string();
            line.push_str(&format!("  {}", padded(&words, *width, true)));
        }
        let row = shown.seen(|cell| wanted(cell) && cell.before == *before);
        say(&format!("{line}  {}", padded(&row.to_string(), 8, true)));
    }
    let mut foot = padded(sum, first, false);
    for (after, width) in headlines.iter().zip(&widths) {
        let column = shown.seen(|cell| wanted(cell) && cell.after == *after);
        foot.push_str(&format!("  {}", padded(&column.to_string(), *width, true)));
    }
    say(&format!("{foot}  {}", padded(&shown.seen(wanted).to_string(), 8, true)));
}

/// What is paid a month and a year, by the outcome it is paid for.
fn costs(shown: &Shown, zh: bool, say: &mut impl FnMut(&str)) {
    let titles = if zh {
        ["参考金额（元）", "原，每月", "新，每月", "每月增减", "每年增减"]
    } else {
        ["amounts (yuan)", "before, a month", "after, a month", "a month more", "a year more"]
    };
    let line = |label: &str, before: Fen, after: Fen| {
        let change = after - before;
        [label.to_owned(), yuan(before), yuan(after), signed(change), signed(change.mul_ratio(12, 1))]
    };
    let mut rows = Vec::new();
    for headline in shown.headlines() {
        let before = shown.sum(|cell| cell.before == headline).monthly_before;
        let after = shown.sum(|cell| cell.after == headline).monthly_after;
        if before != Fen::ZERO || after != Fen::ZERO {
            rows.push(line(name(headline, zh), before, after));
        }
    }
    for region in shown.regions().into_iter().filter(|_| shown.regions().len() > 1) {
        let count = shown.sum(|cell| cell.region == region);
        rows.push(line(region, count.monthly_before, count.monthly_after));
    }
    let total = shown.total();
    let sum = match (shown.complete() == [true; 2], zh) {
        (true, true) => "合计",
        (true, false) => "sum",
        (false, true) => "合计（至少）",
        (false, false) => "sum, at least",
    };
    rows.push(line(sum, total.monthly_before, total.monthly_after));
    let width =
        |column: usize| rows.iter().map(|row| row[column].width()).chain([titles[column].width()]).max().unwrap_or(0);
    let drawn = |cells: [&str; 5]| {
        let cells = cells.iter().enumerate();
        cells.map(|(column, cell)| padded(cell, width(column), column > 0)).collect::<Vec<_>>().join("  ")
    };
    say(&drawn(titles));
    for row in &rows {
        say(&drawn([&row[0], &row[1], &row[2], &row[3], &row[4]]));
    }
}

/// What those who are open may become, as far as it may be shown.
fn open(shown: &Shown, zh: bool, say: &mut impl FnMut(&str)) {
    let sides = if zh { ["现行规则下", "调整后"] } else { ["now", "then"] };
    for (side, may_become) in sides.into_iter().zip(shown.may_become()) {
        if may_become.is_empty() {
            continue;
        }
        let parts = may_become.iter().map(|(headline, count)| format!("{} {count}", name(*headline, zh)));
        let parts = parts.collect::<Vec<_>>().join(if zh { "、" } else { ", " });
        say(&if zh {
            format!("{side}待定者最优可能为：{parts}")
        } else {
            format!("open {side}, may become at best: {parts}")
        });
    }
}

fn remarks(outcome: &Outcome, zh: bool, say: &mut impl FnMut(&str)) {
    let shown = &outcome.shown;
    open(shown, zh, say);
    say("");
    if shown.left_out() > 0 {
        let count = shown.left_out();
        say(&if zh {
            format!("不足 {SHOWN_FROM} 户的 {count} 格不列，各合计也不含（<{SHOWN_FROM}）。")
        } else {
            format!(
                "{count} cells of fewer than {SHOWN_FROM} households are left out, of every sum too (<{SHOWN_FROM})."
            )
        });
    }
    match shown.not_covered {
        Some(0) => {}
        Some(count) if zh => say(&format!("另有 {count} 户的日期或地区不在政策包范围内，未试算。")),
        Some(count) => {
            say(&format!("{count} more households live at a day or in a region that a pack does not cover."))
        }
        None if zh => say(&format!("另有不足 {SHOWN_FROM} 户的日期或地区不在政策包范围内，未试算。")),
        None => say("a few more households live at a day or in a region that a pack does not cover."),
    }
    say(if zh {
        "归类取已确定具备的最优惠一项；都不确定时为“待定”，不估算金额。仅供政策测算参考，不是认定。"
    } else {
        "Each household counts under the most favourable outcome that is met for certain; while none is, it is open and costs nothing here."
    });
    if !outcome.moved_cases.is_empty() {
        say("");
        say(if zh { "变动的案件（涉密，勿外传）：" } else { "cases that move (confidential):" });
    }
    for (case, before, after) in &outcome.moved_cases {
        say(&format!("  {case}  {} → {}", name(*before, zh), name(*after, zh)));
    }
}
