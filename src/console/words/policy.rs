//! The rules in force.

use crate::household::Lang;
use crate::policy::assessment::Basis;

page_words! {
    /// What their pages say.
    PolicyWords {
        title: "政策规则", "Rules";
        about: "各县适用的政策参数，逐级沿用国家、省、市规定。", "The parameters that apply in each county, laid over the city’s, the province’s and the nation’s.";
        none: "没有政策规则。", "There are no rules.";
        county: "县（区）", "County";
        region: "区划", "Region";
        layers: "沿用层级", "Laid over";
        as_of: "日期", "On";
        date_wrong: "请按年-月-日填写，如 2026-11-01", "Write year, month and day, such as 2026-11-01";
        date_not_covered: "该日没有政策参数", "There are no rules for this day";
        show: "查看", "Show";
        in_force: "适用规则", "In force";
        hash: "规则哈希", "Hash of the rules";
        published: "有公布文本", "published";
        assumed: "假定", "assumed";
        published_about: "取自公布文件", "from a published text";
        assumed_about: "尚无公布文件，按惯例暂定，报告中逐一注明", "no published text yet: by practice, and named in each report";
        rule: "规则", "Rule";
        value: "现行取值", "Value";
        value_then: "取值", "Value";
        basis: "依据", "Rests on";
        law: "文件", "Text";
        nothing: "当日没有取值", "no value on this day";
        every_rule: "全部规则", "Every rule";
        key: "键", "Key";
        expected: "可填内容", "May be";
        history: "沿革", "History";
        from: "自", "From";
        to: "至", "To";
        onward: "今后", "onward";
        pack: "规定层级", "Set by";
        compare: "比较两个日期", "Compare two days";
        compare_about: "列出两个日期之间取值、依据或文件不同的规则。", "Rules whose value, basis or text differs between two days.";
        first: "第一个日期", "First day";
        second: "第二个日期", "Second day";
        compare_go: "比较", "Compare";
        before: "原取值", "Before";
        after: "新取值", "After";
        same: "两个日期适用的规则相同。", "The rules are the same on both days.";
    }
}

/// On what a value rests.
pub(in crate::console) fn basis(basis: Basis, lang: Lang) -> String {
    let words = PolicyWords::of(lang);
    match basis {
        Basis::Published => format!("§ {}", words.published),
        Basis::Assumed => format!("? {}", words.assumed),
    }
}

/// A group of rules, by the beginning of their keys.
pub(in crate::console) fn group(code: &str, lang: Lang) -> &str {
    let [zh, en] = match code {
        "standard" => ["保障标准", "Standards"],
        "property" => ["财产", "Property"],
        "income" => ["收入", "Income"],
        "not_income" => ["不计入收入的项目", "Not income"],
        "deduction" => ["刚性支出扣减", "Deductions"],
        "screening" => ["筛查", "Screening"],
        "amount" => ["参考金额", "Amounts"],
        "referral" => ["转介", "Referrals"],
        "household" => ["家庭成员", "Household"],
        "person" => ["人员", "People"],
        "review" => ["定期复核", "Reviews"],
        "alert" => ["预警", "Alerts"],
        "minimum_wage" => ["最低工资", "Minimum wage"],
        "care" => ["照料护理", "Care"],
        "lead" => ["主动发现", "Leads"],
        "notice" => ["文书", "Notices"],
        "declared" => ["申报", "Declarations"],
        _ => return code,
    };
    lang.pick(zh, en)
}
