//! A report opened number by number: every line with its rule, what went in, what came out, the records behind it with the day they stand
//! at, and the law; then every total with how it was reckoned from the lines. Pure.
//!
//! A trace says what the evidence says, so it is as confidential as the report.

use jiff::civil::Date;
use serde::Serialize;

use super::difference::{Figure, Section, figures};
use super::text;
use crate::household::{AnswerKind, Detail, Evidence, Fen, IncomeClass, MemberRef, SourceKey, Verdict};
use crate::policy::assessment::{Assessment, Basis, Certainty, Ground, Per, Treatment};

/// Every number of a report, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// Lines of income, deductions and property.
    pub lines: Vec<TracedLine>,
    /// Totals, in the order of reckoning.
    pub totals: Vec<TracedTotal>,
    /// Outcomes with their conditions.
    pub outcomes: Vec<TracedOutcome>,
    /// What would be paid.
    pub amounts: Vec<TracedAmount>,
}

/// A line, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TracedLine {
    /// Its list.
    pub section: Section,
    /// Whose.
    pub member: MemberRef,
    /// Class of income or property, kind of deduction.
    pub class: String,
    /// What it is.
    pub item_zh: String,
    /// In English.
    pub item_en: String,
    /// How it was reckoned from what the records say.
    pub computation: String,
    /// What went in: gross income, the expense a deduction rests on, a thing's value; none where it has none.
    pub before: Option<Fen>,
    /// Costs, tax and contributions taken off.
    pub reduced_by: Fen,
    /// What came out: counted, or deducted.
    pub after: Fen,
    /// Most that is counted, where a reading is open.
    pub at_most: Option<Fen>,
    /// Treatment; none of a deduction.
    pub treatment: Option<Treatment>,
    /// Of property: whether it counts against a limit on numbers.
    pub counts: Option<bool>,
    /// Rule, law and words.
    #[serde(flatten)]
    pub why: Why,
    /// The source asked; none when declared.
    pub source: Option<SourceKey>,
    /// How the source answered about the person, and when.
    pub answer: Option<TracedAnswer>,
    /// The records it is the sum of.
    pub records: Vec<TracedRecord>,
}

/// The rule behind a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// Key in the pack.
    pub rule: String,
    /// Law or document, article.
    pub law: String,
    /// Published or assumed.
    pub basis: Basis,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl From<&Ground> for Why {
    fn from(ground: &Ground) -> Self {
        let Ground { rule, law, basis, zh, en } = ground.clone();
        Self { rule: rule.into_owned(), law, basis, zh: zh.into_owned(), en: en.into_owned() }
    }
}

/// How a source answered about a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TracedAnswer {
    /// Kind.
    pub kind: AnswerKind,
    /// Day of the query.
    pub asked_on: Option<Date>,
    /// Day of the answer.
    pub answered_on: Option<Date>,
}

/// A record behind a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TracedRecord {
    /// Number at the source.
    pub number: String,
    /// What kind of record, in Chinese.
    pub what_zh: String,
    /// In English.
    pub what_en: String,
    /// The day the department's data stand at: as it states, else the day of its answer.
    pub as_of: Option<Date>,
    /// Whether the day is the department's own statement.
    pub as_of_stated: bool,
    /// Whose it is, as the matcher or a reviewer found.
    pub verdict: Verdict,
    /// Probability that it is the person's, in parts per million.
    pub probability_ppm: u32,
    /// What it says.
    pub says: Detail,
}

/// A total, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TracedTotal {
    /// Code.
    pub total: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
    /// The total.
    pub figure: Figure,
    /// How it was reckoned, in numbers.
    pub computation: String,
}

/// An outcome, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TracedOutcome {
    /// Code.
    pub outcome: String,
    /// In Chinese.
    pub name_zh: String,
    /// In English.
    pub name_en: String,
    /// Certainty.
    pub state: Certainty,
    /// When open: what decides.
    pub decides: Option<String>,
    /// Its conditions.
    pub conditions: Vec<TracedCondition>,
}

/// A condition, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TracedCondition {
    /// Certainty.
    pub state: Certainty,
    /// Rule, law and words.
    #[serde(flatten)]
    pub why: Why,
}

/// An amount, opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TracedAmount {
    /// Of which outcome.
    pub outcome: String,
    /// A month.
    pub amount: Fen,
    /// At most, where there is room.
    pub at_most: Option<Fen>,
    /// Paid how often.
    pub per: Per,
    /// How.
    pub computation: String,
    /// Rule, law and words.
    #[serde(flatten)]
    pub why: Why,
}

impl Trace {
    /// Opens every number of an assessment with the evidence it was made of.
    #[must_use]
    pub fn of(assessment: &Assessment, evidence: &Evidence) -> Self {
        Self {
            lines: lines(assessment, evidence),
            totals: totals(assessment),
            outcomes: (assessment.screening.iter())
                .map(|screening| TracedOutcome {
                    outcome: screening.outcome.to_string(),
                    name_zh: screening.name_zh.to_string(),
                    name_en: screening.name_en.to_string(),
                    state: screening.state,
                    decides: screening.decides.clone(),
                    conditions: (screening.conditions.iter())
                        .map(|condition| TracedCondition { state: condition.state, why: (&condition.ground).into() })
                        .collect(),
                })
                .collect(),
            amounts: (assessment.amounts.iter())
                .map(|line| TracedAmount {
                    outcome: line.outcome.to_string(),
                    amount: line.amount,
                    at_most: line.at_most,
                    per: line.per,
                    computation: line.computation.to_string(),
                    why: (&line.ground).into(),
                })
                .collect(),
        }
    }
}

