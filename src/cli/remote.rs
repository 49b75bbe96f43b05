//! Commands against a running service.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use futures_util::{Stream, StreamExt, stream};
use reqwest::Url;
use sha2::{Digest as _, Sha256};

use super::arguments::{Language, Verify};
use super::verify::{deliver, extension};
use super::{Usage, compose, output, progress, show};
use crate::config::Disclosure;
use crate::household::Fault;
use crate::report::view::Document;
use crate::verification::{CaseEvent, CaseStatus, Departments};

/// Largest answer read from a service.
const ANSWER_LIMIT: usize = 8 * 1024 * 1024;
/// Bytes of a file sent at a time.
const PIECE: usize = 64 * 1024;
/// Longest time of one exchange, events apart.
const CALL_LIMIT: Duration = Duration::from_secs(90);
/// Longest wait for the first report once `--wait` has passed: a slow department has its own limits, the service ends them.
const FIRST_REPORT_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Sends a household, follows its case, fetches the report in the form wanted.
pub(super) async fn verify(
    server: &str,
    token_file: &Path,
    request: &[u8],
    arguments: &Verify,
) -> anyhow::Result<ExitCode> {
    let service = Service::connect(server, token_file, arguments.lang)?;
    let case = service.submit(request).await?;
    output::tell(&format!("accepted as {case}"));
    let people = progress::people(&serde_json::from_slice(request).unwrap_or_default());
    let status = service.follow(&case, people, Duration::from_secs(arguments.wait)).await?;
    let Some(version) = status.versions.last() else {
        bail!("the case is {}: there is no report", status.summary.status)
    };
    let sealed = arguments.out.as_deref().is_some_and(|out| extension(out) == "jwe");
    let kind = if sealed { "application/jose" } else { "application/json" };
    let report = service.report(&case, version.version, arguments.level, kind).await?;
    match (&arguments.out, sealed) {
        (Some(out), true) => compose::write_result(out, &report)?,
        _ => deliver(&Document::read(&report).context("the service's report")?, arguments)?,
    }
    if !version.is_final {
        output::tell(show::provisional(arguments.lang));
    }
    Ok(ExitCode::SUCCESS)
}

/// A service's address. The token and the household travel with every call: in clear they stay on this machine.
fn address(server: &str) -> Result<String, Usage> {
    let wrong = |why: &str| Usage(format!("--server {server}: {why}"));
    let url = Url::parse(server).map_err(|_| wrong("is no address; write https://host or http://127.0.0.1:8480"))?;
    let host = url.host_str().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
    let loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => return Err(wrong("plain HTTP is for this machine alone; write https://")),
        _ => return Err(wrong("write https://host or http://127.0.0.1:8480")),
    }
    Ok(server.trim_end_matches('/').to_owned())
}

fn client() -> anyhow::Result<reqwest::Client> {
    crate::verification::install_crypto_provider();
    // a proxy of the environment would be handed the token of a call that is to stay on this machine
    Ok(reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?)
}

/// A running service, with the token that opens it.
pub(super) struct Service {
    base: String,
    token: String,
    http: reqwest::Client,
    language: Language,
}

impl Service {
    /// Nothing is sent yet.
    pub(super) fn connect(server: &str, token_file: &Path, language: Language) -> anyhow::Result<Self> {
        let base = address(server)?;
        let token = std::fs::read_to_string(token_file).with_context(|| token_file.display().to_string())?;
        Ok(Self { base, token: token.trim().to_owned(), http: client()?, language })
    }

    /// An answer in one of its forms.
    pub(super) async fn get(&self, path: &str, kind: &str) -> anyhow::Result<Vec<u8>> {
        self.send(self.http.get(format!("{}{path}", self.base)).header("accept", kind)).await
    }

    /// A call without a body.
    pub(super) async fn post(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        self.send(self.http.post(format!("{}{path}", self.base))).await
    }

    /// A call with a body, answered in a form.
    pub(super) async fn post_json(&self, path: &str, body: &serde_json::Value, kind: &str) -> anyhow::Result<Vec<u8>> {
        let call = self.http.post(format!("{}{path}", self.base)).header("content-type", "application/json");
        self.send(call.header("accept", kind).body(body.to_string())).await
    }

