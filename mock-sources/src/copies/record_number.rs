//! Record numbers (流水号): unique in a department, opaque to whoever reads them, and resolvable without a table, because they are a
//! bijection of (person, ordinal, copy). The key is fixed: a record number does not depend on the seed.

use crate::chance::mix;

const HALF_BITS: u32 = 21;
const HALF_MASK: u64 = (1 << HALF_BITS) - 1;
const ROUNDS: u64 = 4;
/// Ordinals below this many a person, department and copy.
pub(crate) const ORDINALS: u64 = 1 << 13;

/// What a record number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowKey {
    pub(crate) person: u32,
    pub(crate) ordinal: u32,
    /// 0 the row, 1 its duplicate.
    pub(crate) copy: u8,
}

fn round(department: usize, step: u64, half: u64) -> u64 {
    mix((department as u64) << 56 | step << 48 | half) & HALF_MASK
}

/// The record number of a row.
pub(crate) fn written(department: usize, prefix: &str, key: RowKey) -> String {
    let packed = u64::from(key.person) << 14 | (u64::from(key.ordinal) % ORDINALS) << 1 | u64::from(key.copy & 1);
    let (mut left, mut right) = (packed >> HALF_BITS & HALF_MASK, packed & HALF_MASK);
    let top = packed >> (2 * HALF_BITS);
    for step in 0..ROUNDS {
        (left, right) = (right, left ^ round(department, step, right));
    }
    format!("{prefix}{:014}", top << (2 * HALF_BITS) | left << HALF_BITS | right)
}

/// The row a record number belongs to; nothing for text that is none.
pub(crate) fn read(department: usize, prefix: &str, text: &str) -> Option<RowKey> {
    let digits = text.strip_prefix(prefix)?;
    let value: u64 =
        (digits.len() == 14 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())??;
    let (mut left, mut right) = (value >> HALF_BITS & HALF_MASK, value & HALF_MASK);
    for step in (0..ROUNDS).rev() {
        (left, right) = (right ^ round(department, step, left), left);
    }
    let packed = value >> (2 * HALF_BITS) << (2 * HALF_BITS) | left << HALF_BITS | right;
    let ordinal = u32::try_from((packed >> 1) % ORDINALS).ok()?;
    Some(RowKey { person: u32::try_from(packed >> 14).ok()?, ordinal, copy: u8::from(packed & 1 == 1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::departments::Key;

    proptest::proptest! {
        #[test]
        fn any_row_reads_back(person in 0_u32..1 << 27, ordinal in 0_u32..1 << 13, copy in 0_u8..2, department in 0_usize..Key::COUNT) {
            let key = RowKey { person, ordinal, copy };
            proptest::prop_assert_eq!(read(department, "HJ", &written(department, "HJ", key)), Some(key));
        }

        #[test]
        fn any_text_is_read_without_panic(text in ".{0,20}") {
            let _found = read(0, "HJ", &text);
        }
    }

    #[test]
    fn record_numbers_read_back_and_do_not_repeat() {
        let mut seen = std::collections::BTreeSet::new();
        for person in [0, 1, 33, 9_999_999, 128_000_032] {
            for ordinal in [0, 1, 8191] {
                for copy in [0, 1] {
                    let key = RowKey { person, ordinal, copy };
                    let text = written(6, "SW", key);
                    assert_eq!(text.len(), 16);
                    assert_eq!(read(6, "SW", &text), Some(key));
                    assert!(seen.insert(text));
                }
            }
        }
        assert_eq!(read(6, "SW", "SW12"), None);
        assert_eq!(read(6, "SW", "YB00000000000001"), None);
    }
}
