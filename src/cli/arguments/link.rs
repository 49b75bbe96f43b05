//! `hedui link`.

use std::path::PathBuf;

use clap::Args;

use super::Language;
use crate::identity::model::Cost;

/// Matches rosters.
#[derive(Debug, Args)]
pub struct Link {
    /// The left roster: comma-separated, a heading line, UTF-8 or GB18030
    #[arg(value_name = "LEFT.csv")]
    pub left: PathBuf,
    /// The right roster; left out with --dedupe
    #[arg(value_name = "RIGHT.csv", required_unless_present = "dedupe", conflicts_with = "dedupe")]
    pub right: Option<PathBuf>,
    /// The model: columns, levels, blocking rules, thresholds. Without it the built-in model for people
    #[arg(long, value_name = "MODEL.toml")]
    pub model: Option<PathBuf>,
    /// What a look at a pair, a wrong match and a missed person cost, instead of the model's costs: both thresholds follow from it
    #[arg(long, value_name = "REVIEW,FALSE_MATCH,MISSED")]
    pub cost: Option<Cost>,
    /// Where the pairs go: left_id, right_id, weight (bits), probability, decision. JSON lines when the name ends in .ndjson or .jsonl.
    /// Without it only the summary is printed
    #[arg(long, value_name = "PAIRS.csv")]
    pub out: Option<PathBuf>,
    /// Find rows of LEFT.csv that are one person
    #[arg(long)]
    pub dedupe: bool,
    /// Each row in one pair at most
    #[arg(long, conflicts_with = "dedupe")]
    pub one_to_one: bool,
    /// Every row of both rosters in one cluster of rows that are one person: cluster_id, roster, row_id
    #[arg(long, value_name = "CLUSTERS.csv", conflicts_with = "one_to_one")]
    pub clusters: Option<PathBuf>,
    /// The clusters of an earlier run: those that share rows with one of them keep its id
    #[arg(long, value_name = "CLUSTERS.csv", requires = "clusters")]
    pub earlier: Option<PathBuf>,
    /// What became of each cluster id since: cluster_id, change, other_id
    #[arg(long, value_name = "CHANGES.csv", requires = "earlier")]
    pub changes: Option<PathBuf>,
    /// Pairs that somebody has decided (left_id, right_id, label: match or no); they overrule every weight
    #[arg(long, value_name = "LABELS.csv")]
    pub labels: Option<PathBuf>,
    /// The pairs to look at with what both rows say, for a spreadsheet: fill in its label column and give it back with --labels
    #[arg(long, value_name = "REVIEWS.csv")]
    pub review_out: Option<PathBuf>,
    /// Beside each pair the weight and level of every field
    #[arg(long, requires = "out")]
    pub explain: bool,
    /// True pairs (left_id,right_id): prints precision, recall and F1
    #[arg(long, value_name = "TRUTH.csv")]
    pub truth: Option<PathBuf>,
    /// Explain this one pair, whatever it weighs: what each field says, what was counted once, what decided
    #[arg(long, value_name = "LEFT_ID,RIGHT_ID", conflicts_with_all = ["out", "truth", "train", "dry_run", "one_to_one", "clusters", "labels", "review_out"])]
    pub pair: Option<String>,
    /// With --pair: the weights as a drawing, without values and ids
    #[arg(long, value_name = "FILE.svg", requires = "pair")]
    pub svg: Option<PathBuf>,
    /// With --pair: show what stands in both rows, here at the terminal
    #[arg(long, requires = "pair", conflicts_with = "json")]
    pub values: bool,
    /// With --truth: precision, recall and F1 over the weight from which pairs count, as a drawing
    #[arg(long, value_name = "FILE.svg", requires = "truth")]
    pub chart: Option<PathBuf>,
    /// With --truth: the numbers behind that drawing
    #[arg(long, value_name = "FILE.csv", requires = "truth")]
    pub curve: Option<PathBuf>,
    /// With --truth: whether stated probabilities hold, bin by bin
    #[arg(long, value_name = "FILE.csv", requires = "truth")]
    pub reliability: Option<PathBuf>,
    /// Estimate m, u and the prior from the rosters and write the model: to the file given, else to that of --model
    #[arg(long, value_name = "MODEL.toml", num_args = 0..=1, conflicts_with = "dry_run")]
    pub train: Option<Option<PathBuf>>,
    /// Only count what each blocking rule makes
    #[arg(long, conflicts_with_all = ["out", "truth", "clusters", "labels", "review_out"])]
    pub dry_run: bool,
    /// Cores to use; 0 for all, as is more than there are
    #[arg(long, default_value_t = 0)]
    pub threads: usize,
    /// No more candidates than this are scored: a rule that makes more is refused
    #[arg(long, value_name = "PAIRS", default_value_t = 2_000_000_000)]
    pub max_pairs: u64,
    /// Language of what is printed
    #[arg(long, value_enum, default_value_t)]
    pub lang: Language,
    /// The summary as JSON
    #[arg(long)]
    pub json: bool,
}
