//! What people live on. Monthly facts run from one month to another, both included; no end means still paid.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;
use crate::calendar::{Month, Window};

/// A job: **one** wage, which tax, social security, housing fund and employment each see a side of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Employer.
    pub employer: Text,
    /// First month paid.
    pub from: Month,
    /// Last month paid.
    pub to: Option<Month>,
    /// Gross wage a month; the same every month.
    pub monthly_wage_fen: i64,
    /// Employee's own pension contribution a month (8 %, 0 when not insured).
    pub own_pension_fen: i64,
    /// Employee's own medical contribution a month (2 %).
    pub own_medical_fen: i64,
    /// Employee's own unemployment contribution a month (0.3 %, down to the fen).
    pub own_unemployment_fen: i64,
    /// Income tax withheld a month.
    pub monthly_tax_fen: i64,
    /// Whether this county's social security holds it (not for jobs in other provinces).
    pub in_social_security: bool,
    /// Whether the employment service holds it, and whether its row states the wage.
    pub in_employment: Option<bool>,
    /// Housing fund.
    pub housing_fund: Option<HousingFund>,
}

impl Job {
    /// The employee's own contributions a month.
    pub const fn own_contributions_fen(&self) -> i64 {
        self.own_pension_fen + self.own_medical_fen + self.own_unemployment_fen
    }

    /// Gross wage within a window.
    pub fn wage_within_fen(&self, window: &Window) -> i64 {
        self.monthly_wage_fen * window.months_within(self.from, self.to)
    }
}

/// A housing-fund account that belongs to a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HousingFund {
    /// Deposit a month, both sides together.
    pub monthly_deposit_fen: i64,
    /// Balance.
    pub balance_fen: i64,
    /// 1 active, 2 sealed, 3 closed.
    pub state: u8,
}

/// Where income that no department knows comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InformalKind {
    /// Own fields and animals (经营净收入), net.
    Farming,
    /// Day labour paid in cash (工资性收入).
    CasualWork,
    /// A stall or workshop below the tax threshold (经营净收入), net.
    PettyTrade,
    /// Money from children or other kin (转移净收入).
    SupportFromKin,
}

impl InformalKind {
    /// Class of income: `wage`, `business` or `transfer`.
    pub const fn class(self) -> &'static str {
        match self {
            Self::CasualWork => "wage",
            Self::Farming | Self::PettyTrade => "business",
            Self::SupportFromKin => "transfer",
        }
    }
}

/// Income that no department knows: it can only be declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Informal {
    /// Where it comes from.
    pub kind: InformalKind,
    /// In the twelve months of the window.
    pub annual_fen: i64,
}

/// Items of income in tax returns, other than wages and business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnedItem {
    /// 劳务报酬 0400
    Labour,
    /// 利息、股息、红利 0600
    InterestDividend,
    /// 财产租赁 0700
    Rent,
    /// 财产转让 0800
    PropertySale,
    /// 偶然所得 0900
    Chance,
}

impl ReturnedItem {
    /// Code in the tax department's rows.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Labour => "0400",
            Self::InterestDividend => "0600",
            Self::Rent => "0700",
            Self::PropertySale => "0800",
            Self::Chance => "0900",
        }
    }
}

/// One return of such income.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedIncome {
    /// Item.
    pub item: ReturnedItem,
    /// First day of the period.
    pub from: Date,
    /// Last day of the period.
    pub to: Date,
    /// Gross.
    pub gross_fen: i64,
    /// Costs of it.
    pub cost_fen: i64,
    /// Tax paid.
    pub tax_fen: i64,
    /// Who paid.
    pub payer: Text,
}

/// What somebody is in a firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 个体工商户经营者 (1)
    SoleTrader,
    /// 法定代表人 (2)
    LegalRepresentative,
    /// 股东 (3)
    Shareholder,
}

/// State of a firm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirmState {
    /// 存续 (1)
    Active,
    /// 吊销 (2)
    Revoked,
    /// 注销 (3)
    Cancelled,
}

/// A firm and the person's part in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Business {
    /// Name of the firm.
    pub name: String,
    /// Unified social credit code (18 characters).
    pub credit_code: String,
    /// Part in it.
    pub role: Role,
    /// Registered capital.
    pub registered_fen: i64,
    /// Paid-in capital.
    pub paid_in_fen: i64,
    /// Share, parts of a million.
    pub share_ppm: u32,
    /// State.
    pub state: FirmState,
    /// Founded on.
    pub established: Date,
    /// Employees, where stated.
    pub employees: Option<u32>,
    /// Quarterly returns (经营所得 0500); empty below the tax threshold.
    pub receipts: Vec<Receipt>,
}

/// One return of a business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// First month.
    pub from: Month,
    /// Last month.
    pub to: Month,
    /// Receipts.
    pub gross_fen: i64,
    /// Costs.
    pub cost_fen: i64,
    /// Tax paid.
    pub tax_fen: i64,
}

/// Pension scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PensionScheme {
    /// 职工基本养老保险 (110)
    Employee,
    /// 城乡居民基本养老保险 (170)
    Resident,
}

/// A pension that is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pension {
    /// Scheme.
    pub scheme: PensionScheme,
    /// First month.
    pub from: Month,
    /// Last month.
    pub to: Option<Month>,
    /// Paid a month, whole.
    pub monthly_fen: i64,
    /// Basic part of it (基础养老金); 0 for employees' pensions.
    pub basic_monthly_fen: i64,
}

/// Unemployment benefit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnemploymentBenefit {
    /// First month.
    pub from: Month,
    /// Last month.
    pub to: Option<Month>,
    /// Paid a month.
    pub monthly_fen: i64,
}

/// Employment subsidy, paid once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subsidy {
    /// What for.
    pub item: Text,
    /// Amount.
    pub amount_fen: i64,
    /// Paid on.
    pub paid: Date,
}

/// Special care (优待抚恤金).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialCare {
    /// Kind: 11 disabled soldier, 21 dependants of martyrs, 31 retired soldier in the countryside, 32 took part in battle.
    pub kind: Text,
    /// First month.
    pub from: Month,
    /// Last month.
    pub to: Option<Month>,
    /// Paid a month.
    pub monthly_fen: i64,
}

/// Programmes of civil affairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssistanceKind {
    /// 最低生活保障
    Dibao,
    /// 特困供养
    Tekun,
    /// 临时救助: once, in the month `from`
    Temporary,
    /// 孤儿基本生活费
    Orphan,
    /// 困难残疾人生活补贴
    DisabilityLiving,
    /// 重度残疾人护理补贴
    DisabilityNursing,
    /// 高龄津贴
    OldAge,
    /// 火化记录: no money, the person is dead
    Funeral,
}

impl AssistanceKind {
    /// The word in the department's rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dibao => "dibao",
            Self::Tekun => "tekun",
            Self::Temporary => "temporary",
            Self::Orphan => "orphan",
            Self::DisabilityLiving => "disability_living",
            Self::DisabilityNursing => "disability_nursing",
            Self::OldAge => "old_age",
            Self::Funeral => "funeral",
        }
    }
}

/// A benefit of civil affairs. The allowance of a whole household stands with its applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assistance {
    /// Programme.
    pub kind: AssistanceKind,
    /// A month; once for temporary relief; 0 for a cremation.
    pub amount_fen: i64,
    /// First month (the month paid, or of the cremation).
    pub from: Month,
    /// Last month.
    pub to: Option<Month>,
}
