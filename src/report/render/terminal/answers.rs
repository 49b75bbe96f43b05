//! How every source answered about every person, and how far the answers go: one row a source.

use unicode_width::UnicodeWidthStr;

use super::super::super::cells::{CellLine, SourceLine};
use super::super::super::text;
use super::super::amounts::short_day;
use super::Page;
use super::canvas::{Column, Paint, left};
use crate::household::{AnswerKind, MemberRef, day};

/// Room that the remark on what a source never knows needs to be worth a column.
const REMARK: usize = 24;

impl Page<'_> {
    pub(super) fn answers(&mut self) {
        let body = self.read.body;
        self.canvas.heading(&format!("{}{}", self.t("各部门反馈", "Answers by source"), self.usual_days()));
        // more people go into a further table
        let abreast = if self.narrow() { 4 } else { 6 };
        let members: Vec<&MemberRef> = body.household.members.iter().map(|person| &person.reference).collect();
        let asked = |line: &SourceLine, people: &[&MemberRef]| {
            people.iter().any(|who| line.cell(who).is_some_and(|cell| cell.answer != AnswerKind::Skipped))
        };
        for people in members.chunks(abreast) {
            // a screening asks few
            let shown = |line: &&SourceLine| !body.request.purpose.is_screening() || asked(line, people);
            self.answer_table(people, &body.sources.iter().filter(shown).collect::<Vec<_>>());
        }
        // obligors consent to little: only what was asked about them
        let obligors: Vec<&MemberRef> = body.household.obligors.iter().map(|o| &o.person.reference).collect();
        for people in obligors.chunks(abreast) {
            self.answer_table(people, &body.sources.iter().filter(|line| asked(line, people)).collect::<Vec<_>>());
        }
        self.legend();
        self.unspoken();
    }

    /// `（查询 2026年11月24日，反馈 2026年11月24日）`
    fn usual_days(&self) -> String {
        let (body, lang) = (self.read.body, self.lang());
        match (body.asked_on, body.answered_on) {
            (Some(asked), Some(answered)) => {
                let words = format!(
                    "{} {}{}{} {}",
                    self.t("查询", "asked"),
                    day(asked, lang),
                    self.t("，", ", "),
                    self.t("反馈", "answered"),
                    day(answered, lang)
                );
                self.read.bracketed(&words)
            }
            _ => String::new(),
        }
    }

    fn answer_table(&mut self, people: &[&MemberRef], lines: &[&SourceLine]) {
        let (read, lang) = (self.read, self.lang());
        let title = lines.iter().map(|line| line.title.get(lang).width()).max().unwrap_or(0).clamp(8, 22);
        let each = people.iter().map(|who| read.person(who).width()).max().unwrap_or(0).clamp(6, 12);
        let dates_title = self.t("查询→反馈", if self.narrow() { "asked→in" } else { "asked→answered" });
        let dated = lines.iter().any(|line| !self.dates_of(line, people).is_empty());
        let dates = if dated { dates_title.width().max(11) } else { 0 };
        let mut taken = vec![title];
        taken.extend(people.iter().map(|_| each));
        taken.push(8);
        taken.extend((dates > 0).then_some(dates));
        let remark = self.rest(2, &taken);
        let mut columns: Vec<Column> = taken.iter().map(|width| left(*width)).collect();
        let mut titles = vec![self.t("核对项目", "Item")];
        titles.extend(people.iter().map(|who| read.person(who)));
        titles.push(self.t("“无记录”", "“none” in"));
        titles.extend((dates > 0).then_some(dates_title));
        if remark >= REMARK {
            columns.push(left(remark));
            titles.push(self.t("该部门不掌握", "Never knows"));
        }
        self.canvas.titles(2, &columns, &titles);
        for line in lines {
            let answers: Vec<(String, Paint)> = people.iter().map(|who| self.answer(line, who)).collect();
            let dates_here = self.dates_of(line, people);
            let mut cells = vec![(line.title.get(lang), Paint::Plain)];
            cells.extend(answers.iter().map(|(text, paint)| (text.as_str(), *paint)));
            cells.push((read.reach(line), Paint::Faint));
            if dates > 0 {
                cells.push((&dates_here, Paint::Faint));
            }
            cells.push((line.never_covers.as_ref().map_or("", |never| never.get(lang)), Paint::Faint));
            self.canvas.row(2, &columns, &cells);
        }
        if remark >= REMARK {
            self.remarks_told.extend(lines.iter().map(|line| line.source.clone()));
        }
    }

    fn answer(&self, line: &SourceLine, who: &MemberRef) -> (String, Paint) {
        let Some(cell) = line.cell(who) else { return (String::new(), Paint::Faint) };
        let sign = text::answer_sign(cell.answer, self.lang());
        let words = if cell.records > 0 { format!("{sign} {}", cell.records) } else { sign.to_owned() };
        (words, paint(cell.answer))
    }

    fn legend(&mut self) {
        let lang = self.lang();
        let kinds = [
            AnswerKind::Found,
            AnswerKind::NoRecord,
            AnswerKind::Partial,
            AnswerKind::Pending,
            AnswerKind::Skipped,
            AnswerKind::Unavailable,
        ];
        let words: Vec<String> = (kinds.into_iter())
            .map(|kind| format!("{} {}", text::answer_sign(kind, lang), text::answer(kind, lang)))
            .collect();
        let legend = format!(
            "{}{}",
            words.join("   "),
            self.t("   “无记录”只及所列范围", "   “no record” holds for the area named")
        );
        self.canvas.blank();
        self.canvas.paragraph("  ", &legend, Paint::Faint);
    }

    fn unspoken(&mut self) {
        let (read, lang) = (self.read, self.lang());
        for group in read.unspoken() {
            let lead = format!("  {} ", text::answer_sign(group.answer, lang));
            let why = group.why.map_or(text::answer(group.answer, lang), |why| text::why_not(why, lang));
            let words = format!(
                "{}{}{}{why}",
                read.list(&group.sources),
                read.bracketed(&read.list(&group.people)),
                self.t("：", ": ")
            );
            self.canvas.paragraph(&lead, &words, paint(group.answer));
        }
    }

    /// What each department never knows, where the tables had no room for it.
    pub(super) fn never_covered(&mut self) {
        let lang = self.lang();
        // the screening of a roster speaks of the few it asked
        let roster = self.read.body.request.purpose.is_screening();
        let was_asked = |line: &&SourceLine| line.cells.iter().any(|cell| cell.answer != AnswerKind::Skipped);
        let sources = self.read.body.sources.iter().filter(|line| !roster || was_asked(line));
        let untold = sources.filter(|line| !self.remarks_told.contains(&line.source));
        let never: Vec<(&str, &str)> =
            untold.filter_map(|line| Some((line.title.get(lang), line.never_covers.as_ref()?.get(lang)))).collect();
        if never.is_empty() {
            return;
        }
        self.canvas.heading(self.t("各部门不掌握的情况", "What departments never know"));
        let title = never.iter().map(|(source, _)| source.width()).max().unwrap_or(0).min(30);
        let columns = [left(title), left(self.rest(2, &[title]))];
        for (source, words) in never {
            self.canvas.row(2, &columns, &[(source, Paint::Faint), (words, Paint::Plain)]);
        }
    }

    /// First query and last answer about these people, where they are not the report's: `10-30→11-01`.
    fn dates_of(&self, line: &SourceLine, people: &[&MemberRef]) -> String {
        let body = self.read.body;
        let cells: Vec<&CellLine> = people.iter().filter_map(|who| line.cell(who)).collect();
        let asked = cells.iter().filter_map(|cell| body.asked_on(line, cell)).min();
        let open = cells.iter().any(|cell| !cell.answer.ended());
        let answered = cells.iter().filter_map(|cell| body.answered_on(line, cell)).max();
        match (asked, answered) {
            (None, _) => String::new(),
            (Some(_), Some(_)) if !open && (asked, answered) == (body.asked_on, body.answered_on) => String::new(),
            (Some(asked), Some(answered)) if !open => format!("{}→{}", short_day(asked), short_day(answered)),
            (Some(asked), _) => format!("{}→…", short_day(asked)),
        }
    }
}

fn paint(answer: AnswerKind) -> Paint {
    match answer {
        AnswerKind::Found => Paint::Good,
        AnswerKind::NoRecord => Paint::Plain,
        AnswerKind::Partial | AnswerKind::Pending => Paint::Warn,
        AnswerKind::Skipped => Paint::Faint,
        AnswerKind::Unavailable => Paint::Bad,
    }
}
