//! The settings of faults, as written in TOML:
//!
//! ```toml
//! seed = 7
//!
//! [[fault]]
//! department = "tax"                      # a key, or "*" for all
//! share_permille = 250                    # of a thousand requests; all when absent
//! what = { error = { status = 500 } }
//!
//! [[fault]]
//! department = "*"
//! what = { delay = { uniform_ms = [20, 80] } }
//!
//! [[fault]]
//! department = "vehicles"
//! for_seconds = 30                        # from when the plan was set; or first_requests = 5; always when both are absent
//! what = { maintenance = { retry_after_secs = 30 } }
//!
//! [[fault]]
//! department = "securities"
//! after_seconds = 10                      # from ten seconds after the plan was set
//! for_seconds = 20                        # for twenty seconds
//! what = { error = { status = 503 } }
//!
//! [[fault]]
//! department = "finance"
//! operation = "status"                    # finance, insurance: submit, status or result; all when absent
//! what = "timeout"
//! ```
//!
//! On the command line the same is written shorter: [`FaultRule`]'s `FromStr`.

use serde::{Deserialize, Serialize};

use crate::departments::Key;
use crate::population::id_numbers::is_valid;

/// All faults in force, the trigger people's apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Seed of every draw: the same plan and the same requests meet the same faults.
    #[serde(default)]
    pub seed: u64,
    /// The faults, in order: delays add up, of the others the first that applies wins.
    #[serde(default, rename = "fault")]
    pub faults: Vec<FaultRule>,
}

/// One fault: where, for whom, how often, and what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Key of a department, or `*`.
    pub department: String,
    /// Only this step of a department that answers later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// Only requests that ask about this ID number: polls name nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// How many of a thousand requests; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_permille: Option<u16>,
    /// Only this many requests, from when the plan was set. Where a department answers for each person of a batch apart (one busy person at
    /// securities, one refused at civil_assistance), neither this nor the time applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_requests: Option<u64>,
    /// Only for this long, from when the plan was set, or from `after_seconds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_seconds: Option<u64>,
    /// Only from so long after the plan was set: with `for_seconds`, down from one moment to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_seconds: Option<u64>,
    /// What happens.
    pub what: Fault,
}

impl FaultRule {
    /// A fault of every request to a department (`*`: all departments).
    pub fn always(department: impl Into<String>, what: Fault) -> Self {
        Self {
            department: department.into(),
            operation: None,
            person: None,
            share_permille: None,
            first_requests: None,
            for_seconds: None,
            after_seconds: None,
            what,
        }
    }
}

/// A step of asking a department that answers later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Handing in a batch or a file.
    Submit,
    /// Asking whether it is done; at insurance, looking whether the file is there.
    Status,
    /// Fetching what was found.
    Result,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fault {
    /// The answer comes late.
    Delay(Delay),
    /// An HTTP error (400-599), its body in the department's encoding.
    Error {
        /// HTTP status.
        status: u16,
    },
    /// The department says in its own words that it failed.
    Refuse,
    /// The department says in its own words that it is busy.
    Busy,
    /// No answer; the connection stays open.
    Timeout,
    /// The connection is reset in the middle of the body.
    Cut,
    /// The body is not what it should be: its second half is missing and rubbish follows.
    Malformed,
    /// The body is in another encoding than it says, with a byte that is invalid in both.
    WrongEncoding,
    /// The body is in another encoding than it says, and nothing else is wrong: UTF-8 where GBK or GB18030 was promised, GB18030 where
    /// UTF-8 was. Some such bodies can be read, as rubbish.
    OtherCharset,
    /// The last third of the body's lines is missing, and nothing else is wrong: what a file looks like that was fetched while it was
    /// written. A body of one line loses it.
    Truncated,
    /// Every row (an object or element with a record number) has a field more. JSON and XML.
    ExtraField {
        /// Its name: letters, digits and `_`.
        name: String,
    },
    /// No row has this field. JSON and XML.
    MissingField {
        /// Its name: letters, digits and `_`.
        name: String,
    },
    /// The body is preceded by blanks up to this size.
    Oversized {
        /// Bytes.
        bytes: u64,
    },
    /// The body comes in pieces.
    SlowDrip {
        /// Bytes a piece.
        bytes: usize,
        /// Time between pieces.
        every_ms: u64,
    },
    /// 503, with `Retry-After` when stated.
    Maintenance {
        /// Seconds.
        #[serde(default)]
        retry_after_secs: Option<u64>,
    },
    /// 429 with `Retry-After` beyond a rate.
    RateLimit {
        /// Requests a second.
        per_second: u32,
        /// Seconds.
        retry_after_secs: u64,
    },
    /// Asynchronous departments take longer. This and the next three follow the batch, by department, person and share;
    /// windows of requests or time do not apply to them.
    LateTicket {
        /// On top of the usual time.
        extra_ms: u64,
    },
    /// Asynchronous departments never finish.
    NeverTicket,
    /// Asynchronous departments fail the batch.
    FailedTicket,
    /// One of the banks does not answer.
    MissingBank {
        /// Its code.
        bank: String,
    },
}

