//! What takes a second person (双人复核): one of them, the pages that ask before somebody agrees or refuses, and an inspection.

use crate::household::Lang;
use crate::store::ApprovalKind;
use crate::verification::Grounds;

page_words! {
    /// What they say.
    ApprovalWords {
        over: "双人复核", "Second person";
        state: "状态", "State";
        case: "案件", "Case";
        open_case: "查看案件", "open the case";
        version: "报告版本", "Version of the report";
        asked_by: "提出人", "Asked by";
        asked_for: "提出单位", "Of";
        asked_at: "提出时间", "Asked";
        lapses: "复核截止", "To be settled by";
        hours: "查阅时长", "How long";
        until: "可查阅至", "Reports may be opened until";
        grounds: "理由", "Grounds";
        document: "依据文号", "Document";
        member: "撤回授权的人", "Who took it back";
        refused_because: "不同意的理由", "Why it was refused";
        decisions: "作出的判定", "What was decided";
        record: "记录", "Record";
        decision: "判定", "Decision";
        reason: "依据", "Grounds";
        theirs: "属于本人，计入报告", "theirs: it counts";
        anothers: "属于他人，不计入报告", "another’s: it does not count";
        compare: "逐项对照记录与本人", "Compare the records with the person, field by field";
        effects: "同意后报告的变化", "What changes in the report";
        effects_about: "提出时按当时的答复和规则计算。", "As it was reckoned when it was asked, from the answers and rules of then.";
        hands: "复核意见", "Who has agreed or refused";
        hands_none: "尚无人表态。", "Nobody yet.";
        who: "复核人", "Who";
        role: "角色", "Role";
        when: "时间", "When";
        says: "意见", "Says";
        agreed: "同意", "agrees";
        refused: "不同意", "refuses";
        actions: "您可以办理", "What you may do";
        agree: "同意", "Agree";
        agree_about: "作为第二人同意，事项随即生效。", "As the second person: it takes effect.";
        refuse: "不同意", "Refuse";
        refuse_about: "事项不生效。", "It takes no effect.";
        take_back: "撤回申请", "Take it back";
        take_back_about: "撤回您提出的事项。", "You asked for it yourself.";
        end: "提前终止查阅", "End the inspection";
        open_report: "查阅报告", "Open the report";
        open_report_about: "每次打开均记入日志。", "Each opening stands in the log.";
        end_about: "审计人员立即不能再打开报告。", "The auditor opens no report any more.";
        again: "重新申请销毁", "Ask again";
        again_about: "复核期限重新计算。", "The time for a refusal begins anew.";
        not_you: "您不能复核此事项：提出人、已表态的人不得作为第二人，且须具有相应角色。", "You cannot be the second person here: whoever asked or has said so already is not, and it takes the fitting role.";
        agree_title: "同意此事项", "Agree to it";
        agree_go: "同意", "Agree";
        refuse_title: "不同意此事项", "Refuse it";
        refuse_go: "不同意", "Refuse";
        take_back_title: "撤回申请", "Take it back";
        take_back_go: "撤回", "Take it back";
        end_title: "提前终止查阅", "End the inspection";
        end_go: "终止", "End it";
        again_title: "重新申请销毁", "Ask again that it is destroyed";
        again_go: "提交申请", "Ask";
        again_1: "将再次申请销毁撤回授权后锁定的反馈。规定时间内无人反对的，自行销毁。", "It is asked again that what the withdrawal locked is destroyed. It is, when nobody refuses in time.";
        refuse_1: "一人不同意，事项即告终止。提出人可以看到您填写的理由。", "One refusal settles it. Whoever asked sees the reason you give.";
        refuse_destruction: "不同意销毁的，反馈保持锁定，任何人不得查看；可以再次申请销毁。须写明理由。", "What is not destroyed stays locked: nobody opens it, and its destruction may be asked for again. You must say why.";
        take_back_1: "撤回后事项不再生效。", "It takes no effect then.";
        end_1: "终止后，审计人员对本案报告的查阅立即结束。", "The auditor’s reading of this case’s reports ends at once.";
        why: "理由", "Why";
        why_hint: "1 至 1000 字", "1 to 1,000 characters";
        why_optional: "可不填；至多 1000 字", "Optional; at most 1,000 characters";
        why_wrong: "请写明理由，1 至 1000 字", "Say why, in 1 to 1,000 characters";
        inspect: "申请审计查阅", "Ask for an inspection";
        inspect_1: "经案件所属单位的审核人员和安全管理员各一人同意后，您可以在规定时间内打开本案的报告。每次打开都记入日志。", "When a supervisor and a security administrator of the case’s organisation have both agreed, you may open this case’s reports for the time you ask for. Each opening is logged.";
        inspect_go: "提交申请", "Ask";
        case_hint: "报告编号，例如 HD-620422-2026-000123；或者审计日志中的案件编号", "The number of its report, such as HD-620422-2026-000123; or the case’s, as it stands in the log";
        case_wrong: "请填写报告编号或案件编号", "Give the number of the report or the case";
        grounds_missing: "请选择查阅理由", "Choose the grounds";
        document_hint: "投诉、任务书或来函的编号，1 至 64 字；不要填写姓名和证件号码", "The number of the complaint, order or letter, 1 to 64 characters; no name and no number of a person";
        document_wrong: "请填写依据文号，1 至 64 字，不含证件号码或手机号码", "Give the document’s number, 1 to 64 characters, without an ID or mobile number";
        hours_hint: "1 至 72 小时", "1 to 72 hours";
        hours_wrong: "请填写 1 至 72 之间的整数", "Give a whole number from 1 to 72";
    }
}

