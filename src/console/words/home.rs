//! Home.

use crate::household::Lang;

page_words! {
    /// What it says.
    HomeWords {
        title: "首页", "Home";
        lists: "待办清单", "Lists";
        cases: "案件", "Cases";
        cases_about: "本单位、本辖区的全部核对案件，最新的在前。", "Every verification of your organisation and regions, the newest first.";
        cases_none: "没有符合条件的案件。", "There are no such cases.";
        due: "到期复核", "Due";
        due_about: "三十天内应当再次核对的家庭，最早的在前；正在核对的不列。", "Households to be looked at again within thirty days, the earliest first; not those that are being looked at.";
        due_none: "三十天内没有到期的家庭。", "No household is due within thirty days.";
        alerts: "预警", "Alerts";
        alerts_about: "动态监测发现、尚未有人处理的变化。内容在打开时记入日志。", "What monitoring found and nobody has acknowledged. Opening one is logged.";
        alerts_none: "没有未处理的预警。", "There are no open alerts.";
        reviews: "待人工核实", "Reviews";
        reviews_about: "无法确定归属的记录，需要由人判定后才计入报告。", "Records that may be somebody else’s: a person decides before they count.";
        reviews_none: "没有待核实的记录。", "No record waits for a person.";
        approvals: "双人复核", "Second person";
        approvals_about: "需要第二人同意才生效的事项，最新的在前。", "What takes a second person to agree, the newest first.";
        approvals_none: "没有待复核的事项。", "Nothing waits for a second person.";
        callbacks: "回调", "Callbacks";
        callbacks_about: "多次投递未成功、已停止重试的通知，不含任何个人信息。", "Word to caseworker systems that never arrived. Nothing about anybody.";
        callbacks_none: "没有投递失败的通知。", "Every callback arrived.";
        purpose: "事项", "Purpose";
        region: "区划", "Region";
        accepted: "受理时间", "Accepted";
        state: "状态", "State";
        versions: "报告版本", "Report version";
        held: "待核实记录", "Held records";
        due_on: "到期日", "Due on";
        overdue: "已逾期", "Overdue";
        found: "发现时间", "Found";
        since: "自", "Since";
        kind: "类型", "Kind";
        asked_by: "提出人", "Asked by";
        asked: "提出时间", "Asked";
        lapses: "失效时间", "Lapses";
        yours: "等您复核", "Yours to decide";
        of_others: "等他人复核", "Another’s to decide";
        barred: "回避：涉及您本人或亲属", "about you or your kin";
        unseen: "待处理", "open";
        seen: "已处理", "acknowledged";
        client: "接收方", "For";
        topic: "内容", "About";
        tries: "投递次数", "Tries";
        filter: "筛选", "Filter";
        number: "报告编号", "Report number";
        number_hint: "例如 HD-620422-2026-000123", "Such as HD-620422-2026-000123";
        number_wrong: "报告编号的格式为 HD-区划-年份-序号，例如 HD-620422-2026-000123", "A report number is HD, region, year and a number, such as HD-620422-2026-000123";
        reference: "业务编号", "Reference";
        reference_hint: "例如 HN-2026-000123", "Such as HN-2026-000123";
        reference_personal: "请按业务编号查询，不要使用身份证号码或手机号码：它会出现在网址中", "Search by case number, not by an ID or mobile number: it would stand in the address";
        reference_long: "业务编号至多 64 个字符", "A reference has at most 64 characters";
        any_state: "全部状态", "Any state";
        state_unknown: "请从列表中选择状态", "Choose a state from the list";
        start: "发起核对", "Start a verification";
        account: "您的账户与权限", "Your account and what you may do";
        registered: "登记名", "Registered as";
        organisation: "单位", "Organisation";
        regions: "行政区划", "Regions";
        roles: "角色", "Roles";
        disclosure: "报告披露范围", "Reports are shown as";
        may: "您可以", "You may";
        granted: "以上权限由安全管理员授予。如有不符，请与其联系。", "Granted in clients.toml by the security administrator. Ask there if something is wrong.";
        silent: "部分数据来源当前无法查询", "Some departments cannot be asked at present";
    }
}

/// Which departments do not answer.
pub(in crate::console) fn silent(lang: Lang, titles: &[&str]) -> String {
    match lang {
        Lang::Zh => format!("{}。正在核对的案件会继续等待或注明缺口，不会把缺口当作“无”。", titles.join("、")),
        Lang::En => format!("{}. Cases wait, or state the gap; a gap is never taken for “none”.", titles.join(", ")),
    }
}
