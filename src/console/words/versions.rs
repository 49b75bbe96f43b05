//! Versions side by side, what changed since the last report, objections.

use crate::household::Lang;
use crate::report::change::Direction;

page_words! {
    /// What changed, wherever it is told.
    ChangeWords {
        versions_title: "报告版本对比", "Versions of the report";
        versions: "全部版本", "All versions";
        compare: "对比两个版本", "Compare two versions";
        compare_about: "对比需调阅两版报告，记入审计日志。", "Comparing opens both reports; that stands in the audit log.";
        from: "前一版本", "Earlier version";
        to: "后一版本", "Later version";
        compare_go: "对比", "Compare";
        only_one: "只有一个版本，没有可对比的内容。", "There is one version, so there is nothing to compare.";
        less: "版本对比须有“完整报告”披露层级。", "Comparing versions takes the disclosure level “the whole report”.";
        same: "两个版本的内容没有差别。", "The two versions say the same.";
        made_because: "生成原因", "Made because of";
        issued_by: "签发", "Issued by";
        not_issued: "未签发", "not issued";
        what: "项目", "What";
        is: "变化", "Change";
        why: "原因", "Why";
        before: "变化前", "Before";
        after: "变化后", "After";
        added: "新增", "added";
        gone: "消失", "gone";
        changed: "变动", "changed";
        none: "无", "none";
        hint: "提示", "Hint";
        rules: "变更的规则参数", "Rules that are others";
        decides_nothing: "只核对、不认定：以上为供经办人员参考的提示。“不可比”不等于减少或归零。", "This verifies and decides nothing: hints for the officer. “Not comparable” never means a fall or nothing.";
        change_title: "与上次核对相比的变化", "What changed since the last report";
        last: "上次核对", "Last report";
        this: "本次核对", "This report";
        last_case: "查看上次核对案件", "The case of the last report";
        hearing: "听取家庭说明", "The family is heard";
        to_be_heard: "待听取说明", "to be heard";
        heard: "已听取说明", "heard";
        hearing_open: "信息未齐，暂不能判断是否须听取说明", "not everybody has answered: whether the family is to be heard cannot be said yet";
        no_hearing: "无不利变化，无须听取说明", "nothing adverse: no hearing needed";
        passed_on: "已移送", "passed on";
        passed_on_from: "未说明的，可移送之日", "Where nothing is said, may be passed on from";
        statements: "家庭的说明", "What the family said";
        said_on: "日期", "Day";
        said: "说明", "Words";
        said_gone: "已随撤回授权销毁", "destroyed with an authorisation taken back";
        said_none: "尚未登记家庭的说明。", "Nothing is noted yet.";
        statement: "登记家庭的说明", "Note what the family said";
        statement_hint: "按家庭原话填写，1 至 4000 字。登记后不可修改，可再次登记。", "In their own words, 1 to 4,000 characters. It is not changed afterwards; a later word stands beside it.";
        statement_wrong: "请填写家庭的说明，1 至 4000 字", "Write down what the family said, in 1 to 4,000 characters";
        statement_go: "登记说明", "Note it";
    }
}

page_words! {
    /// Objections.
    ObjectionWords {
        title: "异议与复核", "Objections";
        about: "申请人对部门反馈有异议的，在此登记。相关部门将被重新查询，并生成新的报告版本。", "What the applicant says against a department’s answer is entered here. The department is asked anew, and another version is made.";
        list: "已登记的异议", "Objections made";
        none: "没有异议。", "No objection was made.";
        on: "日期", "Day";
        by: "登记人", "Entered by";
        version: "版本", "Version";
        against: "涉及部门", "Departments";
        says: "申请人陈述", "What the applicant says";
        gone: "已随撤回授权销毁", "destroyed with an authorisation taken back";
        new: "登记新的异议", "Enter an objection";
        new_go: "登记异议", "Enter it";
        sources: "对哪些部门的反馈有异议", "Against which departments’ answers";
        sources_hint: "只能选择本案查询过的部门；所选部门将被重新查询。", "Departments that were asked in this case; those chosen are asked anew.";
        sources_missing: "请至少选择一个部门", "Choose a department at least";
        record_line: "具体记录（可不填）", "The record, if it is against one";
        record_hint: "报告中列出的记录编号，例如 m1/vehicles/62042200013", "As the report names it, such as m1/vehicles/62042200013";
        record_wrong: "记录编号不超过 200 字", "At most 200 characters";
        statement: "申请人陈述", "What the applicant says";
        statement_hint: "按申请人原话填写，1 至 4000 字；证明材料请收入案卷。", "In the applicant’s own words, 1 to 4,000 characters; papers go into the file.";
        statement_wrong: "请填写申请人的陈述，1 至 4000 字", "Write down what the applicant says, in 1 to 4,000 characters";
        not_now: "案件正在办理，或没有最终报告，暂不能登记异议。", "The case is at work, or has no final report: an objection can be entered once it has.";
    }
}

/// Which way a change points, as the table says it.
pub(in crate::console) fn direction(direction: Direction, lang: Lang) -> Option<&'static str> {
    match direction {
        Direction::Neutral => None,
        other => Some(other.words(lang)),
    }
}

/// A version's heading.
pub(in crate::console) fn version(number: u32, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("第 {number} 版"),
        Lang::En => format!("Version {number}"),
    }
}
