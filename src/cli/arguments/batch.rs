//! `hedui batch`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ConfigFile, Language};

/// `hedui batch`
#[derive(Debug, Args)]
pub struct Batch {
    /// What to do.
    #[command(subcommand)]
    pub command: BatchCommand,
}

/// Commands on batches.
#[derive(Debug, Subcommand)]
pub enum BatchCommand {
    /// Verify every household of a file here, with progress; run again, it goes on where it stopped
    #[command(
        after_help = "Examples:\n  hedui batch run households.csv --out results.csv --faults faults.csv\n  hedui batch run households.xlsx --purpose periodic_review --region 620422\n  hedui batch run households.ndjson --only-township 会师镇\n\nStopped by Ctrl-C or by a crash, the same command goes on: the file is known by its contents."
    )]
    Run(BatchRun),
    /// Send a file to a running service
    #[command(
        after_help = "Examples:\n  hedui batch submit households.csv --server https://hedui.example --token-file token.txt\n  hedui batch submit households.csv --follow --server https://hedui.example --token-file token.txt"
    )]
    Submit(BatchSubmit),
    /// How a batch stands at a running service; all batches without an id
    #[command(
        after_help = "Examples:\n  hedui batch status --server https://hedui.example --token-file token.txt\n  hedui batch status 0199… --json --server https://hedui.example --token-file token.txt"
    )]
    Status(BatchShow),
    /// Show progress of a batch at a running service until it ends
    #[command(
        after_help = "Example:\n  hedui batch follow 0199… --server https://hedui.example --token-file token.txt"
    )]
    Follow(BatchOne),
    /// Fetch the results of a batch from a running service: .csv or .ndjson
    #[command(
        after_help = "Examples:\n  hedui batch results 0199… --out results.csv --server https://hedui.example --token-file token.txt\n  hedui batch results 0199… --out reports.ndjson --server https://hedui.example --token-file token.txt"
    )]
    Results(BatchFile),
    /// Fetch the faults of a batch's rows from a running service: .csv or .json
    #[command(
        after_help = "Example:\n  hedui batch faults 0199… --out faults.csv --server https://hedui.example --token-file token.txt"
    )]
    Faults(BatchFile),
    /// Fetch what changed since the households' last reports, with reasons: .csv or .ndjson
    #[command(
        after_help = "Example:\n  hedui batch changes 0199… --out changes.csv --server https://hedui.example --token-file token.txt"
    )]
    Changes(BatchChanges),
    /// Fetch where the households are referred to, and of a screening its leads: .csv or .ndjson
    #[command(
        after_help = "Example:\n  hedui batch referrals 0199… --out referrals.csv --server https://hedui.example --token-file token.txt"
    )]
    Referrals(BatchFile),
    /// Let no more cases of a batch begin
    #[command(after_help = "Example:\n  hedui batch pause 0199… --server https://hedui.example --token-file token.txt")]
    Pause(BatchOne),
    /// Go on with a paused batch
    #[command(
        after_help = "Example:\n  hedui batch resume 0199… --server https://hedui.example --token-file token.txt"
    )]
    Resume(BatchOne),
    /// Stop a batch: what had not begun never will
    #[command(
        after_help = "Example:\n  hedui batch cancel 0199… --server https://hedui.example --token-file token.txt"
    )]
    Cancel(BatchOne),
    /// Print the heading line of a table of households, or what stands in each column
    #[command(
        after_help = "Examples:\n  hedui batch template > households.csv\n  hedui batch template --explain\n  hedui batch template --explain --lang en"
    )]
    Template(BatchTemplate),
}

/// What a file leaves to the whole of it.
#[derive(Clone, Debug, Args)]
pub struct FileTerms {
    /// What any file of people leaves to it.
    #[command(flatten)]
    pub roster: RosterTerms,
    /// Set by `hedui screen` alone.
    #[arg(skip)]
    pub legal_document: Option<String>,
    /// Programme, where a row names none, e.g. periodic_review
    #[arg(long, value_name = "PURPOSE")]
    pub purpose: Option<String>,
    /// Only households of this programme
    #[arg(long, value_name = "PURPOSE")]
    pub only_purpose: Option<String>,
}

