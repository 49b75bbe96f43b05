//! Reproducible chance: streams of ChaCha8 keyed by a seed, a label and a number. Every draw is reduced by this module's own
//! arithmetic, so the same seed gives the same bytes whatever the version of a random-number crate. No clock, no entropy.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::truth::Text;

/// One stream of chance.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of `label` and `number` under `seed`; streams with other labels or numbers are independent.
    pub(crate) fn new(seed: u64, label: &str, number: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&number.to_le_bytes());
        let (high, low) = label.bytes().fold((0xcbf2_9ce4_8422_2325_u64, 0x9e37_79b9_7f4a_7c15_u64), |(a, b), byte| {
            (mix(a ^ u64::from(byte)), mix(b.wrapping_add(u64::from(byte))))
        });
        key[16..24].copy_from_slice(&high.to_le_bytes());
        key[24..].copy_from_slice(&low.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number below `end` (0 when `end` is 0 or 1).
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(end);
        u64::try_from(wide >> 64).expect("the upper half of a 128-bit product fits 64 bits")
    }

    /// A number from `low` to `high`, both possible.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).unsigned_abs().saturating_add(1);
        low.saturating_add_unsigned(if high < low { 0 } else { self.below(span) })
    }

    /// A multiple of `step` from `low` to `high`.
    pub(crate) fn stepped(&mut self, low: i64, high: i64, step: i64) -> i64 {
        self.between(low / step, high / step) * step
    }

    /// True in `share` of a thousand draws.
    pub(crate) fn permille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One of the items; the slice must not be empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// One of fixed words.
    pub(crate) fn word(&mut self, words: &[&'static str]) -> Text {
        Text::Borrowed(words[self.index(words.len())])
    }

    /// An index below `len`.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("an index below a usize fits a usize")
    }

    /// One of the items by weight.
    pub(crate) fn weighted<'a, T>(&mut self, items: &'a [(T, u32)]) -> &'a T {
        let total: u64 = items.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = self.below(total);
        for (item, weight) in items {
            if left < u64::from(*weight) {
                return item;
            }
            left -= u64::from(*weight);
        }
        &items[items.len() - 1].0
    }
}

/// A strong mixing of 64 bits (splitmix64's finaliser).
pub(crate) const fn mix(value: u64) -> u64 {
    let a = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    b ^ (b >> 31)
}

/// A mixing of a text into 64 bits, the same on every machine.
pub(crate) fn mix_text(seed: u64, text: &str) -> u64 {
    text.bytes().fold(mix(seed ^ 0x5851_f42d_4c95_7f2d), |state, byte| mix(state.rotate_left(9) ^ u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn streams_repeat_and_differ() {
        let draws = |label: &str, number| {
            let mut chance = Chance::new(7, label, number);
            (0..8).map(|_| chance.below(1 << 40)).collect::<Vec<_>>()
        };
        assert_eq!(draws("a", 1), draws("a", 1));
        assert_ne!(draws("a", 1), draws("a", 2));
        assert_ne!(draws("a", 1), draws("b", 1));
    }

    #[test]
    fn draws_stay_in_range() {
        let mut chance = Chance::new(1, "range", 0);
        for _ in 0..2000 {
            assert!((-3..=4).contains(&chance.between(-3, 4)));
            assert_eq!(chance.stepped(100, 900, 50) % 50, 0);
        }
        assert_eq!(chance.between(5, 5), 5);
    }
}
