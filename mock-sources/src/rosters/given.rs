//! Given names out of characters by cohort and sex, so that names are neither all alike nor unique; and names written with ·.
//! Surnames and the favourites of each cohort come from `population::names`.

use crate::chance::Chance;
use crate::population::names::{self, RARE};
use crate::truth::Sex;

/// Characters in the order of how common they are: weight falls with the place.
struct Characters {
    first: &'static str,
    last: &'static str,
    /// Permille of names of one character.
    single: u64,
}

const MEN_OLD: Characters = Characters {
    first: "建国德永志文玉世占万福生海廷克有庆兴存振守得进怀登学炳长秉明正天光俊仁义忠孝富贵金银宝树春成继宗绍应维安汉鸿凤龙彦双全新元广顺加东普具尚",
    last: "国福祥强海杰财仓俊勤禄祖云旺义山华才信胜科南寿忠林平辉清生成荣发德贵堂全明元珍玺礼智仁武魁斌贤良善英雄江川河山田有功业昌盛泰安宁和顺奎军",
    single: 90,
};
const WOMEN_OLD: Characters = Characters {
    first: "秀桂玉淑凤翠菊月巧素春金梅彩爱兰腊引改转存香银雪芳桃莲改惠秋冬莉珍琴瑞俊美喜福满润粉贵双仙水云英小",
    last: "英花兰珍香娥玲芳梅霞莲弟过娃女琴萍莉凤云秀清叶桃仙枝蓉娟惠贞芹菊环翠荣转爱巧连月华美容琳慧兄花",
    single: 40,
};
const MEN_MIDDLE: Characters = Characters {
    first: "建志永小海宏立晓彦俊文东维润世振鹏亚红学军伟国少明春卫正向继新玉金爱占旭长庆天成继宝江雄景昌克鸿全星福广泽冬继士耀平安",
    last: "军强伟平新东龙杰升民生兴飞刚兵林峰辉斌鹏涛波勇红明华荣宁忠武海江川虎文亮利山云成义德龙仁科博江雄祥雷超毅胜岩奇栋利昌宝程乾鑫",
    single: 260,
};
const WOMEN_MIDDLE: Characters = Characters {
    first: "小红晓丽海春彩亚雪慧淑巧艳建雅月玉秀爱文永金惠桂彦美凤翠素银秋冬亮俊志国燕莉琳芳娟梅云霞静瑞宏新菊萍小君向兰",
    last: "霞红燕娟虹琴梅玲芳萍云丽英艳静敏娜霞兰琳莉娥香蓉花平珍芬荣莲菊弟妮婷华洁宁瑛蕾青玉霞凤叶彦爱春宁君倩丹慧",
    single: 240,
};
const MEN_YOUNG: Characters = Characters {
    first: "子浩俊宇嘉文泽明家天志思一博晨旭梓昊睿承奕宏彦佳景皓瑞冠煜铭哲靖翰锦启伟辰星云鸿恒凯鑫君柏诚立沐一东正新雨凌振书尚润远逸乐",
    last: "轩豪宇然航熙文鸣乐佑远博杰天阳东昊明涛泽辰浩睿翔鹏磊凯瑞霖龙哲源诚彬林希恒晨峰琪飞佳城毅伟宸涵霆熠骏昕洋铭琛楷越尧朗玮斌鑫岩",
    single: 130,
};
const WOMEN_YOUNG: Characters = Characters {
    first: "梓欣雨佳思可诗语雅子梦晓静一若依嘉怡紫心梦艺婉悦雪芷馨雯琪瑞慧萌昕予沐彤妍露瑶珊琳玥靖倩清念钰安楚灵夏美歌舒冰丹",
    last: "涵怡桐雨欣嫣慧悦静瑶蕾诺曦琪然萱彤婷雪琳妍萌薇瑾颖菲莹洁蓉媛彤茹雯霏玥菡馨嘉娜宁妮凝芮溪瑜艺佳婧丹晴恬莎苒楠越钰",
    single: 110,
};

fn characters(sex: Sex, year: i16) -> &'static Characters {
    match (sex, year) {
        (Sex::Male, ..1965) => &MEN_OLD,
        (Sex::Female, ..1965) => &WOMEN_OLD,
        (Sex::Male, ..1995) => &MEN_MIDDLE,
        (Sex::Female, ..1995) => &WOMEN_MIDDLE,
        (Sex::Male, _) => &MEN_YOUNG,
        (Sex::Female, _) => &WOMEN_YOUNG,
    }
}

