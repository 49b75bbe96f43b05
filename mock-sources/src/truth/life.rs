//! Schooling, illness, disability, marriage.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Text;

/// Basic medical insurance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Insured {
    /// 职工 310
    Employee,
    /// 城乡居民 390
    Resident,
}

/// Marital state as registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarriageState {
    /// 已婚 20
    Married,
    /// 离婚 40
    Divorced,
    /// 丧偶 30
    Widowed,
}

impl MarriageState {
    /// Code in the registry's rows.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Married => "20",
            Self::Divorced => "40",
            Self::Widowed => "30",
        }
    }
}

/// An entry of the marriage registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marriage {
    /// State since then.
    pub state: MarriageState,
    /// The other's name.
    pub spouse_name: String,
    /// The other's ID number.
    pub spouse_id_number: String,
    /// Registered on.
    pub registered: Date,
}

/// Whether somebody attends school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StudyState {
    /// 在读
    Attending,
    /// 毕业
    Graduated,
    /// 休学
    Suspended,
    /// 退学
    Left,
}

impl StudyState {
    /// The word in the department's rows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Attending => "在读",
            Self::Graduated => "毕业",
            Self::Suspended => "休学",
            Self::Left => "退学",
        }
    }
}

/// One enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Study {
    /// School.
    pub school: Text,
    /// Stage code: 10 kindergarten, 20 primary, 30 junior middle, 40 senior middle, 41 vocational, 50 college, 60 bachelor, 70 postgraduate.
    pub stage: u8,
    /// Whether the school is public.
    pub public: bool,
    /// Price of a school year at this school.
    pub fee_fen: i64,
    /// Price of a school year at a public school of the stage.
    pub public_fee_fen: i64,
    /// Aid a year.
    pub aid_fen: i64,
    /// Enrolled on.
    pub enrolled: Date,
    /// Leaves, or left, on.
    pub leaves: Date,
    /// State.
    pub state: StudyState,
}

/// A disability certificate (残疾人证).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disability {
    /// 1 sight, 2 hearing, 3 speech, 4 limb, 5 intellectual, 6 mental, 7 multiple.
    pub category: u8,
    /// 1 (most severe) to 4.
    pub grade: u8,
    /// Valid until.
    pub valid_until: Date,
    /// Whether it is valid (else cancelled).
    pub valid: bool,
    /// Reissue: `B1`, `B2` … after the grade digit; empty for a first certificate.
    pub reissue: Text,
}

/// A hospital stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hospital {
    /// Admitted on.
    pub admitted: Date,
    /// Discharged on.
    pub discharged: Option<Date>,
    /// Whether it was for an illness of the serious-illness catalogue.
    pub serious: bool,
}

/// Registration of a serious illness; never which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriousIllness {
    /// Since.
    pub since: Date,
    /// Whether it is in the catalogue (大病目录).
    pub listed: bool,
}

/// A pregnancy on file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maternity {
    /// Due on.
    pub due: Date,
}

/// A medical settlement: `total = fund + aid + self_paid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// Settled on.
    pub on: Date,
    /// Time of day, `10:22:31`.
    pub time: Text,
    /// Whole cost.
    pub total_fen: i64,
    /// Paid by the insurance funds.
    pub fund_fen: i64,
    /// Paid by medical aid.
    pub aid_fen: i64,
    /// Paid by the person.
    pub self_paid_fen: i64,
    /// Whether for an illness of the serious-illness catalogue.
    pub catalogue: bool,
}
