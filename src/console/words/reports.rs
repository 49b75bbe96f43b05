//! What stands above a report and its receipt.

use crate::household::Lang;
use crate::report::disclosure::ReportCopy;

page_words! {
    /// What it says.
    ReportWords {
        bar: "报告导航", "Around the report";
        back: "返回案件", "Back to the case";
        back_to_approvals: "返回双人复核", "Back to what waits for a second person";
        versions: "版本对比", "Versions";
        receipt: "审计回执", "Audit receipt";
        declared: "申报与核对", "Declared and found";
        report: "核对报告", "The report";
        print: "打印", "Print";
        print_hint: "用浏览器的打印功能打印，或另存为 PDF", "Print it, or save it as PDF, with the browser's own command";
    }
}

/// A copy, as the tab says it.
pub(in crate::console) fn copy(copy: ReportCopy, lang: Lang) -> &'static str {
    match copy {
        ReportCopy::Officer => lang.pick("经办件", "Officer's copy"),
        ReportCopy::Applicant => lang.pick("申请人件", "Applicant's copy"),
        ReportCopy::Notice => lang.pick("公示摘要", "Public notice"),
    }
}
