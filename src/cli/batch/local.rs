//! `hedui batch run`: a whole batch in this process.

use std::io::{Read as _, Seek as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{Stream, StreamExt as _};
use sha2::{Digest as _, Sha256};

use super::{board, is_first_form, terms};
use crate::auth::Caller;
use crate::bulk::{BatchStatus, Bulk, BulkError, ChangesForm, ChangesWanted, ResultsForm, Sheet, Terms, faults_csv};
use crate::cli::arguments::{BatchRun, Language};
use crate::cli::streamed::Streamed;
use crate::cli::{compose, configured, output, show};
use crate::telemetry::Clock;
use crate::verification::{VerificationError, Verifier};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(500);

pub(super) async fn run(arguments: BatchRun) -> anyhow::Result<ExitCode> {
    Ok(super::outcome(&ran(arguments).await?))
}

/// The whole batch, and how it stands in the end.
pub(in crate::cli) async fn ran(arguments: BatchRun) -> anyhow::Result<BatchStatus> {
    if let Some(out) = &arguments.out {
        is_first_form(out, "--out", ["csv", "ndjson"])?;
    }
    if let Some(out) = &arguments.referrals {
        is_first_form(out, "--referrals", ["csv", "ndjson"])?;
    }
    if let Some(out) = &arguments.changes {
        is_first_form(out, "--changes", ["csv", "ndjson"])?;
    }
    if let Some(out) = &arguments.faults {
        is_first_form(out, "--faults", ["csv", "json"])?;
    }
    let clock = Clock::system();
    let terms = terms::read(&arguments.file, &arguments.terms, clock.today())?;
    let file = std::fs::File::open(&arguments.file).with_context(|| arguments.file.display().to_string())?;
    let configured::Configured { settings, packs, model, departments, register, .. } =
        configured::configured(&arguments.config, &clock)?;
    crate::telemetry::start_logs("warn", settings.log_format);
    let running = compose::running(&settings, packs, model, departments, clock, register, false).await?;
    let outcome = whole(&running.verifier, &running.bulk, file, terms, &arguments).await;
    running.stop().await;
    outcome
}

async fn whole(
    verifier: &Verifier,
    bulk: &Bulk,
    file: std::fs::File,
    terms: Terms,
    arguments: &BatchRun,
) -> anyhow::Result<BatchStatus> {
    let caller = operator()?;
    let day = arguments.terms.roster.as_of;
    let batch = submit(bulk, &caller, file, terms, day).await.map_err(|error| complaint(error, arguments.lang))?;
    let id = batch.id.to_string();
    if batch.replayed {
        output::tell(match arguments.lang {
            Language::Zh => "此文件此前已提交：从中断处继续",
            Language::En => "the file is known: going on where it stopped",
        });
    }
    let status = follow(verifier, bulk, &caller, &id, arguments).await?;
    if let Some(out) = &arguments.faults {
        let faults = bulk.faults(&caller, &id).await?;
        let text = if is_first_form(out, "--faults", ["csv", "json"])? {
            faults_csv(&faults, arguments.lang == Language::En)
        } else {
            serde_json::to_string_pretty(&faults)?
        };
        compose::write_result(out, text.as_bytes())?;
    }
    if let Some(out) = &arguments.out {
        write_results(bulk, &caller, &id, Sheet::Households, out, arguments.lang).await?;
    }
    if let Some(out) = &arguments.referrals {
        write_results(bulk, &caller, &id, Sheet::Referrals, out, arguments.lang).await?;
    }
    if let Some(out) = &arguments.changes {
        let csv = is_first_form(out, "--changes", ["csv", "ndjson"])?;
        let english = arguments.lang == Language::En;
        let form = if csv { ChangesForm::Csv { english } } else { ChangesForm::Ndjson };
        let pieces = bulk.changes(&caller, &id, ChangesWanted { form, for_passing_on: false }).await?.pieces;
        stream_to(out, pieces).await?;
    }
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&status)?);
    } else {
        output::say(&board::closing(&status, arguments.lang));
    }
    Ok(status)
}

/// The operator of this machine, for every region that packs cover.
fn operator() -> anyhow::Result<Caller> {
    // reports of rows that name no recipient are read here and sealed for nobody
    let nobody = crate::report::jose::generate_recipient()?.public_jwk;
    Ok(Caller { recipient_key: Some(nobody), ..Caller::operator("") })
}

