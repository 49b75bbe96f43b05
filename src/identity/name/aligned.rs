//! Whether two keys are one name when blanks and pinyin are allowed to stand for characters; the pinyin, where that is asked, with one
//! syllable heard or typed a little wrong.
//!
//! A table over both keys' prefixes, so that no text, however odd, costs more than their lengths multiplied.

use super::{BLANK, LONGEST};
use crate::identity::characters::is_han;
use crate::identity::keyboard::{are_neighbours, one_slip};
use crate::identity::pinyin::{LONGEST_SYLLABLE, Sound, Tolerance};

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
    aligned(a, b, None)
}

/// As [`align`], but one syllable of pinyin may be another that the tolerance takes for it.
pub fn align_nearly(a: Key<'_>, b: Key<'_>, tolerance: Tolerance) -> Option<Alignment> {
    aligned(a, b, Some(tolerance))
}

fn aligned(a: Key<'_>, b: Key<'_>, tolerance: Option<Tolerance>) -> Option<Alignment> {
    let (rows, columns) = (a.0.len(), b.0.len());
    if rows > LONGEST || columns > LONGEST {
        return None;
    }
    // the most characters agreeing over the first i of a and j of b with that many syllables off, where they can be aligned
    let (width, layer) = (columns + 1, (rows + 1) * (columns + 1));
    let mut best: Vec<Option<u8>> = vec![None; layer * if tolerance.is_some() { 2 } else { 1 }];
    best[0] = Some(0);
    for i in 0..=rows {
        for j in 0..=columns {
            for off in 0..best.len() / layer {
                let Some(agreeing) = best[off * layer + i * width + j] else { continue };
                let mut reach = |i: usize, j: usize, step: Step| {
                    if let Some(cell) = best.get_mut((off + usize::from(step.off)) * layer + i * width + j) {
                        *cell = (*cell).max(Some(agreeing + step.agreeing));
                    }
                };
                steps(a, b, i, j, tolerance, &mut |down, right, step| reach(i + down, j + right, step));
                steps(b, a, j, i, tolerance, &mut |right, down, step| reach(i + down, j + right, step));
            }
        }
    }
    best.iter().skip(layer - 1).step_by(layer).find_map(|cell| *cell).map(|agreeing| Alignment { agreeing })
}

/// What a step adds.
struct Step {
    /// Chinese characters that agree as written.
    agreeing: u8,
    /// Whether a syllable is another than is written.
    off: bool,
}

/// Characters agree, or one stands for the other.
const STANDS: Step = Step { agreeing: 0, off: false };

/// The steps from place `i` of `a` and `j` of `b`, with `a` as the side that may hold a stand-in.
fn steps(
    a: Key<'_>,
    b: Key<'_>,
    i: usize,
    j: usize,
    tolerance: Option<Tolerance>,
    step: &mut impl FnMut(usize, usize, Step),
) {
    let (Some(x), Some(y)) = (a.0.get(i), b.0.get(j)) else { return };
    if x == y && *x != BLANK {
        step(1, 1, Step { agreeing: u8::from(is_han(*x)), off: false });
    }
    if *x == BLANK && (is_han(*y) || *y == BLANK) {
        step(1, 1, STANDS);
        // a character of two bytes lost as ??
        if a.0.get(i + 1) == Some(&BLANK) {
            step(2, 1, STANDS);
        }
    }
    if x.is_ascii_lowercase() && *y == BLANK {
        // one side has the sound, the other a sign
        let letters = a.0[i..].iter().take(LONGEST_SYLLABLE).take_while(|c| c.is_ascii_lowercase()).count();
        let blanks = 1 + usize::from(b.0.get(j + 1) == Some(&BLANK));
        for length in 1..=letters {
            (1..=blanks).for_each(|blanks| step(length, blanks, STANDS));
        }
    }
    if x.is_ascii_lowercase() && is_han(*y) {
        for sound in b.1[j].iter().filter(|s| s.is_known()) {
            for length in spelled(&a.0[i..], *sound) {
                step(length, 1, STANDS);
            }
            if let Some(tolerance) = tolerance {
                for length in nearly_spelled(&a.0[i..], *sound, tolerance) {
                    step(length, 1, Step { agreeing: 0, off: true });
                }
            }
        }
    }
}

/// A shorter syllable one key off is as likely another.
const SHORTEST_WITH_SLIP: usize = 3;

/// How many letters of `text` spell what the tolerance takes for `sound`.
fn nearly_spelled(text: &[char], sound: Sound, tolerance: Tolerance) -> impl Iterator<Item = usize> {
    let letters: Vec<char> = sound.letters().collect();
    let softened = sound.tolerant(tolerance);
    let count = text.iter().take_while(|c| c.is_ascii_lowercase()).count();
    let shortest = letters.len().saturating_sub(1).max(1);
    (shortest..=(letters.len() + 1).min(count)).filter(move |length| {
        let written = &text[..*length];
        let is_slip = tolerance.keystroke && letters.len() >= SHORTEST_WITH_SLIP && one_slip(written, &letters);
        is_slip || Sound::of_letters(written).tolerant(tolerance) == softened
    })
}

/// Whether two keys differ by one slip of the finger, or one confusion of sounds, in letters that stand for the name or a part of it. Short
/// names are another name after one.
pub fn letters_nearly_agree(a: &[char], b: &[char], tolerance: Tolerance) -> bool {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[head..], &b[head..]);
    let tail = rest_a.iter().rev().zip(rest_b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (odd_a, odd_b) = (&rest_a[..rest_a.len() - tail], &rest_b[..rest_b.len() - tail]);
    let agreeing = a[..head].iter().chain(&rest_a[rest_a.len() - tail..]);
    let (has_character, letters) = agreeing
        .fold((false, 0), |(han, letters), c| (han || is_han(*c), letters + usize::from(c.is_ascii_lowercase())));
    if !odd_a.iter().chain(odd_b).all(char::is_ascii_lowercase) || (!has_character && letters < SHORTEST_AGREEING) {
        return false;
    }
    let before = head.checked_sub(1).map(|i| a[i]);
    match (odd_a, odd_b) {
        ([x], [y]) => {
            let confused = |p: char, q: char| (*x, *y) == (p, q) || (*y, *x) == (p, q);
            tolerance.keystroke && are_neighbours(*x, *y)
                || tolerance.l_n && confused('l', 'n')
                || tolerance.h_f && confused('h', 'f')
        }
        ([_, _], [_, _]) => tolerance.keystroke && one_slip(odd_a, odd_b),
        ([odd], []) | ([], [odd]) => {
            tolerance.n_ng && *odd == 'g' && before == Some('n')
                || tolerance.retroflex && *odd == 'h' && matches!(before, Some('z' | 'c' | 's'))
        }
        _ => false,
    }
}

/// The fewest letters that must agree where no character does.
const SHORTEST_AGREEING: usize = 5;

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
