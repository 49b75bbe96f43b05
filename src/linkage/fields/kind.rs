//! The kinds of field and their levels.

use serde::Deserialize;

use crate::identity::address::AddressLevel;
use crate::identity::birth_date::BirthDateLevel;
use crate::identity::code::CodeLevel;
use crate::identity::document::IdLevel;
use crate::identity::levels::Level;
use crate::identity::name::levels::NameLevel;
use crate::identity::phone::PhoneLevel;
use crate::identity::sex::SexLevel;
use crate::identity::text::TextLevel;

/// The part that is the whole value; every kind has it.
pub const WHOLE: &str = "whole";

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A Chinese or minority person's name.
    PersonName,
    /// A document number: citizen number of 15 or 18 characters, foreigner's card, birth certificate.
    IdNumber,
    /// A date of birth, in any of the forms people write.
    BirthDate,
    /// Sex: 男 女, M F, 1 2 (GB/T 2261.1).
    Sex,
    /// A telephone number.
    Phone,
    /// A Chinese address.
    Address,
    /// Words of any language.
    Text,
    /// Numbers and codes without a rule of their own.
    Code,
}

/// A level in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelText {
    /// Its name in models.
    pub key: &'static str,
    /// What an officer reads.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// The levels of a field as texts, strongest first, `missing` last.
fn texts<L: Level>() -> Vec<LevelText> {
    L::ALL.iter().map(|level| LevelText { key: level.key(), zh: level.zh(), en: level.en() }).collect()
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::PersonName,
        Self::IdNumber,
        Self::BirthDate,
        Self::Sex,
        Self::Phone,
        Self::Address,
        Self::Text,
        Self::Code,
    ];

    /// Its name in models.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::PersonName => "person_name",
            Self::IdNumber => "id_number",
            Self::BirthDate => "birth_date",
            Self::Sex => "sex",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Text => "text",
            Self::Code => "code",
        }
    }

    /// Its levels, strongest first, `missing` last.
    #[must_use]
    pub fn levels(self) -> Vec<LevelText> {
        match self {
            Self::PersonName => texts::<NameLevel>(),
            Self::IdNumber => texts::<IdLevel>(),
            Self::BirthDate => texts::<BirthDateLevel>(),
            Self::Sex => texts::<SexLevel>(),
            Self::Phone => texts::<PhoneLevel>(),
            Self::Address => texts::<AddressLevel>(),
            Self::Text => texts::<TextLevel>(),
            Self::Code => texts::<CodeLevel>(),
        }
    }

    /// What rosters may be blocked by, of a value of this kind: names for `block.on`, the whole first.
    #[must_use]
    pub fn parts(self) -> &'static [&'static str] {
        match self {
            Self::PersonName => &["whole", "sound", "surname", "given", "given_sound"],
            Self::IdNumber => &["whole", "birth_date", "tail"],
            Self::BirthDate => &["whole", "year", "year_month", "month_day"],
            Self::Sex => &["whole"],
            Self::Phone => &["whole", "tail"],
            Self::Address => &["whole", "town", "village", "site", "site_number"],
            Self::Text | Self::Code => &["whole", "begin", "end"],
        }
    }
}
