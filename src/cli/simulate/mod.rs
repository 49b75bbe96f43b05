//! `hedui policy simulate`: who would move under changed rules, and what it would cost.

mod table;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};

use super::arguments::{Language, Simulate};
use super::generated::County;
use super::{Usage, compose, configured, output, packs, show};
use crate::auth::Caller;
use crate::config::Settings;
use crate::household::Region;
use crate::policy::Packs;
use crate::policy::simulate::{Headline, Shown};
use crate::report::difference::ParameterChange;
use crate::report::movement;
use crate::telemetry::Clock;
use crate::verification::{Departments, Done, HandIn, MadeUp, Selection, Tried, TriedRules, try_on_generated};

/// The county whose rules a made-up population lives under, unless named.
const MADE_UP_COUNTY: &str = "620422";

/// What was tried on what, and what came of it.
pub(super) struct Outcome {
    /// Whether the households are made up.
    pub generated: bool,
    /// The table that may be shown.
    pub shown: Shown,
    /// What differs between the packs, by county.
    pub parameters: Vec<(String, Vec<ParameterChange>)>,
    /// Cases that move, where they were asked for.
    pub moved_cases: Vec<(String, Headline, Headline)>,
}

/// Tries changed rules.
pub(super) async fn run(arguments: &Simulate) -> anyhow::Result<ExitCode> {
    check(arguments)?;
    let settings = configured::placed(&arguments.place)?;
    let before = packs::configured(&settings).map_err(configured::Faulty)?;
    let after = packs::tried(&settings, &arguments.packs)?;
    let tried = match arguments.generated {
        Some(households) => on_generated(arguments, households, before.clone(), after.clone()).await?,
        None => on_kept(arguments, &settings, before.clone(), after.clone()).await?,
    };
    let shown = tried.movement.shown(arguments.exact);
    let outcome = Outcome {
        generated: arguments.generated.is_some(),
        parameters: changed_parameters(arguments, &shown, &before, &after),
        shown,
        moved_cases: tried.moved_cases.into_iter().map(|(case, (a, b))| (case.to_string(), a, b)).collect(),
    };
    if let Some(path) = &arguments.csv {
        compose::write_result(path, movement::csv(&outcome.shown).as_bytes())?;
    }
    if let Some(path) = &arguments.chart {
        compose::write_result(path, movement::chart::svg(&outcome.shown, "", show::lang(arguments.lang)).as_bytes())?;
    }
    if arguments.json {
        output::say(&serde_json::to_string_pretty(&table::json(&outcome))?);
    } else {
        output::say(table::text(&outcome, arguments.lang).trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: &Simulate) -> Result<(), Usage> {
    for (path, option, form) in [(&arguments.csv, "--csv", "csv"), (&arguments.chart, "--chart", "svg")] {
        let Some(path) = path else { continue };
        if path.extension().is_none_or(|extension| extension != form) {
            return Err(Usage(format!("{option} {}: name a file that ends in .{form}", path.display())));
        }
    }
    let Some(region) = &arguments.region else { return Ok(()) };
    if arguments.generated.is_some() && !Region::is_code(region) {
        return Err(Usage(format!(
            "--region {region}: a made-up county lives under the rules of one county, e.g. 620422"
        )));
    }
    if region.len() > 6 || !region.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Usage(format!("--region {region}: write a code, or the digits it begins with, e.g. 6204")));
    }
    Ok(())
}

async fn on_generated(arguments: &Simulate, households: u32, before: Packs, after: Packs) -> anyhow::Result<Tried> {
    let region = Region(arguments.region.clone().unwrap_or_else(|| MADE_UP_COUNTY.to_owned()));
    let sources = Departments::load(None, None).map_err(configured::Faulty)?.status();
    let (seed, as_of) = (arguments.seed, arguments.as_of);
    let done = Done::default();
    let bar = progress(u64::from(households), arguments.lang, &done);
    let rules = TriedRules { before, after, as_of };
    let county = MadeUp { seed, households, as_of, region };
    let feed = move |hand_in: &mut HandIn<'_>| County::new(&county, &sources).hand_in(hand_in);
    let tried = try_on_generated(rules, &done, feed).await;
    bar.finish();
    Ok(tried?)
}

async fn on_kept(arguments: &Simulate, settings: &Settings, before: Packs, after: Packs) -> anyhow::Result<Tried> {
    if !settings.data_directory.exists() {
        bail!(
            "there is no data directory {}: try the rules on a made-up county with --generated 1000",
            settings.data_directory.display()
        );
    }
    let clock = Clock::system();
    let archive = compose::archive(settings, clock.clone()).await?;
    let region = arguments.region.clone().unwrap_or_default();
    // a province's or city's code stands for all that lies in it
    let region = if region.len() == 6 { region.trim_end_matches("00").to_owned() } else { region };
    let selection = Selection { organisation: None, region, apart_from: None, list_cases: arguments.list_cases };
    let done = Done::default();
    let bar = progress(archive.count(&selection).await.unwrap_or(0), arguments.lang, &done);
    let rules = TriedRules { before, after, as_of: arguments.as_of };
    let tried = archive.try_rules(&Caller::operator(""), rules, &selection, &done).await;
    bar.finish();
    archive.close(clock.now()).await;
    tried.context("the kept cases")
}

/// What differs between the packs of the counties that households live in.
fn changed_parameters(
    arguments: &Simulate,
    shown: &Shown,
    before: &Packs,
    after: &Packs,
) -> Vec<(String, Vec<ParameterChange>)> {
    let day = arguments.as_of.unwrap_or_else(|| Clock::system().today());
    let changes = |region: &str| {
        let pack = |packs: &Packs| packs.resolve(&Region(region.to_owned()), day).ok();
        Some((region.to_owned(), crate::report::difference::changes(&*pack(before)?, &*pack(after)?)))
    };
    shown.regions().into_iter().filter_map(changes).collect()
}

/// A bar with rate and time left, fed by a counter that other threads raise.
struct Progress {
    bar: Option<ProgressBar>,
    watcher: tokio::task::JoinHandle<()>,
}

fn progress(households: u64, language: Language, done: &Done) -> Progress {
    let bar = output::live().then(|| {
        let bar = ProgressBar::new(households);
        let template = match language {
            Language::Zh => "{bar:30} {pos}/{len} 户  {per_sec}  剩余 {eta}",
            Language::En => "{bar:30} {pos}/{len} households  {per_sec}  {eta} left",
        };
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar
    });
    let (watched, done) = (bar.clone(), done.clone());
    let watcher = tokio::spawn(async move {
        let Some(bar) = watched else { return };
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        loop {
            ticks.tick().await;
            bar.set_position(done.households());
        }
    });
    Progress { bar, watcher }
}

impl Progress {
    fn finish(self) {
        self.watcher.abort();
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
