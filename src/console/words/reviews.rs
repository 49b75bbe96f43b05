//! Held records: the queue, and a case's records beside the people they may belong to.

use crate::household::Lang;

page_words! {
    /// What they say.
    ReviewWords {
        title: "判定记录归属", "Whose are these records?";
        lead: "下列记录由部门返回，系统无法确定是否属于该家庭成员。判定之前，它们既不计入报告，也不排除。请逐条对照，作出判定并写明依据。", "Departments returned these records, and it is not certain that they are this person’s. Until somebody decides they are neither counted nor dropped. Compare each, decide, and say on what grounds.";
        number: "报告编号", "Report number";
        version: "报告版本", "Version of the report";
        held: "待核实记录", "Held records";
        purpose: "事项", "Purpose";
        open_case: "返回案件", "Back to the case";
        second: "需要第二人复核", "It takes a second person";
        second_caseworker: "您的判定提交后，由另一名审核人员复核同意方才生效。", "What you decide takes effect when a supervisor agrees to it.";
        second_supervisor: "判定改变报告中的合计、结论或金额的，由另一名审核人员复核同意方才生效；均不改变的，提交后立即生效。", "What changes a total, an outcome or an amount of the report takes effect when another supervisor agrees to it. What changes none of them takes effect at once.";
        fields: "本人与部门记录逐项对照", "The person and the record, field by field";
        field: "项目", "Field";
        stated: "申请中的本人", "The person, as the request states";
        found: "部门记录所载", "The record, as the department wrote it";
        compared: "比对", "Compared";
        name: "姓名", "Name";
        former_name: "曾用名", "Former name";
        id_number: "证件号码", "Document number";
        birth_date: "出生日期", "Born";
        sex: "性别", "Sex";
        phone: "联系电话", "Telephone";
        address: "住址", "Address";
        not_given: "未填写", "not given";
        not_compared: "未比对", "not compared";
        source: "来源部门", "Department";
        record_number: "部门记录编号", "The department’s number";
        as_of: "数据截止", "As of";
        changes: "判定的影响", "What the decision changes";
        why_held: "为何需要人工核实", "Why it is held";
        weights: "各项比对的权重", "How much each comparison weighs";
        weights_about: "每项比对支持或反对“同一人”的程度。合计介于两条线之间，系统不作认定。界线是本版报告所用比对模型的界线。", "How far each comparison speaks for or against one person. The total lies where the system does not decide. The thresholds are those of the model that this version of the report was made by.";
        no_model: "本版报告所用的比对模型已不能读取，权重和界线无从画出；各项支持还是反对，见上表。", "The model that this version of the report was made by cannot be read any more, so neither weights nor thresholds are drawn. What each field speaks for stands in the table above.";
        decide: "您的判定", "Your decision";
        theirs: "属于本人", "It is theirs";
        theirs_about: "计入报告", "it counts";
        anothers: "属于他人", "It is another’s";
        anothers_about: "不计入报告", "it does not count";
        later: "暂不判定", "Not now";
        reason: "判定依据", "Grounds";
        reason_hint: "例如核实的方式和看到的材料。载入报告，1 至 1000 字。", "Such as how it was looked into and what was seen. It stands in the report; 1 to 1,000 characters.";
        reason_missing: "请写明判定依据，1 至 1000 字", "Say on what grounds, in 1 to 1,000 characters";
        choose: "请至少对一条记录作出判定", "Decide about one record at least";
        submit: "提交判定", "Send the decision";
        none: "本案没有待核实的记录。", "No record of this case waits for a person.";
        waiting: "已提交，等待第二人复核", "It waits for a second person";
        waiting_about: "本案的判定已提交，另一名审核人员同意后生效。在此之前不能再次提交。", "A decision about this case has been sent and takes effect when another supervisor agrees. Until then none can be sent again.";
        voided: "此前提交的判定已作废", "The decision that was sent is void";
        voided_about: "提交之后报告形成了新的版本，原判定随之作废。请按本版本重新判定。", "Another version of the report was made after it was sent. Decide again, about this version.";
        refused: "此前提交的判定未获同意", "The decision that was sent was refused";
        refused_about: "复核人的理由见复核事项。记录仍待判定。", "Why stands with what was asked. The records still wait.";
        lapsed: "此前提交的判定已过复核期限", "The decision that was sent has lapsed";
        lapsed_about: "期限内无人表态，判定没有生效。记录仍待判定。", "Nobody agreed in time, so it takes no effect. The records still wait.";
        waiting_link: "查看复核事项", "See what is asked";
        sent: "判定已提交", "The decision is sent";
    }
}

/// Which record of how many, and what it is.
pub(in crate::console) fn heading(lang: Lang, place: usize, of: usize, what: &str, source: &str) -> String {
    match lang {
        Lang::Zh => format!("记录 {place}／{of}：{what}（{source}）"),
        Lang::En => format!("Record {place} of {of}: {what} ({source})"),
    }
}

/// Whose it may be.
pub(in crate::console) fn question(lang: Lang, name: &str, member: &str) -> String {
    match lang {
        Lang::Zh => format!("这条记录属于{name}（{member}）吗？"),
        Lang::En => format!("Is this the record of {name} ({member})?"),
    }
}

/// What a label of a choice says.
pub(in crate::console) fn choice(lang: Lang, what: &str, about: &str) -> String {
    match lang {
        Lang::Zh => format!("{what}，{about}"),
        Lang::En => format!("{what}: {about}"),
    }
}
