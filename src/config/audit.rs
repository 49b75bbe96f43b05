//! `[audit]` of `hedui.toml`: where the published checkpoint is kept, and from when on the log shows something an auditor should look at.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::{Reading, Section};
use super::settings::path_in;
use super::witnesses::{self, WitnessSettings};

/// The audit log's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditSettings {
    /// Where the last published checkpoint is kept; none = in the data directory.
    pub checkpoint_file: Option<PathBuf>,
    /// Bodies that cosign its checkpoints.
    pub witnesses: Vec<WitnessSettings>,
    /// How often checkpoints are submitted to them.
    pub witness_every: Duration,
    /// Whether the whole log is verified again each night.
    pub scrub: bool,
    /// What is a finding.
    pub findings: FindingSettings,
}

/// From when on something is a finding. No law gives these numbers: they are assumed, and an office's own to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FindingSettings {
    /// Cases whose contents one actor opens in a day: fewer are never a finding.
    pub cases_a_day: u32,
    /// How many times as many as is usual for the others of the same role, and for the actor on other days.
    pub times_usual: u32,
    /// Refusals of one actor in a day.
    pub denials_a_day: u32,
    /// Days without work on a case after which reading it is a finding.
    pub at_rest_days: u32,
    /// First hour of the office, China time.
    pub office_from_hour: u8,
    /// Hour at which the office closes.
    pub office_until_hour: u8,
    /// Openings of one person in a day outside those hours.
    pub out_of_hours_a_day: u32,
    /// How often the log is looked through.
    pub look_every: Duration,
}

impl Default for FindingSettings {
    fn default() -> Self {
        Self {
            cases_a_day: 60,
            times_usual: 3,
            denials_a_day: 10,
            at_rest_days: 90,
            office_from_hour: 7,
            office_until_hour: 20,
            out_of_hours_a_day: 5,
            look_every: Duration::from_secs(600),
        }
    }
}

pub(super) fn read_audit(root: &mut Section<'_>, base: &Path, reading: &mut Reading<'_>) -> AuditSettings {
    let usual = FindingSettings::default();
    let mut audit = root.table("audit", reading);
    let checkpoint_file = path_in(&mut audit, "checkpoint_file", base, reading).map(|(path, _)| path);
    let mut count = |key, usual: u32, reading: &mut Reading<'_>| {
        u32::try_from(audit.number(key, 1..1_000_001, u64::from(usual), reading)).unwrap_or(usual)
    };
    let findings = FindingSettings {
        cases_a_day: count("cases_a_day", usual.cases_a_day, reading),
        times_usual: count("times_usual", usual.times_usual, reading),
        denials_a_day: count("denials_a_day", usual.denials_a_day, reading),
        at_rest_days: count("at_rest_days", usual.at_rest_days, reading),
        out_of_hours_a_day: count("out_of_hours_a_day", usual.out_of_hours_a_day, reading),
        office_from_hour: u8::try_from(audit.number("office_from_hour", 0..24, 7, reading)).unwrap_or(7),
        office_until_hour: u8::try_from(audit.number("office_until_hour", 1..25, 20, reading)).unwrap_or(20),
        look_every: Duration::from_secs(audit.number("look_every_secs", 1..86_401, 600, reading)),
    };
    if findings.office_from_hour >= findings.office_until_hour {
        let advice = "office_from_hour = 7, office_until_hour = 20";
        let message = "the office closes before it opens";
        reading.problem(&audit.origin().clone(), &audit.path("office_until_hour"), message, Some(advice.into()));
    }
    let witnesses = witnesses::read(&mut audit, reading);
    let witness_every = Duration::from_secs(audit.number("witness_every_secs", 1..86_401, 60, reading));
    let scrub = match audit.text("scrub", reading) {
        Some(text) if text.value == "off" => false,
        Some(text) if text.value != "daily" => {
            reading.problem(&text.origin, &audit.path("scrub"), "must be daily or off", None);
            true
        }
        _ => true,
    };
    audit.finish(reading);
    AuditSettings { checkpoint_file, witnesses, witness_every, scrub, findings }
}
