//! What a decision changes in a report.

use crate::household::Lang;

page_words! {
    /// What tables of it say.
    EffectWords {
        caption: "判定对报告的影响", "What the decision changes in the report";
        what: "报告内容", "In the report";
        now: "现在", "Now";
        then: "生效后", "Afterwards";
        if_theirs: "若属于本人", "If it is theirs";
        if_anothers: "若属于他人", "If it is another’s";
        same: "不变", "no change";
        nothing: "报告中的合计、结论和金额均不改变。", "No line, total, outcome or amount of the report changes.";
        none: "无", "none";
        open: "待定", "open";
        counts: "计数", "counts";
        counts_not: "不计数", "does not count";
        outcome: "结论", "Outcome";
        amount: "参考金额", "Amount";
        income: "收入", "Income";
        deduction: "刚性支出扣减", "Deduction";
        property: "财产", "Property";
    }
}

/// Of a kind, this one.
pub(in crate::console) fn kind(kind: &str, one: &str, lang: Lang) -> String {
    format!("{kind}{}{one}", lang.pick("：", ": "))
}
