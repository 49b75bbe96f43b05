//! How an amount was added up, in English. The rules write it in Chinese, in a few fixed phrases around figures and dates.

use jiff::civil::Date;

use crate::household::{day, month};
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
    let text = dated(text, lang);
    match lang {
        Lang::Zh => text,
        Lang::En => PHRASES.iter().fold(text, |text, (zh, en)| text.replace(zh, en)),
    }
}

/// Days and months, which the rules write as `2026-11-01` and `2026-11`, as people write them.
pub(in crate::report) fn dated(text: &str, lang: Lang) -> String {
    let of_date = |c: char| c.is_ascii_digit() || c == '-';
    let (mut written, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(begin) = rest.find(of_date) {
        let end = rest[begin..].find(|c| !of_date(c)).map_or(rest.len(), |len| begin + len);
        let figure = &rest[begin..end];
        let date = match figure.len() {
            7 => read(&format!("{figure}-01"), month, lang),
            10 => read(figure, day, lang),
            _ => None,
        };
        written.push_str(&rest[..begin]);
        written.push_str(date.as_deref().unwrap_or(figure));
        rest = &rest[end..];
    }
    written.push_str(rest);
    written
}

fn read(text: &str, form: fn(Date, Lang) -> String, lang: Lang) -> Option<String> {
    text.parse().ok().map(|date| form(date, lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_around_figures_are_turned_into_english() {
        for (zh, en) in [
            ("12 个月 × 2850.00", "12 months × 2850.00"),
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
        ] {
            assert_eq!(computation(zh, Lang::En), en);
            assert_eq!(computation(zh, Lang::Zh), zh);
        }
    }

    #[test]
    fn days_and_months_are_written_as_people_write_them() {
        for (text, zh, en) in [
            (
                "2025-11 至 2026-10，12 个月 × 2850.00",
                "2025年11月 至 2026年10月，12 个月 × 2850.00",
                "November 2025 to October 2026, 12 months × 2850.00",
            ),
            ("2026-03 一次性发放 1500.00", "2026年3月 一次性发放 1500.00", "March 2026, paid once: 1500.00"),
            ("2026-03-09：1.00", "2026年3月9日：1.00", "9 March 2026: 1.00"),
            (
                "记录 2026-13、-5.00、12-2026-01、2026-01-",
                "记录 2026-13、-5.00、12-2026-01、2026-01-",
                "记录 2026-13, -5.00, 12-2026-01, 2026-01-",
            ),
        ] {
            assert_eq!((computation(text, Lang::Zh).as_str(), computation(text, Lang::En).as_str()), (zh, en));
        }
    }
}
