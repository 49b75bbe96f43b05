//! A case's page.

use crate::household::Lang;
use crate::store::VersionReason;

page_words! {
    /// What it says.
    CaseWords {
        case: "核对案件", "Verification";
        purpose: "事项", "Purpose";
        state: "状态", "State";
        number: "案件编号", "Case number";
        region: "区划", "Region";
        as_of: "核对基准日", "As of";
        accepted: "受理时间", "Accepted";
        held: "待核实记录", "Held records";
        open_report: "查看核对报告", "Open the report";
        progress: "部门反馈进度", "How far the departments are";
        answered_of: "项已反馈，共", "answered, of";
        items: "项", "questions";
        elapsed: "已用时", "Running for";
        seconds: "{} 秒", "{} s";
        refresh: "刷新本页", "Reload this page";
        grid: "各部门对每个人的反馈", "What each department answered about each person";
        grid_about: "行为部门，列为家庭成员和义务人在申请中的编号。反馈内容见报告；查看内容记入日志。", "A department a row; a column for each member and obligor, by their reference in the request. What was answered stands in the report; reading it is logged.";
        grid_none: "尚未向任何部门查询。", "No department has been asked yet.";
        department: "部门", "Department";
        answered: "已反馈", "answered";
        asking: "查询中", "being asked";
        versions: "报告版本", "Versions of the report";
        version: "版本", "Version";
        standing: "效力", "Standing";
        why: "生成原因", "Made because of";
        made: "生成时间", "Made";
        no_version: "尚无报告。各部门反馈后将自动生成。", "There is no report yet. It is made once the departments have answered.";
        issued: "已签发", "issued";
        draft: "待签发", "to be issued";
        provisional: "临时", "provisional";
        actions: "可办理的事项", "What you may do";
        issue: "签发报告", "Issue the report";
        issue_about: "由未参与办理的审核人员签发后生效。", "By a supervisor who had no hand in it.";
        cancel: "撤销核对", "Cancel the verification";
        cancel_about: "停止向部门查询。", "No department is asked any more.";
        withdraw: "撤回授权", "Take an authorisation back";
        withdraw_about: "家庭成员或义务人撤回查询授权。", "A member or obligor takes the consent back.";
        erase: "申请销毁数据", "Ask for erasure";
        erase_about: "须第二人同意。", "A second person has to agree.";
    }
}

/// Which departments have yet to answer.
pub(in crate::console) fn still_open(lang: Lang, departments: &[String]) -> String {
    match lang {
        Lang::Zh => format!("尚未反馈：{}。在其反馈之前，相关结论保持“待定”，不按“无”处理。", departments.join("、")),
        Lang::En => format!(
            "Yet to answer: {}. Until they do, what rests on them stays open and is never taken for “none”.",
            departments.join(", ")
        ),
    }
}

/// Why a version was made.
pub(in crate::console) fn reason(code: &str, lang: Lang) -> &str {
    match VersionReason::parse(code) {
        Some(VersionReason::First) => lang.pick("首次核对", "first report"),
        Some(VersionReason::LateAnswer) => lang.pick("补充部门后续反馈", "an answer that came later"),
        Some(VersionReason::Review) => lang.pick("人工核实存疑记录", "a person decided on a held record"),
        Some(VersionReason::Objection) => lang.pick("申请人提出异议", "the applicant objected"),
        Some(VersionReason::Correction) => lang.pick("部门更正数据", "a department corrected its record"),
        Some(VersionReason::Withdrawal) => lang.pick("撤回授权", "an authorisation was taken back"),
        None => code,
    }
}

/// What was just done: heading, and what follows.
pub(in crate::console) fn done(word: &str, lang: Lang) -> Option<(&'static str, &'static str)> {
    let words = match word {
        "sent" => [
            ("已受理", "Accepted"),
            ("正在向各部门查询，本页自动更新。", "The departments are being asked; this page keeps itself up to date."),
        ],
        "issued" => [
            ("报告已签发", "The report is issued"),
            ("可打印并送达申请人。", "It can be printed and handed to the applicant."),
        ],
        "cancelled" => [
            ("核对已撤销", "The verification is cancelled"),
            ("不再向任何部门查询。", "No department is asked any more."),
        ],
        "withdrawn" => [
            ("授权已撤回", "The authorisation is taken back"),
            (
                "已停止查询并锁定相关反馈，正在生成新的报告版本。销毁须第二人同意。",
                "Nobody is asked any more and the answers are locked; another version is made. A second person has to agree that they are \
                 destroyed.",
            ),
        ],
        "erasure_asked" => [
            ("已提交销毁申请", "Erasure is asked for"),
            ("由另一名审核人员同意后销毁。", "It is done when another supervisor agrees."),
        ],
        _ => return None,
    };
    let [heading, text] = words.map(|(zh, en)| lang.pick(zh, en));
    Some((heading, text))
}
