//! Every command with its arguments and examples.

mod audit_reading;
mod batch;
mod keys;
mod link;
mod policy;
mod report;
mod screen;
mod witness;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Disclosure;

pub use audit_reading::{AuditDetail, AuditReading, AuditReceiptFile, AuditSearch, AuditSubject, KeyedAction, LogAt};
pub use batch::{
    AtService, Batch, BatchChanges, BatchCommand, BatchFile, BatchOne, BatchRun, BatchShow, BatchSubmit, BatchTemplate,
    FileTerms, RosterTerms,
};
pub use keys::{
    Keys, KeysChange, KeysCommand, KeysDestroy, KeysEpoch, KeysExport, KeysFolder, KeysInit, KeysRecipient,
    KeysRestore, KeysRotate, TagUse,
};
pub use link::Link;
pub use policy::{PacksFolder, Policy, PolicyAssess, PolicyCheck, PolicyCommand, PolicyExplain, PolicyTest, Simulate};
pub use report::{Recompute, Report, ReportCommand};
pub use screen::Screen;
pub use witness::{AuditWitness, WitnessCommand, WitnessInit, WitnessServe};

/// 核对: verifies what a household's members earn and own. It verifies; the officer decides.
#[derive(Debug, Parser)]
#[command(
    name = "hedui",
    version,
    about,
    max_term_width = 100,
    after_help = "Examples:\n  hedui demo --once\n  hedui check-config\n  hedui serve"
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything in one process: mock departments, service, one verified household; serves until Ctrl-C
    #[command(
        after_help = "Examples:\n  hedui demo                     verify the sample household, then serve\n  hedui demo --once              stop after the report\n  hedui demo --once --lang en    the report in English\n  hedui demo --data ./demo       keep the data in ./demo"
    )]
    Demo(Demo),
    /// Run the service
    #[command(
        after_help = "Examples:\n  hedui serve --config config/hedui.toml\n  HEDUI__SERVER__LISTEN=127.0.0.1:9000 hedui serve"
    )]
    Serve(Serve),
    /// Verify one household from a JSON file and write the report
    #[command(
        after_help = "Examples:\n  hedui verify household.json                       print the report\n  hedui verify household.json --out report.html     for printing\n  hedui verify household.json --out report.jwe      sealed for the request's recipient key\n  hedui verify household.json --level conclusion    the screening's outcome alone: no amount, no record\n  hedui verify household.json --server https://hedui.example --token-file token.txt"
    )]
    Verify(Verify),
    /// Verify every household of a file, here or at a running service
    #[command(
        after_help = "Examples:\n  hedui batch template --explain\n  hedui batch run households.csv --out results.csv --faults faults.csv\n  hedui batch submit households.csv --follow --server https://hedui.example --token-file token.txt"
    )]
    Batch(Batch),
    /// Plan a year of re-verification over what the departments allow
    #[command(
        after_help = "Examples:\n  hedui schedule --organisation 会宁县会师镇人民政府\n  hedui schedule --organisation 会宁县会师镇人民政府 --year 2027 --out plan.csv\n  hedui schedule --roll roll.csv --lang en          from counts: due,township,members,households"
    )]
    Schedule(Schedule),
    /// Screen a roster for people who may need help: leads only, no bank is asked, nothing adverse follows
    #[command(
        after_help = "Examples:\n  hedui screen children roster.csv --legal-document 会民发〔2026〕8号 --region 620422 --registered-as rural\n  hedui screen disability roster.xlsx --legal-document 会民发〔2026〕8号 --out leads.csv --faults faults.csv\n  hedui screen medical roster.csv --legal-document 会民发〔2026〕8号 --server https://hedui.example --token-file token.txt\n\nA roster is a table of households, a row a person (hedui batch template --explain). Of children, the row's household names the\nparents: neither may be able to care for the child. A lead is certain, or open where a department has not answered."
    )]
    Screen(Box<Screen>),
    /// Decrypt a sealed report and check signature and audit inclusion, offline
    #[command(
        after_help = "Examples:\n  hedui open report.jwe --key recipient.jwk --jwks service.jwks.json --log-key \"$(cat service.log-key)\"\n  hedui open report.jwe --key recipient.jwk --jwks service.jwks.json --log-key \"$(cat service.log-key)\" --out report.html\n  hedui open report.jwe --key recipient.jwk --unpinned        without the service's keys: proves less\n\nExit 0 only when the service's keys sign the report and its place in the log."
    )]
    Open(Open),
    /// Reports that are kept: made again bit by bit, traced, explained under other rules
    #[command(after_help = "Example:\n  hedui report recompute HD-620422-2026-000123")]
    Report(Report),
    /// What would be erased by itself now, as `[retention]` in hedui.toml says; nothing is changed
    #[command(
        after_help = "Examples:\n  hedui retention\n  hedui retention --cases --json\n\nThe running service erases it, every hour, each case after an entry in the audit log. Without numbers in [retention] nothing is ever erased by\nitself."
    )]
    Retention(Retention),
    /// The audit log
    #[command(after_help = "Example:\n  hedui audit verify")]
    Audit(Audit),
    /// The departments: definitions, live probes, samples
    #[command(after_help = "Examples:\n  hedui sources list\n  hedui sources check vehicles\n  hedui sources test")]
    Sources(Sources),
    /// The rules: check, test and explain the packs, run them on evidence, try changed ones on many households
    #[command(
        after_help = "Examples:\n  hedui policy check\n  hedui policy test\n  hedui policy explain standard.dibao.urban\n  hedui policy assess examples/evidence.json\n  hedui policy simulate --packs examples/proposal.toml --generated 1000"
    )]
    Policy(Policy),
    /// Match two rosters of people, or find who is twice in one
    #[command(
        after_help = "Examples:\n  hedui link left.csv right.csv --one-to-one --out pairs.csv\n  hedui link left.csv right.csv --one-to-one --out pairs.csv --explain --lang en\n  hedui link left.csv right.csv --one-to-one --out pairs.csv --cost 1,1000,5    a wrong match costs as much as 1000 looks\n  hedui link left.csv right.csv --dry-run                      what each blocking rule makes\n  hedui link roster.csv --dedupe --out pairs.csv\n  hedui link left.csv right.csv --truth truth.csv --model model.toml\n  hedui link left.csv right.csv --clusters clusters.csv         every row by person\n  hedui link all.csv new.csv --clusters now.csv --earlier clusters.csv --changes changes.csv\n  hedui link left.csv right.csv --one-to-one --review-out reviews.csv\n  hedui link left.csv right.csv --one-to-one --labels reviews.csv --out pairs.csv\n  hedui link left.csv right.csv --pair 17,R204 --svg why.svg --lang en\n  hedui link left.csv right.csv --truth truth.csv --chart thresholds.svg --curve thresholds.csv --reliability reliability.csv\n\nA roster is comma-separated with a heading line, UTF-8 or GB18030. The built-in model looks for the columns id, name, id_number,\nbirth_date, sex, phone, address; another model names others. pairs.csv holds left_id, right_id, weight in bits, probability and\ndecision (match or review). A model says what errors cost, cost = { review = 1, false_match = 500, missed = 5 }, from which both\nthresholds follow, or names them (match_at, review_at).\nFiles are written for their owner alone (mode 0600): pairs and clusters hold ids, --review-out what stands in the rows."
    )]
    Link(Box<Link>),
    /// The key ring: make, rotate, destroy, keep a copy under several persons' passphrases
    #[command(
        after_help = "Examples:\n  hedui keys init\n  hedui keys list\n  hedui keys rotate\n  hedui keys export --out /media/safe --shares 3 --threshold 2"
    )]
    Keys(Keys),
    /// Check every configuration file, pack and definition: all problems at once
    #[command(after_help = "Example:\n  hedui check-config --config config/hedui.toml")]
    CheckConfig(CheckConfig),
}

