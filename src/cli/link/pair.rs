//! One pair explained: what each field says, what was counted once, what was added, and what decides.
//!
//! Values are shown in the text alone, and only when asked for: who has both rosters may see them, and needs to in order to judge, but
//! text, JSON and drawings are passed on. A drawing holds no ids either, because a roster may be named by citizens' numbers.

use std::process::ExitCode;

use anyhow::bail;
use serde_json::{Value, json};

use super::ndjson::{self, bits};
use super::{lang, said};
use crate::cli::arguments::{Language, Link};
use crate::cli::{compose, output};
use crate::drawing::lettering::per_cent;
use crate::drawing::{Step, Waterfall};
use crate::identity::bits::{plain_ppm, probability_ppm};
use crate::linkage::decision::Decision;
use crate::linkage::explained::{Explained, Explainer, FieldExplained, Meeting, meetings};
use crate::linkage::fields::Kind;
use crate::linkage::model::Basis;
use crate::linkage::table::Table;
use crate::linkage::{LinkageModel, Roster};
use crate::report::render::amounts::weight;
use comfy_table::{CellAlignment, ContentArrangement, Table as Lines, presets};

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
    let [left, right] = rows.map(|row| u32::try_from(row).unwrap_or(u32::MAX));
    let explained = Explainer::new(model, &table).explain(left, right);
    let decision = explained.decided(model, left, right).map(|decided| decided.decision);
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
        self.model.prior_centibits.saturating_add(self.explained.weight)
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
            notes.push(match (self.language, percent) {
                (Language::Zh, 0) => format!("{given} 已含，不重复计：{}", dependence.reason),
                (Language::Zh, _) => format!("与 {given} 相关，只计 {percent}%：{}", dependence.reason),
                (Language::En, 0) => format!("said by {given} already: {}", dependence.reason),
                (Language::En, _) => format!("follows from {given}, {percent} % counts: {}", dependence.reason),
            });
        }
        notes
    }

    fn words(&self, field: &FieldExplained) -> &'static str {
        self.said([field.level.zh, field.level.en])
    }

    fn text(&self) -> String {
        let mut lines = Lines::new();
        lines.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        let mut headings = vec![self.said(["栏目", "field"]).to_owned()];
        if !self.values.is_empty() {
            headings.extend([self.said(["左侧", "left"]).to_owned(), self.said(["右侧", "right"]).to_owned()]);
        }
        let weighs = headings.len() + 1;
        headings.extend(
            [["一致程度", "agreement"], ["权重（比特）", "bits"], ["说明", "notes"]]
                .map(|texts| self.said(texts).to_owned()),
        );
        lines.set_header(headings);
        let empty = || vec![String::new(); if self.values.is_empty() { 0 } else { 2 }];
        for (place, (field, found)) in self.model.fields.iter().zip(&self.explained.fields).enumerate() {
            let mut row = vec![field.name.clone()];
            row.extend(self.values.get(place).map_or_else(empty, |values| values.to_vec()));
            row.extend([self.words(found).to_owned(), weight(found.weight), self.notes(found).join("; ")]);
            lines.add_row(row);
        }
        let mut sum = |name: &str, words: String, centibits: i32| {
            let mut row = vec![name.to_owned()];
            row.extend(empty());
            row.extend([words, weight(centibits), String::new()]);
            lines.add_row(row);
        };
        for together in self.explained.together.iter().map(|place| &self.model.together[*place]) {
            sum(self.said(["合并看", "together"]), together.reason.clone(), together.centibits);
        }
        sum(
            self.said(["权重", "weight"]),
            self.said(["以上合计", "all of the above"]).to_owned(),
            self.explained.weight,
        );
        sum(
            self.said(["先验", "prior"]),
            self.said(["比对之前", "before anything is compared"]).to_owned(),
            self.model.prior_centibits,
        );
        sum(self.said(["合计", "total"]), self.said(["对数几率", "log odds"]).to_owned(), self.log_odds());
        if let Some(column) = lines.column_mut(weighs) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let [left, right] = &self.ids;
        format!("{left} ↔ {right}\n{lines}\n{}\n{}", self.verdict(), self.met())
    }

    fn verdict(&self) -> String {
        let probability = per_cent(probability_ppm(self.log_odds()));
        let [matching, reviewing] =
            [self.model.match_centibits, self.model.review_centibits].map(|at| per_cent(plain_ppm(at)));
        let decision = self.decision();
        match self.language {
            Language::Zh => {
                format!(
                    "同一人的概率 {probability}：{decision}（{matching} 起认定，{reviewing} 起待人工核实）。一对一时还看其他配对。"
                )
            }
            Language::En => format!(
                "One person with a probability of {probability}: {decision} (match from {matching}, review from {reviewing}). One-to-one, other pairs matter too."
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

    fn json(&self) -> anyhow::Result<String> {
        let shown = ndjson::fields(self.model, &self.explained).into_iter().zip(&self.explained.fields);
        let fields = shown.map(|(shown, found)| {
            let dimmed = found.dimmed_by.iter().map(|place| &self.model.dependences[*place]);
            let dimmed = dimmed.map(|dependence| {
                let given = &self.model.fields[dependence.given].name;
                json!({"given": given, "keep_percent": dependence.keep_percent, "reason": dependence.reason})
            });
            let mut shown = json!(shown);
            shown["level_weight"] = json!(bits(found.of_level));
            shown["rarity"] = json!(bits(rarity(found)));
            shown["from_number"] = json!(found.from_number);
            shown["counted_in_part"] = dimmed.collect();
            shown
        });
        let fields: Vec<Value> = fields.collect();
        let named = |wanted: Meeting| -> Vec<&str> {
            let rules = self.model.blocks.iter().zip(&self.meetings).filter(|(_, meeting)| **meeting == wanted);
            rules.map(|(block, _)| block.text.as_str()).collect()
        };
        let probability = super::outcome::probability(probability_ppm(self.log_odds()));
        Ok(serde_json::to_string_pretty(&json!({
            "left_id": self.ids[0], "right_id": self.ids[1],
            "fields": fields,
            "together": ndjson::together(self.model, &self.explained),
            "weight": bits(self.explained.weight),
            "prior": bits(self.model.prior_centibits),
            "log_odds": bits(self.log_odds()),
            "probability": ndjson::decimal(&probability),
            "decision": self.decision.map_or("no", Decision::key),
            "match_at": bits(self.model.match_centibits),
            "review_at": bits(self.model.review_centibits),
            "blocks": named(Meeting::Met),
            "blocks_left_out": named(Meeting::LeftOut),
            "model": {"name": self.model.name, "assumed": self.model.basis == Basis::Assumed},
        }))?)
    }

    fn waterfall(&self) -> Waterfall {
        let fields = self.model.fields.iter().zip(&self.explained.fields).map(|(field, found)| {
            let words = self.words(found);
            let label = match field.kind {
                Kind::Text | Kind::Code => format!("{}{}{words}", field.name, self.said(["：", ": "])),
                _ => words.to_owned(),
            };
            Step { label, note: self.notes(found).join(self.said(["；", "; "])), centibits: found.weight }
        });
        let together = self.explained.together.iter().map(|place| {
            let together = &self.model.together[*place];
            let note = self.said(["几项合并看", "said by several fields together"]).to_owned();
            Step { label: together.reason.clone(), note, centibits: together.centibits }
        });
        let steps = fields.chain(together).collect();
        let mut remarks = vec![self.verdict()];
        if !self.meetings.contains(&Meeting::Met) {
            remarks.push(self.met());
        }
        let probability = probability_ppm(self.log_odds());
        let [match_ppm, review_ppm] = [self.model.match_centibits, self.model.review_centibits].map(plain_ppm);
        let assumed = self.model.basis == Basis::Assumed;
        let footer = match (self.language, assumed) {
            (Language::Zh, true) => format!("模型 {}，参数为设定值，未经数据估计", self.model.name),
            (Language::Zh, false) => format!("模型 {}，参数由数据估计", self.model.name),
            (Language::En, true) => {
                format!("Model {}; its numbers are assumed, not estimated from data", self.model.name)
            }
            (Language::En, false) => format!("Model {}; its numbers are estimated from data", self.model.name),
        };
        let title = match self.language {
            Language::Zh => format!("名册比对：{}", self.decision()),
            Language::En => format!("Two rows: {}", self.decision()),
        };
        Waterfall {
            lang: lang(self.language),
            title,
            remarks,
            prior: self.model.prior_centibits,
            steps,
            match_at: self.model.match_centibits,
            review_at: self.model.review_centibits,
            probabilities: [match_ppm, review_ppm, probability],
            footer,
        }
    }
}
