//! Around every page.

page_words! {
    /// Header, footer, navigation, and what parts of pages say everywhere.
    FrameWords {
        product: "核对", "hedui";
        product_long: "居民家庭经济状况核对", "Household means verification";
        skip: "跳到主要内容", "Skip to main content";
        sections: "主导航", "Main navigation";
        other_language: "English", "中文";
        sign_out: "退出", "Sign out";
        motto: "只核对、不认定：本系统提供事实，由审核确认机关作出决定。", "It verifies and never decides: this system states facts, the office decides.";
        version: "版本", "Version";
        home: "首页", "Home";
        new: "发起核对", "New verification";
        reviews: "待人工核实", "Reviews";
        approvals: "双人复核", "Second person";
        batches: "批次", "Batches";
        link: "名册比对", "Rosters";
        due: "到期复核", "Due";
        alerts: "预警", "Alerts";
        policy: "政策规则", "Rules";
        sources: "数据来源", "Departments";
        audit: "审计", "Audit";
        error: "错误：", "Error: ";
        errors: "填写有误", "There is a problem";
        important: "重要提示", "Important";
        next_page: "下一页", "Next page";
        first_page: "返回第一页", "Back to the first page";
        pages: "翻页", "Pagination";
        back: "返回", "Back";
        success: "办理成功", "Done";
    }
}
