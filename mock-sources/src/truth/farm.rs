//! What agriculture knows: land, subsidies, machinery. What a family grows is known to nobody (`Informal`).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;

/// Contracted land (承包地).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Land {
    /// How it is held: 家庭承包 or 其他方式承包.
    pub held: Text,
    /// Area, hundredths of a mu (亩).
    pub mu_hundredths: i64,
    /// Since.
    pub since: Date,
}

/// A subsidy paid by area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FarmSubsidy {
    /// Which.
    pub item: Text,
    /// Of which year.
    pub year: i16,
    /// Area it was paid for, hundredths of a mu.
    pub mu_hundredths: i64,
    /// Amount, once.
    pub amount_fen: i64,
    /// Day of payment.
    pub paid: Date,
}

/// A machine (农机).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Kind.
    pub kind: Text,
    /// Horsepower; none for towed ones.
    pub horsepower: Option<u32>,
    /// Price.
    pub price_fen: i64,
    /// Purchase subsidy within the price.
    pub subsidy_fen: i64,
    /// Bought on.
    pub bought: Date,
}
