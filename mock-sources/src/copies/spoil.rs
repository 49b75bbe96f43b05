//! Spoils a row's name and ID number. Pure but for the stream of chance handed in.

use jiff::civil::Date;

use super::dirt::{DirtKind, DirtRates};
use crate::chance::Chance;
use crate::population::id_numbers::to_fifteen;
use crate::population::names::RARE;

/// Variant and traditional forms.
const VARIANTS: &[(char, char)] = &[
    ('肖', '萧'),
    ('付', '傅'),
    ('闫', '閆'),
    ('刘', '劉'),
    ('张', '張'),
    ('陈', '陳'),
    ('杨', '楊'),
    ('赵', '趙'),
    ('马', '馬'),
    ('国', '國'),
    ('兰', '蘭'),
    ('凤', '鳳'),
    ('华', '華'),
    ('喆', '哲'),
    ('昇', '升'),
    ('戴', '代'),
    ('邱', '丘'),
];
const HOMOPHONES: &[(char, char)] = &[
    ('晓', '小'),
    ('小', '晓'),
    ('英', '瑛'),
    ('玲', '铃'),
    ('梅', '美'),
    ('军', '君'),
    ('伟', '威'),
    ('志', '智'),
    ('秀', '绣'),
    ('琴', '勤'),
    ('平', '萍'),
    ('霞', '侠'),
    ('辉', '晖'),
    ('佳', '嘉'),
    ('怡', '宜'),
];
const LOOK_ALIKES: &[(char, char)] =
    &[('己', '已'), ('巍', '魏'), ('睿', '眷'), ('斌', '赋'), ('娟', '娴'), ('田', '由'), ('王', '玉'), ('未', '末')];
/// What sounds nearly the same where n and ng, s and sh, l and n, or h and f are one.
const NEAR_SOUNDS: &[(char, char)] = &[
    ('英', '音'),
    ('玲', '琳'),
    ('明', '民'),
    ('芳', '帆'),
    ('琴', '晴'),
    ('兴', '新'),
    ('生', '森'),
    ('兰', '楠'),
    ('静', '锦'),
    ('诗', '思'),
    ('志', '自'),
];
/// Characters that come from nowhere.
const OTHERS: &[char] = &['才', '卫', '宝', '菊', '正', '根', '毅', '瑞', '霜', '柱'];
/// Characters written in place of rare ones: they sound the same.
const RARE_ALIKE: &[(&str, &str)] =
    &[("𬭎", "宏"), ("㛃", "洁"), ("喆", "哲"), ("堃", "坤"), ("䶮", "岩"), ("𬱖", "迪"), ("垚", "尧"), ("昇", "升")];
const SEPARATORS: &[&str] = &["•", "・", "．", ".", " ", ""];

/// Whether something that happens to `rate` of ten thousand rows happens to this one.
pub(crate) fn happens(chance: &mut Chance, rate: u16) -> bool {
    chance.below(10_000) < u64::from(rate)
}

/// The name as written, with what was done to it.
pub(crate) fn name(chance: &mut Chance, rates: &DirtRates, truth: &str, done: &mut Vec<DirtKind>) -> String {
    let mut name = truth.to_owned();
    if let Some((rare, pinyin)) =
        RARE.iter().find(|(rare, _)| name.contains(rare)).filter(|_| happens(chance, rates.name_rare_character))
    {
        let alike = RARE_ALIKE.iter().find(|(own, _)| own == rare).map_or("?", |(_, alike)| alike);
        let written = *chance.pick(&["?", "□", "\u{e1a5}", pinyin, alike]);
        name = name.replace(rare, written);
        done.push(DirtKind::NameRareCharacter);
    }
    if name.contains('·') && happens(chance, rates.name_separator) {
        name = name.replace('·', &chance.word(SEPARATORS));
        done.push(DirtKind::NameSeparator);
    }
    for (table, rate, kind) in [
        (VARIANTS, rates.name_variant, DirtKind::NameVariant),
        (HOMOPHONES, rates.name_homophone, DirtKind::NameHomophone),
        (LOOK_ALIKES, rates.name_look_alike, DirtKind::NameLookAlike),
    ] {
        let found = table.iter().find(|(from, _)| name.contains(*from));
        if let Some((from, to)) = found.filter(|_| happens(chance, rate)) {
            name = name.replacen(*from, &to.to_string(), 1);
            done.push(kind);
        }
    }
    if happens(chance, rates.name_space) {
        let second = name.char_indices().nth(1).map_or(name.len(), |(at, _)| at);
        name.insert(second, ' ');
        done.push(DirtKind::NameSpace);
    }
    name
}

