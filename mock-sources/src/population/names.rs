//! Names: surnames by their shares of 2010, given names by cohort and sex, and the names that break software.

use crate::chance::Chance;
use crate::truth::Sex;

/// Surnames, weight in hundredths of a per cent. The first twenty are the published shares of 2010; the tail is shaped.
const SURNAMES: &[(&str, u32)] = &[
    ("王", 710),
    ("李", 696),
    ("张", 642),
    ("刘", 516),
    ("陈", 426),
    ("杨", 297),
    ("黄", 216),
    ("赵", 203),
    ("周", 188),
    ("吴", 178),
    ("徐", 143),
    ("孙", 139),
    ("马", 134),
    ("胡", 116),
    ("朱", 114),
    ("郭", 109),
    ("何", 105),
    ("罗", 100),
    ("高", 97),
    ("林", 96),
    ("郑", 90),
    ("梁", 84),
    ("谢", 78),
    ("宋", 76),
    ("唐", 74),
    ("许", 72),
    ("邓", 68),
    ("韩", 66),
    ("冯", 64),
    ("曹", 62),
    ("彭", 58),
    ("曾", 56),
    ("肖", 55),
    ("田", 53),
    ("董", 52),
    ("潘", 48),
    ("袁", 46),
    ("蔡", 45),
    ("蒋", 44),
    ("余", 42),
    ("于", 41),
    ("杜", 40),
    ("叶", 38),
    ("程", 37),
    ("魏", 36),
    ("苏", 35),
    ("吕", 34),
    ("丁", 33),
    ("任", 32),
    ("卢", 30),
    ("姚", 29),
    ("沈", 28),
    ("钟", 27),
    ("姜", 26),
    ("崔", 25),
    ("谭", 24),
    ("陆", 23),
    ("范", 23),
    ("汪", 22),
    ("廖", 21),
    ("石", 20),
    ("金", 20),
    ("韦", 19),
    ("贾", 19),
    ("夏", 18),
    ("付", 18),
    ("方", 17),
    ("邹", 17),
    ("熊", 16),
    ("白", 16),
    ("孟", 15),
    ("秦", 15),
    ("邱", 14),
    ("侯", 14),
    ("江", 14),
    ("尹", 13),
    ("薛", 13),
    ("闫", 13),
    ("段", 12),
    ("雷", 12),
    ("龙", 12),
    ("黎", 11),
    ("史", 11),
    ("陶", 11),
    ("贺", 10),
    ("毛", 10),
    ("郝", 10),
    ("顾", 10),
    ("龚", 9),
    ("邵", 9),
    ("万", 9),
    ("覃", 8),
    ("武", 8),
    ("钱", 8),
    ("戴", 8),
    ("严", 7),
    ("莫", 7),
    ("孔", 7),
    ("向", 7),
    ("常", 7),
    ("单", 9),
    ("解", 9),
    ("仇", 5),
    ("查", 5),
    ("欧阳", 8),
    ("尉迟", 3),
    ("单于", 2),
    ("司马", 2),
    ("上官", 2),
    ("令狐", 2),
];

/// Surnames of the long tail; together they take what the table above leaves of a whole.
const TAIL: &[&str] = &[
    "葛", "施", "洪", "赖", "文", "翟", "樊", "兰", "殷", "牛", "章", "鲁", "耿", "关", "安", "庞", "焦", "左", "柳",
    "祝", "包", "宁", "尚", "符", "舒", "阮", "柯", "纪", "梅", "童", "凌", "毕", "霍", "涂", "成", "苗", "谷", "曲",
    "冉", "骆", "路", "游", "辛", "靳", "管", "柴", "蒙", "鲍", "华", "喻", "祁", "蒲", "房", "滕", "屈", "饶", "牟",
    "艾", "尤", "阳", "时", "穆", "司", "卓", "古", "吉", "缪", "简", "车", "项", "连", "芦", "麦", "褚", "娄", "窦",
    "戚", "岑", "景", "党",
];
/// Hundredths of a per cent in a whole.
const WHOLE: u64 = 10_000;

