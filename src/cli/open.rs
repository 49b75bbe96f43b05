//! `hedui open`: decrypts a sealed report and checks it, offline.

use std::process::ExitCode;

use anyhow::Context;

use super::arguments::{Language, Open};
use super::{output, show, verify};
use crate::report::jose::{RecipientPrivateKey, VerifyingKeys};
use crate::report::open::{InclusionCheck, Opened, SignatureCheck, TrustedKeys, open};
use crate::report::proof;
use crate::report::view::Document;

/// Opens, checks, prints.
pub(super) fn run(arguments: &Open) -> anyhow::Result<ExitCode> {
    let read = |path: &std::path::Path| std::fs::read_to_string(path).with_context(|| path.display().to_string());
    verify::check_out(arguments.out.as_deref(), &["json", "html", "txt"])?;
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
    let report = Document::read(&opened.bytes)?;
    match &arguments.out {
        Some(out) => verify::write(&report, out, arguments.lang)?,
        None => output::say(&show::report(&report, arguments.lang, arguments.json)),
    }
    for line in verdict(&opened, arguments.lang) {
        output::tell(&line);
    }
    let proven = is_proven(&opened.signature, &opened.inclusion, arguments.unpinned);
    if !proven {
        output::tell(match arguments.lang {
            Language::Zh => "✕ 未经证明：请用 --jwks 和 --log-key 指定服务的密钥，或以 --unpinned 明示不核对出处",
            Language::En => {
                "✕ not proven: give the service's keys by --jwks and --log-key, or say --unpinned to do without"
            }
        });
    }
    Ok(if proven { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether a report may be relied on: made by the pinned service and in its log; without pins, only that nothing contradicts.
fn is_proven(signature: &SignatureCheck, inclusion: &InclusionCheck, unpinned: bool) -> bool {
    let made_here = signature.is_pinned() || (unpinned && matches!(signature, SignatureCheck::Announced { .. }));
    let in_log = match inclusion {
        InclusionCheck::Proven { .. } => true,
        InclusionCheck::NotChecked => unpinned,
        InclusionCheck::Absent | InclusionCheck::Refuted { .. } => false,
    };
    made_here && in_log
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_pinned_and_proven_passes_unless_the_reader_says_otherwise() {
        let thumbprint = || "t".to_owned();
        let pinned = SignatureCheck::Pinned { thumbprint: thumbprint() };
        let announced = SignatureCheck::Announced { thumbprint: thumbprint() };
        let unknown = SignatureCheck::UnknownKey { kid: thumbprint() };
        let proven = InclusionCheck::Proven { log: "l".into(), leaf_index: 0, tree_size: 1 };
        let refuted = InclusionCheck::Refuted { reason: "r".into() };
        let table = [
            (&pinned, &proven, true, true),
            (&pinned, &InclusionCheck::NotChecked, false, true),
            (&pinned, &InclusionCheck::Absent, false, false),
            (&pinned, &refuted, false, false),
            (&announced, &proven, false, true),
            (&announced, &InclusionCheck::NotChecked, false, true),
            (&unknown, &proven, false, false),
        ];
        for (signature, inclusion, strict, lax) in table {
            let verdicts = [false, true].map(|unpinned| is_proven(signature, inclusion, unpinned));
            assert_eq!(verdicts, [strict, lax], "{signature:?} {inclusion:?}");
        }
    }
}
