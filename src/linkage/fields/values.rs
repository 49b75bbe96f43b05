//! The distinct values of a column, prepared for comparison and blocking.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use jiff::civil::Date;
use rayon::prelude::*;

use super::kind::Kind;
use crate::household::Sex;
use crate::identity::address::{AddressKey, compare_addresses};
use crate::identity::birth_date::{compare_birth_dates, read_birth_date};
use crate::identity::code::compare_codes;
use crate::identity::document::{self, Document, compare_documents};
use crate::identity::levels::Level;
use crate::identity::name::Name;
use crate::identity::name::levels::compare_names;
use crate::identity::phone::{self, PhoneKey, compare_phones};
use crate::identity::pinyin::{Sound, Tolerance};
use crate::identity::sex::{compare_sex, read_sex};
use crate::identity::text::{TextKey, compare_texts};

/// The characters that `begin` and `end` of a text take.
const PART_LENGTH: usize = 4;
/// The digits that the tail of a telephone number takes.
const PHONE_TAIL: usize = 8;

/// The distinct values of a column; value 0 is the missing one.
pub enum Values {
    /// Names.
    Names(Vec<Name>),
    /// Document numbers.
    Documents(Vec<Document>),
    /// Birth dates.
    Dates(Vec<Option<Date>>),
    /// Sexes.
    Sexes(Vec<Option<Sex>>),
    /// Telephone numbers.
    Phones(Vec<Option<PhoneKey>>),
    /// Addresses.
    Addresses(Vec<Option<AddressKey>>),
    /// Texts.
    Texts(Vec<TextKey>),
    /// Codes.
    Codes(Vec<TextKey>),
}

/// What document numbers say, by document.
pub enum Said {
    /// Of anything but birth date and sex.
    Nothing,
    /// Birth dates, and which values they are.
    Dates {
        /// Values by date.
        known: HashMap<Date, u32, FixedState>,
        /// By document.
        said: Vec<Option<Date>>,
    },
    /// Sexes.
    Sexes {
        /// Values by sex.
        known: HashMap<Sex, u32, FixedState>,
        /// By document.
        said: Vec<Option<Sex>>,
    },
}

impl Said {
    /// What a document says, as a value; one that nobody stated becomes a new value.
    pub fn of(&mut self, values: &mut Values, document: u32) -> Option<u32> {
        match (self, values) {
            (Self::Dates { known, said }, Values::Dates(list)) => {
                let date = said[document as usize]?;
                Some(*known.entry(date).or_insert_with(|| {
                    list.push(Some(date));
                    number(list.len() - 1)
                }))
            }
            (Self::Sexes { known, said }, Values::Sexes(list)) => {
                let sex = said[document as usize]?;
                Some(*known.entry(sex).or_insert_with(|| {
                    list.push(Some(sex));
                    number(list.len() - 1)
                }))
            }
            _ => None,
        }
    }
}

/// A place as the number of a value.
fn number(place: usize) -> u32 {
    u32::try_from(place).expect("fewer than four thousand million distinct values")
}

/// Applies one expression to the values, whatever their kind.
macro_rules! each {
    ($values:expr, $list:ident => $made:expr) => {
        match $values {
            Values::Names($list) => $made,
            Values::Documents($list) => $made,
            Values::Dates($list) => $made,
            Values::Sexes($list) => $made,
            Values::Phones($list) => $made,
            Values::Addresses($list) => $made,
            Values::Texts($list) => $made,
            Values::Codes($list) => $made,
        }
    };
}

impl Values {
    /// Prepares distinct texts; gives back the value of each. What reads as nothing is value 0. What reads alike is one value, but for names
    /// and addresses, where it seldom does.
    #[must_use]
    pub fn read(kind: Kind, texts: &[&str]) -> (Self, Vec<u32>) {
        fn made<T>((list, places): (Vec<T>, Vec<u32>), wrap: impl FnOnce(Vec<T>) -> Values) -> (Values, Vec<u32>) {
            (wrap(list), places)
        }
        let text = || distinct(texts, TextKey::default(), TextKey::read, TextKey::is_missing);
        match kind {
            Kind::PersonName => made(each_its_own(texts, Name::default(), Name::read, Name::is_missing), Self::Names),
            Kind::IdNumber => {
                let missing = |document: &Document| *document == Document::Missing;
                made(distinct(texts, Document::Missing, Document::read, missing), Self::Documents)
            }
            Kind::BirthDate => made(distinct(texts, None, read_birth_date, Option::is_none), Self::Dates),
            Kind::Sex => made(distinct(texts, None, read_sex, Option::is_none), Self::Sexes),
            Kind::Phone => made(distinct(texts, None, PhoneKey::read, Option::is_none), Self::Phones),
            Kind::Address => made(each_its_own(texts, None, AddressKey::read, Option::is_none), Self::Addresses),
            Kind::Text => made(text(), Self::Texts),
            Kind::Code => made(text(), Self::Codes),
        }
    }

