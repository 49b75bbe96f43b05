//! Terms that several pages use. A report's own terms (purposes, sources, answers) are `report::text`'s.

use crate::auth::{Permission, Role};
use crate::config::Disclosure;
use crate::console::parts::{Tag, Tone};
use crate::household::{Lang, Purpose};
use crate::report::text;
use crate::store::{ApprovalKind, OutboxTopic};
use crate::verification::CaseState;

/// A role.
pub(in crate::console) fn role(role: Role, lang: Lang) -> &'static str {
    match role {
        Role::Client => lang.pick("业务系统", "caseworker system"),
        Role::Caseworker => lang.pick("经办", "caseworker"),
        Role::Supervisor => lang.pick("审核", "supervisor"),
        Role::Auditor => lang.pick("审计", "auditor"),
        Role::SystemAdmin => lang.pick("系统管理员", "system administrator"),
        Role::SecurityAdmin => lang.pick("安全管理员", "security administrator"),
    }
}

/// A level of disclosure.
pub(in crate::console) fn disclosure(level: Disclosure, lang: Lang) -> &'static str {
    match level {
        Disclosure::Conclusion => lang.pick("仅核对结论", "the conclusion alone"),
        Disclosure::Amounts => lang.pick("结论与分类金额", "the conclusion and sums by class"),
        Disclosure::Full => lang.pick("完整报告", "the whole report"),
    }
}

/// The state of a case.
pub(in crate::console) fn state(state: CaseState, lang: Lang) -> &'static str {
    match state {
        CaseState::Accepted => lang.pick("已受理", "accepted"),
        CaseState::Running => lang.pick("核对中", "running"),
        CaseState::Waiting => lang.pick("等待反馈", "waiting"),
        CaseState::Final => lang.pick("已完成", "final"),
        CaseState::Cancelled => lang.pick("已撤销", "cancelled"),
        CaseState::Failed => lang.pick("失败", "failed"),
        CaseState::Erased => lang.pick("已销毁", "erased"),
    }
}

/// A purpose by its code.
pub(in crate::console) fn purpose(code: &str, lang: Lang) -> String {
    Purpose::parse(code).map_or_else(|| code.to_owned(), |purpose| text::purpose(purpose, lang).to_owned())
}

/// What a second person is asked for.
pub(in crate::console) fn approval(kind: ApprovalKind, lang: Lang) -> &'static str {
    match kind {
        ApprovalKind::Review => lang.pick("记录归属判定", "whose records are"),
        ApprovalKind::Erasure => lang.pick("销毁案件数据", "erasure of a case"),
        ApprovalKind::Destruction => lang.pick("撤回授权后销毁", "destruction after a withdrawal"),
        ApprovalKind::Inspection => lang.pick("审计查阅", "inspection"),
    }
}

/// How something ended that took a second person.
pub(in crate::console) fn approval_status(status: &str, lang: Lang) -> Tag {
    let (tone, zh, en) = match status {
        "agreed" => (Tone::Good, "已同意", "agreed"),
        "refused" => (Tone::Bad, "未同意", "refused"),
        "revoked" => (Tone::Bad, "已提前终止", "ended early"),
        "lapsed" => (Tone::Plain, "已失效", "lapsed"),
        "void" => (Tone::Plain, "已作废", "void"),
        _ => (Tone::Active, "等待复核", "open"),
    };
    Tag::of(tone, lang.pick(zh, en))
}

/// What a callback is about.
pub(in crate::console) fn topic(topic: OutboxTopic, lang: Lang) -> &'static str {
    match topic {
        OutboxTopic::Version => lang.pick("报告版本", "a version of a report"),
        OutboxTopic::Alert => lang.pick("预警", "an alert"),
        OutboxTopic::Batch => lang.pick("批次", "a batch"),
    }
}

/// What a permission allows.
pub(in crate::console) fn permission(permission: Permission, lang: Lang) -> &'static str {
    match permission {
        Permission::SubmitCase => lang.pick("发起家庭核对", "start a verification of a household"),
        Permission::ReadCase => lang.pick("查看核对进度", "see how a verification stands"),
        Permission::OpenReport => lang.pick("查看核对报告", "open reports"),
        Permission::FetchReport => lang.pick("下载加密报告", "fetch sealed reports"),
        Permission::SteerCase => lang.pick("撤销核对、登记异议、撤回授权", "cancel, object, take consent back"),
        Permission::AskErasure => lang.pick("申请销毁案件数据", "ask that a case is erased"),
        Permission::DecideRecords => lang.pick("判定存疑记录的归属", "decide whose a held record is"),
        Permission::IssueReport => lang.pick("签发报告", "issue reports"),
        Permission::SecondHand => lang.pick("作为第二人复核", "agree as the second person"),
        Permission::ReadApprovals => lang.pick("查看待复核事项", "see what waits for a second person"),
        Permission::RunBatches => lang.pick("批量核对", "run batches"),
        Permission::ReadBatches => lang.pick("查看批次进度", "see how batches stand"),
        Permission::Monitor => lang.pick("动态监测与预警处理", "watch households and acknowledge alerts"),
        Permission::Assess => lang.pick("按政策试算", "apply the rules to evidence you give"),
        Permission::Compare => lang.pick("比对两个身份", "compare two identities"),
        Permission::LinkRosters => lang.pick("比对两份名册", "match two rosters"),
        Permission::Inspect => lang.pick("申请审计查阅", "ask for an inspection"),
        Permission::ReadLog => lang.pick("检索审计日志", "search the audit log"),
        Permission::TraceSubject => lang.pick("查看一个人的全部留痕", "see everything done about one person"),
        Permission::RegisterKin => lang.pick("登记工作人员的回避关系", "register whom somebody stands apart from"),
        Permission::ManageCallbacks => lang.pick("管理回调", "look after callbacks"),
        Permission::ReadSources => lang.pick("查看数据来源状态", "see the state of the departments"),
        Permission::TryRules => lang.pick("政策调整试算", "try changed rules on kept cases"),
        Permission::ReadPolicy => lang.pick("查看政策规则", "see the rules in force"),
    }
}
