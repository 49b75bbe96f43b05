//! An address taken apart: places by rank, from the province to the villagers' group, and what follows the last.

use std::sync::LazyLock;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::places::{begins_with_people, is_county_city, renamed, without_peoples};
use crate::identity::numerals::{is_numeral, read_number};

/// Ranks of places, widest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    Province,
    City,
    County,
    Town,
    Village,
    Group,
}
/// How many ranks there are.
pub const RANKS: usize = 6;

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
    ("街办", Rank::Town),
    ("街道", Rank::Town),
    ("苏木", Rank::Town),
    ("镇", Rank::Town),
    ("乡", Rank::Town),
    ("村民委员会", Rank::Village),
    ("居民委员会", Rank::Village),
    ("村委会", Rank::Village),
    ("居委会", Rank::Village),
    ("村委", Rank::Village),
    ("居委", Rank::Village),
    ("行政村", Rank::Village),
    ("自然村", Rank::Village),
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

/// Autonomous prefectures as they are shortened: 临夏州.
const PREFECTURES: &[&str] = &[
    "延边",
    "恩施",
    "湘西",
    "阿坝",
    "甘孜",
    "凉山",
    "黔东南",
    "黔南",
    "黔西南",
    "楚雄",
    "红河",
    "文山",
    "西双版纳",
    "大理",
    "德宏",
    "怒江",
    "迪庆",
    "临夏",
    "甘南",
    "海北",
    "黄南",
    "海南",
    "果洛",
    "玉树",
    "海西",
    "昌吉",
    "博尔塔拉",
    "巴音郭楞",
    "克孜勒苏",
    "伊犁",
];

/// What may follow a number within an address.
const UNITS: &[&str] = &["社", "组", "队", "村民小组", "小组", "号", "栋", "幢", "座", "单元", "室", "楼", "层"];

/// Words for a building behind its number: 3栋, 3幢 and 3号楼 are one, a door as the other side writes it.
const BUILDINGS: &[&str] = &["号楼", "幢", "座"];

/// 十二社 and 12社 are one, and so is 第十二社: numerals before a unit become digits; those in names (四川, 五里铺) are left as they stand.
pub fn with_digits(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first != '第' && !is_numeral(first) && !first.is_ascii_digit() {
            written.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let start = rest.strip_prefix('第').unwrap_or(rest);
        let end = start.find(|c| !is_numeral(c) && !c.is_ascii_digit()).unwrap_or(start.len());
        let (number, after) = start.split_at(end);
        let is_counted = !number.is_empty()
            && !after.starts_with("社区")
            && UNITS.iter().any(|unit| after.starts_with(unit))
            && !written.ends_with(|c: char| c.is_ascii_digit());
        let read = if number.bytes().all(|b| b.is_ascii_digit()) {
            Some(number.to_owned())
        } else {
            read_number(number).map(|number| number.to_string())
        };
        if let Some(number) = read.filter(|_| is_counted) {
            written.push_str(&number);
            rest = after;
            if let Some(after) = BUILDINGS.iter().find_map(|word| rest.strip_prefix(word)) {
                written.push('栋');
                rest = after;
            }
        } else if !number.is_empty() && start.len() == rest.len() {
            written.push_str(number);
            rest = after;
        } else {
            written.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    written
}

/// An address taken apart.
pub struct Parsed<'a> {
    /// Names by rank, without their suffix, those of today.
    pub places: [Option<&'a str>; RANKS],
    /// Whether the county is a district of a city.
    pub is_district: bool,
    /// What follows the last place.
    pub rest: &'a str,
}

/// A place found in a text.
struct Found<'a> {
    /// With its suffix.
    full: &'a str,
    suffix: &'a str,
    rank: Rank,
    after: &'a str,
}

/// Cities of a province of old that are another province, or in one, today.
const MOVED: &[(&str, &str, &str)] = &[("四川", "重庆", "重庆"), ("广东", "海口", "海南"), ("广东", "三亚", "海南")];

/// Splits into places by rank and the rest.
pub fn parse(whole: &str) -> Parsed<'_> {
    let mut parsed = Parsed { places: [None; RANKS], is_district: false, rest: whole };
    let mut last: Option<Rank> = None;
    if let Some((short, after)) = province(whole) {
        parsed.places[Rank::Province as usize] = Some(short);
        parsed.rest = after;
        last = Some(Rank::Province);
    }
    while let Some(found) = next_place(parsed.rest, last) {
        parsed.settle(&found);
        last = Some(found.rank);
        parsed.rest = found.after;
    }
    let at = |rank: Rank| parsed.places[rank as usize];
    let moved = MOVED.iter().find(|(of, city, _)| at(Rank::Province) == Some(*of) && at(Rank::City) == Some(*city));
    if let Some((_, city, today)) = moved {
        parsed.places[Rank::Province as usize] = Some(*today);
        if city == today {
            parsed.places[Rank::City as usize] = None;
        }
    }
    parsed
}

