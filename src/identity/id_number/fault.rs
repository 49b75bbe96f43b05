//! What can be wrong with a citizen identification number. No fault repeats any part of the number.

use thiserror::Error;

/// What is wrong with a number. `Display` is the English text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum IdFault {
    /// Nothing is there.
    #[error("the ID number is empty")]
    Empty,
    /// Neither 18 nor 15 characters.
    #[error("an ID number has 18 characters (or 15 digits before 1999), not {found}")]
    Length {
        /// How many characters remain when spaces and separators are taken away.
        found: usize,
    },
    /// Something else than digits, with X allowed at the last of 18 places.
    #[error("an ID number consists of digits; only the last of 18 characters may be X")]
    Characters,
    /// The first two digits are no province.
    #[error("the first two digits of the ID number are not the code of a province (GB/T 2260)")]
    Region,
    /// The birth date in it does not exist.
    #[error("the birth date inside the ID number does not exist")]
    BirthDate,
    /// The birth date in it is after the day the question is about.
    #[error("the birth date inside the ID number lies after the day the question is about")]
    NotYetBorn,
    /// The check character does not fit: a digit is wrong or two are swapped.
    #[error("the check character does not fit: a digit is mistyped or two are swapped")]
    CheckCharacter,
}

impl IdFault {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "id_number_empty",
            Self::Length { .. } => "id_number_length",
            Self::Characters => "id_number_characters",
            Self::Region => "id_number_region",
            Self::BirthDate => "id_number_birth_date",
            Self::NotYetBorn => "id_number_not_yet_born",
            Self::CheckCharacter => "id_number_check_character",
        }
    }

    /// In Chinese.
    #[must_use]
    pub fn zh(self) -> String {
        match self {
            Self::Empty => "身份证号码为空".to_owned(),
            Self::Length { found } => format!("身份证号码应为18位（旧号15位），实为{found}位"),
            Self::Characters => "身份证号码应为数字，仅18位号码的末位可为X".to_owned(),
            Self::Region => "身份证号码前两位不是省级行政区划代码（GB/T 2260）".to_owned(),
            Self::BirthDate => "身份证号码中的出生日期不存在".to_owned(),
            Self::NotYetBorn => "身份证号码中的出生日期晚于核对基准日".to_owned(),
            Self::CheckCharacter => "身份证号码校验码不符：可能有数字录错或相邻两位颠倒".to_owned(),
        }
    }

    /// In English.
    #[must_use]
    pub fn en(self) -> String {
        self.to_string()
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "enter the number as printed on the card, or choose the kind of document that is held",
            Self::Length { .. } => "compare with the card: a digit is missing or one too many",
            Self::Characters => "enter digits only; the letter O and the letter l are often taken for 0 and 1",
            Self::Region | Self::BirthDate | Self::CheckCharacter => "compare each digit with the card",
            Self::NotYetBorn => "compare the birth date with the card, and check the as-of date of the request",
        }
    }
}
