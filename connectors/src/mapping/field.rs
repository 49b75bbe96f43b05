//! One field of a record: where it stands, how it is written, what it becomes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::money::{Rounding, Unit, fen, scaled};
use super::path::{Path, Place};
use crate::codec::Unreadable;
use crate::dates::DatePattern;
use crate::records::{Fen, Share, YearMonth};

/// Where a field comes from and how it is read.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) from: Origin,
    /// Characters `from..to` of the text alone.
    pub(crate) slice: Option<(usize, usize)>,
    /// Words that mean "not stated" besides the empty text.
    pub(crate) absent: Vec<String>,
    /// What it means when nothing is stated, where the wire gives that a meaning.
    pub(crate) default: Option<Value>,
    pub(crate) reading: Reading,
}

/// A place in the answer, or a value of the definition's own.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    Path(Path),
    Constant(Value),
}

/// How a text is read.
#[derive(Clone, Debug)]
pub(crate) enum Reading {
    Text,
    Money { unit: Unit, separators: bool, rounding: Rounding },
    Date { formats: Vec<DatePattern> },
    Month { formats: Vec<DatePattern> },
    Integer { min: u32, max: u32 },
    Area,
    Share,
    Code(BTreeMap<String, Value>),
}

impl Field {
    /// A plain text at a path.
    pub(crate) fn text(path: Path) -> Self {
        Self { from: Origin::Path(path), slice: None, absent: Vec::new(), default: None, reading: Reading::Text }
    }

    /// The value in canonical JSON; `None` when it is not stated.
    pub(crate) fn read(&self, place: Place<'_>) -> Result<Option<Value>, Unreadable> {
        let path = match &self.from {
            Origin::Constant(value) => return Ok(Some(value.clone())),
            Origin::Path(path) => path,
        };
        let Some(text) = path.scalar(place)?.filter(|text| !self.absent.contains(text)) else {
            return Ok(self.default.clone());
        };
        let unreadable = |reason: &str| Unreadable::new(path.shown(place), reason);
        let text = match self.slice {
            None => text,
            Some((from, to)) => {
                let part: String = text.chars().skip(from).take(to - from).collect();
                if part.chars().count() < to - from {
                    return Err(unreadable("is too short"));
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
            Reading::Money { .. } => one("0.00"),
            Reading::Date { .. } => one("2000-01-01"),
            Reading::Month { .. } => one("2000-01"),
            Reading::Integer { min, .. } => vec![Value::from(*min)],
            Reading::Area => one("1.00"),
            Reading::Share => one("1/1"),
            Reading::Code(codes) => codes.values().cloned().collect(),
        };
        stated.into_iter().chain(self.default.clone()).collect()
    }
}

impl Reading {
    fn read(&self, text: &str) -> Result<Value, &'static str> {
        match self {
            Self::Text => Ok(Value::from(text)),
            Self::Money { unit, separators, rounding } => {
                fen(text, *unit, *separators, *rounding).map(|amount| Value::from(Fen(amount).to_string()))
            }
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
            Self::Area => match scaled(text, 2, false, Rounding::Exact)? {
                area if area < 0 => Err("is a negative area"),
                area => Ok(Value::from(Fen(area).to_string())),
            },
            Self::Share => match text.parse::<Share>() {
                Ok(share) => Ok(Value::from(share.to_string())),
                Err(_) => Err("is not a share n/m"),
            },
            Self::Code(codes) => codes.get(text).cloned().ok_or("is a code that the definition does not know"),
        }
    }
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
}
