//! What a run tells of its pairs: why some were held, clusters and their ids, labels, what was held out of learning, what is true.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::cli::arguments::Language;
use crate::drawing::lettering::grouped;
use crate::linkage::cluster_ids::{ChangeKind, ClusterIds};
use crate::linkage::clusters::Clusters;
use crate::linkage::decision::{Because, Decided, Decision};
use crate::linkage::heldout::HeldOut;
use crate::linkage::labels::Labels;
use crate::linkage::reliability::Reliability;
use crate::linkage::truth::Measured;

/// Pairs that moved, as text, at most.
const MOVED_SHOWN: usize = 20;

/// What there is to tell.
#[derive(Default)]
pub(super) struct Tallies<'a> {
    pub found: &'a [Decided],
    pub labels: Option<&'a Labels>,
    pub clusters: Option<(&'a Clusters, &'a ClusterIds)>,
    pub held_out: Option<&'a HeldOut>,
    /// Right, wrong and missed pairs.
    pub measured: Option<&'a Measured>,
    /// Stated probabilities held against the truth.
    pub reliability: Option<&'a Reliability>,
}

impl Tallies<'_> {
    /// Reviews that were held though their weight is a match's: by margin, conflict, shared number, cluster.
    fn held(&self) -> [u64; 4] {
        let mut held = [0; 4];
        for found in self.found.iter().filter(|found| found.decision == Decision::Review) {
            match found.because {
                Because::Margin => held[0] += 1,
                Because::Conflict(_) => held[1] += 1,
                Because::SharedNumber => held[2] += 1,
                Because::Apart => held[3] += 1,
                Because::Weight | Because::Label => {}
            }
        }
        held
    }

    /// Puts into a summary what is known without the truth.
    pub(super) fn put(&self, summary: &mut Map<String, Value>) {
        let [margin, conflict, shared_number, apart] = self.held();
        let held = json!({"margin": margin, "conflict": conflict, "shared_number": shared_number, "apart": apart});
        summary.insert("held".to_owned(), held);
        if let Some(labels) = self.labels {
            let unknown = labels.unknown.map_or(0, |(number, _)| number);
            let [matches, others] = decided(labels);
            let labels = json!({"match": matches, "no": others, "open": labels.open, "unknown": unknown});
            summary.insert("labels".to_owned(), labels);
        }
        if let Some((clusters, ids)) = self.clusters {
            let (several, largest) = clusters.sizes();
            let apart = clusters.apart;
            let mut told = json!({
                "clusters": clusters.number, "of_several": several, "largest": largest,
                "held_apart": {
                    "conflict": apart.conflict, "label": apart.label, "unlike": apart.unlike, "too_large": apart.too_large
                },
            });
            if !ids.changes.is_empty() {
                let counts = ChangeKind::ALL.into_iter().zip(ids.counts());
                told["changes"] =
                    counts.map(|(kind, number)| (kind.key().to_owned(), number.into())).collect::<Map<_, _>>().into();
            }
            summary.insert("clusters".to_owned(), told);
        }
        if let Some(held_out) = self.held_out {
            summary.insert("held_out".to_owned(), held_out_json(held_out));
        }
    }

    /// The same in words, a line each.
    pub(super) fn text(&self, language: Language) -> String {
        let zh = language == Language::Zh;
        let mut text = String::new();
        let held: Vec<String> = self
            .held()
            .into_iter()
            .zip(if zh {
                ["另有一行同样相符", "与冲突规则相抵", "证件号码为二人所用", "归并后会把不同的人连在一起"]
            } else {
                [
                    "fit another row almost as well",
                    "stand at a conflict rule",
                    "have a number of two people",
                    "would join unlike rows",
                ]
            })
            .filter(|(number, _)| *number > 0)
            .map(
                |(number, why)| {
                    if zh { format!("{why} {} 对", grouped(number)) } else { format!("{} {why}", grouped(number)) }
                },
            )
            .collect();
        if !held.is_empty() {
            let _ = if zh {
                write!(text, "\n分数足够而留待核实：{}。", held.join("，"))
            } else {
                write!(text, "\nHeld although heavy enough: {}.", held.join(", "))
            };
        }
        if let Some(labels) = self.labels {
            let ([matches, others], open) = (decided(labels).map(grouped), grouped(labels.open));
            let _ = if zh {
                write!(text, "\n人工结果：同一人 {matches} 对，不是 {others} 对；未填 {open} 对，未采用。")
            } else {
                write!(text, "\nLabels: {matches} match, {others} no; {open} left open and skipped.")
            };
        }
        if let Some((clusters, ids)) = self.clusters {
            text.push_str(&clusters_text(clusters, ids, zh));
        }
        if let Some(held_out) = self.held_out {
            text.push_str(&held_out_text(held_out, zh));
        }
        text
    }
}

