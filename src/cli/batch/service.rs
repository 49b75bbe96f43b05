//! `hedui batch` against a running service.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use super::{board, is_first_form, outcome, terms};
use crate::bulk::{BatchPage, BatchStatus};
use crate::cli::arguments::{
    AtService, BatchChanges, BatchFile, BatchOne, BatchShow, BatchSubmit, FileTerms, Language,
};
use crate::cli::output;
use crate::cli::remote::Service;
use crate::cli::streamed::Streamed;

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);

fn service(at: &AtService) -> anyhow::Result<Service> {
    Service::connect(&at.server, &at.token_file, at.lang)
}

pub(super) async fn submit(arguments: BatchSubmit) -> anyhow::Result<ExitCode> {
    let json = arguments.at.json;
    let (id, ended) = submitted(arguments).await?;
    if json && ended.is_none() {
        output::say(&serde_json::json!({ "id": id }).to_string());
    }
    Ok(ended.map_or(ExitCode::SUCCESS, |status| outcome(&status)))
}

/// Sends a file and, where that is wanted, watches it to its end: the batch, and how it ended. For programs how it ended is all that is said.
pub(in crate::cli) async fn submitted(arguments: BatchSubmit) -> anyhow::Result<(String, Option<BatchStatus>)> {
    let format = terms::format(&arguments.file, &arguments.terms)?;
    let service = service(&arguments.at)?;
    let query = query_of(&arguments.terms, format.as_str());
    let key = key_of(&arguments.file, &query)?;
    let file = tokio::fs::File::open(&arguments.file).await.with_context(|| arguments.file.display().to_string())?;
    let answer = service.upload("/v1/batches", &query, &key, file).await?;
    let value: serde_json::Value = serde_json::from_slice(&answer)?;
    let id = value["id"].as_str().context("the service named no batch")?;
    if !arguments.at.json {
        output::say(id);
    }
    if value["replayed"] == true {
        output::tell(match arguments.at.lang {
            Language::Zh => "此文件此前已提交：仍是同一批次（已取消的不会重新开始）",
            Language::En => "the file is known: it is the same batch (one that was cancelled does not begin again)",
        });
    }
    let ended = if arguments.follow { Some(watch(&service, id, &arguments.at).await?) } else { None };
    Ok((id.to_owned(), ended))
}

fn query_of(terms: &FileTerms, format: &str) -> Vec<(&'static str, String)> {
    let mut query = vec![("format", format.to_owned())];
    let given = [
        ("as_of", terms.roster.as_of.map(|day| day.to_string())),
        ("region", terms.roster.region.clone()),
        ("purpose", terms.purpose.clone()),
        ("registered_as", terms.roster.registered_as.clone()),
        ("legal_document", terms.legal_document.clone()),
        ("only_purpose", terms.only_purpose.clone()),
        ("only_township", terms.roster.only_township.clone()),
        ("only_village", terms.roster.only_village.clone()),
    ];
    query.extend(given.into_iter().filter_map(|(name, value)| Some((name, value?))));
    query
}

