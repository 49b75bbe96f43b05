//! The log's pages.

use crate::audit::{ActorRole, Outcome};
use crate::household::Lang;
use crate::oversight::FindingKind;

page_words! {
    /// What they say.
    AuditWords {
        title: "审计", "Audit";
        parts: "审计功能", "Parts of the audit";
        search: "日志检索", "Search the log";
        search_about: "最新的在前。检索本身也记入日志。日志中没有姓名、证件号码和金额。", "The newest first. The search itself is logged. The log holds no name, no number and no amount of anybody.";
        search_none: "没有符合条件的条目。", "There are no such entries.";
        person: "个人留痕", "One person";
        findings: "异常使用", "Findings";
        verify: "完整性校验", "Verify";
        actor: "操作者", "Who";
        actor_hint: "登记名，如 wang-li", "As registered, such as wang-li";
        actor_personal: "请填写登记名，不要填写证件号码或手机号码：它会出现在网址中", "Give the registered name, not an ID or mobile number: it would stand in the address";
        actor_long: "登记名至多 128 个字符", "A registered name has at most 128 characters";
        case: "案件、批次或异常编号", "Case, batch or finding";
        case_hint: "报告编号，或 36 位编号", "A report’s number, or an id of 36 characters";
        case_wrong: "应为报告编号（如 HD-620422-2026-000123），或 36 位编号", "A report's number (such as HD-620422-2026-000123), or an id of 36 characters";
        kind: "动作", "What was done";
        any_kind: "全部动作", "Anything";
        kind_wrong: "请从列表中选择动作", "Choose from the list";
        from: "起始日期", "From";
        to: "截止日期（含）", "To, that day included";
        date_wrong: "请按年-月-日填写，如 2026-11-01", "Write year, month and day, such as 2026-11-01";
        dates_turned: "截止日期早于起始日期", "The last day is before the first";
        find: "检索", "Search";
        export: "导出全部结果：", "All that is found, as a file: ";
        csv: "CSV 表格", "CSV";
        jsonl: "JSON Lines", "JSON Lines";
        logged_as: "本次检索记入日志第", "This search is entry";
        logged_as_end: "条", "of the log";
        index: "序号", "Entry";
        at: "时间", "When";
        outcome: "结果", "Outcome";
        about: "关于", "About";
        about_case: "案件", "Case";
        about_batch: "批次", "Batch";
        about_finding: "异常", "Finding";
        entry: "日志条目", "Entry of the log";
        organisation: "单位", "Organisation";
        role: "身份", "Capacity";
        id: "条目编号", "Id";
        case_organisation: "案件所属单位", "Whose case";
        region: "区划", "Region";
        version: "报告版本", "Version of the report";
        member: "家庭成员", "Member";
        subject: "人员标签", "Person, as a tag";
        purpose: "事项", "Purpose";
        basis: "法律依据", "Legal basis";
        authorisation: "授权书", "Authorisation";
        source: "数据来源", "Department";
        answer: "反馈", "Answer";
        count: "合计", "Stands for";
        detail: "明细摘要（SHA-256）", "Hash of the detail (SHA-256)";
        case_entries: "本案全部条目", "Every entry of this case";
        unreadable: "所存内容无法按条目读取", "What is stored cannot be read as an entry";
        unreadable_about: "以下仅为索引列。请运行 hedui audit verify。", "Only index columns are shown. Run hedui audit verify.";
        proof: "存在证明", "Proof that it is in the log";
        proof_holds: "已验证：由本条的哈希经下列各值可得到检查点的根，检查点签名有效。", "Checked: from the hash of this entry the values below lead to the root of the checkpoint, whose signature holds.";
        proof_broken: "验证未通过：由本条的哈希得不到检查点的根。请立即离线校验。", "Not proved: the hash of this entry does not lead to the checkpoint’s root. Verify offline at once.";
        proof_files: "证明文件与检查点", "The proof and its checkpoint";
        proof_about: "任何人可离线复核，无需本系统：", "Anybody can check it offline, without this system:";
        leaf_hash: "条目哈希（SHA-256）", "Hash of the entry (SHA-256)";
        id_number: "身份证号码", "ID number";
        id_hint: "不会出现在网址、日志或导出文件名中；日志以标签识别此人。其他证件号码也可填写。", "It stands in no address, no log and no name of a file; the log knows the person by a tag. Numbers of other documents may be given too.";
        id_missing: "请填写证件号码，至多 64 个字符", "Give the number, of at most 64 characters";
        trace: "查看全部留痕", "Show everything done";
        trail: "此人的全部留痕", "Everything done about this person";
        trail_about: "按案件列出，最新的在前。查看留痕以此人的标签记入日志。本人及已登记亲属的留痕由其他审计人员查看。", "By case, the newest first. Reading it is logged under the person’s own tag. One’s own trail and that of registered kin are another auditor’s to read.";
        trail_none: "日志中没有此人的记录（在您的监督范围内）。", "The log holds nothing about this person, as far as you oversee it.";
        tags: "此人在日志中的标签", "The person’s tags in the log";
        other: "与案件无关的条目", "Entries about no case";
        requested_by: "发起人", "Asked by";
        requested_at: "发起时间", "Asked";
        status: "状态", "State";
        another: "查询另一个人", "Another person";
        older: "更早的条目", "Older entries";
        findings_about: "仅凭日志推算。异常是待核实的疑问，不是结论。", "Reckoned from the log alone. A finding is a question, not an accusation.";
        findings_none: "这段时间没有异常使用。", "Nothing stands out in these days.";
        days: "查看范围", "Days";
        days_7: "最近 7 天", "The last 7 days";
        days_30: "最近 30 天", "The last 30 days";
        days_92: "最近 92 天", "The last 92 days";
        days_wrong: "请选择范围", "Choose how many days";
        show: "查看", "Show";
        day: "日期", "Day";
        finding: "异常", "Finding";
        why: "说明", "Why";
        times: "次数", "Count";
        seen: "处理", "Seen";
        seen_by: "已阅", "seen";
        open: "待处理", "open";
        bound: "提示起点", "A finding from";
        usual: "通常", "Usual";
        shown_by: "相关条目（最多 200 条）", "The entries that show it (at most 200)";
        earlier: "此前的级别", "Before it doubled";
        acknowledge: "确认已阅", "Acknowledge";
        acknowledge_about: "确认记入日志，写明由您阅处。", "That you have seen it stands in the log under your name.";
        note: "处理说明（选填）", "Note (optional)";
        note_hint: "系统只保存说明的摘要，请自行留存原文。至多 1000 字。", "Only a MAC of it is kept: keep the words. At most 1,000 characters.";
        note_long: "说明至多 1000 字", "A note has at most 1,000 characters";
        acknowledged: "已确认", "Acknowledged";
        acknowledged_about: "确认已记入日志。", "It stands in the log.";
        standing: "日志现状", "How the log stands";
        empty: "日志为空。", "The log is empty.";
        origin: "日志名称", "Name of the log";
        size: "条目数", "Entries";
        root: "根哈希", "Root";
        published: "最近公布的检查点", "Checkpoint published last";
        not_published: "尚未公布", "none yet";
        grew: "由公布时起只增未改", "Since the published checkpoint";
        grew_yes: "一致性证明成立", "consistency proved";
        grew_no: "不一致", "it does not go together";
        witnesses: "见证方", "Witnesses";
        no_witness: "未设见证方：若签名密钥的持有人重写日志，只有自行留存的检查点能发现。", "There is none: should whoever holds the signing key rewrite the log, only a checkpoint kept elsewhere shows it.";
        note_of: "当前检查点（请留存一份在系统之外）", "The present checkpoint: keep a copy outside of this system";
        check: "在线校验", "Check it now";
        check_about: "重新计算每一条的哈希和整棵树，与当前、已公布、已见证的检查点逐一比对。分页进行，不影响服务；本进程同时只运行一次。", "Hashes every entry and the whole tree again, and holds it against the present, published and cosigned checkpoints. In pages, beside the service; one at a time in a process.";
        kept: "您留存的检查点（选填）", "A checkpoint that you kept (optional)";
        kept_hint: "粘贴此前留存的检查点全文。与之不符说明日志在此后被改写，即使签名密钥已泄露。", "Paste one whole. If the log does not go together with it, it was rewritten since, even by whoever has the key.";
        kept_held: "留存的检查点", "Checkpoint kept elsewhere";
        with_kept: "已一并核对", "held against the log too";
        without_kept: "未提供", "none was given";
        check_other: "另一次校验正在进行，没有使用您粘贴的检查点。请待其结束后再次提交。", "Another check is under way and does not use the checkpoint that you pasted. Send it again when that one has ended.";
        kept_wrong: "这不是本日志签名的检查点", "That is no checkpoint signed by this log";
        begin: "开始校验", "Begin";
        under_way: "校验进行中", "Being checked";
        last: "最近一次校验", "The last check";
        read_of: "条已读，共", "entries read, of";
        read_items: "条", "";
        by: "校验人", "Begun by";
        began: "开始", "Begun";
        ended: "结束", "Ended";
        checked: "已核对", "Checked";
        whole: "未发现问题", "nothing is wrong";
        altered: "日志已被改动", "the log was altered";
        failed: "未能完成", "not completed";
        failed_about: "读取时出错，对日志不作判断。请稍后再试或离线校验。", "Something failed on the way: nothing is said of the log. Try again, or verify offline.";
        faults: "问题", "What is wrong";
        refresh: "刷新本页", "Reload this page";
        offline: "须离线进行的校验", "What takes the offline command";
        offline_about: "在线校验由服务自己进行。以下内容须在另一台机器上，用您自己保管的密钥和检查点进行：索引列与条目是否一致，受保护的各表与日志是否互相对应，见证方的密钥是否可信。", "Here the service checks itself. On another machine, with keys and checkpoints that you keep, can be checked what is not checked here: index columns against entries, protected rows against the log both ways, and the witnesses’ keys.";
    }
}

