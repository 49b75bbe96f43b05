//! A case's page.

use crate::household::Lang;
use crate::store::VersionReason;

page_words! {
    /// What it says.
    CaseWords {
        case: "核对案件", "Verification";
        purpose: "事项", "Purpose";
        state: "状态", "State";
        number: "报告编号", "Report number";
        reference: "业务编号", "Reference";
        region: "区划", "Region";
        as_of: "核对基准日", "As of";
        accepted: "受理时间", "Accepted";
        held: "待核实记录", "Held records";
        open_report: "查看核对报告", "Open the report";
        progress: "部门反馈进度", "How far the departments are";
        answered_of: "项已反馈，共", "answered, of";
        items: "项", "questions";
        preparing: "项，正在准备查询", "questions yet: the departments are about to be asked";
        elapsed: "已用时", "Running for";
        took: "用时", "Took";
        all_in: "各部门均已反馈。", "Every department has answered.";
        obligor: "义务人", "obligor";
        ask_again: "重新查询", "Ask again";
        outcome: "筛查情况（仅供参考）", "How it stands";
        outcome_about: "核对只提供事实，由审核确认机关认定。", "Facts for the authority, which decides.";
        decides: "取决于", "Decided by";
        decided_early: "尚未反馈的部门不影响这一结论。", "Departments that have yet to answer cannot change it.";
        see_held: "查看待核实记录", "Look at the held records";
        seconds: "{} 秒", "{} s";
        refresh: "刷新本页", "Reload this page";
        grid: "各部门对每个人的反馈", "What each department answered about each person";
        grid_about: "行为部门，列为家庭成员和义务人。反馈内容见报告；查看姓名和反馈记入日志。", "A department a row, a member or obligor a column. What was answered stands in the report; seeing names and answers is logged.";
        grid_none: "尚未向任何部门查询。", "No department has been asked yet.";
        department: "部门", "Department";
        answered: "已反馈", "answered";
        asking: "查询中", "being asked";
        stopped: "已停止", "stopped";
        versions: "报告版本", "Versions of the report";
        version: "版本", "Version";
        standing: "效力", "Standing";
        why: "生成原因", "Made because of";
        made: "生成时间", "Made";
        no_version: "尚无报告。各部门反馈后将自动生成。", "There is no report yet. It is made once the departments have answered.";
        no_version_any_more: "案件已停止办理，没有形成报告。", "It was stopped before there was a report.";
        issued: "已签发", "issued";
        draft: "待签发", "to be issued";
        provisional: "临时", "provisional";
        actions: "可办理的事项", "What you may do";
        declared: "申报与核对", "Declared and found";
        declared_about: "报告中申报内容与部门反馈的逐项对照。", "In the report: what was declared beside what was found.";
        compare: "版本对比", "Versions side by side";
        compare_about: "两个报告版本的差别及原因。", "What one version has otherwise than another, and why.";
        change: "与上次核对相比", "Since the last report";
        change_about: "同一家庭与上次核对相比的变化，登记家庭的说明。", "What changed in the household; note what the family said.";
        receipt: "审计回执", "Audit receipt";
        receipt_about: "证明报告已记入审计日志，可打印交申请人，不含个人信息。", "That the report stands in the log; to be printed for the family, nothing of the household in it.";
        objections: "异议与复核", "Objections";
        objections_about: "查看、登记申请人的异议；相关部门重新查询。", "What the applicant says against an answer; the department is asked anew.";
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

/// Which departments have yet to answer, or never will.
pub(in crate::console) fn still_open(lang: Lang, departments: &[String], stopped: bool) -> String {
    match lang {
        Lang::Zh if stopped => format!("已停止查询，没有反馈：{}。没有反馈不等于“无”。", departments.join("、")),
        Lang::En if stopped => {
            format!("Asked no more, without an answer: {}. That is never “none”.", departments.join(", "))
        }
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
        Some(VersionReason::AskedAgain) => {
            lang.pick("重新查询未反馈部门", "a department without an answer was asked again")
        }
        Some(VersionReason::Withdrawal) => lang.pick("撤回授权", "an authorisation was taken back"),
        None => code,
    }
}

/// What ended without an answer: it is no “none”.
pub(in crate::console) fn without(lang: Lang, silent: usize, skipped: usize) -> String {
    let parts = [(silent, ["项未能查询", "could not be asked"]), (skipped, ["项未查询", "not asked"])];
    let said = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, [zh, en])| match lang {
        Lang::Zh => format!("，{count} {zh}"),
        Lang::En => format!(", {count} {en}"),
    });
    said.collect()
}

/// What was just done: heading, and what follows.
pub(in crate::console) fn done(word: &str, lang: Lang) -> Option<(&'static str, &'static str)> {
    let words = match word {
        "sent" => [
            ("已受理", "Accepted"),
            ("正在向各部门查询，本页自动更新。", "The departments are being asked; this page keeps itself up to date."),
        ],
        "reviewed" => [
            ("判定已生效", "The decision stands"),
            (
                "未改变报告中的合计和结论，正在生成新的报告版本。",
                "It changes no total and no outcome; another version of the report is being made.",
            ),
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
        "asked_again" => [
            ("已重新查询", "The department is asked again"),
            (
                "收到反馈后生成新的报告版本，本页自动更新。",
                "Another version of the report follows its answer; this page keeps itself up to date.",
            ),
        ],
        "objected" => [
            ("异议已登记", "The objection is entered"),
            (
                "相关部门正在重新查询，完成后生成新的报告版本。",
                "The departments are asked anew; another version of the report follows.",
            ),
        ],
        "heard" => [
            ("已登记家庭的说明", "What the family said is noted"),
            ("说明与变化记录一并保存。", "It is kept with what changed."),
        ],
        "erased" => [
            ("案件数据已销毁", "The case is erased"),
            (
                "数据密钥已销毁，报告和证据不可恢复。",
                "Its keys are destroyed: nobody can open its report or evidence again.",
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
