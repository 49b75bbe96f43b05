//! Chinese addresses, parsed from province to door, and compared at the deepest level that both state.
//!
//! Suffixes may be left out (会宁 for 会宁县) and upper levels too. No map is consulted: places are compared by name.

use std::fmt;

use super::characters::{fold, in_one_width, is_han};
use super::levels::levels;

levels! {
    /// How two addresses compare.
    AddressLevel of "address" {
        /// The same door (or the same text altogether).
        Exact = "exact", "住址一致", "the address agrees";
        /// The same village or community, or the same number of one street.
        SameVillage = "same_village", "住址同村（社区）或同一门牌", "the same village, community or street number";
        /// The same town or street.
        SameTown = "same_town", "住址同乡镇（街道）", "the same town or street";
        /// The same county.
        SameCounty = "same_county", "住址同县（区）", "the same county";
        /// Elsewhere.
        Different = "different", "住址不一致", "the address differs";
        /// Not stated on one side, or nothing in common to compare.
        Missing = "missing", "缺住址", "address not stated";
    }
}

impl AddressLevel {
    /// Whether it singles out a place that few people share.
    #[must_use]
    pub fn is_close(self) -> bool {
        matches!(self, Self::Exact | Self::SameVillage)
    }
}

/// Ranks of places, widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Province,
    City,
    County,
    Town,
    Village,
    Group,
}
const RANKS: usize = 6;

/// Suffixes that end a place's name; of two that end at one character the longer is listed first.
const SUFFIXES: &[(&str, Rank)] = &[
    ("特别行政区", Rank::Province),
    ("自治区", Rank::Province),
    ("省", Rank::Province),
    ("自治州", Rank::City),
    ("地区", Rank::City),
    ("盟", Rank::City),
    ("市", Rank::City),
    ("自治县", Rank::County),
    ("自治旗", Rank::County),
    ("县", Rank::County),
    ("旗", Rank::County),
    ("街道办事处", Rank::Town),
    ("办事处", Rank::Town),
    ("街道", Rank::Town),
    ("苏木", Rank::Town),
    ("镇", Rank::Town),
    ("乡", Rank::Town),
    ("村民委员会", Rank::Village),
    ("居民委员会", Rank::Village),
    ("村委会", Rank::Village),
    ("居委会", Rank::Village),
    ("社区", Rank::Village),
    ("嘎查", Rank::Village),
    ("村", Rank::Village),
    ("区", Rank::County),
    ("村民小组", Rank::Group),
    ("小组", Rank::Group),
    ("组", Rank::Group),
    ("社", Rank::Group),
    ("队", Rank::Group),
];

/// Provinces as they are shortened, with what may follow.
const PROVINCES: &[&str] = &[
    "北京",
    "天津",
    "河北",
    "山西",
    "内蒙古",
    "辽宁",
    "吉林",
    "黑龙江",
    "上海",
    "江苏",
    "浙江",
    "安徽",
    "福建",
    "江西",
    "山东",
    "河南",
    "湖北",
    "湖南",
    "广东",
    "广西",
    "海南",
    "重庆",
    "四川",
    "贵州",
    "云南",
    "西藏",
    "陕西",
    "甘肃",
    "青海",
    "宁夏",
    "新疆",
    "台湾",
    "香港",
    "澳门",
];

/// An address prepared for comparison. Does not print.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AddressKey {
    /// The whole text, folded, without spaces.
    whole: Box<str>,
    /// Names by rank, without their suffix.
    places: [Option<Box<str>>; RANKS],
    /// What follows the last place: street, door.
    rest: Box<str>,
}

impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressKey(redacted)")
    }
}

impl AddressKey {
    /// Reads any text; nothing when fewer than two Chinese characters remain.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let kept = |c: char| (is_han(c) || c.is_ascii_alphanumeric()).then(|| fold(c).to_ascii_lowercase());
        let whole: String = in_one_width(text).filter_map(kept).collect();
        let whole = with_digits(&whole);
        let whole = whole.strip_prefix("中华人民共和国").or(whole.strip_prefix("中国")).unwrap_or(&whole).to_owned();
        if whole.chars().filter(|c| is_han(*c)).count() < 2 {
            return None;
        }
        let (places, rest) = parse(&whole);
        Some(Self { rest: rest.into(), places, whole: whole.into() })
    }
}

