//! Chinese addresses, parsed from province to door, and compared at the deepest level that both state.
//!
//! Suffixes may be left out (会宁 for 会宁县) and upper levels too. No map is consulted: places are compared by name, an old one as today's
//! (`places`).

mod parsed;
mod places;

use std::fmt;

use super::characters::{fold, in_one_width, is_han};
use super::levels::levels;
use super::unknown::is_no_place;
use parsed::{Parsed, RANKS, Rank, parse, with_digits};
use places::were_one;

levels! {
    /// How two addresses compare.
    AddressLevel of "address" {
        /// The same door (or the same text altogether).
        Exact = "exact", "住址一致", "the address agrees";
        /// The same village or community, or the same number of one street.
        SameVillage = "same_village", "住址同村（社区）或同一门牌", "the same village, community or street number";
        /// The same town or street.
        SameTown = "same_town", "住址同乡镇（街道）", "the same town or street";
        /// The same county.
        SameCounty = "same_county", "住址同县（区）", "the same county";
        /// Elsewhere.
        Different = "different", "住址不一致", "the address differs";
        /// Not stated on one side, or nothing in common to compare.
        Missing = "missing", "缺住址", "address not stated";
    }
}

impl AddressLevel {
    /// Whether it singles out a place that few people share.
    #[must_use]
    pub fn is_close(self) -> bool {
        matches!(self, Self::Exact | Self::SameVillage)
    }
}

/// An address prepared for comparison. Does not print.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AddressKey {
    /// The whole text, folded, without spaces, and after it the names of today that it does not hold.
    text: Box<str>,
    /// Where the whole text ends.
    whole: u16,
    /// Names by rank, without their suffix, those of today.
    places: [Piece; RANKS],
    /// Whether the county is a district of a city: other cities of the province may have one of the same name.
    is_district: bool,
    /// What follows the last place: street, door.
    rest: Piece,
}

/// Where a piece of a text begins and ends; one that ends at 0 is not there. Millions of addresses are kept in this form.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Piece(u16, u16);

/// No address has more characters; the rest is cut off.
const LONGEST: usize = 500;

impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressKey(redacted)")
    }
}

impl AddressKey {
    /// Reads any text; nothing when fewer than two Chinese characters remain, or a word for "not known".
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let kept = |c: char| (is_han(c) || c.is_ascii_alphanumeric()).then(|| fold(c).to_ascii_lowercase());
        let whole: String = in_one_width(text).filter_map(kept).take(LONGEST).collect();
        let whole = with_digits(&whole);
        let whole = whole.strip_prefix("中华人民共和国").or(whole.strip_prefix("中国")).unwrap_or(&whole).to_owned();
        if whole.chars().filter(|c| is_han(*c)).count() < 2 || is_no_place(&whole) {
            return None;
        }
        let Parsed { places, is_district, rest } = parse(&whole);
        let mut text = whole.clone();
        let mut piece = |part: &str| {
            let start = text.find(part).unwrap_or(text.len());
            if start == text.len() {
                text.push_str(part);
            }
            Piece(place(start), place(start + part.len()))
        };
        let places = places.map(|name| name.map_or(Piece::default(), &mut piece));
        let rest = Piece(place(whole.len() - rest.len()), place(whole.len()));
        Some(Self { text: text.into(), whole: place(whole.len()), places, is_district, rest })
    }
}

/// A place in a text of at most `LONGEST` characters.
fn place(at: usize) -> u16 {
    u16::try_from(at).expect("an address is short")
}

impl AddressKey {
    /// The whole text, folded.
    #[must_use]
    pub fn whole(&self) -> &str {
        &self.text[..usize::from(self.whole)]
    }

    fn piece(&self, Piece(start, end): Piece) -> Option<&str> {
        (end > 0).then(|| &self.text[usize::from(start)..usize::from(end)])
    }

    fn place(&self, rank: Rank) -> Option<&str> {
        self.piece(self.places[rank as usize])
    }

    fn rest(&self) -> &str {
        self.piece(self.rest).unwrap_or_default()
    }

