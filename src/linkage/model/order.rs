//! The order of a field's levels, kept where rounding would break it.

use super::Field;
use crate::identity::bits::weight_centibits;

impl Field {
    /// Lets no level weigh more than a stronger one by a hair: levels that training pools have one ratio of m to u, which whole parts per
    /// trillion and hundredths of a bit cannot always tell alike. A model out of order could not be read again. Of the stronger one's m and the
    /// weaker one's u the smaller is raised, so that what a column sums up to hardly moves.
    pub(in crate::linkage) fn keep_order(&mut self) {
        for level in &mut self.levels {
            level.centibits = weight_centibits(level.m, level.u);
        }
        while let Some(at) = self.levels.windows(2).position(|pair| pair[1].centibits > pair[0].centibits) {
            let [stronger, weaker] = &mut self.levels[at..at + 2] else { return };
            // by half while it is far, then by less; by a part at least
            let shift = match weaker.centibits - stronger.centibits {
                ..2 => 20,
                2..200 => 8,
                _ => 1,
            };
            let smaller = if stronger.m < weaker.u { &mut stronger.m } else { &mut weaker.u };
            *smaller += (*smaller >> shift).max(1);
            for level in [stronger, weaker] {
                level.centibits = weight_centibits(level.m, level.u);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::bits::ONE;
    use crate::linkage::LinkageModel;

    #[test]
    fn what_rounding_put_out_of_order_is_put_right() {
        let model = LinkageModel::parse("person.toml", include_str!("../../../config/linkage/person.toml"));
        let mut field = model.unwrap_or_else(|faults| panic!("{faults}")).fields[3].clone();
        for [(m1, u1), (m2, u2)] in [
            [(231, 100), (24, 10)],                                 // small parts: 121, 126
            [(1, 1), (1, 1)],                                       // nothing to take off
            [(1, 2), (1, 1)],                                       // only u is left
            [(ONE / 2, ONE / 4), (ONE / 2 - ONE / 1_000, ONE / 5)], // far apart: no rounding, but kept all the same
            [(ONE / 10, ONE / 20), (ONE / 20, ONE / 40)],
        ] {
            for (level, (m, u)) in field.levels.iter_mut().zip([(m1, u1), (m2, u2)]) {
                (level.m, level.u) = (m, u);
            }
            field.keep_order();
            let [one, other] = [&field.levels[0], &field.levels[1]];
            assert_eq!((one.m, one.u), (m1, u1), "the stronger one stays");
            assert!(one.centibits >= other.centibits && other.centibits >= one.centibits - 60, "{field:?}");
            assert_eq!(other.centibits, weight_centibits(other.m, other.u));
        }
    }

    #[test]
    fn levels_far_out_of_order_move_no_column() {
        let model = LinkageModel::parse("person.toml", include_str!("../../../config/linkage/person.toml"));
        let mut field = model.unwrap_or_else(|faults| panic!("{faults}")).fields[3].clone();
        for (level, (m, u)) in field.levels.iter_mut().zip([(1, ONE / 2), (1, 1_000)]) {
            (level.m, level.u) = (m, u);
        }
        field.keep_order();
        let [stronger, weaker] = [&field.levels[0], &field.levels[1]];
        assert!(stronger.centibits >= weaker.centibits, "{field:?}");
        assert_eq!((stronger.u, weaker.m), (ONE / 2, 1));
        assert!(stronger.m < ONE / 1_000_000 && weaker.u < ONE / 500_000, "{field:?}");
    }
}
