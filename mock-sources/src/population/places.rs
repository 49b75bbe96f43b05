//! Where the county's people live, work and learn. Townships are Huining's; addresses, firms and insurers are invented, and so is
//! everything said about a school: the names only sound right.

use crate::chance::Chance;
use crate::truth::Text;

/// GB/T 2260 code of the county.
pub const REGION: &str = "620422";
/// Regions in which people who married in or moved in were first registered.
pub(crate) const OTHER_REGIONS: &[&str] = &["620421", "620423", "620402", "620403", "620102", "640422"];

/// Townships with weights: the county seat is largest.
pub(crate) const TOWNS: &[(&str, u32)] = &[
    ("会师镇", 22),
    ("郭城驿镇", 9),
    ("河畔镇", 8),
    ("头寨子镇", 7),
    ("太平店镇", 6),
    ("甘沟驿镇", 7),
    ("侯家川镇", 5),
    ("柴家门镇", 5),
    ("汉家岔镇", 4),
    ("刘家寨子镇", 4),
    ("白草塬镇", 4),
    ("大沟镇", 4),
    ("四房吴镇", 4),
    ("老君坡镇", 3),
    ("平头川镇", 3),
    ("丁家沟镇", 3),
    ("中川镇", 3),
    ("土门岘镇", 3),
];
const VILLAGES: &[&str] =
    &["南", "新", "上", "下", "张家", "李家", "王家", "刘家", "马家", "红", "双", "石", "高", "沙", "米", "河"];
const VILLAGE_ENDS: &[&str] = &["沟村", "湾村", "川村", "岔村", "坪村", "庄村", "堡村", "塬村"];
const STREETS: &[&str] = &["长征路", "会师路", "文昌路", "东关街", "北关街", "教场路", "祖厉路", "民生路"];

/// Employers within the county, whose social security and employment records the county holds.
pub(crate) const LOCAL_EMPLOYERS: &[&str] = &[
    "会宁县祖厉河水务有限公司",
    "会宁县长征马铃薯淀粉厂",
    "会宁县会师建筑工程有限公司",
    "会宁县东关超市有限公司",
    "会宁县宏达物流有限公司",
    "会宁县第三小学",
    "会宁县中医医院",
    "会宁县亚麻油脂有限公司",
    "会宁县恒通汽车修理厂",
    "会宁县民生物业服务有限公司",
];
/// Employers elsewhere: migrants' jobs that only tax knows.
pub(crate) const DISTANT_EMPLOYERS: &[&str] = &[
    "苏州工业园区精密电子有限公司",
    "东莞市长安五金制品厂",
    "兰州建投劳务有限公司",
    "银川市惠民餐饮管理有限公司",
    "乌鲁木齐市西域建筑劳务有限公司",
    "宁波市北仑港务服务有限公司",
    "西安市高新保安服务有限公司",
    "杭州市余杭快递服务有限公司",
];
/// Public schools by stage code; the last of each row is private.
pub(crate) const SCHOOLS: &[(u8, &[&str])] = &[
    (10, &["会宁县第一幼儿园", "会宁县会师镇中心幼儿园", "会宁县小星星幼儿园"]),
    (20, &["会宁县东关小学", "会宁县郭城驿镇中心小学", "会宁县实验小学（民办）"]),
    (30, &["会宁县枝阳初级中学", "会宁县河畔镇初级中学", "会宁县育才初级中学（民办）"]),
    (40, &["会宁县第一中学", "会宁县第二中学", "会宁县新时代高级中学（民办）"]),
    (41, &["会宁县职业中等专业学校", "白银市职业中等专业学校", "白银市长城技工学校（民办）"]),
    (50, &["白银矿冶职业技术学院", "兰州石化职业技术大学", "兰州外语职业学院（民办）"]),
    (60, &["兰州交通大学", "西北师范大学", "兰州信息科技学院（民办）"]),
    (70, &["兰州大学", "西北农林科技大学", "陕西国际商贸学院（民办）"]),
];
/// Insurers.
pub(crate) const INSURERS: &[&str] = &["中盛人寿保险", "华安祥财产保险", "泰和养老保险", "陇原农业保险"];

/// A rural address in a township.
pub(crate) fn rural_address(chance: &mut Chance, town: &str) -> String {
    let (village, end) = (chance.pick(VILLAGES), chance.pick(VILLAGE_ENDS));
    format!("甘肃省白银市会宁县{town}{village}{end}{}社{}号", chance.between(1, 9), chance.between(1, 180))
}

/// An urban address in a township.
pub(crate) fn urban_address(chance: &mut Chance, town: &str) -> String {
    let street = chance.pick(STREETS);
    let (number, block, unit) = (chance.between(1, 220), chance.between(1, 18), chance.between(1, 4));
    format!(
        "甘肃省白银市会宁县{town}{street}{number}号{block}幢{unit}单元{}{:02}室",
        chance.between(1, 6),
        chance.between(1, 3)
    )
}

/// A school of a stage.
pub(crate) fn school(chance: &mut Chance, stage: u8, public: bool) -> Text {
    let schools = SCHOOLS.iter().find(|(code, _)| *code == stage).map_or(SCHOOLS[1].1, |(_, schools)| schools);
    let name = if public { chance.pick(&schools[..schools.len() - 1]) } else { &schools[schools.len() - 1] };
    Text::Borrowed(name)
}
