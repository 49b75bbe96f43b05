//! Lines of income, deductions and property on both sides: the same person, source and records, whatever the rules made of them.

use serde::Serialize;

use crate::household::{Fen, MemberRef, SourceKey};
use crate::policy::assessment::{Assessment, DeductionLine, Ground, IncomeLine, PropertyLine, Treatment};

/// Which list a line stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Income.
    Income,
    /// Deductions.
    Deduction,
    /// Property.
    Property,
}

/// A line on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineChange {
    /// Its list.
    pub section: Section,
    /// Whose.
    pub member: MemberRef,
    /// What it is (as the second side says, the first where it is gone), in Chinese.
    pub item_zh: String,
    /// In English.
    pub item_en: String,
    /// Source; none when declared.
    pub source: Option<SourceKey>,
    /// Records.
    pub records: Vec<String>,
    /// Under the first pack; none where there is no such line.
    pub before: Option<Side>,
    /// Under the second.
    pub after: Option<Side>,
}

/// What the rules made of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// Counted income or property, or amount deducted.
    pub amount: Fen,
    /// Most that is counted, where a reading is open.
    pub at_most: Option<Fen>,
    /// How it was reckoned.
    pub computation: String,
    /// Treatment; none of a deduction.
    pub treatment: Option<Treatment>,
    /// Of property: whether it counts against a limit on numbers.
    pub counts: Option<bool>,
    /// Rule.
    pub rule: String,
    /// Law.
    pub law: String,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

/// A line with what tells it apart.
struct Line {
    section: Section,
    member: MemberRef,
    class: String,
    item_zh: String,
    item_en: String,
    source: Option<SourceKey>,
    records: Vec<String>,
    side: Side,
}

impl Line {
    /// Whether it speaks of the same things.
    fn is_about(&self, other: &Self) -> bool {
        self.section == other.section
            && self.member == other.member
            && self.class == other.class
            && self.source == other.source
            && self.records == other.records
    }
}

fn side(ground: &Ground, amount: Fen, computation: &str) -> Side {
    Side {
        amount,
        at_most: None,
        computation: computation.to_owned(),
        treatment: None,
        counts: None,
        rule: ground.rule.to_string(),
        law: ground.law.clone(),
        zh: ground.zh.to_string(),
        en: ground.en.to_string(),
    }
}

impl From<&IncomeLine> for Line {
    fn from(line: &IncomeLine) -> Self {
        let side = side(&line.ground, line.counted, &line.computation);
        Self {
            section: Section::Income,
            member: line.member.clone(),
            class: line.class.as_str().to_owned(),
            item_zh: line.item_zh.to_string(),
            item_en: line.item_en.to_string(),
            source: line.source.clone(),
            records: line.records.clone(),
            side: Side { at_most: line.counted_at_most, treatment: Some(line.treatment), ..side },
        }
    }
}

impl From<&DeductionLine> for Line {
    fn from(line: &DeductionLine) -> Self {
        Self {
            section: Section::Deduction,
            member: line.member.clone(),
            class: line.kind.to_string(),
            item_zh: line.item_zh.to_string(),
            item_en: line.item_en.to_string(),
            source: line.source.clone(),
            records: line.records.clone(),
            side: side(&line.ground, line.amount, &line.computation),
        }
    }
}

impl From<&PropertyLine> for Line {
    fn from(line: &PropertyLine) -> Self {
        let side = side(&line.ground, line.counted, "");
        Self {
            section: Section::Property,
            member: line.member.clone(),
            class: line.class.as_str().to_owned(),
            item_zh: line.item_zh.to_string(),
            item_en: line.item_en.to_string(),
            source: line.source.clone(),
            records: line.record.clone().into_iter().collect(),
            side: Side { treatment: Some(line.treatment), counts: Some(line.counts), ..side },
        }
    }
}

fn lines(assessment: &Assessment) -> Vec<Line> {
    let income = assessment.income.iter().map(Line::from);
    let deductions = assessment.deductions.iter().map(Line::from);
    income.chain(deductions).chain(assessment.property.iter().map(Line::from)).collect()
}

/// Lines that are not the same on both sides, in the order of the first.
pub(super) fn changes(first: &Assessment, second: &Assessment) -> Vec<LineChange> {
    let mut rest: Vec<Option<Line>> = lines(second).into_iter().map(Some).collect();
    // A line with the very item goes before another of the same records: one record may be split into several lines.
    let mut paired: Vec<(Line, Option<Line>)> = Vec::new();
    for line in lines(first) {
        let place = rest.iter().position(|other| {
            other.as_ref().is_some_and(|other| line.is_about(other) && line.item_zh == other.item_zh)
        });
        let other = place.and_then(|place| rest[place].take());
        paired.push((line, other));
    }
    for (line, other) in paired.iter_mut().filter(|(_, other)| other.is_none()) {
        let place = rest.iter().position(|candidate| candidate.as_ref().is_some_and(|c| line.is_about(c)));
        *other = place.and_then(|place| rest[place].take());
    }
    let mut changes: Vec<LineChange> = Vec::new();
    for (line, other) in paired {
        let after = other.map(|other| (other.item_zh, other.item_en, other.side));
        if after.as_ref().is_none_or(|(.., side)| *side != line.side) {
            let (item_zh, item_en, after) =
                after.map_or((line.item_zh, line.item_en, None), |(zh, en, side)| (zh, en, Some(side)));
            let Line { section, member, source, records, side, .. } = line;
            changes.push(LineChange { section, member, item_zh, item_en, source, records, before: Some(side), after });
        }
    }
    changes.extend(rest.into_iter().flatten().map(|line| {
        let Line { section, member, item_zh, item_en, source, records, side, .. } = line;
        LineChange { section, member, item_zh, item_en, source, records, before: None, after: Some(side) }
    }));
    changes.sort_by_key(|change| change.section);
    changes
}
