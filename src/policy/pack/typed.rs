//! Typed parameters: a value in force, with where it comes from.

use std::sync::Arc;

use jiff::civil::Date;

use super::document::Law;
use super::resolved::{ResolvedEntry, ResolvedPack};
use super::value::{Codes, Kind, Ratio, Tiers, Value, Word};
use crate::household::{Area, Fen, YearMonth};
use crate::policy::assessment::{Basis, Ground};
use crate::policy::window::Window;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Position in the catalogue.
    pub index: usize,
    /// Key.
    pub key: &'static str,
    /// The pack that set it, e.g. `huining`.
    pub pack: String,
    /// On what it rests.
    pub basis: Basis,
    /// Law in words: `《最低生活保障审核确认办法》第十三条`.
    pub law: String,
    /// The value in words, with its unit.
    pub value: String,
}

/// A value in force, with where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Arc<Origin>,
}

/// A value for every month of the income window, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Monthly<T>(pub Vec<Param<T>>);

/// A type that a parameter's value can be read as.
pub trait Typed: Sized {
    /// What the value must look like.
    const KIND: Kind;
    /// Reads it.
    fn of(value: &Value) -> Option<Self>;
}

macro_rules! plain {
    ($($ty:ty = $variant:ident),* $(,)?) => {$(
        impl Typed for $ty {
            const KIND: Kind = Kind::$variant;
            fn of(value: &Value) -> Option<Self> {
                if let Value::$variant(value) = value { Some(value.clone()) } else { None }
            }
        }
    )*};
}
plain! { Fen = Money, Ratio = Ratio, i64 = Integer, Area = Area, bool = Boolean, Tiers = Tiers, String = Text }

impl<T: Word> Typed for Codes<T> {
    const KIND: Kind = Kind::Codes(T::WORDS);
    fn of(value: &Value) -> Option<Self> {
        if let Value::Codes(words) = value {
            words.iter().map(|w| T::of_word(w)).collect::<Option<_>>().map(Self)
        } else {
            None
        }
    }
}

macro_rules! choices {
    ($($ty:ident),*) => {$(
        impl Typed for super::value::$ty {
            const KIND: Kind = Kind::Choice(<Self as Word>::WORDS);
            fn of(value: &Value) -> Option<Self> {
                if let Value::Choice(word) = value { Self::of_word(word) } else { None }
            }
        }
    )*};
}
choices!(Handling, StandardKind, Floor, AmountMethod, RiseReading, PartMonths, Arrears);

/// How a field of the typed parameters is read.
pub trait Shape: Sized {
    /// What the value must look like.
    const KIND: Kind;
    /// Whether a pack must have a value at every date.
    const REQUIRED: bool;
    /// Whether it is read for every month of the income window before a date.
    const MONTHLY: bool = false;
    /// Reads it; none when it is missing at a date where it is needed.
    fn read(pack: &ResolvedPack, index: usize, key: &'static str, as_of: Date) -> Option<Self>;
}

fn param<T: Typed>(entry: &ResolvedEntry, index: usize, key: &'static str) -> Option<Param<T>> {
    let law = entry.law.as_ref().map_or_else(|| Ground::NO_LAW.to_owned(), Law::to_string);
    let origin = Origin {
        index,
        key,
        pack: entry.pack.clone(),
        basis: entry.basis,
        law,
        value: format!("{} {}", entry.value, entry.unit),
    };
    Some(Param { value: T::of(&entry.value)?, origin: Arc::new(origin) })
}

impl<T: Typed> Shape for Param<T> {
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = true;
    fn read(pack: &ResolvedPack, index: usize, key: &'static str, as_of: Date) -> Option<Self> {
        param(pack.on(key, as_of)?, index, key)
    }
}

impl<T: Typed> Shape for Option<Param<T>> {
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = false;
    fn read(pack: &ResolvedPack, index: usize, key: &'static str, as_of: Date) -> Option<Self> {
        match pack.on(key, as_of) {
            Some(entry) => param(entry, index, key).map(Some),
            None => Some(None),
        }
    }
}

impl<T: Typed> Shape for Monthly<T> {
    const KIND: Kind = T::KIND;
    const REQUIRED: bool = true;
    const MONTHLY: bool = true;
    fn read(pack: &ResolvedPack, index: usize, key: &'static str, as_of: Date) -> Option<Self> {
        let window = Window::before(as_of);
        window
            .months()
            .map(|month: YearMonth| param(pack.on(key, month.first_day())?, index, key))
            .collect::<Option<_>>()
            .map(Self)
    }
}

impl<T> Monthly<T> {
    /// The value of the latest month.
    ///
    /// # Panics
    /// Never: a window has months.
    #[must_use]
    pub fn latest(&self) -> &Param<T> {
        self.0.last().expect("a window has months")
    }
}
