//! A change in Chinese and English: codes in, terms out. Rows and drawings say the same.

use super::reasons::{LineIs, LineReason, Reason};
use super::what::{Compared, Direction, State, What, Who};
use super::{Change, ItemChange};
use crate::household::{Lang, SourceKey};
use crate::policy::simulate::Headline;
use crate::policy::words_of_fact;
use crate::report::render::amounts::{between, number_between};
use crate::report::render::computation::dated;
use crate::report::text;

impl Change {
    /// A department's title.
    pub(in crate::report) fn source<'a>(&'a self, source: &'a SourceKey, lang: Lang) -> &'a str {
        self.sources.get(source).map_or(source.as_str(), |title| title.get(lang))
    }

    /// What a change is of.
    pub(in crate::report) fn what(&self, what: &What, lang: Lang) -> String {
        match what {
            What::Outcome(code) => format!("{}{}", lang.pick("筛查：", "Screening: "), outcome_name(code, lang)),
            What::Amount(code) => format!("{}{}", lang.pick("参考金额：", "Amount: "), amount_name(code, lang)),
            What::Member => lang.pick("家庭成员", "Member").to_owned(),
            What::Spouse => lang.pick("登记配偶未申报", "Undeclared spouse on record").to_owned(),
            What::Size => lang.pick("计算人数", "Members counted").to_owned(),
            What::IncomePerHead => lang.pick("人均月收入", "Income a head and month").to_owned(),
            What::Income(class) => text::income_class(*class, lang).to_owned(),
            What::Deductions => lang.pick("扣减", "Deductions").to_owned(),
            What::RigidSpending => lang.pick("刚性支出", "Rigid spending").to_owned(),
            What::Standard => lang.pick("保障标准（人月）", "Standard a head and month").to_owned(),
            What::PropertyTotal => lang.pick("财产合计", "Property, together").to_owned(),
            What::Property(class) => {
                format!("{}{}", lang.pick("财产：", "Property: "), text::property_class(*class, lang))
            }
            What::Declared(class) => {
                format!("{}{}", lang.pick("申报与核对：", "Declared and found: "), text::declared_class(class, lang))
            }
            What::Silence(source) => {
                format!("{}{}", lang.pick("部门反馈：", "Answers: "), self.source(source, lang))
            }
        }
    }

    /// A reason in one sentence.
    pub(in crate::report) fn reason(&self, reason: &Reason, lang: Lang, person: &dyn Fn(&Who) -> String) -> String {
        let people = |who: &[Who]| match (who, lang) {
            ([first, _, _, _, ..], Lang::Zh) => format!("{}等 {} 人", person(first), who.len()),
            ([first, _, _, _, ..], Lang::En) => format!("{} and {} others", person(first), who.len() - 1),
            _ => who.iter().map(person).collect::<Vec<_>>().join(lang.pick("、", ", ")),
        };
        let colon = lang.pick("：", ": ");
        match reason {
            Reason::Line(line) => self.line(line, lang, person),
            Reason::Held { who, source, record } => format!(
                "{} · {}{colon}{} {record}",
                person(who),
                self.source(source, lang),
                lang.pick("记录待人工核实，不再计入：", "held for review, no longer counted:"),
            ),
            Reason::Silent { source, who, answer } => format!(
                "{}{colon}{}",
                self.source(source, lang),
                match lang {
                    Lang::Zh => format!("关于{}本次{}，不可比", people(who), text::answer(*answer, lang)),
                    Lang::En => format!("{} about {} now; not comparable", text::answer(*answer, lang), people(who)),
                }
            ),
            Reason::Spoke { source, who } => match lang {
                Lang::Zh => format!("{}：上次无答复，本次已反馈（{}）", self.source(source, lang), people(who)),
                Lang::En => {
                    format!("{}: no answer last time, has answered now ({})", self.source(source, lang), people(who))
                }
            },
            Reason::Follows(causes) => {
                let causes: Vec<String> = causes.iter().map(|cause| self.what(cause, lang)).collect();
                format!("{}{}", lang.pick("由以下变化引起：", "follows from: "), causes.join(lang.pick("、", ", ")))
            }
            Reason::Condition { words, before, after, .. } => {
                let state = |one: &Option<_>| {
                    one.map_or(lang.pick("未列", "not shown"), |state| text::certainty(state, lang))
                };
                format!("{} → {}{colon}{}", state(before), state(after), words.get(lang))
            }
            Reason::Parameter(change) => {
                let none = || lang.pick("（无）", "(none)").to_owned();
                let (before, after) = (change.before.clone(), change.after.clone());
                format!(
                    "{}{} {} → {} · {}",
                    lang.pick("规则参数：", "parameter: "),
                    change.name.get(lang),
                    before.unwrap_or_else(none),
                    after.unwrap_or_else(none),
                    change.key
                )
            }
            Reason::Pack { before, after } => format!(
                "{} {} → {}",
                lang.pick("规则包已更换", "another pack of rules"),
                before.get(..12).unwrap_or(before),
                after.get(..12).unwrap_or(after)
            ),
        }
    }

    /// What an open consequence waits for.
    pub(in crate::report) fn fact(&self, fact: &str, lang: Lang) -> String {
        let source = fact.strip_prefix("source:").or_else(|| fact.strip_prefix("not_asked:"));
        let source = source.and_then(|key| SourceKey::new(key).ok());
        match (source, words_of_fact(fact)) {
            (Some(source), _) => self.source(&source, lang).to_owned(),
            (None, Some((zh, en))) => lang.pick(zh, en).to_owned(),
            (None, None) => fact.to_owned(),
        }
    }

