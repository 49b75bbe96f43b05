//! `hedui screen`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConfigFile, Language, RosterTerms};
use crate::household::Purpose;

/// `hedui screen`
#[derive(Debug, Args)]
pub struct Screen {
    /// Whom to look for
    pub kind: ScreenKind,
    /// The roster: .csv, .xlsx or .ndjson
    pub file: PathBuf,
    /// Write the leads here: .csv or .ndjson
    #[arg(long, value_name = "FILE", default_value = "leads.csv")]
    pub out: PathBuf,
    /// Write the faults of rows here: .csv or .json
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Number of the document of the statutory duty that the screening rests on, where a row names no legal basis
    #[arg(long, value_name = "NUMBER")]
    pub legal_document: Option<String>,
    /// How the roster is meant.
    #[command(flatten)]
    pub terms: RosterTerms,
    /// Stop after this long, to go on another time
    #[arg(long, value_name = "SECONDS", conflicts_with = "server")]
    pub wait: Option<u64>,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Print how the screening ended as JSON; the leads are in the file
    #[arg(long)]
    pub json: bool,
    /// Use a running service instead of asking the departments from here
    #[arg(long, value_name = "URL", requires = "token_file")]
    pub server: Option<String>,
    /// File with the bearer token for --server
    #[arg(long, value_name = "FILE", requires = "server")]
    pub token_file: Option<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// Whom a screening looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ScreenKind {
    /// Orphans and children whose parents cannot care for them
    Children,
    /// Disabled people whom no programme helps
    Disability,
    /// People whose self-paid medical cost of twelve months is high
    Medical,
}

impl ScreenKind {
    /// The purpose of the check.
    #[must_use]
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Children => Purpose::ChildScreening,
            Self::Disability => Purpose::DisabilityScreening,
            Self::Medical => Purpose::MedicalScreening,
        }
    }
}
