//! A pair as a drawing.

use super::Told;
use crate::drawing::lettering::plain_bits;
use crate::drawing::{Step, Waterfall};
use crate::household::Lang;
use crate::identity::bits::{plain_ppm, probability_ppm};
use crate::linkage::explained::Meeting;
use crate::linkage::fields::Kind;
use crate::linkage::model::Basis;

/// What a footer has room for, in characters.
const SOURCE_MOST: usize = 80;

impl Told<'_> {
    /// Its bars are log odds, so that they add up to what is held against the thresholds.
    #[must_use]
    pub fn waterfall(&self) -> Waterfall {
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
            Step { label: together.reason.said(self.lang).to_owned(), note, centibits: together.centibits }
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
            let all = plain_bits(self.explained.weight);
            remarks.push(match self.lang {
                Lang::Zh => format!("权重合计 {all} 比特；经校准计 {percent}%，各条即为此数，说明中的数为权重"),
                Lang::En => {
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
        let (source, model) = (shortened(&self.model.source), self.model.said(self.lang));
        let footer = match (self.lang, assumed) {
            (Lang::Zh, true) => format!("模型：{model}，参数为设定值，未经数据估计"),
            (Lang::Zh, false) => format!("模型：{model}，参数由数据估计：{source}"),
            (Lang::En, true) => {
                format!("Model: {model}; its numbers are assumed, not estimated from data")
            }
            (Lang::En, false) => {
                format!("Model: {model}; its numbers are estimated from data: {source}")
            }
        };
        let title = match self.lang {
            Lang::Zh => format!("名册比对：{}", self.decision()),
            Lang::En => format!("Two rows: {}", self.decision()),
        };
        Waterfall {
            lang: self.lang,
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
