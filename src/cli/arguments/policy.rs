//! `hedui policy` with its arguments and examples.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{ConfigFile, Language};

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
