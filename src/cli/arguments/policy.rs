//! `hedui policy` with its arguments and examples.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{ConfigFile, Language, Place};

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
    /// Load and lint every pack: all problems at once, with file, line and column
    #[command(
        after_help = "Examples:\n  hedui policy check\n  hedui policy check --packs config/policy\n  hedui policy check --packs config/policy --json\n\nA file in the folder replaces the built-in pack of its region; the built-in packs of all other regions stay."
    )]
    Check(PolicyCheck),
    /// Run the examples that the rules must lead to
    #[command(
        after_help = "Examples:\n  hedui policy test\n  hedui policy test --packs config/policy\n  hedui policy test --packs config/policy config/policy/cases/income.toml\n\nWithout files: the built-in cases, and those in the folder `cases` beside the packs; a file there replaces the built-in one of its name."
    )]
    Test(PolicyTest),
    /// Print a rule: meaning, value in force, history, law
    #[command(
        after_help = "Examples:\n  hedui policy explain                                      every rule\n  hedui policy explain standard.dibao.urban\n  hedui policy explain deduction --lang en                  whatever begins with it\n  hedui policy explain not_income.dibao.basic_pension --region 620422 --as-of 2025-06-01"
    )]
    Explain(PolicyExplain),
    /// Run the rules on evidence in a file
    #[command(
        after_help = "Examples:\n  hedui policy assess examples/evidence.json\n  hedui policy assess examples/evidence.json --lang en\n  hedui policy assess examples/evidence.json --packs config/policy --json\n\nThe file's form is published by the service at /schemas/evidence.json. Nothing is asked, nothing is stored."
    )]
    Assess(PolicyAssess),
    /// Try changed rules on the kept cases or on a made-up county: who moves, and what it costs
    #[command(
        after_help = "Examples:\n  hedui policy simulate --packs new-standard.toml --generated 1000 --exact\n  hedui policy simulate --packs new-standard.toml --generated 1000 --csv movement.csv --chart movement.svg\n  hedui policy simulate --packs ./next-year --as-of 2027-01-01           kept cases under next year's rules\n  hedui policy simulate --packs new-standard.toml --region 6204 --json\n\nA file given to --packs is laid over the packs in force: each key it states takes the place of that key in the pack of\nits region, e.g. a file with\n\n  [pack]\n  region = \"620422\"\n\n  [[standard.dibao.urban]]\n  from = \"2024-01-01\"\n  value = \"700.00\"\n  unit = \"yuan_per_head_month\"\n  basis = \"assumed\"\n  note = \"proposal\"\n\nKept cases are opened only after the number of them stands in the audit log. Numbers below ten households are left out,\nunless the households are made up and --exact is said."
    )]
    Simulate(Simulate),
}

/// Which packs.
#[derive(Debug, Args)]
pub struct PacksFolder {
    /// Folder of packs; the settings' one unless given
    #[arg(long, value_name = "DIR")]
    pub packs: Option<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// `hedui policy check`
#[derive(Debug, Args)]
pub struct PolicyCheck {
    /// Packs.
    #[command(flatten)]
    pub folder: PacksFolder,
    /// For programs
    #[arg(long)]
    pub json: bool,
}

/// `hedui policy test`
#[derive(Debug, Args)]
pub struct PolicyTest {
    /// Files of cases, or folders of them
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Packs.
    #[command(flatten)]
    pub folder: PacksFolder,
    /// For programs
    #[arg(long)]
    pub json: bool,
}

/// `hedui policy explain`
#[derive(Debug, Args)]
pub struct PolicyExplain {
    /// Key, or the beginning of keys; every key unless given
    pub rule: Option<String>,
    /// County, by its code of six digits; the only one there is unless given
    #[arg(long, value_name = "CODE")]
    pub region: Option<String>,
    /// Day; today unless given
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Packs.
    #[command(flatten)]
    pub folder: PacksFolder,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// For programs
    #[arg(long)]
    pub json: bool,
}

/// `hedui policy assess`
#[derive(Debug, Args)]
pub struct PolicyAssess {
    /// Evidence as JSON
    pub file: PathBuf,
    /// Packs.
    #[command(flatten)]
    pub folder: PacksFolder,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// For programs
    #[arg(long)]
    pub json: bool,
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
