//! Document numbers of every kind a person may be known by, in a form that compares.
//!
//! Citizen numbers are checked to the last character; of residence permits and foreigners' cards only the shape is. A department's
//! text that fits nothing is kept as [`Document::Faulty`], because a mistyped number is a clue.

mod stated;

use std::fmt;

pub use stated::{DocumentFault, check_document};

use super::id_number::near::{NearMiss, near_miss};
use super::id_number::{ResidentNumber, check_character, normalise};
use super::levels::levels;
use super::packed::{differing_places, pack};

/// What clerks write where they do not know the sequence; it was never given out.
const NO_SEQUENCE: &[u8; 3] = b"000";

/// A number up to its birth date.
const WITH_BIRTH_DATE: usize = 14;

levels! {
    /// How a claimed document number compares with the known one.
    IdLevel of "id_number" {
        /// The same valid number.
        Exact = "exact", "证件号码一致", "the ID number agrees";
        /// The same number in its 15-digit and 18-character forms.
        Equivalent = "equivalent", "证件号码一致（15位与18位对应）", "the ID number agrees (15 digits and 18 characters)";
        /// A mistyped number: only the check character differs.
        CheckCharacter = "check_character", "证件号码仅校验码不同", "only the check character of the ID number differs";
        /// A mistyped number: one digit differs.
        OneDigit = "one_digit", "证件号码有一位录错", "one digit of the ID number is mistyped";
        /// A mistyped number: two neighbours swapped.
        Transposed = "transposed", "证件号码相邻两位颠倒", "two neighbouring digits of the ID number are swapped";
        /// A character is missing, or some at the beginning; birth date and sequence are there.
        Truncated = "truncated", "证件号码不完整，其余位一致", "the ID number is incomplete, the rest agrees";
        /// Both sides carry the same number, and it is not valid.
        SameFaulty = "same_faulty", "证件号码相同，但号码本身无效", "the ID number agrees, but it is not a valid one";
        /// What is not masked agrees, the whole sequence among it.
        Masked = "masked", "证件号码未遮盖部分一致", "the unmasked part of the ID number agrees";
        /// What is there agrees, but not all of the sequence is: it says no more than region and birth date do.
        Partial = "partial", "证件号码仅地区、出生日期部分一致，缺完整顺序码", "only region and birth date of the ID number agree; its sequence is cut off or hidden";
        /// Another valid number, one slip away: twins have such numbers.
        OtherNear = "other_near", "证件号码为另一有效号码，仅一处不同", "the ID number is another valid one, a single slip away";
        /// Another valid number with the same birth date.
        OtherSameBirthDate = "other_same_birth_date", "证件号码为另一有效号码，出生日期相同",
            "the ID number is another valid one with the same birth date";
        /// No valid number, and not near.
        Faulty = "faulty", "证件号码无效且不相近", "the ID number is not valid and not near";
        /// Another valid number.
        Different = "different", "证件号码不同", "the ID number is another one";
        /// Not stated on one side, or a placeholder.
        Missing = "missing", "缺证件号码", "ID number not stated";
    }
}

impl IdLevel {
    /// The same valid number.
    #[must_use]
    pub fn is_same(self) -> bool {
        matches!(self, Self::Exact | Self::Equivalent)
    }

    /// A number that is not valid itself and is one slip from the known one.
    #[must_use]
    pub fn is_mistyped(self) -> bool {
        matches!(self, Self::CheckCharacter | Self::OneDigit | Self::Transposed | Self::Truncated)
    }
}

/// A document number, read.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Document {
    /// None, or a placeholder such as 无 or 000000.
    Missing,
    /// A valid citizen number; `from_fifteen` when it was written in the old form.
    Resident {
        /// The number.
        number: ResidentNumber,
        /// Whether it was written with 15 digits.
        from_fifteen: bool,
    },
    /// A number of another kind (foreigner's card, birth certificate, passport, travel permit), normalised.
    Other(Box<str>),
    /// 15 or 18 places of which some are hidden by `*`.
    Masked(Box<str>),
    /// Meant as a citizen number, but not valid.
    Faulty(Box<str>),
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Document::Missing",
            Self::Resident { .. } => "Document::Resident(redacted)",
            Self::Other(_) => "Document::Other(redacted)",
            Self::Masked(_) => "Document::Masked(redacted)",
            Self::Faulty(_) => "Document::Faulty(redacted)",
        })
    }
}

