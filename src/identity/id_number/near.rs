//! How two numbers that are not equal are alike: the slips of a hand that copies eighteen characters.
//!
//! Two *valid* numbers are never one digit apart, because the check character would not fit; but they may be one digit and the check
//! character apart. Twins usually are. So "near" is a clue for a mistyped number, and a warning for a valid one.

/// A single slip between two normalised numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NearMiss {
    /// All agree but the check character.
    CheckCharacter,
    /// One digit (and possibly the check character with it).
    OneDigit,
    /// Two neighbours changed places (and possibly the check character with them).
    Transposed,
    /// One is the other without a single character, or without some at its beginning: birth date and sequence are there.
    Truncated,
    /// One is the other cut off at its end, so that not all of the sequence is there: everybody born there on that day begins so.
    Partial,
}

/// The fewest characters of a cut-off number that still say something.
const SHORTEST: usize = 12;
/// The fewest characters of a number that lacks a single one: 15 digits of the old form, less one.
const ONE_LESS: usize = 14;
/// A number up to its sequence, without the check character.
const WITH_SEQUENCE: usize = 17;

/// The kind of slip between two normalised numbers, or none when they are equal or further apart. Symmetric.
#[must_use]
pub fn near_miss(a: &[u8], b: &[u8]) -> Option<NearMiss> {
    if a.len() == b.len() { same_length(a, b) } else { other_length(a, b) }
}

fn same_length(a: &[u8], b: &[u8]) -> Option<NearMiss> {
    let mut places = [0_usize; 3];
    let mut count = 0;
    for (i, _) in a.iter().zip(b).enumerate().filter(|(_, (x, y))| x != y) {
        *places.get_mut(count)? = i;
        count += 1;
    }
    // a wrong digit drags the check character along when the wrong number was completed by a machine
    let check_place = (a.len() == 18).then_some(17);
    let without_check = if count > 1 && Some(places[count - 1]) == check_place { count - 1 } else { count };
    let swapped = |i: usize, j: usize| j == i + 1 && a[i] == b[j] && a[j] == b[i];
    match (count, without_check) {
        (0, _) => None,
        (1, _) if Some(places[0]) == check_place => Some(NearMiss::CheckCharacter),
        (2, _) if swapped(places[0], places[1]) => Some(NearMiss::Transposed),
        (_, 1) => Some(NearMiss::OneDigit),
        (_, 2) if swapped(places[0], places[1]) => Some(NearMiss::Transposed),
        _ => None,
    }
}

fn other_length(a: &[u8], b: &[u8]) -> Option<NearMiss> {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let one_missing = short.len() + 1 == long.len() && short.len() >= ONE_LESS && {
        let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
        short[head..] == long[head + 1..]
    };
    let begins = short.len() >= SHORTEST && long.starts_with(short);
    let ends = short.len() >= SHORTEST && long.ends_with(short);
    match () {
        () if one_missing || ends || (begins && short.len() >= WITH_SEQUENCE) => Some(NearMiss::Truncated),
        () if begins => Some(NearMiss::Partial),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_has_its_name() {
        let number = b"11010519491231002X";
        for (other, kind) in [
            (&b"11010519491231002X"[..], None),
            (b"110105194912310021", Some(NearMiss::CheckCharacter)),
            (b"11010519491231003X", Some(NearMiss::OneDigit)),
            (b"110105194912310031", Some(NearMiss::OneDigit)), // with its check character
            (b"11010519491321002X", Some(NearMiss::Transposed)),
            (b"110105194913210021", Some(NearMiss::Transposed)),
            (b"1101051949123100X2", Some(NearMiss::Transposed)),
            (b"11010519491231002", Some(NearMiss::Truncated)),
            (b"19491231002X", Some(NearMiss::Truncated)),
            (b"1101051949123100", Some(NearMiss::Partial)), // a digit of the sequence is cut off
            (b"110105194912310", Some(NearMiss::Partial)),
            (b"11010519491231", Some(NearMiss::Partial)),
            (b"110105194912", Some(NearMiss::Partial)),
            (b"1101051941231002X", Some(NearMiss::Truncated)), // one dropped within
            (b"110105194912331002X", Some(NearMiss::Truncated)), // one too many
            (b"11010519491", None),
            (b"11010519500131002X", None),
            (b"", None),
        ] {
            assert_eq!(near_miss(number, other), kind, "{}", String::from_utf8_lossy(other));
            assert_eq!(near_miss(other, number), kind, "turned round: {}", String::from_utf8_lossy(other));
        }
    }
}
