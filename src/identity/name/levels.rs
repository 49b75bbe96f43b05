//! How two names compare: an ordered list of levels, decided from the strongest down. Symmetric.

use super::aligned::{Alignment, align, align_nearly, letters_nearly_agree};
use super::{BLANK, Name};
use crate::identity::characters::is_han;
use crate::identity::levels::levels;
use crate::identity::look_alike::look_alike;
use crate::identity::pinyin::{Sound, Tolerance};

levels! {
    /// How two names compare.
    NameLevel of "name" {
        /// Written alike.
        Exact = "exact", "姓名一致", "the name agrees";
        /// The same but for width, spaces, and the form or absence of ·
        Equivalent = "equivalent", "姓名一致（仅全半角、空格或间隔号不同）", "the name agrees but for width, spaces or the · sign";
        /// Traditional or variant characters: 萧 and 肖.
        Variant = "variant", "姓名为繁体或异体字写法", "the name is written with traditional or variant characters";
        /// Agrees with a former name (曾用名).
        Former = "former", "与曾用名一致", "agrees with a former name";
        /// A character that could not be written: ?, □, pinyin.
        RareCharacter = "rare_character", "生僻字以符号或拼音代替，其余一致", "a rare character is replaced by a sign or by pinyin, the rest agrees";
        /// Other characters, read alike.
        Homophone = "homophone", "姓名同音不同字", "the name sounds the same in other characters";
        /// A character of like shape, or of the same code in Wubi.
        LookAlike = "look_alike", "姓名有形近字", "a character of the name has a look-alike";
        /// Nearly the same sound, or one slip of the finger in its letters.
        NearSound = "near_sound", "姓名读音相近", "the name sounds nearly the same";
        /// A minority name cut short, or its parts given alone.
        Shortened = "shortened", "姓名为少数民族姓名的简写", "a minority name is shortened";
        /// One character is missing or added: somebody left it out, relatives' names do not differ that way.
        CharacterMissing = "character_missing", "姓名缺一字或多一字", "one character of the name is missing or added";
        /// One character differs, or two are swapped.
        OneCharacter = "one_character", "姓名有一字不同", "one character of the name differs";
        /// The surname agrees and the given name does not: a relative, or a name that was changed.
        SameSurname = "same_surname", "姓相同，名不同", "the surname agrees, the given name differs";
        /// Another name.
        Different = "different", "姓名不同", "the name differs";
        /// Not stated on one side.
        Missing = "missing", "缺姓名", "name not stated";
    }
}

impl NameLevel {
    /// The same name, however written.
    #[must_use]
    pub fn is_same(self) -> bool {
        matches!(self, Self::Exact | Self::Equivalent | Self::Variant)
    }

    /// The same person's name misheard, misread, or written with what the keyboard had.
    #[must_use]
    pub fn is_near(self) -> bool {
        self.is_same()
            || matches!(self, Self::Former | Self::RareCharacter | Self::Homophone | Self::LookAlike)
            || matches!(self, Self::NearSound | Self::Shortened)
    }
}

/// Compares two names; a former name that stands beside one of them may explain a difference.
#[must_use]
pub fn compare_names(a: &Name, b: &Name, tolerance: Tolerance) -> NameLevel {
    let level = compare_today(a, b, tolerance);
    if level <= NameLevel::Former || level == NameLevel::Missing || a.former.is_none() && b.former.is_none() {
        return level;
    }
    let mut names = borne(a).flat_map(|one| borne(b).map(move |other| (one, other)));
    let agree = names.any(|(one, other)| compare_today(one, other, tolerance).is_same());
    if agree { NameLevel::Former } else { level }
}

/// A name, and the former one that stands beside it.
fn borne(name: &Name) -> impl Iterator<Item = &Name> {
    std::iter::once(name).chain(name.former.as_deref())
}

/// Compares two names as they stand.
fn compare_today(a: &Name, b: &Name, tolerance: Tolerance) -> NameLevel {
    if a.is_missing() || b.is_missing() {
        return NameLevel::Missing;
    }
    let has_blank = a.has_blank || b.has_blank;
    if a.key == b.key {
        return match (has_blank, a.written == b.written) {
            (true, _) => NameLevel::RareCharacter, // blanks in the same places
            (false, true) => NameLevel::Exact,
            (false, false) => NameLevel::Equivalent,
        };
    }
    if !has_blank && a.folded == b.folded {
        return NameLevel::Variant;
    }
    if a.has_stand_in() || b.has_stand_in() {
        if let Some(level) = with_stand_ins(a, b) {
            return level;
        }
        if (a.has_latin || b.has_latin) && letters_are_near(a, b, tolerance) {
            return NameLevel::NearSound;
        }
    }
    let same_length = a.folded.len() == b.folded.len();
    if same_length && let Some(level) = character_by_character(a, b, tolerance) {
        return level;
    }
    if is_shortened(a, b) || is_shortened(b, a) {
        return NameLevel::Shortened;
    }
    if has_one_character_more(&a.folded, &b.folded) {
        NameLevel::CharacterMissing
    } else if is_one_character_off(&a.folded, &b.folded) {
        NameLevel::OneCharacter
    } else if shares_a_surname(a, b) {
        NameLevel::SameSurname
    } else {
        NameLevel::Different
    }
}

