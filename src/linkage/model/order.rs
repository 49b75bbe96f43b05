//! The order of a field's levels, kept where rounding would break it.

use super::Field;
use crate::identity::bits::{ONE, weight_centibits};

impl Field {
    /// Lets no level weigh more than a stronger one by a hair: levels that training pools have one ratio of m to u, which whole parts per
    /// trillion and hundredths of a bit cannot always tell alike. A model out of order could not be read again.
    pub(in crate::linkage) fn keep_order(&mut self) {
        let mut most = i32::MAX;
        for level in &mut self.levels {
            level.centibits = weight_centibits(level.m, level.u);
            while level.centibits > most {
                // by half while it is far, then by less; by a part at least
                let shift = match level.centibits - most {
                    ..2 => 20,
                    2..200 => 8,
                    _ => 1,
                };
                if level.m > 1 {
                    level.m -= (level.m >> shift).max(1);
                } else {
                    level.u = (level.u + (level.u >> shift).max(1)).min(ONE);
                }
                level.centibits = weight_centibits(level.m, level.u);
            }
            most = level.centibits;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            [(1, ONE / 2), (1, 1_000)], // a long way for u
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
}