async fn submit(
    bulk: &Bulk,
    caller: &Caller,
    mut file: std::fs::File,
    terms: Terms,
    day: Option<jiff::civil::Date>,
) -> Result<crate::bulk::SubmittedBatch, BulkError> {
    // the same file meant the same way is the same batch; the day on which it began stays its day, however long it takes
    let meant = format!("{:?}{day:?}", Terms { as_of: jiff::civil::Date::MIN, ..terms.clone() });
    let mut digest = Sha256::new().chain_update(meant);
    let mut piece = vec![0; 1 << 16];
    while let Some(bytes) = next(&mut file, &mut piece)? {
        digest.update(bytes);
    }
    file.rewind().map_err(unreadable)?;
    let key = hex::encode(digest.finalize());
    let mut receiving = bulk.begin(caller, terms, Some(&key)).await?;
    while let Some(bytes) = next(&mut file, &mut piece)? {
        if let Err(error) = bulk.more(&mut receiving, bytes).await {
            bulk.give_up(receiving).await;
            return Err(error);
        }
    }
    bulk.whole(receiving).await
}

/// The next bytes of a file; none at its end.
fn next<'p>(file: &mut std::fs::File, piece: &'p mut [u8]) -> Result<Option<&'p [u8]>, BulkError> {
    let read = tokio::task::block_in_place(|| file.read(piece)).map_err(unreadable)?;
    Ok((read > 0).then_some(&piece[..read]))
}

fn unreadable(_: std::io::Error) -> VerificationError {
    VerificationError::Unreadable { what: "file" }
}

async fn follow(
    verifier: &Verifier,
    bulk: &Bulk,
    caller: &Caller,
    id: &str,
    arguments: &BatchRun,
) -> anyhow::Result<BatchStatus> {
    let mut board = board::Board::new(arguments.lang);
    let deadline = arguments.wait.map(|seconds| tokio::time::Instant::now() + Duration::from_secs(seconds));
    loop {
        let status = bulk.status(caller, id).await?;
        board.show(&status, &troubled(verifier, arguments.lang));
        let over = deadline.is_some_and(|deadline| tokio::time::Instant::now() >= deadline);
        if over || matches!(status.status.as_str(), "finished" | "cancelled") {
            board.end();
            return Ok(status);
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = tokio::signal::ctrl_c() => {
                board.end();
                output::tell(match arguments.lang {
                    Language::Zh => "已停止：再次运行同一命令即从此处继续",
                    Language::En => "stopped: the same command goes on from here",
                });
                return Ok(bulk.status(caller, id).await?);
            }
        }
    }
}

/// Departments whose breaker is open or whose last exchange failed.
fn troubled(verifier: &Verifier, language: Language) -> Vec<String> {
    let sources = verifier.sources();
    let in_trouble = sources.iter().filter(|source| source.health.enabled && source.health.last_failure.is_some());
    let title = |source: &crate::verification::SourceStatus| match language {
        Language::Zh => source.descriptor.title_zh.clone(),
        Language::En => source.descriptor.title_en.clone(),
    };
    in_trouble.map(title).collect()
}

async fn write_results(
    bulk: &Bulk,
    caller: &Caller,
    id: &str,
    sheet: Sheet,
    out: &Path,
    language: Language,
) -> anyhow::Result<()> {
    let csv = is_first_form(out, "--out", ["csv", "ndjson"])?;
    let form = if csv { ResultsForm::Csv { english: language == Language::En } } else { ResultsForm::Ndjson };
    stream_to(out, bulk.results(caller, id, sheet, form).await?.pieces).await
}

async fn stream_to(out: &Path, pieces: impl Stream<Item = Result<bytes::Bytes, BulkError>>) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut file = Streamed::begin(out)?;
    tokio::pin!(pieces);
    while let Some(piece) = pieces.next().await {
        file.write_all(&piece?)?;
    }
    file.keep()?;
    Ok(())
}

fn complaint(error: BulkError, language: Language) -> anyhow::Error {
    match error {
        BulkError::File(fault) => show::file_fault(&fault, language),
        other => other.into(),
    }
}
