//! Numbers from the rosters themselves, without labels: u from random pairs, m by expectation and maximisation over the blocks of each
//! rule (Fellegi–Sunter; Winkler 1988), the prior from what is then found.
//!
//! Within a rule's blocks the fields it blocks on say nothing; every other field is estimated there, and the rules are averaged by how
//! many matches each holds. Floats are used to estimate only: a model holds decimals.
#![expect(clippy::float_arithmetic, reason = "probabilities are estimated in floats and kept as decimals")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and shares"
)]

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::blocking::{Blocks, Task};
use super::linking::{Progress, link};
use super::model::{Basis, Field, LinkageModel};
use super::scoring::{Memory, Pattern, Scorer};
use super::table::Table;
use crate::identity::bits::{ONE, log_odds_centibits, probability_ppm};

/// Random pairs that u is counted on.
const RANDOM_PAIRS: u64 = 4_000_000;
/// Candidates of a rule that m is estimated on.
const PAIRS_A_RULE: u64 = 3_000_000;
/// Rounds of expectation and maximisation.
const ROUNDS: usize = 30;
/// Observations that what the model said before is worth.
const FORMER: f64 = 2.0;
/// A level met less often among random pairs keeps what the model said, as far as that fits.
const ENOUGH: u64 = 10;
/// Expected matches at a level, fewer of which say nothing of it: rosters in which nobody masks a number say nothing of masked ones.
const SELDOM: f64 = 10.0;
/// The share of matches that such a level may claim all the same: of one that chance meets often, it is known that matches do not.
const HARDLY_ANY: f64 = 0.001;
/// Log odds down to which pairs count towards the prior, in centibits.
const FAINT: i32 = -1_000;

/// How often each pattern of levels was met.
type Patterns = HashMap<Pattern, u64, FixedState>;
/// Of every field, a number for every level.
type ByLevel = Vec<Vec<f64>>;

/// What training found.
pub struct Trained {
    /// The model with its new numbers.
    pub model: LinkageModel,
    /// Of every rule, candidates looked at and matches expected among them.
    pub rules: Vec<(u64, u64)>,
}

/// Estimates a model's numbers from two rosters.
#[must_use]
pub fn train(model: &LinkageModel, table: &Table, progress: &impl Progress) -> Trained {
    let scorer = Scorer::new(model, table);
    let mut trained = model.clone();
    let u = chance(model, table, &scorer);
    let mut sums: ByLevel = model.fields.iter().map(|field| vec![0.0; field.levels.len()]).collect();
    let mut rules = Vec::with_capacity(model.blocks.len());
    for (place, block) in model.blocks.iter().enumerate().filter(|(_, block)| block.estimate) {
        let blocks = Blocks::of(table, block);
        progress.rule(place, &blocks.count(block));
        let patterns = patterns(&scorer, &blocks, progress);
        let looked_at = patterns.values().sum();
        let left_out: Vec<usize> = left_out(model, block.on.iter().map(|part| part.field));
        let (found, matches) = maximise(model, &u, &patterns, &left_out);
        rules.push((looked_at, matches as u64));
        for (field, sums) in sums.iter_mut().enumerate().filter(|(field, _)| !left_out.contains(field)) {
            for (sum, found) in sums.iter_mut().zip(&found[field]) {
                *sum += found;
            }
        }
    }
    for ((field, u), m) in trained.fields.iter_mut().zip(&u).zip(&sums) {
        settle(field, m, u);
    }
    trained.basis = Basis::Trained;
    trained.prior_centibits = prior(&trained, table);
    trained.prior_rows = u32::try_from(table.len(0).max(table.len(1))).ok();
    Trained { model: trained, rules }
}

/// Fields that say nothing within a rule's blocks: those it blocks on, what follows from them, and what they follow from.
fn left_out(model: &LinkageModel, on: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut left_out: Vec<usize> = on.collect();
    for dependence in model.dependences.iter().filter(|dependence| dependence.keep_percent == 0) {
        if left_out.contains(&dependence.given) {
            left_out.push(dependence.field);
        } else if left_out.contains(&dependence.field) {
            left_out.push(dependence.given);
        }
    }
    left_out
}

