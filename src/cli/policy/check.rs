//! `hedui policy check`: every problem of every pack; else what is in force, and how much of it is assumed.

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::arguments::PolicyCheck;
use crate::cli::{output, packs};
use crate::household::Region;
use crate::policy::Packs;
use crate::policy::assessment::Basis;
use crate::telemetry::Clock;

/// A county's rules today.
#[derive(Serialize)]
struct County {
    region: String,
    name_zh: String,
    name_en: String,
    /// Packs it is layered from, widest first.
    chain: Vec<String>,
    /// Parameters in force that a text backs.
    published: usize,
    /// Parameters in force that none does.
    assumed: usize,
    sha256: String,
}

/// Checks and reports.
pub(super) fn run(arguments: &PolicyCheck) -> anyhow::Result<ExitCode> {
    let (counties, problems) = match packs::folder(&arguments.folder)? {
        None => (counties(&Packs::embedded()), Vec::new()),
        Some(folder) => match packs::in_folder(&folder) {
            Ok(packs) => (counties(&packs), Vec::new()),
            Err(problems) => (Vec::new(), problems),
        },
    };
    let sound = problems.is_empty();
    if arguments.json {
        let value = serde_json::json!({ "problems": problems, "regions": counties });
        output::say(&serde_json::to_string_pretty(&value)?);
    } else {
        for problem in &problems {
            output::say(&format!("✕ {problem}"));
        }
        for county in &counties {
            output::say(&county.to_string());
        }
        output::say(&match problems.len() {
            0 => "✓ 政策参数无误 (the packs are right)".to_owned(),
            1 => "✕ 1 处错误 (1 problem)".to_owned(),
            count => format!("✕ {count} 处错误 ({count} problems)"),
        });
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn counties(packs: &Packs) -> Vec<County> {
    let today = Clock::system().today();
    let counties = packs.counties().into_iter().filter_map(|info| {
        let pack = packs.resolve(&Region(info.region.clone()), today).ok()?;
        let in_force: Vec<Basis> = pack.explain_all().into_iter().filter_map(|e| e.in_force).map(|e| e.basis).collect();
        let assumed = in_force.iter().filter(|basis| **basis == Basis::Assumed).count();
        Some(County {
            region: info.region,
            name_zh: info.name_zh,
            name_en: info.name_en,
            chain: info.chain,
            published: in_force.len() - assumed,
            assumed,
            sha256: pack.hash().to_owned(),
        })
    });
    counties.collect()
}

impl std::fmt::Display for County {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { region, name_zh, name_en, published, assumed, sha256, .. } = self;
        let chain = self.chain.join(" → ");
        write!(f, "{region} {name_zh} ({name_en}): {chain}\n    ")?;
        write!(
            f,
            "{published} 项有公布文本、{assumed} 项为假定 ({published} published, {assumed} assumed), sha256 {sha256}"
        )
    }
}