/// One character; the n-th weighs 3600 / (n + 12).
fn character(chance: &mut Chance, from: &str) -> char {
    let weight = |place: usize| 3_600 / (place as u64 + 12);
    let total: u64 = (0..from.chars().count()).map(weight).sum();
    let mut left = chance.below(total);
    for (place, found) in from.chars().enumerate() {
        if left < weight(place) {
            return found;
        }
        left -= weight(place);
    }
    from.chars().next().expect("no table of characters is empty")
}

/// A given name of somebody born in `year`; with `shared`, of two characters beginning with it (generation names of siblings).
pub(crate) fn given(chance: &mut Chance, sex: Sex, year: i16, shared: Option<char>) -> String {
    let table = characters(sex, year);
    if let Some(shared) = shared {
        return format!("{shared}{}", character(chance, table.last));
    }
    if chance.permille(12) {
        let (rare, _) = chance.pick(RARE);
        let first = character(chance, table.first);
        return if chance.permille(400) { (*rare).to_owned() } else { format!("{first}{rare}") };
    }
    if chance.permille(120) {
        return names::given(chance, sex, year);
    }
    if chance.permille(table.single) {
        return character(chance, table.last).to_string();
    }
    let (first, last) = (character(chance, table.first), character(chance, table.last));
    format!("{first}{last}")
}

/// The character siblings of one sex share, if the family does so.
pub(crate) fn generation(chance: &mut Chance, sex: Sex, year: i16) -> char {
    character(chance, characters(sex, year).first)
}

/// Any character of a given name of that sex and year.
pub(crate) fn any(chance: &mut Chance, sex: Sex, year: i16) -> char {
    character(chance, characters(sex, year).last)
}

const MEN_WITH_DOT: &[&str] = &[
    "阿卜杜拉",
    "伊斯玛仪",
    "穆罕默德",
    "买买提",
    "优素福",
    "尔萨",
    "艾力",
    "伊力哈木",
    "库尔班",
    "吐尔逊",
    "阿不都热合曼",
    "玉山江",
    "努尔买买提",
    "艾山",
    "哈力克",
    "苏莱曼",
    "依明",
    "热合曼",
    "亚森",
    "木沙",
    "达吾提",
    "阿迪力",
    "艾尼瓦尔",
    "萨迪克",
];
const WOMEN_WITH_DOT: &[&str] = &[
    "法土麦",
    "海彻",
    "阿依夏",
    "古丽",
    "索菲亚",
    "再乃拜",
    "麦尔彦",
    "阿依古丽",
    "帕提古丽",
    "热依汗",
    "古丽娜尔",
    "祖丽菲亚",
    "米日古丽",
    "茹仙古丽",
    "阿米娜",
    "赛乃姆",
    "迪丽热巴",
    "哈丽旦",
];

/// A name written with ·: one's own, the father's, and sometimes a third part.
pub(crate) fn with_dot(chance: &mut Chance, sex: Sex, father: Option<&str>) -> String {
    let own = *chance.pick(if sex == Sex::Male { MEN_WITH_DOT } else { WOMEN_WITH_DOT });
    let father = match father {
        Some(father) => father,
        None => *chance.pick(MEN_WITH_DOT),
    };
    if chance.permille(120) {
        return format!("{own}·{father}·{}", chance.pick(MEN_WITH_DOT));
    }
    format!("{own}·{father}")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn names_are_neither_all_alike_nor_unique() {
        let tables = [&MEN_OLD, &WOMEN_OLD, &MEN_MIDDLE, &WOMEN_MIDDLE, &MEN_YOUNG, &WOMEN_YOUNG];
        let all: BTreeSet<char> = tables.iter().flat_map(|t| t.first.chars().chain(t.last.chars())).collect();
        assert!(all.len() >= 300, "{} characters", all.len());
        let mut chance = Chance::new(1, "given", 0);
        let mut counted: BTreeMap<String, u32> = BTreeMap::new();
        for _ in 0..20_000 {
            let name = format!("{}{}", names::surname(&mut chance), given(&mut chance, Sex::Male, 1980, None));
            *counted.entry(name).or_default() += 1;
        }
        let most = counted.values().max().copied().unwrap_or(0);
        assert!(counted.len() > 10_000 && counted.len() < 19_000, "{} names", counted.len());
        assert!(most > 8 && most < 80, "the commonest name has {most} of 20000");
    }
}