impl AddressKey {
    /// The whole text, folded.
    #[must_use]
    pub fn whole(&self) -> &str {
        &self.whole
    }

    /// The name of the town or street.
    #[must_use]
    pub fn town(&self) -> Option<&str> {
        self.places[Rank::Town as usize].as_deref()
    }

    /// The name of the village or community.
    #[must_use]
    pub fn village(&self) -> Option<&str> {
        self.places[Rank::Village as usize].as_deref()
    }

    /// The village or community, else the street: what is still there when wider places are left out.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        self.village().or_else(|| street(&self.rest).map(|(street, _)| street))
    }

    /// The site with the number that follows it: 建设路33号, 大沟村1社.
    #[must_use]
    pub fn site_number(&self) -> Option<(&str, &str)> {
        match (self.village(), &self.places[Rank::Group as usize]) {
            (Some(village), Some(group)) => Some((village, group)),
            (Some(village), None) => number(&self.rest).map(|number| (village, number)),
            (None, _) => street(&self.rest).and_then(|(street, after)| Some((street, number(after)?))),
        }
    }
}

/// The street that a text begins with, and what follows.
fn street(rest: &str) -> Option<(&str, &str)> {
    let ends = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '路' | '街' | '巷' | '道' | '胡' | '弄'))?;
    let after = ends.0 + ends.1.len_utf8();
    rest[..after].chars().all(is_han).then(|| rest.split_at(after))
}

