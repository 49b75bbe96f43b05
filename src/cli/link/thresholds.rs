//! What the thresholds of a run are, and what they follow from.

use serde_json::{Value, json};

use crate::cli::arguments::Language;
use crate::drawing::lettering::per_cent;
use crate::identity::bits::plain_ppm;
use crate::identity::model::Cost;
use crate::linkage::LinkageModel;

/// As JSON: probabilities in parts per million, and the costs; no costs where somebody chose the probabilities.
pub(super) fn json(model: &LinkageModel) -> Value {
    json!({
        "match_ppm": plain_ppm(model.match_centibits),
        "review_ppm": plain_ppm(model.review_centibits),
        "cost": cost(model),
    })
}

/// The costs alone.
pub(super) fn cost(model: &LinkageModel) -> Value {
    model.costs().map_or(
        Value::Null,
        |Cost { review, false_match, missed }| json!({"review": review, "false_match": false_match, "missed": missed}),
    )
}

/// In words.
pub(super) fn told(model: &LinkageModel, language: Language) -> String {
    let [matching, looking] = [model.match_centibits, model.review_centibits].map(|at| per_cent(plain_ppm(at)));
    match (language, model.costs()) {
        (Language::Zh, None) => format!("概率 {matching} 起认定，{looking} 起待人工核实（模型所定）。"),
        (Language::En, None) => {
            format!("Match from a probability of {matching}, review from {looking}, as the model says.")
        }
        (Language::Zh, Some(Cost { review, false_match, missed })) => format!(
            "概率 {matching} 起认定，{looking} 起待人工核实：按代价推算（核实一对 {review}，错认一对 {false_match}，漏认一对 {missed}）。"
        ),
        (Language::En, Some(Cost { review, false_match, missed })) => format!(
            "Match from a probability of {matching}, review from {looking}: a look costs {review}, a wrong match {false_match}, a missed \
             one {missed}."
        ),
    }
}