/// The province that a text begins with, shortened, and what follows.
fn province(whole: &str) -> Option<(&'static str, &str)> {
    let (short, after) = match PROVINCES.iter().find_map(|p| Some((*p, whole.strip_prefix(p)?))) {
        Some(found) => found,
        None => ("内蒙古", whole.strip_prefix("内蒙")?),
    };
    let full: &[&str] = match short {
        "北京" | "天津" | "上海" | "重庆" => &["市"],
        _ => &["省", "自治区", "壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区"],
    };
    let suffix = full.iter().filter(|s| after.starts_with(**s)).max_by_key(|s| s.len()).map_or(0, |s| s.len());
    // 吉林市, 海南州, 河北区, 河南蒙古族自治县: a place of the same name below the province is not the province
    let is_below =
        || after.starts_with(['市', '州', '区', '县', '镇', '乡', '村', '路', '街']) || begins_with_people(after);
    let is_province = suffix > 0 || !after.is_empty() && !is_below();
    is_province.then(|| (short, &after[suffix..]))
}

impl<'a> Parsed<'a> {
    /// Notes a place, under its name of today.
    fn settle(&mut self, found: &Found<'a>) {
        match found.rank {
            Rank::City | Rank::County => {
                let province = self.places[Rank::Province as usize];
                let Some(today) = renamed(found.full, province) else {
                    return self.name(found.full, found.suffix, found.rank);
                };
                if province.is_some() {
                    self.places[Rank::Province as usize] = Some(today.province());
                }
                let ends = SUFFIXES.iter().find(|(suffix, _)| today.name.ends_with(suffix));
                if let Some((suffix, rank)) = ends {
                    let rank = if is_county_city(&today.name) { Rank::County } else { *rank };
                    self.name(&today.name, suffix, rank);
                }
            }
            rank => self.name(found.full, found.suffix, rank),
        }
    }

    fn name(&mut self, full: &'a str, suffix: &str, rank: Rank) {
        let name = full.strip_suffix(suffix).unwrap_or(full);
        let name = if suffix.starts_with("自治") { without_peoples(name) } else { name };
        if rank == Rank::County {
            self.is_district = suffix == "区";
        }
        self.places[rank as usize] = Some(name);
    }
}

/// A suffix, and what makes a longer one of it.
struct Suffix {
    text: &'static str,
    rank: Rank,
    goes_on: Vec<&'static str>,
}

/// Suffixes by their last character, in the order of the list.
static BY_END: LazyLock<HashMap<char, Vec<Suffix>, FixedState>> = LazyLock::new(|| {
    let mut by_end: HashMap<char, Vec<Suffix>, FixedState> = HashMap::default();
    for (text, rank) in SUFFIXES {
        let longer = SUFFIXES.iter().filter_map(|(other, _)| other.strip_prefix(text)).filter(|more| !more.is_empty());
        let suffix = Suffix { text, rank: *rank, goes_on: longer.collect() };
        by_end.entry(text.chars().last().expect("a suffix is not empty")).or_default().push(suffix);
    }
    by_end
});

