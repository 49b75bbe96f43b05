//! Every number of a report opened: what went in, by which rule and law, what came out, and the records behind it with their day.

use super::super::super::difference::Section;
use super::super::super::text::{self, Lang};
use super::super::super::trace::{Trace, TracedAmount, TracedLine, TracedRecord, Why};
use super::super::amounts::{interval_of, yuan};
use super::super::computation::computation;
use super::super::onward::paid_in_words;
use super::canvas::{Paint, left};
use super::difference::figure;
use super::{Page, Style, page};
use crate::household::{Fen, day};
use crate::policy::assessment::{Basis, Ground, outcome_of_amount};
use crate::report::Body;

/// Draws a trace. `body` gives people and sources their names.
#[must_use]
pub fn render_trace(body: &Body, trace: &Trace, style: Style) -> String {
    let full = body.spelled_out();
    let mut page = page(&full, "", style);
    let sections = [
        (Section::Income, page.t("收入：每一笔从何而来", "Income: where each amount comes from")),
        (Section::Deduction, page.t("刚性支出扣减：每一笔从何而来", "Deductions: where each amount comes from")),
        (Section::Property, page.t("财产：每一项从何而来", "Property: where each item comes from")),
    ];
    for (section, heading) in sections {
        page.canvas.heading(heading);
        let lines: Vec<_> = trace.lines.iter().filter(|line| line.section == section).collect();
        for line in &lines {
            page.traced_line(line);
        }
        page.none_if(lines.is_empty());
    }
    page.traced_totals(trace);
    page.traced_outcomes(trace);
    page.canvas.finish()
}