/// What is asked, as a heading.
pub(in crate::console) fn title(kind: ApprovalKind, lang: Lang) -> &'static str {
    match kind {
        ApprovalKind::Review => lang.pick("复核记录归属的判定", "Whose records are: agree or refuse"),
        ApprovalKind::Erasure => lang.pick("复核销毁案件数据的申请", "Erasure of a case: agree or refuse"),
        ApprovalKind::Destruction => {
            lang.pick("复核撤回授权后的销毁", "Destruction after a withdrawal: agree or refuse")
        }
        ApprovalKind::Inspection => lang.pick("复核审计查阅的申请", "Inspection by an auditor: agree or refuse"),
    }
}

/// What is asked, and what follows when it is agreed to.
pub(in crate::console) fn asked(kind: ApprovalKind, lang: Lang) -> &'static str {
    match kind {
        ApprovalKind::Review => lang.pick(
            "有人对本案的存疑记录作出判定。您同意后，判定生效，并按判定生成新的报告版本。",
            "Somebody decided whose records of this case are. When you agree the decision stands, and another version of the report is made with it.",
        ),
        ApprovalKind::Erasure => lang.pick(
            "有人申请销毁本案的全部数据。您同意后，数据密钥立即销毁，报告和证据任何人都不能恢复。",
            "Somebody asks that this case is erased. When you agree its keys are destroyed at once: nobody can open its report or evidence again.",
        ),
        ApprovalKind::Destruction => lang.pick(
            "家庭成员或义务人已撤回授权，据此取得的反馈已锁定。您同意后立即销毁，不可恢复；期限内无人反对的，自行销毁。",
            "A member or obligor took the authorisation back, and what was answered under it is locked. When you agree it is destroyed at once and cannot be brought back; it is destroyed too when nobody refuses in time.",
        ),
        ApprovalKind::Inspection => lang.pick(
            "审计人员申请在一定时间内打开本案的报告。须由审核人员和安全管理员各一人同意。",
            "An auditor asks to open this case’s reports for some hours. It takes a supervisor and a security administrator to agree.",
        ),
    }
}

/// Why an auditor wants to see a report.
pub(in crate::console) fn inspection_grounds(grounds: Grounds, lang: Lang) -> &'static str {
    match grounds {
        Grounds::Complaint => lang.pick("收到投诉举报", "somebody complained"),
        Grounds::Finding => lang.pick("审计日志中发现异常", "the log shows something unusual"),
        Grounds::Sample => lang.pick("抽样检查", "a check by sample"),
        Grounds::Authority => lang.pick("其他机关来函要求", "another authority asks"),
    }
}

/// A number of hours.
pub(in crate::console) fn hours(hours: u32, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{hours} 小时"),
        Lang::En => format!("{hours} h"),
    }
}

/// What was just done: heading, and what follows.
pub(in crate::console) fn done(word: &str, lang: Lang) -> Option<(&'static str, &'static str)> {
    let words = match word {
        "agreed" => [
            ("已同意", "You agreed"),
            (
                "您的意见已记录。还需他人同意的，待其表态后生效。",
                "It is noted. Where another has to agree too, it takes effect then.",
            ),
        ],
        "destroyed" => [
            ("已同意，反馈已销毁", "You agreed: the answers are destroyed"),
            ("被锁定的反馈已销毁，不能恢复。", "What was locked can never be opened again."),
        ],
        "refused" => [("未同意", "You refused"), ("事项不生效。", "It takes no effect.")],
        "taken_back" => [("已撤回", "It is taken back"), ("事项不生效。", "It takes no effect.")],
        "ended" => [
            ("查阅已终止", "The inspection has ended"),
            ("审计人员不能再打开报告。", "The auditor opens no report any more."),
        ],
        "asked" => [("申请已提交", "It is asked"), ("待他人同意后生效。", "It takes effect when others have agreed.")],
        _ => return None,
    };
    let [heading, text] = words.map(|(zh, en)| lang.pick(zh, en));
    Some((heading, text))
}
