//! Words that stand where nobody knew: two rows that both say 不详 agree in nothing.

/// In place of a name, as characters that were folded.
const NO_NAME: &[&str] = &[
    "无",
    "不详",
    "不明",
    "不知",
    "未知",
    "暂无",
    "无名",
    "无名氏",
    "佚名",
    "某",
    "某某",
    "某某某",
    "空",
    "空白",
    "待查",
    "待定",
    "待核实",
    "未登记",
    "未填",
    "未填写",
    "未提供",
    "同上",
    "姓名不详",
    "姓名未知",
    "未命名",
    "null",
    "none",
    "nan",
    "unknown",
];

/// In place of an address.
const NO_PLACE: &[&str] = &[
    "不详",
    "不明",
    "不知",
    "未知",
    "暂无",
    "暂缺",
    "空白",
    "待查",
    "待定",
    "待核实",
    "未登记",
    "未填",
    "未填写",
    "未提供",
    "同上",
    "同左",
    "同前",
    "同户籍",
    "同户籍地",
    "同户籍地址",
    "同户口",
    "同户口本",
    "同身份证",
    "同身份证地址",
    "见户口本",
    "本村",
    "本乡",
    "本镇",
    "本县",
    "本市",
    "本地",
    "外地",
    "外省",
    "外市",
    "外县",
    "外出务工",
    "在外务工",
    "在外打工",
    "外出打工",
    "居无定所",
    "无固定住址",
    "无固定住所",
    "无住址",
    "无地址",
];

/// What may stand before such a word.
const LABELS: &[&str] =
    &["家庭住址", "现住址", "住址", "地址", "户籍地址", "户籍地", "户籍", "现居住地", "居住地", "现住"];

/// Whether folded characters stand for no name.
pub fn is_no_name(folded: &[char]) -> bool {
    // no such word is longer
    folded.len() <= 7 && NO_NAME.iter().any(|word| word.chars().eq(folded.iter().copied()))
}

/// Whether a folded text stands for no address.
pub fn is_no_place(text: &str) -> bool {
    let said = LABELS.iter().find_map(|label| text.strip_prefix(label)).unwrap_or(text);
    NO_PLACE.contains(&said) || NO_PLACE.contains(&text)
}

#[cfg(test)]
mod tests {
    use crate::identity::address::{AddressKey, AddressLevel, compare_addresses};
    use crate::identity::characters::fold;
    use crate::identity::name::Name;
    use crate::identity::name::levels::{NameLevel, compare_names};
    use crate::identity::pinyin::Tolerance;

    const TOLERANT: Tolerance = Tolerance { n_ng: true, l_n: true, h_f: true, retroflex: true, keystroke: true };

    #[test]
    fn what_nobody_knew_agrees_with_nothing() {
        for word in super::NO_NAME.iter().chain(&["（不详）", " 不 详 ", "無", "NULL"]) {
            let name = Name::read(word);
            assert_eq!(compare_names(&name, &name, TOLERANT), NameLevel::Missing, "{word}");
        }
        for word in super::NO_PLACE.iter().chain(&["住址不详", "地址：不详", "户籍地址同上", "不詳"]) {
            let address = AddressKey::read(word);
            assert_eq!(compare_addresses(address.as_ref(), address.as_ref()), AddressLevel::Missing, "{word}");
        }
        for name in ["吴名", "吴明", "毛不知", "未明"] {
            assert!(!Name::read(name).is_missing(), "{name}");
        }
        for place in ["本溪市", "外地村", "本村村", "同上乡"] {
            assert!(AddressKey::read(place).is_some(), "{place}");
        }
    }

    #[test]
    fn the_words_are_in_the_form_in_which_they_are_looked_up() {
        for word in super::NO_NAME.iter().chain(super::NO_PLACE) {
            assert!(word.chars().all(|c| fold(c) == c), "{word}");
        }
    }
}
