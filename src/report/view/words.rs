//! What a condition asks, in words without a figure: a rule's own words often name the limit, and may name what was found beside it.

use super::super::body::Words;
use super::super::entries::GroundEntry;
use crate::policy::pack::spec;

/// Conditions whose own words name figures: by the beginning and the end of the rule's key.
const WITHOUT_FIGURES: &[(&str, &str, &str, &str)] = &[
    (
        "household.",
        "undeclared_spouse",
        "共同生活成员明确，户籍、婚姻信息齐全，无未申报人员。",
        "Who lives together is settled: register and marriage records are in, nobody is undeclared.",
    ),
    ("standard.dibao", "", "家庭月人均收入低于低保标准。", "Income a head and month is below the dibao standard."),
    (
        "screening.marginal.",
        "multiple",
        "家庭月人均收入低于低保边缘收入线。",
        "Income a head and month is below the marginal line.",
    ),
    (
        "screening.rigid.",
        "spending_ratio",
        "刚性支出占收入的比例超过规定比例。",
        "Rigid spending is more than the share of income that the rules name.",
    ),
    (
        "screening.rigid.disposable_income.",
        "",
        "家庭人均收入低于上年度当地居民人均可支配收入。",
        "Income a head is below last year's local disposable income.",
    ),
    (
        "screening.single.",
        "grade_up_to",
        "本人重残或重病，达到单人户条件。",
        "The person is disabled or ill as gravely as the rules on single persons ask.",
    ),
    (
        "screening.tekun.",
        "old_from",
        "申请人无劳动能力：老年人、未成年人或重度残疾人。",
        "The applicant cannot work: old, a child, or gravely disabled.",
    ),
    ("screening.gradual_exit.", "months", "因新就业或创业，收入增加。", "A new job or business raised the income."),
    ("property.", ".financial_multiple", "人均金融资产不超过上限。", "Financial property a head is within the limit."),
    ("property.", ".dwellings", "住房套数、面积不超过上限。", "Dwellings are within the limit of number and area."),
    ("property.", ".cars", "机动车不超过上限。", "Vehicles are within the limit."),
    ("property.", ".companies", "企业不超过上限。", "Firms are within the limit."),
];

/// The words of a condition: the rule's own where they name no figure, else fixed ones of what it asks, else the parameter's title.
pub(super) fn of_condition(ground: &GroundEntry) -> Words {
    let has_figure = |text: &str| text.chars().any(char::is_numeric);
    if !has_figure(&ground.zh) && !has_figure(&ground.en) {
        return Words::new(&*ground.zh, &*ground.en);
    }
    ground
        .rules
        .iter()
        .find_map(|rule| fixed(rule))
        .unwrap_or_else(|| Words::new("规定的条件。", "A condition of the rules."))
}

fn fixed(rule: &str) -> Option<Words> {
    let of_rule = |(begins, ends, ..): &&(&str, &str, &str, &str)| rule.starts_with(begins) && rule.ends_with(ends);
    let listed = WITHOUT_FIGURES.iter().find(of_rule).map(|(.., zh, en)| (*zh, *en));
    listed.or_else(|| spec(rule).map(|spec| (spec.zh, spec.en))).map(|(zh, en)| Words::new(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::assessment::Basis;

    fn words(rule: &str, zh: &str) -> String {
        let ground = GroundEntry {
            rules: vec![rule.into()],
            law: None,
            basis: Basis::Published,
            zh: zh.into(),
            en: String::new(),
        };
        of_condition(&ground).zh
    }

    #[test]
    fn own_words_stand_unless_they_name_a_figure() {
        for (rule, own, shown) in [
            ("screening.marginal.multiple", "最低生活保障不适用。", "最低生活保障不适用。"),
            ("screening.marginal.multiple", "低于低保标准的 1.5 倍（934.50）。", "家庭月人均收入低于低保边缘收入线。"),
            ("standard.dibao.rural", "低于低保标准（423.00）。", "家庭月人均收入低于低保标准。"),
            ("property.tekun.cars", "机动车不超过 ０ 辆。", "机动车不超过上限。"),
            ("review.stable_months", "每 12 个月。", "情况稳定家庭的复核周期"),
            ("no.such.rule", "2 辆", "规定的条件。"),
        ] {
            assert_eq!(words(rule, own), shown);
        }
    }
}