/// Whether a suffix ends in the character: few do, and most characters need no further look.
fn may_end_a_place(c: char) -> bool {
    matches!(
        c,
        '区' | '省'
            | '州'
            | '盟'
            | '市'
            | '县'
            | '旗'
            | '处'
            | '办'
            | '道'
            | '木'
            | '镇'
            | '乡'
            | '会'
            | '委'
            | '查'
            | '村'
            | '组'
            | '社'
            | '队'
    )
}

/// The next place of a rank below `last`.
fn next_place(text: &str, last: Option<Rank>) -> Option<Found<'_>> {
    for (end, c) in text.char_indices().skip(1).filter(|(_, c)| may_end_a_place(*c)) {
        let upto = &text[..end + c.len_utf8()];
        let after = &text[end + c.len_utf8()..];
        if let Some(name) = upto.strip_suffix('州').filter(|name| PREFECTURES.contains(name))
            && last.is_none_or(|last| Rank::City > last)
            && !after.starts_with('市')
        {
            return Some(Found { full: upto, suffix: &upto[name.len()..], rank: Rank::City, after });
        }
        let mut of_end = BY_END.get(&c).into_iter().flatten();
        let Some(found) = of_end.find(|suffix| upto.ends_with(suffix.text)) else { continue };
        let (suffix, mut rank) = (found.text, found.rank);
        let goes_on = found.goes_on.iter().any(|more| after.starts_with(more));
        // 中关村街道, 王家村乡: the village's name is the town's
        let names_a_town = rank > Rank::Town && ["街道", "镇", "乡"].iter().any(|town| after.starts_with(town));
        if goes_on || names_a_town || upto.len() == suffix.len() || is_within_a_name(upto, rank, after, last) {
            continue;
        }
        if suffix == "市" && (last == Some(Rank::City) || is_county_city(upto)) {
            rank = Rank::County;
        }
        if last.is_none_or(|last| rank > last) {
            return Some(Found { full: upto, suffix, rank, after });
        }
    }
    None
}

/// 辉县市, 津市市, 西盟佤族自治县, 吴旗县; before a county was read also 景德镇市, 榆社县, 芳村区, 西乡塘区, 东乡族自治县: a suffix that belongs to the
/// name of a wider place.
fn is_within_a_name(upto: &str, rank: Rank, after: &str, last: Option<Rank>) -> bool {
    if ["市场", "市政", "市民"].iter().any(|word| after.starts_with(word)) {
        return false;
    }
    let awaits_a_county = last.is_none_or(|last| last < Rank::County);
    match rank {
        Rank::Town | Rank::Village | Rank::Group => {
            let goes_on = names_a_county(upto, after)
                || after.starts_with('族')
                || after.starts_with("塘区")
                || begins_with_people(after);
            awaits_a_county && (goes_on || rank == Rank::Village && after.starts_with('区'))
        }
        Rank::City | Rank::County => {
            let goes_on = match upto.chars().last() {
                Some('盟' | '旗') => after.starts_with('县') || begins_with_people(after),
                last => matches!(last, Some('县' | '市')) && after.starts_with(['市', '区']),
            };
            upto.chars().count() == 2 && goes_on
        }
        Rank::Province => false,
    }
}

/// What belongs to a county or city rather than being one: 会师镇县医院 stands in the town.
const OF_THE_COUNTY: [&str; 17] = [
    "城", "委", "道", "政", "直", "级", "立", "第", "医院", "中", "人民", "公安", "供销", "粮", "幼儿", "机关", "招待",
];

/// 西乡县, 临夏东乡县, 景德镇市: a text that ends like a town or village is the name of a county or city. No town bears one but 景德镇.
fn names_a_county(upto: &str, after: &str) -> bool {
    let Some(rest) = after.strip_prefix(['市', '县']) else { return false };
    let length = upto.chars().count();
    let is_short = if upto.ends_with('镇') { upto.ends_with("景德镇") } else { length <= 4 };
    is_short && (length == 2 || !OF_THE_COUNTY.iter().any(|word| rest.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suffix_ends_a_place() {
        for (suffix, _) in SUFFIXES {
            assert!(suffix.chars().last().is_some_and(may_end_a_place), "{suffix}");
        }
        assert!(may_end_a_place('州'), "临夏州");
    }
}
