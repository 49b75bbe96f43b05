//! What can go wrong with a record of a roster, and how often: the one table of rates. `ROSTERS.md` states the same figures for people; a
//! test holds both together. Pure but for the stream of chance handed in.

use crate::chance::Chance;

/// The two rosters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// A department's register.
    Left,
    /// A village's roster, written by hand: about twice as dirty.
    Right,
}

/// One kind of damage; `ROSTERS.md` describes every one beside its rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    IdMissing,
    IdRelative,
    IdFifteen,
    IdDigit,
    IdTransposed,
    IdTruncated,
    IdMasked,
    IdLowerX,
    IdFullWidth,
    IdSpaces,
    NameFormer,
    NameDropped,
    NameOther,
    NameVariant,
    NameHomophone,
    NameLookAlike,
    NameRare,
    NameSeparator,
    NameCut,
    NameBlank,
    BirthMissing,
    BirthSwapped,
    BirthDigit,
    BirthYear,
    BirthCompact,
    BirthChinese,
    BirthSlashes,
    SexMissing,
    SexWrong,
    PhoneMissing,
    PhoneChanged,
    PhoneRelative,
    PhoneSpaces,
    PhonePrefix,
    AddressMissing,
    AddressMoved,
    AddressShort,
    AddressVillage,
}

/// Kind, word in `ROSTERS.md`, permille left, permille right: of the records it can happen to.
pub(crate) const RATES: &[(Kind, &str, u64, u64)] = &[
    (Kind::IdMissing, "id_missing", 80, 120),
    (Kind::IdRelative, "id_relative", 5, 15),
    (Kind::IdFifteen, "id_fifteen", 40, 100),
    (Kind::IdDigit, "id_digit", 5, 12),
    (Kind::IdTransposed, "id_transposed", 4, 8),
    (Kind::IdTruncated, "id_truncated", 3, 8),
    (Kind::IdMasked, "id_masked", 4, 15),
    (Kind::IdLowerX, "id_lower_x", 200, 400),
    (Kind::IdFullWidth, "id_full_width", 3, 8),
    (Kind::IdSpaces, "id_spaces", 5, 12),
    (Kind::NameFormer, "name_former", 5, 10),
    (Kind::NameDropped, "name_dropped", 2, 5),
    (Kind::NameOther, "name_other", 3, 8),
    (Kind::NameVariant, "name_variant", 20, 50),
    (Kind::NameHomophone, "name_homophone", 15, 35),
    (Kind::NameLookAlike, "name_look_alike", 10, 25),
    (Kind::NameRare, "name_rare", 300, 600),
    (Kind::NameSeparator, "name_separator", 300, 450),
    (Kind::NameCut, "name_cut", 80, 200),
    (Kind::NameBlank, "name_blank", 10, 30),
    (Kind::BirthMissing, "birth_missing", 20, 50),
    (Kind::BirthSwapped, "birth_swapped", 5, 12),
    (Kind::BirthDigit, "birth_digit", 5, 12),
    (Kind::BirthYear, "birth_year", 5, 15),
    (Kind::BirthCompact, "birth_compact", 60, 200),
    (Kind::BirthChinese, "birth_chinese", 30, 150),
    (Kind::BirthSlashes, "birth_slashes", 60, 150),
    (Kind::SexMissing, "sex_missing", 10, 30),
    (Kind::SexWrong, "sex_wrong", 4, 10),
    (Kind::PhoneMissing, "phone_missing", 200, 300),
    (Kind::PhoneChanged, "phone_changed", 100, 200),
    (Kind::PhoneRelative, "phone_relative", 20, 50),
    (Kind::PhoneSpaces, "phone_spaces", 20, 60),
    (Kind::PhonePrefix, "phone_prefix", 20, 60),
    (Kind::AddressMissing, "address_missing", 30, 60),
    (Kind::AddressMoved, "address_moved", 60, 100),
    (Kind::AddressShort, "address_short", 200, 450),
    (Kind::AddressVillage, "address_village", 30, 100),
];

/// The most any rate becomes by noise, in permille.
const CAP: u64 = 900;

/// The table under a degree of noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rates {
    noise: u64,
    id_missing: Option<u64>,
}

impl Rates {
    /// The table times `noise`, every rate capped; a share of missing ID numbers (per cent, both sides) replaces the table's.
    pub(crate) fn new(noise: u32, id_missing_percent: Option<u32>) -> Self {
        Self { noise: u64::from(noise), id_missing: id_missing_percent.map(|percent| u64::from(percent.min(100)) * 10) }
    }

    /// The rate of a kind, in permille.
    pub(crate) fn of(&self, side: Side, kind: Kind) -> u64 {
        if let (Kind::IdMissing, Some(share)) = (kind, self.id_missing) {
            return share;
        }
        let row = RATES.iter().find(|(listed, ..)| *listed == kind);
        let rate = row.map_or(0, |(_, _, left, right)| if side == Side::Left { *left } else { *right });
        (rate * self.noise).min(CAP)
    }

    /// One of `kinds`, or none: one draw, so that each happens at its own rate and none beside another.
    pub(crate) fn draw(&self, chance: &mut Chance, side: Side, kinds: &[(Kind, bool)]) -> Option<Kind> {
        let mut left = chance.below(1000);
        for (kind, _) in kinds.iter().filter(|(_, possible)| *possible) {
            let rate = self.of(side, *kind);
            if left < rate {
                return Some(*kind);
            }
            left -= rate;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_states_the_table() {
        let page = include_str!("../../ROSTERS.md");
        for (_, word, left, right) in RATES {
            let row = format!("| `{word}` | {left} | {right} |");
            assert!(page.contains(&row), "ROSTERS.md lacks {row}");
        }
    }

    #[test]
    fn noise_multiplies_up_to_the_cap() {
        let (plain, loud) = (Rates::new(1, None), Rates::new(2, Some(45)));
        assert_eq!((plain.of(Side::Left, Kind::IdMissing), loud.of(Side::Left, Kind::IdMissing)), (80, 450));
        assert_eq!((plain.of(Side::Right, Kind::NameRare), loud.of(Side::Right, Kind::NameRare)), (600, 900));
        assert_eq!(Rates::new(0, None).of(Side::Right, Kind::PhoneMissing), 0);
    }
}