    fn line(&self, line: &LineReason, lang: Lang, person: &dyn Fn(&Who) -> String) -> String {
        let is = match line.is {
            LineIs::New => lang.pick("新增", "new"),
            LineIs::Gone => lang.pick("不再有", "gone"),
            LineIs::Changed => lang.pick("变动", "changed"),
        };
        let origin = line.source.as_ref().map_or(lang.pick("家庭申报", "declared"), |key| self.source(key, lang));
        let amount = |one: &Option<State>| state(one.as_ref(), lang);
        let mut parts = vec![format!(
            "{} · {origin} · {} {is}{}{} → {}",
            person(&line.who),
            line.item.get(lang),
            lang.pick("：", ": "),
            amount(&line.before),
            amount(&line.after)
        )];
        parts.extend(records(&line.new_records, lang.pick("新记录", "new record"), lang));
        parts.extend(records(&line.gone_records, lang.pick("不再有的记录", "record gone"), lang));
        parts.extend(line.left_window.map(|(from, to)| [from, to].map(|month| dated(&month.to_string(), lang))).map(
            |[from, to]| match lang {
                Lang::Zh => format!("{from}至{to}已移出核算期"),
                Lang::En => format!("{from} to {to} left the period"),
            },
        ));
        parts.join(lang.pick("；", "; "))
    }
}

/// Records by number where they are few.
fn records(numbers: &[String], what: &str, lang: Lang) -> Option<String> {
    let more = |number: usize| match lang {
        Lang::Zh => format!(" 等 {number} 条"),
        Lang::En => format!(" and others, {number} records"),
    };
    match numbers {
        [] => None,
        [_] | [_, _] => Some(format!("{what} {}", numbers.join(lang.pick("、", ", ")))),
        [first, ..] => Some(format!("{what} {first}{}", more(numbers.len()))),
    }
}

/// A side in words. Names are a drawing's alone: `None` where a side has none.
pub(in crate::report) fn state(state: Option<&State>, lang: Lang) -> String {
    match state {
        None => lang.pick("无", "none").to_owned(),
        Some(State::Yuan { at_least, at_most, .. }) => between(*at_least, *at_most, lang),
        Some(State::Count { at_least, at_most }) => number_between(*at_least, *at_most, lang),
        Some(State::Outcome { state, .. }) => text::certainty(*state, lang).to_owned(),
        Some(State::Paid { amount, at_most, per }) => {
            crate::report::render::paid_in_words(*amount, *at_most, *per, lang)
        }
        Some(State::Person { died: true, .. }) => lang.pick("有死亡登记", "death on record").to_owned(),
        Some(State::Person { died: false, .. }) => lang.pick("在户", "member").to_owned(),
        Some(State::OnRecord(true)) => lang.pick("有登记", "on record").to_owned(),
        Some(State::OnRecord(false)) => lang.pick("未见登记", "nothing on record").to_owned(),
        Some(State::Compared(comparison)) => text::comparison(*comparison, lang).to_owned(),
        Some(State::Silent(0)) => lang.pick("已反馈", "answered").to_owned(),
        Some(State::Silent(people)) => match lang {
            Lang::Zh => format!("{people} 人无答复"),
            Lang::En => format!("no answer about {people}"),
        },
    }
}

/// What became of a member.
pub(in crate::report) fn member(item: &ItemChange, lang: Lang) -> &'static str {
    match (&item.before, &item.after) {
        (None, _) => lang.pick("新增成员", "came"),
        (_, None) => lang.pick("不再列为成员", "no longer listed"),
        (Some(State::Person { died: false, .. }), Some(State::Person { died: true, .. })) => {
            lang.pick("有死亡登记", "death on record")
        }
        (Some(State::Person { died: true, .. }), Some(State::Person { died: false, .. })) => {
            lang.pick("死亡登记不再可见", "death no longer on record")
        }
        _ => lang.pick("姓名变更", "renamed"),
    }
}

/// How far two sides can be compared.
pub(in crate::report) fn compared(item: &ItemChange, lang: Lang) -> &'static str {
    match item.compared {
        Compared::Certain if item.slight => lang.pick("小额变动", "slight"),
        Compared::Certain => lang.pick("确定", "certain"),
        Compared::Uncertain => lang.pick("不确定", "uncertain"),
        Compared::NotComparable => lang.pick("不可比", "not comparable"),
    }
}

impl Direction {
    /// As a hint.
    #[must_use]
    pub fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::MayNeedMore => lang.pick("可能需要更多帮助", "may need more"),
            Self::MayNoLongerFit => lang.pick("可能不再符合", "may no longer fit"),
            Self::Neutral => lang.pick("不作指向", "neutral"),
        }
    }

    /// The code in tables.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::MayNeedMore => "may_need_more",
            Self::MayNoLongerFit => "may_no_longer_fit",
            Self::Neutral => "neutral",
        }
    }
}

/// An outcome's name.
pub(in crate::report) fn outcome_name(code: &str, lang: Lang) -> &str {
    let known = Headline::ALL.into_iter().find(|headline| headline.code() == code);
    known.map_or(code, |headline| lang.pick(headline.names().1, headline.names().2))
}

fn amount_name(code: &str, lang: Lang) -> &str {
    match code {
        "tekun_basic" => lang.pick("特困基本生活", "tekun, basic living"),
        "tekun_care" => lang.pick("特困照料护理", "tekun, care"),
        "temporary_relief" => lang.pick("临时救助", "temporary relief"),
        "medical_aid" => lang.pick("医疗救助", "medical aid"),
        other => outcome_name(other, lang),
    }
}