impl Document {
    /// Reads any text.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = repaired(normalise(text));
        let characters = text.as_bytes();
        let varied = characters.iter().any(|b| *b != characters[0]);
        if characters.len() < 6 || !varied || !characters.iter().any(u8::is_ascii_digit) {
            return Self::Missing;
        }
        if let Ok(number) = ResidentNumber::from_normalised(&text) {
            return Self::Resident { number, from_fifteen: characters.len() == 15 };
        }
        if is_masked(characters) {
            return Self::Masked(text.into());
        }
        if is_foreign_permanent(&text) || is_birth_certificate(&text) || is_travel_document(&text) {
            return Self::Other(text.into());
        }
        if characters.contains(&b'*') && characters.iter().filter(|b| **b != b'*').count() < FEWEST_SHOWN {
            return Self::Missing; // next to nothing is shown
        }
        Self::Faulty(text.into())
    }

    /// Its characters in their normal form, a citizen number's always 18; nothing where it is missing or hides some. As with `expose`: never into
    /// a log or an error.
    #[must_use]
    pub fn expose(&self) -> Option<&str> {
        match self {
            Self::Missing | Self::Masked(_) => None,
            Self::Resident { number, .. } => Some(number.expose()),
            Self::Other(text) | Self::Faulty(text) => Some(text),
        }
    }

    /// The citizen number, where it is one.
    #[must_use]
    pub fn resident(&self) -> Option<&ResidentNumber> {
        match self {
            Self::Resident { number, .. } => Some(number),
            _ => None,
        }
    }
}

/// A citizen number written in full, packed without its first digit and its check character; 0 for every other document.
#[must_use]
pub fn packed(document: &Document) -> u64 {
    match document {
        Document::Resident { number, from_fifteen: false } => pack(&number.bytes()[1..17]),
        _ => 0,
    }
}

/// The level of two packed numbers that are more than a slip apart, as [`compare_documents`] would give it; none where it has to look.
#[inline]
#[must_use]
pub fn compare_packed(a: u64, b: u64) -> Option<IdLevel> {
    /// The birth date: the ten digits at the end without the three of the sequence and, before them, five of the region.
    const BIRTH_DATE: u64 = 0x0000_0fff_ffff_f000;
    if a == 0 || b == 0 || differing_places(a, b) <= 2 {
        return None;
    }
    Some(if (a ^ b) & BIRTH_DATE == 0 { IdLevel::OtherSameBirthDate } else { IdLevel::Different })
}

/// Fewer places that are shown say nothing.
const FEWEST_SHOWN: usize = 6;

/// Characters of a full number and of one of the old form.
const FULL: usize = 18;
const OLD: usize = 15;

/// Undoes what a spreadsheet, a form or a typist did to a citizen number: a word before it, letters for digits, x or a short row of stars for
/// what is hidden, 6.20422195203160E+17.
fn repaired(text: String) -> String {
    let text = match text.char_indices().rev().find(|(_, c)| !c.is_ascii()) {
        Some((at, c)) if text.len() > at + c.len_utf8() + WITH_BIRTH_DATE => {
            text[at + c.len_utf8()..].trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()
        }
        _ => text,
    };
    // a spreadsheet keeps fifteen digits, the last of them rounded; what it shows of fewer is no more than the region
    if let Some(digits) = text.strip_suffix("E+17").or(text.strip_suffix("E17"))
        && digits.bytes().all(|b| b.is_ascii_digit())
    {
        return digits.get(..WITH_BIRTH_DATE).map(|shown| format!("{shown}0000")).unwrap_or_default();
    }
    if let Some(number) = with_digits(&text) {
        return number;
    }
    unmasked(&text).unwrap_or(text)
}

