//! What is wrong with faulty rows, and which rows are faulty. Pure but for the stream of chance, keyed by seed and household.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::population::id_numbers;

/// One kind of faulty row; `BATCHES.md` describes every one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowFault {
    /// The check character of a member's ID number is wrong.
    BadChecksum,
    /// A member has no name.
    MissingName,
    /// Every authorisation ended before the as-of date.
    AuthorisationExpired,
    /// The household stands in the file a second time; this is the second.
    DuplicateHousehold,
    /// A spreadsheet wrote an ID number as `6.20422E+17`.
    ScientificNotation,
    /// A spreadsheet kept fifteen digits of an ID number and wrote `000` for the rest.
    TrailingZeros,
}

impl RowFault {
    /// Every kind, in the page's order.
    pub const ALL: [Self; 6] = [
        Self::BadChecksum,
        Self::MissingName,
        Self::AuthorisationExpired,
        Self::DuplicateHousehold,
        Self::ScientificNotation,
        Self::TrailingZeros,
    ];

    /// The word in truth files and on the page.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BadChecksum => "bad_checksum",
            Self::MissingName => "missing_name",
            Self::AuthorisationExpired => "authorisation_expired",
            Self::DuplicateHousehold => "duplicate_household",
            Self::ScientificNotation => "scientific_notation",
            Self::TrailingZeros => "trailing_zeros",
        }
    }
}

/// What befalls a household's row under a share of faulty ones, in ten-thousandths; every kind is as frequent as the others.
pub(crate) fn drawn(seed: u64, share: u32, index: u32) -> Option<RowFault> {
    let mut chance = Chance::new(seed, "batch faults", u64::from(index));
    (chance.below(10_000) < u64::from(share)).then(|| *chance.pick(&RowFault::ALL))
}

/// Damages a request and says what it came to: a number whose zeros happen to be valid gets a wrong check character instead.
pub(crate) fn damage(request: &mut Value, fault: RowFault, as_of: Date) -> RowFault {
    let Some(members) = request.pointer_mut("/household/members").and_then(Value::as_array_mut) else { return fault };
    match fault {
        RowFault::AuthorisationExpired => members.iter_mut().for_each(|member| expire(member, as_of)),
        RowFault::DuplicateHousehold => {}
        _ => return members.last_mut().map_or(fault, |member| damage_member(member, fault)),
    }
    fault
}

/// Numbers and names are damaged of the last member: whoever reads only the first row of a household misses them.
fn damage_member(member: &mut Value, fault: RowFault) -> RowFault {
    if fault == RowFault::MissingName {
        member["name"] = json!("");
        return fault;
    }
    let number = member["id_number"].as_str().unwrap_or_default().to_owned();
    let (written, fault) = match fault {
        RowFault::ScientificNotation => (scientific(&number), fault),
        RowFault::TrailingZeros if !id_numbers::is_valid(&zeroed(&number)) => (zeroed(&number), fault),
        _ => (other_check(&number), RowFault::BadChecksum),
    };
    member["id_number"] = json!(written);
    fault
}

fn expire(member: &mut Value, as_of: Date) {
    let ago = |days: i64| as_of.saturating_sub(jiff::Span::new().days(days)).to_string();
    member["authorisation"]["signed_on"] = json!(ago(400));
    member["authorisation"]["valid_until"] = json!(ago(35));
}

/// As a cell of format "general" shows it once the file was saved as text.
fn scientific(number: &str) -> String {
    format!("{}.{}E+17", number.get(..1).unwrap_or("6"), number.get(1..6).unwrap_or("20422"))
}

fn zeroed(number: &str) -> String {
    format!("{}000", number.get(..15).unwrap_or(number))
}

fn other_check(number: &str) -> String {
    let head = number.get(..17).unwrap_or(number);
    let other = if number.ends_with('1') { '2' } else { '1' };
    format!("{head}{other}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_numbers_look_as_described_and_are_never_valid() {
        let number = "110101199003070038";
        assert_eq!(scientific(number), "1.10101E+17");
        assert_eq!(zeroed(number), "110101199003070000");
        assert!(!id_numbers::is_valid(&other_check(number)) && other_check(number).len() == 18);
        let valid_zeros = id_numbers::check_character("11010119900307100").map(|c| format!("11010119900307100{c}"));
        assert!(valid_zeros.is_some_and(|number| id_numbers::is_valid(&number)));
    }

    #[test]
    fn the_page_describes_every_kind() {
        let page = include_str!("../../BATCHES.md");
        for kind in RowFault::ALL {
            assert!(page.contains(&format!("| `{}` |", kind.word())), "BATCHES.md lacks {}", kind.word());
        }
    }
}