const MEN_OLD: &[&str] = &[
    "建国", "国强", "德福", "万祥", "志强", "永福", "占海", "世杰", "生财", "满仓", "福海", "廷俊", "克勤", "有禄",
    "耀祖", "庆云", "兴旺", "存义", "玉山", "振华", "文才", "守信", "得胜", "进财", "怀义", "登科", "学义", "炳南",
    "长寿", "秉忠",
];
const WOMEN_OLD: &[&str] = &[
    "秀英", "桂花", "玉兰", "秀兰", "桂英", "玉珍", "凤英", "兰英", "翠花", "菊香", "淑珍", "月娥", "巧玲", "桂芳",
    "秀梅", "玉梅", "彩霞", "金莲", "素芳", "春兰", "梅英", "引弟", "改过", "转娃", "香香", "存女", "凤莲", "桂兰",
    "腊梅", "爱英",
];
const MEN_MIDDLE: &[&str] = &[
    "伟", "军", "强", "勇", "磊", "涛", "斌", "鹏", "建军", "志军", "永强", "小平", "海军", "宏伟", "立新", "晓东",
    "彦龙", "俊杰", "文军", "东升", "维民", "润生", "世平", "小军", "振兴", "鹏飞", "永刚", "亚军", "红兵", "学军",
];
const WOMEN_MIDDLE: &[&str] = &[
    "芳", "娜", "敏", "静", "丽", "艳", "娟", "霞", "红霞", "小红", "晓燕", "丽娟", "海燕", "春霞", "彩虹", "亚琴",
    "雪梅", "小玲", "慧芳", "亚萍", "淑霞", "晓霞", "巧云", "艳霞", "小霞", "红梅", "建琴", "丽萍", "雅琴", "月琴",
];
const MEN_YOUNG: &[&str] = &[
    "浩", "宇", "杰", "鑫", "浩然", "子轩", "宇航", "俊熙", "梓豪", "博文", "嘉豪", "一鸣", "浩宇", "家乐", "天佑",
    "志远", "明轩", "子豪", "文博", "宇轩", "泽宇", "俊豪", "思远", "睿", "昊天", "嘉明", "晨阳", "旭东", "凯", "文昊",
];
const WOMEN_YOUNG: &[&str] = &[
    "婷", "雪", "欣怡", "梓涵", "雨桐", "佳怡", "思雨", "可欣", "诗涵", "语嫣", "佳慧", "欣悦", "雅静", "子涵", "雨欣",
    "梦瑶", "晓蕾", "静怡", "一诺", "若曦", "依诺", "佳琪", "思琪", "萌", "悦", "嘉怡", "雨涵", "怡然", "紫萱", "晓彤",
];
/// Characters combined into less common names.
const FIRST: &[&str] = &[
    "永", "文", "志", "建", "世", "海", "玉", "明", "晓", "国", "学", "彦", "克", "振", "维", "润", "雅", "淑", "春",
    "秀",
];
const SECOND_MEN: &[&str] = &[
    "林", "平", "辉", "峰", "刚", "生", "龙", "成", "荣", "光", "财", "山", "忠", "义", "锋", "己", "巍", "清", "根",
    "正",
];
const SECOND_WOMEN: &[&str] = &[
    "英", "兰", "琴", "芳", "霞", "梅", "萍", "玲", "红", "娟", "花", "莲", "蓉", "香", "云", "凤", "青", "莉", "珍",
    "楠",
];
/// Characters that older encodings, or older input methods, lack.
pub(crate) const RARE: &[(&str, &str)] = &[
    ("𬭎", "HONG"),
    ("㛃", "JIE"),
    ("喆", "ZHE"),
    ("堃", "KUN"),
    ("䶮", "YAN"),
    ("𬱖", "DI"),
    ("垚", "YAO"),
    ("昇", "SHENG"),
];
const MINORITY_MEN: &[&str] =
    &["阿卜杜拉·马", "伊斯玛仪·马", "穆罕默德·丁", "买买提·阿不都拉", "优素福·哈", "马·尔萨", "尔里·海"];
const MINORITY_WOMEN: &[&str] =
    &["法土麦·马", "海彻·丁", "阿依夏·马", "古丽·买买提", "马·索菲亚", "再乃拜·哈", "麦尔彦·海"];

/// A surname.
pub(crate) fn surname(chance: &mut Chance) -> &'static str {
    let listed: u64 = SURNAMES.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let surname: &&'static str =
        if chance.below(WHOLE) < listed { chance.weighted(SURNAMES) } else { chance.pick(TAIL) };
    surname
}

/// The surname a name begins with (nothing for names written with ·).
pub(crate) fn surname_of(name: &str) -> &str {
    if name.contains('·') {
        return "";
    }
    let known = SURNAMES
        .iter()
        .map(|(surname, _)| *surname)
        .chain(TAIL.iter().copied())
        .filter(|surname| name.starts_with(surname));
    known.max_by_key(|surname| surname.len()).unwrap_or("")
}

/// A given name for somebody born in `year`.
pub(crate) fn given(chance: &mut Chance, sex: Sex, year: i16) -> String {
    let (men, women) = match year {
        ..1965 => (MEN_OLD, WOMEN_OLD),
        1965..1995 => (MEN_MIDDLE, WOMEN_MIDDLE),
        _ => (MEN_YOUNG, WOMEN_YOUNG),
    };
    let (cohort, second) = if sex == Sex::Male { (men, SECOND_MEN) } else { (women, SECOND_WOMEN) };
    if chance.permille(12) {
        let (rare, _) = chance.pick(RARE);
        return if chance.permille(500) { (*rare).to_owned() } else { format!("{}{rare}", chance.pick(FIRST)) };
    }
    if chance.permille(450) {
        return format!("{}{}", chance.pick(FIRST), chance.pick(second));
    }
    (*chance.pick(cohort)).to_owned()
}

/// A name written with ·.
pub(crate) fn with_separator(chance: &mut Chance, sex: Sex) -> String {
    (*chance.pick(if sex == Sex::Male { MINORITY_MEN } else { MINORITY_WOMEN })).to_owned()
}

/// A name that differs from `father` in its last character: father and son in one book.
pub(crate) fn alike(chance: &mut Chance, father: &str) -> String {
    let kept: String = father.chars().take(father.chars().count().saturating_sub(1)).collect();
    let last = father.chars().last();
    let choices: Vec<&&str> = SECOND_MEN.iter().filter(|second| second.chars().next() != last).collect();
    format!("{kept}{}", chance.pick(&choices))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compound_surnames_are_found_whole() {
        assert_eq!(surname_of("欧阳建国"), "欧阳");
        assert_eq!(surname_of("单于志强"), "单于");
        assert_eq!(surname_of("单志强"), "单");
        assert_eq!(surname_of("阿卜杜拉·马"), "");
    }

    #[test]
    fn the_commonest_surnames_have_their_published_weights() {
        let weight = |name: &str| SURNAMES.iter().find(|(surname, _)| *surname == name).map(|(_, weight)| *weight);
        assert_eq!((weight("王"), weight("李"), weight("林")), (Some(710), Some(696), Some(96)));
    }
}
