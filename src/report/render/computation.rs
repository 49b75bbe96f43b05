//! How an amount was added up, in English. The rules write it in Chinese, in a few fixed phrases around figures and dates.

use crate::report::text::Lang;

/// Phrases, longer ones before those they contain.
const PHRASES: &[(&str, &str)] = &[
    ("不在核算期内", "outside the period"),
    ("近十二个月利息", "interest of twelve months"),
    ("近十二个月给付", "payments of twelve months"),
    ("近十二个月理赔 ", "claims of twelve months "),
    ("不超过当月工资", "at most the month's wage"),
    ("不超过工资", "at most the wage"),
    (" 条记录合计 ", " records, together "),
    ("申报每年 ", "declared, a year: "),
    ("每年 ", "a year: "),
    (" 一次性发放 ", ", paid once: "),
    (" 发放 ", ", paid: "),
    ("基础养老金 ", "basic part "),
    (" 不计入", " left out"),
    (" 待定", " open"),
    ("最低工资 ", "minimum wage "),
    ("残疾成员 ", "disabled members "),
    ("月收入 ", "monthly income "),
    ("收入、残疾未定", "income, disability not settled"),
    ("收入未定", "income not settled"),
    ("自付 ", "self-paid "),
    ("理赔 ", "claims "),
    ("抵扣 ", "offset "),
    ("助学金 ", "aid "),
    ("上限 ", "ceiling "),
    ("申报 ", "declared "),
    (" 个月", " months"),
    ("个月", " months"),
    (" 人", ""),
    (" 至 ", " to "),
    ("，", ", "),
    ("；", "; "),
    ("、", ", "),
    ("：", ": "),
    ("（", " ("),
    ("）", ")"),
];

/// A computation in a language.
pub(super) fn computation(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => text.to_owned(),
        Lang::En => PHRASES.iter().fold(text.to_owned(), |text, (zh, en)| text.replace(zh, en)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_around_figures_are_turned_into_english() {
        for (zh, en) in [
            ("2025-11 至 2026-10，12 个月 × 2850.00", "2025-11 to 2026-10, 12 months × 2850.00"),
            ("近十二个月利息，2 条记录合计 25.24", "interest of twelve months, 2 records, together 25.24"),
            (
                "自付 16578.00 − 理赔 2400.00 = 14178.00；5000.00 × 50%",
                "self-paid 16578.00 − claims 2400.00 = 14178.00; 5000.00 × 50%",
            ),
            (
                "623.00 × 5 人 − 月收入 1141.51 + 残疾成员 1 人 × 124.60",
                "623.00 × 5 − monthly income 1141.51 + disabled members 1 × 124.60",
            ),
            (
                "623.00 × 1 人 − 月收入 0.00；收入未定，100.00 至 623.00",
                "623.00 × 1 − monthly income 0.00; income not settled, 100.00 to 623.00",
            ),
            ("2026-03 一次性发放 1500.00", "2026-03, paid once: 1500.00"),
        ] {
            assert_eq!(computation(zh, Lang::En), en);
            assert_eq!(computation(zh, Lang::Zh), zh);
        }
    }
}
