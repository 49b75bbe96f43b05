//! What decided pairs teach: how much levels say together that each alone does not, and how weights become probabilities.
//!
//! A logistic regression of the labels on the weight of a pair and the model's `together` conditions, with a ridge that keeps what few
//! labels cannot tell near what the model said. m and u stay those of the whole rosters: labels are taken where people doubted, and say
//! nothing of how often a level is met.
#![expect(clippy::float_arithmetic, reason = "coefficients are estimated in floats and kept as integers")]
#![expect(clippy::cast_possible_truncation, reason = "coefficients are bounded")]

use super::model::{Basis, Calibration, LinkageModel};
use super::scoring::Scorer;
use super::table::Table;

/// Labels that teach anything.
const ENOUGH: usize = 50;
/// Weights beyond are as good as certain, and would bend the curve where it matters.
const CLAMP_BITS: (f64, f64) = (-20.0, 45.0);
/// How much a condition is held to what the model said: as many labels as contradict it.
const RIDGE: f64 = 2.0;
/// As many labels as nobody has.
const FIXED: f64 = 1e9;
const ROUNDS: usize = 60;
/// Bounds of what a model file may hold.
const MOST_CENTIBITS: f64 = 6_000.0;
const SCALE_PERCENT: (f64, f64) = (10.0, 200.0);

/// Why labels teach nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooFew {
    /// Fewer than needed.
    #[error(
        "{found} labels to learn from are too few, those held out not counted: decide more pairs, {ENOUGH} are needed"
    )]
    Labels {
        /// How many there are.
        found: usize,
    },
    /// All say the same.
    #[error("all labels say the same: pairs that are one person and pairs that are not are needed")]
    OneSide,
}

/// Labels on either side of what is looked at, without which they say nothing of certain pairs: what was decided of reviews alone would bend
/// the curve beyond them.
const BEYOND: usize = 20;

/// A model with what labelled pairs (left row, right row, whether they are one person) teach.
///
/// # Errors
/// Too few labels, or only such as match, or as do not.
pub fn learn(model: &LinkageModel, table: &Table, labels: &[(u32, u32, bool)]) -> Result<LinkageModel, TooFew> {
    if labels.len() < ENOUGH {
        return Err(TooFew::Labels { found: labels.len() });
    }
    let matches = labels.iter().filter(|(_, _, is_match)| *is_match).count();
    if matches == 0 || matches == labels.len() {
        return Err(TooFew::OneSide);
    }
    let scorer = Scorer::new(model, table);
    let observed: Vec<Observed> = labels
        .iter()
        .map(|&(left, right, is_match)| {
            let (by_field, _, pattern) = scorer.explain(left, right);
            let bits = f64::from(by_field.iter().sum::<i32>()) / 100.0;
            let mut features = vec![1.0, bits.clamp(CLAMP_BITS.0, CLAMP_BITS.1)];
            features.extend(model.together.iter().map(|together| f64::from(u8::from(together.stands(&pattern)))));
            Observed { features, is_match: f64::from(u8::from(is_match)) }
        })
        .collect();
    let beyond = |is_far: &dyn Fn(f64) -> bool| observed.iter().filter(|one| is_far(one.features[1])).count();
    let bits = |weight: i32| f64::from(weight) / 100.0;
    let (from, to) = (bits(model.weight_at(model.review_centibits)), bits(model.weight_at(model.match_centibits)));
    let curve = beyond(&|weight| weight < from) >= BEYOND && beyond(&|weight| weight >= to) >= BEYOND;
    Ok(taught(model, &regression(&observed, &before(model), curve)))
}

/// A labelled pair: one, its weight in bits, and which conditions stand.
struct Observed {
    features: Vec<f64>,
    is_match: f64,
}

/// What the model says, as coefficients in natural logarithms.
fn before(model: &LinkageModel) -> Vec<f64> {
    let ln = std::f64::consts::LN_2;
    let scale = f64::from(model.calibration.scale_percent) / 100.0 * ln;
    let prior = f64::from(model.prior_centibits) / 100.0;
    let shift = f64::from(model.calibration.shift_centibits) / 100.0 * ln + scale * prior;
    let together = model.together.iter().map(|together| f64::from(together.centibits) / 100.0 * scale);
    [shift, scale].into_iter().chain(together).collect()
}

fn taught(model: &LinkageModel, coefficients: &[f64]) -> LinkageModel {
    let ln = std::f64::consts::LN_2;
    let mut taught = model.clone();
    let scale = (coefficients[1] / ln * 100.0).round().clamp(SCALE_PERCENT.0, SCALE_PERCENT.1);
    let shift = (coefficients[0] / ln * 100.0 - scale / 100.0 * f64::from(model.prior_centibits)).round();
    taught.calibration = Calibration {
        scale_percent: scale as i32,
        shift_centibits: shift.clamp(-MOST_CENTIBITS, MOST_CENTIBITS) as i32,
    };
    for (together, coefficient) in taught.together.iter_mut().zip(&coefficients[2..]) {
        let centibits = (coefficient / (scale / 100.0 * ln) * 100.0).round();
        let most = MOST_CENTIBITS.min(f64::from(model.most_together(&together.when)));
        together.centibits = centibits.clamp(-MOST_CENTIBITS, most.max(0.0)) as i32;
    }
    taught.basis = Basis::Trained;
    taught
}

