//! Commands against a running service.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::StreamExt;

use super::arguments::Verify;
use super::verify::{deliver, extension};
use super::{compose, output};

/// Largest answer read from a service.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;

/// Sends a household, waits for the report, fetches it in the form wanted.
pub(super) async fn verify(
    server: &str,
    token_file: &Path,
    request: &[u8],
    arguments: &Verify,
) -> anyhow::Result<ExitCode> {
    let token = std::fs::read_to_string(token_file).with_context(|| token_file.display().to_string())?;
    let service =
        Service { base: server.trim_end_matches('/').to_owned(), token: token.trim().to_owned(), http: client()? };
    let accepted = service.submit(request, arguments.wait).await?;
    output::tell(&format!("accepted as {accepted}"));
    let sealed = arguments.out.as_deref().is_some_and(|out| extension(out) == "jwe");
    let kind = if sealed { "application/jose" } else { "application/json" };
    let report = service.report(&accepted, kind).await?;
    match (&arguments.out, sealed) {
        (Some(out), true) => compose::write_result(out, &report)?,
        _ => deliver(&serde_json::from_slice(&report).context("the service's report")?, arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn client() -> anyhow::Result<reqwest::Client> {
    crate::verification::install_crypto_provider();
    Ok(reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(90))
        .build()?)
}

struct Service {
    base: String,
    token: String,
    http: reqwest::Client,
}

impl Service {
    async fn submit(&self, request: &[u8], wait: u64) -> anyhow::Result<String> {
        let call = self
            .http
            .post(format!("{}/v1/verifications", self.base))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .header("idempotency-key", uuid::Uuid::now_v7().to_string())
            .header("prefer", format!("wait={}", wait.min(60)))
            .body(request.to_vec());
        let answer = self.send(call).await?;
        let value: serde_json::Value = serde_json::from_slice(&answer)?;
        value["id"].as_str().map(str::to_owned).context("the service named no case")
    }

    async fn report(&self, case: &str, kind: &str) -> anyhow::Result<Vec<u8>> {
        let url = format!("{}/v1/verifications/{case}/report", self.base);
        self.send(self.http.get(url).bearer_auth(&self.token).header("accept", kind)).await
    }

    async fn send(&self, call: reqwest::RequestBuilder) -> anyhow::Result<Vec<u8>> {
        let answer = call.send().await.context("the service does not answer")?;
        let status = answer.status();
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > ANSWER_LIMIT {
                bail!("the service's answer is larger than 8 MiB");
            }
        }
        if status.is_success() {
            return Ok(body);
        }
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut text = format!(
            "{status}: {} {}",
            problem["title_zh"].as_str().unwrap_or(""),
            problem["title"].as_str().unwrap_or("")
        );
        for fault in problem["errors"].as_array().into_iter().flatten() {
            let field = |key: &str| fault[key].as_str().unwrap_or("").to_owned();
            text.push_str(&format!("\n  {}: {} ({})", field("pointer"), field("detail"), field("remedy")));
        }
        bail!("{text}")
    }
}
