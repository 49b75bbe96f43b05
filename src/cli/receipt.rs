//! `hedui audit receipt`: checks a receipt offline.

use std::process::ExitCode;

use anyhow::Context as _;

use super::arguments::{AuditReceiptFile, Language};
use super::audit_reading::read_text;
use super::{Usage, output};
use crate::audit::VerifierKey;
use crate::household::{Lang, instant};
use crate::report::Report;
use crate::report::receipt::{Proved, check};
use crate::report::text;

/// Checks, prints what is proved and what is not.
pub(super) fn run(arguments: &AuditReceiptFile) -> anyhow::Result<ExitCode> {
    let key = VerifierKey::parse(&arguments.log_key).map_err(|error| Usage(format!("--log-key: {error}")))?;
    let checked = check(&read_text(&arguments.file)?, &[key]);
    let zh = arguments.lang == Language::Zh;
    let proved = match checked {
        Ok(proved) => proved,
        Err(error) => {
            match arguments.json {
                true => output::say(&serde_json::json!({"proved": false, "why": error.to_string()}).to_string()),
                false => output::say(&format!(
                    "✕ {}: {error}",
                    if zh { "回执未经证明" } else { "the receipt is not proved" }
                )),
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let of_report = match &arguments.report {
        None => None,
        Some(path) => {
            let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
            let report: Report = serde_json::from_slice(&bytes).ok().with_context(|| {
                format!("{}: no whole report as JSON (hedui open --out report.json)", path.display())
            })?;
            Some(report.body.hash() == hex::encode(proved.body))
        }
    };
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&serde_json::json!({
            "proved": true, "log": proved.checkpoint.origin, "leaf_index": proved.index, "tree_size": proved.checkpoint.size,
            "body_sha256": hex::encode(proved.body), "case": proved.leaf.event.case, "version": proved.leaf.event.version,
            "purpose": proved.leaf.event.purpose, "at": proved.leaf.at.to_string(), "report_is_this_version": of_report,
        }))?);
    } else {
        told(&proved, of_report, zh);
    }
    Ok(if of_report == Some(false) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn told(proved: &Proved, of_report: Option<bool>, zh: bool) {
    let event = &proved.leaf.event;
    let (origin, index, size) = (&proved.checkpoint.origin, proved.index, proved.checkpoint.size);
    let lang = if zh { Lang::Zh } else { Lang::En };
    let at = instant(proved.leaf.at, lang);
    let version = event.version.unwrap_or_default();
    let case = event.case.map(|case| case.to_string()).unwrap_or_default();
    let body = hex::encode(proved.body);
    let purpose = event.purpose.map(|purpose| text::purpose(purpose, lang)).unwrap_or_default();
    if zh {
        output::say(&format!("✓ 审计日志 {origin} 第 {index} 条（共 {size} 条）：签名与证明成立"));
        output::say(&format!("  核对 {case} 第 {version} 版报告，{purpose}，{at}（北京时间）入日志"));
        output::say(&format!("  报告摘要 SHA-256 {body}"));
        output::say(
            "  不能证明：报告内容是否属实；页面所列委托单位、部门名单（由核对机构陈述，可向核对机构的审计人员核实）",
        );
    } else {
        output::say(&format!("✓ entry {index} of {size} of the audit log {origin}: signature and proof hold"));
        output::say(&format!("  case {case}, version {version} of its report, {purpose}, entered {at} (China time)"));
        output::say(&format!("  the report's hash: SHA-256 {body}"));
        output::say(
            "  not proved: that what the report says is true; who asked and which departments (the centre's statement, which auditors can check)",
        );
    }
    match of_report {
        Some(true) => {
            output::say(if zh { "✓ 所给报告就是这一版" } else { "✓ the report given is this version" })
        }
        Some(false) => output::say(if zh {
            "✕ 所给报告不是这一版，或已被改动"
        } else {
            "✕ the report given is not this version, or was altered"
        }),
        None => {}
    }
}
