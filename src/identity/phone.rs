//! Telephone numbers: +86 and separators fall away, a masked middle (`138****1234`) is compared where it shows.

use std::fmt;

use super::characters::in_one_width;

use super::levels::levels;
use super::packed::{differing_places, pack};

/// Digits of a mobile number.
const MOBILE: usize = 11;

levels! {
    /// How two telephone numbers compare.
    PhoneLevel of "phone" {
        /// The same number.
        Exact = "exact", "联系电话一致", "the telephone number agrees";
        /// The digits that are not masked agree.
        Masked = "masked", "联系电话未遮盖部分一致", "the unmasked digits of the telephone number agree";
        /// One digit differs, or two neighbours are swapped.
        Near = "near", "联系电话有一处录入差异", "the telephone number differs by one slip";
        /// Another number; people change theirs.
        Different = "different", "联系电话不一致", "the telephone number differs";
        /// Not stated on one side.
        Missing = "missing", "缺联系电话", "telephone number not stated";
    }
}

/// A telephone number prepared for comparison: digits, and `*` where one is masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneKey(Box<[u8]>);

impl fmt::Debug for PhoneKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneKey(redacted)")
    }
}

impl PhoneKey {
    /// Reads any text; nothing when fewer than seven places remain, or all of them are one digit. Of several numbers the first is taken, and
    /// of one with an extension the number without it.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text: String = in_one_width(text).collect();
        text.split(['/', '、', ',', ';', '或', '转', '|', '\n']).find_map(Self::read_one)
    }

    fn read_one(text: &str) -> Option<Self> {
        let folded: Vec<u8> = text
            .chars()
            .filter_map(|c| match c {
                '0'..='9' => u8::try_from(c).ok(),
                '*' | 'x' | 'X' | '×' => Some(b'*'),
                _ => None,
            })
            .collect();
        let national = folded.strip_prefix(b"0086").or(folded.strip_prefix(b"86"));
        let plain = match (national, folded.as_slice()) {
            (Some(mobile), _) if mobile.len() == MOBILE && mobile[0] == b'1' => mobile.to_vec(),
            // an area code without its 0, as it is dialled from abroad
            (Some(fixed), _) if matches!(fixed.len(), 10 | 11) => {
                if fixed[0] == b'0' {
                    fixed.to_vec()
                } else {
                    [b"0", fixed].concat()
                }
            }
            // a mobile number as it was dialled from another province
            (_, [b'0', mobile @ ..]) if mobile.len() == MOBILE && mobile[0] == b'1' && mobile[1] != b'0' => {
                mobile.to_vec()
            }
            (_, all) => all.to_vec(),
        };
        let shown = plain.iter().filter(|b| **b != b'*').count();
        let varied = plain.iter().any(|b| *b != plain[0]);
        (shown >= 7 && plain.len() <= 20 && varied).then(|| Self(plain.into()))
    }
}

impl PhoneKey {
    /// Its digits, unless some are masked.
    #[must_use]
    pub fn digits(&self) -> Option<&[u8]> {
        (!self.0.contains(&b'*')).then_some(&*self.0)
    }
}

/// Compares; symmetric. A fixed line with and without its area code agrees.
#[must_use]
pub fn compare_phones(a: Option<&PhoneKey>, b: Option<&PhoneKey>) -> PhoneLevel {
    let (Some(a), Some(b)) = (a, b) else { return PhoneLevel::Missing };
    let (a, b) = (&*a.0, &*b.0);
    if a.contains(&b'*') || b.contains(&b'*') {
        let agrees = a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x == y || *x == b'*' || *y == b'*');
        return if agrees { PhoneLevel::Masked } else { PhoneLevel::Different };
    }
    if a == b || is_local_part(a, b) || is_local_part(b, a) {
        return PhoneLevel::Exact;
    }
    if a.len() == b.len() && one_slip(a, b) { PhoneLevel::Near } else { PhoneLevel::Different }
}

/// The digits of a mobile number, packed; 0 for every other number.
#[must_use]
pub fn packed(phone: Option<&PhoneKey>) -> u64 {
    phone.and_then(PhoneKey::digits).filter(|digits| digits.len() == MOBILE).map_or(0, pack)
}

/// The level of two packed numbers that are more than a slip apart; none where [`compare_phones`] has to look.
#[inline]
#[must_use]
pub fn compare_packed(a: u64, b: u64) -> Option<PhoneLevel> {
    (a != 0 && b != 0 && differing_places(a, b) > 2).then_some(PhoneLevel::Different)
}

/// Whether `short` is the fixed line `long` without its area code.
fn is_local_part(short: &[u8], long: &[u8]) -> bool {
    matches!(short.len(), 7 | 8) && long.first() == Some(&b'0') && long.len() > short.len() && long.ends_with(short)
}

/// Whether two texts of one length differ in one place, or by two neighbours swapped.
fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let mut places = a.iter().zip(b).enumerate().filter(|(_, (x, y))| x != y).map(|(i, _)| i);
    match (places.next(), places.next(), places.next()) {
        (Some(_), None, _) => true,
        (Some(i), Some(j), None) => j == i + 1 && a[i] == b[j] && a[j] == b[i],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let level = |a: &str, b: &str| compare_phones(PhoneKey::read(a).as_ref(), PhoneKey::read(b).as_ref());
        for (a, b, expected) in [
            ("13893001234", "+86 138-9300-1234", PhoneLevel::Exact),
            ("13893001234", "００８６１３８９３００１２３４", PhoneLevel::Exact),
            ("09433221234", "3221234", PhoneLevel::Exact),
            ("0943-3221234", "(0943) 3221234", PhoneLevel::Exact),
            ("0943-3221234", "+86 943 322 1234", PhoneLevel::Exact),
            ("0943-3221234", "0943-3221234转801", PhoneLevel::Exact),
            ("010-62345678", "+86-10-62345678", PhoneLevel::Exact),
            ("010-62345678", "62345678", PhoneLevel::Exact),
            ("13893001234", "013893001234", PhoneLevel::Exact),
            ("13893001234", "13893001234/13993005678", PhoneLevel::Exact),
            ("13893001234", "手机：138 9300 1234，家里 3221234", PhoneLevel::Exact),
            ("13893001234", "１３８９３００１２３４", PhoneLevel::Exact),
            ("13893001234", "1389300", PhoneLevel::Different),
            ("13893001234", "138****1234", PhoneLevel::Masked),
            ("13893001234", "139****1234", PhoneLevel::Different),
            ("13893001234", "13893001243", PhoneLevel::Near),
            ("13893001234", "13893001235", PhoneLevel::Near),
            ("13893001234", "15893001235", PhoneLevel::Different),
            ("13893001234", "无", PhoneLevel::Missing),
            ("13893001234", "00000000000", PhoneLevel::Missing),
        ] {
            assert_eq!(level(a, b), expected, "{b}");
            assert_eq!(level(b, a), expected, "{b} turned round");
        }
    }
}
