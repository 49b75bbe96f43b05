//! Whether a text that is to name a thing or a program (a reference, a caller's id) holds a number of a person.

use super::characters::in_one_width;
use super::id_number::ResidentNumber;

/// Characters of a UUID with its hyphens.
const UUID: usize = 36;

/// Whether an ID number (18 characters with region, date and check character, or 15 digits with region and date) or a mobile number stands
/// in it by itself, that is with no digit before or after; in any width, with spaces or the prefix +86. A case number that merely has many
/// digits is none.
#[must_use]
pub fn holds_personal_number(text: &str) -> bool {
    let written: Vec<char> = without_uuids(text).chars().collect();
    let close: Vec<char> = written.iter().copied().filter(|c| !c.is_whitespace()).collect();
    has_number_by_itself(&written) || (close.len() < written.len() && has_number_by_itself(&close))
}

/// The same asked with more suspicion, where a wrong yes costs nothing: whatever stands between letters and digits falls away, and a number
/// may be part of a longer one.
#[must_use]
pub fn may_hold_personal_number(text: &str) -> bool {
    let close: String = in_one_width(text).map(upright).filter(char::is_ascii_alphanumeric).collect();
    let signs = close.as_bytes();
    let is_id = |window: &[u8]| std::str::from_utf8(window).is_ok_and(is_id_number);
    signs.windows(18).any(is_id) || signs.windows(15).any(is_id) || signs.windows(11).any(is_mobile)
}

/// A text in one width, without its UUIDs: twelve hexadecimal digits may read as a mobile number between letters.
fn without_uuids(text: &str) -> String {
    let written: String = in_one_width(text).filter(|c| !is_invisible(*c)).collect();
    let mut kept = String::new();
    let mut rest = written.as_str();
    while let Some((place, _)) = rest.char_indices().find(|(place, _)| begins_with_uuid(rest, *place)) {
        kept.push_str(&rest[..place]);
        kept.push('-');
        rest = &rest[place + UUID..];
    }
    kept + rest
}

/// Whether a UUID as it is usually written stands there by itself.
fn begins_with_uuid(text: &str, place: usize) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let Some(window) = text.get(place..place + UUID) else { return false };
    uuid::Uuid::try_parse(window).is_ok()
        && !text[..place].ends_with(is_part)
        && !text[place + UUID..].starts_with(is_part)
}

fn has_number_by_itself(text: &[char]) -> bool {
    let mut rest = text;
    let mut before = None;
    while let Some(start) = rest.iter().position(char::is_ascii_digit) {
        before = start.checked_sub(1).map_or(before, |last| Some(rest[last]));
        let run = &rest[start..];
        let length = run.iter().position(|c| !c.is_ascii_digit()).unwrap_or(run.len());
        let (digits, after) = run.split_at(length);
        if is_personal(digits, before, after.first().copied()) {
            return true;
        }
        before = digits.last().copied();
        rest = after;
    }
    false
}

/// Whether a whole run of digits is a number of a person.
fn is_personal(digits: &[char], before: Option<char>, after: Option<char>) -> bool {
    let text: String = digits.iter().collect();
    let bytes = text.as_bytes();
    match bytes.len() {
        11 => is_mobile(bytes),
        13 => before == Some('+') && bytes.starts_with(b"86") && is_mobile(&bytes[2..]),
        15 => (bytes.starts_with(b"0086") && is_mobile(&bytes[4..])) || is_id_number(&text),
        17 => after.map(upright).is_some_and(|c| c == 'X') && is_id_number(&format!("{text}X")),
        18 => is_id_number(&text),
        _ => false,
    }
}

fn is_id_number(text: &str) -> bool {
    ResidentNumber::parse(text).is_ok()
}

fn is_mobile(digits: &[u8]) -> bool {
    matches!(digits, [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit))
}

/// X however it is written.
fn upright(c: char) -> char {
    if matches!(c, 'x' | 'Х' | 'х' | '×' | 'Χ' | 'χ') { 'X' } else { c }
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_people_are_found_however_they_are_written() {
        for held in [
            "0193f5a0-7c1e-4a30-8000-a13800138000-13800138000",
            "11010519491231002X",
            "HN-11010519491231002x",
            "SQ11010519491231002X-1",
            "440524188001010014",
            "户440524188001010014号",
            "110105491231002",
            "HN/110105491231002/1",
            "１１０１０５１９４９１２３１００２Ｘ",
            "110105 19491231 002X",
            "11010519491231\u{200B}002Х",
            "13800138000",
            "tel:13800138000",
            "138 0013 8000",
            "１３８００１３８０００",
            "+8613800138000",
            "+86 138 0013 8000",
            "008613800138000",
            "张三13800138000",
        ] {
            assert!(holds_personal_number(held), "{held}");
            assert!(may_hold_personal_number(held), "{held}");
        }
    }

    #[test]
    fn case_numbers_are_none() {
        for plain in [
            "",
            "HN-2026-000123",
            "12",
            "户42",
            "20261127000000000123",
            "11010519491231002199", // an ID number's digits within twenty
            "113800138000",
            "12800138000",
            "10912345678",
            "156-2026-00012",
            "620422-20261127-0001",
            "11010519491231002",  // seventeen
            "110105194912310021", // check character
            "990105491231002",    // region
            "110105491331002",    // date
            "11620422013903085K",
            "0193f5a0-7c1e-7a30-8000-1380013800ab",
            "0193f5a0-7c1e-4a30-8000-a13800138000",
            "f:0193f5a0-7c1e-4a30-8000-13800138000a:li.wei",
        ] {
            assert!(!holds_personal_number(plain), "{plain}");
        }
    }

    #[test]
    fn suspicion_looks_through_separators_and_into_longer_numbers() {
        for held in [
            "138-0013-8000",
            "+86-138.0013.8000",
            "8613800138000",
            "SQ-110105-19491231-002X",
            "SQ1101054912310021",
            "110105/491231/002",
            "013800138000",
        ] {
            assert!(may_hold_personal_number(held), "{held}");
        }
        for plain in ["SQ-2026-0001", "SQ20261020000123", "HN-2026-000123", "会民授2026第1号"] {
            assert!(!may_hold_personal_number(plain), "{plain}");
        }
    }
}
