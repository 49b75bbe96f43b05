//! Numbers packed into one integer, four bits a digit, so that two that have nothing in common are told apart without reading them.

/// Digits that fit.
const MOST: usize = 16;

/// Packs up to sixteen digits; 0, which stands for "not packed", for anything else.
#[must_use]
pub fn pack(digits: &[u8]) -> u64 {
    if digits.len() > MOST || !digits.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    digits.iter().fold(0, |packed, digit| packed << 4 | u64::from(digit - b'0'))
}

/// In how many places two packed numbers of one length differ.
#[inline]
#[must_use]
pub fn differing_places(a: u64, b: u64) -> u32 {
    let bits = a ^ b;
    let folded = bits | bits >> 1 | bits >> 2 | bits >> 3;
    (folded & 0x1111_1111_1111_1111).count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted() {
        for (a, b, expected) in [
            ("13893001234", "13893001234", 0),
            ("13893001234", "13893001235", 1),
            ("13893001234", "13893001243", 2),
            ("9876543210987654", "0123456789012345", 16),
        ] {
            assert_eq!(differing_places(pack(a.as_bytes()), pack(b.as_bytes())), expected, "{a} {b}");
        }
        assert_eq!(pack(b"138****1234"), 0);
        assert_eq!(pack(b"12345678901234567"), 0);
    }
}
