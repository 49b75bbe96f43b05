//! `hedui audit search | show | checkpoint | prove | subject | findings | detail`: at a running service, or on the data of one that is stopped. What is read is
//! entered in the log first either way.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use futures_util::{StreamExt as _, pin_mut};
use serde_json::Value;

use super::arguments::{AuditReading, AuditSearch, AuditSubject, Language, LogAt};
use super::remote::Service;
use super::{Usage, audit_detail, compose, configured, output, receipt};
use crate::audit::{Action, Checkpoint, Log};
use crate::auth::Caller;
use crate::keys::KeyRing;
use crate::oversight::{ExportForm, Oversight, OversightParts, Search};
use crate::store::Tag;
use crate::telemetry::Clock;

/// Runs a command.
pub(super) async fn run(command: AuditReading) -> anyhow::Result<ExitCode> {
    match command {
        AuditReading::Receipt(arguments) => return receipt::run(&arguments),
        AuditReading::Search(arguments) => search(&arguments).await?,
        AuditReading::Subject(arguments) => subject(&arguments).await?,
        AuditReading::Detail(arguments) => return audit_detail::run(&arguments).await,
        AuditReading::Show(one) => {
            let entry = entry(&one.at, &one.entry).await?;
            if one.json { print_json(&entry)? } else { output::say(&line(&entry)) }
        }
        AuditReading::Checkpoint(plain) => {
            let note = match Place::open(&plain.at).await? {
                Place::Service(service) => String::from_utf8(service.get("/v1/audit/checkpoint", "text/plain").await?)?,
                Place::Here(here) => {
                    let note = here.oversight.checkpoint(false).await.map_err(anyhow::Error::from);
                    here.closing(note).await?.context("no checkpoint is published yet")?
                }
            };
            if plain.json {
                let Checkpoint { origin, size, root } = Checkpoint::read_unverified(&note)?;
                print_json(
                    &serde_json::json!({ "origin": origin, "size": size, "root": hex::encode(root), "note": note }),
                )?;
            } else {
                output::say(note.trim_end());
            }
        }
        AuditReading::Prove(one) => {
            let kind = if one.json { "application/json" } else { "text/plain" };
            let proof = match Place::open(&one.at).await? {
                Place::Service(service) => {
                    let path = format!("/v1/audit/proofs/inclusion?index={}", path_part(&one.entry)?);
                    String::from_utf8(service.get(&path, kind).await?)?
                }
                Place::Here(here) => here.closing(here.proof(&one.entry, one.json).await).await?,
            };
            output::say(proof.trim_end());
        }
        AuditReading::Findings(arguments) => {
            let page = match Place::open(&arguments.at).await? {
                Place::Service(service) => {
                    read(&service, &format!("/v1/audit/findings?days={}", arguments.days)).await?
                }
                Place::Here(here) => {
                    let page = here.oversight.findings(&here.caller, arguments.days).await;
                    here.closing(page.map_err(anyhow::Error::from)).await.and_then(value)?
                }
            };
            if arguments.json { print_json(&page)? } else { findings(&page, arguments.at.lang) }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// An entry by index or id.
pub(super) async fn entry(at: &LogAt, name: &str) -> anyhow::Result<Value> {
    match Place::open(at).await? {
        Place::Service(service) => read(&service, &format!("/v1/audit/events/{}", path_part(name)?)).await,
        Place::Here(here) => here.closing(here.entry(name).await).await,
    }
}

/// Where the log is.
enum Place {
    Service(Service),
    Here(Here),
}

/// The log of a data directory, as the auditor of this machine.
struct Here {
    oversight: Oversight,
    store: crate::store::Store,
    caller: Caller,
}

impl Place {
    async fn open(at: &LogAt) -> anyhow::Result<Self> {
        if let (Some(server), Some(token)) = (&at.server, &at.token_file) {
            return Ok(Self::Service(Service::connect(server, token, at.lang)?));
        }
        let settings = configured::placed(&at.place)?;
        let clock = Clock::system();
        let keys = Arc::new(KeyRing::load(&settings.keys_directory).context("the key ring")?);
        let store = compose::store(&settings).await?;
        let options = compose::log_options(&settings, &keys, clock.clone());
        let log = Log::open(store.clone(), options).await.context("the audit log")?;
        let settings = settings.audit.findings;
        let parts = OversightParts { store: store.clone(), log, keys, clock, settings, verifier: None };
        Ok(Self::Here(Here { oversight: Oversight::new(parts), store, caller: Caller::local_auditor() }))
    }
}

impl Here {
    /// Closes the store, whatever came of it.
    async fn closing<T>(&self, outcome: anyhow::Result<T>) -> anyhow::Result<T> {
        self.store.clone().close().await;
        outcome
    }

    async fn index(&self, name: &str) -> anyhow::Result<u64> {
        match (name.parse(), uuid::Uuid::parse_str(name)) {
            (Ok(index), _) => Ok(index),
            (_, Ok(id)) => Ok(self.oversight.place_of(id).await.context("the entry")?),
            _ => bail!(Usage(format!("{name}: neither an index nor an id"))),
        }
    }

    async fn entry(&self, name: &str) -> anyhow::Result<Value> {
        let index = self.index(name).await?;
        value(self.oversight.entry(&self.caller, index).await.context("the entry")?)
    }

    async fn proof(&self, name: &str, json: bool) -> anyhow::Result<String> {
        let proof = self.oversight.inclusion(self.index(name).await?, false).await.context("the entry")?;
        if json { Ok(serde_json::to_string_pretty(&proof)?) } else { Ok(proof.proof.to_text()) }
    }
}

async fn search(arguments: &AuditSearch) -> anyhow::Result<()> {
    let page = match Place::open(&arguments.at).await? {
        Place::Service(service) => {
            let path = format!("/v1/audit/events?{}", query(arguments)?);
            if arguments.csv {
                return service.download(&path, "text/csv", &mut std::io::stdout()).await;
            }
            read(&service, &path).await?
        }
        Place::Here(here) => {
            let wanted = wanted(arguments)?;
            if arguments.csv {
                let form = ExportForm::Csv { english: arguments.at.lang == Language::En };
                let written = match here.oversight.export(&here.caller, &wanted, form).await {
                    Ok(pieces) => write(pieces).await,
                    Err(error) => Err(error.into()),
                };
                return here.closing(written).await;
            }
            let page = here.oversight.search(&here.caller, &wanted).await.map_err(anyhow::Error::from);
            here.closing(page).await.and_then(value)?
        }
    };
    if arguments.json {
        return print_json(&page);
    }
    lines(&page["items"]);
    if let Some(next) = page["next"].as_str() {
        output::tell(&format!("--cursor {next}"));
    }
    Ok(())
}

async fn subject(arguments: &AuditSubject) -> anyhow::Result<()> {
    let id_number = read_text(&arguments.file)?;
    let id_number = id_number.trim();
    if id_number.is_empty() {
        bail!(Usage("there is no ID number in it".into()));
    }
    let page = match Place::open(&arguments.at).await? {
        Place::Service(service) => {
            let mut body = serde_json::json!({ "id_number": id_number });
            if let Some(cursor) = arguments.cursor {
                body["cursor"] = cursor.to_string().into();
            }
            let kind = if arguments.csv { "text/csv" } else { "application/json" };
            let answer = service.post_json("/v1/audit/subjects", &body, kind).await?;
            if arguments.csv {
                return Ok(std::io::stdout().write_all(&answer)?);
            }
            serde_json::from_slice(&answer)?
        }
        Place::Here(here) => {
            if arguments.csv {
                let form = ExportForm::Csv { english: arguments.at.lang == Language::En };
                let written = match here.oversight.trail_file(&here.caller, id_number, form).await {
                    Ok(pieces) => write(pieces).await,
                    Err(error) => Err(error.into()),
                };
                return here.closing(written).await;
            }
            let page = here.oversight.trail(&here.caller, id_number, arguments.cursor, 100).await;
            here.closing(page.map_err(anyhow::Error::from)).await.and_then(value)?
        }
    };
    if arguments.json {
        return print_json(&page);
    }
    for tag in page["subjects"].as_array().into_iter().flatten() {
        output::say(&format!("subject {}", text(tag)));
    }
    for case in page["cases"].as_array().into_iter().flatten() {
        let by = &case["requested_by"];
        output::say(&format!(
            "\n{} {} {} {} ({} {})",
            text(&case["case"]),
            text(&case["purpose"]),
            text(&case["status"]),
            text(&case["organisation"]),
            text(&by["subject"]),
            text(&by["role"]),
        ));
        lines(&case["entries"]);
    }
    lines(&page["other"]);
    if let Some(next) = page["next"].as_str() {
        output::tell(&format!("--cursor {next}"));
    }
    Ok(())
}

/// The parameters of a search at a service.
fn query(arguments: &AuditSearch) -> anyhow::Result<String> {
    let mut url = reqwest::Url::parse("http://localhost/")?;
    let limit = arguments.limit.to_string();
    let lang = if arguments.at.lang == Language::En { "en" } else { "zh" };
    for (name, value) in [
        ("actor", arguments.actor.as_deref()),
        ("subject", arguments.subject.as_deref()),
        ("case", arguments.case.as_deref()),
        ("kind", arguments.kind.as_deref()),
        ("source", arguments.source.as_deref()),
        ("organisation", arguments.organisation.as_deref()),
        ("from", arguments.from.as_deref()),
        ("to", arguments.to.as_deref()),
        ("cursor", arguments.cursor.as_deref()),
        ("limit", Some(limit.as_str())),
        ("lang", Some(lang)),
    ] {
        if let Some(value) = value {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    Ok(url.query().unwrap_or("").to_owned())
}

/// The same, read here.
fn wanted(arguments: &AuditSearch) -> Result<Search, Usage> {
    fn must<T>(option: &str, text: Option<&String>, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Usage> {
        let wrong = || Usage(format!("--{option}: not of that form (hedui audit search --help)"));
        text.map(|text| read(text).ok_or_else(wrong)).transpose()
    }
    let kinds = arguments.kind.as_deref().unwrap_or("").split(',').filter(|word| !word.is_empty());
    let unknown = |word: &str| Usage(format!("--kind {word}: no such kind; known: {}", known_kinds()));
    Ok(Search {
        actor: arguments.actor.clone(),
        source: arguments.source.clone(),
        organisation: arguments.organisation.clone(),
        kinds: kinds.map(|word| Action::parse(word).ok_or_else(|| unknown(word))).collect::<Result<_, _>>()?,
        case: must("case", arguments.case.as_ref(), |text| uuid::Uuid::parse_str(text).ok())?,
        subject: must("subject", arguments.subject.as_ref(), Tag::parse)?,
        from: must("from", arguments.from.as_ref(), |text| text.parse().ok())?,
        to: must("to", arguments.to.as_ref(), |text| text.parse().ok())?,
        cursor: must("cursor", arguments.cursor.as_ref(), |text| text.parse().ok())?,
        limit: arguments.limit,
        entry: None,
    })
}

fn known_kinds() -> String {
    Action::ALL.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(", ")
}

/// What stands in a path or a query as it is: an index or an id.
fn path_part(name: &str) -> Result<&str, Usage> {
    let fits = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if fits { Ok(name) } else { Err(Usage(format!("{name}: neither an index nor an id"))) }
}

async fn read(service: &Service, path: &str) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&service.get(path, "application/json").await?)?)
}

fn value(page: impl serde::Serialize) -> anyhow::Result<Value> {
    Ok(serde_json::to_value(page)?)
}

async fn write<E: std::error::Error + Send + Sync + 'static>(
    pieces: impl futures_util::Stream<Item = Result<bytes::Bytes, E>>,
) -> anyhow::Result<()> {
    pin_mut!(pieces);
    let mut out = std::io::stdout();
    while let Some(piece) = pieces.next().await {
        out.write_all(&piece?)?;
    }
    Ok(())
}

/// A file's text, or that of standard input.
pub(super) fn read_text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read_bytes(path)?).with_context(|| path.display().to_string())
}

