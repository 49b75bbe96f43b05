//! Citizen identification numbers (公民身份号码, GB 11643-1999): six digits of region, eight of birth date, three of sequence (odd =
//! male), one check character (ISO 7064 MOD 11-2). Numbers of 15 digits (before 1999) are read into their 18-character form.
//!
//! Reads a text into a [`ResidentNumber`] or says what is wrong; [`near`] tells how two texts that are not equal are alike. Other
//! documents are [`super::document`]'s.

mod fault;
pub mod near;

use std::fmt;

use super::characters::in_one_width;
use jiff::civil::Date;

pub use fault::IdFault;

use crate::household::{IdNumber, Region, Sex};

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";

/// First two digits of GB/T 2260: the provinces, regions and municipalities, with Taiwan, Hong Kong and Macao.
const PROVINCES: [u8; 34] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82,
];
/// 830000 stands on residence permits of people from Taiwan (港澳台居民居住证).
const TAIWAN_RESIDENTS: u8 = 83;

/// A valid citizen identification number in its 18-character form. Does not print.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentNumber {
    characters: [u8; 18],
    birth_date: Date,
}

impl fmt::Debug for ResidentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResidentNumber(redacted)")
    }
}

impl ResidentNumber {
    /// Reads a number of 18 or 15 characters, in any width, case and spacing.
    ///
    /// # Errors
    /// What is wrong with it; the fault never repeats the number.
    pub fn parse(text: &str) -> Result<Self, IdFault> {
        Self::from_normalised(&normalise(text))
    }

    /// Reads what [`normalise`] returned.
    pub(super) fn from_normalised(text: &str) -> Result<Self, IdFault> {
        let characters = text.as_bytes();
        if characters.is_empty() {
            return Err(IdFault::Empty);
        }
        if !text.is_ascii() {
            return Err(IdFault::Characters);
        }
        match characters.len() {
            18 => Self::from_eighteen(characters.try_into().expect("the length was just checked")),
            15 => Self::from_fifteen(characters),
            found => Err(IdFault::Length { found }),
        }
    }

    fn from_eighteen(characters: [u8; 18]) -> Result<Self, IdFault> {
        let digits_first = characters[..17].iter().all(u8::is_ascii_digit);
        if !digits_first || !matches!(characters[17], b'0'..=b'9' | b'X') {
            return Err(IdFault::Characters);
        }
        check_region(&characters)?;
        let birth_date = birth_date(&characters)?;
        if check_character(&characters[..17]) != characters[17] {
            return Err(IdFault::CheckCharacter);
        }
        Ok(Self { characters, birth_date })
    }

    /// Inserts the century after the sixth digit and adds the check character. Sequence numbers 996 to 999 were given to people
    /// of a hundred years and more: born before 1900.
    fn from_fifteen(digits: &[u8]) -> Result<Self, IdFault> {
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(IdFault::Characters);
        }
        let century = if digits[12..] >= b"996"[..] { b"18" } else { b"19" };
        let mut characters = [b'0'; 18];
        characters[..6].copy_from_slice(&digits[..6]);
        characters[6..8].copy_from_slice(century);
        characters[8..17].copy_from_slice(&digits[6..]);
        check_region(&characters)?;
        let birth_date = birth_date(&characters)?;
        characters[17] = check_character(&characters[..17]);
        Ok(Self { characters, birth_date })
    }

    /// The 18 characters. As with `expose`: never into a log or an error.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.characters).expect("digits and X are ASCII")
    }

    /// In the vocabulary's type.
    #[must_use]
    pub fn to_id_number(&self) -> IdNumber {
        IdNumber::new(self.expose())
    }

    /// Born on.
    #[must_use]
    pub fn birth_date(&self) -> Date {
        self.birth_date
    }

    /// Odd sequence numbers are men's.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.characters[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Where the number was first issued, GB/T 2260: not where the person lives now.
    #[must_use]
    pub fn region(&self) -> Region {
        Region(self.expose()[..6].to_owned())
    }

    /// Whether it is of the kind on residence permits of people from Hong Kong, Macao and Taiwan.
    #[must_use]
    pub fn is_hmt_permit(&self) -> bool {
        matches!(&self.characters[..6], b"810000" | b"820000" | b"830000")
    }

    pub(super) fn bytes(&self) -> &[u8; 18] {
        &self.characters
    }
}