fn lines(assessment: &Assessment, evidence: &Evidence) -> Vec<TracedLine> {
    let opened = |member: &MemberRef, source: Option<&SourceKey>, records: &[String]| {
        (answer(evidence, member, source), traced(evidence, member, source, records))
    };
    let income = assessment.income.iter().map(|line| {
        let (answer, records) = opened(&line.member, line.source.as_ref(), &line.records);
        TracedLine {
            section: Section::Income,
            member: line.member.clone(),
            class: line.class.as_str().to_owned(),
            item_zh: line.item_zh.to_string(),
            item_en: line.item_en.to_string(),
            computation: line.computation.to_string(),
            before: Some(line.gross),
            reduced_by: line.reduced_by,
            after: line.counted,
            at_most: line.counted_at_most,
            treatment: Some(line.treatment),
            counts: None,
            why: (&line.ground).into(),
            source: line.source.clone(),
            answer,
            records,
        }
    });
    let deductions = assessment.deductions.iter().map(|line| {
        let (answer, records) = opened(&line.member, line.source.as_ref(), &line.records);
        TracedLine {
            section: Section::Deduction,
            member: line.member.clone(),
            class: line.kind.to_string(),
            item_zh: line.item_zh.to_string(),
            item_en: line.item_en.to_string(),
            computation: line.computation.to_string(),
            before: Some(line.base),
            reduced_by: Fen::ZERO,
            after: line.amount,
            at_most: None,
            treatment: None,
            counts: None,
            why: (&line.ground).into(),
            source: line.source.clone(),
            answer,
            records,
        }
    });
    let property = assessment.property.iter().map(|line| {
        let numbers: Vec<String> = line.record.clone().into_iter().collect();
        let (answer, records) = opened(&line.member, line.source.as_ref(), &numbers);
        TracedLine {
            section: Section::Property,
            member: line.member.clone(),
            class: line.class.as_str().to_owned(),
            item_zh: line.item_zh.to_string(),
            item_en: line.item_en.to_string(),
            computation: line.area.map(|area| format!("{area} m²")).unwrap_or_default(),
            before: line.value,
            reduced_by: Fen::ZERO,
            after: line.counted,
            at_most: None,
            treatment: Some(line.treatment),
            counts: Some(line.counts),
            why: (&line.ground).into(),
            source: line.source.clone(),
            answer,
            records,
        }
    });
    income.chain(deductions).chain(property).collect()
}

fn answer(evidence: &Evidence, member: &MemberRef, source: Option<&SourceKey>) -> Option<TracedAnswer> {
    let cell = evidence.cells.iter().find(|cell| cell.member == *member && Some(&cell.source) == source)?;
    Some(TracedAnswer { kind: cell.outcome.kind(), asked_on: cell.asked_on, answered_on: cell.answered_on })
}

/// The records of these numbers, as they stand in the evidence.
fn traced(
    evidence: &Evidence,
    member: &MemberRef,
    source: Option<&SourceKey>,
    numbers: &[String],
) -> Vec<TracedRecord> {
    let answered_on = answer(evidence, member, source).and_then(|answer| answer.answered_on);
    let of_line = evidence.records.iter().filter(|filed| {
        filed.member == *member && Some(&filed.source) == source && numbers.contains(&filed.record.number)
    });
    of_line
        .map(|filed| {
            let what = text::detail(&filed.record.detail);
            TracedRecord {
                number: filed.record.number.clone(),
                what_zh: what.zh,
                what_en: what.en,
                as_of: filed.record.as_of.or(answered_on),
                as_of_stated: filed.record.as_of.is_some(),
                verdict: filed.verdict,
                probability_ppm: filed.probability_ppm,
                says: filed.record.detail.clone(),
            }
        })
        .collect()
}

fn totals(assessment: &Assessment) -> Vec<TracedTotal> {
    let reckoned = |total: &str| reckoning(assessment, total).unwrap_or_default();
    (figures(assessment).into_iter())
        .map(|(total, zh, en, figure)| TracedTotal { total, zh, en, figure, computation: reckoned(total) })
        .collect()
}

/// What a total stands on now, in numbers: `19200.00 + 3000.00`.
fn reckoning(assessment: &Assessment, total: &str) -> Option<String> {
    let totals = &assessment.totals;
    let heads = totals.members;
    Some(match total {
        "income" => {
            let class = |class: IncomeClass| totals.income_by_class.iter().find(|own| own.class == class);
            let parts = IncomeClass::ALL.iter().filter_map(|one| class(*one));
            parts
                .map(|part| format!("{} {}", class_name(part.class), part.total.so_far))
                .collect::<Vec<_>>()
                .join(" + ")
        }
        "deductions" => sum(assessment.deductions.iter().map(|line| line.amount)),
        "net_income" => format!("max(0, {} − {})", totals.income.so_far, totals.deductions.so_far),
        "per_head_yearly" => format!("{} ÷ {heads}", totals.net_income.so_far),
        "per_head_monthly" => format!("{} ÷ {heads} ÷ 12", totals.net_income.so_far),
        "financial" => {
            let counted = assessment.property.iter().filter(|line| line.class.as_str() == "financial");
            sum(counted.map(|line| line.counted).filter(|amount| *amount != Fen::ZERO))
        }
        "financial_per_head" => format!("{} ÷ {heads}", totals.financial.so_far),
        _ => return None,
    })
}

fn class_name(class: IncomeClass) -> &'static str {
    match class {
        IncomeClass::Wage => "工资性",
        IncomeClass::Business => "经营净",
        IncomeClass::Property => "财产净",
        IncomeClass::Transfer => "转移净",
    }
}

fn sum(amounts: impl Iterator<Item = Fen>) -> String {
    amounts.map(|amount| amount.to_string()).collect::<Vec<_>>().join(" + ")
}

#[cfg(test)]
mod tests;