/// Names in which ?, □ or pinyin stands for characters; or that are pinyin altogether.
fn with_stand_ins(a: &Name, b: &Name) -> Option<NameLevel> {
    for (a, b) in [(a, b), (b, a)] {
        if let Some(turned) = &a.turned {
            let silent = vec![[Sound::SILENT; 2]; turned.len()];
            if align((turned, &silent), (&b.folded, &b.sounds)).is_some() {
                return Some(NameLevel::Homophone);
            }
        }
    }
    let Alignment { agreeing } = align((&a.folded, &a.sounds), (&b.folded, &b.sounds))?;
    let all_latin = |n: &Name| n.folded.iter().all(char::is_ascii_lowercase);
    if agreeing > 0 {
        Some(NameLevel::RareCharacter)
    } else if (all_latin(a) || all_latin(b)) && !a.has_blank && !b.has_blank {
        Some(NameLevel::Homophone)
    } else {
        None
    }
}

/// Names in letters, or with some, of which one syllable was heard or typed a little wrong.
fn letters_are_near(a: &Name, b: &Name, tolerance: Tolerance) -> bool {
    let all_latin = |n: &Name| n.folded.iter().all(char::is_ascii_lowercase);
    if a.has_latin && b.has_latin {
        let turned = |n: &Name, other: &Name| {
            n.turned.as_ref().is_some_and(|turned| letters_nearly_agree(turned, &other.folded, tolerance))
        };
        return letters_nearly_agree(&a.folded, &b.folded, tolerance) || turned(a, b) || turned(b, a);
    }
    for (a, b) in [(a, b), (b, a)] {
        if let Some(turned) = &a.turned {
            let silent = vec![[Sound::SILENT; 2]; turned.len()];
            if align_nearly((turned, &silent), (&b.folded, &b.sounds), tolerance).is_some() && !b.has_blank {
                return true;
            }
        }
    }
    align_nearly((&a.folded, &a.sounds), (&b.folded, &b.sounds), tolerance)
        .is_some_and(|found| found.agreeing > 0 || (all_latin(a) || all_latin(b)) && !a.has_blank && !b.has_blank)
}

/// Names of one length whose every difference is explained by sound or shape; the weakest explanation counts.
fn character_by_character(a: &Name, b: &Name, tolerance: Tolerance) -> Option<NameLevel> {
    let mut worst = NameLevel::Homophone;
    let mut agreeing = 0;
    for place in 0..a.folded.len() {
        let (x, y) = (a.folded[place], b.folded[place]);
        if x == BLANK || y == BLANK {
            return None;
        }
        if x == y {
            agreeing += 1;
        } else {
            worst = worst.max(explained(x, y, a.sounds[place], b.sounds[place], tolerance)?);
        }
    }
    if agreeing > 0 {
        return Some(worst);
    }
    // nothing but sound in common: 章薇 for 张伟
    (worst == NameLevel::Homophone).then_some(NameLevel::NearSound)
}

fn explained(x: char, y: char, a: [Sound; 2], b: [Sound; 2], tolerance: Tolerance) -> Option<NameLevel> {
    if share_a_sound(a, b) {
        return Some(NameLevel::Homophone);
    }
    if look_alike(x, y) {
        return Some(NameLevel::LookAlike);
    }
    let soften = |sounds: [Sound; 2]| sounds.map(|s| s.tolerant(tolerance));
    let near = share_a_sound(soften(a), soften(b)) || tolerance.keystroke && a[0].is_swapped(b[0]);
    near.then_some(NameLevel::NearSound)
}

fn share_a_sound(a: [Sound; 2], b: [Sound; 2]) -> bool {
    a.iter().any(|x| x.is_known() && b.contains(x))
}

/// Whether `short` is a run of at least two characters of the minority name `long` (with ·, or of five characters and more).
fn is_shortened(short: &Name, long: &Name) -> bool {
    let (short_key, long_key) = (&*short.folded, &*long.folded);
    let long_form = long.has_separator || long_key.len() >= 5;
    long_form
        && !long.has_stand_in()
        && short_key.len() >= 2
        && short_key.len() < long_key.len()
        && long_key.len() >= 4
        && long_key.windows(short_key.len()).any(|run| run == short_key)
}

