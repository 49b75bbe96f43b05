//! Many households in one file (批次).

use crate::bulk::{BatchState, Unchanged};
use crate::household::Lang;

page_words! {
    /// What they say.
    BatchWords {
        title: "批次", "Batches";
        about: "本单位、本辖区成批核对的文件，最新的在前。", "Files of households of your organisation and regions, the newest first.";
        none: "还没有批次。", "There is no batch yet.";
        new: "上传批次文件", "Send a file of households";
        of_batch: "批次", "Batch";
        received: "上传时间", "Sent";
        state: "状态", "State";
        number: "批次编号", "Batch number";
        format: "文件格式", "Format";
        households: "家庭数", "Households";
        accepted: "已受理", "Accepted";
        done: "已完成", "Done";
        faulty: "有误", "Faulty";
        passed_over: "未选中", "Not chosen";
        progress: "办理进度", "How far it is";
        of: "户已完成，已受理", "households done, of";
        households_unit: "户", "accepted";
        reading: "文件仍在读取，户数还会增加。", "The file is still being read: there will be more.";
        rate: "办理速度", "Throughput";
        left: "预计剩余", "Time left";
        refresh: "刷新本页", "Reload this page";
        by_state: "按状态", "By state";
        count: "户数", "Households";
        file_fault: "文件未能读完", "The file could not be read to its end";
        sheets: "结果", "Results";
        results: "核对结果", "Results";
        changes: "与上次比较", "What changed";
        referrals: "转介线索", "Referrals";
        faults: "文件错误", "Faults of rows";
        overview: "概况", "Overview";
        results_about: "按文件顺序列出每户的结论。打开本页时，每户均记入日志。", "Each household’s outcome, in the order of the file. Opening this page is logged for every household.";
        changes_about: "与上次报告相比有变化的家庭及原因。作出不利处理前，应当先听取家庭的说明。", "Households whose last report said something else, and why. Before anything adverse the family is heard.";
        referrals_about: "可进一步了解的其他救助事项，是线索，不是结论。", "Other programmes worth asking about: hints, never findings.";
        faults_about: "下列行未能受理，其余各户照常核对。按办理意见改正后，可只上传有误的家庭。", "These rows were not accepted; the others proceed. Correct them as told and send those households again.";
        results_none: "尚无结果。", "There are no results yet.";
        changes_none: "本页没有可列出的变化。", "There is no change to list on this page.";
        referrals_none: "本页各户没有转介线索。", "No household of this page is referred anywhere.";
        faults_none: "文件各行均已受理。", "Every row was accepted.";
        household: "家庭", "Household";
        household_state: "办理状态", "Status";
        outcome: "结论", "Outcome";
        certainty: "确定程度", "Certainty";
        per_head: "月人均收入（已核）", "Monthly income a head so far";
        silent: "未反馈部门", "Departments yet to answer";
        open: "待定", "open";
        standard: "标准", "Standard";
        held: "待核实", "Held";
        due: "下次复核", "Due";
        what: "变化", "Change";
        before: "上次", "Before";
        after: "本次", "Now";
        why: "原因", "Why";
        hearing: "听取说明", "Hearing";
        programme: "事项", "Programme";
        people: "人员", "People";
        office: "主管单位", "Office";
        line: "行号", "Line";
        column: "列", "Column";
        fault: "问题", "Fault";
        remedy: "办理意见", "Remedy";
        exports: "导出", "Export";
        export_csv: "导出 CSV（可用电子表格打开）", "CSV, for a spreadsheet";
        export_jsonl: "导出 JSONL", "JSONL, for programs";
        left_out: "因回避未列出的家庭", "Households left out, being about you or your kin";
        actions: "您可以办理", "What you may do";
        pause: "暂停", "Pause";
        pause_about: "不再开始新的家庭，正在核对的继续办完。", "No more households begin; those at work end.";
        resume: "继续", "Resume";
        resume_about: "继续办理余下的家庭。", "Go on with the others.";
        cancel: "取消批次", "Cancel";
        cancel_about: "未开始的家庭不再核对，已有的报告保留。", "What has not begun never will; reports that stand stay.";
        pause_title: "暂停批次", "Pause the batch";
        resume_title: "继续批次", "Resume the batch";
        cancel_title: "取消批次", "Cancel the batch";
        send: "上传", "Send";
        new_about: "每行一人或每行一户，读取后逐户受理。有误的行单独列出，其余照常核对。", "A row a person or a line a household. Faulty rows are listed; the others proceed.";
        file: "批次文件", "File of households";
        file_hint: "CSV、XLSX 或 NDJSON，至多 1 GiB、10 万户。证件号码列请设为文本格式。", "CSV, XLSX or NDJSON; at most 1 GiB and 100,000 households. Keep the column of numbers as text.";
        file_missing: "请选择批次文件", "Choose the file";
        file_kind: "文件应为 .csv、.xlsx 或 .ndjson", "The file ends in .csv, .xlsx or .ndjson";
        file_large: "文件超过 1 GiB，请分成多个批次", "The file is over 1 GiB: send several";
        file_broken: "文件没有传完，请重新上传", "The file did not come whole: send it again";
        no_room: "服务器磁盘空间不足，暂不接收文件，请联系系统管理员", "The disk is nearly full and no file is taken: ask the system administrator";
        template: "下载表头模板（CSV）", "The heading line to begin with (CSV)";
        columns: "各列说明", "What each column holds";
        column_kind: "填写", "Whose";
        column_about: "内容", "What stands in it";
        purpose: "核对事项", "Purpose";
        by_file: "以文件为准", "As the file says";
        region: "区划代码", "Region";
        region_hint: "六位数字，例如 620422；不填则以文件为准", "Six digits such as 620422; as the file says unless given";
        region_wrong: "区划代码应为六位数字", "A region is a code of six digits";
        as_of: "核对基准日", "As of";
        as_of_hint: "不填为今天", "Today unless given";
        as_of_wrong: "日期应为年-月-日，例如 2026-11-01", "Write the date as year-month-day, such as 2026-11-01";
        registered_as: "户籍类别", "Registered as";
        legal_document: "排查依据文号", "Document of the duty";
        legal_document_hint: "仅用于名册排查", "For the screening of rosters alone";
        legal_document_wrong: "只有名册排查才填写依据文号", "Only the screening of a roster has such a document";
        only_purpose: "只核对此事项的家庭", "Only households of this purpose";
        any: "全部", "All";
        only_township: "只核对此乡镇", "Only this township";
        only_village: "只核对此村（社区）", "Only this village";
        choice_wrong: "请从列表中选择", "Choose from the list";
        sent: "批次已接收", "The batch is accepted";
        sent_about: "正在读取文件并逐户核对，本页自动更新。", "The file is being read and each household verified; this page keeps itself up to date.";
        paused: "批次已暂停", "The batch is paused";
        resumed: "批次继续办理", "The batch goes on";
        cancelled: "批次已取消", "The batch is cancelled";
    }
}

