//! Prison, compulsory rehabilitation, community correction: since when and until when, never why.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What kind of measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustodyKind {
    /// 服刑 1
    Prison,
    /// 强制隔离戒毒 2
    Rehabilitation,
    /// 社区矫正 3: at home
    Community,
}

impl CustodyKind {
    /// Code in the department's rows.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Prison => "1",
            Self::Rehabilitation => "2",
            Self::Community => "3",
        }
    }
}

/// A stay, or a time under supervision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custody {
    /// Kind.
    pub kind: CustodyKind,
    /// First day.
    pub from: Date,
    /// Last day as ordered; none when it is not fixed.
    pub ordered_until: Option<Date>,
    /// Last day in fact, where it came earlier.
    pub released: Option<Date>,
}

impl Custody {
    /// Whether the person is held away from home on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        let last = self.released.or(self.ordered_until);
        self.kind != CustodyKind::Community && self.from <= day && last.is_none_or(|last| day <= last)
    }
}
