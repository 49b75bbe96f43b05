//! A pair as it is passed on: as JSON without values, as a drawing without ids.

use serde_json::{Value, json};

use super::super::ndjson::{self, bits};
use super::super::{lang, outcome, thresholds};
use super::{Told, rarity};
use crate::cli::arguments::Language;
use crate::drawing::{Step, Waterfall};
use crate::identity::bits::{plain_ppm, probability_ppm};
use crate::identity::model::Reason;
use crate::linkage::decision::Decision;
use crate::linkage::explained::Meeting;
use crate::linkage::fields::Kind;
use crate::linkage::model::Basis;
use crate::report::render::amounts;

/// What a footer has room for, in characters.
const SOURCE_MOST: usize = 80;

impl Told<'_> {
    pub(super) fn json(&self) -> anyhow::Result<String> {
        let shown = ndjson::fields(self.model, &self.explained).into_iter().zip(&self.explained.fields);
        let fields = shown.map(|(shown, found)| {
            let dimmed = found.dimmed_by.iter().map(|place| &self.model.dependences[*place]);
            let dimmed = dimmed.map(|dependence| {
                let given = &self.model.fields[dependence.given].name;
                let Reason { zh, en } = &dependence.reason;
                json!({"given": given, "keep_percent": dependence.keep_percent, "zh": zh, "en": en})
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
        let probability = outcome::probability(probability_ppm(self.log_odds()));
        Ok(serde_json::to_string_pretty(&json!({
            "left_id": self.ids[0], "right_id": self.ids[1],
            "fields": fields,
            "together": ndjson::together(self.model, &self.explained),
            "weight": bits(self.explained.weight),
            "prior": bits(self.model.prior_centibits),
            "calibration": {
                "scale_percent": self.model.calibration.scale_percent, "shift": bits(self.model.calibration.shift_centibits),
            },
            "log_odds": bits(self.log_odds()),
            "probability": ndjson::decimal(&probability),
            "decision": self.decision.map_or("no", Decision::key),
            "held_by_conflict": self.held_by().map(|Reason { zh, en }| json!({"zh": zh, "en": en})),
            "match_at": bits(self.model.match_centibits),
            "review_at": bits(self.model.review_centibits),
            "cost": thresholds::cost(self.model),
            "blocks": named(Meeting::Met),
            "blocks_left_out": named(Meeting::LeftOut),
            "model": {"name": self.model.name, "assumed": self.model.basis == Basis::Assumed},
        }))?)
    }

    /// Its bars are log odds, so that they add up to what is held against the thresholds.
    pub(super) fn waterfall(&self) -> Waterfall {
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
            Step { label: together.reason.said(lang(self.language)).to_owned(), note, centibits: together.centibits }
        });
        let mut steps: Vec<Step> = fields.chain(together).collect();
        let prior = self.model.log_odds(0);
        let (mut weight, mut before) = (0_i32, prior);
        for step in &mut steps {
            weight = weight.saturating_add(step.centibits);
            let after = self.model.log_odds(weight);
            (step.centibits, before) = (after.saturating_sub(before), after);
        }
        let mut remarks = vec![self.verdict()];
        if let Some(percent) = self.calibration().map(|own| own.scale_percent).filter(|percent| *percent != 100) {
            let all = amounts::weight(self.explained.weight);
            remarks.push(match self.language {
                Language::Zh => format!("权重合计 {all} 比特；经校准计 {percent}%，各条即为此数，说明中的数为权重"),
                Language::En => {
                    format!("All weights sum to {all} bits; calibrated, {percent} % of each counts and is drawn. Notes speak of weights.")
                }
            });
        }
        if !self.meetings.contains(&Meeting::Met) {
            remarks.push(self.met());
        }
        let probability = probability_ppm(self.log_odds());
        let [match_ppm, review_ppm] = [self.model.match_centibits, self.model.review_centibits].map(plain_ppm);
        let assumed = self.model.basis == Basis::Assumed;
        let source = shortened(&self.model.source);
        let footer = match (self.language, assumed) {
            (Language::Zh, true) => format!("模型 {}，参数为设定值，未经数据估计", self.model.name),
            (Language::Zh, false) => format!("模型 {}，参数由数据估计：{source}", self.model.name),
            (Language::En, true) => {
                format!("Model {}; its numbers are assumed, not estimated from data", self.model.name)
            }
            (Language::En, false) => {
                format!("Model {}; its numbers are estimated from data: {source}", self.model.name)
            }
        };
        let title = match self.language {
            Language::Zh => format!("名册比对：{}", self.decision()),
            Language::En => format!("Two rows: {}", self.decision()),
        };
        Waterfall {
            lang: lang(self.language),
            title,
            remarks,
            prior,
            calibrated: self.calibration().is_some(),
            steps,
            match_at: self.model.match_centibits,
            review_at: self.model.review_centibits,
            probabilities: [match_ppm, review_ppm, probability],
            footer,
        }
    }
}

/// Whose data a model's numbers come from: its source as far as the first colon or semicolon. Generated people are not to be taken for real ones.
fn shortened(source: &str) -> String {
    let first = source.split([':', ';', '：', '；']).next().unwrap_or_default().trim();
    if first.chars().count() <= SOURCE_MOST {
        return first.to_owned();
    }
    first.chars().take(SOURCE_MOST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_said_as_far_as_there_is_room() {
        let long = "x".repeat(SOURCE_MOST + 1);
        for (source, expected) in [
            ("generated people, not real ones: two rosters", "generated people, not real ones".to_owned()),
            ("m and u from two rosters; the rest from pairs", "m and u from two rosters".to_owned()),
            ("本县两份名册：2026 年", "本县两份名册".to_owned()),
            (&long[1..], long[1..].to_owned()),
            (&long, format!("{}…", &long[1..])),
        ] {
            assert_eq!(shortened(source), expected);
        }
    }
}
