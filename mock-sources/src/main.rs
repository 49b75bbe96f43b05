//! The departments alone, for rehearsals: `hedui-mock-sources --help`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Parser;
use hedui_mock_sources::faults::{FaultPlan, FaultRule, SHORTHAND_HELP};
use hedui_mock_sources::{Config, Dirt, Key, MockSources};
use jiff::civil::Date;

const EXAMPLES: &str = "Examples:
  hedui-mock-sources
  hedui-mock-sources --seed 7 --households 5000 --dirty --port 9300
  hedui-mock-sources --port 9300 --faults faults.toml --ticket-delay-ms 2000
  hedui-mock-sources --fault 'tax: error=500 share=250' --fault '*: delay=20..80' --fault 'finance: timeout operation=status'
  curl http://127.0.0.1:9300/truth/households?limit=1
  curl -X PUT --data-binary @faults.toml http://127.0.0.1:9300/control/faults

RUST_LOG=hedui_mock_sources=debug logs each request: department, kind of answer, fault; nothing about people.
The wires are described in mock-sources/WIRES.md, the population in mock-sources/POPULATION.md.";

/// Eighteen mock departments over one synthetic county.
#[derive(Debug, Parser)]
#[command(name = "hedui-mock-sources", version, after_help = EXAMPLES)]
struct Arguments {
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

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
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