/// Further damage to a name; adds what was done.
pub(crate) fn name_more(chance: &mut Chance, rates: &DirtRates, mut name: String, done: &mut Vec<DirtKind>) -> String {
    if let Some((first, _)) = name.split_once('·')
        && happens(chance, rates.name_shortened)
    {
        name = first.to_owned();
        done.push(DirtKind::NameShortened);
    }
    let found = NEAR_SOUNDS.iter().find(|(from, _)| name.contains(*from));
    if let Some((from, to)) = found.filter(|_| happens(chance, rates.name_near_sound)) {
        name = name.replacen(*from, &to.to_string(), 1);
        done.push(DirtKind::NameNearSound);
    }
    if happens(chance, rates.name_typed) {
        let mut characters: Vec<char> = name.chars().collect();
        let other = *chance.pick(OTHERS);
        if let Some(last) = characters.last_mut().filter(|last| **last != other) {
            *last = other;
            name = characters.into_iter().collect();
            done.push(DirtKind::NameTyped);
        }
    }
    name
}

/// The birth date as written; adds what was done.
pub(crate) fn birth_date(chance: &mut Chance, rates: &DirtRates, born: Date, done: &mut Vec<DirtKind>) -> Date {
    if happens(chance, rates.birth_digit) {
        // the last digit of the day: still a day of the month
        let unit = born.day() % 10;
        let others = (0..10).filter(|digit| *digit != unit).map(|digit| born.day() - unit + digit);
        let written: Vec<Date> = others.filter_map(|day| Date::new(born.year(), born.month(), day).ok()).collect();
        if !written.is_empty() {
            done.push(DirtKind::BirthDigit);
            return *chance.pick(&written);
        }
    }
    let swappable = born.day() <= 12 && born.day() != born.month();
    if happens(chance, if swappable { rates.birth_swapped } else { 0 })
        && let Ok(swapped) = Date::new(born.year(), born.day(), born.month())
    {
        done.push(DirtKind::BirthSwapped);
        return swapped;
    }
    born
}

/// The ID number as written, with what was done to it: at most one thing.
pub(crate) fn number(chance: &mut Chance, rates: &DirtRates, truth: &str, done: &mut Vec<DirtKind>) -> String {
    let old = truth.get(6..10).is_some_and(|year| year < "1970");
    let lower_x = if truth.ends_with('X') { rates.id_lower_x } else { 0 };
    let kinds = [
        (DirtKind::IdFifteen, if old { rates.id_fifteen } else { 0 }),
        (DirtKind::IdDigit, rates.id_digit),
        (DirtKind::IdTransposed, rates.id_transposed),
        (DirtKind::IdMissing, rates.id_missing),
        (DirtKind::IdLowerX, lower_x),
        (DirtKind::IdFullWidth, rates.id_full_width),
        (DirtKind::IdSpaces, rates.id_spaces),
    ];
    for (kind, rate) in kinds {
        if happens(chance, rate) {
            let written = damaged(chance, truth, kind);
            if written != truth {
                done.push(kind);
                return written;
            }
        }
    }
    truth.to_owned()
}

