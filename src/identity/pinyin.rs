//! How a character sounds, packed into one integer so that comparing sounds costs nothing; and the tolerant form in which people of
//! the region confuse n and ng, l and n, h and f.

use pinyin::ToPinyin;

/// Which sounds are taken for one another (`[sound]` in the model).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolerance {
    /// -n and -ng at the end: 陈 chen, 程 cheng.
    pub n_ng: bool,
    /// l- and n- at the beginning: 李 li, 倪 ni.
    pub l_n: bool,
    /// h- and f- at the beginning: 胡 hu, 付 fu.
    pub h_f: bool,
    /// zh-, ch-, sh- and z-, c-, s-: 张 zhang, 臧 zang.
    pub retroflex: bool,
}

/// A toneless syllable of up to six letters, five bits a letter; 0 when the character has no reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sound(u32);

impl Sound {
    /// Nothing is known of how it sounds.
    pub const SILENT: Self = Self(0);

    /// Packs a syllable of `a`-`z`; ü is `v`.
    #[must_use]
    pub fn of_syllable(syllable: &str) -> Self {
        let mut packed = 0;
        for c in syllable.chars().take(6) {
            let letter = match c {
                'a'..='z' => u32::from(c) - u32::from('a') + 1,
                'ü' => u32::from('v') - u32::from('a') + 1,
                _ => return Self::SILENT,
            };
            packed = packed << 5 | letter;
        }
        Self(packed)
    }

    /// The usual reading of a character.
    #[must_use]
    pub fn of_character(c: char) -> Self {
        c.to_pinyin().map_or(Self::SILENT, |p| Self::of_syllable(p.plain()))
    }

    /// Whether a reading is known.
    #[must_use]
    pub fn is_known(self) -> bool {
        self.0 != 0
    }

    /// The letters, for matching pinyin that was written in a name's place.
    pub fn letters(self) -> impl Iterator<Item = char> {
        (0..6).rev().filter_map(move |place| match self.0 >> (5 * place) & 31 {
            0 => None,
            letter => char::from_u32(u32::from('a') + letter - 1),
        })
    }

    /// The form in which sounds that the tolerance confuses are one.
    #[must_use]
    pub fn tolerant(self, tolerance: Tolerance) -> Self {
        let syllable: String = self.letters().collect();
        let mut text = syllable.as_str();
        let mut start = String::with_capacity(7);
        if tolerance.retroflex {
            for (from, to) in [("zh", "z"), ("ch", "c"), ("sh", "s")] {
                if let Some(rest) = text.strip_prefix(from) {
                    start.push_str(to);
                    text = rest;
                    break;
                }
            }
        }
        if tolerance.l_n
            && start.is_empty()
            && let Some(rest) = text.strip_prefix('n')
        {
            start.push('l');
            text = rest;
        }
        if tolerance.h_f
            && start.is_empty()
            && let Some(rest) = text.strip_prefix('f')
        {
            start.push_str(if rest.starts_with('u') || rest.starts_with('o') { "h" } else { "hu" });
            text = rest;
        }
        if tolerance.n_ng && matches!(text.get(text.len().saturating_sub(3)..), Some("ang" | "eng" | "ing")) {
            text = &text[..text.len() - 1];
        }
        start.push_str(text);
        Self::of_syllable(&start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Tolerance = Tolerance { n_ng: true, l_n: true, h_f: true, retroflex: true };
    const NONE: Tolerance = Tolerance { n_ng: false, l_n: false, h_f: false, retroflex: false };

    #[test]
    fn a_sound_keeps_its_letters() {
        for syllable in ["a", "wang", "zhuang", "lv", "shuang"] {
            assert_eq!(Sound::of_syllable(syllable).letters().collect::<String>(), syllable);
        }
        assert_eq!(Sound::of_character('王'), Sound::of_syllable("wang"));
        assert!(!Sound::of_character('a').is_known());
    }

    #[test]
    fn neighbours_sounds_meet_only_when_allowed() {
        for (a, b) in [
            ("chen", "cheng"),
            ("li", "ni"),
            ("hu", "fu"),
            ("huang", "fang"),
            ("zhang", "zang"),
            ("lin", "ning"),
            ("hui", "fui"),
        ] {
            let (a, b) = (Sound::of_syllable(a), Sound::of_syllable(b));
            assert_eq!(a.tolerant(ALL), b.tolerant(ALL), "{a:?} {b:?}");
            assert_ne!(a.tolerant(NONE), b.tolerant(NONE));
        }
        assert_ne!(Sound::of_syllable("wang").tolerant(ALL), Sound::of_syllable("zhang").tolerant(ALL));
    }
}
