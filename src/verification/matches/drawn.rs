//! A comparison as a drawing.

use super::{Correction, FieldWeight, Matched, is_rule, shown};
use crate::drawing::{Step, Waterfall};
use crate::household::{Lang, MatchReason, Verdict};
use crate::identity::Model;
use crate::verification::RecordSides;

impl Matched {
    /// The comparison as a waterfall: it holds the words of levels and rules, no value of either identity.
    #[must_use]
    pub fn waterfall(&self, lang: Lang) -> Waterfall {
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
        Waterfall {
            lang,
            title: title(self.verdict, lang),
            remarks: self.rules.iter().take(1).map(|rule| words(rule, lang)).collect(),
            prior: self.thresholds.prior_centibits,
            calibrated: false,
            steps: steps.collect(),
            match_at: self.thresholds.match_centibits,
            review_at: self.thresholds.review_centibits,
            probabilities: [self.thresholds.match_ppm, self.thresholds.review_ppm, self.probability_ppm],
            footer: footer(&self.model.name, &self.model.sha256, self.model.assumed, lang),
        }
    }
}

impl RecordSides {
    /// The comparison of the record with the person it is filed under, as a waterfall over the thresholds of the model that weighed it.
    #[must_use]
    pub fn waterfall(&self, model: &Model, lang: Lang) -> Waterfall {
        let thresholds = shown(&model.thresholds());
        let (rules, fields): (Vec<_>, Vec<_>) = self.reasons.iter().partition(|reason| is_rule(reason));
        let step = |reason: &&MatchReason| Step {
            label: words(reason, lang),
            note: String::new(),
            centibits: reason.weight_centibits,
        };
        Waterfall {
            lang,
            title: title(self.verdict, lang),
            remarks: rules.into_iter().take(1).map(|rule| words(rule, lang)).collect(),
            prior: thresholds.prior_centibits,
            calibrated: false,
            steps: fields.iter().map(step).collect(),
            match_at: thresholds.match_centibits,
            review_at: thresholds.review_centibits,
            probabilities: [thresholds.match_ppm, thresholds.review_ppm, self.probability_ppm],
            footer: footer(model.name(), model.hash(), model.is_assumed(), lang),
        }
    }
}

fn words(reason: &MatchReason, lang: Lang) -> String {
    lang.pick(&reason.zh, &reason.en).to_owned()
}

fn title(verdict: Verdict, lang: Lang) -> String {
    let verdict = match verdict {
        Verdict::Match => ["一致", "match"],
        Verdict::Review => ["待核实", "review"],
        Verdict::No => ["不一致", "no match"],
    };
    lang.pick(&format!("比对结论：{}", verdict[0]), &format!("Comparison: {}", verdict[1])).to_owned()
}

/// Which model said so.
fn footer(name: &str, sha256: &str, assumed: bool, lang: Lang) -> String {
    let short = &sha256[..12.min(sha256.len())];
    let name = match name {
        "person" => lang.pick("部门记录与人员 person", "records and people, person"),
        other => other,
    };
    match (lang, assumed) {
        (Lang::Zh, true) => format!("模型：{name}（{short}），参数为设定值，未经数据估计"),
        (Lang::Zh, false) => format!("模型：{name}（{short}）"),
        (Lang::En, true) => format!("Model: {name} ({short}); its numbers are assumed, not estimated from data"),
        (Lang::En, false) => format!("Model: {name} ({short})"),
    }
}
