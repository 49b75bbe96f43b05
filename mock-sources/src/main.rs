//! The departments alone, for rehearsals, or instead of them two rosters or a batch of households with known truth:
//! `hedui-mock-sources --help`.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use hedui_mock_sources::batches::{BatchFormat, Headings, Households};
use hedui_mock_sources::faults::{FaultPlan, FaultRule, SHORTHAND_HELP};
use hedui_mock_sources::rosters::{Progress, Rosters};
use hedui_mock_sources::{Config, Dirt, Key, MockSources};
use jiff::civil::Date;

const EXAMPLES: &str = "Examples:
  hedui-mock-sources
  hedui-mock-sources --seed 7 --households 5000 --dirty --port 9300
  hedui-mock-sources --port 9300 --faults faults.toml --ticket-delay-ms 2000
  hedui-mock-sources --fault 'tax: error=500 share=250' --fault '*: delay=20..80' --fault 'finance: timeout operation=status'
  hedui-mock-sources rosters --left 10000 --right 10000 --true 6000 --out rosters-10k
  hedui-mock-sources households --seed 7 --households 5000 --out households.ndjson
  curl http://127.0.0.1:9300/truth/households?limit=1
  curl 'http://127.0.0.1:9300/truth/requests?limit=1&purpose=monitoring'
  curl -X PUT --data-binary @faults.toml http://127.0.0.1:9300/control/faults

RUST_LOG=hedui_mock_sources=debug logs each request: department, kind of answer, fault; nothing about people.
The wires are described in mock-sources/WIRES.md, the population in mock-sources/POPULATION.md.";

const ROSTER_EXAMPLES: &str = "Examples:
  hedui-mock-sources rosters --left 10000 --right 10000 --true 6000 --out rosters-10k
  hedui-mock-sources rosters --left 100000 --right 100000 --true 60000 --noise 2 --id-missing 45 --out rosters-noisy
  hedui-mock-sources rosters --left 1000000 --right 1000000 --true 600000 --seed 7 --out rosters-1m

left.csv and right.csv have the columns id,name,id_number,birth_date,sex,phone,address, truth.csv left_id,right_id.
People and damage are described in mock-sources/ROSTERS.md.";

const HOUSEHOLD_EXAMPLES: &str = "Examples:
  hedui-mock-sources households --seed 1 --households 100000 --out households.ndjson
  hedui-mock-sources households --households 5000 --format csv --gb18030 --out households.csv
  hedui-mock-sources households --households 5000 --faulty 100 --truth truth.ndjson --out households.ndjson

With the same seed and as-of date these are the households that the departments hold. Columns, faulty rows and truth are described in
mock-sources/BATCHES.md.";

/// Twenty mock departments over one synthetic county.
#[derive(Debug, Parser)]
#[command(name = "hedui-mock-sources", version, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    instead: Option<Instead>,
    /// Seed of the population and of all dirt: the same seed gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many households are generated
    #[arg(long, default_value_t = 1_000)]
    households: u32,
    /// Port on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 9300)]
    port: u16,
    /// One port a department beside the common one, counted up from it
    #[arg(long)]
    ports_per_department: bool,
    /// TOML file of faults
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    #[arg(long, value_name = "RULE", help = SHORTHAND_HELP)]
    fault: Vec<FaultRule>,
    /// The departments' copies are spoiled
    #[arg(long, conflicts_with = "clean")]
    dirty: bool,
    /// The departments' copies state the truth (the default)
    #[arg(long)]
    clean: bool,
    /// How long asynchronous departments take
    #[arg(long, default_value_t = 300, value_name = "MS")]
    ticket_delay_ms: u64,
    /// The day the population is as of
    #[arg(long, default_value = "2026-11-01", value_name = "DATE")]
    as_of: Date,
}

/// What is done instead of starting the departments.
#[derive(Debug, Subcommand)]
enum Instead {
    /// Two rosters of people of whom some stand in both, with the known truth
    Rosters(RosterArguments),
    /// The population's households as a batch of requests, with the known truth
    Households(HouseholdArguments),
}

#[derive(Debug, Args)]
#[command(after_help = HOUSEHOLD_EXAMPLES)]
struct HouseholdArguments {
    /// Seed of the population
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many households
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    households: u32,
    /// The day the population is as of
    #[arg(long, default_value = "2026-11-01", value_name = "DATE")]
    as_of: Date,
    /// One request document a line, or one line a member
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
    /// Language of a table's headings and words
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    headings: Language,
    /// The table is GB18030 instead of UTF-8
    #[arg(long)]
    gb18030: bool,
    /// Faulty households in ten thousand
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u32).range(..=10_000))]
    faulty: u32,
    /// File for the batch; an existing one is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// File for what is expected of each household
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Ndjson,
    Csv,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    Zh,
    En,
}

