//! Surnames: the compound ones, and those that are not read as the character usually is.

/// Compound surnames (复姓) in use.
const COMPOUND: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "尉迟", "夏侯", "皇甫", "令狐", "东方", "南宫", "慕容", "司徒", "长孙", "宇文",
    "公孙", "轩辕", "端木", "独孤", "西门", "百里", "呼延", "钟离", "东郭", "南门", "申屠", "太史", "闻人", "澹台",
    "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "仲孙", "万俟", "赫连", "拓跋", "完颜", "耶律", "纳兰", "叶赫",
    "爱新", "第五", "公羊", "谷梁", "乐正", "漆雕", "壤驷", "公良", "左丘", "东里", "梁丘", "鲜于", "闾丘", "司空",
    "司寇", "亓官", "子车", "巫马", "欧侯", "贺兰", "屈突", "哥舒", "鄂温",
];

/// Surnames with a reading of their own. Some families read them the common way, so both count.
const SURNAME_READINGS: &[(char, &str)] = &[
    ('单', "shan"),
    ('仇', "qiu"),
    ('曾', "zeng"),
    ('解', "xie"),
    ('查', "zha"),
    ('盖', "ge"),
    ('区', "ou"),
    ('朴', "piao"),
    ('任', "ren"),
    ('华', "hua"),
    ('覃', "qin"),
    ('缪', "miao"),
    ('乐', "yue"),
    ('万', "wan"),
    ('秘', "bi"),
    ('冼', "xian"),
    ('洗', "xian"),
    ('祭', "zhai"),
    ('翟', "zhai"),
    ('黑', "he"),
    ('员', "yun"),
    ('召', "shao"),
    ('折', "she"),
    ('长', "zhang"),
    ('种', "chong"),
    ('重', "chong"),
    ('幺', "yao"),
    ('隗', "wei"),
    ('谌', "chen"),
    ('郗', "xi"),
    ('繁', "po"),
    ('尉', "wei"),
    ('纪', "ji"),
    ('燕', "yan"),
    ('薄', "bo"),
    ('都', "du"),
    ('适', "kuo"),
    ('番', "pan"),
    ('那', "na"),
    ('宁', "ning"),
    ('会', "gui"),
    ('颉', "xie"),
    ('车', "che"),
    ('费', "fei"),
    ('莘', "shen"),
    ('逄', "pang"),
    ('晁', "chao"),
    ('过', "guo"),
];

/// Compound surnames with a reading of their own.
const COMPOUND_READINGS: &[(&str, [&str; 2])] = &[
    ("尉迟", ["yu", "chi"]),
    ("万俟", ["mo", "qi"]),
    ("单于", ["chan", "yu"]),
    ("长孙", ["zhang", "sun"]),
    ("澹台", ["tan", "tai"]),
    ("亓官", ["qi", "guan"]),
    ("令狐", ["ling", "hu"]),
    ("乐正", ["yue", "zheng"]),
    ("鲜于", ["xian", "yu"]),
    ("子车", ["zi", "ju"]),
    ("宿勤", ["su", "qin"]),
    ("拓跋", ["tuo", "ba"]),
    ("贺兰", ["he", "lan"]),
];

/// Given names' characters that are read in two ways.
const TWO_READINGS: &[(char, &str)] = &[
    ('乐', "yue"),
    ('行', "hang"),
    ('长', "zhang"),
    ('朝', "zhao"),
    ('茜', "qian"),
    ('晟', "cheng"),
    ('娜', "nuo"),
    ('柏', "bo"),
    ('重', "chong"),
    ('盛', "cheng"),
    ('藏', "zang"),
    ('曾', "ceng"),
    ('还', "huan"),
    ('仔', "zai"),
    ('解', "xie"),
    ('调', "tiao"),
    ('华', "hua"),
    ('单', "shan"),
    ('卜', "bu"),
    ('宓', "fu"),
    ('参', "shen"),
    ('传', "zhuan"),
    ('降', "xiang"),
    ('宿', "su"),
    ('都', "du"),
];

/// How many characters of a folded key are the surname: one, or two of a compound surname that leaves a given name.
#[must_use]
pub fn surname_length(key: &[char]) -> usize {
    match key {
        [] => 0,
        [first, second, _, ..] if COMPOUND.iter().any(|s| s.chars().eq([*first, *second])) => 2,
        _ => 1,
    }
}

/// The reading of a surname's `place`-th character, where it differs from the usual.
#[must_use]
pub fn surname_reading(key: &[char], surname_length: usize, place: usize) -> Option<&'static str> {
    let surname = key.get(..surname_length)?;
    match surname {
        [first, second] => COMPOUND_READINGS
            .iter()
            .find(|(text, _)| text.chars().eq([*first, *second]))
            .and_then(|(_, readings)| readings.get(place).copied()),
        [only] if place == 0 => SURNAME_READINGS.iter().find(|(c, _)| c == only).map(|(_, reading)| *reading),
        _ => None,
    }
}

/// A second reading of a character of a given name.
#[must_use]
pub fn second_reading(character: char) -> Option<&'static str> {
    TWO_READINGS.iter().find(|(c, _)| *c == character).map(|(_, reading)| *reading)
}
