//! A person's name, prepared for comparison: characters in one width, without separators, folded, with their sounds.
//!
//! Handles what registers do to names: · in ten shapes or dropped, traditional and variant forms, ? or pinyin for a character outside
//! the old encodings, compound surnames split, minority names cut short. How two names compare is [`levels`]'.

mod aligned;
pub mod levels;

use std::fmt;
use std::hash::{Hash, Hasher};

use smallvec::SmallVec;

use super::characters::{
    BLANK, KeyCharacter, fold, is_everyday, is_han, key_characters, remarked_former_name, without_remarks,
};
use super::pinyin::Sound;
use super::surnames::{second_reading, surname_length, surname_reading};
use super::unknown::is_no_name;

/// No name is longer than this; the rest is cut off (the longest in the register have about 25 characters).
pub(super) const LONGEST: usize = 48;

/// Names of so many characters are kept in one place, so that two of them compare without a look elsewhere.
const USUAL: usize = 4;

/// The characters of a name.
type Characters = SmallVec<[char; USUAL]>;

/// A person's name prepared for comparison. Does not print.
#[derive(Clone)]
pub struct Name {
    /// As written, for `exact`.
    written: Box<str>,
    /// Without separators, in one width and case; blanks for what could not be written.
    key: Characters,
    /// `key` with every character in its folded form.
    folded: Characters,
    /// Up to two readings of each character.
    sounds: SmallVec<[[Sound; 2]; USUAL]>,
    /// A name in Latin letters alone, with its last word put first: `Wei Zhang` → `zhangwei`.
    turned: Option<Box<[char]>>,
    /// The former name that was written beside it.
    former: Option<Box<Name>>,
    has_blank: bool,
    has_latin: bool,
    has_separator: bool,
    is_missing: bool,
    surname_length: usize,
}

/// Names are one when written alike: everything else follows from that.
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.written.hash(state);
    }
}

impl Default for Name {
    fn default() -> Self {
        Self::read("")
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Name(redacted)")
    }
}

impl Name {
    /// Reads any text. Never fails: what cannot be read compares as missing.
    #[must_use]
    pub fn read(written: &str) -> Self {
        let (mut key, mut words, mut has_separator) = (Characters::new(), vec![0], false);
        let everyday = is_everyday(written) && written.chars().all(is_han);
        if everyday {
            key.extend(written.chars().take(LONGEST));
        }
        let remarked = without_remarks(if everyday { "" } else { written });
        for character in key_characters(&remarked) {
            match character {
                _ if key.len() == LONGEST => break,
                KeyCharacter::Kept(c) => key.push(c),
                KeyCharacter::Blank => key.push(BLANK),
                KeyCharacter::Separator => {
                    has_separator = has_separator || !key.is_empty();
                    if words.last() != Some(&key.len()) {
                        words.push(key.len());
                    }
                }
            }
        }
        blank_lone_x(&mut key);
        let folded: Characters = key.iter().copied().map(fold).collect();
        let surname_length = surname_length(&folded);
        let sounds = readings(&folded, surname_length);
        let has_latin = key.iter().any(char::is_ascii_lowercase);
        let all_latin = !key.is_empty() && key.iter().all(char::is_ascii_lowercase);
        if words.last() == Some(&key.len()) {
            words.pop();
        }
        let last_word = words.last().copied().unwrap_or(0);
        let turned = (all_latin && last_word > 0).then(|| [&key[last_word..], &key[..last_word]].concat().into());
        Self {
            written: written.into(),
            former: if everyday { None } else { remarked_former_name(written).map(|name| Box::new(Self::read(name))) },
            is_missing: key.iter().all(|c| is_unknown(*c)) || is_no_name(&folded),
            has_blank: key.contains(&BLANK),
            key,
            folded,
            sounds,
            turned,
            has_latin,
            has_separator,
            surname_length,
        }
    }

    /// Whether no character of it is known.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.is_missing
    }

    /// The folded surname.
    #[must_use]
    pub fn surname(&self) -> &[char] {
        &self.folded[..self.surname_length]
    }

    /// The folded given name.
    #[must_use]
    pub fn given(&self) -> &[char] {
        &self.folded[self.surname_length..]
    }

    /// The folded key: what names are blocked and looked up by.
    #[must_use]
    pub fn folded(&self) -> &[char] {
        &self.folded
    }

    /// Up to two sounds of each character of the key.
    #[must_use]
    pub fn sounds(&self) -> &[[Sound; 2]] {
        &self.sounds
    }

    /// Whether something in it stands for a character that could not be written.
    #[must_use]
    pub fn has_stand_in(&self) -> bool {
        self.has_blank || self.has_latin
    }
}

/// Whether a character of a key says nothing of a name.
fn is_unknown(c: char) -> bool {
    c == BLANK || c.is_ascii_digit() || (!is_han(c) && !c.is_alphabetic())
}

/// A lone run of x (张XX) hides characters; it is no pinyin.
fn blank_lone_x(key: &mut [char]) {
    for start in 0..key.len() {
        let run = key[start..].iter().take_while(|c| **c == 'x').count();
        let before = start.checked_sub(1).and_then(|i| key.get(i)).is_some_and(char::is_ascii_lowercase);
        let after = key.get(start + run).is_some_and(char::is_ascii_lowercase);
        if run > 0 && !before && !after {
            key[start..start + run].fill(BLANK);
        }
    }
}

fn readings(folded: &[char], surname_length: usize) -> SmallVec<[[Sound; 2]; USUAL]> {
    folded
        .iter()
        .enumerate()
        .map(|(place, c)| {
            let usual = Sound::of_character(*c);
            let other = if place < surname_length {
                surname_reading(folded, surname_length, place)
            } else {
                second_reading(*c)
            };
            match other.map(Sound::of_syllable) {
                Some(own) if own != usual => [own, usual],
                _ => [usual, Sound::SILENT],
            }
        })
        .collect()
}