/// The same file sent again, after a broken connection, is the same batch.
fn key_of(file: &Path, query: &[(&'static str, String)]) -> anyhow::Result<String> {
    let mut digest = Sha256::new();
    let mut contents = std::fs::File::open(file).with_context(|| file.display().to_string())?;
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = std::io::Read::read(&mut contents, &mut piece).with_context(|| file.display().to_string())?;
        if read == 0 {
            break;
        }
        digest.update(&piece[..read]);
    }
    for (name, value) in query {
        digest.update(format!("\n{name}={value}"));
    }
    Ok(format!("sha256-{}", hex::encode(digest.finalize())))
}

pub(super) async fn status(arguments: &BatchShow) -> anyhow::Result<ExitCode> {
    let service = service(&arguments.at)?;
    let path = arguments.id.as_ref().map_or_else(|| "/v1/batches".to_owned(), |id| format!("/v1/batches/{id}"));
    let answer = service.get(&path, "application/json").await?;
    if arguments.at.json {
        output::say(&String::from_utf8_lossy(&answer));
        return Ok(ExitCode::SUCCESS);
    }
    let batches = match arguments.id {
        Some(_) => vec![serde_json::from_slice::<BatchStatus>(&answer)?],
        None => serde_json::from_slice::<BatchPage>(&answer)?.items,
    };
    for batch in &batches {
        output::say(&format!("{}  {}", batch.id, board::closing(batch, arguments.at.lang)));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn follow(arguments: &BatchOne) -> anyhow::Result<ExitCode> {
    Ok(outcome(&watch(&service(&arguments.at)?, &arguments.id, &arguments.at).await?))
}

async fn watch(service: &Service, id: &str, at: &AtService) -> anyhow::Result<BatchStatus> {
    let language = at.lang;
    let mut board = board::Board::new(language);
    let status = loop {
        let answer = service.get(&format!("/v1/batches/{id}"), "application/json").await?;
        let status: BatchStatus = serde_json::from_slice(&answer)?;
        board.show(&status, &troubled(service, language).await);
        if matches!(status.status.as_str(), "finished" | "cancelled" | "paused") {
            break status;
        }
        tokio::time::sleep(LOOK).await;
    };
    board.end();
    tell(&status, at)?;
    Ok(status)
}

fn tell(status: &BatchStatus, at: &AtService) -> anyhow::Result<()> {
    output::say(&if at.json { serde_json::to_string_pretty(status)? } else { board::closing(status, at.lang) });
    Ok(())
}

/// Departments whose last exchange failed, as the service tells; none when it does not.
async fn troubled(service: &Service, language: Language) -> Vec<String> {
    let Ok(answer) = service.get("/v1/sources", "application/json").await else { return Vec::new() };
    let sources: serde_json::Value = serde_json::from_slice(&answer).unwrap_or_default();
    let title = if language == Language::Zh { "title_zh" } else { "title_en" };
    let list = sources.as_array().or_else(|| sources["items"].as_array()).cloned().unwrap_or_default();
    let failed = list.iter().filter(|source| !source["health"]["last_failure"].is_null());
    failed.filter_map(|source| source["descriptor"][title].as_str().map(str::to_owned)).collect()
}

pub(super) async fn results(arguments: &BatchFile) -> anyhow::Result<ExitCode> {
    file(arguments, "results").await
}

pub(super) async fn referrals(arguments: &BatchFile) -> anyhow::Result<ExitCode> {
    file(arguments, "referrals").await
}

pub(super) async fn changes(arguments: &BatchChanges) -> anyhow::Result<ExitCode> {
    let what = if arguments.passing_on { "changes?for=passing_on" } else { "changes" };
    file(&arguments.file, what).await
}

pub(super) async fn faults(arguments: &BatchFile) -> anyhow::Result<ExitCode> {
    file(arguments, "faults").await
}

async fn file(arguments: &BatchFile, what: &str) -> anyhow::Result<ExitCode> {
    fetched(arguments, what).await?;
    if arguments.at.json {
        output::say(&serde_json::json!({ "file": arguments.out }).to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// Fetches a file of a batch: `results`, `referrals`, `changes` or `faults`, in the form that its name asks for.
pub(in crate::cli) async fn fetched(arguments: &BatchFile, what: &str) -> anyhow::Result<()> {
    let (other, kind) =
        if what == "faults" { ("json", "application/json") } else { ("ndjson", "application/x-ndjson") };
    let kind = if is_first_form(&arguments.out, "--out", ["csv", other])? { "text/csv" } else { kind };
    let service = service(&arguments.at)?;
    let lang = if arguments.at.lang == Language::En { "en" } else { "zh" };
    let and = if what.contains('?') { '&' } else { '?' };
    let path = format!("/v1/batches/{}/{what}{and}lang={lang}", arguments.id);
    let mut file = Streamed::begin(&arguments.out)?;
    service.download(&path, kind, &mut file).await?;
    file.keep()
}

pub(super) async fn steer(arguments: &BatchOne, turn: &str) -> anyhow::Result<ExitCode> {
    let service = service(&arguments.at)?;
    let answer = service.post(&format!("/v1/batches/{}/{turn}", arguments.id)).await?;
    let status: BatchStatus = serde_json::from_slice(&answer)?;
    tell(&status, &arguments.at)?;
    Ok(ExitCode::SUCCESS)
}
