//! Texts in a drawing: escaped, measured, broken into lines. And weights as they are written there.

use unicode_width::UnicodeWidthChar;

/// Width of a narrow character in hundredths of the font's size; a wide one has 100.
const NARROW: u64 = 55;

/// A text within XML.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no way to write these
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// How wide a text is at a size, roughly.
#[must_use]
pub fn width(text: &str, size: u64) -> u64 {
    text.chars().map(|character| advance(character, size)).sum::<u64>() / 100
}

fn advance(character: char, size: u64) -> u64 {
    if character.width().unwrap_or(0) > 1 { 100 * size } else { NARROW * size }
}

/// A text in lines of at most a width: Chinese breaks between any two characters but not before closing marks, words stay whole.
#[must_use]
pub fn wrapped(text: &str, size: u64, most: u64) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for piece in pieces(text) {
        if !line.is_empty() && width(&line, size) + width(piece.trim_end(), size) > most {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(piece);
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// What must not be parted.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let Some((next, following)) = characters.peek().copied() else { break };
        let wide = |one: char| one.width().unwrap_or(0) > 1;
        let may_break =
            character == ' ' || (wide(character) && !opens(character)) || (wide(following) && !opens(character));
        if may_break && following != ' ' && !closes(following) {
            pieces.push(&text[start..next]);
            start = next;
        }
        debug_assert!(at < next);
    }
    pieces.push(&text[start..]);
    pieces
}

fn opens(character: char) -> bool {
    matches!(character, '（' | '“' | '《' | '(')
}

fn closes(character: char) -> bool {
    matches!(character, '，' | '。' | '；' | '：' | '、' | '）' | '”' | '》' | '？' | '！' | ')' | '%')
}

/// Hundredths of a bit with their sign: `+7.25`, `−0.50`, `0.00`.
#[must_use]
pub fn bits(centibits: i32) -> String {
    let sign = match centibits {
        0 => "",
        ..0 => "−",
        1.. => "+",
    };
    let size = centibits.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// The same for a file: `+7.25`, `-0.50`, `+0.00`.
#[must_use]
pub fn plain_bits(centibits: i32) -> String {
    let sign = if centibits < 0 { '-' } else { '+' };
    let size = centibits.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// A number with its thousands parted: `1,204,000`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Parts per million as per cent, the more digits the nearer to nothing or certainty, and never rounded up to what nobody has: `84.7%`,
/// `99.9998%`, `<0.0001%`, `>99.9999%`.
#[must_use]
pub fn per_cent(ppm: u32) -> String {
    let nearest = ppm.min(1_000_000_u32.saturating_sub(ppm));
    let digits: u32 = match nearest {
        10_000.. => 1,
        1_000.. => 2,
        100.. => 3,
        1.. => 4,
        0 if ppm == 0 => return "<0.0001%".to_owned(),
        0 => return ">99.9999%".to_owned(),
    };
    let part = ppm % 10_000 / 10_u32.pow(4 - digits);
    let text = format!("{}.{part:0width$}", ppm / 10_000, width = digits as usize);
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_break_where_they_may() {
        let zh = wrapped("证件号码一致，但姓名有一字不同（可能是亲属）", 10, 80);
        assert_eq!(zh, ["证件号码一致，但", "姓名有一字不同", "（可能是亲属）"]);
        let en = wrapped("the ID number is another valid one, a single slip away", 10, 120);
        assert!(en.iter().all(|line| width(line, 10) <= 120 && !line.ends_with(' ')), "{en:?}");
        assert_eq!(en.join(" "), "the ID number is another valid one, a single slip away");
        assert_eq!(wrapped("", 10, 80), [""; 0]);
        assert_eq!(wrapped("averyveryverylongword", 10, 20), ["averyveryverylongword"], "no word is cut");
    }

    #[test]
    fn thousands_are_parted() {
        for (number, shown) in [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(grouped(number), shown);
        }
    }

    #[test]
    fn numbers_say_no_more_than_they_know() {
        let table = [
            (0, "<0.0001%"),
            (1, "0.0001%"),
            (782, "0.078%"),
            (200_000, "20%"),
            (847_105, "84.7%"),
            (999_000, "99.9%"),
            (999_777, "99.977%"),
            (999_999, "99.9999%"),
            (1_000_000, ">99.9999%"),
        ];
        for (ppm, shown) in table {
            assert_eq!(per_cent(ppm), shown);
        }
        assert_eq!([bits(725), bits(-50), bits(0)], ["+7.25", "−0.50", "0.00"]);
        assert_eq!(escaped("<a & \"b\">\u{1}"), "&lt;a &amp; &quot;b&quot;&gt; ");
    }
}
