//! Reports and refusals as the person at the terminal reads them.

use super::arguments::Language;
use super::output;
use crate::household::Fault;
use crate::report::Report;
use crate::report::render::terminal::{Style, render};
use crate::report::text::Lang;
use crate::verification::SubmitError;

/// The language a report is drawn in.
pub(super) fn lang(language: Language) -> Lang {
    match language {
        Language::Zh => Lang::Zh,
        Language::En => Lang::En,
    }
}

/// A report drawn for the terminal, or as JSON.
pub(super) fn report(report: &Report, language: Language, json: bool) -> String {
    if json {
        return serde_json::to_string_pretty(report).unwrap_or_default();
    }
    let style = Style { colour: output::colour(), lang: lang(language), width: 100 };
    render(&report.body, Some(&report.attestation), style)
}

/// A report as a page.
pub(super) fn page(report: &Report, language: Language) -> String {
    crate::report::render::html::render(&report.body, Some(&report.attestation), lang(language))
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
    let mut text = match language {
        Language::Zh => format!("请求有 {} 处错误，未向任何部门查询：", faults.len()),
        Language::En => format!("the request has {} faults, nothing was asked:", faults.len()),
    };
    for fault in faults {
        text.push_str(&match language {
            Language::Zh => format!("\n  {}: {}（{}）", fault.pointer, fault.detail_zh, fault.remedy_zh),
            Language::En => format!("\n  {}: {} ({})", fault.pointer, fault.detail, fault.remedy),
        });
    }
    text
}
