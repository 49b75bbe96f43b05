//! Where the people of the rosters live: one county for a small population, more for a large one, so that a township is about as full as
//! in life. County codes are GB/T 2260; the townships of Huining are its own, all others, and all villages and streets, are invented.

use crate::chance::{Chance, mix};
use crate::population::places::TOWNS;

/// Code, city and name of counties; all of Gansu.
const COUNTIES: &[(&str, &str, &str)] = &[
    ("620422", "白银市", "会宁县"),
    ("620421", "白银市", "靖远县"),
    ("621121", "定西市", "通渭县"),
    ("620826", "平凉市", "静宁县"),
    ("621102", "定西市", "安定区"),
    ("620423", "白银市", "景泰县"),
    ("621122", "定西市", "陇西县"),
    ("620825", "平凉市", "庄浪县"),
    ("621124", "定西市", "临洮县"),
    ("620522", "天水市", "秦安县"),
    ("620523", "天水市", "甘谷县"),
    ("621027", "庆阳市", "镇原县"),
    ("621022", "庆阳市", "环县"),
    ("620802", "平凉市", "崆峒区"),
    ("621126", "定西市", "岷县"),
    ("620524", "天水市", "武山县"),
    ("620521", "天水市", "清水县"),
    ("621123", "定西市", "渭源县"),
    ("620821", "平凉市", "泾川县"),
    ("621026", "庆阳市", "宁县"),
    ("621021", "庆阳市", "庆城县"),
    ("621002", "庆阳市", "西峰区"),
    ("620503", "天水市", "麦积区"),
    ("620502", "天水市", "秦州区"),
    ("621125", "定西市", "漳县"),
    ("620822", "平凉市", "灵台县"),
    ("621024", "庆阳市", "合水县"),
    ("620403", "白银市", "平川区"),
];
/// Townships a county has.
const TOWNS_A_COUNTY: u64 = 18;
/// People of the population for whom one county is taken.
const PEOPLE_A_COUNTY: u64 = 60_000;

const TOWN_STEMS: &[&str] = &[
    "城关",
    "河口",
    "高坪",
    "石川",
    "清泉",
    "双岔",
    "榆林",
    "马营",
    "新寺",
    "黄湾",
    "寺子",
    "李店",
    "平峰",
    "鸡川",
    "义岗",
    "陇阳",
    "碧玉",
    "常河",
    "北城",
    "三合",
    "第三铺",
    "华岭",
    "什川",
    "榜罗",
    "文树",
    "乌兰",
    "东湾",
    "北滩",
    "大芦",
    "永新",
    "五合",
    "高湾",
    "兴隆",
    "糜滩",
    "刘川",
    "若笠",
    "雷大",
    "威戎",
    "仁大",
    "治平",
    "原安",
    "甘沟",
    "四河",
    "红寺",
    "深沟",
    "余湾",
    "细巷",
    "古城",
    "曹务",
    "司桥",
];
const TOWN_ENDS: &[&str] = &["镇", "乡", "镇"];
const VILLAGES: &[&str] = &[
    "南", "新", "上", "下", "张家", "李家", "王家", "刘家", "马家", "红", "双", "石", "高", "沙", "米", "河", "赵家",
    "杨家", "陈家", "大", "小", "东", "西", "柳树", "杏树", "老庄", "黑", "白",
];
const VILLAGE_ENDS: &[&str] = &["沟村", "湾村", "川村", "岔村", "坪村", "庄村", "堡村", "塬村", "咀村", "窑村"];
const VILLAGES_A_TOWN: u64 = 16;
const STREETS: &[&str] = &[
    "长征路",
    "文昌路",
    "东关街",
    "北关街",
    "教场路",
    "祖厉路",
    "民生路",
    "建设路",
    "人民路",
    "西大街",
    "和平路",
    "新城大道",
];

/// How many counties a population of that size lives in.
pub(crate) fn counties(people: u64) -> u64 {
    (people / PEOPLE_A_COUNTY).clamp(1, COUNTIES.len() as u64)
}

/// GB/T 2260 code of a county.
pub(crate) fn region(county: u8) -> &'static str {
    COUNTIES[usize::from(county) % COUNTIES.len()].0
}

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) county: u8,
    pub(crate) town: u8,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Village { village: u8, group: u8, house: u8 },
    Flat { street: u8, number: u8, block: u8, unit: u8, room: u16 },
}

fn small(chance: &mut Chance, low: i64, high: i64) -> u8 {
    u8::try_from(chance.between(low, high)).expect("bounds of addresses fit a byte")
}