/// In what capacity.
pub(in crate::console) fn capacity(role: &str, lang: Lang) -> &'static str {
    match ActorRole::parse(role) {
        Some(ActorRole::Caseworker) => lang.pick("经办", "caseworker"),
        Some(ActorRole::Supervisor) => lang.pick("审核", "supervisor"),
        Some(ActorRole::Auditor) => lang.pick("审计", "auditor"),
        Some(ActorRole::SystemAdmin) => lang.pick("系统管理员", "system administrator"),
        Some(ActorRole::SecurityAdmin) => lang.pick("安全管理员", "security administrator"),
        Some(ActorRole::Client) => lang.pick("业务系统", "caseworker system"),
        Some(ActorRole::Service) => lang.pick("本系统", "this service"),
        None => lang.pick("不详", "unknown"),
    }
}

/// How it ended.
pub(in crate::console) fn outcome(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Allowed => lang.pick("准予", "allowed"),
        Outcome::Denied => lang.pick("拒绝", "refused"),
        Outcome::Done => lang.pick("完成", "done"),
        Outcome::Failed => lang.pick("失败", "failed"),
    }
}

/// What stands out.
pub(in crate::console) fn finding(kind: FindingKind, lang: Lang) -> &'static str {
    match kind {
        FindingKind::ManyCases => lang.pick("一日内查看大量案件", "many cases in a day"),
        FindingKind::NoOpenCase => lang.pick("查看无人办理的案件", "cases that nobody works on"),
        FindingKind::ManyDenials => lang.pick("多次被拒绝", "many refusals"),
        FindingKind::OutOfHours => lang.pick("非工作时间查看", "outside office hours"),
    }
}

