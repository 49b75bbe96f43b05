//! How large a value may be: what a mistyped number would make of a report, or of the arithmetic, is refused when it is read.

use crate::household::Fen;
use crate::policy::pack::catalogue::KeySpec;
use crate::policy::pack::value::{Ratio, Tier, Value};

/// A billion yuan.
const MOST_MONEY: Fen = Fen::from_yuan(1_000_000_000);
/// A million square metres, in hundredths.
const MOST_AREA: i64 = 100_000_000;
/// A numerator or denominator: products with any amount stay within 128 bits, and a sum within 64.
const MOST_PART: i64 = 1_000_000;

/// Ratios that are a share of something: more than all of it is a mistake.
const SHARES: &[&str] = &[
    "income.transfers_paid.most_share",
    "deduction.schooling.upper_secondary",
    "deduction.schooling.above",
    "deduction.disability_nursing.grade_1",
    "deduction.disability_nursing.grade_2",
    "deduction.nutrition.share",
    "deduction.employment_cost.share",
    "deduction.employment_cost.share_disabled",
    "declared.tolerance",
    "deduction.old_age_nursing.full",
    "deduction.old_age_nursing.partial",
    "income.support.share",
    "amount.medical_aid.share",
    "amount.review.obvious_change",
];

/// What to write, in English and in Chinese.
pub(super) type Limit = [String; 2];

/// Whether a value lies within its key's bounds; else what to write.
pub(super) fn check(spec: &KeySpec, value: &Value) -> Result<(), Limit> {
    match value {
        Value::Money(amount) if *amount > MOST_MONEY => Err(most(MOST_MONEY)),
        Value::Area(area) if !(0..=MOST_AREA).contains(&area.0) => {
            Err(["between 0 and 1000000 m²".to_owned(), "应在 0 至 1000000 平方米之间".to_owned()])
        }
        Value::Integer(count) => integer(spec, *count),
        Value::Ratio(ratio) if SHARES.contains(&spec.key) => at_most(*ratio, 1),
        Value::Ratio(ratio) => at_most(*ratio, 100),
        _ => Ok(()),
    }
}

/// A tier takes a share, of an amount there may be.
pub(super) fn check_tier(tier: &Tier) -> Result<(), Limit> {
    if tier.up_to.is_some_and(|bound| bound > MOST_MONEY) {
        return Err([format!("up_to of at most {MOST_MONEY}"), format!("up_to 不超过 {MOST_MONEY}")]);
    }
    at_most(tier.ratio, 1)
}

fn most(limit: impl std::fmt::Display) -> Limit {
    [format!("at most {limit}"), format!("不超过 {limit}")]
}

fn at_most(ratio: Ratio, whole: i64) -> Result<(), Limit> {
    let (numerator, denominator) = ratio.parts();
    if numerator > MOST_PART || denominator > MOST_PART {
        return Err([format!("a ratio of numbers up to {MOST_PART}"), format!("分子、分母均不超过 {MOST_PART}")]);
    }
    if numerator <= whole * denominator {
        return Ok(());
    }
    let zh = if whole == 1 { "比例不超过 100%".to_owned() } else { format!("倍数不超过 {whole}") };
    Err([format!("a ratio of at most {whole}"), zh])
}

fn integer(spec: &KeySpec, count: i64) -> Result<(), Limit> {
    let limit = match spec.unit {
        "months" => 120,
        "years" => 150,
        // grades of disability are 1, the gravest, to 4 (GB/T 26341)
        _ if spec.key.contains("grade_up_to") => 4,
        _ => 1_000,
    };
    if count > limit { Err(most(limit)) } else { Ok(()) }
}
