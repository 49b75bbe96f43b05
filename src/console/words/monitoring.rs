//! What monitoring found (预警), and which households are watched (动态监测).

use crate::household::Lang;
use crate::monitoring::Subscribed;

page_words! {
    /// What they say.
    MonitorWords {
        over: "预警", "Alert";
        alert: "动态监测发现变化", "Monitoring found a change";
        sealed: "您的披露范围不含预警内容，请由可查看完整报告的人员办理。", "What it is tells what a whole report says, and you are shown less: somebody who is shown it may look into it.";
        not_adverse: "预警是线索，不是结论。作出不利处理前，应当核实并听取家庭的说明。", "An alert is a hint, never a finding. Before anything adverse it is looked into and the family is heard.";
        points: "指向", "It points to";
        member: "涉及人员", "About";
        household: "全家", "the household";
        source: "来源部门", "Department";
        case: "案件", "Case";
        open_case: "查看案件", "open the case";
        region: "区划", "Region";
        found: "发现时间", "Found";
        state: "状态", "State";
        open: "待处理", "open";
        seen: "已处理", "acknowledged";
        seen_by: "处理人", "Acknowledged by";
        seen_at: "处理时间", "Acknowledged";
        note: "处理说明", "Note";
        actions: "您可以办理", "What you may do";
        acknowledge: "处理预警", "Acknowledge";
        acknowledge_about: "记录已有人处理，并写明如何处理。", "Somebody has seen it, and what is done about it.";
        acknowledge_1: "处理人、处理时间记入日志。处理后，预警不再列入待办。", "Who and when stands in the log. It leaves the list of what is open.";
        note_hint: "已经或将要如何处理，至多 1000 字。可不填。", "What is done about it, at most 1,000 characters. Optional.";
        note_long: "处理说明至多 1000 字", "A note has at most 1,000 characters";
        done: "预警已处理", "The alert is acknowledged";
        watches: "动态监测", "Watched households";
        watches_about: "在授权有效期内定期再次核对的家庭，最早的在前。", "Households looked at again every so often while their authorisations run, the oldest first.";
        watches_none: "没有监测中的家庭。", "No household is watched.";
        new: "添加监测家庭", "Watch households";
        which: "范围", "Which";
        active: "监测中", "Watched";
        ended: "已结束", "Ended";
        every: "间隔", "Every";
        next: "下次核对", "Next look";
        until: "监测至", "Until";
        authorised: "授权有效期内", "while authorised";
        away: "业务系统未登记，暂停核对", "its client is not registered: it rests";
        end: "结束监测", "End";
        end_title: "结束监测", "End the watch";
        end_1: "结束后不再定期核对此家庭。已有的报告和预警保留。", "The household is not looked at again. Reports and alerts that stand stay.";
        ended_done: "监测已结束", "The watch has ended";
        barred: "回避", "recusal";
        new_1: "已有最终报告、且全家授权包含动态监测的家庭，才能监测。授权到期或撤回后，监测自行结束。", "A household is watched when it has a final report and every member’s authorisation covers monitoring. It ends when an authorisation runs out or is taken back.";
        cases: "报告编号", "Report numbers";
        cases_hint: "每行一个，至多 1000 个", "One a line, at most 1,000";
        cases_wrong: "请填写报告编号，每行一个；或者填写批次编号", "Give numbers of reports, one a line, or the number of a batch";
        batch: "或者：整个批次", "Or a whole batch";
        batch_hint: "批次编号：监测其中已有最终报告的家庭", "Its number: every household of it that has a final report";
        batch_wrong: "批次编号有误；不能与案件编号同时填写", "This is no batch’s number, or case numbers are given too";
        days: "间隔天数", "Days between two looks";
        days_hint: "1 至 366", "1 to 366";
        days_wrong: "请填写 1 至 366 之间的整数", "Give a whole number from 1 to 366";
        until_hint: "不填则至授权到期", "While the authorisations run, unless given";
        until_wrong: "日期应为年-月-日，例如 2027-12-31", "Write the date as year-month-day, such as 2027-12-31";
        submit: "开始监测", "Watch them";
        watched: "监测已登记", "It is noted";
    }
}

/// What an alert points to.
pub(in crate::console) fn points(code: &str, lang: Lang) -> &str {
    match code {
        "may_need_more" => lang.pick("可能需要更多救助", "it may need more help"),
        "may_no_longer_fit" => lang.pick("可能不再符合条件", "it may no longer fit"),
        "neutral" => lang.pick("待了解", "neither way by itself"),
        other => other,
    }
}

/// Why a watch ended.
pub(in crate::console) fn why_ended(code: &str, lang: Lang) -> &str {
    match code {
        "cancelled" => lang.pick("人工结束", "somebody ended it"),
        "expired" => lang.pick("期限届满", "its time is over"),
        "not_authorised" => lang.pick("授权到期或撤回", "no authorisation runs any more"),
        "erased" => lang.pick("案件已销毁", "the case is erased"),
        "client_gone" => lang.pick("业务系统已停用", "its client is gone"),
        other => other,
    }
}

/// A number of days.
pub(in crate::console) fn days(days: u32, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{days} 天"),
        Lang::En => format!("{days} days"),
    }
}

/// What came of a wish to have households watched.
pub(in crate::console) fn outcome(of: Subscribed, lang: Lang) -> String {
    let Subscribed { watched, already, passed_over } = of;
    match lang {
        Lang::Zh => format!(
            "新增 {watched} 户；已在监测 {already} 户；不能监测 {passed_over} 户（无最终报告、不在辖区或须回避）。"
        ),
        Lang::En => format!(
            "{watched} watched from now on; {already} were already; {passed_over} cannot be (no final report, another region, or recusal)."
        ),
    }
}
