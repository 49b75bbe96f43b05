//! Reads values: each kind as it must be written, tiers with what makes one unreachable.

use toml::de::{DeArray, DeValue};

use super::bounds;
use super::fields::Fields;
use super::{Node, Reader};
use crate::household::Fen;
use crate::policy::pack::catalogue::KeySpec;
use crate::policy::pack::problem::Problem;
use crate::policy::pack::value::{Kind, Ratio, Tier, Tiers, Value};

/// Characters of a text.
const MOST_TEXT: usize = 64;

impl Reader<'_> {
    pub(super) fn value(&mut self, spec: &KeySpec, node: &Node<'_>) -> Option<Value> {
        let start = node.span().start;
        let value = match (spec.kind, node.get_ref()) {
            (Kind::Money, DeValue::String(text)) => text.parse().ok().filter(|fen: &Fen| fen.0 >= 0).map(Value::Money),
            (Kind::Ratio, DeValue::String(text)) => Ratio::parse(text).map(Value::Ratio),
            (Kind::Area, DeValue::String(text)) => text.parse().ok().map(Value::Area),
            (Kind::Integer, DeValue::Integer(number)) => {
                number.as_str().parse().ok().filter(|n: &i64| *n >= 0).map(Value::Integer)
            }
            (Kind::Boolean, DeValue::Boolean(yes)) => Some(Value::Boolean(*yes)),
            (Kind::Choice(words), DeValue::String(word)) => {
                words.contains(&word.as_ref()).then(|| Value::Choice(word.to_string()))
            }
            (Kind::Text, DeValue::String(text)) => {
                let fits =
                    !text.trim().is_empty() && text.chars().count() <= MOST_TEXT && !text.contains(char::is_control);
                fits.then(|| Value::Text(text.to_string()))
            }
            (Kind::Codes(words), DeValue::Array(array)) => codes(words, array).map(Value::Codes),
            (Kind::Tiers, DeValue::Array(array)) => return self.tiers(spec.key, start, array).map(Value::Tiers),
            _ => None,
        };
        if let Some(value) = &value
            && let Err([limit, zh]) = bounds::check(spec, value)
        {
            let how = format!("write {limit}");
            self.report_also(
                start,
                spec.key,
                (format!("{value} is out of bounds"), how),
                format!("{value} 超出范围：{zh}"),
            );
            return None;
        }
        if value.is_none() {
            let how = format!("write {}", spec.kind.expected());
            let zh = format!("取值不符：应为{}", spec.kind.expected_zh());
            let wrong = self.place(start).problem(spec.key, "the value is of the wrong kind", how).in_chinese(zh);
            self.problems.push(Problem { wrong_kind: true, ..wrong });
        }
        value
    }

    fn tiers(&mut self, key: &str, start: usize, array: &DeArray<'_>) -> Option<Tiers> {
        let before = self.problems.len();
        let mut tiers: Vec<Tier> = Vec::new();
        for item in array {
            let at = item.span().start;
            let Some(tier) = self.tier(key, at, item) else { continue };
            let reachable = match (tiers.last(), tier.up_to) {
                (None, up_to) => up_to.is_none_or(|bound| bound.0 > 0),
                (Some(Tier { up_to: None, .. }), _) => false,
                (Some(Tier { up_to: Some(previous), .. }), up_to) => up_to.is_none_or(|bound| bound > *previous),
            };
            if !reachable {
                self.report_also(
                    at,
                    key,
                    (
                        "unreachable tier: an earlier tier already takes all of it",
                        "order tiers by up_to, ascending; only the last has none",
                    ),
                    "此档永远轮不到：各档按 up_to 由小到大排列，只有最后一档不写 up_to",
                );
            }
            tiers.push(tier);
        }
        if self.problems.len() == before && !matches!(tiers.last(), Some(Tier { up_to: None, .. })) {
            self.report_also(
                start,
                key,
                ("the last tier has an upper bound: amounts above it have no ratio", "end with a tier without up_to"),
                "最后一档不应写 up_to",
            );
        }
        for tier in &tiers {
            if let Err([limit, zh]) = bounds::check_tier(tier) {
                let message = format!("a tier at {} is out of bounds", tier.ratio);
                self.report_also(start, key, (message, format!("write {limit}")), format!("分档超出范围：{zh}"));
            }
        }
        (self.problems.len() == before).then_some(Tiers(tiers))
    }

    fn tier(&mut self, key: &str, at: usize, item: &Node<'_>) -> Option<Tier> {
        let DeValue::Table(table) = item.get_ref() else {
            self.report(at, key, "a tier is not a table", "write { up_to = \"5000.00\", ratio = \"50%\" }");
            return None;
        };
        let mut fields = Fields::new(table);
        let ratio = fields.text(self, key, "ratio", at).and_then(|text| Ratio::parse(&text));
        let up_to = fields.optional_text(self, key, "up_to");
        fields.unknown(self, key, "up_to, ratio");
        let bound = match up_to.map(|text| text.parse()) {
            None => None,
            Some(Ok(bound)) => Some(bound),
            Some(Err(_)) => {
                let how = "write yuan as a string, \"5000.00\"";
                self.report_also(at, key, ("up_to is not an amount", how), "up_to 应为金额，如 \"5000.00\"");
                return None;
            }
        };
        if ratio.is_none() {
            let how = "write \"50%\" or \"1/2\"";
            self.report_also(at, key, ("ratio is not a ratio", how), "ratio 应为比例，如 \"50%\" 或 \"1/2\"");
        }
        Some(Tier { up_to: bound, ratio: ratio? })
    }
}

fn codes(words: &[&str], array: &DeArray<'_>) -> Option<Vec<String>> {
    let mut found: Vec<String> = Vec::new();
    for item in array {
        let DeValue::String(word) = item.get_ref() else { return None };
        if !words.contains(&word.as_ref()) || found.iter().any(|other| other == word) {
            return None;
        }
        found.push(word.to_string());
    }
    Some(found)
}
