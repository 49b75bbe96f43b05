//! From numbers to places on paper, in integers.

/// A linear scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    from: (i64, i64),
    to: (i64, i64),
}

impl Scale {
    /// Numbers from `from` to `to`, drawn from `start` to `end`.
    pub(super) fn new((from, to): (i64, i64), (start, end): (i64, i64)) -> Self {
        Self { from: (from, to.max(from + 1)), to: (start, end) }
    }

    /// Where a number stands.
    pub(super) fn at(&self, number: i64) -> i64 {
        let ((from, to), (start, end)) = (self.from, self.to);
        start + (number - from) * (end - start) / (to - from)
    }

    /// Round numbers to write along the scale, at most `most`: a step of 1, 2 or 5 times a power of ten, or of `least`.
    pub(super) fn ticks(&self, least: i64, most: i64) -> Vec<i64> {
        let (from, to) = self.from;
        let mut step = least;
        for factor in [2, 5, 10].into_iter().cycle() {
            if (to - from) / step < most {
                break;
            }
            // 1, 2, 5, 10, 20, 50, …
            step = match factor {
                2 => step * 2,
                5 => step / 2 * 5,
                _ => step * 2,
            };
        }
        let first = from.div_euclid(step) + i64::from(from.rem_euclid(step) > 0);
        (first..).map(|place| place * step).take_while(|number| *number <= to).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        for ((from, to), expected) in [
            ((-1_300, 2_700), vec![-1_000, -500, 0, 500, 1_000, 1_500, 2_000, 2_500]),
            ((-4_800, 5_100), vec![-4_000, -3_000, -2_000, -1_000, 0, 1_000, 2_000, 3_000, 4_000, 5_000]),
            ((10, 250), vec![100, 200]),
        ] {
            assert_eq!(Scale::new((from, to), (0, 100)).ticks(100, 10), expected);
        }
        assert_eq!(Scale::new((-10, 10), (0, 100)).at(0), 50);
    }
}