/// Language of what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

/// `hedui demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Stop after the report
    #[arg(long)]
    pub once: bool,
    /// Keep the data in this folder (a fresh private one otherwise)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Households in the mock departments' county
    #[arg(long, default_value_t = 200, value_name = "N")]
    pub households: u32,
    /// Seed of the county
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Port of the service; 0 = any free one
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Language of the report
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// Where the settings are.
#[derive(Debug, Args)]
pub struct ConfigFile {
    /// Settings file; config/hedui.toml when it exists, else the shipped settings
    #[arg(long, value_name = "FILE", env = "HEDUI_CONFIG")]
    pub config: Option<PathBuf>,
}

/// Where data, keys and settings are.
#[derive(Debug, Args)]
pub struct Place {
    /// Data folder; the settings' one unless given
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Key folder; the settings' one unless given
    #[arg(long, value_name = "DIR")]
    pub keys: Option<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// `hedui serve`
#[derive(Debug, Args)]
pub struct Serve {
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// `hedui verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// Request as JSON
    pub file: PathBuf,
    /// Write the report here: .json, .jwe, .html or .txt
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Wait at most this long for asynchronous departments before the provisional report is taken
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub wait: u64,
    /// Language of the report
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
    /// How much of the report; at a service at most what the client is granted, and that unless given
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub level: Option<Disclosure>,
    /// Use a running service instead of verifying here
    #[arg(long, value_name = "URL", requires = "token_file")]
    pub server: Option<String>,
    /// File with the bearer token for --server
    #[arg(long, value_name = "FILE", requires = "server")]
    pub token_file: Option<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

fn level(word: &str) -> Result<Disclosure, String> {
    let known = Disclosure::ALL.map(Disclosure::as_str).join(", ");
    Disclosure::parse(word).ok_or_else(|| format!("known levels: {known}"))
}

/// `hedui schedule`
#[derive(Debug, Args)]
pub struct Schedule {
    /// Whose households
    #[arg(long, value_name = "NAME", default_value = "local")]
    pub organisation: String,
    /// Which year; this one unless given
    #[arg(long)]
    pub year: Option<i16>,
    /// Counts instead of the store: a table with due, township, members, households
    #[arg(long, value_name = "FILE")]
    pub roll: Option<PathBuf>,
    /// Days before it is due from which a household may be looked at
    #[arg(long, default_value_t = crate::bulk::planning::Manner::DAYS_AHEAD)]
    pub days_ahead: u16,
    /// On Saturdays and Sundays too
    #[arg(long)]
    pub weekends: bool,
    /// Write the plan here: .csv, .json or .txt
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print the plan as JSON
    #[arg(long)]
    pub json: bool,
    /// Language
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Where the data are.
    #[command(flatten)]
    pub place: Place,
}

/// `hedui open`
#[derive(Debug, Args)]
pub struct Open {
    /// Sealed report (JWE compact)
    pub file: PathBuf,
    /// Recipient's private key (JWK)
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Service's signing keys (JWK set), obtained from the service once and kept
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// Service's log key as printed by `hedui keys list`, obtained once and kept
    #[arg(long, value_name = "KEY")]
    pub log_key: Option<String>,
    /// Accept a report although its origin cannot be checked for want of --jwks or --log-key
    #[arg(long)]
    pub unpinned: bool,
    /// Write the opened report here: .json, .html or .txt
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Language of the report
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `hedui audit`
#[derive(Debug, Args)]
pub struct Audit {
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// Commands on the log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Recompute the whole log offline and check every signed checkpoint
    #[command(
        after_help = "Examples:\n  hedui audit verify\n  hedui audit verify --data ./demo/data --keys ./demo/keys --json\n  hedui audit verify --data ./copy --log-key \"$(cat service.log-key)\"      without the private ring"
    )]
    Verify(AuditVerify),
    /// After a restored backup: log why the log goes on where it does, and publish from there (the service must be stopped)
    #[command(
        after_help = "Example:\n  hedui audit resume-after-restore --reason \"disk lost on 3 May, backup of 2 May put back\" --operator zhang.wei"
    )]
    ResumeAfterRestore(AuditResume),
    /// Be a witness of somebody else's log: cosign its checkpoints as long as it only grows
    #[command(
        after_help = "Examples:\n  hedui audit witness init --dir /var/lib/hedui-witness --name civil-affairs.example/witness\n  hedui audit witness serve --dir /var/lib/hedui-witness --log-key \"$(cat service.log-key)\""
    )]
    Witness(AuditWitness),
    /// Commands that read it.
    #[command(flatten)]
    Reading(Box<AuditReading>),
}

