//! Characters of like shape, which a hand or a scanner confuses. A short table of what is met in names and registers.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::characters::fold;

/// Each group is a set of characters taken for one another.
const GROUPS: &[&str] = &[
    // few strokes
    "己已巳",
    "未末朱",
    "土士",
    "日曰",
    "干千于",
    "天夭",
    "大太犬",
    "人入八",
    "刀力",
    "午牛",
    "田由甲申",
    "戊戌戍",
    "王玉主壬",
    "目自且",
    "白百",
    "儿几",
    "九丸",
    "广厂",
    "鸟乌",
    "今令",
    "元无",
    "文丈",
    "历厉",
    "万方",
    "尤龙",
    "石右",
    "古吉",
    "仁仕",
    "义叉",
    "毛手",
    "丁了",
    "月用",
    "平乎",
    // one part differs
    "折拆析",
    "侯候",
    "余佘",
    "冼洗",
    "沈沉",
    "治冶",
    "准淮",
    "睛晴情清",
    "梅悔海",
    "杨扬",
    "阵陈",
    "季李",
    "何河",
    "梁粱",
    "谢榭",
    "萧箫",
    "贾贸",
    "魏巍",
    "阎闾",
    "潘藩",
    "夏复",
    "汪江注",
    "任仕",
    "姜美",
    "苑范",
    "姚桃",
    "谭潭",
    "廖寥",
    "邹邻",
    "秦泰奏",
    "史吏",
    "邵郡",
    "孟盂",
    "段叚",
    "汤场",
    "尹伊",
    "桥乔",
    "贺贸",
    "赖懒",
    "庞宠",
    "旋施",
    "陶淘",
    "供洪",
    "翟瞿",
    "俞喻",
    "葛蔼",
    "伟纬炜玮",
    "芬芳",
    "洋详祥",
    "娟捐涓",
    "桂挂佳",
    "铃玲",
    "珍诊",
    "萍苹",
    "红虹江",
    "健建",
    "浩洁皓",
    "莲连",
    "荣荥",
    "凤夙",
    "洁吉",
    "淋琳",
    "菊鞠",
    "香杳",
    "萃翠",
    "春舂",
    "秋秒",
    "贵责",
    "福富",
    "绿禄",
    "昌冒",
    "元兀",
    "亨享",
    "礼札",
    "廉康",
    "俊峻竣骏",
    "宏宠",
    "泽译择",
    "轩斩",
    "涵函",
    "怡冶",
    "淇琪棋",
    "瑶遥谣",
    "彤肜",
    "彬杉林",
    "昊吴旻",
    "昕听欣",
    "淼森焱",
    "茜西",
    "媛援暖",
    "璐潞露",
    "婷停亭",
    "铭名",
    "锋峰蜂",
    "雄雅",
    "颍颖",
    "凌菱陵",
    "晓晚",
    "博傅",
    "晨展",
    "妹姝",
    "娣梯",
    "崔催",
    "彭澎",
    "蔡祭",
    "薇微",
    "宣萱",
    "蓉容",
    "毓敏",
    "巧朽",
    "栋拣",
    "标际",
    "坡波",
    "培陪",
    "增赠",
    "燕蒸",
];

static GROUPS_OF: LazyLock<HashMap<char, Vec<u16>>> = LazyLock::new(|| {
    let mut groups_of: HashMap<char, Vec<u16>> = HashMap::new();
    for (number, group) in (0..).zip(GROUPS) {
        for character in group.chars() {
            groups_of.entry(fold(character)).or_default().push(number);
        }
    }
    groups_of
});

/// Whether two different characters, both folded, are easily taken for one another.
#[must_use]
pub fn look_alike(a: char, b: char) -> bool {
    match (GROUPS_OF.get(&a), GROUPS_OF.get(&b)) {
        (Some(a), Some(b)) => a.iter().any(|group| b.contains(group)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_pairs_are_found_both_ways() {
        for (a, b) in [('己', '已'), ('未', '末'), ('土', '士'), ('田', '由'), ('昊', '旻'), ('颖', '颍')] {
            assert!(look_alike(a, b) && look_alike(b, a), "{a}{b}");
        }
        assert!(!look_alike('张', '王'));
    }
}