    /// How many there are, the missing one among them.
    #[must_use]
    pub fn len(&self) -> usize {
        each!(self, list => list.len())
    }

    /// Whether there are none, not even the missing one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The level of two values, by its place among the kind's levels. Symmetric.
    #[must_use]
    pub fn level(&self, a: u32, b: u32, tolerance: Tolerance) -> usize {
        let (a, b) = (a as usize, b as usize);
        match self {
            Self::Names(list) => compare_names(&list[a], &list[b], tolerance).index(),
            Self::Documents(list) => compare_documents(&list[a], &list[b]).index(),
            Self::Dates(list) => compare_birth_dates(list[a], list[b]).index(),
            Self::Sexes(list) => compare_sex(list[a], list[b]).index(),
            Self::Phones(list) => compare_phones(list[a].as_ref(), list[b].as_ref()).index(),
            Self::Addresses(list) => compare_addresses(list[a].as_ref(), list[b].as_ref()).index(),
            Self::Texts(list) => compare_texts(&list[a], &list[b]).index(),
            Self::Codes(list) => compare_codes(&list[a], &list[b]).index(),
        }
    }

    /// The values as integers that tell quite different ones apart; empty where the kind has none.
    #[must_use]
    pub fn packed(&self) -> Vec<u64> {
        match self {
            Self::Documents(list) => list.iter().map(document::packed).collect(),
            Self::Phones(list) => list.iter().map(|phone| phone::packed(phone.as_ref())).collect(),
            _ => Vec::new(),
        }
    }

    /// The level of two packed values; none where [`Values::level`] has to look.
    #[inline]
    #[must_use]
    pub fn packed_level(&self, a: u64, b: u64) -> Option<usize> {
        match self {
            Self::Documents(_) => document::compare_packed(a, b).map(Level::index),
            Self::Phones(_) => phone::compare_packed(a, b).map(Level::index),
            _ => None,
        }
    }

    /// No values at all.
    #[must_use]
    pub fn none() -> Self {
        Self::Sexes(Vec::new())
    }

    /// Of every value, the value of the same text in another column; [`NOWHERE`](super::super::table::NOWHERE) where there is none.
    #[must_use]
    pub fn same_in(&self, other: &Self) -> Vec<u32> {
        let (Self::Texts(own), Self::Texts(others)) = (self, other) else { return vec![u32::MAX; self.len()] };
        let places = others.iter().enumerate().skip(1).map(|(place, text)| (text, number(place)));
        let places: HashMap<&TextKey, u32, FixedState> = places.collect();
        own.iter().map(|text| places.get(text).copied().unwrap_or(u32::MAX)).collect()
    }

    /// What document numbers say of birth date or sex, as values of this column.
    #[must_use]
    pub fn said_by(&self, documents: &Self) -> Said {
        let Self::Documents(documents) = documents else { return Said::Nothing };
        match self {
            Self::Dates(own) => {
                let known = own.iter().enumerate().filter_map(|(place, date)| Some(((*date)?, number(place))));
                let said = documents.iter().map(|document| document.resident().map(|number| number.birth_date()));
                Said::Dates { known: known.collect(), said: said.collect() }
            }
            Self::Sexes(own) => {
                let known = own.iter().enumerate().filter_map(|(place, sex)| Some(((*sex)?, number(place))));
                let said = documents.iter().map(|document| document.resident().map(|number| number.sex()));
                Said::Sexes { known: known.collect(), said: said.collect() }
            }
            _ => Said::Nothing,
        }
    }

    /// A hash of a part of every value, by value; 0 where a value does not have the part. Equal parts hash alike.
    ///
    /// # Panics
    /// For a part that the kind does not have: models are checked before.
    #[must_use]
    pub fn part_keys(&self, part: &str, tolerance: Tolerance) -> Vec<u64> {
        match self {
            Self::Names(list) => list.par_iter().map(|name| name_part(name, part, tolerance)).collect(),
            Self::Documents(list) => list.par_iter().map(|document| document_part(document, part)).collect(),
            Self::Dates(list) => list.par_iter().map(|date| date.map_or(0, |date| date_part(date, part))).collect(),
            Self::Sexes(list) => list.iter().map(|sex| sex.map_or(0, |sex| key(sex == Sex::Male))).collect(),
            Self::Phones(list) => list.par_iter().map(|phone| phone_part(phone.as_ref(), part)).collect(),
            Self::Addresses(list) => list.par_iter().map(|address| address_part(address.as_ref(), part)).collect(),
            Self::Texts(list) | Self::Codes(list) => list.par_iter().map(|text| text_part(text, part)).collect(),
        }
    }
}

