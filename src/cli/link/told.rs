//! What a linkage says at the terminal: how far it is, what its rules make, what it found.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table as Lines, presets};
use indicatif::{HumanFloatCount, ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;

use super::spent::{Spent, Step};
use super::tallies::Tallies;
use super::{measuring, said, thresholds};
use crate::cli::arguments::Language;
use crate::cli::output;
use crate::drawing::lettering::grouped;
use crate::linkage::blocking::BlockCount;
use crate::linkage::decision::Decision;
use crate::linkage::linking::Progress;
use crate::linkage::truth::Counted;
use crate::linkage::{LinkageModel, Roster};

/// A rule whose largest block makes so much of all its pairs is skewed: one value stands in for "not known".
const SKEWED_PERCENT: u64 = 20;
/// Fewer pairs in a block are no trouble, whatever their share.
const SKEWED_FROM: u64 = 1_000_000;

/// Shows how far a run is.
pub(super) struct Board {
    bar: Option<ProgressBar>,
    rules: usize,
    language: Language,
    names: Vec<String>,
    /// Where the time goes.
    pub(super) spent: Spent,
}

impl Board {
    pub(super) fn new(model: &LinkageModel, language: Language) -> Self {
        Self::showing(output::live().then(ProgressBar::no_length), model, language)
    }

    fn showing(bar: Option<ProgressBar>, model: &LinkageModel, language: Language) -> Self {
        let style = "{spinner} {msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}";
        let bar = bar.map(|bar| {
            let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.with_style(style.with_key("per_sec", |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                let _ = text.write_str(&rate(state.per_sec()));
            }))
        });
        let names = model.blocks.iter().map(|block| block.text.clone()).collect();
        Self { bar, rules: model.blocks.len(), language, names, spent: Spent::new() }
    }

    /// The next step begins.
    pub(super) fn step(&self, step: Step) {
        self.spent.turn_to(step);
        if let Some(bar) = &self.bar {
            bar.set_message(said(self.language, step.names()));
            bar.tick();
        }
    }

    pub(super) fn done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Board {
    fn blocking(&self) {
        if self.spent.current() != Step::Training {
            self.spent.turn_to(Step::Blocking);
        }
    }

    fn rule(&self, place: usize, count: &BlockCount) {
        if self.spent.current() != Step::Training {
            self.spent.turn_to(Step::Scoring);
        }
        let Some(bar) = &self.bar else { return };
        let name = &self.names[place];
        let rule = said(self.language, ["规则", "rule"]);
        bar.set_message(format!("{rule} {}/{} {name}", place + 1, self.rules));
        // the rate is this rule's own: neither reading nor another rule is in it
        bar.reset();
        bar.set_length(count.pairs);
    }

    fn scored(&self, pairs: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(pairs);
        }
    }
}

/// Whole pairs a second.
fn rate(per_sec: f64) -> String {
    format!("{}/s", HumanFloatCount(per_sec.round()))
}

/// A rule that makes more candidates than wanted, where its largest block is, and the ways out.
pub(super) fn too_many(count: &BlockCount, most: u64, model: &LinkageModel, left: &Roster) -> anyhow::Error {
    let rule = model.blocks.iter().find(|block| block.text == count.rule);
    let headings = rule.iter().flat_map(|block| &block.on).map(|part| model.fields[part.field].headings[0].as_str());
    let mut columns: Vec<String> = Vec::new();
    for heading in headings.map(|heading| format!("\"{heading}\"")) {
        if !columns.contains(&heading) {
            columns.push(heading);
        }
    }
    let column = if columns.len() == 1 { "column" } else { "columns" };
    anyhow::anyhow!(
        "{}:{}: the blocking rule \"{}\" makes {} candidates, {} of them in the block of this line ({column} {}); at most {} are scored. \
         Empty a value that stands for \"not known\", add a column to the model's rule, leave its large blocks out (largest = 1000), \
         or raise --max-pairs; `--dry-run` shows every rule",
        left.file,
        line_of(count, left),
        count.rule,
        grouped(count.pairs),
        grouped(count.largest),
        columns.join(", "),
        grouped(most),
    )
}

/// The line of a row of the largest block.
fn line_of(count: &BlockCount, left: &Roster) -> u64 {
    count.example.map_or(0, |row| left.line(row as usize))
}

fn is_skewed(count: &BlockCount) -> bool {
    count.largest >= SKEWED_FROM && count.largest * 100 >= count.pairs * SKEWED_PERCENT
}

/// What every rule would make.
pub(super) fn counts(
    counts: &[BlockCount],
    left: &Roster,
    most: u64,
    language: Language,
    as_json: bool,
) -> anyhow::Result<String> {
    if as_json {
        let rules: Vec<_> = counts
            .iter()
            .map(|count| {
                json!({
                    "rule": count.rule, "rows": count.rows, "blocks": count.blocks, "left_out": count.left_out, "pairs": count.pairs,
                    "largest_block": count.largest, "skewed": is_skewed(count), "refused": count.pairs > most,
                })
            })
            .collect();
        return Ok(serde_json::to_string_pretty(&json!({ "rules": rules }))?);
    }
    let headings = match language {
        Language::Zh => ["分组规则", "左侧行", "右侧行", "组", "略去", "候选对", "最大一组"],
        Language::En => ["rule", "left rows", "right rows", "blocks", "left out", "candidates", "largest block"],
    };
    let mut lines = Lines::new();
    lines.load_style(presets::NOTHING).set_header(headings);
    for count in counts {
        let numbers =
            [count.rows[0], count.rows[1], count.blocks, count.left_out, count.pairs, count.largest].map(grouped);
        lines.add_row(std::iter::once(count.rule.clone()).chain(numbers));
    }
    for column in lines.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut text = lines.to_string();
    for count in counts.iter().filter(|count| is_skewed(count)) {
        let row = line_of(count, left);
        let _ = match language {
            Language::Zh => write!(
                text,
                "\n注意：规则“{}”有一组占 {} 对，多半是某个值代替了“不详”；例如 {} 第 {row} 行。",
                count.rule,
                grouped(count.largest),
                left.file
            ),
            Language::En => write!(
                text,
                "\nNote: one block of the rule \"{}\" makes {} pairs, most likely a value that stands for \"not known\"; see {} line {row}.",
                count.rule,
                grouped(count.largest),
                left.file
            ),
        };
    }
    Ok(text)
}