/// `hedui audit resume-after-restore`
#[derive(Debug, Args)]
pub struct AuditResume {
    /// Why: its MAC is entered in the log, so keep the words
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who does it, as the log names them; the system's user name ($USER) unless given
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// Print for programs
    #[arg(long)]
    pub json: bool,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// `hedui audit verify`
#[derive(Debug, Args)]
pub struct AuditVerify {
    /// Data folder; the settings' one unless given
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Key folder; the settings' one unless given
    #[arg(long, value_name = "DIR", conflicts_with = "log_key")]
    pub keys: Option<PathBuf>,
    /// File of the last published checkpoint; the settings' one unless given, with --data the one in that folder
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// The log's public key as printed by `hedui keys list`, instead of the key folder
    #[arg(long, value_name = "KEY")]
    pub log_key: Option<String>,
    /// Only the tree: leaves hashed, tiles, head and checkpoints recomputed. Index columns and the rows beside the log are left out
    #[arg(long)]
    pub tree_only: bool,
    /// Key of a witness whose cosignatures are looked for, as `witness init` prints it; may be given several times. Those of the settings
    /// unless given
    #[arg(long, value_name = "KEY")]
    pub witness_key: Vec<String>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// `hedui sources`
#[derive(Debug, Args)]
pub struct Sources {
    /// What to do.
    #[command(subcommand)]
    pub command: SourcesCommand,
}

/// Commands on departments.
#[derive(Debug, Subcommand)]
pub enum SourcesCommand {
    /// List the departments
    #[command(after_help = "Examples:\n  hedui sources list\n  hedui sources list --json")]
    List(SourcesList),
    /// Send each department a real query about a fixture person (not merely connect)
    #[command(after_help = "Examples:\n  hedui sources check\n  hedui sources check vehicles")]
    Check(SourcesNamed),
    /// Run definitions over their recorded samples, without any network
    #[command(after_help = "Examples:\n  hedui sources test\n  hedui sources test social_security")]
    Test(SourcesNamed),
}

/// `hedui sources list`
#[derive(Debug, Args)]
pub struct SourcesList {
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// `hedui sources check`, `hedui sources test`
#[derive(Debug, Args)]
pub struct SourcesNamed {
    /// One department; all unless given
    pub name: Option<String>,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}

/// `hedui retention`
#[derive(Debug, Args)]
pub struct Retention {
    /// List the cases too
    #[arg(long)]
    pub cases: bool,
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Where the data are.
    #[command(flatten)]
    pub place: Place,
}

/// `hedui check-config`
#[derive(Debug, Args)]
pub struct CheckConfig {
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Settings.
    #[command(flatten)]
    pub config: ConfigFile,
}
