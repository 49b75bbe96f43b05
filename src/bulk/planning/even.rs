//! The evenest course between two bounds: a string pulled taut between what must be done by each day and what may be done by then.
//!
//! Of all courses within the bounds it has the lowest highest day, then the lowest second highest, and so on. Whole numbers only.

/// A straight part of the string.
#[derive(Clone, Copy)]
struct Slope {
    rise: i128,
    run: i128,
}

impl Slope {
    fn between(from: (usize, u64), to: (usize, u64)) -> Self {
        Self { rise: i128::from(to.1) - i128::from(from.1), run: (to.0 - from.0) as i128 }
    }

    fn is_steeper_than(self, other: Self) -> bool {
        self.rise * other.run > other.rise * self.run
    }
}

/// What should be done by the end of each day, of what is due by then (`lower`) and released by then (`upper`), both never falling and
/// `lower` never above `upper`. The last day ends at `lower`. Rounded up, so that what is due is done.
pub(super) fn course(lower: &[u64], upper: &[u64]) -> Vec<u64> {
    let days = lower.len().min(upper.len());
    let mut done = Vec::with_capacity(days);
    let mut anchor = (0_usize, 0_u64);
    while anchor.0 < days {
        let next = bend(anchor, &lower[..days], &upper[..days]);
        let slope = Slope::between(anchor, next);
        for place in anchor.0 + 1..=next.0 {
            let ahead = slope.rise * (place - anchor.0) as i128;
            let rounded_up = ahead.div_euclid(slope.run) + i128::from(ahead.rem_euclid(slope.run) != 0);
            done.push(u64::try_from(i128::from(anchor.1) + rounded_up).unwrap_or(u64::MAX));
        }
        anchor = next;
    }
    done
}

/// Where the string next bends, seen from an anchor: `(days gone, done by then)`.
fn bend(anchor: (usize, u64), lower: &[u64], upper: &[u64]) -> (usize, u64) {
    let days = lower.len();
    // the flattest line still above every lower bound, and the steepest still below every upper one
    let mut floor: Option<(Slope, (usize, u64))> = None;
    let mut ceiling: Option<(Slope, (usize, u64))> = None;
    for place in anchor.0 + 1..=days {
        let low = (place, lower[place - 1]);
        let high = (place, if place == days { lower[place - 1] } else { upper[place - 1] });
        let (to_low, to_high) = (Slope::between(anchor, low), Slope::between(anchor, high));
        if let Some((_, at)) = ceiling.filter(|(steepest, _)| to_low.is_steeper_than(*steepest)) {
            return at;
        }
        if let Some((_, at)) = floor.filter(|(flattest, _)| flattest.is_steeper_than(to_high)) {
            return at;
        }
        if floor.is_none_or(|(flattest, _)| !flattest.is_steeper_than(to_low)) {
            floor = Some((to_low, low));
        }
        if ceiling.is_none_or(|(steepest, _)| !to_high.is_steeper_than(steepest)) {
            ceiling = Some((to_high, high));
        }
    }
    (days, lower[days - 1])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn loads(course: &[u64]) -> Vec<u64> {
        course.iter().scan(0, |before, done| Some(done - std::mem::replace(before, *done))).collect()
    }

    #[test]
    fn it_is_straight_where_it_can_be_and_bends_where_it_must() {
        for (lower, upper, expected) in [
            (vec![0, 0, 0, 12], vec![12, 12, 12, 12], vec![3, 3, 3, 3]),
            (vec![9, 9, 9, 12], vec![12, 12, 12, 12], vec![9, 1, 1, 1]),
            (vec![0, 0, 0, 12], vec![0, 0, 12, 12], vec![0, 0, 6, 6]),
            (vec![0, 8, 8, 12], vec![4, 12, 12, 12], vec![4, 4, 2, 2]),
            (vec![0, 0, 10], vec![10, 10, 10], vec![4, 3, 3]),
            (vec![], vec![], vec![]),
            (vec![0, 0], vec![0, 0], vec![0, 0]),
        ] {
            assert_eq!(loads(&course(&lower, &upper)), expected, "{lower:?} {upper:?}");
        }
    }

    /// The highest day that no course can avoid: of every span, what is both released within it and due within it.
    fn unavoidable(lower: &[u64], upper: &[u64]) -> u64 {
        let days = lower.len();
        let spans = (0..days).flat_map(|from| (from + 1..=days).map(move |to| (from, to)));
        let least = spans.map(|(from, to)| {
            let before = if from == 0 { 0 } else { upper[from - 1] };
            lower[to - 1].saturating_sub(before).div_ceil((to - from) as u64)
        });
        least.max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn it_stays_within_bounds_and_no_day_is_higher_than_some_day_must_be(
            steps in prop::collection::vec((0..50_u64, 0..6_usize), 1..40),
        ) {
            // work released on a day and due some days later
            let days = steps.len();
            let (mut lower, mut upper) = (vec![0; days], vec![0; days]);
            for (day, (people, wait)) in steps.iter().enumerate() {
                let due = (day + wait).min(days - 1);
                upper[day..].iter_mut().for_each(|done| *done += people);
                lower[due..].iter_mut().for_each(|done| *done += people);
            }
            let course = course(&lower, &upper);
            prop_assert_eq!(course.len(), days);
            for day in 0..days {
                prop_assert!(lower[day] <= course[day] && course[day] <= upper[day]);
                prop_assert!(day == 0 || course[day - 1] <= course[day]);
            }
            let highest = loads(&course).into_iter().max().unwrap_or(0);
            prop_assert_eq!(highest, unavoidable(&lower, &upper));
        }
    }
}
