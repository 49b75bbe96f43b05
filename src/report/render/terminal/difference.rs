//! What another pack changes, line by line: parameters first, then what rests on them, then what it comes to.

use super::super::super::difference::{Difference, Figure, LineChange, Pair, Section, Side};
use super::super::super::text::{self, Lang};
use super::super::amounts::{ends, not_known, yuan};
use super::super::computation::computation;
use super::super::onward::paid_in_words;
use super::super::parameters::words;
use super::canvas::{Column, Paint, left, right};
use super::{Page, Style, page};
use crate::household::Fen;
use crate::policy::assessment::{Basis, Certainty};
use crate::policy::simulate::Standing;
use crate::report::Body;

/// Draws what another pack changes. `body` gives people and sources their names.
#[must_use]
pub fn render_difference(body: &Body, difference: &Difference, style: Style) -> String {
    let full = body.spelled_out();
    let mut page = page(&full, "", style);
    page.changed_parameters(difference);
    page.changed_lines(difference);
    page.changed_totals(difference);
    page.changed_outcomes(difference);
    page.changed_amounts(difference);
    page.changed_standing(difference);
    page.canvas.finish()
}

impl Page<'_> {
    fn changed_parameters(&mut self, difference: &Difference) {
        let lang = self.lang();
        self.canvas.heading(self.t("变更的参数", "Parameters that differ"));
        for change in &difference.parameters {
            let value = |setting: Option<&super::super::super::difference::Setting>| {
                setting.map_or_else(
                    || lang.pick("（无）", "(none)").to_owned(),
                    |s| words(&format!("{} {}", s.value, change.unit), lang),
                )
            };
            let line = format!("{}  {}", lang.pick(&change.zh, &change.en), change.key);
            self.canvas.paragraph("  ", &line, Paint::Strong);
            let (before, after) = (change.before.as_ref(), change.after.as_ref());
            self.canvas.paragraph("    ", &format!("{} → {}", value(before), value(after)), Paint::Warn);
            for (which, setting) in [(self.t("原", "before"), before), (self.t("新", "after"), after)] {
                let Some(setting) = setting else { continue };
                let basis = match (&setting.law, setting.basis) {
                    (Some(law), Basis::Published) => law.clone(),
                    (Some(law), Basis::Assumed) => format!("{law}{}", self.t("（数值假定）", " (value assumed)")),
                    (None, _) => self.t("假定，尚无公布文本", "assumed, no published text").to_owned(),
                };
                let pack = match lang {
                    Lang::Zh => format!("{which}：{basis}；政策包 {}，自 {} 起", setting.pack, setting.from),
                    Lang::En => format!("{which}: {basis}; pack {}, since {}", setting.pack, setting.from),
                };
                self.canvas.paragraph("    ", &pack, Paint::Faint);
            }
        }
        self.none_if(difference.parameters.is_empty());
    }

    fn changed_lines(&mut self, difference: &Difference) {
        let sections = [
            (Section::Income, self.t("收入：变化的行", "Income: lines that change")),
            (Section::Deduction, self.t("刚性支出扣减：变化的行", "Deductions: lines that change")),
            (Section::Property, self.t("财产：变化的行", "Property: lines that change")),
        ];
        for (section, heading) in sections {
            let changes: Vec<_> = difference.lines.iter().filter(|line| line.section == section).collect();
            if changes.is_empty() {
                continue;
            }
            self.canvas.heading(heading);
            for change in changes {
                self.changed_line(change);
            }
        }
    }

    fn changed_line(&mut self, change: &LineChange) {
        let (read, lang) = (self.read, self.lang());
        let columns = [left(10), left(self.rest(2, &[10, 30])), right(30)];
        let what = lang.pick(&change.item_zh, &change.item_en);
        let source = change.source.as_ref().map_or(what.to_owned(), |key| {
            let title = body_source(read.body, key.as_str(), lang);
            format!("{what} · {title}")
        });
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let amounts = format!("{} → {}", self.side(before), self.side(after));
        let who = read.person(&change.member);
        self.canvas.row(2, &columns, &[(who, Paint::Strong), (&source, Paint::Plain), (&amounts, Paint::Warn)]);
        for (mark, side) in [("−", before), ("+", after)] {
            let Some(side) = side else { continue };
            let mut parts = Vec::new();
            parts.extend(side.treatment.map(|treatment| text::treatment(treatment, lang).to_owned()));
            parts.extend(Some(computation(&side.computation, lang)).filter(|words| !words.is_empty()));
            parts.push(format!("{} {}", lang.pick(&side.zh, &side.en), side.law));
            parts.push(side.rule.clone());
            self.canvas.paragraph(&format!("    {mark} "), &parts.join(" · "), Paint::Faint);
        }
    }

    fn side(&self, side: Option<&Side>) -> String {
        let Some(side) = side else { return self.t("无", "none").to_owned() };
        match (side.at_most.filter(|most| *most != side.amount), side.counts) {
            (Some(most), _) => format!("{} – {}", yuan(side.amount), yuan(most)),
            (None, Some(counts)) if side.amount == Fen::ZERO => {
                if counts { self.t("计数", "counts") } else { self.t("不计数", "does not count") }.to_owned()
            }
            _ => yuan(side.amount),
        }
    }

    /// Name, before, after.
    fn pair_columns(&self) -> [Column; 3] {
        let amount = (self.canvas.width - 2 - 4) / 3;
        [left(self.rest(2, &[amount, amount])), right(amount), right(amount)]
    }

    fn changed_totals(&mut self, difference: &Difference) {
        let lang = self.lang();
        self.canvas.heading(self.t("合计（元）", "Totals (yuan)"));
        let columns = self.pair_columns();
        for change in &difference.totals {
            let Pair { before, after } = &change.figure;
            let cells = [
                (lang.pick(change.zh, change.en), Paint::Plain),
                (&*figure(before, lang), Paint::Plain),
                (&*figure(after, lang), Paint::Warn),
            ];
            self.canvas.row(2, &columns, &cells);
        }
        self.none_if(difference.totals.is_empty());
    }

    fn changed_outcomes(&mut self, difference: &Difference) {
        let lang = self.lang();
        self.canvas.heading(self.t("筛查结论", "Screening"));
        let state = |state: Option<Certainty>| state.map_or("–", |state| text::certainty(state, lang));
        for change in &difference.outcomes {
            let name = lang.pick(&change.name_zh, &change.name_en);
            let words = format!("{name}  {} → {}", state(change.state.before), state(change.state.after));
            let paint = if change.state.before == change.state.after { Paint::Plain } else { Paint::Warn };
            self.canvas.paragraph("  ", &words, paint);
            for condition in &change.conditions {
                let (before, after) = (state(condition.state.before), state(condition.state.after));
                let lead =
                    if before == after { format!("    {before}  ") } else { format!("    {before} → {after}  ") };
                let words =
                    format!("{} {} · {}", lang.pick(&condition.zh, &condition.en), condition.law, condition.rule);
                self.canvas.paragraph(&lead, &words, Paint::Faint);
            }
        }
        self.none_if(difference.outcomes.is_empty());
    }

    fn changed_amounts(&mut self, difference: &Difference) {
        let lang = self.lang();
        if difference.amounts.is_empty() {
            return;
        }
        self.canvas.heading(self.t("参考金额", "Amounts"));
        let columns = self.pair_columns();
        for change in &difference.amounts {
            let Pair { before, after } = &change.amount;
            let amount = |one: &Option<super::super::super::difference::Amount>| {
                one.as_ref().map_or_else(
                    || lang.pick("无", "none").to_owned(),
                    |paid| paid_in_words(paid.amount, paid.at_most, paid.per, lang),
                )
            };
            let name = outcome_name(&change.outcome, lang);
            let cells = [(name, Paint::Plain), (&*amount(before), Paint::Plain), (&*amount(after), Paint::Warn)];
            self.canvas.row(2, &columns, &cells);
            for (mark, side) in [("−", before), ("+", after)] {
                let Some(side) = side else { continue };
                let words = format!("{} · {} · {}", computation(&side.computation, lang), side.law, side.rule);
                self.canvas.paragraph(&format!("    {mark} "), &words, Paint::Faint);
            }
        }
    }

    fn changed_standing(&mut self, difference: &Difference) {
        let lang = self.lang();
        self.canvas.heading(self.t("归类（仅供参考，以批准机关的决定为准）", "Comes out as (the authority decides)"));
        let words = |standing: &Standing| {
            let (_, zh, en) = standing.headline.names();
            let may = standing.may_become.map(|headline| {
                let (_, zh, en) = headline.names();
                lang.pick("（可能为", " (may become ").to_owned() + lang.pick(zh, en) + lang.pick("）", ")")
            });
            format!("{}{}", lang.pick(zh, en), may.unwrap_or_default())
        };
        let Pair { before, after } = &difference.standing;
        let same = before.headline == after.headline && before.monthly == after.monthly;
        let line = format!("{} → {}", words(before), words(after));
        self.canvas.paragraph("  ", &line, if same { Paint::Plain } else { Paint::Strong });
    }
}

