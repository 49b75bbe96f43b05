//! The kinds of value a parameter may have, exact: integer fen, fractions, closed words.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::household::{Area, DisabilityCategory, Fen, RegisteredAs, VehicleKind};

/// What a parameter's value must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yuan as a string with at most two decimals.
    Money,
    /// `"n/d"` or `"50%"`.
    Ratio,
    /// A whole number, not negative.
    Integer,
    /// Square metres as a string with at most two decimals.
    Area,
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of different ones of these words.
    Codes(&'static [&'static str]),
    /// A list of `{ up_to, ratio }`, ascending; the last without `up_to`.
    Tiers,
    /// Words: the name of an office.
    Text,
}

impl Kind {
    /// What to write.
    #[must_use]
    pub fn expected(self) -> String {
        match self {
            Self::Money => "an amount of yuan as a string, \"623.00\"".to_owned(),
            Self::Ratio => "a fraction \"3/2\" or a percentage \"50%\" as a string".to_owned(),
            Self::Integer => "a whole number that is not negative".to_owned(),
            Self::Area => "square metres as a string, \"20.00\"".to_owned(),
            Self::Boolean => "true or false".to_owned(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Codes(words) => format!("a list of some of {}", words.join(", ")),
            Self::Text => "a text in quotes".to_owned(),
            Self::Tiers => "a list of { up_to = \"5000.00\", ratio = \"50%\" }, the last without up_to".to_owned(),
        }
    }
}

impl Kind {
    /// What to write, in Chinese.
    #[must_use]
    pub fn expected_zh(self) -> String {
        match self {
            Self::Money => "以元为单位的数额，加引号，如 \"623.00\"".to_owned(),
            Self::Ratio => "分数 \"3/2\" 或百分数 \"50%\"，加引号".to_owned(),
            Self::Integer => "不小于零的整数".to_owned(),
            Self::Area => "以平方米为单位的面积，加引号，如 \"20.00\"".to_owned(),
            Self::Boolean => "true 或 false".to_owned(),
            Self::Choice(words) => format!("以下之一：{}", words.join("、")),
            Self::Codes(words) => format!("以下若干项的列表：{}", words.join("、")),
            Self::Tiers => "各档 { up_to = \"5000.00\", ratio = \"50%\" } 的列表，最后一档不写 up_to".to_owned(),
            Self::Text => "加引号的文字".to_owned(),
        }
    }
}

/// A fraction, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i64,
    denominator: i64,
}

impl Ratio {
    /// All of it.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `None` when the denominator is not positive or the numerator negative.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        if denominator <= 0 || numerator < 0 {
            return None;
        }
        let (mut a, mut b) = (numerator, denominator);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Some(Self { numerator: numerator / a, denominator: denominator / a })
    }

    /// Numerator and denominator, in lowest terms.
    #[must_use]
    pub const fn parts(self) -> (i64, i64) {
        (self.numerator, self.denominator)
    }

    /// Reads `"3/2"`, `"50%"` or `"12.5%"`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(percent) = text.strip_suffix('%') {
            let hundredths: Fen = percent.trim_end().parse().ok()?;
            return Self::new(hundredths.0, 10_000);
        }
        let (numerator, denominator) = text.split_once('/')?;
        Self::new(numerator.trim().parse().ok()?, denominator.trim().parse().ok()?)
    }

    /// This part of an amount, rounded half away from zero.
    #[must_use]
    #[inline]
    pub fn of(self, amount: Fen) -> Fen {
        amount.mul_ratio(self.numerator, self.denominator)
    }

    /// Whether `part` is strictly more than this ratio of `whole`; exact.
    #[must_use]
    pub fn exceeded_by(self, part: Fen, whole: Fen) -> bool {
        i128::from(part.0) * i128::from(self.denominator) > i128::from(whole.0) * i128::from(self.numerator)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (numerator, denominator) = (i128::from(self.numerator), i128::from(self.denominator));
        if numerator <= denominator && numerator * 100 % denominator == 0 {
            write!(f, "{}%", numerator * 100 / denominator)
        } else if denominator == 1 {
            write!(f, "{numerator}")
        } else if numerator * 10 % denominator == 0 {
            let tenths = numerator * 10 / denominator;
            write!(f, "{}.{}", tenths / 10, tenths % 10)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

impl Serialize for Ratio {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{}/{}", self.numerator, self.denominator))
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a ratio"))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let (ours, theirs) = (i128::from(self.numerator), i128::from(other.numerator));
        (ours * i128::from(other.denominator)).cmp(&(theirs * i128::from(self.denominator)))
    }
}

/// One tier: the part of an amount up to a bound is taken at a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Upper bound, inclusive; none = no bound.
    pub up_to: Option<Fen>,
    /// Ratio of the part within the tier.
    pub ratio: Ratio,
}