/// A number in which O, I and L stand for 0 and 1.
fn with_digits(text: &str) -> Option<String> {
    let (head, tail) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let digit = |c: char| match c {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let read: String = head.chars().map(digit).chain(tail.chars().map(digit)).collect();
    let is_whole = matches!(text.len(), OLD | FULL) && read[..head.len()].bytes().all(|b| b.is_ascii_digit());
    (is_whole && read.ends_with(|c: char| c.is_ascii_digit() || c == 'X')).then_some(read)
}

/// One row of stars, or of x, within a number, made as long as what it hides.
fn unmasked(text: &str) -> Option<String> {
    let is_star = |c: char| matches!(c, '*' | 'X');
    let start = text.find("**").or_else(|| text.find("XX"))?;
    let end = start + text[start..].find(|c| !is_star(c)).unwrap_or(text.len() - start);
    let (head, tail) = (&text[..start], &text[end..]);
    // what follows is the last digits, of which the check character may be X
    let are_digits = head.bytes().all(|b| b.is_ascii_digit())
        && tail
            .bytes()
            .enumerate()
            .all(|(at, b)| b.is_ascii_digit() || at + 1 == tail.len() && matches!(b, b'X' | b'*'));
    let hidden = if text.len() == OLD { OLD } else { FULL }.checked_sub(head.len() + tail.len())?;
    (are_digits && text.len() <= FULL && hidden >= 2).then(|| format!("{head}{}{tail}", "*".repeat(hidden)))
}

/// 15 or 18 places, some of them shown, the rest `*`.
fn is_masked(characters: &[u8]) -> bool {
    let hidden = characters.iter().filter(|b| **b == b'*').count();
    matches!(characters.len(), OLD | FULL)
        && hidden > 0
        && characters.len() - hidden >= FEWEST_SHOWN
        && characters.iter().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b'X'))
}

/// 外国人永久居留身份证: three letters of nation and twelve digits (until 2023), or 18 characters that begin with 9.
fn is_foreign_permanent(text: &str) -> bool {
    let b = text.as_bytes();
    match b.len() {
        15 => b[..3].iter().all(u8::is_ascii_uppercase) && b[3..].iter().all(u8::is_ascii_digit),
        18 => b[0] == b'9' && b[..17].iter().all(u8::is_ascii_digit) && check_character(&b[..17]) == b[17],
        _ => false,
    }
}

/// 出生医学证明: a letter and nine digits.
fn is_birth_certificate(text: &str) -> bool {
    let b = text.as_bytes();
    b.len() == 10 && b[0].is_ascii_uppercase() && b[1..].iter().all(u8::is_ascii_digit)
}

