//! One pair explained: what each field says, what was counted once, what was added, and what decides.
//!
//! Values are shown in the text alone, and only when asked for: who has both rosters may see them, and needs to in order to judge, but
//! text, JSON and drawings are passed on. A drawing holds no ids either, because a roster may be named by citizens' numbers.

mod passed_on;
mod text;

use std::process::ExitCode;

use anyhow::bail;

use super::{lang, said};
use crate::cli::arguments::{Language, Link};
use crate::cli::{compose, output};
use crate::drawing::lettering::per_cent;
use crate::identity::bits::{plain_ppm, probability_ppm};
use crate::identity::model::Reason;
use crate::linkage::decision::Decision;
use crate::linkage::explained::{Explained, Explainer, FieldExplained, Meeting, meetings};
use crate::linkage::model::Calibration;
use crate::linkage::scoring::Scorer;
use crate::linkage::table::Table;
use crate::linkage::{LinkageModel, Roster};
use crate::report::render::amounts::weight;

/// A pair with all that is said of it.
struct Told<'a> {
    model: &'a LinkageModel,
    language: Language,
    ids: [String; 2],
    /// Of every field, what stands in both rows; nothing unless asked for.
    values: Vec<[String; 2]>,
    explained: Explained,
    decision: Option<Decision>,
    meetings: Vec<Meeting>,
}

/// What rarer or commoner values add to a level's weight.
fn rarity(field: &FieldExplained) -> i32 {
    if field.from_number { 0 } else { field.by_itself - field.of_level }
}

/// Explains a pair named `LEFT_ID,RIGHT_ID`.
pub(super) fn explain(
    arguments: &Link,
    model: &LinkageModel,
    wanted: &str,
    mut left: Roster,
    mut right: Option<Roster>,
) -> anyhow::Result<ExitCode> {
    let (rows, ids) = find(wanted, &left, right.as_ref().unwrap_or(&left))?;
    let values = if arguments.values {
        let rights = &right.as_ref().unwrap_or(&left).columns;
        let columns = left.columns.iter().zip(rights);
        columns.map(|(left, right)| [left.get(rows[0]).to_owned(), right.get(rows[1]).to_owned()]).collect()
    } else {
        Vec::new()
    };
    let table = Table::of(model, &mut left, right.as_mut());
    let model = &model.clone().for_rows(table.len(0).max(table.len(1)));
    let [left, right] = rows.map(|row| u32::try_from(row).unwrap_or(u32::MAX));
    let explained = Explainer::new(model, &Scorer::new(model, &table)).explain(left, right);
    let decision = explained.decided(model);
    let meetings = meetings(model, &table, left, right);
    let told = Told { model, language: arguments.lang, ids, values, explained, decision, meetings };
    if let Some(path) = &arguments.svg {
        compose::write_result(path, told.waterfall().svg().as_bytes())?;
    }
    output::say(&if arguments.json { told.json()? } else { told.text() });
    Ok(ExitCode::SUCCESS)
}

/// The rows of a pair. Ids may hold commas: the one that parts two ids of the rosters is taken.
fn find(wanted: &str, left: &Roster, right: &Roster) -> anyhow::Result<([usize; 2], [String; 2])> {
    let row = |roster: &Roster, id: &str| roster.ids.iter().position(|own| own == id);
    let parted = |at: usize| [&wanted[..at], &wanted[at + 1..]].map(str::trim);
    let commas: Vec<usize> = wanted.match_indices(',').map(|(at, _)| at).collect();
    for [one, other] in commas.iter().map(|at| parted(*at)) {
        if let (Some(left), Some(right)) = (row(left, one), row(right, other)) {
            return Ok(([left, right], [one, other].map(str::to_owned)));
        }
    }
    let Some(first) = commas.first() else {
        bail!("--pair {wanted}: name two ids parted by a comma: --pair LEFT_ID,RIGHT_ID")
    };
    let [one, other] = parted(*first);
    let (roster, id) = if row(left, one).is_none() { (left, one) } else { (right, other) };
    let elsewhere = row(left, other).is_some() && row(right, one).is_some();
    let way = if elsewhere {
        "the two stand the other way round: left first"
    } else {
        "look it up in the file's column of ids"
    };
    bail!("{}: no row has the id \"{id}\"; {way}", roster.file)
}

