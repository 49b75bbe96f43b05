//! `hedui report`: kept reports, made again.

use std::process::ExitCode;

use super::arguments::{Language, Recompute, Report, ReportCommand};
use super::{compose, configured, output, packs, show};
use crate::auth::Caller;
use crate::policy::{Pack, Packs, assess};
use crate::report::difference::{Difference, differing_pointers};
use crate::report::render::terminal::{Style, render_difference, render_trace};
use crate::report::sha256_hex;
use crate::report::trace::Trace;
use crate::telemetry::Clock;
use crate::verification::{Contradiction, Reopened};

/// Places that are named where two bodies differ.
const PLACES: usize = 20;

/// Runs a command on kept reports.
pub(super) async fn run(arguments: Report) -> anyhow::Result<ExitCode> {
    match arguments.command {
        ReportCommand::Recompute(arguments) => recompute(&arguments).await,
    }
}

async fn recompute(arguments: &Recompute) -> anyhow::Result<ExitCode> {
    let settings = configured::placed(&arguments.place)?;
    let packs = match &arguments.packs {
        Some(path) => Some(packs::tried(&settings, path)?),
        None if arguments.current => Some(packs::configured(&settings).map_err(configured::Faulty)?),
        None => None,
    };
    let clock = Clock::system();
    let archive = compose::archive(&settings, clock.clone()).await?;
    let outcome = archive.recompute(&Caller::operator(""), &arguments.id, arguments.version).await;
    archive.close(clock.now()).await;
    let shown = Shown::of(outcome?, packs.as_ref(), arguments.trace)?;
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&shown.json())?);
    } else {
        shown.say(arguments.lang);
    }
    Ok(if shown.is_identical() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A report made again, and what was asked about it.
struct Shown {
    reopened: Reopened,
    differs_at: Vec<String>,
    trace: Option<Trace>,
    /// The pack compared with, and what it changes.
    later: Option<(String, Difference)>,
}

impl Shown {
    fn of(reopened: Reopened, packs: Option<&Packs>, trace: bool) -> anyhow::Result<Self> {
        let read = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes);
        let differs_at = if reopened.stored == reopened.recomputed {
            Vec::new()
        } else {
            differing_pointers(&read(&reopened.stored)?, &read(&reopened.recomputed)?, PLACES)
        };
        let later = match packs {
            Some(packs) => {
                let pack = packs.resolve(&reopened.evidence.region, reopened.evidence.as_of)?;
                Some((pack.hash().to_owned(), difference(&reopened, &pack)))
            }
            None => None,
        };
        let trace = trace.then(|| Trace::of(&reopened.assessment, &reopened.evidence));
        Ok(Self { reopened, differs_at, trace, later })
    }

    /// Whether the very bytes came out, and nothing stored contradicts them.
    fn is_identical(&self) -> bool {
        self.reopened.stored == self.reopened.recomputed && self.reopened.contradictions.is_empty()
    }

    fn json(&self) -> serde_json::Value {
        let body = &self.reopened.report.body;
        let later = self.later.as_ref().map(|(pack, difference)| {
            serde_json::json!({ "pack_sha256": pack, "changes_nothing": difference.is_nothing(), "difference": difference })
        });
        serde_json::json!({
            "number": body.number, "version": self.reopened.version, "identical": self.is_identical(),
            "bytes": self.reopened.stored.len(), "sha256": sha256_hex(&self.reopened.stored),
            "recomputed_sha256": sha256_hex(&self.reopened.recomputed), "differs_at": self.differs_at,
            "contradictions": self.reopened.contradictions, "made_by": body.provenance.engine,
            "recomputed_by": self.reopened.engine(), "pack_sha256": body.provenance.pack.sha256,
            "evidence_sha256": body.provenance.evidence_sha256, "trace": self.trace, "later": later,
        })
    }

    fn say(&self, language: Language) {
        let zh = language == Language::Zh;
        for line in self.verdict(zh) {
            output::say(&line);
        }
        let style = Style { colour: output::colour(), lang: show::lang(language), width: 100 };
        if let Some(trace) = &self.trace {
            output::say(render_trace(&self.reopened.body, trace, style).trim_end());
        }
        if let Some((pack, difference)) = &self.later {
            output::say("");
            output::say(&if zh {
                format!("同一证据，按政策包 sha256 {pack} 核算：")
            } else {
                format!("the same evidence under the pack sha256 {pack}:")
            });
            output::say(render_difference(&self.reopened.body, difference, style).trim_end());
        }
    }

    fn verdict(&self, zh: bool) -> Vec<String> {
        let Reopened { report, stored, version, contradictions, .. } = &self.reopened;
        let (bytes, sha256) = (stored.len(), sha256_hex(stored));
        let number = &report.body.number;
        let mut lines =
            vec![if zh { format!("{number} 第 {version} 版") } else { format!("{number} version {version}") }];
        if let Some(engine) = self.reopened.other_engine() {
            let own = self.reopened.engine();
            lines.push(if zh {
                format!("○ 报告由 {engine} 生成，现由 {own} 重算")
            } else {
                format!("○ made by {engine}, recomputed by {own}")
            });
        }
        lines.extend(contradictions.iter().map(|one| format!("✕ {}", contradiction(*one, zh))));
        if self.differs_at.is_empty() && stored == &self.reopened.recomputed {
            lines.push(if zh {
                format!("✓ 逐字节一致：{bytes} 字节，sha256 {sha256}")
            } else {
                format!("✓ identical, {bytes} bytes, sha256 {sha256}")
            });
            return lines;
        }
        let recomputed = sha256_hex(&self.reopened.recomputed);
        lines.push(if zh {
            format!("✕ 重算结果不一致：存档 sha256 {sha256}，重算 sha256 {recomputed}；不同之处：")
        } else {
            format!("✕ not identical: stored sha256 {sha256}, recomputed sha256 {recomputed}; they differ at:")
        });
        lines.extend(self.differs_at.iter().map(|place| format!("    {place}")));
        lines
    }
}

/// What a later pack makes of the same evidence.
fn difference(reopened: &Reopened, later: &Pack) -> Difference {
    let assessment = assess(&reopened.evidence, later);
    Difference::between((&reopened.pack, &reopened.assessment), (later, &assessment))
}

fn contradiction(found: Contradiction, zh: bool) -> &'static str {
    match (found, zh) {
        (Contradiction::VersionsHash, true) => "存档报告正文的哈希与版本记录不符：报告已被改动",
        (Contradiction::VersionsHash, false) => "the stored body's hash is not the one of its version: it was altered",
        (Contradiction::LoggedHash, true) => "存档报告正文的哈希与审计日志不符：报告已被改动",
        (Contradiction::LoggedHash, false) => "the stored body's hash is not the one in the audit log: it was altered",
        (Contradiction::EvidenceHash, true) => "存档证据的哈希与报告所载不符：证据已被改动",
        (Contradiction::EvidenceHash, false) => {
            "the kept evidence's hash is not the one the report names: it was altered"
        }
    }
}
