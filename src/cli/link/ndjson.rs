//! The pairs as JSON, one a line.

use std::io::Write;

use serde::Serialize;
use serde_json::Number;

use crate::identity::model::Reason;
use crate::linkage::LinkageModel;
use crate::linkage::explained::{Explained, Explainer};
use crate::linkage::sheets::{Pairs, probability};

/// Hundredths of a bit as a number of bits.
pub(super) fn bits(centibits: i32) -> Number {
    let size = centibits.unsigned_abs();
    let sign = if centibits < 0 { "-" } else { "" };
    decimal(&format!("{sign}{}.{:02}", size / 100, size % 100))
}

/// A decimal as a number.
pub(super) fn decimal(text: &str) -> Number {
    text.parse().unwrap_or_else(|_| Number::from(0))
}

/// A pair.
#[derive(Serialize)]
struct Line<'a> {
    left_id: &'a str,
    right_id: &'a str,
    weight: Number,
    probability: Number,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<FieldLine<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    together: Option<Vec<TogetherLine<'a>>>,
}

/// A field with its level, in words too, and what of it counts.
#[derive(Serialize)]
pub(super) struct FieldLine<'a> {
    field: &'a str,
    level: &'static str,
    weight: Number,
    zh: &'static str,
    en: &'static str,
}

/// What was added for fields together.
#[derive(Serialize)]
pub(super) struct TogetherLine<'a> {
    weight: Number,
    zh: &'a str,
    en: &'a str,
}

pub(super) fn together<'a>(model: &'a LinkageModel, explained: &Explained) -> Vec<TogetherLine<'a>> {
    let applied = explained.together.iter().map(|place| &model.together[*place]);
    let each = applied.map(|together| {
        let Reason { zh, en } = &together.reason;
        TogetherLine { weight: bits(together.centibits), zh, en }
    });
    each.collect()
}

pub(super) fn fields<'a>(model: &'a LinkageModel, explained: &Explained) -> Vec<FieldLine<'a>> {
    let fields = model.fields.iter().zip(&explained.fields);
    let each = fields.map(|(field, found)| {
        let level = &found.level;
        FieldLine { field: &field.name, level: level.key, weight: bits(found.weight), zh: level.zh, en: level.en }
    });
    each.collect()
}

/// Writes a line a pair.
pub(super) fn lines(file: &mut dyn Write, pairs: &Pairs<'_>, explain: bool) -> anyhow::Result<()> {
    let mut explainer = explain.then(|| Explainer::new(pairs.model, pairs.scorer));
    for found in pairs.found {
        let pair = found.pair;
        let (left, right) = pairs.names(found);
        let explained = explainer.as_mut().map(|explainer| explainer.explain(pair.left, pair.right));
        let line = Line {
            left_id: left,
            right_id: right,
            weight: bits(pair.weight),
            probability: decimal(&probability(found.probability_ppm)),
            decision: found.decision.key(),
            fields: explained.as_ref().map(|explained| fields(pairs.model, explained)),
            together: explained.as_ref().map(|explained| together(pairs.model, explained)),
        };
        serde_json::to_writer(&mut *file, &line)?;
        file.write_all(b"\n")?;
    }
    Ok(())
}
