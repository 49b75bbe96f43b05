//! The board of departments.

use crate::household::Lang;

page_words! {
    /// What it says.
    SourceWords {
        title: "数据来源", "Departments";
        about: "各部门接口自本进程启动以来的情况，仅有次数和用时，不含任何查询内容。", "How each department’s interface has been doing since this process started: counts and times, nothing of any query.";
        none: "没有配置任何部门。", "No department is set up.";
        states: "概况", "At a glance";
        department: "部门", "Department";
        state: "状态", "State";
        well: "正常", "well";
        idle: "正常，尚未查询", "well, not asked yet";
        paused: "暂停查询", "paused";
        paused_why: "连续失败，稍后自动试探", "it kept failing; it is tried again by itself";
        probing: "试探恢复", "being tried again";
        disabled: "已停用", "switched off";
        disabled_why: "由系统管理员停用，相关项目在报告中注明“未查询”", "by the system administrator; reports say “not asked”";
        not_configured: "未配置", "not configured";
        last_failed: "最近一次失败：", "The last exchange failed: ";
        hour: "近一小时", "Last hour";
        day: "近一天", "Last day";
        start: "启动以来", "Since the start";
        answers: "反馈", "Answers";
        unavailable: "未能查询", "Unavailable";
        median: "用时中位数", "Median time";
        p95: "95% 以内", "95 of 100 within";
        p99: "99% 以内", "99 of 100 within";
        requests: "请求", "Requests";
        exchanges: "交换次数", "Exchanges";
        people: "查询人次", "People asked about";
        oldest: "最旧数据", "Oldest data";
        hour_series: "近一小时，每五分钟", "Last hour, by five minutes";
        day_series: "近一天，每小时", "Last day, by hours";
        table_of: "图中数据", "The figures of the charts";
        ago: "距今", "Ago";
        about_it: "接口情况", "The interface";
        law: "查询依据", "Law";
        coverage: "覆盖范围", "Covers";
        never: "不包含", "Never covers";
        mode: "查询方式", "Answers";
        synchronous: "即时反馈", "at once";
        asynchronous: "稍后反馈", "later";
        in_flight: "进行中", "Under way";
        queued: "排队", "Waiting";
        hash: "接口定义哈希", "Hash of the definition";
        by_kind: "按反馈种类", "By kind of answer";
        quality: "数据质量", "Quality of its records";
        quality_about: "据本进程生成的最终报告统计。", "As final reports of this process show it.";
        matched: "属于被查询人", "Of the people asked about";
        held: "待人工核实", "Held for a person";
        of_others: "属于他人", "Of somebody else";
        agreed: "与另一部门一致的金额（相差不超过十分之一）", "Amounts that another department told alike, within a tenth";
        disagreed: "与另一部门不一致的金额", "Amounts that another department told otherwise";
        drift: "接口字段变化", "Changes of form";
        drift_about: "反馈中新出现或消失的字段，仅字段名。字段消失时请联系该部门。", "Fields that came up or went, names alone. Where one went, speak to the department.";
        drift_none: "未发现变化。", "There are none.";
        field: "字段", "Field";
        change: "变化", "Change";
        new: "新出现", "new";
        vanished: "消失", "gone";
        noticed: "发现时间", "Noticed";
        count: "指标", "Measure";
        kind: "种类", "Kind";
    }
}

/// A time in words.
pub(in crate::console) fn milliseconds(lang: Lang, ms: Option<u64>) -> String {
    match (ms, lang) {
        (None, _) => "–".to_owned(),
        (Some(ms), Lang::Zh) => format!("{ms} 毫秒"),
        (Some(ms), Lang::En) => format!("{ms} ms"),
    }
}

/// How long ago a slot ended.
pub(in crate::console) fn ago(lang: Lang, slots: usize, minutes: usize) -> String {
    match (minutes * slots, lang) {
        (0, Lang::Zh) => "现在".to_owned(),
        (0, Lang::En) => "now".to_owned(),
        (ago, Lang::Zh) if minutes == 60 => format!("{} 小时前", ago / 60),
        (ago, Lang::En) if minutes == 60 => format!("{} h ago", ago / 60),
        (ago, Lang::Zh) => format!("{ago} 分钟前"),
        (ago, Lang::En) => format!("{ago} min ago"),
    }
}

/// A series in words, the oldest first.
pub(in crate::console) fn series(lang: Lang, slots: &[(u64, u64)]) -> String {
    let counts: Vec<String> = slots.iter().map(|(all, _)| all.to_string()).collect();
    let failed: u64 = slots.iter().map(|(_, failed)| failed).sum();
    match lang {
        Lang::Zh => format!("反馈数由早到近：{}；其中未能查询共 {failed}", counts.join("、")),
        Lang::En => format!("Answers, the oldest first: {}; {failed} of them unavailable", counts.join(", ")),
    }
}

/// Age of data.
pub(in crate::console) fn days_old(lang: Lang, days: u32) -> String {
    match lang {
        Lang::Zh => format!("{days} 天前"),
        Lang::En => format!("{days} days"),
    }
}
