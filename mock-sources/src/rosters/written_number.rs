//! ID numbers as rosters write them. Pure but for the stream of chance handed in.

use super::rates::{Kind, Rates, Side};
use crate::chance::Chance;
use crate::population::id_numbers::to_fifteen;

/// The number as written, of a person or of the `relative` whose number may stand there instead; adds what was done.
pub(crate) fn number(
    chance: &mut Chance,
    (rates, side): (&Rates, Side),
    truth: &str,
    relative: Option<&str>,
    done: &mut Vec<Kind>,
) -> String {
    let old = &truth[6..10] < "1970";
    let damage = rates.draw(
        chance,
        side,
        &[
            (Kind::IdMissing, true),
            (Kind::IdRelative, relative.is_some()),
            (Kind::IdFifteen, old),
            (Kind::IdDigit, true),
            (Kind::IdTransposed, true),
            (Kind::IdTruncated, true),
            (Kind::IdMasked, true),
        ],
    );
    done.extend(damage);
    let written = damage.map_or_else(|| truth.to_owned(), |kind| damaged(chance, kind, truth, relative));
    let writing = rates.draw(
        chance,
        side,
        &[
            (Kind::IdLowerX, written.ends_with('X')),
            (Kind::IdFullWidth, !written.is_empty()),
            (Kind::IdSpaces, written.len() == 18),
        ],
    );
    done.extend(writing);
    match writing {
        Some(Kind::IdLowerX) => written.to_ascii_lowercase(),
        Some(Kind::IdFullWidth) => {
            written.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)).collect()
        }
        Some(Kind::IdSpaces) => format!("{} {} {}", &written[..6], &written[6..14], &written[14..]),
        _ => written,
    }
}

fn damaged(chance: &mut Chance, kind: Kind, truth: &str, relative: Option<&str>) -> String {
    let mut characters: Vec<char> = truth.chars().collect();
    match kind {
        Kind::IdMissing => String::new(),
        Kind::IdRelative => relative.unwrap_or("").to_owned(),
        Kind::IdFifteen => to_fifteen(truth).unwrap_or_default(),
        Kind::IdDigit => {
            let at = chance.index(17);
            characters[at] = other_digit(chance, characters[at]);
            characters.into_iter().collect()
        }
        Kind::IdTransposed => {
            let pairs: Vec<usize> = (5..16).filter(|at| characters[*at] != characters[at + 1]).collect();
            let at = if pairs.is_empty() { 0 } else { *chance.pick(&pairs) };
            characters.swap(at, at + 1);
            characters.into_iter().collect()
        }
        Kind::IdTruncated => truth[..18 - usize::try_from(chance.between(1, 6)).unwrap_or(1)].to_owned(),
        Kind::IdMasked if chance.permille(600) => format!("{}********{}", &truth[..6], &truth[14..]),
        _ => format!("{}****", &truth[..14]),
    }
}

/// Another digit in place of this one.
pub(crate) fn other_digit(chance: &mut Chance, digit: char) -> char {
    let shift = u32::try_from(chance.between(1, 9)).unwrap_or(1);
    char::from_digit((digit.to_digit(10).unwrap_or(0) + shift) % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_damage_looks_as_described() {
        let (truth, mut chance) = ("620422196503070038", Chance::new(2, "number", 0));
        assert_eq!(damaged(&mut chance, Kind::IdFifteen, truth, None), "620422650307003");
        assert_eq!(damaged(&mut chance, Kind::IdRelative, truth, Some("r")), "r");
        assert!(truth.starts_with(&damaged(&mut chance, Kind::IdTruncated, truth, None)));
        assert_eq!(damaged(&mut chance, Kind::IdMasked, truth, None).matches('*').count() % 4, 0);
        for kind in [Kind::IdDigit, Kind::IdTransposed] {
            assert_ne!(damaged(&mut chance, kind, truth, None), truth);
        }
    }
}
