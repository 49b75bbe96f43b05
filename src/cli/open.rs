//! `hedui open`: decrypts a sealed report and checks it, offline.

use std::process::ExitCode;

use anyhow::{Context, bail};

use super::arguments::{Language, Open};
use super::{output, show, verify};
use crate::report::jose::{RecipientPrivateKey, VerifyingKeys};
use crate::report::open::{InclusionCheck, Opened, SignatureCheck, TrustedKeys, open};
use crate::report::{Report, proof};

/// Opens, checks, prints.
pub(super) fn run(arguments: &Open) -> anyhow::Result<ExitCode> {
    let read = |path: &std::path::Path| std::fs::read_to_string(path).with_context(|| path.display().to_string());
    verify::check_out(arguments.out.as_deref())?;
    let key =
        RecipientPrivateKey::parse(&read(&arguments.key)?).with_context(|| arguments.key.display().to_string())?;
    let trusted = match &arguments.jwks {
        Some(path) => {
            TrustedKeys::Pinned(VerifyingKeys::parse(&read(path)?).with_context(|| path.display().to_string())?)
        }
        None => TrustedKeys::Announced,
    };
    let sealed = read(&arguments.file)?;
    let opened = open(&sealed, &key, &trusted, |report| proof::check_inclusion(report, arguments.log_key.as_deref()))?;
    let report: Report =
        serde_json::from_slice(&opened.bytes).context("the signed content is not a report of this version")?;
    if !report.is_of_its_body() {
        bail!("the attestation speaks of another body: do not rely on this report");
    }
    match &arguments.out {
        Some(out) => verify::write(&report, out, arguments.lang)?,
        None => output::say(&show::report(&report, arguments.lang, arguments.json)),
    }
    for line in verdict(&opened, arguments.lang) {
        output::tell(&line);
    }
    let trusted = !matches!(opened.signature, SignatureCheck::UnknownKey { .. })
        && !matches!(opened.inclusion, InclusionCheck::Refuted { .. });
    Ok(if trusted { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn verdict(opened: &Opened, language: Language) -> [String; 2] {
    let zh = language == Language::Zh;
    let signature = match &opened.signature {
        SignatureCheck::Pinned { thumbprint } if zh => format!("✓ 签名有效，签名密钥在所给密钥集中：{thumbprint}"),
        SignatureCheck::Pinned { thumbprint } => format!("✓ signature valid, by a key of the given set: {thumbprint}"),
        SignatureCheck::Announced { thumbprint } if zh => {
            format!("○ 签名有效，但密钥为报告自述，请与服务公布的指纹比对：{thumbprint}（或用 --jwks 指定）")
        }
        SignatureCheck::Announced { thumbprint } => {
            format!(
                "○ signature valid, by the key the report itself announces; compare its thumbprint with the service's: {thumbprint} (or give --jwks)"
            )
        }
        SignatureCheck::UnknownKey { kid } if zh => format!("✕ 签名密钥不在所给密钥集中：{kid}"),
        SignatureCheck::UnknownKey { kid } => format!("✕ the signing key is not in the given set: {kid}"),
    };
    let inclusion = match &opened.inclusion {
        InclusionCheck::Proven { log, leaf_index, tree_size } if zh => {
            format!("✓ 审计日志 {log} 第 {leaf_index} 条，树大小 {tree_size}，存在性证明成立")
        }
        InclusionCheck::Proven { log, leaf_index, tree_size } => {
            format!("✓ entry {leaf_index} of the audit log {log}, proven within its first {tree_size} entries")
        }
        InclusionCheck::Refuted { reason } if zh => format!("✕ 审计存在性证明不成立：{reason}"),
        InclusionCheck::Refuted { reason } => format!("✕ the audit inclusion proof does not hold: {reason}"),
        InclusionCheck::Absent if zh => "○ 报告未附审计证明".to_owned(),
        InclusionCheck::Absent => "○ the report carries no audit proof".to_owned(),
        InclusionCheck::NotChecked if zh => "○ 未核验检查点签名（用 --log-key 指定日志公钥）".to_owned(),
        InclusionCheck::NotChecked => "○ the checkpoint's signature was not checked (give --log-key)".to_owned(),
    };
    [signature, inclusion]
}
