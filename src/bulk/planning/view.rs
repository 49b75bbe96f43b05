//! A plan in a terminal: what it comes to, a table of months with bars, and departments with how much of them is used.

use unicode_width::UnicodeWidthStr;

use super::report::{MonthLoad, Plan};
use crate::household::Lang;

/// How it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Language.
    pub lang: Lang,
    /// Whether bars are of `#`, for terminals and files that have no blocks.
    pub plain: bool,
    /// Columns; kept within 80 and 140.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { lang: Lang::Zh, plain: false, width: 100 }
    }
}

/// Columns before the bar, and the space between two.
const WIDTHS: [usize; 7] = [7, 6, 9, 9, 9, 11, 7];
const GAP: usize = 2;

/// Draws a plan.
#[must_use]
pub fn view(plan: &Plan, look: Look) -> String {
    let mut page = String::new();
    let width = look.width.clamp(80, 140);
    for line in opening(plan, look.lang) {
        page += &line;
        page.push('\n');
    }
    page.push('\n');
    months(&mut page, plan, look, width);
    page.push('\n');
    sources(&mut page, plan, look);
    page
}

fn opening(plan: &Plan, lang: Lang) -> Vec<String> {
    let year = plan.manner.year;
    let mut lines = vec![match lang {
        Lang::Zh => {
            format!("{year} 年复核计划：{} 户 {} 人，最多一天 {} 人", plan.households, plan.people, plan.most_a_day)
        }
        Lang::En => format!(
            "Reviews of {year}: {} households, {} people, {} on the fullest day",
            plan.households, plan.people, plan.most_a_day
        ),
    }];
    let named = plan.bottleneck.as_deref();
    lines.push(match (lang, plan.on_time, named) {
        (Lang::Zh, true, Some(source)) => format!("全部按期；余量最小的部门：{source}"),
        (Lang::Zh, true, None) => "全部按期".to_owned(),
        (Lang::En, true, Some(source)) => format!("Everybody on time; the narrowest department is {source}"),
        (Lang::En, true, None) => "Everybody on time".to_owned(),
        (Lang::Zh, false, source) => format!(
            "不能全部按期：{} 户逾期，最长 {} 天；{} 每天至少须容纳 {} 人",
            plan.late,
            plan.latest_by_days,
            source.unwrap_or("部门"),
            plan.needed_a_day
        ),
        (Lang::En, false, source) => format!(
            "Not everybody can be on time: {} households late, by {} days at most; {} would have to allow {} people a day",
            plan.late,
            plan.latest_by_days,
            source.unwrap_or("a department"),
            plan.needed_a_day
        ),
    });
    for (number, zh, en) in [
        (plan.overdue, "户在年初已逾期，排在最前", "households were overdue when the year began and come first"),
        (plan.without_a_day, "户年内排不进", "households have no day left in the year"),
        (plan.after_the_year, "户年后到期，未列入", "households are due after the year and not in the plan"),
    ] {
        if number > 0 {
            lines.push(format!("{number} {}", lang.pick(zh, en)));
        }
    }
    lines
}

fn months(page: &mut String, plan: &Plan, look: Look, width: usize) {
    let t = |zh, en| look.lang.pick(zh, en);
    let headings = [
        t("月份", "month"),
        t("天数", "days"),
        t("到期户", "due"),
        t("复核户", "planned"),
        t("人数", "people"),
        t("最多一天", "fullest day"),
        t("逾期户", "late"),
    ];
    row(page, &headings.map(str::to_owned), t("人数", "people"));
    let most = plan.months.iter().map(|month| month.people).max().unwrap_or(0);
    let taken: usize = WIDTHS.iter().map(|width| width + GAP).sum();
    let room = u64::try_from(width.saturating_sub(taken)).unwrap_or(0);
    for month in &plan.months {
        let MonthLoad { days, due, households, people, most_a_day, late, .. } = month;
        let named = format!("{}-{:02}", plan.manner.year, month.month);
        let numbers =
            [u64::from(*days), *due, *households, *people, *most_a_day, *late].map(|number| number.to_string());
        let [days, due, households, people_words, most_a_day, late] = numbers;
        let cells = [named, days, due, households, people_words, most_a_day, late];
        row(page, &cells, &bar(*people, most, room, look.plain));
    }
}

fn row(page: &mut String, cells: &[String; WIDTHS.len()], bar: &str) {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(WIDTHS) {
        line += &" ".repeat(width.saturating_sub(cell.width()));
        line += cell;
        line += &" ".repeat(GAP);
    }
    line += bar;
    *page += line.trim_end();
    page.push('\n');
}

/// A bar: eighths of a block, or `#` in whole.
fn bar(value: u64, most: u64, room: u64, plain: bool) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if most == 0 {
        return String::new();
    }
    let eighths = value.saturating_mul(room).saturating_mul(8) / most;
    let (whole, rest) = (usize::try_from(eighths / 8).unwrap_or(0), usize::try_from(eighths % 8).unwrap_or(0));
    match plain {
        true => "#".repeat(whole.max(usize::from(value > 0))),
        false => format!("{}{}", "█".repeat(whole), EIGHTHS[rest]),
    }
}

fn sources(page: &mut String, plan: &Plan, look: Look) {
    let t = |zh, en| look.lang.pick(zh, en);
    if plan.sources.is_empty() {
        return;
    }
    *page += t(
        "各部门每月使用比例（%），最紧的在前",
        "Used of what departments allow, per cent a month, the narrowest first",
    );
    page.push('\n');
    let names = plan.sources.iter().map(|source| source.source.width()).max().unwrap_or(0).max(10);
    let heading: String = (1..=12).map(|month| format!("{month:>4}")).collect();
    let a_day = t("人/天", "a day");
    *page += &format!("{}{a_day}{heading}\n", " ".repeat((names + 2 + 8).saturating_sub(a_day.width())));
    for source in &plan.sources {
        let space = " ".repeat(names - source.source.width());
        let used = |permille: u64| format!("{:>4}", permille.div_ceil(10));
        let months: String = source.months.iter().map(|month| used(month.used_permille)).collect();
        *page += &format!("{}{space}  {:>8}{months}\n", source.source, source.people_a_day);
    }
}
