//! What people own.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;

/// State of an immovable's registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HouseState {
    /// 现势 1
    Current,
    /// 历史 2: sold or cancelled
    History,
}

/// An immovable, or a share of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    /// Unit number (不动产单元号).
    pub unit: String,
    /// Where.
    pub address: String,
    /// 11 dwelling, 12 commercial, 13 industrial, 14 storage or garage, 99 other.
    pub usage: u8,
    /// Area, hundredths of a square metre.
    pub area_hundredths: i64,
    /// Share as written, numerator and denominator; (1, 1) is the whole.
    pub share: (u32, u32),
    /// Whether mortgaged.
    pub mortgaged: bool,
    /// Registered on.
    pub registered: Date,
    /// 1 purchase, 2 inheritance, 3 gift, 4 resettlement.
    pub acquired: u8,
    /// State.
    pub state: HouseState,
}

/// State of a vehicle in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VehicleState {
    /// A 正常
    Normal,
    /// E 注销
    Cancelled,
    /// M 强制报废
    Scrapped,
    /// B 转出
    TransferredOut,
    /// Z 已过户
    Sold,
}

impl VehicleState {
    /// Code in the register's rows.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Normal => "A",
            Self::Cancelled => "E",
            Self::Scrapped => "M",
            Self::TransferredOut => "B",
            Self::Sold => "Z",
        }
    }
}

/// A vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    /// Plate.
    pub plate: String,
    /// Kind: K33 small car, K39 mini car, K11 bus, H11 heavy lorry, H31 light lorry, M21 two-wheel and M12 three-wheel motorcycle,
    /// T11 tractor, N11 farm vehicle, D11 disabled person's mobility vehicle.
    pub kind: Text,
    /// A private, B commercial passenger, F goods.
    pub usage: Text,
    /// First registered on.
    pub first_registered: Date,
    /// State.
    pub state: VehicleState,
    /// Invoice price.
    pub price_fen: i64,
}

/// Kind of account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// 存款
    Deposit,
    /// 理财
    Wealth,
    /// 基金
    Fund,
    /// 支付账户
    Wallet,
    /// 贷款: the balance is owed
    Loan,
}

impl AccountKind {
    /// The word in the gateway's rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Wealth => "wealth",
            Self::Fund => "fund",
            Self::Wallet => "wallet",
            Self::Loan => "loan",
        }
    }
}

/// State of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Open.
    Open,
    /// 久悬
    Dormant,
    /// Closed; the balance is 0.
    Closed,
}

impl AccountState {
    /// The word in the gateway's rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Dormant => "dormant",
            Self::Closed => "closed",
        }
    }
}

/// An account at a bank. Accounts at bank `NXB` are seen only as over or under a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Bank: GSB, NYB, LZB or NXB.
    pub bank: Text,
    /// Kind.
    pub kind: AccountKind,
    /// Balance; owed for loans.
    pub balance_fen: i64,
    /// Interest in the window.
    pub interest_12m_fen: i64,
    /// Large outflows in the window.
    pub outflow_12m_fen: i64,
    /// State.
    pub state: AccountState,
}

/// State of an insurance policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyState {
    /// 有效
    InForce,
    /// 失效
    Lapsed,
    /// 终止
    Terminated,
}

impl PolicyState {
    /// The word in the insurers' files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InForce => "有效",
            Self::Lapsed => "失效",
            Self::Terminated => "终止",
        }
    }
}

/// An insurance policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Insurer.
    pub company: Text,
    /// 寿险, 年金, 重疾, 医疗, 意外 or 车险.
    pub kind: Text,
    /// Premium a year.
    pub annual_premium_fen: i64,
    /// Cash value.
    pub cash_value_fen: i64,
    /// Claims paid in the window.
    pub claims_12m_fen: i64,
    /// State.
    pub state: PolicyState,
    /// In force since.
    pub effective: Date,
}

/// A securities account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// Account number.
    pub account: String,
    /// Market value, thousandths of a yuan.
    pub value_milli_yuan: i64,
    /// Cash, thousandths of a yuan.
    pub cash_milli_yuan: i64,
}