/// A file's bytes, or those of standard input.
pub(super) fn read_bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path != Path::new("-") {
        return std::fs::read(path).with_context(|| path.display().to_string());
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).context("standard input")?;
    Ok(bytes)
}

fn print_json(value: &Value) -> anyhow::Result<()> {
    output::say(&serde_json::to_string_pretty(value)?);
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

fn lines(entries: &Value) {
    for entry in entries.as_array().into_iter().flatten() {
        output::say(&line(entry));
    }
}

/// An entry in a line.
fn line(entry: &Value) -> String {
    let actor = &entry["actor"];
    let mut line =
        format!("{:>8}  {}  {}", entry["index"].as_u64().unwrap_or(0), text(&entry["at"]), text(&entry["kind"]));
    let by = format!("{} ({})", text(&actor["subject"]), text(&actor["role"]));
    let named = ["outcome", "case", "batch", "finding", "member", "subject", "source", "answer", "authorisation"];
    let rest = named.iter().filter_map(|name| entry[name].as_str());
    for part in std::iter::once(by.as_str()).chain(rest) {
        line.push_str("  ");
        line.push_str(part);
    }
    line
}

fn findings(page: &Value, language: Language) {
    let found = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    if found.is_empty() {
        output::say(if language == Language::Zh { "没有需要查看的情况" } else { "nothing to look at" });
    }
    for finding in found {
        output::say(&finding_lines(finding, language));
    }
}

/// A finding in a line, and each of its earlier levels, which are acknowledged by themselves, in one more.
fn finding_lines(finding: &Value, language: Language) -> String {
    let zh = language == Language::Zh;
    let why = if zh { &finding["why_zh"] } else { &finding["why"] };
    let level = |number: u64| if zh { format!("第{number}级") } else { format!("level {number}") };
    let mark = |seen: &Value| if seen["acknowledged_by"].is_string() { "✓" } else { "!" };
    let mut lines = vec![format!(
        "{} {} {}  {}  {}  {}",
        mark(finding),
        text(&finding["day"]),
        text(&finding["actor"]),
        text(why),
        level(finding["level"].as_u64().unwrap_or(0)),
        text(&finding["id"]),
    )];
    for (number, earlier) in (0..).zip(finding["earlier"].as_array().into_iter().flatten()) {
        let from = earlier["from"].as_u64().unwrap_or(0);
        let from = if zh { format!("自{from}起") } else { format!("from {from} on") };
        lines.push(format!("  {} {}  {from}  {}", mark(earlier), level(number), text(&earlier["id"])));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_level_of_a_finding_is_shown_with_the_id_it_is_acknowledged_by() {
        let mut finding = json!({"id": "f2", "day": "2026-11-02", "actor": "clerk", "why_zh": "查阅过多", "why": "many cases", "level": 2,
            "earlier": [{"id": "f0", "from": 20, "acknowledged_by": "auditor"}, {"id": "f1", "from": 40}]});
        assert_eq!(
            finding_lines(&finding, Language::En),
            "! 2026-11-02 clerk  many cases  level 2  f2\n  ✓ level 0  from 20 on  f0\n  ! level 1  from 40 on  f1"
        );
        finding["acknowledged_by"] = "auditor".into();
        finding["earlier"] = json!([]);
        assert_eq!(finding_lines(&finding, Language::Zh), "✓ 2026-11-02 clerk  查阅过多  第2级  f2");
    }
}