/// The number that a text begins with.
fn number(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// 三社 and 3社 are one: a single numeral before a unit becomes a digit; tens, and numerals in names (四川), are left as they stand.
fn with_digits(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let numeral = |c: char| "〇一二三四五六七八九".chars().position(|n| n == c).and_then(|n| u32::try_from(n).ok());
    let before_unit = |i: usize| characters.get(i + 1).is_some_and(|c| "社组队号栋幢室楼".contains(*c));
    let after_ten = |i: usize| i > 0 && matches!(characters[i - 1], '十' | '百');
    let digit = |i: usize, c: char| {
        numeral(c).filter(|_| before_unit(i) && !after_ten(i)).and_then(|n| char::from_digit(n, 10))
    };
    characters.iter().enumerate().map(|(i, c)| digit(i, *c).unwrap_or(*c)).collect()
}

/// Splits into places by rank and the rest.
fn parse(whole: &str) -> ([Option<Box<str>>; RANKS], &str) {
    let mut places = [const { None }; RANKS];
    let mut rest = whole;
    let mut last: Option<Rank> = None;
    if let Some(short) = PROVINCES.iter().find(|p| whole.starts_with(**p)) {
        let after = &whole[short.len()..];
        let full = ["省", "市", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区"];
        let suffix = full.iter().filter(|s| after.starts_with(**s)).max_by_key(|s| s.len()).map_or(0, |s| s.len());
        // 吉林市, 海南州: a place of the same name below the province is not the province
        if suffix > 0 || !after.is_empty() && !after.starts_with(['路', '街', '县', '州', '镇', '乡', '村']) {
            places[Rank::Province as usize] = Some((*short).into());
            rest = &after[suffix..];
            last = Some(Rank::Province);
        }
    }
    while let Some((name, rank, after)) = next_place(rest, last) {
        places[rank as usize] = Some(name.into());
        last = Some(rank);
        rest = after;
    }
    (places, rest)
}

/// The next place of a rank below `last`: its name, rank, and the text after it.
fn next_place(text: &str, last: Option<Rank>) -> Option<(&str, Rank, &str)> {
    for (end, c) in text.char_indices().skip(1) {
        let upto = &text[..end + c.len_utf8()];
        let after = &text[end + c.len_utf8()..];
        let Some((suffix, mut rank)) = SUFFIXES.iter().find(|(s, _)| upto.ends_with(s)).copied() else { continue };
        let goes_on = SUFFIXES.iter().any(|(s, _)| {
            s.len() > suffix.len()
                && s.strip_prefix(suffix).is_some_and(|more| !more.is_empty() && after.starts_with(more))
        });
        // 中关村街道, 王家村乡: the village's name is the town's
        let names_a_town = rank > Rank::Town && ["街道", "镇", "乡"].iter().any(|town| after.starts_with(town));
        if goes_on || names_a_town || upto.len() == suffix.len() {
            continue;
        }
        if suffix == "市" && last == Some(Rank::City) {
            rank = Rank::County;
        }
        if last.is_none_or(|last| rank > last) {
            return Some((&upto[..upto.len() - suffix.len()], rank, after));
        }
    }
    None
}

/// Compares; symmetric.
#[must_use]
pub fn compare_addresses(a: Option<&AddressKey>, b: Option<&AddressKey>) -> AddressLevel {
    let (Some(a), Some(b)) = (a, b) else { return AddressLevel::Missing };
    if a.whole == b.whole {
        return AddressLevel::Exact;
    }
    let agree = |rank: Rank| match (&a.places[rank as usize], &b.places[rank as usize]) {
        (Some(x), Some(y)) => Some(same_place(x, y)),
        _ => None,
    };
    let above = [Rank::Province, Rank::City, Rank::County].map(agree);
    if above.contains(&Some(false)) {
        return AddressLevel::Different;
    }
    let (town, village, group) = (agree(Rank::Town), agree(Rank::Village), agree(Rank::Group));
    if village == Some(true) && town != Some(false) {
        let door = group != Some(false) && !a.rest.is_empty() && a.rest == b.rest;
        return if door { AddressLevel::Exact } else { AddressLevel::SameVillage };
    }
    if town == Some(true) && village.is_none() && !a.rest.is_empty() && a.rest == b.rest {
        return AddressLevel::Exact;
    }
    // a street with its number, wherever the rest was cut off
    if town != Some(false) && village.is_none() && a.site_number().is_some() && a.site_number() == b.site_number() {
        return AddressLevel::SameVillage;
    }
    match (town, above[2]) {
        (Some(true), _) => AddressLevel::SameTown,
        (_, Some(true)) => AddressLevel::SameCounty,
        (Some(false), None) => AddressLevel::Different,
        _ => AddressLevel::Missing,
    }
}

/// Names of places agree when equal, or when one carries wider places that were not parted from it (甘肃会宁会师 and 会师).
fn same_place(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    a == b || short.chars().count() >= 2 && long.ends_with(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_from_province_to_door() {
        let level = |a: &str, b: &str| {
            let (a, b) = (AddressKey::read(a), AddressKey::read(b));
            let level = compare_addresses(a.as_ref(), b.as_ref());
            assert_eq!(compare_addresses(b.as_ref(), a.as_ref()), level, "symmetric");
            level
        };
        use AddressLevel::{Different, Exact, Missing, SameCounty, SameTown, SameVillage};
        let full = "甘肃省白银市会宁县会师镇南关村三社12号";
        for (other, expected) in [
            (full, Exact),
            ("甘肃省 白银市 会宁县 会师镇 南关村 3社 １２号", Exact),
            ("甘肅省白銀市會寧縣會師鎮南關村三社12號", Exact),
            ("会宁县会师镇南关村三社12号", Exact),
            ("会师镇南关村村委会", SameVillage),
            ("会宁县会师镇南关村一社7号", SameVillage),
            ("甘肃会宁会师镇南关村", SameVillage),
            ("会宁县会师镇东关社区", SameTown),
            ("甘肃省白银市会宁县郭城驿镇新堡子村", SameCounty),
            ("甘肃省定西市安定区", Different),
            ("会师镇", SameTown),
            ("郭城驿镇新堡子村", Different),
            ("", Missing),
            ("不详", Missing),
        ] {
            assert_eq!(level(full, other), expected, "{other}");
        }
        let flat = "甘肃省白银市会宁县会师镇建设路33号18幢3单元402室";
        for (other, expected) in [
            ("会师镇建设路33号18幢3单元402室", Exact),
            ("会宁县会师镇建设路33号", SameVillage),
            ("建设路33号", SameVillage),
            ("会师镇建设路35号", SameTown),
            ("郭城驿镇建设路33号", Different),
            ("会宁县郭城驿镇建设路33号", SameCounty),
        ] {
            assert_eq!(level(flat, other), expected, "{other}");
        }
        assert_eq!(level("北京市海淀区中关村街道科学院路1号", "北京海淀区中关村街道"), SameTown);
        assert_eq!(level("宁夏回族自治区银川市灵武市东塔镇", "宁夏银川市灵武市"), SameCounty);
    }
}
