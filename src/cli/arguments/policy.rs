//! `hedui policy …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{Language, Place};

/// `hedui policy`
#[derive(Debug, Args)]
pub struct Policy {
    /// What to do.
    #[command(subcommand)]
    pub command: PolicyCommand,
}

/// Commands on the rules.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Try changed rules on the kept cases or on a made-up county: who moves, and what it costs
    #[command(
        after_help = "Examples:\n  hedui policy simulate --packs new-standard.toml --generated 1000 --exact\n  hedui policy simulate --packs new-standard.toml --generated 1000 --csv movement.csv --chart movement.svg\n  hedui policy simulate --packs ./next-year --as-of 2027-01-01           kept cases under next year's rules\n  hedui policy simulate --packs new-standard.toml --region 6204 --json\n\nA file given to --packs is laid over the packs in force: each key it states takes the place of that key in the pack of\nits region, e.g. a file with\n\n  [pack]\n  region = \"620422\"\n\n  [[standard.dibao.urban]]\n  from = \"2024-01-01\"\n  value = \"700.00\"\n  unit = \"yuan_per_head_month\"\n  basis = \"assumed\"\n  note = \"proposal\"\n\nKept cases are opened only after the number of them stands in the audit log. Numbers below ten households are left out,\nunless the households are made up and --exact is said."
    )]
    Simulate(Simulate),
}

/// `hedui policy simulate`
#[derive(Debug, Args)]
pub struct Simulate {
    /// The changed rules: a folder of packs, or one file laid over the packs in force
    #[arg(long, value_name = "DIR|FILE.toml")]
    pub packs: PathBuf,
    /// Only this region: a code, or the digits it begins with
    #[arg(long, value_name = "CODE")]
    pub region: Option<String>,
    /// Rules of this day; of each case's own day unless given (of a made-up county: 2026-11-01)
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Try them on so many made-up households
    #[arg(long, value_name = "N", conflicts_with = "stored", value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub generated: Option<u32>,
    /// Seed of the made-up county
    #[arg(long, default_value_t = 1, requires = "generated")]
    pub seed: u64,
    /// Try them on the kept cases (the default where there is a data directory)
    #[arg(long)]
    pub stored: bool,
    /// Write who moves as CSV: counts only
    #[arg(long, value_name = "FILE.csv")]
    pub csv: Option<PathBuf>,
    /// Draw who moves as SVG
    #[arg(long, value_name = "FILE.svg")]
    pub chart: Option<PathBuf>,
    /// Show cells of fewer than ten households too: made-up counties alone
    #[arg(long, requires = "generated")]
    pub exact: bool,
    /// List the kept cases that move, by id: as confidential as the cases
    #[arg(long, conflicts_with = "generated")]
    pub list_cases: bool,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Where things are.
    #[command(flatten)]
    pub place: Place,
}
