//! Commands that read the log, and the one that checks a receipt.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Language, Place};

/// Commands that read the log.
#[derive(Debug, Subcommand)]
pub enum AuditReading {
    /// Search the log; the search itself is entered first
    #[command(
        after_help = "Examples:\n  hedui audit search --actor huishi-township --kind report_read --from 2026-11-01T00:00:00Z\n  hedui audit search --case 01934567-89ab-7cde-8f01-23456789abcd --csv > case.csv\n  hedui audit search --kind search,log_exported --server https://hedui.example --token-file auditor.txt\n\nWithout --server the data directory must not be in use by a service: a search is an entry."
    )]
    Search(AuditSearch),
    /// Show one entry, by index or id
    #[command(
        after_help = "Examples:\n  hedui audit show 17\n  hedui audit show 17 --json --server https://hedui.example --token-file auditor.txt"
    )]
    Show(AuditOne),
    /// Print the checkpoint that was published last
    #[command(
        after_help = "Example:\n  hedui audit checkpoint --server https://hedui.example --token-file auditor.txt > checkpoint"
    )]
    Checkpoint(AuditPlain),
    /// Prove that an entry is in the log (C2SP tlog-proof)
    #[command(after_help = "Examples:\n  hedui audit prove 17 > entry-17.proof\n  hedui audit prove 17 --json")]
    Prove(AuditOne),
    /// Everything done about one person, whose ID number is read from a file or standard input, never from the command line
    #[command(
        after_help = "Examples:\n  hedui audit subject id-number.txt\n  hedui audit subject - --csv < id-number.txt > trail.csv\n  hedui audit subject id-number.txt --json --server https://hedui.example --token-file auditor.txt"
    )]
    Subject(AuditSubject),
    /// Usage that an auditor should look at
    #[command(after_help = "Example:\n  hedui audit findings --days 7 --lang en")]
    Findings(AuditFindings),
    /// Make again what an entry holds of something that could be guessed, from the thing itself and the key ring
    #[command(
        after_help = "Examples:\n  hedui audit detail --action batch_accepted households.xlsx --entry 17\n  hedui audit detail --action assessed call-1.json call-2.json --entry 240 --json\n  hedui audit detail --action finding_acknowledged note.txt --entry 31 --server https://hedui.example --token-file auditor.txt\n  hedui audit detail --action log_resumed reason.txt --checkpoint checkpoint-of-before\n\nA line for each epoch of the ring's audit_detail key, the newest first; of a text the line break at its end is left out. Exit 0 unless the entry holds another.\nThe ring is that of this machine, with --server too."
    )]
    Detail(AuditDetail),
    /// Check a receipt offline: what was scanned, the receipt's page or its JSON
    #[command(
        after_help = "Examples:\n  hedui audit receipt scanned.txt --log-key \"$(cat service.log-key)\"\n  hedui audit receipt receipt.html --log-key \"$(cat service.log-key)\" --report report.json\n\nExit 0 only when the log's key signed what the code says (and the report given is that version)."
    )]
    Receipt(AuditReceiptFile),
}

/// Where the log is: a running service, or the data directory of one that is stopped.
#[derive(Debug, Args)]
pub struct LogAt {
    /// Ask a running service
    #[arg(long, value_name = "URL", requires = "token_file")]
    pub server: Option<String>,
    /// File with an auditor's bearer token, for --server
    #[arg(long, value_name = "FILE", requires = "server")]
    pub token_file: Option<PathBuf>,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Where the data are.
    #[command(flatten)]
    pub place: Place,
}

/// `hedui audit search`
#[derive(Debug, Args)]
pub struct AuditSearch {
    /// Subject of the token
    #[arg(long)]
    pub actor: Option<String>,
    /// A person's tag, as `hedui audit subject` prints it
    #[arg(long, value_name = "TAG")]
    pub subject: Option<String>,
    /// Case, batch or finding
    #[arg(long, value_name = "ID")]
    pub case: Option<String>,
    /// What was done; several with commas between
    #[arg(long)]
    pub kind: Option<String>,
    /// Department
    #[arg(long)]
    pub source: Option<String>,
    /// By this organisation, or about its cases
    #[arg(long, value_name = "NAME")]
    pub organisation: Option<String>,
    /// Not before: 2026-11-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Before
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Where the page begins: the `next` of the former one
    #[arg(long, value_name = "INDEX")]
    pub cursor: Option<String>,
    /// Entries on a page
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
    /// For programs
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Everything that is found, as a table
    #[arg(long)]
    pub csv: bool,
    /// Where the log is.
    #[command(flatten)]
    pub at: LogAt,
}

/// `hedui audit show`, `hedui audit prove`
#[derive(Debug, Args)]
pub struct AuditOne {
    /// Index or id
    #[arg(value_name = "INDEX|ID")]
    pub entry: String,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Where the log is.
    #[command(flatten)]
    pub at: LogAt,
}

/// `hedui audit checkpoint`
#[derive(Debug, Args)]
pub struct AuditPlain {
    /// Print the log's name, size, root and the signed note for programs
    #[arg(long)]
    pub json: bool,
    /// Where the log is.
    #[command(flatten)]
    pub at: LogAt,
}

/// `hedui audit subject`
#[derive(Debug, Args)]
pub struct AuditSubject {
    /// File that holds the ID number; - = standard input
    pub file: PathBuf,
    /// Where the page begins: the `next` of the former one
    #[arg(long, value_name = "INDEX")]
    pub cursor: Option<u64>,
    /// For programs
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// The whole trail, as a table
    #[arg(long)]
    pub csv: bool,
    /// Where the log is.
    #[command(flatten)]
    pub at: LogAt,
}

/// `hedui audit findings`
#[derive(Debug, Args)]
pub struct AuditFindings {
    /// Days back, today among them
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=92))]
    pub days: u32,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Where the log is.
    #[command(flatten)]
    pub at: LogAt,
}

/// Kinds of entry whose detail is a MAC under the ring's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum KeyedAction {
    /// Bodies of assessments: all that the entry stands for
    Assessed,
    /// Bodies of comparisons: all that the entry stands for
    Matched,
    /// A batch's file
    BatchAccepted,
    /// What rosters were matched by, as the page of the result tells it
    RostersLinked,
    /// An auditor's note
    FindingAcknowledged,
    /// The name of somebody who was refused because nobody registered them
    SignIn,
    /// Why a log went on after a restore
    LogResumed,
}

/// `hedui audit detail`
#[derive(Debug, Args)]
pub struct AuditDetail {
    /// What was entered
    #[arg(long, value_enum)]
    pub action: KeyedAction,
    /// The thing itself; - = standard input. Several only for calls
    #[arg(required = true)]
    pub file: Vec<PathBuf>,
    /// Does this entry hold it? The look is entered in the log
    #[arg(long, value_name = "INDEX|ID")]
    pub entry: Option<String>,
    /// The checkpoint that was published last before the restore, for log_resumed; none where there was none
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Where log and ring are.
    #[command(flatten)]
    pub at: LogAt,
}

/// `hedui audit receipt`
#[derive(Debug, Args)]
pub struct AuditReceiptFile {
    /// What was scanned, or the receipt's page or JSON; - = standard input
    pub file: PathBuf,
    /// The log's public key as printed by `hedui keys list`, obtained once and kept
    #[arg(long, value_name = "KEY")]
    pub log_key: String,
    /// An opened report (JSON): is it this version?
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
}
