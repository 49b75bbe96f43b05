//! One field of a record: where it stands, how it is written, what it becomes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::money::Money;
use super::path::{Path, Place};
use crate::codec::Unreadable;
use crate::dates::DatePattern;
use crate::decimal::{Rounding, scaled};
use crate::records::{Fen, Share, YearMonth};

/// Hundredths of a square metre; a hundred square kilometres are no unit any more.
const LARGEST_AREA: i64 = 10_000_000_000;

/// Where a field comes from and how it is read.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) from: Origin,
    /// Characters `from..to` of the text alone.
    pub(crate) slice: Option<(usize, usize)>,
    /// When this is stated, the field is not: what stands at its place belongs to something else then.
    pub(crate) unless: Option<Path>,
    /// Words that mean "not stated" besides the empty text.
    pub(crate) absent: Vec<String>,
    /// What it means when nothing is stated, where the wire gives that a meaning.
    pub(crate) default: Option<Value>,
    pub(crate) reading: Reading,
}

/// Places in the answer, or a value of the definition's own.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// The first of them that states something counts.
    Paths(Vec<Path>),
    Constant(Value),
}

/// How a text is read.
#[derive(Clone, Debug)]
pub(crate) enum Reading {
    Text,
    Money(Money),
    Date {
        formats: Vec<DatePattern>,
    },
    Month {
        formats: Vec<DatePattern>,
    },
    Integer {
        min: u32,
        max: u32,
    },
    Area,
    Share,
    /// A share as a decimal from 0 to 1.
    Ratio,
    Code(BTreeMap<String, Value>),
}

impl Field {
    /// A plain text at a path.
    pub(crate) fn text(path: Path) -> Self {
        Self {
            from: Origin::Paths(vec![path]),
            slice: None,
            unless: None,
            absent: Vec::new(),
            default: None,
            reading: Reading::Text,
        }
    }

    /// The value in canonical JSON; `None` when it is not stated.
    pub(crate) fn read(&self, place: Place<'_>) -> Result<Option<Value>, Unreadable> {
        let paths = match &self.from {
            Origin::Constant(value) => return Ok(Some(value.clone())),
            Origin::Paths(paths) => paths,
        };
        if let Some(unless) = &self.unless
            && unless.scalar(place)?.is_some()
        {
            return Ok(None);
        }
        let mut stated = None;
        for path in paths {
            if let Some(text) = path.scalar(place)?.filter(|text| !self.absent.contains(text)) {
                stated = Some((path, text));
                break;
            }
        }
        let Some((path, text)) = stated else { return Ok(self.default.clone()) };
        let unreadable = |reason: String| Unreadable::new(path.shown(place), reason);
        let text = match self.slice {
            None => text,
            Some((from, to)) => {
                let part: String = text.chars().skip(from).take(to - from).collect();
                if part.chars().count() < to - from {
                    return Err(unreadable("is too short".into()));
                }
                part
            }
        };
        self.reading.read(&text).map(Some).map_err(unreadable)
    }

    /// What the field can become, for checking a definition against the record it makes.
    pub(crate) fn examples(&self) -> Vec<Value> {
        if let Origin::Constant(value) = &self.from {
            return vec![value.clone()];
        }
        let one = |text: &str| vec![Value::from(text)];
        let stated = match &self.reading {
            Reading::Text => one("x"),
            Reading::Money(_) => one("0.00"),
            Reading::Date { .. } => one("2000-01-01"),
            Reading::Month { .. } => one("2000-01"),
            Reading::Integer { min, .. } => vec![Value::from(*min)],
            Reading::Area => one("1.00"),
            Reading::Share | Reading::Ratio => one("1/1"),
            Reading::Code(codes) => codes.values().cloned().collect(),
        };
        stated.into_iter().chain(self.default.clone()).collect()
    }
}

