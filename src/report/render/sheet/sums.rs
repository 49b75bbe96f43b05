//! The tables of a sheet for whoever is shown amounts: totals, income, deductions, property, what was declared, what would be paid.

use super::super::super::text;
use super::super::super::totals::{CountRange, TotalRange};
use super::super::super::view::Amounts;
use super::super::amounts::{count, counted, declared_and_found, interval, interval_of, so_far, yuan};
use super::super::onward::paid_in_words;
use super::{Section, Table, Wording};

impl Wording<'_> {
    pub(super) fn amounts(self, amounts: &Amounts) -> Vec<Section> {
        let table = |title, note, titles: Vec<(&'static str, bool)>, rows: Vec<Vec<String>>| Section {
            title,
            note,
            lines: if rows.is_empty() { self.or_none(Vec::new()) } else { Vec::new() },
            table: (!rows.is_empty()).then_some(Table { titles, rows }),
        };
        let (member, class) = ((self.t("成员", "Member"), false), (self.t("类别", "Class"), false));
        let (treatment, counted) = ((self.t("处理", "Treatment"), false), (self.t("计入", "Counted"), true));
        let yuan_note = self.t("元，期间合计", "yuan, over the period");
        vec![
            table(
                self.t("合计", "Totals"),
                self.t("元；未反馈不按零计", "yuan; what is missing is never zero"),
                vec![
                    (self.t("项目", "Total"), false),
                    (self.t("现有", "So far"), true),
                    (self.t("区间", "Range"), true),
                    (self.t("完整性", "Complete"), false),
                ],
                self.totals(amounts),
            ),
            table(
                self.t("收入", "Income"),
                yuan_note,
                vec![member, class, treatment, (self.t("核对金额", "Found"), true), counted],
                (amounts.income.iter())
                    .map(|sum| {
                        let counted = match sum.counted_at_most {
                            Some(most) => interval_of(sum.counted, most),
                            None => yuan(sum.counted),
                        };
                        let class = text::income_class(sum.class, self.lang).to_owned();
                        let treatment = text::treatment(sum.treatment, self.lang).to_owned();
                        vec![self.name(&sum.member), class, treatment, yuan(sum.gross), counted]
                    })
                    .collect(),
            ),
            table(
                self.t("刚性支出扣减", "Deductions"),
                yuan_note,
                vec![member, (self.t("项目", "Kind"), false), (self.t("扣减", "Amount"), true)],
                (amounts.deductions.iter())
                    .map(|sum| vec![self.name(&sum.member), self.deduction(&sum.kind), yuan(sum.amount)])
                    .collect(),
            ),
            table(
                self.t("财产", "Property"),
                self.t("元", "yuan"),
                vec![
                    member,
                    class,
                    treatment,
                    (self.t("件数", "Number"), true),
                    (self.t("价值/面积", "Value, area"), true),
                    counted,
                ],
                (amounts.property.iter())
                    .map(|sum| {
                        let area = sum.area.map(|area| format!("{area} m²"));
                        let value: Vec<String> = sum.value.map(yuan).into_iter().chain(area).collect();
                        vec![
                            self.name(&sum.member),
                            text::property_class(sum.class, self.lang).to_owned(),
                            text::treatment(sum.treatment, self.lang).to_owned(),
                            sum.number.to_string(),
                            if value.is_empty() { "–".to_owned() } else { value.join(self.t("；", "; ")) },
                            yuan(sum.counted),
                        ]
                    })
                    .collect(),
            ),
            table(
                self.t("申报与核对", "Declared and found"),
                self.t("元；≠ 为申报与核对不一致，待说明", "yuan; ≠ differs, the family is to be heard"),
                vec![
                    member,
                    class,
                    (self.t("申报", "Declared"), true),
                    (self.t("核对", "Found"), true),
                    (self.t("比较", "Compared"), false),
                ],
                self.declared(amounts),
            ),
            table(
                self.t("测算金额（如经认定）", "Amounts (if so decided)"),
                "",
                vec![(self.t("项目", "Programme"), false), (self.t("金额", "Amount"), true)],
                (amounts.paid.iter())
                    .map(|paid| {
                        let amount = paid_in_words(paid.amount, paid.at_most, paid.per, self.lang);
                        vec![self.programme(&paid.outcome), amount]
                    })
                    .collect(),
            ),
        ]
    }

    fn programme(self, code: &str) -> String {
        let named = self.conclusion.screening.iter().find(|outcome| outcome.outcome == code);
        let known = match code {
            "tekun_basic" => self.t("特困基本生活", "Tekun, basic living"),
            "tekun_care" => self.t("特困照料护理", "Tekun, care"),
            "temporary_relief" => self.t("临时救助（一般困难）", "Temporary relief"),
            "medical_aid" => self.t("医疗救助", "Medical aid"),
            other => named.map_or(other, |outcome| outcome.name.get(self.lang)),
        };
        known.to_owned()
    }

    fn deduction(self, kind: &str) -> String {
        let known = match kind {
            "illness" => self.t("因病刚性支出", "illness"),
            "schooling" => self.t("就学刚性支出", "schooling"),
            "disability_nursing" => self.t("残疾护理支出", "nursing of the disabled"),
            "nutrition" => self.t("必要营养支出", "necessary nutrition"),
            "employment_cost" => self.t("必要就业成本", "necessary cost of employment"),
            other => other,
        };
        known.to_owned()
    }

    fn totals(self, amounts: &Amounts) -> Vec<Vec<String>> {
        let totals = &amounts.totals;
        let complete = |complete: bool| {
            let words = if complete { self.t("完整", "complete") } else { self.t("不完整", "incomplete") };
            words.to_owned()
        };
        let row = |name: &str, total: &TotalRange| {
            vec![name.to_owned(), so_far(total), interval(total, self.lang), complete(total.complete)]
        };
        let number = |name: &str, total: &CountRange| {
            vec![name.to_owned(), counted(total), count(total, self.lang), complete(total.complete)]
        };
        let standard = (self.t("保障标准（月）", "Standard, a month"), totals.standard_monthly);
        let lines = amounts.reference_lines.iter().map(|line| (line.name.get(self.lang), line.monthly));
        let by_class = totals.income_by_class.iter();
        by_class
            .map(|class| row(text::income_class(class.class, self.lang), &class.total))
            .chain([
                row(self.t("家庭收入", "Household income"), &totals.income),
                row(self.t("扣减", "Deductions"), &totals.deductions),
                row(self.t("扣减后收入", "Net income"), &totals.net_income),
                row(self.t("人均年收入", "Per head, year"), &totals.per_head_yearly),
                row(self.t("人均月收入", "Per head, month"), &totals.per_head_monthly),
            ])
            .chain(
                std::iter::once(standard)
                    .chain(lines)
                    .map(|(name, line)| vec![name.to_owned(), yuan(line), String::new(), String::new()]),
            )
            .chain([
                row(self.t("金融资产", "Financial property"), &totals.financial),
                row(self.t("人均金融资产", "Financial, per head"), &totals.financial_per_head),
                row(self.t("刚性支出", "Rigid spending"), &totals.rigid_spending),
                number(self.t("住房（套）", "Dwellings"), &totals.dwellings),
                number(self.t("小汽车（辆）", "Cars"), &totals.cars),
                number(self.t("市场主体（户）", "Firms"), &totals.companies),
            ])
            .collect()
    }

    fn declared(self, amounts: &Amounts) -> Vec<Vec<String>> {
        let rows = amounts.declared.iter().map(|line| {
            let (declared, found) = declared_and_found(line, self.lang, &|number| number);
            vec![
                self.name(&line.member),
                text::declared_class(&line.class, self.lang),
                declared,
                found,
                text::comparison_sign(line.comparison, self.lang).to_owned(),
            ]
        });
        rows.collect()
    }
}