    /// The name of the town or street.
    #[must_use]
    pub fn town(&self) -> Option<&str> {
        self.place(Rank::Town)
    }

    /// The name of the village or community.
    #[must_use]
    pub fn village(&self) -> Option<&str> {
        self.place(Rank::Village)
    }

    /// The village or community, else the street: what is still there when wider places are left out.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        self.village().or_else(|| street(self.rest()).map(|(street, _)| street))
    }

    /// The site with the number that follows it: 建设路33号, 大沟村1社.
    #[must_use]
    pub fn site_number(&self) -> Option<(&str, &str)> {
        match (self.village(), self.place(Rank::Group)) {
            (Some(village), Some(group)) => Some((village, group)),
            (Some(village), None) => number(self.rest()).map(|number| (village, number)),
            (None, _) => street(self.rest()).and_then(|(street, after)| Some((street, number(after)?))),
        }
    }
}

/// The street that a text begins with, and what follows.
fn street(rest: &str) -> Option<(&str, &str)> {
    let ends = rest.char_indices().skip(1).find(|(_, c)| matches!(c, '路' | '街' | '巷' | '道' | '胡' | '弄'))?;
    let after = ends.0 + ends.1.len_utf8();
    rest[..after].chars().all(is_han).then(|| rest.split_at(after))
}

/// The number that a text begins with.
fn number(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// Compares; symmetric.
#[must_use]
pub fn compare_addresses(a: Option<&AddressKey>, b: Option<&AddressKey>) -> AddressLevel {
    let (Some(a), Some(b)) = (a, b) else { return AddressLevel::Missing };
    if a.whole() == b.whole() {
        return AddressLevel::Exact;
    }
    let agree = |rank: Rank| match (a.place(rank), b.place(rank)) {
        (Some(x), Some(y)) => Some(same_place(x, y)),
        _ => None,
    };
    let mut above = [Rank::Province, Rank::City, Rank::County].map(agree);
    // a county has its name alone in its province, whatever prefecture it belonged to then; a district has not
    if above[2] == Some(true)
        && !a.is_district
        && !b.is_district
        && let (Some(one), Some(other)) = (a.place(Rank::Province), b.place(Rank::Province))
        && (above[0] == Some(true) || were_one(one, other))
    {
        above = [None, None, Some(true)];
    }
    if above.contains(&Some(false)) {
        return AddressLevel::Different;
    }
    let (town, village, group) = (agree(Rank::Town), agree(Rank::Village), agree(Rank::Group));
    if village == Some(true) && town != Some(false) {
        let door = group != Some(false) && !a.rest().is_empty() && a.rest() == b.rest();
        return if door { AddressLevel::Exact } else { AddressLevel::SameVillage };
    }
    if town == Some(true) && village.is_none() && !a.rest().is_empty() && a.rest() == b.rest() {
        return AddressLevel::Exact;
    }
    // a street and a door in one county, of which neither names a town
    if town.is_none() && village.is_none() && above[2] == Some(true) && is_a_door(a, b) {
        return AddressLevel::Exact;
    }
    // a street with its number, wherever the rest was cut off
    if town != Some(false) && village.is_none() && a.site_number().is_some() && a.site_number() == b.site_number() {
        return AddressLevel::SameVillage;
    }
    match (town, above[2]) {
        (Some(true), _) => AddressLevel::SameTown,
        (_, Some(true)) => AddressLevel::SameCounty,
        (Some(false), None) => AddressLevel::Different,
        _ => AddressLevel::Missing,
    }
}

/// Whether two addresses name no town or village and one street with its number, and all that follows.
fn is_a_door(a: &AddressKey, b: &AddressKey) -> bool {
    let has_none = |of: &AddressKey| of.town().is_none() && of.village().is_none();
    has_none(a) && has_none(b) && a.site_number().is_some() && a.rest() == b.rest()
}

/// Names of places agree when equal, or when one carries wider places that were not parted from it (甘肃会宁会师 and 会师).
fn same_place(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    a == b || short.chars().count() >= 2 && long.ends_with(short)
}

#[cfg(test)]
mod tests;
