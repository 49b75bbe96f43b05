//! Reports and refusals as the person at the terminal reads them.

use super::arguments::Language;
use super::output;
use crate::bulk::file::FileFault;
use crate::household::Fault;
use crate::report::Body;
use crate::report::render::terminal::{Style, render, render_view};
use crate::report::seal::COMMON_CLIENT_REPORT_BYTES;
use crate::report::text::Lang;
use crate::report::view::Document;
use crate::verification::{SealedSize, SubmitError};

/// The language a report is drawn in.
pub(super) fn lang(language: Language) -> Lang {
    match language {
        Language::Zh => Lang::Zh,
        Language::En => Lang::En,
    }
}

/// A report, or what a level shows of it, drawn for the terminal, or as JSON.
pub(super) fn report(document: &Document, language: Language, json: bool) -> String {
    if json {
        return document.pretty();
    }
    let style = Style { colour: output::colour(), lang: lang(language), width: 100 };
    match document {
        Document::Full(report) => render(&report.body, Some(&report.attestation), style),
        Document::View(view) => render_view(view, style),
    }
}

/// What the rules say of supplied evidence, drawn as a report is, after a word on what it is not.
pub(super) fn sheet(body: &Body, language: Language) -> String {
    let style = Style { colour: output::colour(), lang: lang(language), width: 100 };
    let word = match language {
        Language::Zh => "规则试算：仅依据所提供的证据，未向任何部门查询，未经签名，不是核对报告，不作认定。",
        Language::En => {
            "The rules on supplied evidence: no department was asked, nothing is signed. This is no verification report and decides nothing."
        }
    };
    format!("{word}\n\n{}", render(body, None, style))
}

/// A report as a page.
pub(super) fn page(document: &Document, language: Language) -> String {
    use crate::report::render::html;
    match document {
        Document::Full(report) => html::render(&report.body, Some(&report.attestation), lang(language)),
        Document::View(view) => html::render_view(view, lang(language)),
    }
}

/// Says when a sealed report is larger than clients open with their default settings.
pub(super) fn sealed_size(size: Option<SealedSize>) {
    if let Some(size) = size.filter(|size| !size.fits_common_clients) {
        output::tell(&format!(
            "报告 {} 字节，超过一般客户端默认可打开的 {COMMON_CLIENT_REPORT_BYTES} 字节，请调高客户端限额或用 hedui open (larger than common clients open by default: raise their limit, or use hedui open)",
            size.bytes
        ));
    }
}

/// Why none of a file can be read.
pub(super) fn file_fault(fault: &FileFault, language: Language) -> anyhow::Error {
    let line = if fault.line == 0 { String::new() } else { format!("{}: ", fault.line) };
    match language {
        Language::Zh => anyhow::anyhow!("{line}{}。{}", fault.detail_zh, fault.remedy_zh),
        Language::En => anyhow::anyhow!("{line}{}: {}", fault.detail, fault.remedy),
    }
}

/// What is said of a report that is not the last.
pub(super) fn provisional(language: Language) -> &'static str {
    match language {
        Language::Zh => "临时报告：仍有部门未反馈",
        Language::En => "provisional: departments are still to answer",
    }
}

/// Every fault of a request, one a line, in the reader's language.
pub(super) fn submit_error(error: SubmitError, language: Language) -> anyhow::Error {
    match error {
        SubmitError::Faults(faults) => anyhow::anyhow!(refusal(&faults, language)),
        other => other.into(),
    }
}

/// A refused request in words.
pub(super) fn refusal(faults: &[Fault], language: Language) -> String {
    let lead = match language {
        Language::Zh => format!("请求有 {} 处错误，未向任何部门查询：", faults.len()),
        Language::En => format!("the request has {} faults, nothing was asked:", faults.len()),
    };
    listed(lead, faults, language)
}

/// Refused evidence in words.
pub(super) fn evidence_refused(faults: &[Fault], language: Language) -> String {
    let lead = match language {
        Language::Zh => format!("证据有 {} 处错误：", faults.len()),
        Language::En => format!("the evidence has {} faults:", faults.len()),
    };
    listed(lead, faults, language)
}

fn listed(lead: String, faults: &[Fault], language: Language) -> String {
    let mut text = lead;
    for fault in faults {
        // A fault of the whole has no place to name.
        let place = if fault.pointer.is_empty() { String::new() } else { format!("{}: ", fault.pointer) };
        text.push_str(&match language {
            Language::Zh => format!("\n  {place}{}（{}）", fault.detail_zh, fault.remedy_zh),
            Language::En => format!("\n  {place}{} ({})", fault.detail, fault.remedy),
        });
    }
    text
}
