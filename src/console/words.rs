//! What roles and permissions are called on pages.

use crate::auth::{Permission, Role};
use crate::config::Disclosure;

pub(super) fn role(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Client => ("业务系统", "caseworker system"),
        Role::Caseworker => ("经办", "caseworker"),
        Role::Supervisor => ("审核", "supervisor"),
        Role::Auditor => ("审计", "auditor"),
        Role::SystemAdmin => ("系统管理员", "system administrator"),
        Role::SecurityAdmin => ("安全管理员", "security administrator"),
    }
}

pub(super) fn disclosure(level: Disclosure) -> (&'static str, &'static str) {
    match level {
        Disclosure::Conclusion => ("仅核对结论", "the conclusion alone"),
        Disclosure::Amounts => ("结论与分类金额", "the conclusion and sums by class"),
        Disclosure::Full => ("完整报告", "the whole report"),
    }
}

/// What a permission allows, in the order in which it is shown.
pub(super) const PERMISSIONS: &[(Permission, &str, &str)] = &[
    (Permission::SubmitCase, "发起家庭核对", "start a verification of a household"),
    (Permission::ReadCase, "查看核对进度", "see how a verification stands"),
    (Permission::OpenReport, "查看核对报告", "open reports"),
    (Permission::FetchReport, "下载加密报告", "fetch sealed reports"),
    (Permission::SteerCase, "撤销核对、登记异议、撤回授权", "cancel, object, take consent back"),
    (Permission::DecideRecords, "判定存疑记录的归属", "decide whose a held record is"),
    (Permission::IssueReport, "签发报告", "issue reports"),
    (Permission::SecondHand, "作为第二人复核", "agree as the second person"),
    (Permission::ReadApprovals, "查看待复核事项", "see what waits for a second person"),
    (Permission::RunBatches, "批量核对", "run batches"),
    (Permission::ReadBatches, "查看批次进度", "see how batches stand"),
    (Permission::Monitor, "动态监测与预警处理", "watch households and acknowledge alerts"),
    (Permission::Assess, "按政策试算", "apply the rules to evidence you give"),
    (Permission::Compare, "比对两个身份", "compare two identities"),
    (Permission::Inspect, "申请审计查阅", "ask for an inspection"),
    (Permission::ManageCallbacks, "管理回调", "look after callbacks"),
    (Permission::ReadSources, "查看数据来源状态", "see the state of the departments"),
    (Permission::ReadPolicy, "查看政策规则", "see the rules in force"),
];
