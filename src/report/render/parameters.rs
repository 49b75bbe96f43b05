//! Assumed parameters as an officer reads them: what each is, from the catalogue of parameters, and its value in words.

use std::collections::BTreeMap;

use super::names::Reading;
use crate::policy::pack::spec;
use crate::report::text::Lang;

/// Parameters of one pack.
pub(super) struct Assumed<'a> {
    pub pack: &'a str,
    /// What it is, its value, its key.
    pub parameters: Vec<(&'a str, String, String)>,
}

/// Codes and units that values are written in.
const WORDS: &[(&str, &str, &str)] = &[
    ("true", "是", "yes"),
    ("false", "否", "no"),
    ("exempt", "不计入", "left out"),
    ("counted", "计入", "counted"),
    ("open", "待定", "open"),
    ("zero", "零", "nought"),
    ("none", "无", "none"),
    ("urban", "城市", "urban"),
    ("rural", "农村", "rural"),
    ("difference", "按差额", "the difference"),
    ("tiers", "分档", "tiers"),
    ("standard", "按标准", "of the standard"),
    ("own_amount", "按本人金额", "of the own amount"),
    ("class_costs", "各类成本", "costs of each class"),
    ("transfers_paid", "缴纳的税费", "taxes and contributions"),
    ("deductions", "刚性扣减", "deductions"),
    ("tax", "税务", "tax"),
    ("social_security", "社保", "social security"),
    ("employment", "就业", "employment"),
    ("housing_fund", "公积金", "housing fund"),
    ("car", "客车（小微型）", "car"),
    ("bus", "大中型客车", "bus"),
    ("lorry", "货车", "lorry"),
    ("intellectual", "智力", "intellectual"),
    ("mental", "精神", "mental"),
    ("above:", "以上", "above:"),
    ("whole", "按整月", "whole months"),
    ("earned", "按应得月份", "the months earned"),
    ("received", "按实得月份", "the months received"),
    ("by_day", "按天", "by day"),
    ("ratio", "", ""),
    ("years", "岁", "years"),
    ("months", "个月", "months"),
    ("days", "天", "days"),
    ("yuan", "元", "yuan"),
    ("yuan_per_year", "元/年", "yuan a year"),
    ("yuan_per_month", "元/月", "yuan a month"),
    ("yuan_per_head_month", "元/人·月", "yuan a head and month"),
    ("yuan_per_head_year", "元/人·年", "yuan a head and year"),
    ("square_metres", "平方米", "m²"),
];

impl<'a> Reading<'a> {
    /// The assumed parameters, pack by pack.
    pub fn assumed(self) -> Vec<Assumed<'a>> {
        let row = |group: &str, name: &'a String, value: &String| {
            let key = if group.is_empty() { name.clone() } else { format!("{group}.{name}") };
            let spec = spec(&key);
            let title = spec.map_or(name.as_str(), |spec| self.lang.pick(spec.zh, spec.en));
            // where the key names the unit, the value does not repeat it
            let unit = spec.map(|spec| spec.unit).filter(|unit| key.ends_with(unit) && !value.contains(' '));
            let value = unit.map_or_else(|| value.clone(), |unit| format!("{value} {unit}"));
            (title, words(&value, self.lang), key)
        };
        let rows = |groups: &'a BTreeMap<String, BTreeMap<String, String>>| {
            let of_group = groups.iter().flat_map(|(group, named)| named.iter().map(move |one| (group, one)));
            of_group.map(|(group, (name, value))| row(group, name, value)).collect()
        };
        (self.body.assumed.iter()).map(|(pack, groups)| Assumed { pack, parameters: rows(groups) }).collect()
    }
}

/// A value's codes and unit in words: `exempt` → `不计入`, `8000.00 yuan_per_year` → `8000.00 元/年`.
#[must_use]
pub fn words(value: &str, lang: Lang) -> String {
    let word = |part: &str| {
        let (word, comma) = part.strip_suffix(',').map_or((part, ""), |word| (word, lang.pick("、", ",")));
        let known = WORDS.iter().find(|(code, _, _)| *code == word).map(|(_, zh, en)| lang.pick(zh, en));
        format!("{}{comma}", known.unwrap_or(word))
    };
    let parts: Vec<String> = value.split(' ').map(word).collect();
    parts.join(" ").replace("、 ", "、").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_units_are_words() {
        assert_eq!(words("8000.00 yuan_per_year", Lang::Zh), "8000.00 元/年");
        assert_eq!(words("tax, social_security", Lang::Zh), "税务、社保");
        assert_eq!(words("≤ 5000.00: 50%, above: 90%", Lang::En), "≤ 5000.00: 50%, above: 90%");
        assert_eq!(words("a_code_of_tomorrow", Lang::En), "a_code_of_tomorrow");
    }
}