/// What any file of people leaves to the whole of it.
#[derive(Clone, Debug, Args)]
pub struct RosterTerms {
    /// ndjson, csv or xlsx, where the file's name does not say it
    #[arg(long, value_name = "FORM")]
    pub format: Option<String>,
    /// The day the question is about, where a row names none; today unless given
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<jiff::civil::Date>,
    /// County (GB/T 2260), where a row names none
    #[arg(long, value_name = "CODE")]
    pub region: Option<String>,
    /// Kind of registration, where a row names none: urban, rural, residence_permit, visitor
    #[arg(long, value_name = "KIND")]
    pub registered_as: Option<String>,
    /// Only households whose address names this township
    #[arg(long, value_name = "NAME")]
    pub only_township: Option<String>,
    /// Only households whose address names this village
    #[arg(long, value_name = "NAME")]
    pub only_village: Option<String>,
}

/// `hedui batch run`
#[derive(Debug, Args)]
pub struct BatchRun {
    /// Households: .ndjson, .csv or .xlsx
    pub file: PathBuf,
    /// Write the results here: .csv or .ndjson
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write where the households are referred to here: .csv or .ndjson
    #[arg(long, value_name = "FILE")]
    pub referrals: Option<PathBuf>,
    /// Write what changed since the last reports here: .csv or .ndjson
    #[arg(long, value_name = "FILE")]
    pub changes: Option<PathBuf>,
    /// Write the faults of rows here: .csv or .json
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// How the file is meant.
    #[command(flatten)]
    pub terms: FileTerms,
    /// Stop after this long, to go on another time
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Print how the batch stands as JSON at the end
    #[arg(long)]
    pub json: bool,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// A running service.
#[derive(Clone, Debug, Args)]
pub struct AtService {
    /// The running service
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// File with the bearer token
    #[arg(long, value_name = "FILE")]
    pub token_file: PathBuf,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Print for programs
    #[arg(long)]
    pub json: bool,
}

/// `hedui batch submit`
#[derive(Debug, Args)]
pub struct BatchSubmit {
    /// Households: .ndjson, .csv or .xlsx
    pub file: PathBuf,
    /// How the file is meant.
    #[command(flatten)]
    pub terms: FileTerms,
    /// Show progress until the batch ends
    #[arg(long)]
    pub follow: bool,
    /// Service.
    #[command(flatten)]
    pub at: AtService,
}

/// `hedui batch status`
#[derive(Debug, Args)]
pub struct BatchShow {
    /// Batch; all of the organisation's unless given
    pub id: Option<String>,
    /// Service.
    #[command(flatten)]
    pub at: AtService,
}

/// A batch at a service.
#[derive(Debug, Args)]
pub struct BatchOne {
    /// Batch
    pub id: String,
    /// Service.
    #[command(flatten)]
    pub at: AtService,
}

/// A file of a batch at a service.
#[derive(Debug, Args)]
pub struct BatchFile {
    /// Batch
    pub id: String,
    /// Write it here
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Service.
    #[command(flatten)]
    pub at: AtService,
}

/// `hedui batch changes`
#[derive(Debug, Args)]
pub struct BatchChanges {
    /// Only what may be passed on today: nothing adverse of a family that was neither heard nor had its days to speak
    #[arg(long)]
    pub passing_on: bool,
    /// What.
    #[command(flatten)]
    pub file: BatchFile,
}

/// `hedui batch template`
#[derive(Debug, Args)]
pub struct BatchTemplate {
    /// Say what stands in each column
    #[arg(long)]
    pub explain: bool,
    /// Print the columns and what stands in each for programs
    #[arg(long)]
    pub json: bool,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
}
