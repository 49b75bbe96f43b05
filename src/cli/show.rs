//! Reports and refusals as the person at the terminal reads them.

use super::arguments::Language;
use super::output;
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

/// Every fault of a request, one a line.
pub(super) fn submit_error(error: SubmitError) -> anyhow::Error {
    match error {
        SubmitError::Faults(faults) => {
            let lines: Vec<_> = faults
                .iter()
                .map(|fault| format!("  {}: {}，{} ({})", fault.pointer, fault.detail_zh, fault.detail, fault.remedy))
                .collect();
            anyhow::anyhow!("the request has {} faults, nothing was asked:\n{}", faults.len(), lines.join("\n"))
        }
        other => other.into(),
    }
}