impl Told<'_> {
    fn log_odds(&self) -> i32 {
        self.model.log_odds(self.explained.weight)
    }

    /// How weights become log odds, where they are not simply added to the prior.
    fn calibration(&self) -> Option<Calibration> {
        let calibration = self.model.calibration;
        (calibration.scale_percent != 100 || calibration.shift_centibits != 0).then_some(calibration)
    }

    /// The conflict rule that keeps the pair from matching.
    fn held_by(&self) -> Option<&Reason> {
        let rule = self.explained.conflict.filter(|_| self.explained.is_held(self.model))?;
        Some(&self.model.conflicts[usize::from(rule)].reason)
    }

    fn said(&self, texts: [&'static str; 2]) -> &'static str {
        said(self.language, texts)
    }

    fn decision(&self) -> &'static str {
        match self.decision {
            Some(Decision::Match) => self.said(["认定", "match"]),
            Some(Decision::Review) => self.said(["待人工核实", "review"]),
            None => self.said(["不是同一人", "no match"]),
        }
    }

    /// What to know about a field's weight beside its level.
    fn notes(&self, field: &FieldExplained) -> Vec<String> {
        let mut notes = Vec::new();
        let rarity = rarity(field);
        if field.from_number {
            notes.push(
                self.said([
                    "一方未载，由其证件号码得出，不另计",
                    "not stated on one side, its ID number says it: not counted beside it",
                ])
                .to_owned(),
            );
        }
        if rarity != 0 {
            let what = if rarity > 0 { ["少见", "rarer than most"] } else { ["常见", "commoner than most"] };
            notes.push(format!("{} {}", self.said(what), weight(rarity)));
        }
        for dependence in field.dimmed_by.iter().map(|place| &self.model.dependences[*place]) {
            let (given, percent) = (&self.model.fields[dependence.given].name, dependence.keep_percent);
            let reason = dependence.reason.said(lang(self.language));
            notes.push(match (self.language, percent) {
                (Language::Zh, 0) => format!("{given} 已含，不重复计：{reason}"),
                (Language::Zh, _) => format!("与 {given} 相关，只计 {percent}%：{reason}"),
                (Language::En, 0) => format!("said by {given} already: {reason}"),
                (Language::En, _) => format!("follows from {given}, {percent} % counts: {reason}"),
            });
        }
        notes
    }

    fn words(&self, field: &FieldExplained) -> &'static str {
        self.said([field.level.zh, field.level.en])
    }

    fn verdict(&self) -> String {
        let probability = per_cent(probability_ppm(self.log_odds()));
        let [matching, reviewing] =
            [self.model.match_centibits, self.model.review_centibits].map(|at| per_cent(plain_ppm(at)));
        let decision = self.decision();
        let held = self.held_by().map(|reason| reason.said(lang(self.language)));
        let held = held.map(|reason| match self.language {
            Language::Zh => format!("概率足够，但按冲突规则须由人核实：{reason}。"),
            Language::En => format!(" Probable enough, but a conflict rule asks for a look: {reason}."),
        });
        let held = held.unwrap_or_default();
        match self.language {
            Language::Zh => {
                format!(
                    "同一人的概率 {probability}：{decision}（{matching} 起认定，{reviewing} 起待人工核实）。{held}一对一时还看其他配对。"
                )
            }
            Language::En => format!(
                "One person with a probability of {probability}: {decision} (match from {matching}, review from {reviewing}).{held} One-to-one, other pairs matter too."
            ),
        }
    }

    /// Which blocking rules bring the two together.
    fn met(&self) -> String {
        let named = |wanted: Meeting| {
            let rules = self.model.blocks.iter().zip(&self.meetings).filter(|(_, meeting)| **meeting == wanted);
            rules.map(|(block, _)| block.text.as_str()).collect::<Vec<_>>()
        };
        let (met, left_out) = (named(Meeting::Met), named(Meeting::LeftOut));
        let mut said = match (self.language, met.is_empty()) {
            (Language::Zh, true) => "没有分组规则使这两行成对：正常运行中不会比较。".to_owned(),
            (Language::En, true) => "No blocking rule brings the two together: a run does not compare them.".to_owned(),
            (Language::Zh, false) => format!("使这两行成对的分组规则：{}", met.join("；")),
            (Language::En, false) => format!("Brought together by: {}", met.join("; ")),
        };
        if !left_out.is_empty() {
            said.push_str(&match self.language {
                Language::Zh => format!("（因组过大略去：{}）", left_out.join("；")),
                Language::En => format!(" (left out, their blocks are too large: {})", left_out.join("; ")),
            });
        }
        said
    }
}