    /// Sends a file as it is read; as long as it makes headway it may take as long as it takes.
    pub(super) async fn upload(
        &self,
        path: &str,
        query: &[(&'static str, String)],
        key: &str,
        file: tokio::fs::File,
    ) -> anyhow::Result<Vec<u8>> {
        let pieces = stream::try_unfold((file, vec![0; PIECE]), |(mut file, mut piece)| async move {
            let read = tokio::io::AsyncReadExt::read(&mut file, &mut piece).await?;
            let taken = piece[..read].to_vec();
            Ok::<_, std::io::Error>((read > 0).then_some((taken, (file, piece))))
        });
        let mut url = Url::parse(&format!("{}{path}", self.base))?;
        url.query_pairs_mut().extend_pairs(query.iter().map(|(name, value)| (*name, value.as_str())));
        let call = self.http.post(url).header("idempotency-key", key).body(reqwest::Body::wrap_stream(pieces));
        let answer = call.bearer_auth(&self.token).send().await.context("the service does not answer")?;
        self.whole(answer).await
    }

    /// Writes an answer of any length as it comes.
    pub(super) async fn download(
        &self,
        path: &str,
        kind: &str,
        into: &mut (impl std::io::Write + Send),
    ) -> anyhow::Result<()> {
        let call = self.http.get(format!("{}{path}", self.base)).header("accept", kind).bearer_auth(&self.token);
        let mut answer = call.send().await.context("the service does not answer")?;
        if !answer.status().is_success() {
            let (status, body) = (answer.status(), self.read(answer).await?);
            bail!(self.refusal(status, &body));
        }
        while let Some(piece) = answer.chunk().await.context("the answer broke off")? {
            into.write_all(&piece)?;
        }
        Ok(())
    }

    /// The case's id. The same file sent again, after a broken connection, is the same case: its hash is the Idempotency-Key.
    async fn submit(&self, request: &[u8]) -> anyhow::Result<String> {
        let call = self
            .http
            .post(format!("{}/v1/verifications", self.base))
            .header("content-type", "application/json")
            .header("idempotency-key", format!("sha256-{}", hex::encode(Sha256::digest(request))))
            .body(request.to_vec());
        let answer = self.send(call).await?;
        let value: serde_json::Value = serde_json::from_slice(&answer)?;
        value["id"].as_str().map(str::to_owned).context("the service named no case")
    }

    /// Shows a case's progress until it rests or `limit` has passed, then until its first report; its state then.
    async fn follow(&self, case: &str, people: usize, limit: Duration) -> anyhow::Result<CaseStatus> {
        // Titles of the departments this program knows; others are called by their keys.
        let known = Departments::load(None, None).map(|departments| departments.status()).unwrap_or_default();
        progress::follow(self.events(case, limit).await?, &known, people, self.language, limit).await;
        let status = self.status(case).await?;
        if !status.versions.is_empty() || matches!(status.summary.status.as_str(), "failed" | "cancelled" | "erased") {
            return Ok(status);
        }
        let events = self.events(case, FIRST_REPORT_LIMIT).await?;
        let first = events.take_while(|event| {
            let reported = matches!(event.what, crate::verification::EventKind::Version(_));
            futures_util::future::ready(!reported)
        });
        progress::follow(first, &known, people, self.language, FIRST_REPORT_LIMIT).await;
        self.status(case).await
    }

    async fn events(&self, case: &str, limit: Duration) -> anyhow::Result<impl Stream<Item = CaseEvent> + use<>> {
        let url = format!("{}/v1/verifications/{case}/events", self.base);
        let call = self.http.get(url).bearer_auth(&self.token).timeout(limit + CALL_LIMIT);
        let answer = call.send().await.context("the service does not answer")?;
        if !answer.status().is_success() {
            bail!("the service shows no events of the case: {}", answer.status());
        }
        Ok(stream::unfold((answer, String::new()), |(mut answer, mut text)| async move {
            loop {
                if let Some((block, rest)) = text.split_once("\n\n") {
                    let event = event(block);
                    text = rest.to_owned();
                    match event {
                        Some(event) => return Some((event, (answer, text))),
                        None => continue,
                    }
                }
                let piece = answer.chunk().await.ok()??;
                text.push_str(&String::from_utf8_lossy(&piece));
                if text.len() > ANSWER_LIMIT {
                    return None;
                }
            }
        }))
    }

    async fn status(&self, case: &str) -> anyhow::Result<CaseStatus> {
        let call = self.http.get(format!("{}/v1/verifications/{case}", self.base));
        serde_json::from_slice(&self.send(call).await?).context("the service's state of the case")
    }

    async fn report(&self, case: &str, version: u32, level: Option<Disclosure>, kind: &str) -> anyhow::Result<Vec<u8>> {
        let level = level.map_or_else(String::new, |level| format!("&level={}", level.as_str()));
        let url = format!("{}/v1/verifications/{case}/report?version={version}{level}", self.base);
        self.send(self.http.get(url).header("accept", kind)).await
    }

    async fn send(&self, call: reqwest::RequestBuilder) -> anyhow::Result<Vec<u8>> {
        let call = call.bearer_auth(&self.token).timeout(CALL_LIMIT);
        self.whole(call.send().await.context("the service does not answer")?).await
    }

    async fn whole(&self, answer: reqwest::Response) -> anyhow::Result<Vec<u8>> {
        let status = answer.status();
        let body = self.read(answer).await?;
        if status.is_success() { Ok(body) } else { bail!(self.refusal(status, &body)) }
    }

    async fn read(&self, answer: reqwest::Response) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk?);
            if body.len() > ANSWER_LIMIT {
                bail!("the service's answer is larger than 8 MiB");
            }
        }
        Ok(body)
    }

    /// A problem document in words.
    fn refusal(&self, status: reqwest::StatusCode, body: &[u8]) -> String {
        let problem: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let faults: Vec<Fault> = serde_json::from_value(problem["errors"].clone()).unwrap_or_default();
        if !faults.is_empty() {
            return format!("{status}: {}", show::refusal(&faults, self.language));
        }
        let field = |name: &str| {
            let name = if self.language == Language::Zh { format!("{name}_zh") } else { name.to_owned() };
            problem[name].as_str().unwrap_or("").to_owned()
        };
        format!("{status}: {} {}", field("title"), field("detail"))
    }
}

/// An event's data; none for a comment that keeps the connection.
fn event(block: &str) -> Option<CaseEvent> {
    let data = block.lines().find_map(|line| line.strip_prefix("data:"))?;
    serde_json::from_str(data.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for right in ["https://hedui.example", "http://127.0.0.1:8480/", "http://[::1]:8480", "http://localhost:1"] {
            assert!(address(right).is_ok(), "{right}");
        }
        for wrong in ["http://hedui.example", "http://10.0.0.1", "http://127.0.0.1.example", "ftp://127.0.0.1", "hedui"]
        {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
