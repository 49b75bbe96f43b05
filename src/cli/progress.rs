//! Shows a case as its answers land: a board of departments on a terminal; where there is none, one line a department when it has
//! answered about everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::Language;
use super::output;
use super::show::lang;
use crate::household::AnswerKind;
use crate::report::WhyNot;
use crate::report::text::{self, Lang};
use crate::verification::{ANSWERED, CaseEvent, CellStatus, EventKind, SourceStatus};

/// Follows a case of `people` until it rests or `limit` has passed.
pub(super) async fn follow(
    events: impl Stream<Item = CaseEvent>,
    sources: &[SourceStatus],
    people: usize,
    language: Language,
    limit: Duration,
) {
    let titles: BTreeMap<String, String> = sources.iter().map(|source| title(source, language)).collect();
    let bar = output::live().then(|| bar(titles.len(), language));
    let mut board = Board { titles, people, language, cells: BTreeMap::new(), told: BTreeSet::new(), bar };
    let mut events = std::pin::pin!(events);
    let deadline = tokio::time::Instant::now() + limit;
    while let Ok(Some(event)) = tokio::time::timeout_at(deadline, events.next()).await {
        board.show(event);
    }
    if let Some(bar) = board.bar {
        bar.finish_and_clear();
    }
}

/// How many people a request is about.
pub(super) fn people(request: &serde_json::Value) -> usize {
    request.pointer("/household/members").and_then(|members| members.as_array()).map_or(1, Vec::len)
}

struct Board {
    titles: BTreeMap<String, String>,
    people: usize,
    language: Language,
    /// By department, then person.
    cells: BTreeMap<String, BTreeMap<String, CellStatus>>,
    /// Departments whose line has been printed.
    told: BTreeSet<String>,
    bar: Option<ProgressBar>,
}

/// What a version adds whose outcome nothing still to come can change.
const EARLY: [&str; 2] = ["：筛查结论已定，后续反馈不会改变", ": decided early, no later answer changes the outcome"];

impl Board {
    fn show(&mut self, event: CaseEvent) {
        match event.what {
            EventKind::Answer(cell) => {
                let source = cell.source.clone();
                self.cells.entry(source.clone()).or_default().insert(cell.member.clone(), cell);
                self.tell_if_done(&source);
            }
            EventKind::Version(version) => {
                let early = if version.decided_early { EARLY[usize::from(self.language == Language::En)] } else { "" };
                let line = match (self.language, version.is_final) {
                    (Language::Zh, true) => format!("第 {} 版报告已生成（最终）", version.version),
                    (Language::Zh, false) => format!("第 {} 版报告已生成（临时，等待异步部门）", version.version),
                    (Language::En, true) => format!("version {} of the report (final)", version.version),
                    (Language::En, false) => format!("version {} of the report (provisional)", version.version),
                };
                self.tell(&(line + early));
            }
            EventKind::State { .. } | EventKind::Issued { .. } => {}
        }
    }

    /// A department's line, once it has answered about everybody.
    fn tell_if_done(&mut self, source: &str) {
        let answered = self.cells.get(source).is_some_and(|cells| {
            cells.len() >= self.people && cells.values().all(|cell| cell.answer.as_deref().is_some_and(has_ended))
        });
        if answered && self.told.insert(source.to_owned()) {
            let line = self.line(source);
            self.tell(&line);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.told.len() as u64);
            let waiting =
                self.titles.iter().filter(|(key, _)| !self.told.contains(*key)).map(|(_, title)| title.as_str());
            bar.set_message(waiting.take(4).collect::<Vec<_>>().join(" "));
        }
    }

    fn tell(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => output::tell(line),
        }
    }

    /// `  个人所得税申报  有记录 1 · 无记录 4  132 ms`: how often each answer came, and the slowest of them.
    fn line(&self, source: &str) -> String {
        let Some(cells) = self.cells.get(source) else { return String::new() };
        let mut counts: BTreeMap<(AnswerKind, &str), usize> = BTreeMap::new();
        for cell in cells.values() {
            *counts.entry(words(cell, lang(self.language))).or_default() += 1;
        }
        let counts: Vec<String> = counts.into_iter().map(|((_, words), count)| format!("{words} {count}")).collect();
        let slowest = cells.values().map(|cell| cell.latency_ms).max().unwrap_or(0);
        let title = self.titles.get(source).map_or(source, String::as_str);
        let space = " ".repeat(16_usize.saturating_sub(unicode_width::UnicodeWidthStr::width(title)));
        format!("  {title}{space} {}  {slowest} ms", counts.join(" · "))
    }
}

