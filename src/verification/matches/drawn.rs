//! A comparison as a drawing.

use super::{Correction, FieldWeight, Matched};
use crate::drawing::{Step, Waterfall};
use crate::household::{Lang, MatchReason, Verdict};

impl Matched {
    /// The comparison as a waterfall: it holds the words of levels and rules, no value of either identity.
    #[must_use]
    pub fn waterfall(&self, lang: Lang) -> Waterfall {
        let words = |reason: &MatchReason| lang.pick(&reason.zh, &reason.en).to_owned();
        let verdict = match self.verdict {
            Verdict::Match => ["一致", "match"],
            Verdict::Review => ["待核实", "review"],
            Verdict::No => ["不一致", "no match"],
        };
        let because = |field: &FieldWeight, said: &str| {
            let why = field.follows.iter().map(|followed| lang.pick(&followed.zh, &followed.en)).collect::<Vec<_>>();
            if why.is_empty() {
                said.to_owned()
            } else {
                said.to_owned() + lang.pick("：", ": ") + &why.join(lang.pick("；", "; "))
            }
        };
        let steps = self.fields.iter().map(|field| Step {
            label: lang.pick(&field.zh, &field.en).to_owned(),
            note: match field.corrected_by {
                None => String::new(),
                Some(Correction::Rarity) if field.weight_centibits > field.level_centibits => {
                    lang.pick("姓名少见，权重调高", "a rare name weighs more").to_owned()
                }
                Some(Correction::Rarity) => lang.pick("姓名常见，权重调低", "a common name weighs less").to_owned(),
                Some(Correction::Follows) if field.weight_centibits == 0 => {
                    because(field, lang.pick("其他信息已含，不重复计", "another field has said it: counted once"))
                }
                Some(Correction::Follows) => because(
                    field,
                    lang.pick("与其他信息相关，部分计入", "follows in part from another field: counted in part"),
                ),
            },
            centibits: field.weight_centibits,
        });
        let model = &self.model;
        let (short, assumed) = (&model.sha256[..12.min(model.sha256.len())], model.assumed);
        let footer = match (lang, assumed) {
            (Lang::Zh, true) => format!("模型 {}（{short}），参数为设定值，未经数据估计", model.name),
            (Lang::Zh, false) => format!("模型 {}（{short}）", model.name),
            (Lang::En, true) => {
                format!("Model {} ({short}); its numbers are assumed, not estimated from data", model.name)
            }
            (Lang::En, false) => format!("Model {} ({short})", model.name),
        };
        Waterfall {
            lang,
            title: lang.pick(&format!("比对结论：{}", verdict[0]), &format!("Comparison: {}", verdict[1])).to_owned(),
            remarks: self.rules.iter().take(1).map(words).collect(),
            prior: self.thresholds.prior_centibits,
            calibrated: false,
            steps: steps.collect(),
            match_at: self.thresholds.match_centibits,
            review_at: self.thresholds.review_centibits,
            probabilities: [self.thresholds.match_ppm, self.thresholds.review_ppm, self.probability_ppm],
            footer,
        }
    }
}
