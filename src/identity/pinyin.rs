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
    /// A typist's slip: wamg for wang, 卓 zhuo for 周 zhou. Models of before it was known have it.
    #[serde(default = "yes")]
    pub keystroke: bool,
}

fn yes() -> bool {
    true
}

/// The letters of the longest syllable: zhuang.
pub const LONGEST_SYLLABLE: usize = 6;

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
        for c in syllable.chars().take(LONGEST_SYLLABLE) {
            let letter = match c {
                'a'..='z' => u32::from(c) - u32::from('a') + 1,
                'ü' => u32::from('v') - u32::from('a') + 1,
                _ => return Self::SILENT,
            };
            packed = packed << 5 | letter;
        }
        Self(packed)
    }

    /// As [`Sound::of_syllable`], of letters; silent for more than a syllable has.
    #[must_use]
    pub fn of_letters(letters: &[char]) -> Self {
        let packed = letters.iter().try_fold(0, |packed, c| {
            c.is_ascii_lowercase().then(|| packed << 5 | (u32::from(*c) - u32::from('a') + 1))
        });
        Self(packed.filter(|_| letters.len() <= 6).unwrap_or(0))
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

    /// Its letters, as bytes, and how many there are.
    fn unpacked(self) -> ([u8; 6], usize) {
        let (mut letters, mut count) = ([0; 6], 0);
        for place in (0..6).rev() {
            // five bits, so that no letter is lost
            let letter = (self.0 >> (5 * place) & 31) as u8;
            if letter > 0 {
                letters[count] = b'a' + letter - 1;
                count += 1;
            }
        }
        (letters, count)
    }

    /// The form in which sounds that the tolerance confuses are one. Allocates nothing: names are compared by the million.
    #[must_use]
    pub fn tolerant(self, tolerance: Tolerance) -> Self {
        let (letters, count) = self.unpacked();
        let text = &letters[..count];
        let (start, rest): (&[u8], &[u8]) = match text {
            [b'z', b'h', rest @ ..] if tolerance.retroflex => (b"z", rest),
            [b'c', b'h', rest @ ..] if tolerance.retroflex => (b"c", rest),
            [b's', b'h', rest @ ..] if tolerance.retroflex => (b"s", rest),
            [b'n', rest @ ..] if tolerance.l_n => (b"l", rest),
            [b'f', rest @ ..] if tolerance.h_f && matches!(rest, [b'u' | b'o', ..]) => (b"h", rest),
            [b'f', rest @ ..] if tolerance.h_f => (b"hu", rest),
            text => (b"", text),
        };
        let rest = match rest {
            [rest @ .., b'g'] if tolerance.n_ng && matches!(rest, [.., b'a' | b'e' | b'i', b'n']) => rest,
            rest => rest,
        };
        let packed = start.iter().chain(rest).take(6);
        Self(packed.fold(0, |packed, letter| packed << 5 | u32::from(letter - b'a' + 1)))
    }

    /// Whether it is another sound with two neighbouring letters in the wrong order: zhuo, zhou.
    #[must_use]
    pub fn is_swapped(self, other: Self) -> bool {
        let differing = (0..6).filter(|place| (self.0 ^ other.0) >> (5 * place) & 31 != 0);
        let (mut places, letter) = (differing, |sound: Self, place: u32| sound.0 >> (5 * place) & 31);
        match (places.next(), places.next(), places.next()) {
            (Some(i), Some(j), None) => {
                j == i + 1
                    && letter(self, i) == letter(other, j)
                    && letter(self, j) == letter(other, i)
                    && letter(self, j) != 0
                    && letter(other, j) != 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Tolerance = Tolerance { n_ng: true, l_n: true, h_f: true, retroflex: true, keystroke: true };
    const NONE: Tolerance = Tolerance { n_ng: false, l_n: false, h_f: false, retroflex: false, keystroke: false };

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
        // one switch lets through its own sounds alone
        for (only, a, b) in [
            (Tolerance { n_ng: true, ..NONE }, "chen", "cheng"),
            (Tolerance { l_n: true, ..NONE }, "lan", "nan"),
            (Tolerance { h_f: true, ..NONE }, "hu", "fu"),
            (Tolerance { retroflex: true, ..NONE }, "shi", "si"),
        ] {
            for (x, y) in [("chen", "cheng"), ("lan", "nan"), ("hu", "fu"), ("shi", "si")] {
                let alike = Sound::of_syllable(x).tolerant(only) == Sound::of_syllable(y).tolerant(only);
                assert_eq!(alike, (x, y) == (a, b), "{x} {y} under {only:?}");
            }
        }
        assert_ne!(Sound::of_syllable("wang").tolerant(ALL), Sound::of_syllable("zhang").tolerant(ALL));
    }

    #[test]
    fn swapped_letters_are_seen() {
        for (a, b, swapped) in [
            ("zhuo", "zhou", true),
            ("lie", "lei", true),
            ("zhuo", "zhuo", false),
            ("guo", "gui", false),
            ("an", "na", true),
            ("a", "ai", false),
            ("wan", "wang", false),
        ] {
            let (a, b) = (Sound::of_syllable(a), Sound::of_syllable(b));
            assert_eq!((a.is_swapped(b), b.is_swapped(a)), (swapped, swapped), "{a:?} {b:?}");
        }
    }
}
