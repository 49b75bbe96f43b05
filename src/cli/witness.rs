//! `hedui audit witness`: run by another body than the one that keeps the log.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use tokio_util::sync::CancellationToken;

use super::arguments::{AuditWitness, WitnessCommand, WitnessInit, WitnessServe};
use super::{Usage, output, serve};
use crate::api::witness_router;
use crate::audit::{VerifierKey, Witness};
use crate::config::{LogFormat, SecretPlace, ServerLimits, TlsFiles};
use crate::telemetry::Clock;
use crate::web::Tls;

/// Runs a command of a witness.
pub(super) async fn run(arguments: AuditWitness) -> anyhow::Result<ExitCode> {
    match arguments.command {
        WitnessCommand::Init(arguments) => init(&arguments),
        WitnessCommand::Serve(arguments) => listen(arguments).await,
    }
}

fn init(arguments: &WitnessInit) -> anyhow::Result<ExitCode> {
    let key = Witness::init(&arguments.directory, &arguments.name)?;
    output::tell(
        "the witness's key, for [audit] witnesses of the log's service and for `hedui audit verify --witness-key`:",
    );
    output::say(&key.to_string());
    Ok(ExitCode::SUCCESS)
}

async fn listen(arguments: WitnessServe) -> anyhow::Result<ExitCode> {
    let keys: Result<Vec<_>, _> = arguments.log_key.iter().map(|text| VerifierKey::parse(text)).collect();
    let logs = keys.map_err(|error| Usage(format!("--log-key: {error}")))?;
    let tls = match (&arguments.tls_certificate, &arguments.tls_key) {
        (Some(certificate), Some(key)) => {
            crate::verification::install_crypto_provider();
            let key = SecretPlace::File(key.clone());
            let files = TlsFiles { certificate: certificate.clone(), key, clients: None };
            Some(Tls::read(&files, Clock::system().now())?)
        }
        _ if arguments.listen.ip().is_loopback() => None,
        _ => bail!(Usage("off the loopback a witness speaks TLS: --tls-certificate and --tls-key".into())),
    };
    crate::telemetry::start_logs("info", LogFormat::Text);
    let witness = Witness::open(&arguments.directory, logs)?;
    output::say(&witness.key().to_string());
    let at = arguments.listen;
    let listener = tokio::net::TcpListener::bind(at).await.with_context(|| format!("cannot listen on {at}"))?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    let (routes, stop) = (witness_router(Arc::new(witness), Clock::system()), CancellationToken::new());
    let serving = tokio::spawn(crate::web::serve(listener, tls, routes, ServerLimits::default(), stop.clone()));
    serve::stop_signal().await;
    stop.cancel();
    serving.await?;
    Ok(ExitCode::SUCCESS)
}