/// Prepares distinct texts on all cores, and gives every one its number: for kinds whose values differ when their texts do, and those of
/// which few texts read as one, which a comparison finds as well.
fn each_its_own<T: Send>(
    texts: &[&str],
    missing: T,
    read: impl Fn(&str) -> T + Sync,
    is_missing: impl Fn(&T) -> bool,
) -> (Vec<T>, Vec<u32>) {
    let mut list = Vec::with_capacity(texts.len() + 1);
    list.push(missing);
    list.par_extend(texts.par_iter().map(|text| read(text)));
    let places = list.iter().enumerate().skip(1);
    let places = places.map(|(place, value)| if is_missing(value) { 0 } else { number(place) }).collect();
    (list, places)
}

/// Prepares texts on all cores, and gives every distinct value its number.
fn distinct<T: Eq + Hash + Send>(
    texts: &[&str],
    missing: T,
    read: impl Fn(&str) -> T + Sync,
    is_missing: impl Fn(&T) -> bool,
) -> (Vec<T>, Vec<u32>) {
    let prepared: Vec<T> = texts.par_iter().map(|text| read(text)).collect();
    let hasher = FixedState::default();
    let mut list = vec![missing];
    let mut known: HashTable<u32> = HashTable::with_capacity(prepared.len());
    let mut of_value = |value: T| {
        if is_missing(&value) {
            return 0;
        }
        let hash = hasher.hash_one(&value);
        let same = |other: &u32| list[*other as usize] == value;
        if let Some(found) = known.find(hash, same) {
            return *found;
        }
        let next = number(list.len());
        known.insert_unique(hash, next, |other| hasher.hash_one(&list[*other as usize]));
        list.push(value);
        next
    };
    let places = prepared.into_iter().map(&mut of_value).collect();
    (list, places)
}

/// A hash that is never 0: that stands for "does not have it".
fn key(of: impl Hash) -> u64 {
    FixedState::default().hash_one(of).max(1)
}

fn name_part(name: &Name, part: &str, tolerance: Tolerance) -> u64 {
    let sounds = |from: usize| {
        let first: Vec<Sound> = name.sounds()[from..].iter().map(|[sound, _]| sound.tolerant(tolerance)).collect();
        if first.is_empty() || !first.iter().all(|sound| sound.is_known()) { 0 } else { key(first) }
    };
    let characters = |characters: &[char]| if characters.is_empty() { 0 } else { key(characters) };
    if name.is_missing() {
        return 0;
    }
    match part {
        "whole" if name.has_stand_in() => 0,
        "whole" => characters(name.folded()),
        "sound" => sounds(0),
        "surname" => characters(name.surname()),
        "given" => characters(name.given()),
        "given_sound" => sounds(name.surname().len()),
        other => unreachable!("a name has no part {other}"),
    }
}

fn document_part(document: &Document, part: &str) -> u64 {
    let Some(text) = document.expose() else { return 0 };
    let of = |range: std::ops::Range<usize>| text.get(range).filter(|_| text.len() == 18).map_or(0, key);
    match part {
        "whole" => key(text),
        "birth_date" => of(6..14),
        "tail" => of(10..17),
        other => unreachable!("a document number has no part {other}"),
    }
}

fn date_part(date: Date, part: &str) -> u64 {
    match part {
        "whole" => key(date),
        "year" => key(date.year()),
        "year_month" => key((date.year(), date.month())),
        "month_day" => key((date.month(), date.day())),
        other => unreachable!("a date has no part {other}"),
    }
}

fn phone_part(phone: Option<&PhoneKey>, part: &str) -> u64 {
    let Some(digits) = phone.and_then(PhoneKey::digits) else { return 0 };
    match part {
        "whole" => key(digits),
        "tail" => key(&digits[digits.len().saturating_sub(PHONE_TAIL)..]),
        other => unreachable!("a telephone number has no part {other}"),
    }
}

fn address_part(address: Option<&AddressKey>, part: &str) -> u64 {
    let Some(address) = address else { return 0 };
    match part {
        "whole" => key(address.whole()),
        "town" => address.town().map_or(0, key),
        "village" => address.village().map_or(0, |village| key((address.town(), village))),
        "site" => address.site().map_or(0, key),
        "site_number" => address.site_number().map_or(0, key),
        other => unreachable!("an address has no part {other}"),
    }
}

fn text_part(text: &TextKey, part: &str) -> u64 {
    let text = text.as_str();
    let end_of_begin = text.char_indices().nth(PART_LENGTH).map_or(text.len(), |(at, _)| at);
    let begin_of_end = text.char_indices().rev().nth(PART_LENGTH - 1).map_or(0, |(at, _)| at);
    match part {
        _ if text.is_empty() => 0,
        "whole" => key(text),
        "begin" => key(&text[..end_of_begin]),
        "end" => key(&text[begin_of_end..]),
        other => unreachable!("a text has no part {other}"),
    }
}
