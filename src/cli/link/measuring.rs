//! Where a threshold should stand, and whether stated probabilities hold: both need true pairs, and pairs fainter than those that are
//! decided on.

use std::io::Write;

use comfy_table::{CellAlignment, Table as Lines, presets};
use serde_json::{Value, json};

use super::files::{self, Files};
use super::lang;
use super::told::share;
use crate::cli::arguments::{Language, Link};
use crate::drawing::curve::Point;
use crate::drawing::lettering::grouped;
use crate::drawing::{Curve, Threshold};
use crate::linkage::LinkageModel;
use crate::linkage::curve::{CurvePoint, curve};
use crate::linkage::decision::Decided;
use crate::linkage::reliability::Reliability;
use crate::linkage::truth::Truth;
use crate::report::render::amounts::weight;

/// Log odds down to which pairs are measured, in centibits: one in a thousand.
const FAINT: i32 = -1_000;

/// Whether fainter pairs are needed.
pub(super) fn is_wanted(arguments: &Link) -> bool {
    [&arguments.chart, &arguments.curve, &arguments.reliability].into_iter().any(Option::is_some)
}

/// The model that keeps pairs to be measured; it decides nothing.
pub(super) fn faint(model: &LinkageModel) -> LinkageModel {
    LinkageModel { review_centibits: model.review_centibits.min(FAINT), ..model.clone() }
}

/// Writes what was asked for, of pairs as they are taken from the faintest threshold on.
pub(super) fn write(
    files: &mut Files,
    arguments: &Link,
    model: &LinkageModel,
    taken: &[Decided],
    truth: &Truth,
) -> anyhow::Result<Option<Reliability>> {
    let reliability = arguments.reliability.as_ref().map(|path| (path, Reliability::of(taken, truth)));
    if arguments.chart.is_some() || arguments.curve.is_some() {
        let points = curve(taken.iter().map(|found| found.pair).collect(), truth);
        if let Some(path) = &arguments.curve {
            files.write(path, |file| numbers(file, &points))?;
        }
        if let Some(path) = &arguments.chart {
            files.write(path, |file| Ok(file.write_all(drawn(model, &points, truth, arguments).as_bytes())?))?;
        }
    }
    if let Some((path, reliability)) = &reliability {
        files.write(path, |file| bins(file, reliability))?;
    }
    Ok(reliability.map(|(_, reliability)| reliability))
}

/// The curve's numbers, heaviest weight first.
fn numbers(file: &mut dyn Write, points: &[CurvePoint]) -> anyhow::Result<()> {
    let mut writer = files::rows(file);
    writer.write_record(["weight", "precision_ppm", "recall_ppm", "f1_ppm", "right", "wrong", "missed"])?;
    for CurvePoint { weight: at, counted } in points {
        let shares = [counted.precision_ppm(), counted.recall_ppm(), counted.f1_ppm()];
        let counts = [counted.right, counted.wrong, counted.missed];
        let numbers = shares.into_iter().chain(counts).map(|number| number.to_string());
        writer.write_record(std::iter::once(weight(*at)).chain(numbers))?;
    }
    Ok(writer.flush()?)
}

fn drawn(model: &LinkageModel, points: &[CurvePoint], truth: &Truth, arguments: &Link) -> String {
    let ppm = |share: u64| u32::try_from(share).unwrap_or(1_000_000);
    let points = points.iter().map(|CurvePoint { weight, counted }| Point {
        weight: *weight,
        shares: [counted.precision_ppm(), counted.recall_ppm(), counted.f1_ppm()].map(ppm),
    });
    let names = match arguments.lang {
        Language::Zh => ["认定线", "待核实线"],
        Language::En => ["match", "review"],
    };
    let at = [model.match_centibits, model.review_centibits].map(|at| model.weight_at(at));
    let true_pairs = grouped(truth.len());
    let remark = match (arguments.lang, arguments.one_to_one) {
        (Language::Zh, true) => format!("模型 {}；真实配对 {true_pairs} 对；每行至多取一对", model.name),
        (Language::Zh, false) => format!("模型 {}；真实配对 {true_pairs} 对", model.name),
        (Language::En, true) => format!("Model {}; {true_pairs} true pairs; each row in one pair at most", model.name),
        (Language::En, false) => format!("Model {}; {true_pairs} true pairs", model.name),
    };
    let thresholds = names.into_iter().zip(at).map(|(name, at)| Threshold { at, name: name.to_owned() });
    Curve { lang: lang(arguments.lang), remark, points: points.collect(), thresholds: thresholds.collect() }.svg()
}

fn bins(file: &mut dyn Write, reliability: &Reliability) -> anyhow::Result<()> {
    let mut writer = files::rows(file);
    writer.write_record(["from_ppm", "to_ppm", "pairs", "true_pairs", "stated_ppm", "true_ppm"])?;
    for bin in &reliability.bins {
        let share = |ppm: Option<u64>| ppm.map_or(String::new(), |ppm| ppm.to_string());
        let counts = [u64::from(bin.from), u64::from(bin.to), bin.pairs, bin.right].map(|number| number.to_string());
        writer.write_record(counts.into_iter().chain([share(bin.stated_ppm()), share(bin.right_ppm())]))?;
    }
    Ok(writer.flush()?)
}

/// As part of the summary's JSON.
pub(super) fn json(reliability: &Reliability) -> Value {
    let bins = reliability.bins.iter().map(|bin| {
        json!({
            "from_ppm": bin.from, "to_ppm": bin.to, "pairs": bin.pairs, "true_pairs": bin.right,
            "stated_ppm": bin.stated_ppm(), "true_ppm": bin.right_ppm(),
        })
    });
    json!({"bins": bins.collect::<Vec<_>>(), "error_ppm": reliability.error_ppm()})
}

/// As part of the summary's text.
pub(super) fn told(reliability: &Reliability, language: Language) -> String {
    let zh = language == Language::Zh;
    let headings = if zh {
        ["所述概率", "对数", "平均所述", "实际为真"]
    } else {
        ["stated probability", "pairs", "stated on average", "true"]
    };
    let mut lines = Lines::new();
    lines.load_style(presets::NOTHING).set_header(headings);
    for bin in reliability.bins.iter().filter(|bin| bin.pairs > 0) {
        let of = |ppm: Option<u64>| ppm.map_or(String::new(), share);
        let range = format!("{} – {}", share(bin.from.into()), share(bin.to.into()));
        lines.add_row([range, grouped(bin.pairs), of(bin.stated_ppm()), of(bin.right_ppm())]);
    }
    for column in lines.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let error = reliability.error_ppm().map_or("–".to_owned(), share);
    let error = if zh { format!("平均偏差 {error}") } else { format!("off by {error} on average") };
    format!("{lines}\n{error}")
}
