//! What changed between two reports of one household: what may follow first, then every change with its reasons.

use super::super::super::change::words::{compared, member, state};
use super::super::super::change::{Change, Consequence, Direction, ItemChange, State, What};
use super::super::super::text::Lang;
use super::super::changes::{group_of, groups};
use super::Style;
use super::canvas::{Canvas, Paint, left, right};
use crate::household::day;
use crate::policy::notice::Notice;

/// Draws a change. `notice` is printed where something is adverse.
#[must_use]
pub fn render_change(change: &Change, notice: Option<&Notice>, style: Style) -> String {
    let width = style.width.clamp(80, 140);
    let mut page = ChangePage { change, lang: style.lang, canvas: Canvas::new(width, style.colour), width };
    page.opening();
    page.notice(notice);
    for (group, title) in groups(style.lang) {
        let items: Vec<&ItemChange> = change.items.iter().filter(|item| group_of(&item.what) == group).collect();
        if !items.is_empty() {
            page.canvas.heading(title);
            items.into_iter().for_each(|item| page.item(item));
        }
    }
    page.rules();
    page.closing();
    page.canvas.finish()
}

/// A page about one change.
struct ChangePage<'a> {
    change: &'a Change,
    lang: Lang,
    canvas: Canvas,
    width: usize,
}

impl<'a> ChangePage<'a> {
    fn t(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(zh, en)
    }

    fn opening(&mut self) {
        let (lang, change) = (self.lang, self.change);
        self.canvas.rule('═', Paint::Head);
        self.canvas.centred(self.t("与上次核对相比", "Compared with the last report"), Paint::Strong);
        self.canvas.rule('═', Paint::Head);
        for (which, report) in [(self.t("上次", "before"), &change.before), (self.t("本次", "after"), &change.after)]
        {
            let state = super::super::super::text::finality(report.is_final, lang);
            let line = match lang {
                Lang::Zh => format!("{which}　{} 第 {} 版 · {} · {state}", report.number, report.version, report.as_of),
                Lang::En => {
                    format!("{which:<7} {} version {} · {} · {state}", report.number, report.version, report.as_of)
                }
            };
            self.canvas.paragraph("  ", &line, Paint::Plain);
        }
        let paint = match change.consequence {
            Consequence::Nothing | Consequence::ContinueAsIs => Paint::Good,
            Consequence::MayEnd { .. } => Paint::Bad,
            _ => Paint::Warn,
        };
        self.canvas.blank();
        self.canvas.paragraph(self.t("  提示  ", "  Hint  "), &change.hint(lang), paint);
        let says_it = matches!(change.consequence, Consequence::MayEnd { .. });
        if change.direction() != Direction::Neutral && !says_it {
            self.canvas.paragraph("  ", change.direction().words(lang), Paint::Faint);
        }
        if let Some(clock) = change.clock_in_words(lang) {
            self.canvas.paragraph("  ", &clock, Paint::Plain);
        }
    }

    fn notice(&mut self, notice: Option<&Notice>) {
        let Some(notice) = notice.filter(|notice| notice.adverse) else { return };
        self.canvas.heading(self.t("移送前听取说明", "Heard before it is passed on"));
        self.canvas.paragraph("  ", &notice.words(self.lang), Paint::Warn);
        if let Some(from) = notice.passed_on_from {
            let words = match self.lang {
                Lang::Zh => format!("未说明的，{} 起方可移送。", day(from, Lang::Zh)),
                Lang::En => format!("Where nothing is said, it may be passed on from {} on.", day(from, Lang::En)),
            };
            self.canvas.paragraph("  ", &words, Paint::Faint);
        }
    }

    fn item(&mut self, item: &ItemChange) {
        let (lang, change) = (self.lang, self.change);
        let columns = [left(30), right(self.width - 2 - 30 - 2 - 14 - 2 - 14 - 6), left(14), left(14)];
        let who = item.who.as_ref().map_or_else(String::new, |who| format!(" · {}", change.person(who)));
        let name = format!("{}{who}", change.what(&item.what, lang));
        let sides = match (&item.what, &item.before, &item.after) {
            (What::Member, before, after) => self.member(item, before.as_ref(), after.as_ref()),
            (_, before, after) => format!("{} → {}", state(before.as_ref(), lang), state(after.as_ref(), lang)),
        };
        let certain = compared(item, lang);
        let points = match item.direction {
            Direction::MayNeedMore => self.t("△ 或需帮助", "△ may need"),
            Direction::MayNoLongerFit => self.t("▽ 或不再符合", "▽ may not fit"),
            Direction::Neutral => "",
        };
        let paint = match item.direction {
            Direction::Neutral => Paint::Plain,
            Direction::MayNeedMore => Paint::Good,
            Direction::MayNoLongerFit => Paint::Warn,
        };
        let cells = [(&*name, Paint::Strong), (&*sides, paint), (certain, Paint::Faint), (points, paint)];
        self.canvas.row(2, &columns, &cells);
        for reason in &item.reasons {
            let words = change.reason(reason, lang, &|who| change.person(who));
            self.canvas.paragraph("    · ", &words, Paint::Faint);
        }
    }

    fn member(&self, item: &ItemChange, before: Option<&State>, after: Option<&State>) -> String {
        let name = |side: Option<&State>| match side {
            Some(State::Person { name, .. }) => Some(name.expose().to_owned()),
            _ => None,
        };
        let what = member(item, self.lang);
        match (name(before), name(after)) {
            (Some(one), Some(other)) if one != other => format!("{what} {one} → {other}"),
            _ => what.to_owned(),
        }
    }

    fn rules(&mut self) {
        let rules = self.change.sheet(self.lang).rules;
        if rules.is_empty() {
            return;
        }
        self.canvas.heading(self.t("两次核对之间变更的规则", "Rules that are others"));
        let paint = if self.change.parameters.is_empty() { Paint::Faint } else { Paint::Plain };
        rules.iter().for_each(|words| self.canvas.paragraph("  ", words, paint));
    }

    fn closing(&mut self) {
        self.canvas.blank();
        let words = self.t(
            "只核对、不认定：以上为供经办人员参考的提示。不可比不等于减少或归零。",
            "This verifies and decides nothing: hints for the officer. Not comparable never means a fall or nothing.",
        );
        self.canvas.paragraph("", words, Paint::Faint);
    }
}