/// One character other (of three at least), or two neighbours swapped.
fn is_one_character_off(a: &[char], b: &[char]) -> bool {
    if a.len() != b.len() || a.contains(&BLANK) || b.contains(&BLANK) {
        return false;
    }
    let mut places = (0..a.len()).filter(|i| a[*i] != b[*i]);
    match (places.next(), places.next(), places.next()) {
        (Some(_), None, _) => a.len() >= 3,
        (Some(i), Some(j), None) => j == i + 1 && a[i] == b[j] && a[j] == b[i] && a.len() >= 2,
        _ => false,
    }
}

/// One name is the other but for one character more.
fn has_one_character_more(a: &[char], b: &[char]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if short.len() < 2 || short.len() + 1 != long.len() || a.contains(&BLANK) || b.contains(&BLANK) {
        return false;
    }
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    short[head..] == long[head + 1..]
}

/// Both bear one surname, written in Chinese; names with · have none.
fn shares_a_surname(a: &Name, b: &Name) -> bool {
    let bears_one = |name: &Name| !name.has_separator && !name.given().is_empty();
    bears_one(a) && bears_one(b) && a.surname() == b.surname() && a.surname().iter().all(|c| is_han(*c))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLERANT: Tolerance = Tolerance { n_ng: true, l_n: true, h_f: true, retroflex: true, keystroke: true };
    const STRICT: Tolerance = Tolerance { n_ng: false, l_n: false, h_f: false, retroflex: false, keystroke: false };

    fn level(a: &str, b: &str) -> NameLevel {
        let (a, b) = (Name::read(a), Name::read(b));
        let level = compare_names(&a, &b, TOLERANT);
        assert_eq!(compare_names(&b, &a, TOLERANT), level, "symmetric");
        level
    }

    #[test]
    fn names_are_placed() {
        use NameLevel::{
            CharacterMissing, Different, Equivalent, Exact, Former, Homophone, LookAlike, Missing, NearSound,
            OneCharacter, RareCharacter, SameSurname, Shortened, Variant,
        };
        for (a, b, expected) in [
            ("张伟", "张伟", Exact),
            ("张伟", " 张　伟 ", Equivalent),
            ("欧阳修", "欧阳 修", Equivalent),
            ("买买提·吐尔逊", "买买提•吐尔逊", Equivalent),
            ("买买提·吐尔逊", "买买提．吐尔逊", Equivalent),
            ("买买提·吐尔逊", "买买提吐尔逊", Equivalent),
            ("买买提·吐尔逊", "买买提・吐尔逊", Equivalent),
            ("买买提·吐尔逊", "买买提･吐尔逊", Equivalent),
            ("买买提·吐尔逊", "买买提 吐尔逊", Equivalent),
            ("买买提·吐尔逊", "买买提-吐尔逊", Equivalent),
            ("萧国强", "肖國強", Variant),
            ("傅红", "付红", Variant),
            ("闫丽", "閻丽", Variant),
            ("王\u{E123}", "王燚", RareCharacter),
            ("王?", "王燚", RareCharacter),
            ("王??", "王燚", RareCharacter),
            ("王□强", "王燚强", RareCharacter),
            ("王yan", "王燕", RareCharacter),
            ("王 YÀN 红", "王燕红", RareCharacter),
            ("吕LV", "吕绿", RareCharacter),
            ("蒙平JIE", "蒙 平?", RareCharacter),
            ("王yan红", "王??红", RareCharacter),
            ("王yan", "李?", Different),
            ("张＊", "李伟", Different),
            ("WANG YAN", "王燕", Homophone),
            ("Weiguo Zhang", "张卫国", Homophone),
            ("shanxiong", "单雄", Homophone),
            ("QIU YING", "仇英", Homophone),
            ("yuchi gong", "尉迟恭", Homophone),
            ("XIE XIAODONG", "解晓东", Homophone),
            ("jie xiaodong", "解晓东", Homophone),
            ("zha liangyong", "查良镛", Homophone),
            ("zeng guofan", "曾国藩", Homophone),
            ("解小东", "谢晓东", Homophone),
            ("王〓", "王燚", RareCharacter),
            ("王*强", "王燚强", RareCharacter),
            ("王晓红", "王小红", Homophone),
            ("仇英", "邱英", Homophone),
            ("张己生", "张已生", LookAlike),
            ("李末", "李未", LookAlike),
            ("陈兰", "程兰", NearSound),
            ("胡兰英", "付兰英", NearSound),
            ("张薇", "章伟", NearSound),
            ("买买提·吐尔逊", "买买提", Shortened),
            ("阿卜杜拉·买买提江", "阿卜杜拉", Shortened),
            ("王建国", "王建军", OneCharacter),
            ("王建国", "王国建", OneCharacter),
            ("王建", "王建国", CharacterMissing),
            ("王建国", "王国", CharacterMissing),
            ("王建", "王秀英", SameSurname),
            ("欧阳修", "欧阳文忠", SameSurname),
            ("马·建国", "马秀英", Different),
            // what is put in brackets is about the name
            ("王建国（曾用名王卫东）", "王建国", Equivalent),
            ("张伟(男)", "张伟", Equivalent),
            ("（张伟）", "张伟", Equivalent),
            ("王(yan)红", "王燕红", RareCharacter),
            ("王（□）红", "王燕红", RareCharacter),
            ("王秀英（曾用名王招弟）", "王招弟", Former),
            ("王秀英(原名王招弟)", "李招弟（曾用名：王招弟）", Former),
            ("王秀英（曾用名王招弟）", "王秀英", Equivalent),
            ("王秀英（曾用名王招弟）", "张招弟", Different),
            // one name from another language, in other characters
            ("阿卜杜拉·买买提", "阿布都拉·买买提", Homophone),
            ("王建国", "李建国", OneCharacter),
            ("王伟", "李伟", Different),
            ("王建国", "李秀英", Different),
            ("", "王建国", Missing),
            ("??", "王建国", Missing),
            ("王建国", "123", Missing),
            ("张XX", "张建国", RareCharacter),
            // shapes by table; a part, a rest, one code in Wubi; a traditional form
            ("王墓", "王幕", Homophone),
            ("李婉", "李惋", Homophone),
            ("李益民", "李盖民", LookAlike),
            ("杨冀东", "杨翼东", LookAlike),
            ("张云", "张去", LookAlike),
            ("王捡", "王檢", Homophone),
            ("张拴柱", "张栓柱", Homophone),
            ("魏巍", "魏魏", Homophone),
            ("宋玲", "宋琴", SameSurname),
            ("王芳", "王莉", SameSurname),
            // letters that stand for the name: a key beside the right one, two swapped, a sound taken for another
            ("WAMG XIAOMING", "王晓明", NearSound),
            ("Zhagn Wei", "张伟", NearSound),
            ("Wei Zhagn", "张伟", NearSound),
            ("ZHANG WIE", "张伟", NearSound),
            ("chen guoqian", "陈国强", NearSound),
            ("cheng lan", "陈兰", NearSound),
            ("ouyagn xiu", "欧阳修", NearSound),
            ("王yna红", "王燕红", NearSound),
            ("王红yna", "王红yan", NearSound),
            ("wang xiaoming", "wamg xiaoming", NearSound),
            ("wang xiaoming", "wang xiaomin", NearSound),
            ("zhang jianguo", "zang jianguo", NearSound),
            ("Xiaoming Wagn", "wang xiaoming", NearSound),
            ("maria gonzalez", "maria gonzalea", NearSound),
            // two slips, another letter, or too little that agrees
            ("WAMG XIAOMNIG", "王晓明", Different),
            ("wakg xiaoming", "王晓明", Different),
            ("li ma", "li na", OneCharacter),
            ("wang lu", "王丽", Different),
            // letters typed to choose a character: swapped ones are a slip, a wrong one shows other characters, which a clerk sees
            ("卓文军", "周文军", NearSound),
            ("王建东", "王建松", OneCharacter),
        ] {
            assert_eq!(level(a, b), expected, "{a} / {b}");
        }
    }

    #[test]
    fn a_tolerance_that_is_off_leaves_names_apart() {
        for (off, a, b) in [
            (Tolerance { n_ng: false, ..TOLERANT }, "陈兰英", "程兰英"),
            (Tolerance { l_n: false, ..TOLERANT }, "李兰英", "李南英"),
            (Tolerance { h_f: false, ..TOLERANT }, "胡兰英", "付兰英"),
            (Tolerance { retroflex: false, ..TOLERANT }, "张建时", "张建思"),
            (Tolerance { keystroke: false, ..TOLERANT }, "卓文军", "周文军"),
            (Tolerance { keystroke: false, ..TOLERANT }, "wang xiaoming", "wamg xiaoming"),
        ] {
            let (a, b) = (Name::read(a), Name::read(b));
            assert_eq!(compare_names(&a, &b, TOLERANT), NameLevel::NearSound, "{off:?}");
            assert_eq!(compare_names(&a, &b, off), NameLevel::OneCharacter, "{off:?}");
            assert_eq!(compare_names(&a, &b, STRICT), NameLevel::OneCharacter, "{off:?}");
        }
        let (latin, han) = (Name::read("wamg xiaoming"), Name::read("王晓明"));
        assert_eq!(compare_names(&latin, &han, STRICT), NameLevel::Different);
    }
}
