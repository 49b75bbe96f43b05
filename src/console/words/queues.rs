//! Lists that are pages of their own.

page_words! {
    /// What they say.
    QueueWords {
        status: "范围", "Which";
        open: "待处理", "Open";
        all: "全部", "All";
        until: "截至日期", "Until";
        until_hint: "不填为今后三十天", "Thirty days ahead unless given";
        until_wrong: "日期应为年-月-日，例如 2026-12-31", "Write the date as year-month-day, such as 2026-12-31";
        filter: "查看", "Show";
        watches: "监测中的家庭", "Watched households";
        inspect: "申请审计查阅", "Ask for an inspection";
    }
}
