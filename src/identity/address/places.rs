//! Places under their old names: 襄樊市 is 襄阳市, 中甸县 香格里拉市, and 四川省万县 today is in 重庆. Tables made from the divisions of GB/T 2260
//! since 1980 (`renamed.txt`), and the cities of county rank (`county_cities.txt`), which look like prefectures where no wider place is stated.
//!
//! A place that was made a city or a district and kept its name needs no entry: names are compared without their rank.

use std::sync::LazyLock;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

use crate::identity::characters::fold;

/// A place that bears another name today.
#[derive(Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The province it was in, and the one it is in.
    provinces: [Box<str>; 2],
    /// Its name today, with its rank: 襄阳市.
    pub name: Box<str>,
    /// Whether other places bear or bore the old name, so that it counts only where the province is stated.
    needs_province: bool,
}

impl Renamed {
    /// The province it is in today.
    pub fn province(&self) -> &str {
        &self.provinces[1]
    }
}

static RENAMED: LazyLock<HashMap<Box<str>, Vec<Renamed>, FixedState>> = LazyLock::new(|| {
    let mut renamed: HashMap<Box<str>, Vec<Renamed>, FixedState> = HashMap::default();
    for line in lines(include_str!("renamed.txt")) {
        let words: Vec<&str> = line.split(' ').collect();
        let [province, old, today, name, mark @ ..] = words.as_slice() else { continue };
        renamed.entry(folded(old)).or_default().push(Renamed {
            provinces: [folded(province), folded(today)],
            name: folded(name),
            needs_province: !mark.is_empty(),
        });
    }
    renamed
});

static COUNTY_CITIES: LazyLock<HashSet<Box<str>, FixedState>> =
    LazyLock::new(|| lines(include_str!("county_cities.txt")).map(folded).collect());

fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn folded(text: &str) -> Box<str> {
    text.chars().map(fold).collect::<String>().into()
}

/// The place that bore a name (folded, with its rank), in the province stated, which may be today's or that of old.
pub fn renamed(name: &str, province: Option<&str>) -> Option<&'static Renamed> {
    let found = RENAMED.get(name)?;
    match province {
        Some(province) => found.iter().find(|place| place.provinces.iter().any(|p| **p == *province)),
        None => found.first().filter(|place| !place.needs_province),
    }
}

/// Whether a city (folded, with 市) is of county rank.
pub fn is_county_city(name: &str) -> bool {
    COUNTY_CITIES.contains(name)
}

/// Whether counties of the one province were made counties of the other: 重庆 left 四川 in 1997, 海南 广东 in 1988.
pub fn were_one(a: &str, b: &str) -> bool {
    [("四川", "重庆"), ("广东", "海南")].iter().any(|(x, y)| (a, b) == (*x, *y) || (b, a) == (*x, *y))
}

/// The peoples whose names follow that of an autonomous place: 青龙满族自治县 is called 青龙县.
const PEOPLES: &[&str] = &[
    "蒙古族",
    "回族",
    "藏族",
    "维吾尔",
    "苗族",
    "彝族",
    "壮族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克",
    "哈萨克族",
    "傣族",
    "黎族",
    "傈僳族",
    "佤族",
    "畲族",
    "拉祜族",
    "水族",
    "东乡族",
    "纳西族",
    "景颇族",
    "柯尔克孜",
    "土族",
    "达斡尔族",
    "仫佬族",
    "羌族",
    "布朗族",
    "撒拉族",
    "毛南族",
    "仡佬族",
    "锡伯",
    "普米族",
    "塔吉克",
    "怒族",
    "鄂温克族",
    "保安族",
    "裕固族",
    "独龙族",
    "各族",
    "蒙古",
];

/// The name of an autonomous place without the peoples in it; where there is nothing else, the people's (东乡族自治县).
pub fn without_peoples(name: &str) -> &str {
    let mut short = name;
    while let Some(rest) = PEOPLES.iter().find_map(|people| short.strip_suffix(people)).filter(|rest| !rest.is_empty())
    {
        short = rest;
    }
    if PEOPLES.contains(&short) { short.trim_end_matches('族') } else { short }
}

/// Whether the name of an autonomous place goes on: 西盟, then 佤族自治县.
pub fn begins_with_people(text: &str) -> bool {
    PEOPLES.iter().filter(|people| people.ends_with('族')).any(|people| text.starts_with(people))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_followed_to_the_place_of_today() {
        for (old, province, today) in [
            ("襄樊市", Some("湖北"), Some("襄阳市")),
            ("襄樊市", None, Some("襄阳市")),
            ("思茅地区", Some("云南"), Some("普洱市")),
            ("普洱县", Some("云南"), Some("宁洱哈尼族彝族自治县")),
            ("徽州地区", Some("安徽"), Some("黄山市")),
            ("万县", Some("四川"), Some("万州区")),
            ("万县", Some("重庆"), Some("万州区")),
            ("五桥区", None, Some("万州区")),
            ("中甸县", None, Some("香格里拉市")),
            ("崇安县", Some("福建"), Some("武夷山市")),
            ("灌县", None, Some("都江堰市")),
            ("通什市", Some("海南"), Some("五指山市")),
            ("安西县", Some("甘肃"), Some("瓜州县")),
            ("北道区", Some("甘肃"), Some("麦积区")),
            ("沔阳县", None, Some("仙桃市")),
            ("沙洲县", None, Some("张家港市")),
            // another province's, or one of several
            ("襄樊市", Some("湖南"), None),
            ("清河区", None, None),
            ("清河区", Some("江苏"), Some("清江浦区")),
            // of today
            ("会宁县", Some("甘肃"), None),
            ("襄阳市", Some("湖北"), None),
            ("城关区", None, None),
        ] {
            assert_eq!(renamed(old, province).map(|place| &*place.name), today, "{old}");
        }
        assert_eq!(renamed("万县", None).map(Renamed::province), Some("重庆"));
        assert!(is_county_city("灵武市") && is_county_city("敦煌市") && !is_county_city("白银市"));
    }

    #[test]
    fn peoples_are_left_out() {
        for (name, short) in [
            ("青龙满族", "青龙"),
            ("积石山保安族东乡族撒拉族", "积石山"),
            ("临夏回族", "临夏"),
            ("巴音郭楞蒙古", "巴音郭楞"),
            ("东乡族", "东乡"),
            ("会宁", "会宁"),
        ] {
            assert_eq!(without_peoples(name), short);
        }
    }

    #[test]
    fn every_line_is_read() {
        let count: usize = RENAMED.values().map(Vec::len).sum();
        assert_eq!(count, lines(include_str!("renamed.txt")).count());
        assert!(count > 400 && RENAMED.keys().all(|old| old.chars().count() >= 2));
    }
}
