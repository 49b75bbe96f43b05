//! What goes wrong with a row between the truth and a department's copy, and how often.

use serde::{Deserialize, Serialize};

/// One kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirtKind {
    /// The ID number is the 15-digit one (people born in 19xx).
    IdFifteen,
    /// One digit of the ID number is wrong.
    IdDigit,
    /// Two neighbouring digits of the ID number are swapped.
    IdTransposed,
    /// The ID number is missing.
    IdMissing,
    /// A lower-case `x` ends the ID number.
    IdLowerX,
    /// The ID number is in full-width characters.
    IdFullWidth,
    /// Blanks around or within the ID number.
    IdSpaces,
    /// A rare character became `?`, `□`, a private-use character or pinyin.
    NameRareCharacter,
    /// The separator · became something else or is gone.
    NameSeparator,
    /// A variant or traditional character (肖/萧, 付/傅, 刘/劉).
    NameVariant,
    /// A homophone (晓/小).
    NameHomophone,
    /// A look-alike (己/已).
    NameLookAlike,
    /// A blank within the name.
    NameSpace,
    /// The former name (曾用名) in place of the present one.
    NameFormer,
    /// The row shows the state before the last change.
    Stale,
    /// The row stands there twice, under two record numbers.
    Duplicated,
    /// The row carries the ID number of somebody else.
    WronglyKeyed,
    /// The row carries the ID number of somebody of the same household book, and its owner's name.
    IdRelative,
    /// A character that sounds nearly the same (英/音: n and ng, sh and s).
    NameNearSound,
    /// One character of the name is simply another.
    NameTyped,
    /// A minority name is cut short at its first ·
    NameShortened,
    /// One digit of the birth date is wrong.
    BirthDigit,
    /// Day and month of the birth date are swapped.
    BirthSwapped,
    /// The row is missing from the copy.
    Lost,
}

impl DirtKind {
    /// Whether it is damage to the ID number.
    pub(crate) const fn is_of_number(self) -> bool {
        matches!(
            self,
            Self::IdFifteen
                | Self::IdDigit
                | Self::IdTransposed
                | Self::IdMissing
                | Self::IdLowerX
                | Self::IdFullWidth
                | Self::IdSpaces
        )
    }
}

/// How often each kind of damage happens, in ten-thousandths of the rows it can happen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DirtRates {
    /// Rate of [`DirtKind::IdFifteen`], of people born before 1970.
    pub id_fifteen: u16,
    /// Rate of [`DirtKind::IdDigit`].
    pub id_digit: u16,
    /// Rate of [`DirtKind::IdTransposed`].
    pub id_transposed: u16,
    /// Rate of [`DirtKind::IdMissing`].
    pub id_missing: u16,
    /// Rate of [`DirtKind::IdLowerX`], of numbers ending in X.
    pub id_lower_x: u16,
    /// Rate of [`DirtKind::IdFullWidth`].
    pub id_full_width: u16,
    /// Rate of [`DirtKind::IdSpaces`].
    pub id_spaces: u16,
    /// Rate of [`DirtKind::NameRareCharacter`], of names that have one.
    pub name_rare_character: u16,
    /// Rate of [`DirtKind::NameSeparator`], of names that have one.
    pub name_separator: u16,
    /// Rate of [`DirtKind::NameVariant`], of names with such a character.
    pub name_variant: u16,
    /// Rate of [`DirtKind::NameHomophone`], of names with such a character.
    pub name_homophone: u16,
    /// Rate of [`DirtKind::NameLookAlike`], of names with such a character.
    pub name_look_alike: u16,
    /// Rate of [`DirtKind::NameSpace`].
    pub name_space: u16,
    /// Rate of [`DirtKind::NameFormer`], of people who have one.
    pub name_former: u16,
    /// Rate of [`DirtKind::Stale`], of rows whose state has changed.
    pub stale: u16,
    /// Rate of [`DirtKind::Duplicated`].
    pub duplicated: u16,
    /// Rate of [`DirtKind::WronglyKeyed`].
    pub wrongly_keyed: u16,
    /// Rate of [`DirtKind::IdRelative`], of people who are not alone in their book.
    pub id_relative: u16,
    /// Rate of [`DirtKind::NameNearSound`], of names with such a character.
    pub name_near_sound: u16,
    /// Rate of [`DirtKind::NameTyped`].
    pub name_typed: u16,
    /// Rate of [`DirtKind::NameShortened`], of names with ·
    pub name_shortened: u16,
    /// Rate of [`DirtKind::BirthDigit`].
    pub birth_digit: u16,
    /// Rate of [`DirtKind::BirthSwapped`], of days that are months too.
    pub birth_swapped: u16,
    /// Rate of [`DirtKind::Lost`].
    pub lost: u16,
}

impl Default for DirtRates {
    /// Rates as a county might see them: about one row in twelve is touched.
    fn default() -> Self {
        Self {
            id_fifteen: 600,
            id_digit: 60,
            id_transposed: 40,
            id_missing: 90,
            id_lower_x: 3_000,
            id_full_width: 30,
            id_spaces: 50,
            name_rare_character: 5_000,
            name_separator: 5_000,
            name_variant: 150,
            name_homophone: 120,
            name_look_alike: 200,
            name_space: 40,
            name_former: 1_500,
            stale: 300,
            duplicated: 60,
            wrongly_keyed: 10,
            id_relative: 15,
            name_near_sound: 60,
            name_typed: 10,
            name_shortened: 1_000,
            birth_digit: 30,
            birth_swapped: 40,
            lost: 25,
        }
    }
}

impl DirtRates {
    /// The rates where names and numbers are written with `percent` of the usual carelessness; at most always.
    pub(crate) fn scaled(&self, percent: u16) -> Self {
        let scaled =
            |rate: u16| u16::try_from(u32::from(rate) * u32::from(percent) / 100).unwrap_or(10_000).min(10_000);
        Self {
            id_digit: scaled(self.id_digit),
            id_transposed: scaled(self.id_transposed),
            id_missing: scaled(self.id_missing),
            name_variant: scaled(self.name_variant),
            name_homophone: scaled(self.name_homophone),
            name_look_alike: scaled(self.name_look_alike),
            name_space: scaled(self.name_space),
            wrongly_keyed: scaled(self.wrongly_keyed),
            id_relative: scaled(self.id_relative),
            name_near_sound: scaled(self.name_near_sound),
            name_typed: scaled(self.name_typed),
            ..*self
        }
    }
}

/// Whether the departments' copies are spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Dirt {
    /// Copies state the truth.
    #[default]
    Clean,
    /// Copies are spoiled at these rates.
    Dirty(DirtRates),
}

impl Dirt {
    /// Spoiled at the default rates.
    pub fn dirty() -> Self {
        Self::Dirty(DirtRates::default())
    }
}