/// Brings a document number to one form: half-width, upper-case, without spaces, dashes, dots and invisible characters.
#[must_use]
pub fn normalise(text: &str) -> String {
    in_one_width(text)
        .filter(|c| !c.is_whitespace() && !c.is_control() && !is_separator(*c))
        .flat_map(char::to_uppercase)
        .map(|c| match c {
            'Х' | '×' | '✕' | '╳' | 'Χ' => 'X',
            '＊' | '●' | '•' => '*',
            other => other,
        })
        .collect()
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        '-' | '_'
            | '.'
            | ','
            | '\''
            | '"'
            | '`'
            | '·'
            | '\u{00AD}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2010}'..='\u{2015}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2212}'
            | '\u{FEFF}'
    )
}

fn check_region(characters: &[u8]) -> Result<(), IdFault> {
    let province = (characters[0] - b'0') * 10 + (characters[1] - b'0');
    let known = PROVINCES.contains(&province) || province == TAIWAN_RESIDENTS;
    if known { Ok(()) } else { Err(IdFault::Region) }
}

fn birth_date(characters: &[u8; 18]) -> Result<Date, IdFault> {
    let number = |range: std::ops::Range<usize>| {
        characters[range].iter().fold(0_i16, |sum, digit| sum * 10 + i16::from(digit - b'0'))
    };
    let (year, month, day) = (number(6..10), number(10..12), number(12..14));
    if year < 1850 {
        return Err(IdFault::BirthDate);
    }
    let small = |n: i16| i8::try_from(n).map_err(|_| IdFault::BirthDate);
    Date::new(year, small(month)?, small(day)?).map_err(|_| IdFault::BirthDate)
}

/// The check character of seventeen digits (ISO 7064 MOD 11-2).
pub(super) fn check_character(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECK_CHARACTERS[(sum % 11) as usize]
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_standard_s_own_examples_are_valid() {
        let woman = ResidentNumber::parse("11010519491231002X").unwrap();
        assert_eq!(woman.birth_date(), date(1949, 12, 31));
        assert_eq!(woman.sex(), Sex::Female);
        assert_eq!(woman.region().as_str(), "110105");
        let man = ResidentNumber::parse("440524188001010014").unwrap();
        assert_eq!((man.birth_date(), man.sex()), (date(1880, 1, 1), Sex::Male));
    }

    #[test]
    fn width_case_spacing_and_separators_fall_away() {
        for written in [
            "11010519491231002x",
            "１１０１０５１９４９１２３１００２Ｘ",
            " 110105 19491231 002X ",
            "110105-19491231-002x",
            "\u{FEFF}110105\u{200B}19491231002Х",
            "110105\u{3000}19491231\u{00A0}002×",
        ] {
            assert_eq!(ResidentNumber::parse(written).unwrap().expose(), "11010519491231002X", "{written:?}");
        }
    }

    #[test]
    fn fifteen_digits_become_eighteen() {
        for (old, new) in [
            ("110105491231002", "11010519491231002X"),
            ("622421720514003", "622421197205140035"),
            // sequence 996 to 999: born before 1900
            ("622421950101996", "622421189501019969"),
            ("622421950101998", "622421189501019985"),
            ("622421950101995", "62242119950101995X"),
        ] {
            let read = ResidentNumber::parse(old).unwrap();
            assert_eq!(read.expose(), new, "{old}");
            assert_eq!(ResidentNumber::parse(new), Ok(read), "the long form is valid: {new}");
        }
        assert_eq!(ResidentNumber::parse("622421950101998").unwrap().birth_date(), date(1895, 1, 1));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, fault) in [
            ("", IdFault::Empty),
            ("  ", IdFault::Empty),
            ("1101051949123100", IdFault::Length { found: 16 }),
            ("11010519491231002XX", IdFault::Length { found: 19 }),
            ("1101051949123X002X", IdFault::Characters),
            ("11010519491231002A", IdFault::Characters),
            ("身份证号码不详不详不详不详不详不详不详不详", IdFault::Characters),
            ("991051949123100210", IdFault::Region),
            ("11010519490230002X", IdFault::BirthDate),
            ("110105194902290020", IdFault::BirthDate), // not a leap year
            ("110105177712310020", IdFault::BirthDate),
            ("110105194912310021", IdFault::CheckCharacter),
            ("110105491331002", IdFault::BirthDate),
            ("11010549123100X", IdFault::Characters),
        ] {
            assert_eq!(ResidentNumber::parse(text), Err(fault), "{text:?}");
        }
        assert!(ResidentNumber::parse("622421198802290012").is_err_and(|f| f == IdFault::CheckCharacter));
        assert!(ResidentNumber::parse("622421190002290012").is_err_and(|f| f == IdFault::BirthDate));
    }

    #[test]
    fn numbers_do_not_print() {
        let number = ResidentNumber::parse("11010519491231002X").unwrap();
        assert_eq!(format!("{number:?}"), "ResidentNumber(redacted)");
    }
}