fn has_ended(answer: &str) -> bool {
    !matches!(answer, "pending" | "asked")
}

fn title(source: &SourceStatus, language: Language) -> (String, String) {
    let descriptor = &source.descriptor;
    let title = if language == Language::Zh { &descriptor.title_zh } else { &descriptor.title_en };
    (descriptor.key.to_string(), title.clone())
}

/// An answer as the report words it: why not, where the department did not answer in full.
fn words(cell: &CellStatus, lang: Lang) -> (AnswerKind, &'static str) {
    // what it was is not the caller's to see
    if cell.answer.as_deref() == Some(ANSWERED) {
        return (AnswerKind::Found, if lang == Lang::Zh { "已答复" } else { "answered" });
    }
    let kind = cell.answer.as_deref().and_then(read).unwrap_or(AnswerKind::Pending);
    let why: Option<WhyNot> = cell.why.as_deref().filter(|_| !kind.speaks()).and_then(read);
    (kind, why.map_or(text::answer(kind, lang), |why| text::why_not(why, lang)))
}

/// A code as its type; none for one of another version.
fn read<T: serde::de::DeserializeOwned>(code: &str) -> Option<T> {
    serde_json::from_value(code.into()).ok()
}

fn bar(departments: usize, language: Language) -> ProgressBar {
    let bar = ProgressBar::new(departments as u64);
    let (unit, waiting) = match language {
        Language::Zh => ("个部门已答复", "等待"),
        Language::En => ("departments have answered", "waiting for"),
    };
    let template = format!("{{spinner}} {{pos}}/{{len}} {unit} {{elapsed}}  {waiting} {{msg}}");
    bar.set_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(80));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_in_words_what_the_report_will_say() {
        let cell = |member: &str, answer: &str, why: Option<&str>| CellStatus {
            member: member.into(),
            source: "vehicles".into(),
            answer: Some(answer.into()),
            why: why.map(str::to_owned),
            attempts: 1,
            latency_ms: 12,
        };
        let cells = [
            cell("m1", "found", None),
            cell("m2", "unavailable", Some("timeout")),
            cell("m3", "skipped", Some("not_authorised")),
            cell("m4", "partial", Some("page_missing")),
            cell("m5", "no_record", None),
            cell("m6", "unavailable", None),
            cell("m7", "answered", None),
        ];
        for (language, expected) in [
            (
                Language::Zh,
                "  机动车登记       已答复 1 · 有记录 1 · 无记录 1 · 有一页未能取得 1 · 未获授权 1 · 未能查询 1 · 超时 1  12 ms",
            ),
            (
                Language::En,
                "  机动车登记       answered 1 · found 1 · no record 1 · a page is missing 1 · not authorised 1 · timed out 1 · unavailable 1  12 ms",
            ),
        ] {
            let board = Board {
                titles: [("vehicles".to_owned(), "机动车登记".to_owned())].into(),
                people: cells.len(),
                language,
                cells: [("vehicles".to_owned(), cells.iter().map(|c| (c.member.clone(), c.clone())).collect())].into(),
                told: BTreeSet::new(),
                bar: None,
            };
            assert_eq!(board.line("vehicles"), expected);
        }
    }
}
