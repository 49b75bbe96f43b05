//! `[retention]` of `hedui.toml`: after how many months what is kept of a household is erased by itself. No case is
//! unless a number stands there; what was answered under an authorisation taken back goes after `withdrawn_hours`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::reader::{Reading, Section};

/// Programmes that may have a number of their own.
pub const PURPOSES: [&str; 11] = [
    "dibao_application",
    "tekun_application",
    "marginal_application",
    "rigid_expenditure_application",
    "temporary_relief",
    "periodic_review",
    "reported_change",
    "monitoring",
    "child_screening",
    "disability_screening",
    "medical_screening",
];
/// Three days. Assumed: the law (PIPL, art. 47) demands deletion and gives no number.
const WITHDRAWN_HOURS: u32 = 72;
/// Assumed: long enough for a mistake in the file of callers to be seen.
const CLIENT_AWAY_DAYS: u32 = 30;
/// A century.
const MOST_MONTHS: u64 = 1201;

/// Months after which something is erased; 0 = never.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionSettings {
    /// Of every programme without a number of its own, since the case came to rest.
    pub months: u32,
    /// By programme.
    pub by_purpose: BTreeMap<&'static str, u32>,
    /// Of cases that ended without a report.
    pub unfinished_months: u32,
    /// Of the last report of a household, which others wait for.
    pub last_report_months: u32,
    /// Of what was wrong with rows of files.
    pub batch_months: u32,
    /// Hours within which others may refuse that what was answered is destroyed once an authorisation is taken back; never 0: one person
    /// alone destroys nothing.
    pub withdrawn_hours: u32,
    /// Days after which watches end whose client is registered no more: a household that is watched keeps all its cases.
    pub client_away_days: u32,
}

impl Default for RetentionSettings {
    /// Nothing goes by itself but what was answered under an authorisation taken back.
    fn default() -> Self {
        Self {
            months: 0,
            by_purpose: BTreeMap::new(),
            unfinished_months: 0,
            last_report_months: 0,
            batch_months: 0,
            withdrawn_hours: WITHDRAWN_HOURS,
            client_away_days: CLIENT_AWAY_DAYS,
        }
    }
}

impl RetentionSettings {
    /// Whether cases or batches are ever erased by themselves.
    #[must_use]
    pub fn is_anything(&self) -> bool {
        let apart =
            Self { withdrawn_hours: self.withdrawn_hours, client_away_days: self.client_away_days, ..Self::default() };
        *self != apart
    }

    /// For how long others may refuse.
    #[must_use]
    pub fn withdrawn_wait(&self) -> Duration {
        Duration::from_secs(u64::from(self.withdrawn_hours) * 3600)
    }
}

/// Reads the section.
pub(super) fn read_retention(root: &mut Section<'_>, reading: &mut Reading<'_>) -> RetentionSettings {
    let mut section = root.table("retention", reading);
    let number = |section: &mut Section<'_>, key, reading: &mut Reading<'_>| {
        u32::try_from(section.number(key, 0..MOST_MONTHS, 0, reading)).unwrap_or_default()
    };
    let mut settings = RetentionSettings {
        months: number(&mut section, "months", reading),
        by_purpose: BTreeMap::new(),
        unfinished_months: number(&mut section, "unfinished_months", reading),
        last_report_months: number(&mut section, "last_report_months", reading),
        batch_months: number(&mut section, "batch_months", reading),
        withdrawn_hours: u32::try_from(section.number("withdrawn_hours", 1..721, WITHDRAWN_HOURS.into(), reading))
            .unwrap_or(WITHDRAWN_HOURS),
        client_away_days: u32::try_from(section.number("client_away_days", 1..3661, CLIENT_AWAY_DAYS.into(), reading))
            .unwrap_or(CLIENT_AWAY_DAYS),
    };
    let mut purposes = section.table("purpose", reading);
    for purpose in PURPOSES {
        // a 0 of its own is never, whatever holds for the others
        let months = purposes.number(purpose, 0..MOST_MONTHS, u64::MAX, reading);
        if let Ok(months) = u32::try_from(months) {
            settings.by_purpose.insert(purpose, months);
        }
    }
    purposes.finish(reading);
    section.finish(reading);
    settings
}
