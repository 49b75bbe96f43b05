//! Income, deductions, property and totals: a row a line, how it was computed beneath, its rule as a number of the list at the end.

use unicode_width::UnicodeWidthStr;

use super::super::super::text;
use super::super::super::totals::{CountRange, TotalRange};
use super::super::amounts::{count, counted, interval, so_far, yuan};
use super::super::computation::computation;
use super::super::grounds::{cite, wants_its_law};
use super::Page;
use super::canvas::{Cell, Column, Paint, left, right};
use crate::household::{Fen, MemberRef, SourceKey};
use crate::policy::assessment::Treatment;

/// A line about to be drawn.
struct Row {
    /// Member, item, source, amount, treatment, counted, rule.
    cells: [String; 7],
    treatment: Paint,
    /// How it was computed, and the law where people look for it.
    below: String,
}

impl Page<'_> {
    /// Rows in columns as wide as their contents: an amount is never cut.
    fn table(&mut self, titles: [&str; 7], rows: Vec<Row>) {
        let widest = |index: usize, most: usize| {
            let cells = rows.iter().map(|row| row.cells[index].width());
            cells.chain([titles[index].width()]).max().unwrap_or(0).min(most)
        };
        let [name, source, treatment] = if self.narrow() { [8, 10, 10] } else { [16, 20, 16] };
        let amounts = if self.narrow() { 12 } else { self.canvas.width };
        let taken = [
            widest(0, name),
            widest(2, source),
            widest(3, amounts),
            widest(4, treatment),
            widest(5, amounts),
            widest(6, 4),
        ];
        let item = self.rest(2, &taken);
        let columns: [Column; 7] = [
            left(taken[0]),
            left(item),
            left(taken[1]),
            right(taken[2]),
            left(taken[3]),
            right(taken[4]),
            right(taken[5]),
        ];
        self.canvas.titles(2, &columns, &titles);
        let indent = " ".repeat(taken[0] + 4);
        let mut before = "";
        for row in &rows {
            let [who, item, source, amount, treated, counted, rule] = &row.cells;
            let cells: [Cell<'_>; 7] = [
                (if who == before { "" } else { who }, Paint::Strong),
                (item, Paint::Plain),
                (source, Paint::Plain),
                (amount, Paint::Plain),
                (treated, row.treatment),
                (counted, Paint::Strong),
                (rule, Paint::Faint),
            ];
            self.canvas.row(2, &columns, &cells);
            if !row.below.is_empty() {
                self.canvas.paragraph(&format!("{indent}└ "), &row.below, Paint::Faint);
            }
            before = who;
        }
        self.none_if(rows.is_empty());
    }

    pub(super) fn income(&mut self) {
        let (read, lang) = (self.read, self.lang());
        self.canvas.heading(self.t("收入（元，期间合计）", "Income (yuan, over the period)"));
        let titles = [
            self.t("成员", "Member"),
            self.t("项目", "Item"),
            self.t("来源", "Source"),
            self.t("核对金额", "Gross"),
            self.t("处理", "Treatment"),
            self.t("计入金额", "Counted"),
            self.t("依据", "Rule"),
        ];
        let rows = (read.body.income.iter())
            .map(|line| {
                let counted = match line.counted_at_most {
                    Some(most) if most != line.counted => format!("{} – {}", yuan(line.counted), yuan(most)),
                    _ => yuan(line.counted),
                };
                let mut below = vec![computation(&line.computation, lang)];
                if line.reduced_by != Fen::ZERO && line.gross != Fen::ZERO {
                    below.push(format!("{}{}", self.t("扣除 ", "less "), yuan(line.reduced_by)));
                }
                below.extend(read.records(&line.records, &line.computation));
                below.extend(read.rule_and_law(line.ground).filter(|_| wants_its_law(line.treatment)));
                Row {
                    cells: [
                        read.person(&line.member).to_owned(),
                        lang.pick(&line.item_zh, &line.item_en).to_owned(),
                        read.origin(line.source.as_ref()).to_owned(),
                        yuan(line.gross),
                        text::treatment(line.treatment, lang).to_owned(),
                        counted,
                        cite(line.ground),
                    ],
                    treatment: paint(line.treatment),
                    below: below.join(" · "),
                }
            })
            .collect();
        self.table(titles, rows);
    }

    pub(super) fn deductions(&mut self) {
        let (read, lang) = (self.read, self.lang());
        self.canvas.heading(self.t("刚性支出扣减（元）", "Deductions (yuan)"));
        let titles = [
            self.t("成员", "Member"),
            self.t("项目", "Item"),
            self.t("来源", "Source"),
            self.t("依据金额", "Base"),
            "",
            self.t("扣减金额", "Deducted"),
            self.t("依据", "Rule"),
        ];
        let rows = (read.body.deductions.iter())
            .map(|line| {
                let mut below = vec![computation(&line.computation, lang)];
                below.extend(read.records(&line.records, &line.computation));
                Row {
                    cells: [
                        read.person(&line.member).to_owned(),
                        lang.pick(&line.item_zh, &line.item_en).to_owned(),
                        line.source.as_ref().map_or("–", |source| read.source(source)).to_owned(),
                        yuan(line.base),
                        self.t("扣减", "deducted").to_owned(),
                        format!("-{}", yuan(line.amount)),
                        cite(line.ground),
                    ],
                    treatment: Paint::Good,
                    below: below.join(" · "),
                }
            })
            .collect();
        self.table(titles, rows);
    }

    pub(super) fn property(&mut self) {
        let (read, lang) = (self.read, self.lang());
        self.canvas.heading(self.t("财产（元）", "Property (yuan)"));
        let titles = [
            self.t("成员", "Member"),
            self.t("项目", "Item"),
            self.t("来源", "Source"),
            self.t("价值/面积", "Value / area"),
            self.t("处理", "Treatment"),
            self.t("计入", "Counted"),
            self.t("依据", "Rule"),
        ];
        let rows = (read.body.property.iter())
            .map(|line| Row {
                cells: [
                    read.person(&line.member).to_owned(),
                    lang.pick(&line.item_zh, &line.item_en).to_owned(),
                    read.origin(line.source.as_ref()).to_owned(),
                    read.value_and_area(line),
                    text::treatment(line.treatment, lang).to_owned(),
                    read.property_counted(line),
                    cite(line.ground),
                ],
                treatment: paint(line.treatment),
                below: (read.records(line.record.as_slice(), "").into_iter())
                    .chain(read.rule_and_law(line.ground).filter(|_| wants_its_law(line.treatment)))
                    .collect::<Vec<_>>()
                    .join(" · "),
            })
            .collect();
        self.table(titles, rows);
    }

    pub(super) fn totals(&mut self) {
        let totals = &self.read.body.totals;
        let heading = match self.lang() {
            text::Lang::Zh => format!("合计（{} 人；未反馈不按零计）", totals.members),
            text::Lang::En => format!("Totals ({} members; missing is never zero)", totals.members),
        };
        self.canvas.heading(&heading);
        let [name, amount, between] = if self.narrow() { [20, 13, 24] } else { [24, 14, 28] };
        let columns = [left(name), right(amount), right(between), left(self.rest(2, &[name, amount, between]))];
        let titles = [
            self.t("项目", "Total"),
            self.t("现有", "So far"),
            self.t("区间", "Interval"),
            self.t("完整性", "Complete"),
        ];
        self.canvas.titles(2, &columns, &titles);
        for class in &totals.income_by_class {
            let name = format!("  {}", text::income_class(class.class, self.lang()));
            self.total(&columns, &name, &class.total);
        }
        for (name, total) in self.read.amount_totals() {
            self.total(&columns, name, total);
        }
        for (name, total) in self.read.count_totals() {
            self.count(&columns, name, total);
        }
    }

    fn total(&mut self, columns: &[Column], name: &str, total: &TotalRange) {
        let state = self.read.completeness(total.complete, &total.silent);
        let paint = if total.complete { Paint::Good } else { Paint::Warn };
        let (so_far, between) = (so_far(total), interval(total, self.lang()));
        let cells = [(name, Paint::Plain), (&*so_far, Paint::Strong), (&*between, Paint::Plain), (&*state, paint)];
        self.canvas.row(2, columns, &cells);
    }

    fn count(&mut self, columns: &[Column], name: &str, total: &CountRange) {
        let state = self.read.completeness(total.complete, &total.silent);
        let paint = if total.complete { Paint::Good } else { Paint::Warn };
        let (so_far, between) = (counted(total), count(total, self.lang()));
        let cells = [(name, Paint::Plain), (&*so_far, Paint::Strong), (&*between, Paint::Plain), (&*state, paint)];
        self.canvas.row(2, columns, &cells);
    }

    pub(super) fn none_if(&mut self, empty: bool) {
        if empty {
            self.canvas.paragraph("  ", self.t("无", "none"), Paint::Faint);
        }
    }

    /// Where a record is: person, source and number.
    pub(super) fn record(&self, member: &MemberRef, source: &SourceKey, number: &str) -> String {
        format!("{} · {} · {number}", self.read.person(member), self.read.source(source))
    }
}

fn paint(treatment: Treatment) -> Paint {
    match treatment {
        Treatment::Counted => Paint::Plain,
        Treatment::Exempt | Treatment::PartlyExempt => Paint::Good,
        Treatment::HeldForReview | Treatment::Open | Treatment::DeclaredUnverified => Paint::Warn,
        Treatment::Duplicate | Treatment::Stale => Paint::Faint,
    }
}
