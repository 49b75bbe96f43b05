//! How the departments answered: one line a source, one cell a person. No answer is ever drawn as nothing found.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::assemble::{Inputs, SourceFacts};
use super::body::{Body, Words};
use super::lines::Laws;
use super::source_form::SourceForm;
use crate::household::{AnswerKind, Cell, CellOutcome, Failure, Gap, MemberRef, Reach, Skip, SourceKey, Verdict};

/// One source. Written as `SourceForm`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SourceForm", into = "SourceForm")]
pub struct SourceLine {
    /// Key.
    pub source: SourceKey,
    /// Name of the item checked: `不动产`.
    pub title: Words,
    /// Law that the query rests on: a number of `laws`.
    pub law: u32,
    /// What it can never know, whatever it answers: informal wages, unregistered houses.
    pub never_covers: Option<Words>,
    /// Day of the query, where it differs from the report's and a cell does not say otherwise.
    pub asked_on: Option<Date>,
    /// Day of the answer, where it differs from the report's and a cell does not say otherwise.
    pub answered_on: Option<Date>,
    /// Every person once; people about whom it answered alike stand together.
    pub cells: Vec<CellLine>,
}

impl SourceLine {
    /// The answer about one person.
    #[must_use]
    pub fn cell(&self, who: &MemberRef) -> Option<&CellLine> {
        self.cells.iter().find(|cell| cell.members.contains(who))
    }
}

impl Body {
    /// Day of a cell's query; none when it was not asked.
    #[must_use]
    pub fn asked_on(&self, line: &SourceLine, cell: &CellLine) -> Option<Date> {
        if cell.answer == AnswerKind::Skipped { None } else { cell.asked_on.or(line.asked_on).or(self.asked_on) }
    }

    /// Day of a cell's answer; none while there is none.
    #[must_use]
    pub fn answered_on(&self, line: &SourceLine, cell: &CellLine) -> Option<Date> {
        match cell.answer {
            AnswerKind::Skipped | AnswerKind::Pending => None,
            _ => cell.answered_on.or(line.answered_on).or(self.answered_on),
        }
    }
}

/// One source about one person, or about several alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CellLine {
    /// The people.
    pub members: Vec<MemberRef>,
    /// How it answered. Only `found` and `no_record` speak for totals.
    pub answer: AnswerKind,
    /// How many records came about each of them, whoever they belong to.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub records: u32,
    /// What is missing, or why it was not asked, or why no usable answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<WhyNot>,
    /// Of "no record": how far it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<Reach>,
    /// Day of the query, where it differs from the source's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub asked_on: Option<Date>,
    /// Day of the answer, where it differs from the source's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub answered_on: Option<Date>,
}