/// How often two random rows stand at each level.
fn chance(model: &LinkageModel, table: &Table, scorer: &Scorer<'_>) -> ByLevel {
    let (lefts, rights) = (table.len(0) as u64, table.len(1) as u64);
    let number = RANDOM_PAIRS.min(lefts.saturating_mul(rights));
    let piece = 1 << 14;
    let patterns = (0..number.div_ceil(piece))
        .into_par_iter()
        .map_init(
            || scorer.memory(),
            |memory, at| {
                let mut patterns = Patterns::default();
                let mut state = at.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678_9abc_def1;
                let mut below = |end: u64| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    ((u128::from(state >> 16) * u128::from(end)) >> 48) as u32
                };
                let likely = model.weight_at(0);
                for _ in 0..piece {
                    let (left, right) = (below(lefts), below(rights));
                    // a random pair that is one person is no chance
                    let (weight, pattern) = scorer.between((0, left), (1, right), memory);
                    if weight < likely && !(table.is_one && left == right) {
                        *patterns.entry(pattern).or_default() += 1;
                    }
                }
                patterns
            },
        )
        .reduce(Patterns::default, merged);
    let fields = model.fields.iter().enumerate().map(|(place, field)| {
        let mut counts = vec![0_u64; field.levels.len() + 2];
        for (pattern, number) in &patterns {
            counts[usize::from(pattern[place])] += number;
        }
        counts.truncate(field.levels.len());
        let all = counts.iter().sum::<u64>().max(1) as f64;
        let shares = counts.iter().zip(&field.levels).map(|(count, level)| {
            let before = level.u as f64 / ONE as f64;
            let share = *count as f64 / all;
            if *count >= ENOUGH { share } else { before.min((*count as f64 + 1.0) / all) }
        });
        normal(shares.collect())
    });
    fields.collect()
}

fn merged(mut all: Patterns, mut more: Patterns) -> Patterns {
    if all.len() < more.len() {
        std::mem::swap(&mut all, &mut more);
    }
    for (pattern, number) in more {
        *all.entry(pattern).or_default() += number;
    }
    all
}

/// Shares that sum to one.
fn normal(shares: Vec<f64>) -> Vec<f64> {
    let sum: f64 = shares.iter().sum();
    shares.into_iter().map(|share| share / sum.max(f64::MIN_POSITIVE)).collect()
}

/// The patterns of a rule's candidates, of evenly spread tasks where there are too many.
fn patterns(scorer: &Scorer<'_>, blocks: &Blocks, progress: &impl Progress) -> Patterns {
    let tasks = blocks.tasks();
    let pairs: u64 = tasks.iter().map(Task::pairs).sum();
    let step = (pairs / PAIRS_A_RULE + 1) as usize;
    let counted = |memory: &mut Memory, tasks: &[Task]| {
        let mut patterns = Patterns::default();
        for task in tasks.iter().step_by(step) {
            blocks.each(*task, |left, right| *patterns.entry(scorer.pattern(left, right, memory)).or_default() += 1);
        }
        progress.scored(tasks.iter().map(Task::pairs).sum());
        patterns
    };
    let chunks = tasks.par_chunks(1 << 10);
    chunks.map_init(|| scorer.memory(), |memory, tasks| counted(memory, tasks)).reduce(Patterns::default, merged)
}

/// Expected matches of a rule's candidates, by field and level, and in all.
fn maximise(model: &LinkageModel, u: &ByLevel, patterns: &Patterns, left_out: &[usize]) -> (ByLevel, f64) {
    let fields: Vec<usize> = (0..model.fields.len()).filter(|field| !left_out.contains(field)).collect();
    let all: f64 = patterns.values().map(|number| *number as f64).sum();
    let before: ByLevel =
        model.fields.iter().map(|f| normal(f.levels.iter().map(|level| level.m as f64).collect())).collect();
    let (mut m, mut other, mut share) = (before.clone(), u.clone(), 0.5);
    let (mut found, mut matches) = (ByLevel::new(), 0.0);
    // in a fixed order: sums of floats depend on it
    let mut ordered: Vec<(&Pattern, f64)> =
        patterns.iter().map(|(pattern, number)| (pattern, *number as f64)).collect();
    ordered.sort_unstable_by_key(|(pattern, _)| *pattern);
    for _ in 0..ROUNDS {
        let zero = || -> ByLevel { model.fields.iter().map(|field| vec![0.0; field.levels.len()]).collect() };
        let (mut of_matches, mut of_others, mut sum) = (zero(), zero(), 0.0);
        for (pattern, number) in &ordered {
            let mut odds = share / (1.0 - share);
            for &field in &fields {
                let level = usize::from(pattern[field]);
                if level < m[field].len() {
                    odds *= m[field][level] / other[field][level].max(1e-12);
                }
            }
            let matching = number * odds / (1.0 + odds);
            sum += matching;
            for &field in &fields {
                let level = usize::from(pattern[field]);
                if level < m[field].len() {
                    of_matches[field][level] += matching;
                    of_others[field][level] += number - matching;
                }
            }
        }
        for &field in &fields {
            let with = |counts: &[f64], prior: &[f64]| {
                normal(counts.iter().zip(prior).map(|(count, prior)| count + FORMER * prior).collect())
            };
            m[field] = with(&of_matches[field], &before[field]);
            other[field] = with(&of_others[field], &u[field]);
        }
        share = (sum / all.max(1.0)).clamp(1e-6, 1.0 - 1e-6);
        (found, matches) = (of_matches, sum);
    }
    (found, matches)
}