/// Pairs that are one person, and those that are two.
fn decided(labels: &Labels) -> [u64; 2] {
    let mut decided = [0, 0];
    for (.., is_match) in labels.iter() {
        decided[usize::from(!is_match)] += 1;
    }
    decided
}

fn clusters_text(clusters: &Clusters, ids: &ClusterIds, zh: bool) -> String {
    let (several, largest) = clusters.sizes();
    let [number, several, largest] = [u64::from(clusters.number), several, largest].map(grouped);
    let apart = clusters.apart;
    let all = apart.conflict + apart.label + apart.unlike + apart.too_large;
    let [all, conflict, label, unlike, too_large] =
        [all, apart.conflict, apart.label, apart.unlike, apart.too_large].map(grouped);
    let mut text = if zh {
        format!(
            "\n归并为 {number} 人，其中 {several} 人有多行，最多 {largest} 行；未归并 {all} 对（冲突 {conflict}，人工否定 {label}，\
             不够相似 {unlike}，行数过多 {too_large}）。"
        )
    } else {
        format!(
            "\n{number} clusters, {several} of several rows, the largest of {largest}; {all} matches held apart ({conflict} conflicting, \
             {label} labelled, {unlike} too unlike, {too_large} of too many rows)."
        )
    };
    if !ids.changes.is_empty() {
        let names = if zh {
            ["未变", "增加", "减少", "新增", "分出", "并入他号"]
        } else {
            ChangeKind::ALL.map(ChangeKind::key)
        };
        let counts = names.into_iter().zip(ids.counts()).map(|(name, number)| format!("{name} {}", grouped(number)));
        let counts = counts.collect::<Vec<_>>().join(if zh { "，" } else { ", " });
        let _ = if zh { write!(text, "\n编号：{counts}。") } else { write!(text, "\nIds: {counts}.") };
    }
    text
}

fn held_out_json(held_out: &HeldOut) -> Value {
    let [before, after] =
        held_out.tallies.map(|tally| json!({"right": tally.right, "wrong": tally.wrong, "unsure": tally.unsure}));
    let moved = held_out.moved.iter().map(|moved| {
        json!({
            "left_id": moved.left, "right_id": moved.right, "label": if moved.is_match { "match" } else { "no" },
            "before_ppm": moved.ppm[0], "after_ppm": moved.ppm[1], "judged_otherwise": moved.crossed,
        })
    });
    json!({
        "learnt": held_out.learnt, "pairs": held_out.pairs, "before": before, "after": after, "worse": held_out.is_worse(), "moved": moved.collect::<Vec<_>>(),
    })
}