/// The loss: how unlikely the labels are under coefficients, and how far those lie from what was said before.
fn loss(observed: &[Observed], coefficients: &[f64], before: &[f64], ridges: &[f64]) -> f64 {
    let of_labels: f64 = observed
        .iter()
        .map(|one| {
            let log_odds = dot(&one.features, coefficients);
            // ln(1 + e^x) without overflow
            log_odds.max(0.0) + (-log_odds.abs()).exp().ln_1p() - one.is_match * log_odds
        })
        .sum();
    let moved = coefficients.iter().zip(before).map(|(now, before)| (now - before).powi(2));
    of_labels + moved.zip(ridges).map(|(moved, ridge)| moved * ridge / 2.0).sum::<f64>()
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// Newton's method with halved steps. Without `curve` the calibration stays as it was.
fn regression(observed: &[Observed], before: &[f64], curve: bool) -> Vec<f64> {
    let size = before.len();
    let of_curve = if curve { 1e-6 } else { FIXED };
    let ridges: Vec<f64> = (0..size).map(|place| if place < 2 { of_curve } else { RIDGE }).collect();
    let mut coefficients = before.to_vec();
    let mut lost = loss(observed, &coefficients, before, &ridges);
    for _ in 0..ROUNDS {
        let mut gradient = vec![0.0; size];
        let mut hessian = vec![vec![0.0; size]; size];
        for one in observed {
            let probability = 1.0 / (1.0 + (-dot(&one.features, &coefficients)).exp());
            let curvature = probability * (1.0 - probability) + 1e-9;
            for (row, feature) in one.features.iter().enumerate().filter(|(_, feature)| **feature != 0.0) {
                gradient[row] += feature * (probability - one.is_match);
                for (column, other) in one.features.iter().enumerate().take(row + 1) {
                    hessian[row][column] += feature * other * curvature;
                }
            }
        }
        for place in 0..size {
            hessian[place][place] += ridges[place];
            gradient[place] += ridges[place] * (coefficients[place] - before[place]);
        }
        let step = solve(hessian, gradient);
        let (mut part, mut next);
        (part, next) = (1.0, stepped(&coefficients, &step, 1.0));
        while loss(observed, &next, before, &ridges) > lost && part > 1e-4 {
            part /= 2.0;
            next = stepped(&coefficients, &step, part);
        }
        let now = loss(observed, &next, before, &ridges);
        if now > lost {
            break;
        }
        let gained = lost - now;
        (coefficients, lost) = (next, now);
        if gained < 1e-4 {
            break;
        }
    }
    coefficients
}

fn stepped(coefficients: &[f64], step: &[f64], part: f64) -> Vec<f64> {
    coefficients.iter().zip(step).map(|(coefficient, step)| coefficient - part * step).collect()
}

/// Solves a symmetric positive definite system, of which the lower half is given (Cholesky).
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for row in 0..size {
        for column in 0..=row {
            let known: f64 = (0..column).map(|k| matrix[row][k] * matrix[column][k]).sum();
            let rest = matrix[row][column] - known;
            matrix[row][column] = if row == column { rest.max(1e-12).sqrt() } else { rest / matrix[column][column] };
        }
    }
    for row in 0..size {
        let known: f64 = (0..row).map(|k| matrix[row][k] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| matrix[k][row] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved() {
        let solved = solve(vec![vec![4.0, 0.0], vec![2.0, 3.0]], vec![10.0, 9.0]);
        assert!((solved[0] - 1.5).abs() < 1e-9 && (solved[1] - 2.0).abs() < 1e-9, "{solved:?}");
    }

    #[test]
    fn a_condition_that_speaks_against_is_learned() {
        // weight 6 bits and the condition: never one person; without it: always
        let observed: Vec<Observed> = (0..200)
            .map(|place| {
                let stands = f64::from(u8::from(place % 2 == 0));
                Observed { features: vec![1.0, 6.0, stands], is_match: 1.0 - stands }
            })
            .collect();
        let learned = regression(&observed, &[0.0, 0.5, 0.0], true);
        let probability = |stands: f64| 1.0 / (1.0 + (-dot(&[1.0, 6.0, stands], &learned)).exp());
        assert!(probability(0.0) > 0.9 && probability(1.0) < 0.1, "{learned:?}");
    }

    #[test]
    fn labels_of_one_stretch_do_not_bend_the_curve() {
        // weight 6 bits: one person or two, as often as not
        let observed: Vec<Observed> = (0..200)
            .map(|place| Observed { features: vec![1.0, 6.0, 0.0], is_match: f64::from(u8::from(place % 2 == 0)) })
            .collect();
        let before = [0.0, 0.5, 0.0];
        let [bent, kept] = [true, false].map(|curve| regression(&observed, &before, curve));
        assert!(dot(&[1.0, 6.0, 0.0], &bent).abs() < 0.1, "{bent:?}");
        assert!((kept[0] - before[0]).abs() < 1e-3 && (kept[1] - before[1]).abs() < 1e-3, "{kept:?}");
    }
}
