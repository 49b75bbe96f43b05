//! One character of a name: brought to one width, folded to one form, or recognised as standing for a character that could not be
//! written.
//!
//! Folding (traditional → simplified, variants) is for keys only: it loses what distinguishes 萧 from 肖.

use std::borrow::Cow;
use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::pinyin::LONGEST_SYLLABLE;

/// Stands in keys for one character nobody could write.
pub const BLANK: char = '\u{FFFD}';

/// The block of Chinese characters that is folded by table.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9FFF;

/// Forms used for each other in names and registers, the one folded to first. OpenCC keeps these apart, with reason; a matcher must
/// not.
const VARIANTS: &[&str] = &[
    // surnames, simplified in registers and restored since
    "肖萧",
    "付傅",
    "闫阎",
    "邱丘",
    "戴代",
    "于於",
    "兰蓝",
    "宁甯",
    "同仝",
    "钟锺",
    "叶葉",
    "褚禇",
    "郄郤",
    "吴呉",
    "黄黃",
    "游遊",
    "麻蔴",
    // given names
    "哲喆",
    "坤堃",
    "峰峯",
    "升昇陞",
    "苏甦",
    "珏玨",
    "辉煇",
    "准凖",
    "净淨",
    "仙僊",
    "勋勳",
    "群羣",
    "里裡裏",
    "恒恆",
    "强彊",
    "秘祕",
    "德悳",
    "和龢",
    "乃迺",
    "隽雋",
    "熔镕",
    "宝寳",
    "烟煙菸",
    "晋晉",
    "昆崑崐",
    "岭嶺",
    "岳嶽",
    "凌淩",
    "况況",
    "冲沖",
    "布佈",
    "志誌",
    "周週",
    "采採",
    "绣綉",
    "温溫",
    "彦彥",
    "户戶",
    "皋皐臯",
    "栖棲",
    "睿叡",
    "咏詠",
    "娴嫺",
    "妍姸",
    "瑶瑤",
    "静靜",
    "霭靄",
    "耀燿",
    "飙飚",
    "珍珎",
    "璇璿",
    "岩巖嵒喦",
    "棋碁",
    "富冨",
    "秋秌",
    "佑祐",
    "烨燁爗",
    "杰傑",
    "云雲",
    "范範",
    "荣榮",
    "弦絃",
    "翱翶",
];

static FOLDED: LazyLock<Box<[char]>> = LazyLock::new(|| {
    let mut table: Box<[char]> = (FIRST..=LAST).map(|code| char::from_u32(code).unwrap_or(BLANK)).collect();
    if let Ok(converter) = OpenCC::from_config(BuiltinConfig::T2s) {
        // one character a line, so that no phrase of the dictionary applies
        let lines: String = table.iter().flat_map(|c| [*c, '\n']).collect();
        let converted = converter.convert(&lines);
        for (slot, line) in table.iter_mut().zip(converted.lines()) {
            let mut characters = line.chars();
            if let (Some(simple), None) = (characters.next(), characters.next()) {
                *slot = simple;
            }
        }
    }
    let simplified = table.clone();
    for group in VARIANTS {
        let main = group.chars().next().expect("a group is not empty");
        for variant in group.chars() {
            for slot in [slot_of(variant), slot_of(main)].into_iter().flatten() {
                table[slot] = main;
            }
        }
    }
    // a traditional form whose simplified form is a variant follows it: 蕭 → 萧 → 肖
    for (slot, simple) in simplified.iter().enumerate() {
        if let Some(next) = slot_of(*simple)
            && table[slot] == *simple
        {
            table[slot] = table[next];
        }
    }
    table
});

fn slot_of(c: char) -> Option<usize> {
    let code = u32::from(c);
    (FIRST..=LAST).contains(&code).then(|| (code - FIRST) as usize)
}

/// The form of a character used in keys: simplified, and of variants the commonest.
#[must_use]
pub fn fold(c: char) -> char {
    match slot_of(c) {
        Some(slot) => FOLDED[slot],
        None => c,
    }
}

/// Whether it is a Chinese character (with 〇 and the rare planes).
#[must_use]
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3007 | FIRST..=0x4DBF | 0x4E00..=LAST | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// Whether a text is of everyday Chinese characters and ASCII alone: it has one width then, and nothing in it is composed (NFKC leaves
/// such texts as they are).
#[must_use]
pub fn is_everyday(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii() || ('\u{4E00}'..='\u{9FFF}').contains(&c))
}