impl Page<'_> {
    fn traced_line(&mut self, line: &TracedLine) {
        let (read, lang) = (self.read, self.lang());
        let who = read.person(&line.member);
        let treatment = line.treatment.map(|treatment| text::treatment(treatment, lang));
        let item = lang.pick(&line.item_zh, &line.item_en);
        let head = format!("{who} · {item}{}", treatment.map(|words| format!(" · {words}")).unwrap_or_default());
        self.canvas.blank();
        self.canvas.paragraph("  ", &head, Paint::Strong);
        self.traced_amounts(line);
        let reckoned = computation(&line.computation, lang);
        if !reckoned.is_empty() {
            self.fact(self.t("算法", "reckoned"), &reckoned);
        }
        let origin = match (&line.source, &line.answer) {
            (None, _) => {
                self.t("家庭申报或政策标准，无部门记录", "declared or a standard: no department's record").to_owned()
            }
            (Some(key), answer) => {
                let title = read.source(key);
                let day =
                    answer.as_ref().and_then(|answer| answer.answered_on).map_or(String::new(), |on| match lang {
                        Lang::Zh => format!("，{}反馈", day(on, lang)),
                        Lang::En => format!(", answered {}", day(on, lang)),
                    });
                format!("{title}{day}")
            }
        };
        self.fact(self.t("来源", "source"), &origin);
        for words in traced_records(&line.records, lang) {
            self.fact(self.t("记录", "record"), &words);
        }
        self.traced_rule(&line.why);
    }

    fn traced_amounts(&mut self, line: &TracedLine) {
        let after = match line.at_most.filter(|most| *most != line.after) {
            Some(most) => interval_of(line.after, most),
            None => yuan(line.after),
        };
        let before = line.before.map(yuan);
        let words = match (line.section, before) {
            (Section::Deduction, Some(base)) => {
                format!("{} {base} → {} {after}", self.t("依据金额", "based on"), self.t("扣减", "deducted"))
            }
            (_, Some(gross)) if line.reduced_by != Fen::ZERO => format!(
                "{} {gross} − {} → {} {after}",
                self.t("核对", "found"),
                yuan(line.reduced_by),
                self.t("计入", "counted")
            ),
            (_, Some(gross)) => format!("{} {gross} → {} {after}", self.t("核对", "found"), self.t("计入", "counted")),
            (_, None) => format!("{} {after}", self.t("计入", "counted")),
        };
        let counts = match line.counts {
            Some(true) => self.t("；占一项数额", "; counts as one"),
            Some(false) => self.t("；不占数额", "; does not count as one"),
            None => "",
        };
        self.fact(self.t("金额", "amount"), &format!("{words}{counts}"));
    }

    fn traced_rule(&mut self, why: &Why) {
        let lang = self.lang();
        self.fact(self.t("规则", "rule"), &format!("{}（{}）", lang.pick(&why.zh, &why.en), why.rule));
        let basis = match why.basis {
            Basis::Published => "",
            Basis::Assumed if why.law == Ground::NO_LAW => "",
            Basis::Assumed => self.t("；数值为假定，待县级设定", "; the value is assumed until the county sets it"),
        };
        self.fact(self.t("依据", "law"), &format!("{}{basis}", why.law));
    }

    fn fact(&mut self, label: &str, words: &str) {
        let columns = [left(9), left(self.rest(4, &[9]))];
        self.canvas.row(4, &columns, &[(label, Paint::Faint), (words, Paint::Plain)]);
    }

    fn traced_totals(&mut self, trace: &Trace) {
        let lang = self.lang();
        self.canvas.heading(self.t("合计：如何得出（元）", "Totals: how they come about (yuan)"));
        for total in &trace.totals {
            let how = if total.computation.is_empty() { String::new() } else { format!("= {}", total.computation) };
            let columns = [left(26), left(30), left(self.rest(2, &[26, 30]))];
            let cells = [
                (lang.pick(total.zh, total.en), Paint::Plain),
                (&*figure(&total.figure, lang), Paint::Strong),
                (&*how, Paint::Faint),
            ];
            self.canvas.row(2, &columns, &cells);
        }
    }

    fn traced_outcomes(&mut self, trace: &Trace) {
        let lang = self.lang();
        self.canvas.heading(self.t("筛查与参考金额：逐项条件", "Screening and amounts: condition by condition"));
        for outcome in &trace.outcomes {
            let head =
                format!("{}  {}", lang.pick(&outcome.name_zh, &outcome.name_en), text::certainty(outcome.state, lang));
            self.canvas.paragraph("  ", &head, Paint::Strong);
            for condition in &outcome.conditions {
                let state = text::certainty(condition.state, lang);
                let why = &condition.why;
                let words = format!("{} {} · {}", lang.pick(&why.zh, &why.en), why.law, why.rule);
                self.canvas.paragraph(&format!("    {state}  "), &words, Paint::Plain);
            }
            let own = |amount: &&TracedAmount| outcome_of_amount(&amount.outcome) == outcome.outcome;
            trace.amounts.iter().filter(own).for_each(|amount| self.traced_amount(amount));
        }
        // aid that no outcome of its own stands for
        let other = |amount: &&TracedAmount| {
            !trace.outcomes.iter().any(|outcome| outcome_of_amount(&amount.outcome) == outcome.outcome)
        };
        trace.amounts.iter().filter(other).for_each(|amount| self.traced_amount(amount));
    }

    fn traced_amount(&mut self, amount: &TracedAmount) {
        let lang = self.lang();
        let paid = paid_in_words(amount.amount, amount.at_most, amount.per, lang);
        let words = format!("{paid} = {}", computation(&amount.computation, lang));
        self.fact(self.t("金额", "amount"), &words);
        self.traced_rule(&amount.why);
    }
}

/// `个人所得申报（截至反馈日2026年11月26日）GS-2026-0031、GS-2026-0032`: records of one kind and day together.
fn traced_records(records: &[TracedRecord], lang: Lang) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for record in records {
        let what = lang.pick(&record.what_zh, &record.what_en);
        let head = match (record.as_of.map(|as_of| day(as_of, lang)), record.as_of_stated, lang) {
            (None, ..) => what.to_owned(),
            (Some(day), true, Lang::Zh) => format!("{what}（部门数据截至{day}）"),
            (Some(day), false, Lang::Zh) => format!("{what}（截至反馈日{day}）"),
            (Some(day), true, Lang::En) => format!("{what} (the department's data of {day}) "),
            (Some(day), false, Lang::En) => format!("{what} (as of its answer on {day}) "),
        };
        match groups.iter_mut().find(|(known, _)| *known == head) {
            Some((_, numbers)) => numbers.push(&record.number),
            None => groups.push((head, vec![&record.number])),
        }
    }
    groups.into_iter().map(|(head, numbers)| head + &numbers.join(lang.pick("、", ", "))).collect()
}
