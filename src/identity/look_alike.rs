//! Characters that a hand, a scanner or a typist confuses, by table: of like shape (`printed.txt`, made from components, strokes and
//! printed shapes; `by_hand.txt`, met in registers), or of one code in Wubi (`one_code.txt`), where the typist takes the wrong candidate.
//!
//! The tables are read once; a question costs two look-ups and a short scan, and allocates nothing.

use std::sync::LazyLock;

use super::characters::fold;

/// Sets of characters taken for one another, kept by hand.
const BY_HAND: &str = include_str!("look_alike/by_hand.txt");
/// The first character of a line with each of the others.
const PAIRS: [&str; 2] = [include_str!("look_alike/printed.txt"), include_str!("look_alike/one_code.txt")];

/// The block of characters that the tables speak of.
const FIRST: u32 = 0x4E00;
const LAST: u32 = 0x9FFF;

/// For every character of the block, those it is taken for.
struct Table {
    /// Where a character's run in `alike` begins; the next one's begins where it ends.
    begins: Box<[u16]>,
    alike: Box<[u16]>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut pairs: Vec<(u16, u16)> = Vec::new();
    let mut add = |a: char, b: char| {
        if let (Some(a), Some(b)) = (place(fold(a)), place(fold(b)))
            && a != b
        {
            pairs.extend([(a, b), (b, a)]);
        }
    };
    for set in lines(BY_HAND) {
        for (at, a) in set.char_indices() {
            set[at + a.len_utf8()..].chars().for_each(|b| add(a, b));
        }
    }
    for line in PAIRS.into_iter().flat_map(lines) {
        let mut characters = line.chars();
        if let Some(a) = characters.next() {
            characters.for_each(|b| add(a, b));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    let places = u16::try_from(LAST - FIRST + 2).expect("the block is smaller than that");
    let begins = (0..places).map(|a| pairs.partition_point(|pair| pair.0 < a));
    Table {
        begins: begins.map(|at| u16::try_from(at).expect("fewer pairs than that")).collect(),
        alike: pairs.iter().map(|pair| pair.1).collect(),
    }
});

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn place(c: char) -> Option<u16> {
    u16::try_from(u32::from(c).checked_sub(FIRST)?).ok().filter(|place| u32::from(*place) <= LAST - FIRST)
}

/// Whether two different characters, both folded, are easily taken for one another.
#[must_use]
pub fn look_alike(a: char, b: char) -> bool {
    let (Some(a), Some(b)) = (place(a), place(b)) else { return false };
    let table = &*TABLE;
    let run = usize::from(table.begins[usize::from(a)])..usize::from(table.begins[usize::from(a) + 1]);
    table.alike[run].contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pairs_are_found_both_ways() {
        for (a, b) in [
            // by hand
            ('己', '已'),
            ('田', '由'),
            ('昊', '旻'),
            // printed: the whole shape, an odd part, a shared rest, the corners
            ('冀', '翼'),
            ('徽', '微'),
            ('墓', '幕'),
            ('卯', '卵'),
            ('免', '兔'),
            ('崇', '祟'),
            ('拴', '栓'),
            ('捡', '检'),
            ('婉', '惋'),
            ('益', '盖'),
            ('戌', '成'),
            // one code in Wubi
            ('云', '去'),
            ('廉', '谦'),
            // traditional forms, folded
            (fold('揚'), fold('楊')),
            (fold('陳'), fold('陣')),
        ] {
            assert!(look_alike(a, b) && look_alike(b, a), "{a}{b}");
        }
    }

    #[test]
    fn other_characters_are_not() {
        // given names of sisters and brothers share a part; surnames are not taken for one another because they are short
        for (a, b) in [
            ('张', '王'),
            ('王', '李'),
            ('玲', '琴'),
            ('江', '海'),
            ('松', '柏'),
            ('芳', '莉'),
            ('国', '军'),
            ('朱', '宋'),
            ('a', 'b'),
            ('一', '\u{20000}'),
        ] {
            assert!(!look_alike(a, b) && !look_alike(b, a), "{a}{b}");
        }
    }

    /// Random pairs of common characters hardly ever look alike: the table is for confusion, not for likeness of a kind.
    #[test]
    fn few_pairs_of_common_characters_look_alike() {
        let level_one: Vec<char> = gb2312_level_one();
        assert_eq!(level_one.len(), 3755);
        assert!(level_one.iter().all(|c| !look_alike(*c, *c)));
        let some: Vec<char> = level_one.iter().step_by(3).map(|c| fold(*c)).collect();
        let count =
            some.iter().flat_map(|a| level_one.iter().map(|b| look_alike(*a, fold(*b)))).filter(|alike| *alike).count();
        let all = some.len() * level_one.len();
        let per_million = count * 1_000_000 / all;
        assert!((100..300).contains(&per_million), "{per_million} in a million");
    }

    /// The 3,755 commonest characters: rows 16 to 55 of GB 2312.
    fn gb2312_level_one() -> Vec<char> {
        let bytes = (0xB0_u8..=0xD7).flat_map(|row| (0xA1_u8..=0xFE).map(move |cell| [row, cell]));
        let read = |two: [u8; 2]| {
            let (text, broken) = encoding_rs::GBK.decode_without_bom_handling(&two);
            text.chars().next().filter(|c| !broken && place(*c).is_some())
        };
        bytes.filter_map(read).collect()
    }

    #[test]
    fn every_line_of_the_tables_has_two_characters_of_the_block() {
        for line in PAIRS.into_iter().chain([BY_HAND]).flat_map(lines) {
            assert!(line.chars().count() >= 2 && line.chars().all(|c| place(c).is_some()), "{line}");
        }
    }
}