fn damaged(chance: &mut Chance, truth: &str, kind: DirtKind) -> String {
    let mut digits: Vec<char> = truth.chars().collect();
    match kind {
        DirtKind::IdFifteen => to_fifteen(truth).unwrap_or_else(|| truth.to_owned()),
        DirtKind::IdDigit => {
            let at = chance.index(17);
            let shift = u32::try_from(chance.between(1, 9)).unwrap_or(1);
            let digit = digits[at].to_digit(10).unwrap_or(0);
            digits[at] = char::from_digit((digit + shift) % 10, 10).unwrap_or('0');
            digits.into_iter().collect()
        }
        DirtKind::IdTransposed => {
            let pairs: Vec<usize> = (6..16).filter(|at| digits[*at] != digits[at + 1]).collect();
            if !pairs.is_empty() {
                let at = *chance.pick(&pairs);
                digits.swap(at, at + 1);
            }
            digits.into_iter().collect()
        }
        DirtKind::IdMissing => String::new(),
        DirtKind::IdLowerX => truth.to_ascii_lowercase(),
        DirtKind::IdFullWidth => truth.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)).collect(),
        DirtKind::IdSpaces if chance.permille(500) => format!(" {truth} "),
        DirtKind::IdSpaces => format!("{} {} {}", &truth[..6], &truth[6..14], &truth[14..]),
        _ => truth.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::population::id_numbers::{is_valid, normalised};

    const NUMBER: &str = "110101199003070038";

    fn spoiled(kind: DirtKind, number: &str) -> String {
        damaged(&mut Chance::new(3, "spoil", 1), number, kind)
    }

    #[test]
    fn each_kind_of_damage_looks_as_described() {
        assert_eq!(spoiled(DirtKind::IdMissing, NUMBER), "");
        assert_eq!(normalised(&spoiled(DirtKind::IdFifteen, NUMBER)), NUMBER);
        assert_eq!(spoiled(DirtKind::IdFullWidth, NUMBER).chars().next(), Some('１'));
        assert_eq!(spoiled(DirtKind::IdLowerX, "11010519491231002X"), "11010519491231002x");
        for kind in [DirtKind::IdDigit, DirtKind::IdTransposed] {
            assert!(!is_valid(&spoiled(kind, NUMBER)), "{kind:?} must be caught by the check character");
        }
    }

    #[test]
    fn further_damage_looks_as_described() {
        let always =
            DirtRates { name_near_sound: 10_000, name_typed: 0, name_shortened: 10_000, ..DirtRates::default() };
        for (truth, written, kind) in
            [("王秀英", "王秀音", DirtKind::NameNearSound), ("阿卜杜拉·马", "阿卜杜拉", DirtKind::NameShortened)]
        {
            let mut done = Vec::new();
            assert_eq!(name_more(&mut Chance::new(1, "m", 1), &always, truth.to_owned(), &mut done), written);
            assert_eq!(done, [kind]);
        }
        let born = jiff::civil::date(1990, 3, 7);
        for (rates, kind) in [
            (DirtRates { birth_digit: 10_000, ..DirtRates::default() }, DirtKind::BirthDigit),
            (DirtRates { birth_digit: 0, birth_swapped: 10_000, ..DirtRates::default() }, DirtKind::BirthSwapped),
        ] {
            let mut done = Vec::new();
            let written = birth_date(&mut Chance::new(1, "b", 1), &rates, born, &mut done);
            assert!(written != born && written.year() == 1990 && done == [kind]);
        }
    }

    #[test]
    fn names_without_the_character_stay() {
        let rates =
            DirtRates { name_separator: 10_000, name_rare_character: 10_000, name_space: 0, ..DirtRates::default() };
        let mut done = Vec::new();
        let written = name(&mut Chance::new(1, "n", 1), &rates, "阿卜杜拉·马", &mut done);
        assert!(!written.contains('·'));
        assert_eq!(done[0], DirtKind::NameSeparator);
    }
}
