//! What changed between two reports, worded for every drawing: a hint first, then the changes in groups with their reasons.

use super::super::change::words::{compared, member, outcome_name, state};
use super::super::change::{Change, Consequence, Direction, ItemChange, Reason, State, What, Who};
use super::super::text::Lang;
use super::amounts::{yuan, yuan_unit};
use crate::household::day;

/// Groups of changes, in the order in which they are read.
const GROUPS: [(&str, &str); 5] = [
    ("筛查与金额（仅供参考，以批准机关的决定为准）", "Screening and amounts (the authority decides)"),
    ("家庭", "Household"),
    ("收入与支出（元）", "Income and spending (yuan)"),
    ("财产", "Property"),
    ("申报与反馈", "Declarations and answers"),
];

/// A change in a language.
pub struct ChangeSheet {
    /// What may follow, with its figures.
    pub hint: String,
    /// The clock of gradual exit, while one runs or has run out.
    pub clock: Option<String>,
    /// The changes.
    pub groups: Vec<ChangeGroup>,
    /// Rules that are others; nothing where they are the same.
    pub rules: Vec<String>,
}

/// Changes that are read together.
pub struct ChangeGroup {
    /// What they are about.
    pub title: &'static str,
    /// Each.
    pub rows: Vec<ChangeRow>,
}

/// One thing that is another.
pub struct ChangeRow {
    /// What.
    pub what: String,
    /// Whose, where it is somebody's.
    pub who: Option<String>,
    /// What it was; none where there was nothing.
    pub before: Option<String>,
    /// What it is; none where there is nothing any more.
    pub after: Option<String>,
    /// How far the two can be compared.
    pub compared: &'static str,
    /// Which way it points.
    pub direction: Direction,
    /// Why.
    pub reasons: Vec<String>,
}

impl Change {
    /// The change in a language.
    #[must_use]
    pub fn sheet(&self, lang: Lang) -> ChangeSheet {
        let group = |(place, (zh, en)): (usize, &(&'static str, &'static str))| {
            let items = self.items.iter().filter(|item| group_of(&item.what) == place);
            let rows: Vec<_> = items.map(|item| self.row(item, lang)).collect();
            (!rows.is_empty()).then(|| ChangeGroup { title: lang.pick(zh, en), rows })
        };
        ChangeSheet {
            hint: self.hint(lang),
            clock: self.clock_in_words(lang),
            groups: GROUPS.iter().enumerate().filter_map(group).collect(),
            rules: self.rules(lang),
        }
    }

    fn row(&self, item: &ItemChange, lang: Lang) -> ChangeRow {
        let side = |one: Option<&State>| match (&item.what, one) {
            (_, None) => None,
            (What::Member, Some(State::Person { name, .. })) => {
                Some(format!("{} · {}", name.expose(), state(one, lang)))
            }
            _ => Some(state(one, lang)),
        };
        let mut reasons: Vec<_> =
            (item.reasons.iter()).map(|reason| self.reason(reason, lang, &|who| self.person(who))).collect();
        if item.what == What::Member {
            reasons.insert(0, member(item, lang).to_owned());
        }
        ChangeRow {
            what: self.what(&item.what, lang),
            who: item.who.as_ref().map(|who| self.person(who)),
            before: side(item.before.as_ref()),
            after: side(item.after.as_ref()),
            compared: compared(item, lang),
            direction: item.direction,
            reasons,
        }
    }

    /// What may follow, with its figures.
    pub(super) fn hint(&self, lang: Lang) -> String {
        let figures = match &self.consequence {
            Consequence::RaiseOrLowerAmount { before, after, .. } => {
                let before = before.map_or(lang.pick("无", "none").to_owned(), yuan);
                format!(
                    "{}{before} → {}{}",
                    lang.pick("：", ": "),
                    yuan_unit(*after, lang),
                    lang.pick("/月", " a month")
                )
            }
            Consequence::GradualExit { until, .. } => {
                format!("{}{}", lang.pick("，至 ", ", until "), day(*until, lang))
            }
            Consequence::MayEnd { instead: Some(code), .. } => {
                format!("{}{}", lang.pick("；另可看：", "; look also at: "), outcome_name(code, lang))
            }
            Consequence::Open { decides: Some(fact) } => {
                format!("{}{}", lang.pick("，取决于：", "; it depends on: "), self.fact(fact, lang))
            }
            _ => String::new(),
        };
        format!("{}{figures}", self.consequence.words(lang))
    }

    /// The clock of gradual exit.
    pub(super) fn clock_in_words(&self, lang: Lang) -> Option<String> {
        let clock = self.clock.as_ref()?;
        let (from, until, by) = (day(clock.from, lang), day(clock.until, lang), &clock.started_by);
        Some(match (lang, clock.months_left) {
            (Lang::Zh, 0) => format!("渐退期{from}至{until}，已满；由报告 {by} 起算"),
            (Lang::Zh, left) => format!("渐退期{from}至{until}，尚余 {left} 个月；由报告 {by} 起算"),
            (Lang::En, 0) => format!("Gradual exit {from} to {until}: over. Started by report {by}"),
            (Lang::En, left) => format!("Gradual exit {from} to {until}: {left} months left. Started by report {by}"),
        })
    }

    /// Rules that are others.
    fn rules(&self, lang: Lang) -> Vec<String> {
        let none_known = self.parameters.is_empty() && self.before.pack_sha256 != self.after.pack_sha256;
        let word = lang.pick("规则包不同，未见所用参数不同。", "The packs differ; no parameter in use is known to.");
        let parameters = self.parameters.iter().cloned().map(Reason::Parameter);
        let parameters = parameters.map(|reason| self.reason(&reason, lang, &|_| String::new()));
        parameters.chain(none_known.then(|| word.to_owned())).collect()
    }

    /// A person as a member's change names them, else by reference.
    pub(super) fn person(&self, who: &Who) -> String {
        let named = self.people.iter().find(|named| named.who == *who);
        named.map_or_else(|| who.reference().to_owned(), |named| named.name.expose().to_owned())
    }
}

/// The titles of the groups.
pub(super) fn groups(lang: Lang) -> impl Iterator<Item = (usize, &'static str)> {
    GROUPS.iter().map(move |(zh, en)| lang.pick(zh, en)).enumerate()
}

/// Where a change is read.
pub(super) fn group_of(what: &What) -> usize {
    match what {
        What::Outcome(_) | What::Amount(_) => 0,
        What::Member | What::Spouse | What::Size => 1,
        What::IncomePerHead | What::Income(_) | What::Deductions | What::RigidSpending | What::Standard => 2,
        What::PropertyTotal | What::Property(_) => 3,
        What::Declared(_) | What::Silence(_) => 4,
    }
}
