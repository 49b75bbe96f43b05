//! Whether two keys are one name when blanks and pinyin are allowed to stand for characters.
//!
//! A table over both keys' prefixes, so that no text, however odd, costs more than their lengths multiplied.

use super::{BLANK, LONGEST};
use crate::identity::characters::is_han;
use crate::identity::pinyin::Sound;

/// The letters of the longest syllable: zhuang.
const LONGEST_SYLLABLE: usize = 6;

/// What an alignment rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alignment {
    /// Chinese characters that agree as written.
    pub agreeing: u8,
}

/// A folded key with the sounds of its characters.
type Key<'a> = (&'a [char], &'a [[Sound; 2]]);

/// Aligns two keys; none when no reading makes them one name.
pub fn align(a: Key<'_>, b: Key<'_>) -> Option<Alignment> {
    let (rows, columns) = (a.0.len(), b.0.len());
    if rows > LONGEST || columns > LONGEST {
        return None;
    }
    // best[i][j]: the most characters agreeing over the first i of a and j of b, where they can be aligned
    let mut best = vec![vec![None; columns + 1]; rows + 1];
    best[0][0] = Some(0_u8);
    for i in 0..=rows {
        for j in 0..=columns {
            let Some(agreeing) = best[i][j] else { continue };
            let mut reach = |i: usize, j: usize, more: u8| {
                let cell: &mut Option<u8> = &mut best[i][j];
                *cell = (*cell).max(Some(agreeing + more));
            };
            steps(a, b, i, j, &mut |down, right, more| reach(i + down, j + right, more));
            steps(b, a, j, i, &mut |right, down, more| reach(i + down, j + right, more));
        }
    }
    best[rows][columns].map(|agreeing| Alignment { agreeing })
}

/// The steps from place `i` of `a` and `j` of `b`, with `a` as the side that may hold a stand-in.
fn steps(a: Key<'_>, b: Key<'_>, i: usize, j: usize, step: &mut impl FnMut(usize, usize, u8)) {
    let (Some(x), Some(y)) = (a.0.get(i), b.0.get(j)) else { return };
    if x == y && *x != BLANK {
        step(1, 1, u8::from(is_han(*x)));
    }
    if *x == BLANK && (is_han(*y) || *y == BLANK) {
        step(1, 1, 0);
        // a character of two bytes lost as ??
        if a.0.get(i + 1) == Some(&BLANK) {
            step(2, 1, 0);
        }
    }
    if x.is_ascii_lowercase() && *y == BLANK {
        // one side has the sound, the other a sign
        let letters = a.0[i..].iter().take(LONGEST_SYLLABLE).take_while(|c| c.is_ascii_lowercase()).count();
        let blanks = 1 + usize::from(b.0.get(j + 1) == Some(&BLANK));
        for length in 1..=letters {
            (1..=blanks).for_each(|blanks| step(length, blanks, 0));
        }
    }
    if x.is_ascii_lowercase() && is_han(*y) {
        for sound in b.1[j].iter().filter(|s| s.is_known()) {
            for length in spelled(&a.0[i..], *sound) {
                step(length, 1, 0);
            }
        }
    }
}

/// How many letters of `text` spell `sound`; ü may be v, u, or yu.
fn spelled(text: &[char], sound: Sound) -> impl Iterator<Item = usize> {
    let letters: Vec<char> = sound.letters().collect();
    let plain = text.starts_with(&letters).then_some(letters.len());
    let with_u: Vec<char> = letters.iter().map(|c| if *c == 'v' { 'u' } else { *c }).collect();
    let as_u = (with_u != letters && text.starts_with(&with_u)).then_some(with_u.len());
    let with_yu: Vec<char> = letters.iter().flat_map(|c| if *c == 'v' { vec!['y', 'u'] } else { vec![*c] }).collect();
    let as_yu = (with_yu != letters && text.starts_with(&with_yu)).then_some(with_yu.len());
    [plain, as_u, as_yu].into_iter().flatten()
}
