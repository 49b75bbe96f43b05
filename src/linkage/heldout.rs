//! What labels teach, seen on labels that were not learnt from: of a fifth of the decided pairs, how many a model gets right before and
//! after, and which pairs moved. Which fifth is decided by the ids of a pair alone, so that it is the same in every run.

use sha2::{Digest, Sha256};

use super::decision::{Decision, by_threshold};
use super::labels::Labels;
use super::model::LinkageModel;
use super::roster::Column;
use super::scoring::Scorer;
use super::table::Table;
use crate::identity::bits::probability_ppm;

/// One pair in so many is held out.
const ONE_IN: u64 = 5;
/// A change of probability that counts as a move, in parts per million, where the verdict stays.
const MOVED_PPM: u32 = 10_000;

/// Labels in two parts.
pub struct Split {
    /// What may be learnt from.
    pub learnt: Labels,
    /// What is only looked at afterwards.
    pub held: Labels,
}

/// How a model judges decided pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As they were decided.
    pub right: u64,
    /// The other way round.
    pub wrong: u64,
    /// A person would have to look.
    pub unsure: u64,
}

/// A pair that the models see differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The id of the left row.
    pub left: String,
    /// The id of the right row.
    pub right: String,
    /// What was decided of it: one person or two.
    pub is_match: bool,
    /// The probability before and after, in parts per million.
    pub ppm: [u32; 2],
    /// Whether it is judged otherwise than before.
    pub crossed: bool,
}

/// Two models on the same decided pairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldOut {
    /// How many pairs were looked at.
    pub pairs: u64,
    /// How many there were to learn from.
    pub learnt: u64,
    /// Before and after.
    pub tallies: [Tally; 2],
    /// Which pairs moved: those judged otherwise first, then by how far, then by ids.
    pub moved: Vec<Moved>,
}

impl Split {
    /// Holds a fifth of the labels out.
    #[must_use]
    pub fn of(labels: &Labels, ids: (&Column, &Column), is_one: bool) -> Self {
        let held = |left: u32, right: u32| is_held_out(named(ids, left, right), is_one);
        Self { learnt: labels.only(|left, right| !held(left, right)), held: labels.only(held) }
    }
}

fn named<'a>(ids: (&'a Column, &'a Column), left: u32, right: u32) -> [&'a str; 2] {
    [ids.0.get(left as usize), ids.1.get(right as usize)]
}

/// Whether a pair is held out; of one roster, the order of its rows says nothing.
fn is_held_out([left, right]: [&str; 2], is_one: bool) -> bool {
    let [one, other] = if is_one && right < left { [right, left] } else { [left, right] };
    let length = u64::try_from(one.len()).unwrap_or(u64::MAX);
    let hash = Sha256::new().chain_update(length.to_be_bytes()).chain_update(one).chain_update(other).finalize();
    let first = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    first.is_multiple_of(ONE_IN)
}

impl HeldOut {
    /// Looks at the labels that were held out under the model before and the model after.
    #[must_use]
    pub fn of(split: &Split, models: [&LinkageModel; 2], table: &Table, ids: (&Column, &Column)) -> Self {
        let scorers = models.map(|model| Scorer::new(model, table));
        let mut memories = [scorers[0].memory(), scorers[1].memory()];
        let number = |labels: &Labels| u64::try_from(labels.len()).unwrap_or(u64::MAX);
        let mut report = Self {
            pairs: number(&split.held),
            learnt: number(&split.learnt),
            tallies: [Tally::default(); 2],
            moved: Vec::new(),
        };
        for (left, right, is_match) in split.held.iter() {
            let (mut ppm, mut verdicts) = ([0; 2], [None; 2]);
            for at in 0..2 {
                let (weight, _) = scorers[at].between((0, left), (1, right), &mut memories[at]);
                ppm[at] = probability_ppm(models[at].log_odds(weight));
                verdicts[at] = by_threshold(models[at], weight);
                report.tallies[at].note(verdicts[at], is_match);
            }
            let crossed = verdicts[0] != verdicts[1];
            if crossed || ppm[0].abs_diff(ppm[1]) >= MOVED_PPM {
                let [left, right] = named(ids, left, right).map(str::to_owned);
                report.moved.push(Moved { left, right, is_match, ppm, crossed });
            }
        }
        let far = |moved: &Moved| std::cmp::Reverse((moved.crossed, moved.ppm[0].abs_diff(moved.ppm[1])));
        report.moved.sort_by(|one, other| {
            far(one).cmp(&far(other)).then_with(|| (&one.left, &one.right).cmp(&(&other.left, &other.right)))
        });
        report
    }
}

impl HeldOut {
    /// Whether the model judges fewer pairs rightly than before, or more wrongly.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        let [before, after] = self.tallies;
        after.wrong > before.wrong || after.wrong == before.wrong && after.right < before.right
    }
}

impl Tally {
    fn note(&mut self, verdict: Option<Decision>, is_match: bool) {
        let count = match verdict {
            Some(Decision::Review) => &mut self.unsure,
            verdict if verdict.is_some() == is_match => &mut self.right,
            _ => &mut self.wrong,
        };
        *count += 1;
    }
}

#[cfg(test)]
mod tests;
