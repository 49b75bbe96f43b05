//! `hedui verify FILE`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};

use super::arguments::Verify;
use super::{Usage, compose, configured, output, progress, remote, show};
use crate::auth::Caller;
use crate::config::Disclosure;
use crate::report::jose::generate_recipient;
use crate::report::view::Document;
use crate::telemetry::Clock;
use crate::verification::{ReportForm, Verifier};

/// Verifies one household, here or at a running service.
pub(super) async fn run(arguments: Verify) -> anyhow::Result<ExitCode> {
    check_out(arguments.out.as_deref(), &["json", "jwe", "html", "txt"])?;
    let request = std::fs::read(&arguments.file).with_context(|| arguments.file.display().to_string())?;
    if let (Some(server), Some(token_file)) = (&arguments.server, &arguments.token_file) {
        return remote::verify(server, token_file, &request, &arguments).await;
    }
    let clock = Clock::system();
    let configured::Configured { settings, packs, model, departments, register, .. } =
        configured::configured(&arguments.config, &clock)?;
    crate::telemetry::start_logs("warn", settings.log_format);
    let running = compose::running(&settings, packs, model, departments, clock, register, false).await?;
    let outcome = local(&running.verifier, &request, &arguments).await;
    running.stop().await;
    outcome
}

/// Forms a report can be written in.
pub(super) fn check_out(out: Option<&Path>, forms: &[&str]) -> Result<(), Usage> {
    check_named("--out", out, forms)
}

/// Forms that the file an option names can be written in.
pub(super) fn check_named(option: &str, out: Option<&Path>, forms: &[&str]) -> Result<(), Usage> {
    let Some(out) = out else { return Ok(()) };
    if forms.contains(&extension(out)) {
        return Ok(());
    }
    let forms: Vec<_> = forms.iter().map(|form| format!(".{form}")).collect();
    Err(Usage(format!("{option} {}: name a file that ends in {}", out.display(), forms.join(", "))))
}

pub(super) fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

async fn local(verifier: &Verifier, request: &[u8], arguments: &Verify) -> anyhow::Result<ExitCode> {
    let wants_seal = arguments.out.as_deref().is_some_and(|out| extension(out) == "jwe");
    let caller = operator(request, wants_seal)?;
    let submitted =
        verifier.submit(&caller, request, None).await.map_err(|error| show::submit_error(error, arguments.lang))?;
    let events = verifier.events(&caller, &submitted.id, 0).await?;
    let people = progress::people(&serde_json::from_slice(request).unwrap_or_default());
    let limit = Duration::from_secs(arguments.wait);
    progress::follow(events, &verifier.sources(), people, arguments.lang, limit).await;
    let caller = Caller { disclosure: arguments.level.unwrap_or(Disclosure::Full), ..caller };
    let status = verifier.status(&caller, &submitted.id).await?;
    let version = status.versions.last().context("there is no report yet: the case goes on at the next start")?;
    if wants_seal {
        let sealed = verifier.report(&caller, &submitted.id, None, ReportForm::Sealed).await?;
        compose::write_result(arguments.out.as_deref().unwrap_or(Path::new("report.jwe")), &sealed.bytes)?;
        show::sealed_size(sealed.sealed);
    } else {
        let report = verifier.report(&caller, &submitted.id, None, ReportForm::Json).await?;
        deliver(&Document::read(&report.bytes)?, arguments)?;
    }
    if !version.is_final {
        output::tell(show::provisional(arguments.lang));
    }
    Ok(ExitCode::SUCCESS)
}

/// The operator of this machine, for the region the request names. Without a recipient key the report is read here and sealed for nobody.
fn operator(request: &[u8], wants_seal: bool) -> anyhow::Result<Caller> {
    let value: serde_json::Value = serde_json::from_slice(request).unwrap_or_default();
    let region = value.get("region").and_then(|region| region.as_str()).unwrap_or("").to_owned();
    let mut caller = Caller::operator(&region);
    if value.get("recipient_key").is_none_or(serde_json::Value::is_null) {
        if wants_seal {
            bail!("the request names no recipient_key to seal the report for");
        }
        caller.recipient_key = Some(generate_recipient()?.public_jwk);
    }
    Ok(caller)
}

/// Writes or prints an opened report.
pub(super) fn deliver(report: &Document, arguments: &Verify) -> anyhow::Result<()> {
    match &arguments.out {
        None => output::say(&show::report(report, arguments.lang, arguments.json)),
        Some(out) => write(report, out, arguments.lang)?,
    }
    Ok(())
}

/// Writes an opened report in the form its name says.
pub(super) fn write(report: &Document, out: &Path, language: super::arguments::Language) -> anyhow::Result<()> {
    let text = match extension(out) {
        "json" => report.pretty(),
        "html" => show::page(report, language),
        _ => show::report(report, language, false),
    };
    compose::write_result(out, text.as_bytes())
}