/// Distribution of a delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Delay {
    /// Always this long.
    FixedMs(u64),
    /// Between the two.
    UniformMs(u64, u64),
    /// Exponential with this mean, at most ten times it.
    ExponentialMs(u64),
}

/// What is wrong with a plan.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    /// Not TOML of the right shape; the text says line and key.
    #[error("cannot read the fault plan: {0}")]
    Unreadable(String),
    /// Readable, but its values cannot be.
    #[error("the fault plan has {} fault(s) in its values:\n{}", .0.len(), .0.join("\n"))]
    Invalid(Vec<String>),
}

impl FaultPlan {
    /// Reads and checks a plan; every wrong value is listed.
    pub fn from_toml(text: &str) -> Result<Self, PlanError> {
        let plan: Self = toml::from_str(text).map_err(|error| PlanError::Unreadable(error.to_string()))?;
        plan.checked()
    }

    /// The plan as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }

    /// Checks values that types do not.
    pub fn checked(self) -> Result<Self, PlanError> {
        let wrong: Vec<String> =
            self.faults.iter().enumerate().flat_map(|(index, rule)| faults_of(index + 1, rule)).collect();
        if wrong.is_empty() { Ok(self) } else { Err(PlanError::Invalid(wrong)) }
    }
}

fn is_field(name: &str) -> bool {
    let word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    word && !name.is_empty() && name != "jlbh"
}

fn faults_of(number: usize, rule: &FaultRule) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut say = |key: &str, what: &str| wrong.push(format!("  fault {number}, {key}: {what}"));
    if rule.department != "*" && Key::parse(&rule.department).is_none() {
        say("department", "no such department; use a key of WIRES.md or \"*\"");
    }
    let answers_later = |key: &str| ["*", Key::Finance.as_str(), Key::Insurance.as_str()].contains(&key);
    if rule.operation.is_some() && !answers_later(&rule.department) {
        say("operation", "only finance and insurance have several");
    }
    if rule.person.as_deref().is_some_and(|person| !is_valid(person)) {
        say("person", "not a valid 18-character ID number");
    }
    if rule.share_permille.is_some_and(|share| share > 1000) {
        say("share_permille", "at most 1000");
    }
    match &rule.what {
        Fault::Error { status } if !(400..=599).contains(status) => say("what.error.status", "between 400 and 599"),
        Fault::RateLimit { per_second: 0, .. } => say("what.rate_limit.per_second", "at least 1"),
        Fault::ExtraField { name } | Fault::MissingField { name } if !is_field(name) => {
            say("what.*_field.name", "letters, digits and _, and not jlbh");
        }
        Fault::SlowDrip { bytes: 0, .. } => say("what.slow_drip.bytes", "at least 1"),
        Fault::Delay(Delay::UniformMs(low, high)) if low > high => {
            say("what.delay.uniform_ms", "the first is larger than the second")
        }
        Fault::MissingBank { bank } if !["GSB", "NYB", "LZB", "NXB"].contains(&bank.as_str()) => {
            say("what.missing_bank.bank", "one of GSB, NYB, LZB, NXB");
        }
        _ => {}
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_read_back_as_written() {
        let text = r#"
            seed = 7
            [[fault]]
            department = "tax"
            share_permille = 250
            what = { error = { status = 500 } }
            [[fault]]
            department = "*"
            what = { delay = { uniform_ms = [20, 80] } }
            [[fault]]
            department = "vehicles"
            first_requests = 2
            what = "timeout"
            [[fault]]
            department = "finance"
            what = { missing_bank = { bank = "LZB" } }
        "#;
        let plan = FaultPlan::from_toml(text).unwrap();
        assert_eq!(plan.faults.len(), 4);
        assert_eq!(plan.faults[1].what, Fault::Delay(Delay::UniformMs(20, 80)));
        assert_eq!(FaultPlan::from_toml(&plan.to_toml()).unwrap(), plan);
    }

    #[test]
    fn every_wrong_value_is_listed() {
        let text = r#"
            [[fault]]
            department = "taxes"
            person = "123"
            share_permille = 2000
            what = { error = { status = 200 } }
        "#;
        let Err(PlanError::Invalid(wrong)) = FaultPlan::from_toml(text) else { panic!("the plan is wrong") };
        assert_eq!(wrong.len(), 4);
        let step = FaultPlan::from_toml("[[fault]]\ndepartment = \"tax\"\noperation = \"status\"\nwhat = \"busy\"");
        assert!(matches!(step, Err(PlanError::Invalid(wrong)) if wrong[0].contains("operation")));
        let unknown = FaultPlan::from_toml("[[fault]]\ndepartment = \"tax\"\nshare = 3\nwhat = \"busy\"");
        let Err(PlanError::Unreadable(text)) = unknown else { panic!("an unknown key is refused") };
        assert!(text.contains("line 3"), "{text}");
    }
}