fn held_out_text(held_out: &HeldOut, zh: bool) -> String {
    let (learnt, pairs) = (grouped(held_out.learnt), grouped(held_out.pairs));
    let mut text = if zh {
        format!("\n学习 {learnt} 对，留出 {pairs} 对检验：")
    } else {
        format!("\nLearnt from {learnt} labels; on {pairs} held out:")
    };
    let names = if zh { ["学习前", "学习后"] } else { ["before", "after"] };
    for (name, tally) in names.into_iter().zip(held_out.tallies) {
        let [right, wrong, unsure] = [tally.right, tally.wrong, tally.unsure].map(grouped);
        let _ = if zh {
            write!(text, "\n  {name}：正确 {right}，错误 {wrong}，需核实 {unsure}")
        } else {
            write!(text, "\n  {name}: {right} right, {wrong} wrong, {unsure} unsure")
        };
    }
    if held_out.is_worse() {
        text.push_str(if zh {
            "\n  学习后更差：这些标注教不了什么，请继续使用原模型，或再标注一些"
        } else {
            "\n  worse than before: these labels teach too little; keep the model you had, or decide more pairs"
        });
    }
    for moved in held_out.moved.iter().take(MOVED_SHOWN) {
        let label = match (zh, moved.is_match) {
            (true, true) => "同一人",
            (true, false) => "不是同一人",
            (false, true) => "match",
            (false, false) => "no",
        };
        let mark = if moved.crossed { " *" } else { "" };
        let (left, right, [before, after]) = (&moved.left, &moved.right, moved.ppm);
        let [before, after] = [before, after].map(|ppm| format!("{}.{:02}%", ppm / 10_000, ppm % 10_000 / 100));
        let _ = write!(text, "\n  {left} {right} ({label}): {before} → {after}{mark}");
    }
    if held_out.moved.iter().take(MOVED_SHOWN).any(|moved| moved.crossed) {
        text.push_str(if zh { "\n  * 判定有变" } else { "\n  * judged otherwise than before" });
    }
    if let Some(more) = held_out.moved.len().checked_sub(MOVED_SHOWN).filter(|more| *more > 0) {
        let _ = if zh {
            write!(text, "\n  另有 {more} 对，见 --json")
        } else {
            write!(text, "\n  {more} more moved, --json lists them")
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::heldout::{Moved, Tally};

    #[test]
    fn what_was_held_out_is_told_in_both_languages() {
        let moved = |at: usize| Moved {
            left: format!("L{at}"),
            right: format!("R{at}"),
            is_match: at == 0,
            ppm: [940_000, 120],
            crossed: at < 2,
        };
        let [before, after] = [(40, 2, 8), (48, 1, 1)].map(|(right, wrong, unsure)| Tally { right, wrong, unsure });
        let mut held_out =
            HeldOut { pairs: 50, learnt: 1_200, tallies: [before, after], moved: (0..2).map(moved).collect() };
        let tallies = Tallies { held_out: Some(&held_out), ..Tallies::default() };
        assert_eq!(
            tallies.text(Language::En),
            "\nLearnt from 1,200 labels; on 50 held out:\n  before: 40 right, 2 wrong, 8 unsure\n  after: 48 right, 1 wrong, 1 unsure\n  \
             L0 R0 (match): 94.00% → 0.01% *\n  L1 R1 (no): 94.00% → 0.01% *\n  * judged otherwise than before"
        );
        assert_eq!(
            tallies.text(Language::Zh),
            "\n学习 1,200 对，留出 50 对检验：\n  学习前：正确 40，错误 2，需核实 8\n  学习后：正确 48，错误 1，需核实 1\n  \
             L0 R0 (同一人): 94.00% → 0.01% *\n  L1 R1 (不是同一人): 94.00% → 0.01% *\n  * 判定有变"
        );
        let mut summary = Map::new();
        tallies.put(&mut summary);
        assert_eq!(summary["held_out"]["moved"][1]["label"], "no");
        assert_eq!(summary["held_out"]["after"], json!({"right": 48, "wrong": 1, "unsure": 1}));
        assert!(!held_out.is_worse());
        held_out.tallies.reverse();
        let told = [held_out_text(&held_out, true), held_out_text(&held_out, false)];
        assert!(told[0].contains("学习后更差") && told[1].contains("worse than before"), "{told:?}");
        held_out.moved = (0..25).map(moved).collect();
        let text = held_out_text(&held_out, false);
        assert!(text.ends_with("\n  5 more moved, --json lists them"), "{text}");
    }
}