impl Home {
    /// A home in one of the first `counties` counties; the seat of a county is largest.
    pub(crate) fn somewhere(chance: &mut Chance, counties: u64) -> Self {
        let county = u8::try_from(chance.below(counties)).expect("there are fewer than 256 counties");
        let town = if chance.permille(180) { 0 } else { small(chance, 0, TOWNS_A_COUNTY as i64 - 1) };
        Self::within(chance, county, town)
    }

    /// A home in a given township.
    pub(crate) fn within(chance: &mut Chance, county: u8, town: u8) -> Self {
        let urban = if town == 0 { 750 } else { 120 };
        let place = if chance.permille(urban) {
            let room = u16::from(small(chance, 1, 18)) * 100 + u16::from(small(chance, 1, 4));
            let (number, block, unit) = (small(chance, 1, 220), small(chance, 1, 18), small(chance, 1, 4));
            Place::Flat { street: small(chance, 0, STREETS.len() as i64 - 1), number, block, unit, room }
        } else {
            let village = small(chance, 0, VILLAGES_A_TOWN as i64 - 1);
            Place::Village { village, group: small(chance, 1, 9), house: small(chance, 1, 180) }
        };
        Self { county, town, place }
    }

    /// A home nearby: another house of the village, another flat of the township.
    pub(crate) fn nearby(self, chance: &mut Chance) -> Self {
        let Place::Village { village, group, .. } = self.place else {
            return Self::within(chance, self.county, self.town);
        };
        Self { place: Place::Village { village, group, house: small(chance, 1, 180) }, ..self }
    }

    fn town_name(self) -> String {
        if self.county == 0 {
            return TOWNS[usize::from(self.town) % TOWNS.len()].0.to_owned();
        }
        let at = usize::from(self.county) * 7 + usize::from(self.town) * if self.town == 0 { 0 } else { 1 };
        let stem = if self.town == 0 { TOWN_STEMS[0] } else { TOWN_STEMS[1 + at % (TOWN_STEMS.len() - 1)] };
        format!("{stem}{}", TOWN_ENDS[(usize::from(self.county) + usize::from(self.town)) % TOWN_ENDS.len()])
    }

    /// What comes after the township: village, group and house, or street and flat.
    pub(crate) fn rest(self) -> String {
        match self.place {
            Place::Village { village, group, house } => {
                format!("{}{group}社{house}号", self.village(village))
            }
            Place::Flat { street, number, block, unit, room } => {
                format!("{}{number}号{block}幢{unit}单元{room}室", STREETS[usize::from(street)])
            }
        }
    }

    /// Villages of a township are spread over all names by its own number.
    fn village(self, village: u8) -> String {
        let town = u64::from(self.county) * 64 + u64::from(self.town);
        let all = (VILLAGES.len() * VILLAGE_ENDS.len()) as u64;
        let at = usize::try_from((mix(town) % all + u64::from(village) * 17) % all).expect("an index of a table");
        format!("{}{}", VILLAGES[at % VILLAGES.len()], VILLAGE_ENDS[at / VILLAGES.len()])
    }

    /// The address in full.
    pub(crate) fn full(self) -> String {
        let (_, city, county) = COUNTIES[usize::from(self.county)];
        format!("甘肃省{city}{county}{}{}", self.town_name(), self.rest())
    }

    /// The address from the county (or the township) on.
    pub(crate) fn short(self, county_too: bool) -> String {
        let (_, _, county) = COUNTIES[usize::from(self.county)];
        format!("{}{}{}", if county_too { county } else { "" }, self.town_name(), self.rest())
    }

    /// Village and group, or street and number: what a village roster writes.
    pub(crate) fn village_only(self) -> String {
        match self.place {
            Place::Village { village, group, .. } => format!("{}{group}社", self.village(village)),
            Place::Flat { street, number, .. } => format!("{}{number}号", STREETS[usize::from(street)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn townships_of_a_county_and_villages_of_a_township_differ() {
        for county in 0..u8::try_from(COUNTIES.len()).unwrap() {
            let home = |town| Home { county, town, place: Place::Village { village: 0, group: 1, house: 1 } };
            let towns: BTreeSet<String> = (0..18).map(|town| home(town).town_name()).collect();
            assert_eq!(towns.len(), 18);
            let villages: BTreeSet<String> = (0..16).map(|village| home(3).village(village)).collect();
            assert_eq!(villages.len(), 16);
        }
        assert_eq!((counties(14_000), counties(140_000), counties(1_400_000)), (1, 2, 23));
    }
}
