//! The top of a report: what it is, about whom, and what it comes to.

use super::super::super::entries::OutcomeEntry;
use super::super::super::text;
use super::super::amounts::{interval_unit, yuan, yuan_unit};
use super::Page;
use super::canvas::{Paint, left, right};
use crate::household::Fen;
use crate::policy::assessment::Certainty;

impl Page<'_> {
    pub(super) fn opening(&mut self) {
        self.title();
        self.facts();
        self.members();
        self.conclusion();
    }

    fn title(&mut self) {
        let (body, lang) = (self.read.body, self.lang());
        self.canvas.rule('═', Paint::Faint);
        self.canvas.centred(self.t("家庭经济状况核对报告", "Household means verification report"), Paint::Head);
        let version = match lang {
            text::Lang::Zh => format!(
                "{} · 第 {} 版（{}）（{}）· {}",
                body.number,
                body.version,
                text::finality(body.is_final, lang),
                text::status(body.status, lang),
                text::copy_for(body.copy_for, lang)
            ),
            text::Lang::En => format!(
                "{} · version {} ({}) ({}) · {}",
                body.number,
                body.version,
                text::finality(body.is_final, lang),
                text::status(body.status, lang),
                text::copy_for(body.copy_for, lang)
            ),
        };
        self.canvas.centred(&version, Paint::Plain);
        self.canvas.rule('═', Paint::Faint);
        if let Some(words) = self.read.supersedes() {
            self.canvas.paragraph("  ", &words, Paint::Warn);
        }
    }

    fn facts(&mut self) {
        let facts = self.read.facts();
        let half = (self.canvas.width - 2 - 3 * 2 - 2 * 10) / 2;
        let columns = [left(10), left(half), left(10), left(half)];
        for pair in facts.chunks(2) {
            let mut cells = Vec::new();
            for (label, value) in pair {
                cells.push((*label, Paint::Faint));
                cells.push((value.as_str(), Paint::Plain));
            }
            self.canvas.row(2, &columns, &cells);
        }
    }

    fn members(&mut self) {
        let (body, lang) = (self.read.body, self.lang());
        self.canvas.heading(&format!(
            "{} · {}",
            self.t("家庭成员", "Household"),
            text::registered_as(body.household.registered_as, lang)
        ));
        let columns = [left(12), left(16), right(4), left(18), left(self.rest(2, &[12, 16, 4, 18]))];
        let titles = [
            self.t("姓名", "Name"),
            self.t("关系", "Relation"),
            self.t("年龄", "Age"),
            self.t("证件号码", "Document"),
            self.t("部门登记", "On record"),
        ];
        self.canvas.titles(2, &columns, &titles);
        for person in &body.household.members {
            let age = person.age.map_or_else(String::new, |age| age.to_string());
            let number = person.id_number_masked.as_deref().unwrap_or(text::id_kind(person.id_kind, lang));
            let on_record = self.read.on_record(&person.reference);
            let relation = text::relation(&person.relation, lang);
            self.canvas.row(
                2,
                &columns,
                &[
                    (person.name.expose(), Paint::Strong),
                    (&relation, Paint::Plain),
                    (&age, Paint::Plain),
                    (number, Paint::Plain),
                    (&on_record, Paint::Plain),
                ],
            );
        }
        for place in self.read.registered_places() {
            self.canvas.paragraph("  ", &place, Paint::Faint);
        }
        for obligor in &body.household.obligors {
            let words = format!(
                "{} {} → {}{}",
                self.t("义务人", "Obligor"),
                obligor.person.name.expose(),
                self.read.person(&obligor.obliged_to),
                self.read.bracketed(&obligor.basis)
            );
            self.canvas.paragraph("  ", &words, Paint::Faint);
        }
    }

    fn conclusion(&mut self) {
        let (body, read, lang) = (self.read.body, self.read, self.lang());
        self.canvas.heading(self.t("核对结论（供经办人员参考）", "Conclusion (for the officer's reference)"));
        self.canvas.paragraph("  ", body.summary.words.get(lang), Paint::Strong);
        let (spoken, asked) = read.answered();
        let silent = asked - spoken;
        let completeness = match lang {
            text::Lang::Zh => format!("{spoken}/{asked} 项次已反馈，{silent} 项次未反馈"),
            text::Lang::En => format!("{spoken} of {asked} answers in, {silent} outstanding"),
        };
        let completeness = completeness + &read.not_asked().unwrap_or_default();
        let mut rows = Vec::new();
        if let Some(outcome) = body.headline() {
            let words = format!("{}{}{}", self.outcome(outcome), self.t("；", "; "), read.against_standard());
            rows.push((self.t("筛查", "Screening"), words, certainty(outcome.state)));
            if let Some(decides) = &outcome.decides {
                rows.push((self.t("取决于", "Decided by"), read.fact(decides), Paint::Warn));
            }
        }
        if let Some(outcome) = body.also() {
            rows.push((self.t("另可考虑", "Otherwise"), self.outcome(outcome), certainty(outcome.state)));
        }
        rows.extend(read.held().map(|held| (self.t("待人工核实", "For review"), held, Paint::Warn)));
        let paint = if silent == 0 { Paint::Good } else { Paint::Warn };
        rows.push((self.t("完整程度", "Completeness"), completeness, paint));
        let columns = [left(14), left(self.rest(2, &[14]))];
        for (label, words, paint) in rows {
            self.canvas.row(2, &columns, &[(label, Paint::Faint), (&words, paint)]);
        }
        if !body.request.purpose.is_screening() {
            self.bars();
        }
    }

    /// `? 最低生活保障 — 待定`
    fn outcome(&self, outcome: &OutcomeEntry) -> String {
        let lang = self.lang();
        format!(
            "{} {} — {}",
            text::certainty_sign(outcome.state, lang),
            lang.pick(&outcome.name_zh, &outcome.name_en),
            self.read.certainty(outcome)
        )
    }

    /// Income a head a month beside the lines it is compared with, on one scale.
    fn bars(&mut self) {
        let (body, lang) = (self.read.body, self.lang());
        let income = &body.totals.per_head_monthly;
        let mut lines = vec![(self.t("保障标准", "Standard").to_owned(), body.totals.standard_monthly)];
        lines.extend(self.read.other_lines().map(|(name, monthly)| (name.to_owned(), monthly)));
        let highest = lines.iter().map(|line| line.1).chain([income.so_far, income.at_least]).chain(income.at_most);
        let scale = highest.max().unwrap_or(Fen::ZERO).0.max(1);
        let room = self.canvas.width - 2 - 16 - 2 - 36;
        let columns = [left(16), left(room), left(34)];
        let cells = |amount: Fen| position(amount, scale, room - 1);
        let sure = cells(income.at_least);
        let probable = cells(income.so_far).max(sure);
        let possible = income.at_most.map_or(room - 1, &cells).max(probable);
        let mut bar = "█".repeat(sure) + &"▒".repeat(probable - sure) + &"░".repeat(possible - probable);
        if income.at_most.is_none() {
            bar.push('→');
        }
        let mut amount = interval_unit(income, lang);
        if income.so_far != income.at_least {
            amount.push_str(&self.read.bracketed(&format!("{} {}", self.t("现有", "so far"), yuan(income.so_far))));
        }
        self.canvas.blank();
        self.canvas.row(
            2,
            &columns,
            &[(self.t("人均月收入", "Per head, month"), Paint::Strong), (&bar, Paint::Head), (&amount, Paint::Strong)],
        );
        for (name, monthly) in lines {
            let mark = format!("{}┃", "·".repeat(cells(monthly)));
            let words = yuan_unit(monthly, lang);
            self.canvas.row(2, &columns, &[(&name, Paint::Plain), (&mark, Paint::Faint), (&words, Paint::Plain)]);
        }
        let state = self.read.completeness(income.complete, &income.silent);
        let paint = if income.complete { Paint::Good } else { Paint::Warn };
        self.canvas.paragraph(&" ".repeat(20), &state, paint);
        let key = self.t("█ 已确认  ▒ 现有  ░ 尚有可能", "█ confirmed  ▒ so far  ░ still possible");
        self.canvas.paragraph(&" ".repeat(20), key, Paint::Faint);
    }
}

fn certainty(state: Certainty) -> Paint {
    match state {
        Certainty::Met => Paint::Good,
        Certainty::NotMet => Paint::Plain,
        Certainty::Open => Paint::Warn,
    }
}

/// Where an amount stands on a scale of `room` cells.
fn position(amount: Fen, scale: i64, room: usize) -> usize {
    let room = i64::try_from(room).unwrap_or(0);
    usize::try_from(Fen(amount.0.clamp(0, scale)).mul_ratio(room, scale).0).unwrap_or(0)
}