/// A batch's state.
pub(in crate::console) fn state(state: BatchState, lang: Lang) -> &'static str {
    match state {
        BatchState::Receiving => lang.pick("接收中", "receiving"),
        BatchState::Running => lang.pick("办理中", "running"),
        BatchState::Paused => lang.pick("已暂停", "paused"),
        BatchState::Finished => lang.pick("已完成", "finished"),
        BatchState::Cancelled => lang.pick("已取消", "cancelled"),
    }
}

/// The page's households of which no change is told, by why; none where there are none.
pub(in crate::console) fn unchanged(of: Unchanged, lang: Lang) -> Option<String> {
    let parts = [
        (of.same, "户与上次报告相比没有变化", "did not change"),
        (of.no_earlier, "户没有可比的上次报告", "have no earlier report to compare with"),
        (of.not_final, "户的报告尚未最终形成，暂不能比较", "have no final report yet and cannot be compared"),
        (of.gone, "户的变化已封存或销毁", "have changes that are locked or destroyed"),
    ];
    let told: Vec<String> = (parts.iter())
        .filter(|(count, ..)| *count > 0)
        .map(|(count, zh, en)| match lang {
            Lang::Zh => format!("{count} {zh}"),
            Lang::En => format!("{count} {en}"),
        })
        .collect();
    (!told.is_empty()).then(|| match lang {
        Lang::Zh => format!("本页其余各户：{}。", told.join("；")),
        Lang::En => format!("The other households of this page: {}.", told.join("; ")),
    })
}

/// Households a minute, or an hour where that is less than one.
pub(in crate::console) fn rate(done: u64, seconds: u64, lang: Lang) -> String {
    let seconds = seconds.max(1);
    let (count, minute) = match done * 60 / seconds {
        0 => (done * 3600 / seconds, false),
        count => (count, true),
    };
    match (lang, minute) {
        (Lang::Zh, true) => format!("每分钟 {count} 户"),
        (Lang::Zh, false) => format!("每小时 {count} 户"),
        (Lang::En, true) => format!("{count} a minute"),
        (Lang::En, false) => format!("{count} an hour"),
    }
}

/// A time as people say it.
pub(in crate::console) fn time(seconds: u64, lang: Lang) -> String {
    let (hours, minutes) = (seconds / 3600, seconds % 3600 / 60);
    match (lang, hours, minutes) {
        (Lang::Zh, 0, 0) => "不到 1 分钟".to_owned(),
        (Lang::Zh, 0, _) => format!("{minutes} 分钟"),
        (Lang::Zh, ..) => format!("{hours} 小时 {minutes} 分钟"),
        (Lang::En, 0, 0) => "less than a minute".to_owned(),
        (Lang::En, 0, _) => format!("{minutes} min"),
        (Lang::En, ..) => format!("{hours} h {minutes} min"),
    }
}

/// Where a file could not be read on.
pub(in crate::console) fn stopped(line: u64, code: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("第 {line} 行之后未能读取（{code}）；此前各户已受理。"),
        Lang::En => format!("Nothing after line {line} could be read ({code}); the households before it are accepted."),
    }
}