/// The characters of a text in one width and composed (NFKC).
pub fn in_one_width(text: &str) -> impl Iterator<Item = char> {
    let (everyday, other) = if is_everyday(text) { (text, "") } else { ("", text) };
    everyday.chars().chain(other.nfkc())
}

/// Whether it was put where a character could not be written: ?, □, ＊, 〓, private use.
fn is_placeholder(c: char) -> bool {
    matches!(c, '?' | '*' | '×' | '_' | '~' | '#' | BLANK)
        || matches!(u32::from(c), 0x3013 | 0x25A0 | 0x25A1 | 0x25AF | 0x25CB | 0x25CF | 0x25FB | 0x25FC | 0x2B1C)
        || matches!(u32::from(c), 0x2FF0..=0x2FFF | 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF)
}

/// Whether it parts the pieces of a name: ·, its look-alikes, and spaces.
#[must_use]
pub fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '·' | '•'
                | '・'
                | '･'
                | '.'
                | '。'
                | '‧'
                | '∙'
                | '⋅'
                | '․'
                | 'ᐧ'
                | 'ㆍ'
                | '、'
                | ','
                | '-'
                | '\''
                | '’'
                | '`'
                | '‐'
                | '–'
                | '—'
                | '－'
        )
}

/// What a character of a written name comes to in its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCharacter {
    /// A character of the name, or a Latin letter in lower case.
    Kept(char),
    /// Stands for a character that could not be written.
    Blank,
    /// Parts the pieces.
    Separator,
}

/// A written name without what brackets say about it: （曾用名…）, （男）. One syllable or a sign in brackets stands for a character and stays;
/// a name that is in brackets as a whole is the name. Where one closes that was not opened nothing is left out.
pub fn without_remarks(written: &str) -> Cow<'_, str> {
    if !written.contains(is_bracket) || written.trim_start().starts_with(is_bracket) {
        return Cow::Borrowed(written);
    }
    let Some(pieces) = bracketed(written) else { return Cow::Borrowed(written) };
    let stands_for_a_character = |piece: &str| piece.chars().count() <= LONGEST_SYLLABLE && !piece.contains(is_han);
    let kept = pieces.into_iter().filter(|(is_remark, piece)| !is_remark || stands_for_a_character(piece));
    Cow::Owned(kept.map(|(_, piece)| piece).collect())
}

/// The former name that brackets in a written name state.
pub fn remarked_former_name(written: &str) -> Option<&str> {
    let pieces = bracketed(written)?;
    // one that was cut off may have lost a part of the name
    let (_, remark) = pieces.split_last()?.1.iter().find(|(is_remark, _)| *is_remark)?;
    let name = ["曾用名", "原名", "曾名"].iter().find_map(|word| remark.trim_start().strip_prefix(word))?;
    let name = name.trim_start_matches([':', '：', ' ', '为', '叫']);
    (!name.is_empty() && !name.contains(is_bracket)).then_some(name)
}

