//! Names as rosters write them. Pure but for the stream of chance handed in.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::given;
use super::rates::{Kind, Rates, Side};
use crate::chance::Chance;
use crate::population::names::{RARE, surname_of};
use crate::truth::Sex;

/// Simplified and traditional forms, and surnames with two spellings.
const VARIANTS: &str = "肖萧付傅闫阎刘劉张張陈陳杨楊赵趙马馬国國兰蘭凤鳳华華戴代邱丘贾賈吴吳黄黃郑鄭谢謝许許邓鄧韩韓冯馮罗羅苏蘇吕呂卢盧\
    钟鐘谭譚陆陸范範邹鄒龙龍贺賀顾顧龚龔万萬钱錢严嚴孙孫叶葉宋寀贵貴财財军軍东東红紅丽麗莲蓮爱愛云雲荣榮庆慶义義刚剛杰傑伟偉强強\
    鹏鵬飞飛萍蘋静靜娟娟学學业業宝寶银銀长長寿壽礼禮贤賢维維继繼宪憲创創启啟泽澤轩軒浩皓诗詩语語梦夢莹瑩颖穎瑶瑤灵靈远遠乐樂";
/// Characters read alike; each row is one reading.
const HOMOPHONES: &[&str] = &[
    "伟玮炜维威",
    "志智治至",
    "晓小筱",
    "英瑛樱",
    "玲铃灵凌",
    "梅美媚",
    "军君俊均",
    "秀绣",
    "琴芹勤",
    "平萍苹",
    "霞侠",
    "辉晖慧惠",
    "佳嘉家",
    "怡宜仪",
    "明铭鸣",
    "红宏洪鸿虹",
    "建健剑",
    "强墙",
    "华花",
    "文雯",
    "燕艳雁彦",
    "丽莉力立利",
    "海亥",
    "永勇咏",
    "世士仕",
    "福富复",
    "国果",
    "生升声胜",
    "龙隆",
    "荣蓉容",
    "云芸耘",
    "飞菲霏",
    "涛滔",
    "杰洁捷",
    "欣新鑫心",
    "雨宇羽玉",
    "子梓紫",
    "涵含晗",
    "轩萱宣",
    "浩昊皓",
    "琪其奇",
    "静靖敬",
    "芳方",
    "珍真贞",
    "淑书",
    "兰岚",
    "凤奉",
    "桂贵",
    "春椿",
    "义艺毅",
    "清青卿",
    "峰锋枫",
    "东冬",
    "林琳霖",
    "斌彬宾",
    "张章",
    "徐许",
    "于余俞",
    "陆路",
    "程成",
    "何贺",
    "江姜",
    "魏卫",
];
/// Characters that look alike, in pairs.
const LOOK_ALIKES: &str = "己已巍魏斌赋娟娴田由王玉未末士土晴睛明朋祥详福幅玲玪伟纬芳芬洁沽梅海兰三永水林材天夫子于云去春舂莲连杰木宇字浩洁佳住\
    英莫英央秀季生主建健丽雨雪雷红江志忘军车刚钢东乐文丈学字成戌琴瑟凤风霞露艳绝飞气龙尤平半光先宝玉金全";
const SEPARATORS: &[&str] = &["•", "・", "．", ".", " ", "", "-"];