/// Ascending tiers; the last has no bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tiers(pub Vec<Tier>);

impl Tiers {
    /// The parts of an amount that fall into each tier, with the tier's ratio; empty parts left out.
    pub fn parts(&self, amount: Fen) -> impl Iterator<Item = (Fen, Ratio)> {
        let mut lower = Fen::ZERO;
        self.0.iter().filter_map(move |tier| {
            let upper = tier.up_to.map_or(amount, |bound| bound.min(amount));
            let part = (upper - lower).at_least_zero();
            lower = lower.max(upper);
            (part > Fen::ZERO).then_some((part, tier.ratio))
        })
    }

    /// Sum over the tiers.
    #[must_use]
    pub fn apply(&self, amount: Fen) -> Fen {
        self.parts(amount).map(|(part, ratio)| ratio.of(part)).sum()
    }

    /// The ratio of the first tier whose bound an amount does not pass.
    #[must_use]
    pub fn ratio_where(&self, within: impl Fn(Fen) -> bool) -> Ratio {
        self.0
            .iter()
            .find(|tier| tier.up_to.is_none_or(&within))
            .map_or(Ratio { numerator: 0, denominator: 1 }, |tier| tier.ratio)
    }
}

/// A value, with its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Yuan.
    Money(Fen),
    /// A fraction.
    Ratio(Ratio),
    /// A count.
    Integer(i64),
    /// Square metres.
    Area(Area),
    /// Yes or no.
    Boolean(bool),
    /// One word.
    Choice(String),
    /// Words.
    Codes(Vec<String>),
    /// Tiers.
    Tiers(Tiers),
    /// Words.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(amount) => write!(f, "{amount}"),
            Self::Ratio(ratio) => write!(f, "{ratio}"),
            Self::Integer(count) => write!(f, "{count}"),
            Self::Area(area) => write!(f, "{area}"),
            Self::Boolean(yes) => write!(f, "{yes}"),
            Self::Choice(word) | Self::Text(word) => f.write_str(word),
            Self::Codes(words) => f.write_str(&words.join(", ")),
            Self::Tiers(tiers) => {
                for (n, tier) in tiers.0.iter().enumerate() {
                    let comma = if n == 0 { "" } else { ", " };
                    match tier.up_to {
                        Some(bound) => write!(f, "{comma}≤ {bound}: {}", tier.ratio)?,
                        None => write!(f, "{comma}above: {}", tier.ratio)?,
                    }
                }
                Ok(())
            }
        }
    }
}

/// A closed set of words that a parameter may use.
pub trait Word: Copy + PartialEq + 'static {
    /// Every word with its meaning.
    const ALL: &'static [(&'static str, Self)];
    /// The words alone.
    const WORDS: &'static [&'static str];

    /// Reads a word.
    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(text, _)| *text == word).map(|(_, meaning)| *meaning)
    }
}

macro_rules! words {
    ($($name:ty { $($word:literal => $meaning:expr),* $(,)? })*) => {$(
        impl Word for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($word, $meaning)),*];
            const WORDS: &'static [&'static str] = &[$($word),*];
        }
    )*};
}

/// How a class of income or a thing is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// Left out.
    Exempt,
    /// Taken in.
    Counted,
    /// Not known: computed both ways.
    Open,
}