/// What stands outside of brackets and, marked, within the outermost ones, of which the last may have been cut off; none where one closes that
/// was not opened.
fn bracketed(written: &str) -> Option<Vec<(bool, &str)>> {
    let (mut pieces, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    for (at, c) in written.char_indices().filter(|(_, c)| is_bracket(*c)) {
        let opens = OPENING.contains(&c);
        if depth == usize::from(!opens) {
            pieces.push((depth > 0, &written[from..at]));
            from = at + c.len_utf8();
        }
        depth = if opens { depth + 1 } else { depth.checked_sub(1)? };
    }
    pieces.push((depth > 0, &written[from..]));
    Some(pieces)
}

const OPENING: [char; 6] = ['(', '（', '[', '［', '【', '〔'];
const CLOSING: [char; 6] = [')', '）', ']', '］', '】', '〕'];

fn is_bracket(c: char) -> bool {
    OPENING.contains(&c) || CLOSING.contains(&c)
}

/// The characters of a written name, half-width, without what does not show.
pub fn key_characters(written: &str) -> impl Iterator<Item = KeyCharacter> {
    written
        .chars()
        .filter(|c| !is_bracket(*c))
        .map(|c| if is_placeholder(c) { BLANK } else { c })
        .nfkc()
        .flat_map(latin)
        .filter(|c| !is_invisible(*c))
        .map(|c| {
            if is_separator(c) {
                KeyCharacter::Separator
            } else if is_placeholder(c) {
                KeyCharacter::Blank
            } else {
                KeyCharacter::Kept(c)
            }
        })
}

/// Lower case, without tone marks; ü is v, as clerks type it.
fn latin(c: char) -> impl Iterator<Item = char> {
    let plain = match c {
        'ü' | 'Ü' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' | 'Ǖ' | 'Ǘ' | 'Ǚ' | 'Ǜ' => 'v',
        other if other.is_ascii() || is_han(other) => other,
        other => std::iter::once(other).nfd().find(|d| !is_combining_mark(*d)).unwrap_or(other),
    };
    plain.to_lowercase()
}

fn is_invisible(c: char) -> bool {
    c.is_control() && !c.is_whitespace()
        || matches!(u32::from(c), 0x00AD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0xFE00..=0xFE0F | 0xFEFF
            | 0xE_0100..=0xE_01EF)
        || is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_and_variant_forms_fold_together() {
        for group in
            ["萧肖蕭", "付傅", "闫阎閆閻", "刘劉", "国國", "张張", "叶葉", "钟鍾鐘锺", "强強彊", "喆哲", "于於", "峯峰"]
        {
            let forms: Vec<char> = group.chars().map(fold).collect();
            assert!(forms.iter().all(|c| *c == forms[0]), "{group} folds to {forms:?}");
        }
        for pair in ["己已", "未末", "晓小", "余佘", "静靖", "姗珊", "淼渺", "晖辉"] {
            let forms: Vec<char> = pair.chars().map(fold).collect();
            assert_ne!(forms[0], forms[1], "{pair} are different characters");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for code in FIRST..=LAST {
            let c = char::from_u32(code).unwrap();
            assert_eq!(fold(fold(c)), fold(c), "{c}");
        }
    }

    #[test]
    fn everyday_characters_have_one_width() {
        for code in (0x4E00..=0x9FFF).chain(0..0x80) {
            let c = char::from_u32(code).unwrap();
            assert!(is_everyday(&c.to_string()));
            assert_eq!(std::iter::once(c).nfkc().collect::<Vec<_>>(), [c]);
        }
        for other in ["張１", "\u{F900}", "王·", "e\u{301}"] {
            assert!(!is_everyday(other), "{other}");
        }
    }

    #[test]
    fn placeholders_and_separators_are_told_apart() {
        use KeyCharacter::{Blank, Kept, Separator};
        let read = |s: &str| key_characters(s).collect::<Vec<_>>();
        assert_eq!(read("张？"), [Kept('张'), Blank]);
        assert_eq!(read("张\u{E863}"), [Kept('张'), Blank]);
        assert_eq!(read("□＊"), [Blank, Blank]);
        assert_eq!(read("买•．"), [Kept('买'), Separator, Separator]);
        assert_eq!(read("ＬǛ\u{200B}"), [Kept('l'), Kept('v')]);
    }

    #[test]
    fn what_brackets_say_about_a_name_is_told_from_the_name() {
        for (written, name, former) in [
            ("王建国（曾用名：王卫东）", "王建国", Some("王卫东")),
            ("王建国(原名王卫东)", "王建国", Some("王卫东")),
            ("张伟（男）", "张伟", None),
            ("王(yan)红", "王yan红", None),
            ("王（?）红", "王?红", None),
            ("王燕(WANG YAN)", "王燕", None),
            ("王建国", "王建国", None),
            ("（王建国）", "（王建国）", None),
            ("王建国（曾用名）", "王建国", None),
            ("王建国（曾用名（原名）王卫东）", "王建国", None),
            ("王建国（曾用名王卫", "王建国", None),
            ("王)建国", "王)建国", None),
            ("王建国）（男", "王建国）（男", None),
            ("", "", None),
        ] {
            assert_eq!(without_remarks(written), name, "{written}");
            assert_eq!(remarked_former_name(written), former, "{written}");
        }
    }
}
