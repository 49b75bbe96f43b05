//! Numbers written in Chinese numerals, as addresses (十二社) and dates (一九八〇年三月) have them.

/// The digit of a numeral.
fn digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' | '○' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

/// Whether a character belongs to a number in Chinese numerals.
#[must_use]
pub fn is_numeral(c: char) -> bool {
    digit(c).is_some() || matches!(c, '十' | '百')
}

/// The number that a text of numerals says: by places (一九八〇) or with tens and hundreds (二十一, 一百零三); none for another text.
#[must_use]
pub fn read_number(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 5 {
        return None;
    }
    if text.chars().all(|c| digit(c).is_some()) {
        return text.chars().try_fold(0, |number, c| Some(number * 10 + digit(c)?));
    }
    let (mut number, mut ones) = (0, None);
    for c in text.chars() {
        match c {
            '百' => number += ones.take()? * 100,
            '十' => number += ones.take().unwrap_or(1) * 10,
            _ => ones = Some(digit(c)?),
        }
    }
    Some(number + ones.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        for (text, number) in [
            ("三", Some(3)),
            ("十", Some(10)),
            ("十二", Some(12)),
            ("二十", Some(20)),
            ("二十一", Some(21)),
            ("一百零三", Some(103)),
            ("一九八〇", Some(1980)),
            ("二○○一", Some(2001)),
            ("百", None),
            ("三里", None),
            ("", None),
        ] {
            assert_eq!(read_number(text), number, "{text}");
        }
    }
}
