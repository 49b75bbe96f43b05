//! The kinds of field and their levels.

use serde::Deserialize;

use crate::household::Lang;
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

    /// What an officer calls it.
    #[must_use]
    pub fn said(self, lang: Lang) -> &'static str {
        let [zh, en] = match self {
            Self::PersonName => ["姓名", "name"],
            Self::IdNumber => ["证件号码", "document number"],
            Self::BirthDate => ["出生日期", "date of birth"],
            Self::Sex => ["性别", "sex"],
            Self::Phone => ["联系电话", "telephone"],
            Self::Address => ["住址", "address"],
            Self::Text => ["文字", "text"],
            Self::Code => ["代码", "code"],
        };
        lang.pick(zh, en)
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

/// What an officer calls a part of a value; none of the whole.
#[must_use]
pub fn part_said(part: &str, lang: Lang) -> Option<&'static str> {
    let [zh, en] = match part {
        "sound" => ["读音", "sound"],
        "surname" => ["姓", "surname"],
        "given" => ["名", "given name"],
        "given_sound" => ["名的读音", "sound of the given name"],
        "birth_date" => ["出生日期段", "date of birth"],
        "tail" => ["末几位", "last digits"],
        "year" => ["年份", "year"],
        "year_month" => ["年月", "year and month"],
        "month_day" => ["月日", "month and day"],
        "town" => ["乡镇街道", "town"],
        "village" => ["村或社区", "village"],
        "site" => ["小区或道路", "site"],
        "site_number" => ["门牌", "door"],
        "begin" => ["开头", "beginning"],
        "end" => ["结尾", "end"],
        _ => return None,
    };
    Some(lang.pick(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_but_the_whole_has_a_word() {
        for part in Kind::ALL.into_iter().flat_map(Kind::parts) {
            assert_eq!(part_said(part, Lang::Zh).is_none(), *part == WHOLE, "{part}");
        }
    }
}