impl CellLine {
    /// Whether all but the people agrees.
    fn is_like(&self, other: &Self) -> bool {
        let key = |cell: &Self| (cell.answer, cell.records, cell.why_not, cell.asked_on, cell.answered_on);
        key(self) == key(other) && self.reach == other.reach
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Why a cell does not speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum WhyNot {
    /// Something is missing from the answer.
    Gap(Gap),
    /// It was not asked, on purpose.
    Skip(Skip),
    /// It was asked, and no usable answer came.
    Failure(Failure),
}

/// The report in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReportSummary)]
pub struct Summary {
    /// Sources asked about at least one member.
    pub checked: u32,
    /// Of these, sources with a record that is, or may be, a member's.
    pub with_information: u32,
    /// Of these, sources that have not answered in full about every member.
    pub unanswered: u32,
    /// Clear all round: everybody answered, nothing over a limit, nothing to explain, nothing to review.
    pub clear: bool,
    /// The sentence.
    pub words: Words,
}

pub(super) fn sources(inputs: &Inputs<'_>, days: Days, laws: &mut Laws) -> Vec<SourceLine> {
    let asked = inputs.sources.iter().filter(|facts| inputs.evidence.cells.iter().any(|cell| cell.source == facts.key));
    asked.map(|facts| source(facts, &inputs.evidence.cells, days, laws)).collect()
}

/// The usual days of query and answer.
#[derive(Clone, Copy)]
pub(super) struct Days {
    pub asked_on: Option<Date>,
    pub answered_on: Option<Date>,
}

impl Days {
    pub fn of(cells: &[Cell]) -> Self {
        Self {
            asked_on: usual(cells.iter().filter_map(|cell| cell.asked_on)),
            answered_on: usual(cells.iter().filter_map(|cell| cell.answered_on)),
        }
    }
}

fn source(facts: &SourceFacts, cells: &[Cell], days: Days, laws: &mut Laws) -> SourceLine {
    let cells: Vec<&Cell> = cells.iter().filter(|cell| cell.source == facts.key).collect();
    let asked_on = usual(cells.iter().filter_map(|cell| cell.asked_on));
    let answered_on = usual(cells.iter().filter_map(|cell| cell.answered_on));
    let mut lines: Vec<CellLine> = Vec::new();
    for cell in cells {
        let mut line = cell_line(cell);
        line.asked_on = line.asked_on.filter(|day| Some(*day) != asked_on);
        line.answered_on = line.answered_on.filter(|day| Some(*day) != answered_on);
        match lines.iter_mut().find(|known| known.is_like(&line)) {
            Some(known) => known.members.append(&mut line.members),
            None => lines.push(line),
        }
    }
    let line = SourceLine {
        source: facts.key.clone(),
        title: facts.title.clone(),
        law: laws.cite(&facts.law),
        never_covers: facts.never_covers.clone(),
        asked_on: asked_on.filter(|day| Some(*day) != days.asked_on),
        answered_on: answered_on.filter(|day| Some(*day) != days.answered_on),
        cells: lines,
    };
    // in the order in which it is read back
    SourceLine::from(SourceForm::from(line))
}

/// The most frequent day, the earliest of these where several are.
fn usual(days: impl Iterator<Item = Date>) -> Option<Date> {
    let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
    for day in days {
        *counts.entry(day).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(day, count)| (*count, std::cmp::Reverse(*day))).map(|(day, _)| day)
}

fn cell_line(cell: &Cell) -> CellLine {
    let (records, why_not, reach) = match &cell.outcome {
        CellOutcome::Found { records } => (*records, None, None),
        CellOutcome::NoRecord { reach } => (0, None, Some(reach.clone())),
        CellOutcome::Partial { records, why } => (*records, Some(WhyNot::Gap(*why)), None),
        CellOutcome::Pending => (0, None, None),
        CellOutcome::Skipped { why } => (0, Some(WhyNot::Skip(*why)), None),
        CellOutcome::Unavailable { why } => (0, Some(WhyNot::Failure(*why)), None),
    };
    CellLine {
        members: vec![cell.member.clone()],
        answer: cell.outcome.kind(),
        records,
        why_not,
        reach,
        asked_on: cell.asked_on,
        answered_on: cell.answered_on,
    }
}

/// Counts over the members alone: what obligors' sources hold must not show in the applicant's copy.
pub(super) fn summary(inputs: &Inputs<'_>, sources: &[SourceLine], clear_rules: bool) -> Summary {
    let is_member = |who: &MemberRef| inputs.evidence.members.iter().any(|m| m.reference == *who);
    let (mut checked, mut with_information, mut unanswered) = (0, 0, 0);
    for line in sources {
        let asked = line.cells.iter().filter(|c| c.members.iter().any(is_member) && c.answer != AnswerKind::Skipped);
        let (mut any, mut silent) = (false, false);
        for cell in asked {
            any = true;
            silent |= !cell.answer.speaks();
        }
        let informed =
            inputs.evidence.records.iter().any(|record| {
                record.source == line.source && is_member(&record.member) && record.verdict != Verdict::No
            });
        checked += u32::from(any);
        with_information += u32::from(any && informed);
        unanswered += u32::from(silent);
    }
    let clear = clear_rules && unanswered == 0;
    Summary {
        checked,
        with_information,
        unanswered,
        clear,
        words: sentence(checked, with_information, unanswered, clear, withdrawn(inputs)),
    }
}

/// Members about whom nobody is asked any more, because the authorisation was taken back.
fn withdrawn(inputs: &Inputs<'_>) -> usize {
    let is_theirs = |cell: &Cell, who: &MemberRef| {
        cell.member == *who && cell.outcome == CellOutcome::Skipped { why: Skip::Withdrawn }
    };
    let members = inputs.evidence.members.iter();
    members.filter(|one| inputs.evidence.cells.iter().any(|cell| is_theirs(cell, &one.reference))).count()
}

fn sentence(checked: u32, with_information: u32, unanswered: u32, clear: bool, withdrawn: usize) -> Words {
    let mut zh = format!("核对了 {checked} 项，{with_information} 项反馈疑似信息");
    let mut en =
        format!("{checked} items were checked; {with_information} returned information that may concern the household");
    if unanswered > 0 {
        zh.push_str(&format!("，{unanswered} 项尚未完整反馈"));
        en.push_str(&format!("; {unanswered} have not been answered in full"));
    }
    if withdrawn > 0 {
        zh.push_str(&format!("，{withdrawn} 名成员的授权已撤回，未再查询"));
        en.push_str(&format!("; of {withdrawn} members the authorisation was withdrawn, and nobody is asked any more"));
    }
    if clear {
        zh.push_str("，未发现超标信息");
        en.push_str("; nothing over a limit was found");
    }
    Words { zh: zh + "。", en: en + "." }
}
