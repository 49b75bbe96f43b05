//! How common a name is: a rare name in common says more than 张伟 does.

use std::collections::HashMap;

use crate::identity::bits::{ONE, weight_centibits};
use crate::identity::name::Name;

/// Shares of surnames and of given names' characters, in parts per trillion, by folded characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameFrequencies {
    /// Whether the shares were counted; guesses prove nothing.
    pub are_counted: bool,
    /// Surnames, compound ones too.
    pub surname: HashMap<Box<[char]>, u64>,
    /// Surnames not listed.
    pub other_surname: u64,
    /// Given names of one character.
    pub single: HashMap<char, u64>,
    /// Those not listed.
    pub other_single: u64,
    /// Characters of longer given names.
    pub double: HashMap<char, u64>,
    /// Those not listed.
    pub other_double: u64,
    /// No name counts as rarer.
    pub smallest_share: u64,
    /// Names of a smaller share are rare.
    pub rare_share: u64,
    /// Bounds of the correction, in centibits.
    pub bounds_centibits: (i32, i32),
}

impl NameFrequencies {
    /// The share of people who bear a name, in parts per trillion; none when the name has stand-ins or no given name.
    #[must_use]
    pub fn share(&self, name: &Name) -> Option<u64> {
        if name.has_stand_in() || name.given().is_empty() {
            return None;
        }
        let times = |a: u64, b: u64| u64::try_from(u128::from(a) * u128::from(b) / u128::from(ONE)).unwrap_or(ONE);
        let surname = self.surname.get(name.surname()).copied().unwrap_or(self.other_surname);
        let given = match name.given() {
            [only] => self.single.get(only).copied().unwrap_or(self.other_single),
            longer => longer.iter().map(|c| self.double.get(c).copied().unwrap_or(self.other_double)).fold(ONE, times),
        };
        Some(times(surname, given).max(self.smallest_share))
    }

    /// Whether every part of a name is listed, so that its share rests on no guess about the rest.
    fn is_listed(&self, name: &Name) -> bool {
        let given = match name.given() {
            [only] => self.single.contains_key(only),
            longer => longer.iter().all(|c| self.double.contains_key(c)),
        };
        self.surname.contains_key(name.surname()) && given
    }

    /// Whether it is certain that hardly anybody else bears the name: rare by counted shares of all its parts. What a table does not list
    /// may be common: 然 is.
    #[must_use]
    pub fn prove_rare(&self, a: &Name, b: &Name) -> bool {
        let telling = |name: &Name| self.share(name).is_none() || self.is_listed(name);
        self.are_counted && self.both_rare(a, b) && telling(a) && telling(b)
    }

    /// Whether both names, or the one of them that can tell, are rare as far as the tables know: worth a look.
    #[must_use]
    pub fn both_rare(&self, a: &Name, b: &Name) -> bool {
        self.larger_share(a, b).is_some_and(|share| share < self.rare_share)
    }

    /// What the names' rarity adds to the weight of names of `average` share, in centibits.
    #[must_use]
    pub fn correction_centibits(&self, a: &Name, b: &Name, average: u64) -> i32 {
        let (least, most) = self.bounds_centibits;
        self.larger_share(a, b).map_or(0, |share| weight_centibits(average, share).clamp(least, most))
    }

    /// The commoner of two names decides: it is the likelier to be met by chance.
    fn larger_share(&self, a: &Name, b: &Name) -> Option<u64> {
        self.share(a).max(self.share(b))
    }
}