impl Reading {
    fn read(&self, text: &str) -> Result<Value, String> {
        let read = match self {
            Self::Text => Ok(Value::from(text)),
            Self::Money(money) => return money.fen(text).map(|amount| Value::from(Fen(amount).to_string())),
            Self::Date { formats } => match formats.iter().find_map(|format| format.read(text)) {
                Some(day) => Ok(Value::from(day.to_string())),
                None => Err("is not a date of the stated formats"),
            },
            Self::Month { formats } => match formats.iter().find_map(|format| format.read(text)) {
                Some(day) => Ok(Value::from(YearMonth::of(day).to_string())),
                None => Err("is not a month of the stated formats"),
            },
            Self::Integer { min, max } => match text.parse::<u32>() {
                Ok(number) if (*min..=*max).contains(&number) => Ok(Value::from(number)),
                Ok(_) => Err("is outside the stated range"),
                Err(_) => Err("is not a whole number"),
            },
            Self::Area => match scaled(text, 2, Rounding::Exact) {
                Ok(area) if !(0..=LARGEST_AREA).contains(&area) => Err("is no area that a unit can have"),
                Ok(area) => Ok(Value::from(Fen(area).to_string())),
                Err(fault) => return Err(fault.to_string()),
            },
            Self::Share => match text.parse::<Share>() {
                Ok(share) => Ok(Value::from(share.to_string())),
                Err(_) => Err("is not a share n/m"),
            },
            Self::Ratio => match ratio(text) {
                Some(share) => Ok(Value::from(share.to_string())),
                None => Err("is not a share between 0 and 1"),
            },
            Self::Code(codes) => codes.get(text).cloned().ok_or("is a code that the definition does not know"),
        };
        read.map_err(str::to_owned)
    }
}

/// `0.350000` to 7/20.
fn ratio(text: &str) -> Option<Share> {
    let mut numerator = u32::try_from(scaled(text, 6, Rounding::Exact).ok()?).ok()?;
    let mut denominator = 1_000_000;
    for divisor in [2, 5] {
        while numerator > 0 && numerator % divisor == 0 && denominator % divisor == 0 {
            (numerator, denominator) = (numerator / divisor, denominator / divisor);
        }
    }
    Share::new(numerator, denominator).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn slices_and_unknown_codes() {
        let codes = BTreeMap::from([("4".to_owned(), json!("limb"))]);
        let path = Path::parse("@.cjzh").unwrap();
        let field = Field { slice: Some((18, 19)), reading: Reading::Code(codes), ..Field::text(path) };
        let read = |number: &str| {
            let row = json!({ "cjzh": number });
            field.read(Place { root: &row, node: &row, location: "$.certs[0]" })
        };
        assert_eq!(read("62042219710302123X43"), Ok(Some(json!("limb"))));
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("6204221971").unwrap_err(), Unreadable::new("$.certs[0].cjzh", "is too short"));
        assert_eq!(read("62042219710302123X93").unwrap_err().reason, "is a code that the definition does not know");
    }

    #[test]
    fn the_first_stated_path_counts_and_what_belongs_to_something_else_is_left_out() {
        let at = |text| Path::parse(text).unwrap();
        let book = Field { from: Origin::Paths(vec![at("@.hh"), at("$.hh")]), ..Field::text(at("$")) };
        let address = Field { unless: Some(at("@.hh")), ..Field::text(at("$.hjdz")) };
        let root = json!({ "hh": "B1", "hjdz": "会师镇", "rows": [{ "hh": "B2" }, { "hh": "" }] });
        let read = |field: &Field, row: usize| {
            field.read(Place { root: &root, node: &root["rows"][row], location: "$.rows[0]" }).unwrap()
        };
        assert_eq!((read(&book, 0), read(&address, 0)), (Some(json!("B2")), None));
        assert_eq!((read(&book, 1), read(&address, 1)), (Some(json!("B1")), Some(json!("会师镇"))));
    }

    #[test]
    fn ratios_are_shares() {
        for (text, share) in
            [("0.350000", Some("7/20")), ("1.000000", Some("1/1")), ("0.333333", Some("333333/1000000"))]
        {
            assert_eq!(ratio(text).map(|share| share.to_string()).as_deref(), share, "{text}");
        }
        for text in ["0", "0.000000", "1.000001", "-0.5", "x", "0.3333333"] {
            assert_eq!(ratio(text), None, "{text}");
        }
    }
}