/// 护照 and 通行证: one or two letters and seven to ten digits. A new one has another number.
fn is_travel_document(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = &text.as_bytes()[letters..];
    matches!(letters, 1 | 2) && (7..=10).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// Two numbers of documents that are no citizen numbers. A card and a certificate are different documents of one person, and who has a new
/// passport has another number; but what stays with the person and differs is another's.
fn other_documents(a: &str, b: &str) -> IdLevel {
    if a == b {
        return IdLevel::Exact;
    }
    // 港澳居民来往内地通行证: the letter and eight digits stay, two more count the renewals
    let kept = |text: &str| {
        text.get(..9).filter(|kept| kept.starts_with(['H', 'M']) && is_travel_document(text)).map(str::to_owned)
    };
    if let (Some(one), Some(other)) = (kept(a), kept(b)) {
        return if one == other { IdLevel::Equivalent } else { IdLevel::Different };
    }
    let stays = (is_foreign_permanent(a) && is_foreign_permanent(b) && a.len() == b.len())
        || (is_birth_certificate(a) && is_birth_certificate(b));
    if stays { IdLevel::Different } else { IdLevel::Missing }
}

/// Compares what is known with what is claimed. Symmetric, except that only one side being mistyped tells which.
#[must_use]
pub fn compare_documents(known: &Document, claimed: &Document) -> IdLevel {
    use Document::{Faulty, Masked, Missing, Other, Resident};
    match (known, claimed) {
        (Missing, _) | (_, Missing) => IdLevel::Missing,
        (Resident { number: a, from_fifteen: a15 }, Resident { number: b, from_fifteen: b15 }) => {
            if a == b {
                same_number(*a15, *b15)
            } else if (*b15 && may_be_cut_off(a, b)) || (*a15 && may_be_cut_off(b, a)) {
                IdLevel::Partial
            } else {
                other_number(a, b)
            }
        }
        (Resident { number, from_fifteen }, Faulty(text)) | (Faulty(text), Resident { number, from_fifteen }) => {
            mistyped(number, *from_fifteen, text.as_bytes())
        }
        (Resident { number, .. }, Masked(text)) | (Masked(text), Resident { number, .. }) => {
            let shown: &[u8] = number.bytes();
            let old: Vec<u8> = [&shown[..6], &shown[8..17]].concat();
            masked(if text.len() == 15 { &old } else { shown }, text.as_bytes())
        }
        (Masked(a), Masked(b)) | (Masked(a), Faulty(b)) | (Faulty(a), Masked(b)) => masked(a.as_bytes(), b.as_bytes()),
        (Other(a), Other(b)) => other_documents(a, b),
        (Faulty(a), Faulty(b)) if a.len().min(b.len()) < 17 => {
            // neither is whole: that they begin alike, or are the same stump, says nothing of the sequence
            if near_miss(a.as_bytes(), b.as_bytes()).is_some() || a == b { IdLevel::Partial } else { IdLevel::Faulty }
        }
        (Faulty(a), Faulty(b)) if has_no_sequence(a) || has_no_sequence(b) => {
            if a.as_bytes()[..WITH_BIRTH_DATE] == b.as_bytes()[..WITH_BIRTH_DATE] {
                IdLevel::Partial
            } else {
                IdLevel::Faulty
            }
        }
        (Other(a), Faulty(b)) | (Faulty(a), Other(b)) | (Faulty(a), Faulty(b)) => {
            if a == b {
                IdLevel::SameFaulty
            } else {
                slip(near_miss(a.as_bytes(), b.as_bytes()))
            }
        }
        // a person may hold a foreigner's card or a birth certificate and a citizen number
        (Other(_), _) | (_, Other(_)) => IdLevel::Missing,
    }
}

fn same_number(a_from_fifteen: bool, b_from_fifteen: bool) -> IdLevel {
    if a_from_fifteen == b_from_fifteen { IdLevel::Exact } else { IdLevel::Equivalent }
}

fn other_number(a: &ResidentNumber, b: &ResidentNumber) -> IdLevel {
    if near_miss(a.bytes(), b.bytes()).is_some() {
        IdLevel::OtherNear
    } else if a.birth_date() == b.birth_date() {
        IdLevel::OtherSameBirthDate
    } else {
        IdLevel::Different
    }
}

/// Fifteen digits that are valid in the old form may still be the beginning of a number of eighteen: 620422 2003 0517 0.
fn may_be_cut_off(whole: &ResidentNumber, from_fifteen: &ResidentNumber) -> bool {
    let written = from_fifteen.bytes();
    let old = [&written[..6], &written[8..17]].concat();
    whole.bytes().starts_with(&old)
}

/// Whether 000 stands where the sequence should.
fn has_no_sequence(text: &str) -> bool {
    text.len() == FULL && text.as_bytes()[14..17] == *NO_SEQUENCE
}

/// A valid number against one that is not valid.
fn mistyped(number: &ResidentNumber, from_fifteen: bool, text: &[u8]) -> IdLevel {
    let full = number.bytes();
    if text.len() == FULL && text[14..17] == *NO_SEQUENCE {
        return if text[..14] == full[..14] { IdLevel::Partial } else { IdLevel::Faulty };
    }
    let old = [&full[..6], &full[8..17]].concat();
    // whoever wrote fifteen digits wrote no check character: a text of seventeen lacks none
    let as_new = if from_fifteen && text.len() < 18 { near_miss(&full[..17], text) } else { near_miss(full, text) };
    slip(as_new.or_else(|| if text.len() < 17 { near_miss(&old, text) } else { None }))
}

fn slip(kind: Option<NearMiss>) -> IdLevel {
    match kind {
        Some(NearMiss::CheckCharacter) => IdLevel::CheckCharacter,
        Some(NearMiss::OneDigit) => IdLevel::OneDigit,
        Some(NearMiss::Transposed) => IdLevel::Transposed,
        Some(NearMiss::Truncated) => IdLevel::Truncated,
        Some(NearMiss::Partial) => IdLevel::Partial,
        None => IdLevel::Faulty,
    }
}

/// Two numbers of which at least one hides some places. Masks that leave region and birth date say nothing of who was born there.
fn masked(a: &[u8], b: &[u8]) -> IdLevel {
    let hidden = |x: u8, y: u8| x == b'*' || y == b'*';
    let agrees = a.iter().zip(b).all(|(x, y)| x == y || hidden(*x, *y));
    if agrees && a.len() != b.len() && a.len().min(b.len()) >= WITH_BIRTH_DATE {
        return IdLevel::Partial; // one of them is cut off
    }
    if a.len() != b.len() || !agrees {
        return IdLevel::Faulty;
    }
    let sequence = if a.len() == 15 { 12..15 } else { 14..17 };
    let shown = sequence.clone().all(|place| !hidden(a[place], b[place])) && a[sequence] != *NO_SEQUENCE;
    if shown { IdLevel::Masked } else { IdLevel::Partial }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(known: &str, claimed: &str) -> IdLevel {
        let (a, b) = (Document::read(known), Document::read(claimed));
        assert_eq!(compare_documents(&a, &b), compare_documents(&b, &a), "symmetric");
        compare_documents(&a, &b)
    }

    #[test]
    fn a_claimed_number_is_placed() {
        let known = "11010519491231002X";
        for (claimed, expected) in [
            ("11010519491231002x", IdLevel::Exact),
            ("110105491231002", IdLevel::Equivalent),
            ("110105194912310021", IdLevel::CheckCharacter),
            ("11010519491231003X", IdLevel::OneDigit),
            ("11015019491231002X", IdLevel::Transposed),
            ("11010519491231002", IdLevel::Truncated),
            ("19491231002X", IdLevel::Truncated),
            ("1101051949123100", IdLevel::Partial),
            ("11010519491231", IdLevel::Partial),
            ("110105194912", IdLevel::Partial),
            ("110105194912310000", IdLevel::Partial), // a sequence nobody was given
            ("110105********002X", IdLevel::Masked),
            ("110105********002*", IdLevel::Masked),
            ("110105491231***", IdLevel::Partial),
            ("110105*****1002", IdLevel::Masked),
            ("11010519491231****", IdLevel::Partial),
            ("110105194912310***", IdLevel::Partial),
            ("110105********0*2X", IdLevel::Partial),
            ("110105********0035", IdLevel::Faulty),
            ("622421199003070035", IdLevel::Faulty),
            ("440524188001010014", IdLevel::Different),
            ("", IdLevel::Missing),
            ("无", IdLevel::Missing),
            ("000000000000000000", IdLevel::Missing),
            ("CAN110108055001", IdLevel::Missing),
            ("H1234567801", IdLevel::Missing),
            ("身份证号：11010519491231002X", IdLevel::Exact),
            ("居民身份证11010519491231002X", IdLevel::Exact),
            ("1.10105194912310E+17", IdLevel::Partial),
            ("1.10105E+17", IdLevel::Missing),
            ("110105xxxxxxxx002x", IdLevel::Masked),
            ("110105****002X", IdLevel::Masked),
            ("110***********002X", IdLevel::Masked),
            ("1****************X", IdLevel::Missing),
            ("11O1O519491231OO2X", IdLevel::Exact),
            ("11010519491231XXXX", IdLevel::Partial),
            ("110105XXXXXXXX0035", IdLevel::Faulty),
        ] {
            assert_eq!(level(known, claimed), expected, "{claimed}");
        }
    }

    #[test]
    fn documents_of_other_kinds_are_compared_with_their_like() {
        for (a, b, expected) in [
            ("H1234567801", "h12345678 01", IdLevel::Exact),
            ("H1234567801", "H1234567802", IdLevel::Equivalent),
            ("H1234567801", "H12345678", IdLevel::Equivalent),
            ("H1234567801", "H1234567901", IdLevel::Different),
            ("E12345678", "EA1234567", IdLevel::Missing),
            ("E12345678", "E12345678", IdLevel::Exact),
            ("E12345678", "H1234567801", IdLevel::Missing),
            ("CAN110108055001", "CAN110108055001", IdLevel::Exact),
            ("CAN110108055001", "CAN110108055002", IdLevel::Different),
            ("CAN110108055001", "E12345678", IdLevel::Missing),
            ("R110000001", "R110000002", IdLevel::Different),
        ] {
            assert_eq!(level(a, b), expected, "{a} {b}");
        }
    }

    #[test]
    fn numbers_of_regions_long_abolished_stay_valid() {
        // 万县市 in 四川, 海口市 in 广东, 江津地区
        for region in ["512201", "440121", "512323"] {
            let old = format!("{region}720514003");
            assert!(matches!(Document::read(&old), Document::Resident { from_fifteen: true, .. }), "{region}");
            let whole = Document::read(&old).expose().unwrap().to_owned();
            assert_eq!(level(&old, &whole), IdLevel::Equivalent);
        }
    }

    #[test]
    fn a_neighbouring_key_is_one_digit() {
        let known = "11010519491231002X";
        for claimed in ["11010519491531002X", "11010519491231005X", "11010519461231002X"] {
            assert_eq!(level(known, claimed), IdLevel::OneDigit, "{claimed}");
        }
    }

    #[test]
    fn another_valid_number_is_never_taken_for_a_slip() {
        // twins: sequence 003 and 005 on one day
        assert_eq!(level("620422199003070036", "620422199003070052"), IdLevel::OtherNear);
    }

    #[test]
    fn packed_numbers_compare_as_whole_ones_do() {
        let numbers: Vec<Document> = [
            "11010519491231002X",
            "620422199003070036",
            "620422199003070052",
            "440524188001010014",
            "620422200305170513",
            "620422200305170",
            "110105491231002",
            "62042219900307003",
            "",
        ]
        .map(Document::read)
        .into();
        let mut told = 0;
        for (a, b) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (a, b))) {
            if let Some(level) = compare_packed(packed(a), packed(b)) {
                assert_eq!(level, compare_documents(a, b));
                told += 1;
            }
        }
        assert!(told >= 10, "{told}");
        let one_day = ["620422199003070036", "440524199003079115"].map(|text| packed(&Document::read(text)));
        assert_eq!(compare_packed(one_day[0], one_day[1]), Some(IdLevel::OtherSameBirthDate));
    }

    #[test]
    fn fifteen_digits_may_be_a_number_cut_off() {
        // read as the old form: born on 17 May 1920, sequence 051
        assert_eq!(level("620422200305170513", "620422200305170"), IdLevel::Partial);
        assert_eq!(level("620422200305170513", "620422200306170"), IdLevel::Different);
    }

    #[test]
    fn two_stumps_never_agree_on_a_sequence() {
        for (a, b, expected) in [
            ("62042219900307", "62042219900307", IdLevel::Partial),
            ("6.20422195203160E+17", "620422195203160036", IdLevel::Partial),
            ("6.20422195203160E+17", "6.20422195203160E+17", IdLevel::Partial),
            ("6.20422195203160E+17", "620422195203170036", IdLevel::Faulty),
            ("62042219900307", "62042219900308", IdLevel::Partial),
            ("62042219900307", "620422198802", IdLevel::Faulty),
            ("620422199003070038", "620422199003070038", IdLevel::SameFaulty),
            ("620422199003070038", "62042219900307003", IdLevel::Truncated),
            ("62042219900307****", "6204221990030700", IdLevel::Partial),
            ("62042219900307****", "6204221990030", IdLevel::Faulty),
            ("62042219900307****", "6204221991030700", IdLevel::Faulty),
            ("620422197003070031", "620422700307003", IdLevel::CheckCharacter),
            ("620422198003070030", "620422700307003", IdLevel::OneDigit),
        ] {
            assert_eq!(level(a, b), expected, "{a} {b}");
        }
    }
}
