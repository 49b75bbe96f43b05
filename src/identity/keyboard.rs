//! Slips of a typist's finger: the key beside the right one, or two keys in the wrong order.
//!
//! Where letters stand for a name (pinyin, a foreign name) a slip is seen as such. Where pinyin was typed to choose a character, a wrong letter
//! shows other characters than those wanted, which a clerk notices; only two swapped letters (zhuo, zhou) are counted as a slip there.

/// The keys, row by row; a row is half a key to the right of the one above.
const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// Whether two letters' keys touch.
#[must_use]
pub fn are_neighbours(a: char, b: char) -> bool {
    let place = |letter: char| {
        let letter = u8::try_from(letter).ok()?;
        ROWS.iter().enumerate().find_map(|(row, keys)| Some((row, keys.iter().position(|key| *key == letter)?)))
    };
    let (Some(a), Some(b)) = (place(a), place(b)) else { return false };
    let (upper, lower) = if a.0 <= b.0 { (a, b) } else { (b, a) };
    match lower.0 - upper.0 {
        0 => upper.1.abs_diff(lower.1) == 1,
        // the key below and the one to its left
        1 => lower.1 == upper.1 || lower.1 + 1 == upper.1,
        _ => false,
    }
}

/// Whether two texts of letters are one slip apart: a neighbouring key, or two letters in the wrong order.
#[must_use]
pub fn one_slip(a: &[char], b: &[char]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut places = (0..a.len()).filter(|i| a[*i] != b[*i]);
    match (places.next(), places.next(), places.next()) {
        (Some(i), None, _) => are_neighbours(a[i], b[i]),
        (Some(i), Some(j), None) => j == i + 1 && a[i] == b[j] && a[j] == b[i],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_touch_or_do_not() {
        for (a, b, touch) in [
            ('n', 'm', true),
            ('a', 's', true),
            ('g', 'h', true),
            ('q', 'a', true),
            ('w', 'a', true),
            ('h', 'n', true),
            ('j', 'n', true),
            ('q', 's', false),
            ('a', 'd', false),
            ('q', 'z', false),
            ('p', 'a', false),
            ('a', 'a', false),
            ('王', 'a', false),
        ] {
            assert_eq!((are_neighbours(a, b), are_neighbours(b, a)), (touch, touch), "{a}{b}");
        }
    }

    #[test]
    fn slips_are_told_from_other_words() {
        for (a, b, slip) in [
            ("wang", "wamg", true),
            ("zhang", "zhagn", true),
            ("wang", "wakg", false),
            ("wang", "wang", false),
            ("wang", "wan", false),
            ("zhang", "zhamh", false),
        ] {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            assert_eq!((one_slip(&a, &b), one_slip(&b, &a)), (slip, slip), "{a:?} {b:?}");
        }
    }
}
