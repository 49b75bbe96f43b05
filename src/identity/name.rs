//! A person's name, prepared for comparison: characters in one width, without separators, folded, with their sounds.
//!
//! Handles what registers do to names: · in ten shapes or dropped, traditional and variant forms, ? or pinyin for a character outside
//! the old encodings, compound surnames split, minority names cut short. How two names compare is [`levels`]'.

mod aligned;
pub mod levels;

use std::fmt;

use super::characters::{BLANK, KeyCharacter, fold, is_han, key_characters, without_remarks};
use super::pinyin::Sound;
use super::surnames::{second_reading, surname_length, surname_reading};

/// No name is longer than this; the rest is cut off (the longest in the register have about 25 characters).
pub(super) const LONGEST: usize = 48;

/// A name prepared for comparison. Does not print.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Name {
    /// As written, for `exact`.
    written: Box<str>,
    /// Without separators, in one width and case; blanks for what could not be written.
    key: Box<[char]>,
    /// `key` with every character in its folded form.
    folded: Box<[char]>,
    /// Up to two readings of each character.
    sounds: Box<[[Sound; 2]]>,
    /// A name in Latin letters alone, with its last word put first: `Wei Zhang` → `zhangwei`.
    turned: Option<Box<[char]>>,
    has_blank: bool,
    has_latin: bool,
    has_separator: bool,
    surname_length: usize,
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
        let (mut key, mut words, mut has_separator) = (Vec::new(), vec![0], false);
        for character in key_characters(&without_remarks(written)) {
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
        let folded: Box<[char]> = key.iter().copied().map(fold).collect();
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
            has_blank: key.contains(&BLANK),
            key: key.into(),
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
        self.key.iter().all(|c| *c == BLANK || c.is_ascii_digit() || (!c.is_alphabetic() && !is_han(*c)))
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

fn readings(folded: &[char], surname_length: usize) -> Box<[[Sound; 2]]> {
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