/// An entry in one sentence.
pub(in crate::console) fn sentence(lang: Lang, [who, capacity, when, what, how]: [&str; 5]) -> String {
    match lang {
        Lang::Zh => format!("{who}（{capacity}）于{when}：{what}，{how}。"),
        Lang::En => format!("{who} ({capacity}), {when}: {what}, {how}."),
    }
}

/// An entry's heading.
pub(in crate::console) fn heading(lang: Lang, index: u64, what: &str) -> String {
    match lang {
        Lang::Zh => format!("第 {index} 条：{what}"),
        Lang::En => format!("Entry {index}: {what}"),
    }
}

/// What a check found.
pub(in crate::console) fn checked(lang: Lang, size: u64, checkpoints: u64, cosigned: u64) -> String {
    match lang {
        Lang::Zh => format!("{size} 条条目、{checkpoints} 个检查点、{cosigned} 个见证签名"),
        Lang::En => format!("{size} entries, {checkpoints} checkpoints, {cosigned} cosignatures"),
    }
}

/// How many entries.
pub(in crate::console) fn entries(lang: Lang, count: u64) -> String {
    match lang {
        Lang::Zh => format!("{count} 条"),
        Lang::En => format!("{count} entries"),
    }
}

/// How many faults are not listed.
pub(in crate::console) fn more_faults(lang: Lang, count: u64) -> String {
    match lang {
        Lang::Zh => format!("另有 {count} 项未列出"),
        Lang::En => format!("and {count} more"),
    }
}
