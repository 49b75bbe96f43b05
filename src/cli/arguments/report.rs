//! `hedui report …`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Language, Place};

/// `hedui report`
#[derive(Debug, Args)]
pub struct Report {
    /// What to do.
    #[command(subcommand)]
    pub command: ReportCommand,
}

/// Commands on kept reports.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Make a report again from its kept evidence, rules and facts, and compare it byte by byte
    #[command(
        after_help = "Examples:\n  hedui report recompute HD-620422-2026-000123\n  hedui report recompute HD-620422-2026-000123 --version 1 --json\n  hedui report recompute HD-620422-2026-000123 --trace                       every number opened\n  hedui report recompute HD-620422-2026-000123 --current                     what the rules in force now would change\n  hedui report recompute HD-620422-2026-000123 --packs new-standard.toml     what a changed number would change\n\nThe service must be stopped. The reading is logged. Exit 1 when the report comes out differently."
    )]
    Recompute(Recompute),
}

/// `hedui report recompute`
#[derive(Debug, Args)]
pub struct Recompute {
    /// Number of the report (HD-…), or id of the case
    pub id: String,
    /// Version of the report; the latest unless given
    #[arg(long, value_name = "N")]
    pub version: Option<u32>,
    /// Also explain what these packs change: a folder of packs, or one file laid over the packs in force
    #[arg(long, value_name = "DIR|FILE.toml", conflicts_with = "current")]
    pub packs: Option<PathBuf>,
    /// Also explain what the packs in force now change
    #[arg(long)]
    pub current: bool,
    /// Open every number: rule, inputs, amounts, records and their day, law
    #[arg(long)]
    pub trace: bool,
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
