//! A pair as JSON, without values.

use serde_json::{Value, json};

use super::super::ndjson::{self, bits};
use super::super::thresholds;
use super::Shown;
use crate::identity::bits::probability_ppm;
use crate::identity::model::Reason;
use crate::linkage::decision::Decision;
use crate::linkage::explained::Meeting;
use crate::linkage::model::Basis;
use crate::linkage::pair::rarity;
use crate::linkage::sheets::probability;

impl Shown<'_> {
    pub(super) fn json(&self) -> anyhow::Result<String> {
        let told = &self.told;
        let shown = ndjson::fields(told.model, &told.explained).into_iter().zip(&told.explained.fields);
        let fields = shown.map(|(shown, found)| {
            let dimmed = found.dimmed_by.iter().map(|place| &told.model.dependences[*place]);
            let dimmed = dimmed.map(|dependence| {
                let given = &told.model.fields[dependence.given].name;
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
            let rules = told.model.blocks.iter().zip(&told.meetings).filter(|(_, meeting)| **meeting == wanted);
            rules.map(|(block, _)| block.text.as_str()).collect()
        };
        let probability = probability(probability_ppm(told.log_odds()));
        Ok(serde_json::to_string_pretty(&json!({
            "left_id": self.ids[0], "right_id": self.ids[1],
            "fields": fields,
            "together": ndjson::together(told.model, &told.explained),
            "weight": bits(told.explained.weight),
            "prior": bits(told.model.prior_centibits),
            "calibration": {
                "scale_percent": told.model.calibration.scale_percent, "shift": bits(told.model.calibration.shift_centibits),
            },
            "log_odds": bits(told.log_odds()),
            "probability": ndjson::decimal(&probability),
            "decision": told.decision.map_or("no", Decision::key),
            "held_by_conflict": told.held_by().map(|Reason { zh, en }| json!({"zh": zh, "en": en})),
            "match_at": bits(told.model.match_centibits),
            "review_at": bits(told.model.review_centibits),
            "cost": thresholds::cost(told.model),
            "blocks": named(Meeting::Met),
            "blocks_left_out": named(Meeting::LeftOut),
            "model": {"name": told.model.name, "assumed": told.model.basis == Basis::Assumed},
        }))?)
    }
}