#[derive(Debug, Args)]
#[command(after_help = ROSTER_EXAMPLES)]
struct RosterArguments {
    /// Records of the left roster, a department's register
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    left: u32,
    /// Records of the right roster, a village's list: about twice as dirty
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    right: u32,
    /// People who stand in both
    #[arg(long = "true", default_value_t = 6_000, value_name = "N")]
    shared: u32,
    /// Seed of people and damage: the same arguments give the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Every rate of damage times this, at most nine tenths; 0 for none
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100))]
    noise: u32,
    /// Share of missing ID numbers on both sides [default: 8 on the left, 12 on the right]
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u32).range(..=100))]
    id_missing: Option<u32>,
    /// Folder for left.csv, right.csv and truth.csv; existing ones are replaced
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match &arguments.instead {
        Some(Instead::Rosters(rosters)) => return write_rosters(rosters),
        Some(Instead::Households(households)) => return write_households(households),
        None => {}
    }
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let mut faults = match &arguments.faults {
        None => FaultPlan::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            FaultPlan::from_toml(&text).with_context(|| path.display().to_string())?
        }
    };
    faults.faults.extend(arguments.fault.iter().cloned());
    let config = Config {
        seed: arguments.seed,
        households: arguments.households,
        as_of: arguments.as_of,
        dirt: if arguments.dirty { Dirt::dirty() } else { Dirt::Clean },
        faults,
        ticket_delay: Duration::from_millis(arguments.ticket_delay_ms),
        port: arguments.port,
        ports_per_department: arguments.ports_per_department,
    };
    let started = Instant::now();
    let sources = MockSources::start(config).await?;
    announce(&arguments, &sources, started.elapsed());
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    sources.shutdown().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "where it listens is this program's output")]
fn announce(arguments: &Arguments, sources: &MockSources, took: Duration) {
    let people: usize = sources.population().households().map(|household| household.people().count()).sum();
    println!(
        "{} households, {people} people from seed {} in {} ms",
        arguments.households,
        arguments.seed,
        took.as_millis()
    );
    for key in Key::ALL {
        println!("  {}", sources.department_url(key));
    }
    println!("truth    {}/truth/households", sources.base_url());
    println!("control  {}/control/faults  {}/control/stats", sources.base_url(), sources.base_url());
    println!("Ctrl-C ends.");
}

fn write_rosters(arguments: &RosterArguments) -> anyhow::Result<()> {
    let RosterArguments { left, right, shared, seed, noise, id_missing, ref out } = *arguments;
    let started = Instant::now();
    Rosters { seed, left, right, shared, noise, id_missing_percent: id_missing }.write(out, |progress| {
        let said = match progress {
            Progress::People(count) => format!("{count} people"),
            Progress::Left(rows) => format!("left.csv {rows}"),
            Progress::Right(rows) => format!("right.csv {rows}"),
            Progress::Truth(rows) => format!("truth.csv {rows}, done in {}", out.display()),
        };
        // nobody may be reading standard error: the files are what counts
        let _unread = writeln!(std::io::stderr(), "{:>6} ms  {said}", started.elapsed().as_millis());
    })?;
    Ok(())
}

fn write_households(arguments: &HouseholdArguments) -> anyhow::Result<()> {
    let HouseholdArguments { seed, households, as_of, faulty, ref out, .. } = *arguments;
    let table = matches!(arguments.format, Format::Csv);
    anyhow::ensure!(table || !arguments.gb18030, "--gb18030 is for --format csv: request documents are UTF-8");
    let format = match arguments.format {
        Format::Ndjson => BatchFormat::Ndjson,
        Format::Csv => {
            let chinese = matches!(arguments.headings, Language::Zh);
            let headings = if chinese { Headings::Chinese } else { Headings::English };
            BatchFormat::Csv { headings, gb18030: arguments.gb18030 }
        }
    };
    let started = Instant::now();
    let batch = Households { seed, households, as_of, faulty, ..Households::default() };
    batch.write(format, out, arguments.truth.as_deref(), |written| {
        // nobody may be reading standard error: the file is what counts
        let _unread = writeln!(std::io::stderr(), "{:>6} ms  {written} households", started.elapsed().as_millis());
    })?;
    Ok(())
}