/// Which standard applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardKind {
    /// 城市低保标准
    Urban,
    /// 农村低保标准
    Rural,
}

/// Whether a class of income may be negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floor {
    /// Not below zero.
    Zero,
    /// It may reduce the other classes.
    None,
}

/// How the dibao amount is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountMethod {
    /// 补差: standard less income.
    Difference,
    /// 分档: a share of the standard by tiers of income.
    Tiers,
}

/// How the disabled member's rise is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiseReading {
    /// A: a share of the standard is added.
    Standard,
    /// B: the own amount is multiplied.
    OwnAmount,
}

/// How a month counts in which a job or a lease begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartMonths {
    /// 整月: as a whole month.
    Whole,
    /// 按日: by its days.
    ByDay,
}

/// Where back pay belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrears {
    /// 应得月份: to the months it was earned in.
    Earned,
    /// 实发月份: to the month it was paid in.
    Received,
}

/// A step in the order of reductions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// What is not income is left out.
    Exempt,
    /// Each class's own costs and floor.
    ClassCosts,
    /// Taxes, contributions and support paid.
    TransfersPaid,
    /// Rigid deductions.
    Deductions,
}

/// A department that reports wages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WageSource {
    /// Tax returns.
    Tax,
    /// Contribution base of social insurance.
    SocialSecurity,
    /// Employment register.
    Employment,
    /// Contribution base of the housing fund.
    HousingFund,
}

words! {
    Handling { "exempt" => Handling::Exempt, "counted" => Handling::Counted, "open" => Handling::Open }
    StandardKind { "urban" => StandardKind::Urban, "rural" => StandardKind::Rural }
    Floor { "zero" => Floor::Zero, "none" => Floor::None }
    AmountMethod { "difference" => AmountMethod::Difference, "tiers" => AmountMethod::Tiers }
    PartMonths { "whole" => PartMonths::Whole, "by_day" => PartMonths::ByDay }
    Arrears { "earned" => Arrears::Earned, "received" => Arrears::Received }
    RiseReading { "standard" => RiseReading::Standard, "own_amount" => RiseReading::OwnAmount }
    Step {
        "exempt" => Step::Exempt, "class_costs" => Step::ClassCosts,
        "transfers_paid" => Step::TransfersPaid, "deductions" => Step::Deductions,
    }
    WageSource {
        "tax" => WageSource::Tax, "social_security" => WageSource::SocialSecurity,
        "employment" => WageSource::Employment, "housing_fund" => WageSource::HousingFund,
    }
    VehicleKind {
        "car" => VehicleKind::Car, "bus" => VehicleKind::Bus, "lorry" => VehicleKind::Lorry,
        "two_wheeler" => VehicleKind::TwoWheeler, "three_wheeler" => VehicleKind::ThreeWheeler,
        "tractor" => VehicleKind::Tractor, "farm_vehicle" => VehicleKind::FarmVehicle,
        "mobility_vehicle" => VehicleKind::MobilityVehicle,
    }
    DisabilityCategory {
        "sight" => DisabilityCategory::Sight, "hearing" => DisabilityCategory::Hearing,
        "speech" => DisabilityCategory::Speech, "limb" => DisabilityCategory::Limb,
        "intellectual" => DisabilityCategory::Intellectual, "mental" => DisabilityCategory::Mental,
        "multiple" => DisabilityCategory::Multiple,
    }
    RegisteredAs {
        "urban" => RegisteredAs::Urban, "rural" => RegisteredAs::Rural,
        "residence_permit" => RegisteredAs::ResidencePermit, "visitor" => RegisteredAs::Visitor,
    }
}

/// A list of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes<T>(pub Vec<T>);

impl<T: Word> Codes<T> {
    /// Whether a word is in the list.
    #[must_use]
    pub fn has(&self, word: T) -> bool {
        self.0.contains(&word)
    }

    /// The position of a word.
    #[must_use]
    pub fn position(&self, word: T) -> Option<usize> {
        self.0.iter().position(|other| *other == word)
    }
}