/// Gives a field its new numbers: no level weighs more than a stronger one. A level that hardly any match stands at keeps the weight it had,
/// but for the weakest: that nobody differs is something that the rosters say.
fn settle(field: &mut Field, found: &[f64], u: &[f64]) {
    let before: Vec<f64> = normal(field.levels.iter().map(|level| level.m as f64).collect());
    let trained: f64 = found.iter().sum();
    let mut m = if trained > 0.0 {
        normal(found.iter().zip(&before).map(|(found, before)| found + FORMER * before).collect())
    } else {
        before
    };
    let listed = field.levels.len();
    let seldom = |place: usize| found[place] < SELDOM && place + 1 < listed;
    for place in (0..listed).filter(|place| seldom(*place)) {
        let kept = field.levels[place].m as f64 / field.levels[place].u as f64 * u[place];
        if kept <= HARDLY_ANY {
            m[place] = kept;
        }
    }
    // pool neighbours whose order is wrong: together they weigh what they weigh together
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (m, u) in m.iter().zip(u) {
        pools.push((*m, *u, 1));
        while let [.., (m1, u1, n1), (m2, u2, n2)] = pools[..]
            && m2 * u1 > m1 * u2
        {
            pools.truncate(pools.len() - 2);
            pools.push((m1 + m2, u1 + u2, n1 + n2));
        }
    }
    let ratios = pools.iter().flat_map(|(m, u, number)| std::iter::repeat_n(m / u.max(1e-12), *number));
    let m = normal(ratios.zip(u).map(|(ratio, u)| ratio * u).collect());
    for ((level, m), u) in field.levels.iter_mut().zip(m).zip(u) {
        (level.m, level.u) = (parts(m), parts(*u));
    }
    field.keep_order();
}

/// Parts per trillion; nothing is impossible.
fn parts(share: f64) -> u64 {
    ((share * ONE as f64).round() as u64).clamp(1, ONE)
}

/// The share of all pairs that the model then takes for one person, found by taking it again and again.
fn prior(model: &LinkageModel, table: &Table) -> i32 {
    let mut faint = model.clone();
    faint.review_centibits = FAINT;
    let Ok(linked) = link(&faint, table, u64::MAX, &super::linking::Silent) else { return model.prior_centibits };
    let all = table.len(0) as f64 * table.len(1) as f64 / if table.is_one { 2.0 } else { 1.0 };
    let mut prior = model.prior_centibits;
    for _ in 0..10 {
        let moved = (prior - model.prior_centibits) * model.calibration.scale_percent / 100;
        let probability = |weight: i32| f64::from(probability_ppm(model.log_odds(weight).saturating_add(moved))) / 1e6;
        let matches: f64 = linked.pairs.iter().map(|pair| probability(pair.weight)).sum();
        prior = log_odds_centibits(parts((matches / all.max(1.0)).clamp(1e-12, 0.5)));
    }
    prior
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linkage::linking::Silent;
    use crate::linkage::trial::Trial;

    #[test]
    fn rosters_without_a_level_say_nothing_of_it() {
        let row = |at: u32| {
            let name: String = [at, at / 7, at / 3].iter().filter_map(|c| char::from_u32(0x4E8C + c)).collect();
            let phone = u64::from(at) * 6_700_417 % 100_000_000;
            format!("{at},,{name},19{:02}-{:02}-1{},男,139{phone:08},\n", 30 + at % 60, 1 + at % 12, at % 9)
        };
        let rows: String = (0..150).map(row).collect();
        let trial = Trial::of(include_str!("../../config/linkage/person.toml"), &rows, Some(&rows));
        let trained = train(&trial.model, &trial.table, &Silent).model;
        let weight = |model: &LinkageModel, field: &str, level: &str| {
            let field = &model.fields[model.field(field).expect("a field")];
            field.levels.iter().find(|own| own.level == level).expect("a level").centibits
        };
        for (field, level) in [("phone", "masked"), ("phone", "near"), ("birth_date", "year_only"), ("name", "former")]
        {
            let [before, after] = [&trial.model, &trained].map(|model| weight(model, field, level));
            assert!(before.abs_diff(after) <= 5, "{field} {level}: {before} became {after}");
        }
        assert_ne!(
            weight(&trial.model, "phone", "different"),
            weight(&trained, "phone", "different"),
            "nobody has another"
        );
    }
}