/// What was found.
pub(super) fn summary(
    model: &LinkageModel,
    counts: &[BlockCount],
    tallies: &Tallies<'_>,
    language: Language,
    as_json: bool,
) -> anyhow::Result<String> {
    let number = |wanted: Decision| {
        u64::try_from(tallies.found.iter().filter(|found| found.decision == wanted).count()).unwrap_or(u64::MAX)
    };
    let (matches, reviews) = (number(Decision::Match), number(Decision::Review));
    let candidates: u64 = counts.iter().map(|count| count.pairs).sum();
    if as_json {
        let of = |counted: &Counted| {
            json!({
                "right": counted.right, "wrong": counted.wrong, "missed": counted.missed,
                "precision_ppm": counted.precision_ppm(), "recall_ppm": counted.recall_ppm(), "f1_ppm": counted.f1_ppm(),
            })
        };
        let truth = tallies.measured.map(|measured| {
            let mut truth = json!({"matches": of(&measured.matches), "with_reviews": of(&measured.with_reviews)});
            if let Some(clusters) = &measured.clusters {
                truth["clusters"] = of(clusters);
            }
            truth
        });
        let mut summary = serde_json::Map::new();
        summary.insert("candidates".to_owned(), candidates.into());
        summary.insert("matches".to_owned(), matches.into());
        summary.insert("reviews".to_owned(), reviews.into());
        summary.insert("thresholds".to_owned(), thresholds::json(model));
        tallies.put(&mut summary);
        summary.insert("truth".to_owned(), truth.into());
        if let Some(reliability) = tallies.reliability {
            summary.insert("reliability".to_owned(), measuring::json(reliability));
        }
        return Ok(serde_json::to_string_pretty(&summary)?);
    }
    let zh = language == Language::Zh;
    let mut text = if zh {
        format!("候选 {} 对；认定 {} 对，待人工核实 {} 对。", grouped(candidates), grouped(matches), grouped(reviews))
    } else {
        format!(
            "{} candidates; {} matches, {} for a person to look at.",
            grouped(candidates),
            grouped(matches),
            grouped(reviews)
        )
    };
    let _ = write!(text, "\n{}", thresholds::told(model, language));
    text.push_str(&tallies.text(language));
    for (name, counted) in tallies.measured.iter().flat_map(|measured| {
        let names = if zh {
            ["认定", "认定和待核实", "归并"]
        } else {
            ["matches", "matches and reviews", "clusters"]
        };
        let counted = [Some(&measured.matches), Some(&measured.with_reviews), measured.clusters.as_ref()];
        names.into_iter().zip(counted).filter_map(|(name, counted)| Some((name, counted?)))
    }) {
        let [precision, recall, f1] = [counted.precision_ppm(), counted.recall_ppm(), counted.f1_ppm()].map(share);
        let [right, wrong, missed] = [counted.right, counted.wrong, counted.missed].map(grouped);
        let _ = if zh {
            write!(
                text,
                "\n{name}：准确率 {precision}，召回率 {recall}，F1 {f1}（正确 {right}，错误 {wrong}，遗漏 {missed}）"
            )
        } else {
            write!(
                text,
                "\n{name}: precision {precision}, recall {recall}, F1 {f1} ({right} right, {wrong} wrong, {missed} missed)"
            )
        };
    }
    if let Some(reliability) = tallies.reliability {
        let _ = write!(text, "\n{}", measuring::told(reliability, language));
    }
    Ok(text)
}

pub(super) fn share(ppm: u64) -> String {
    format!("{}.{:06}", ppm / 1_000_000, ppm % 1_000_000)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_rule_is_timed_from_its_own_beginning() {
        let model = super::super::model(None).expect("a model");
        let bar = ProgressBar::hidden().with_elapsed(Duration::from_secs(960));
        let board = Board::showing(Some(bar.clone()), &model, Language::En);
        board.step(Step::Reading);
        bar.inc(5_000_000);
        bar.tick();
        assert!(bar.per_sec() > 0.0 && bar.elapsed() >= Duration::from_secs(960));
        let rule = board.names[0].clone();
        let count =
            BlockCount { rule, rows: [100, 100], blocks: 9, left_out: 0, pairs: 1_000, largest: 400, example: Some(0) };
        board.rule(0, &count);
        assert!(bar.elapsed() < Duration::from_secs(60), "{:?}", bar.elapsed());
        assert_eq!((bar.position(), bar.length(), rate(bar.per_sec())), (0, Some(1_000), "0/s".to_owned()));
        assert!(bar.message().starts_with("rule 1/"), "{}", bar.message());
        board.scored(600);
        assert_eq!(bar.position(), 600);
    }

    #[test]
    fn a_rate_is_a_whole_number() {
        for (per_sec, shown) in [(0.0, "0/s"), (48.3931, "48/s"), (1_473_877.185_9, "1,473,877/s"), (999.5, "1,000/s")]
        {
            assert_eq!(rate(per_sec), shown);
        }
    }
}
