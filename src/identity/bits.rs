//! Probabilities and their logarithms in integers only, so that every machine computes the same weight to the last digit.
//!
//! A probability is held in parts per trillion; a weight in hundredths of a bit (centibits), `log2(m / u)`.

/// Parts per trillion in one.
pub const ONE: u64 = 1_000_000_000_000;

/// Weights are cut off here: 2^60 to one is as sure as anything gets.
const CEILING: i32 = 6_000;

/// 2^(-1/100) in units of 2^-62.
const STEP_DOWN: u128 = 4_579_830_776_212_142_987;

/// 2^(-k/100) for k in 0..100, in units of 2^-62.
const FRACTIONS: [u128; 100] = {
    let mut table = [1_u128 << 62; 100];
    let mut k = 1;
    while k < 100 {
        table[k] = (table[k - 1] * STEP_DOWN) >> 62;
        k += 1;
    }
    table
};

/// Reads `0.0123` as parts per trillion. At most twelve decimals, from 0 to 1.
///
/// # Errors
/// What is wrong, in words.
pub fn parse_probability(text: &str) -> Result<u64, &'static str> {
    const SHAPE: &str = "must be a decimal number from 0 to 1 with at most 12 decimals, such as \"0.95\"";
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits_only = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if !matches!(whole, "0" | "1") || decimals.len() > 12 || !digits_only(decimals) || text.ends_with('.') {
        return Err(SHAPE);
    }
    let fraction: u64 = format!("{decimals:0<12}").parse().map_err(|_| SHAPE)?;
    let parts = if whole == "1" { ONE + fraction } else { fraction };
    if parts > ONE { Err(SHAPE) } else { Ok(parts) }
}

/// `log2` of a positive integer, in units of 2^-24 (truncated).
fn log2_fixed(n: u64) -> i64 {
    let whole = n.ilog2();
    let mut mantissa = u128::from(n) << (62 - whole);
    let mut fraction = 0_i64;
    for _ in 0..24 {
        mantissa = (mantissa * mantissa) >> 62;
        fraction <<= 1;
        if mantissa >> 63 != 0 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    (i64::from(whole) << 24) + fraction
}

/// The weight `log2(m / u)` in centibits, rounded to the nearest. Both in parts per trillion and above zero (zero is taken as one part).
#[must_use]
pub fn weight_centibits(m: u64, u: u64) -> i32 {
    let difference = (log2_fixed(m.clamp(1, ONE)) - log2_fixed(u.clamp(1, ONE))) * 100;
    i32::try_from((difference + (1 << 23)) >> 24).expect("log2 of a trillion is under 40 bits")
}

/// The log odds of a probability, in centibits; the ends 0 and 1 are moved one part inwards.
#[must_use]
pub fn log_odds_centibits(probability: u64) -> i32 {
    let p = probability.clamp(1, ONE - 1);
    weight_centibits(p, ONE - p)
}

/// The probability that odds of 2^(centibits/100) stand for, in parts per million: between 0 and 1,000,000, never falling.
#[must_use]
pub fn probability_ppm(log_odds_centibits: i32) -> u32 {
    let size = log_odds_centibits.clamp(-CEILING, CEILING).unsigned_abs();
    let small = FRACTIONS[(size % 100) as usize] >> (size / 100);
    let one = 1_u128 << 62;
    let part = if log_odds_centibits >= 0 { one } else { small };
    let sum = one + small;
    u32::try_from((part * 1_000_000 + sum / 2) / sum).expect("a share of a million is at most a million")
}

/// As [`probability_ppm`], in parts per trillion and never 0 or 1: what a model holds.
#[must_use]
pub fn probability_parts(log_odds_centibits: i32) -> u64 {
    let size = log_odds_centibits.clamp(-CEILING, CEILING).unsigned_abs();
    let small = FRACTIONS[(size % 100) as usize] >> (size / 100);
    let one = 1_u128 << 62;
    let part = if log_odds_centibits >= 0 { one } else { small };
    let sum = one + small;
    let parts = (part * u128::from(ONE) + sum / 2) / sum;
    u64::try_from(parts).expect("a share of a trillion is at most a trillion").clamp(1, ONE - 1)
}

/// A threshold as somebody wrote it, in parts per million: the roundest probability within a centibit, so that `0.999` reads as 99.9 %.
#[must_use]
pub fn plain_ppm(log_odds_centibits: i32) -> u32 {
    let [least, own, most] = [-1, 0, 1].map(|step| probability_ppm(log_odds_centibits.saturating_add(step)));
    let rounded = [100_000, 10_000, 1_000, 100, 10].map(|step| (own + step / 2) / step * step);
    let plain = rounded.into_iter().find(|round| (least..=most).contains(round) && (1..1_000_000).contains(round));
    plain.unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_read_exactly() {
        assert_eq!(parse_probability("0.95"), Ok(950_000_000_000));
        assert_eq!(parse_probability("0.000000000001"), Ok(1));
        assert_eq!(parse_probability("1"), Ok(ONE));
        assert_eq!(parse_probability("1.0"), Ok(ONE));
        for wrong in ["", "1.1", "-0.1", "2", "0.", ".5", "0.0000000000001", "1e-3", "0,5", " 0.5", "0.5 "] {
            assert!(parse_probability(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn weights_are_hundredths_of_a_bit() {
        assert_eq!(weight_centibits(ONE, ONE / 2), 100);
        assert_eq!(weight_centibits(ONE / 2, ONE), -100);
        assert_eq!(weight_centibits(ONE, ONE / 1_000), 997); // log2(1000) = 9.9658
        assert_eq!(weight_centibits(ONE, 1), 3_986); // log2(10^12) = 39.863
        assert_eq!(weight_centibits(5, 5), 0);
    }

    #[test]
    fn odds_become_probabilities() {
        assert_eq!(probability_ppm(0), 500_000);
        assert_eq!(probability_ppm(100), 666_667); // 2:1
        assert_eq!(probability_ppm(-100), 333_333);
        assert_eq!(probability_ppm(i32::MAX), 1_000_000);
        assert_eq!(probability_ppm(i32::MIN), 0);
        assert_eq!(log_odds_centibits(ONE / 2), 0);
        assert_eq!(probability_ppm(log_odds_centibits(ONE / 10)), 99_995); // to the nearest centibit
        let mut last = 0;
        for centibits in -7_000..7_000 {
            let now = probability_ppm(centibits);
            assert!(now >= last && now <= 1_000_000);
            last = now;
        }
    }

    #[test]
    fn thresholds_read_as_they_were_written() {
        for ppm in [1, 200, 1_000, 100_000, 200_000, 500_000, 900_000, 990_000, 999_000, 999_900] {
            assert_eq!(plain_ppm(log_odds_centibits(ppm * 1_000_000)), u32::try_from(ppm).unwrap());
        }
    }
}