/// The name as written, of somebody of that sex and year; adds what was done.
pub(crate) fn name(
    chance: &mut Chance,
    (rates, side): (&Rates, Side),
    truth: &str,
    (sex, year): (Sex, i16),
    former: impl FnOnce() -> String,
    done: &mut Vec<Kind>,
) -> String {
    let dotted = truth.contains('·');
    let rare = RARE.iter().find(|(rare, _)| truth.contains(rare));
    let variant = possible(&VARIANTS_OF, truth);
    let look_alike = possible(&LOOK_ALIKES_OF, truth);
    let homophone = possible(&HOMOPHONES_OF, truth);
    let long = truth.chars().count() > 2;
    let damage = rates.draw(
        chance,
        side,
        &[
            (Kind::NameFormer, !dotted),
            (Kind::NameDropped, long && !dotted),
            (Kind::NameOther, !dotted),
            (Kind::NameRare, rare.is_some()),
            (Kind::NameSeparator, dotted),
            (Kind::NameCut, dotted),
            (Kind::NameVariant, !variant.is_empty()),
            (Kind::NameHomophone, !homophone.is_empty()),
            (Kind::NameLookAlike, !look_alike.is_empty()),
        ],
    );
    done.extend(damage);
    let mut written = match damage {
        Some(Kind::NameFormer) => former(),
        Some(Kind::NameDropped) => {
            let gone = 1 + chance.index(truth.chars().count() - 1);
            truth.chars().enumerate().filter(|(at, _)| *at != gone).map(|(_, c)| c).collect()
        }
        Some(Kind::NameOther) => {
            let at = truth.chars().count() - 1;
            let other = given::any(chance, sex, year);
            truth.chars().enumerate().map(|(place, c)| if place == at { other } else { c }).collect()
        }
        Some(Kind::NameRare) => {
            let (rare, pinyin) = rare.copied().unwrap_or(("", ""));
            let lost = ["?", "□", "\u{e1a5}", pinyin];
            truth.replace(rare, lost[chance.index(lost.len())])
        }
        Some(Kind::NameSeparator) => truth.replace('·', &chance.word(SEPARATORS)),
        Some(Kind::NameCut) => truth.split('·').next().unwrap_or(truth).to_owned(),
        Some(Kind::NameVariant) => exchanged(chance, truth, &variant),
        Some(Kind::NameHomophone) => exchanged(chance, truth, &homophone),
        Some(Kind::NameLookAlike) => exchanged(chance, truth, &look_alike),
        _ => truth.to_owned(),
    };
    let blank = !dotted && written.chars().count() > 1;
    if rates.draw(chance, side, &[(Kind::NameBlank, blank)]).is_some() {
        done.push(Kind::NameBlank);
        let second = written.char_indices().nth(1).map_or(written.len(), |(at, _)| at);
        let blanks = [" ", "\u{3000}", "  "];
        written.insert_str(second, blanks[chance.index(blanks.len())]);
    }
    written
}

/// The former name: the same surname with another given name.
pub(crate) fn former(chance: &mut Chance, truth: &str, sex: Sex, year: i16) -> String {
    format!("{}{}", surname_of(truth), given::given(chance, sex, year, None))
}

/// What may stand for a character.
type Exchanges = HashMap<char, Vec<char>>;

static VARIANTS_OF: LazyLock<Exchanges> = LazyLock::new(|| paired(VARIANTS, false));
static LOOK_ALIKES_OF: LazyLock<Exchanges> = LazyLock::new(|| paired(LOOK_ALIKES, true));
static HOMOPHONES_OF: LazyLock<Exchanges> = LazyLock::new(|| {
    let mut all = Exchanges::new();
    for row in HOMOPHONES {
        for from in row.chars() {
            all.entry(from).or_default().extend(row.chars().filter(|to| *to != from));
        }
    }
    all
});

/// The exchanges of a table of pairs: from the first of a pair to the second, or both ways.
fn paired(pairs: &str, both_ways: bool) -> Exchanges {
    let characters: Vec<char> = pairs.chars().collect();
    let mut all = Exchanges::new();
    for pair in characters.chunks_exact(2).filter(|pair| pair[0] != pair[1]) {
        all.entry(pair[0]).or_default().push(pair[1]);
        if both_ways {
            all.entry(pair[1]).or_default().push(pair[0]);
        }
    }
    all
}

/// The exchanges possible in a name, in the order of its characters.
fn possible(exchanges: &Exchanges, name: &str) -> Vec<(char, char)> {
    let found = name.chars().filter_map(|from| Some((from, exchanges.get(&from)?)));
    found.flat_map(|(from, others)| others.iter().map(move |to| (from, *to))).collect()
}

fn exchanged(chance: &mut Chance, name: &str, exchanges: &[(char, char)]) -> String {
    let (from, to) = *chance.pick(exchanges);
    name.replacen(from, &to.to_string(), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exchanges_are_those_of_the_tables() {
        assert_eq!(possible(&VARIANTS_OF, "肖国强"), [('肖', '萧'), ('国', '國'), ('强', '強')]);
        assert!(possible(&LOOK_ALIKES_OF, "王已").contains(&('已', '己')));
        assert!(possible(&HOMOPHONES_OF, "张晓").contains(&('晓', '小')));
        assert_eq!(VARIANTS.chars().count() % 2, 0);
        assert_eq!(LOOK_ALIKES.chars().count() % 2, 0);
    }

    #[test]
    fn a_former_name_keeps_the_surname() {
        assert!(former(&mut Chance::new(1, "f", 0), "欧阳建国", Sex::Male, 1960).starts_with("欧阳"));
    }
}