fn body_source<'a>(body: &'a Body, key: &'a str, lang: Lang) -> &'a str {
    body.sources.iter().find(|line| line.source.as_str() == key).map_or(key, |line| line.title.get(lang))
}

fn outcome_name(code: &str, lang: Lang) -> &str {
    let known = crate::policy::simulate::Headline::ALL.into_iter().find(|headline| headline.code() == code);
    known.map_or(code, |headline| lang.pick(headline.names().1, headline.names().2))
}

/// What stands now, and between what it lies where that is not settled.
pub(super) fn figure(figure: &Figure, lang: Lang) -> String {
    match figure {
        Figure::Yuan { at_least, at_most, so_far } if at_most == &Some(*at_least) => yuan(*so_far),
        Figure::Yuan { at_least: Fen::ZERO, at_most: None, so_far: Fen::ZERO }
        | Figure::Count { at_least: 0, at_most: None } => not_known(lang).to_owned(),
        Figure::Yuan { at_least, at_most, so_far } => {
            format!("{} [{}]", yuan(*so_far), ends(Some(*at_least), *at_most, lang.pick("未定", "open")))
        }
        Figure::Count { at_least, at_most } if at_most == &Some(*at_least) => at_least.to_string(),
        Figure::Count { at_least, at_most } => {
            let most = at_most.map_or_else(|| lang.pick("未定", "open").to_owned(), |most| most.to_string());
            format!("{at_least} – {most}")
        }
    }
}
