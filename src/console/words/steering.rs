//! The pages that ask before something is done with a case.

use crate::household::Lang;
use crate::verification::ErasureGrounds;

page_words! {
    /// What they say.
    SteerWords {
        issue: "签发核对报告", "Issue the report";
        issue_held: "本案尚有待核实记录，其归属未定，报告中相关金额和结论标为待定。宜先核实；直接签发的，之后的判定将形成新的报告版本。", "Records of this case are still held: whose they are is not settled, and what rests on them is open in the report. Decide about them first; if it is issued now, a later decision makes another version.";
        issue_1: "签发后，报告由草稿成为正式文书，载明签发人和签发日期，不可更改。", "The report stops being a draft: it names who issued it and on which day, and does not change any more.";
        issue_2: "发起核对或对记录作过判定的人不得签发。", "Whoever sent the case or decided about one of its records may not issue it.";
        issue_go: "签发", "Issue";
        again: "重新查询部门", "Ask a department again";
        again_1: "按目前有效的授权，就本案未能查询到的人员再次向该部门查询，每次查询记入审计日志。", "The department is asked once more about everybody of whom it gave no answer, under the authorisations as they stand now. Each query is logged.";
        again_2: "收到反馈后生成新的报告版本；已有的反馈不变。", "Another version of the report follows; what was answered stays as it is.";
        again_go: "重新查询", "Ask again";
        department: "部门", "Department";
        no_answer: "该部门没有未能查询的项", "This department has no question without an answer";
        cancel: "撤销核对", "Cancel the verification";
        cancel_1: "撤销后不再向任何部门查询。已有的最终报告不受影响。", "No department is asked any more. A final report that stands already stays.";
        cancel_go: "撤销", "Cancel it";
        withdraw: "撤回授权", "Take an authorisation back";
        withdraw_1: "撤回后，不再查询此人，其反馈立即锁定，任何人不得查看，并重新生成报告；据此作出的草稿一并锁定。已签发的报告保留。", "Nobody is asked about this person any more. What was answered is locked at once, for everybody, with the drafts made from it, and another version of the report is made. Issued versions stay.";
        withdraw_2: "锁定的反馈经第二人同意后销毁，或在规定时间内无人反对时自行销毁。销毁后不可恢复。", "What is locked is destroyed when a second person agrees, or when nobody refuses in time. Nobody can bring it back.";
        withdraw_go: "撤回授权", "Take it back";
        member: "撤回授权的人", "Who takes it back";
        member_hint: "家庭成员或义务人", "A member of the household, or an obligor";
        member_missing: "请选择撤回授权的人", "Choose who takes it back";
        reason: "原因", "Why";
        reason_hint: "本人表示撤回即可。1 至 1000 字。", "That they wish so is enough. 1 to 1,000 characters.";
        reason_wrong: "请填写原因，1 至 1000 字", "Say why, in 1 to 1,000 characters";
        erase: "申请销毁案件数据", "Ask that the case is erased";
        erase_1: "经另一名审核人员同意后，案件的数据密钥被销毁，报告和证据不可恢复。", "When another supervisor agrees, the case’s keys are destroyed: nobody can open its report or evidence again.";
        erase_2: "审计日志保留谁在何时办理过，不含个人信息。", "The audit log keeps who did what and when, and nothing about anybody.";
        erase_go: "提交申请", "Ask";
        grounds: "销毁理由", "Grounds";
        grounds_missing: "请选择销毁理由", "Choose the grounds";
    }
}

/// Why a case is to be erased.
pub(in crate::console) fn grounds(grounds: ErasureGrounds, lang: Lang) -> &'static str {
    match grounds {
        ErasureGrounds::ConsentWithdrawn => {
            lang.pick("已撤回授权，且无其他保存依据", "consent was withdrawn, and nothing else demands that it is kept")
        }
        ErasureGrounds::RetentionOver => lang.pick("保存期限届满", "the time for which it is kept is over"),
        ErasureGrounds::Mistaken => {
            lang.pick("误报：家庭有误或本不应发起", "sent by mistake: another household, or none")
        }
        ErasureGrounds::Ordered => lang.pick("有权机关要求", "an authority orders it"),
    }
}
