//! From deeds to findings. No I/O, no clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, civil::Date};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{FindingKind, days};
use crate::audit::{Action, ActorRole, Leaf, Outcome};
use crate::config::FindingSettings;

/// What somebody does to see contents of a case.
const OPENINGS: &[Action] = &[
    Action::ReportRead,
    Action::ReportSealed,
    Action::NamesOpened,
    Action::Exported,
    Action::DocumentOpened,
    Action::AnswersRead,
];

/// Entries that can be part of a finding.
pub(super) fn actions() -> Vec<Action> {
    OPENINGS.iter().copied().chain([Action::AccessDenied, Action::Refused]).collect()
}

/// Work on a case, as against looking at it.
pub(super) const WORK: &[Action] = &[
    Action::Accepted,
    Action::QueryAuthorised,
    Action::QueryReused,
    Action::Completed,
    Action::CaseFailed,
    Action::Reopened,
    Action::Cancelled,
    Action::AuthorisationWithdrawn,
    Action::Reviewed,
    Action::Objected,
    Action::AskedAgain,
    Action::Heard,
    Action::Issued,
    Action::Subscribed,
    Action::Erased,
];

/// An entry that may be part of a finding.
pub(super) struct Deed {
    pub(super) index: u64,
    pub(super) case: Option<Uuid>,
    /// Whether contents of the case are seen.
    pub(super) opens: bool,
    denied: bool,
    /// How many it stands for.
    times: u64,
    at: Timestamp,
    day: Date,
    actor: String,
    organisation: String,
    role: ActorRole,
}

impl Deed {
    pub(super) fn of(index: u64, leaf: &Leaf, day: Date) -> Self {
        let event = &leaf.event;
        Self {
            index,
            case: event.case,
            opens: OPENINGS.contains(&event.action) && event.outcome != Outcome::Denied,
            denied: event.outcome == Outcome::Denied || event.action == Action::AccessDenied,
            times: event.count.unwrap_or(1),
            at: leaf.at,
            day,
            actor: event.actor.subject.to_string(),
            organisation: event.actor.organisation.to_string(),
            role: event.actor.role,
        }
    }

    fn is_out_of_hours(&self, settings: &FindingSettings) -> bool {
        let hour = Offset::constant(8).to_datetime(self.at).hour();
        let hour = u8::try_from(hour).unwrap_or(0);
        !(settings.office_from_hour..settings.office_until_hour).contains(&hour)
    }
}

/// A finding before it is put into words.
pub(super) struct Found {
    pub(super) kind: FindingKind,
    pub(super) day: Date,
    pub(super) actor: String,
    pub(super) organisation: String,
    pub(super) role: ActorRole,
    pub(super) count: u64,
    pub(super) bound: u64,
    pub(super) usual: Option<u64>,
    pub(super) entries: Vec<u64>,
    /// The scope of the auditor who sees a part of it alone.
    pub(super) part: Option<String>,
    /// The longest time for which nobody worked on a case; none where its keys were destroyed.
    idle: Option<SignedDuration>,
}

/// Findings of these deeds, the newest day first. `worked` says when somebody last worked on the case of an opening; nothing of one whose keys
/// were destroyed.
pub(super) fn found(
    deeds: &[Deed],
    worked: &HashMap<u64, Option<Timestamp>>,
    settings: &FindingSettings,
) -> Vec<Found> {
    let mut by_day: BTreeMap<(std::cmp::Reverse<Date>, &str), Vec<&Deed>> = BTreeMap::new();
    for deed in deeds {
        by_day.entry((std::cmp::Reverse(deed.day), &deed.actor)).or_default().push(deed);
    }
    let opened: Vec<Opened<'_>> = by_day.values().filter_map(|deeds| Opened::of(deeds)).collect();
    let mut found = Vec::new();
    for deeds in by_day.values() {
        found.extend(many_cases(deeds, &opened, settings));
        found.extend(no_open_case(deeds, worked, settings));
        let denied: Vec<&Deed> = deeds.iter().copied().filter(|deed| deed.denied).collect();
        found.extend(at_least(FindingKind::ManyDenials, denied, settings.denials_a_day));
        // a system may fetch at night what its officers read by day
        let late = |deed: &&Deed| deed.opens && deed.role != ActorRole::Client && deed.is_out_of_hours(settings);
        let late: Vec<&Deed> = deeds.iter().copied().filter(late).collect();
        found.extend(at_least(FindingKind::OutOfHours, late, settings.out_of_hours_a_day));
    }
    found
}

/// How many cases an actor opened on a day.
struct Opened<'a> {
    actor: &'a str,
    role: ActorRole,
    day: Date,
    cases: u64,
}

impl<'a> Opened<'a> {
    fn of(deeds: &[&'a Deed]) -> Option<Self> {
        let cases: BTreeSet<Uuid> = deeds.iter().filter(|deed| deed.opens).filter_map(|deed| deed.case).collect();
        let first = deeds.first().filter(|_| !cases.is_empty())?;
        Some(Self { actor: &first.actor, role: first.role, day: first.day, cases: cases.len() as u64 })
    }
}

/// More cases than the floor, and so many times what is usual.
fn many_cases(deeds: &[&Deed], opened: &[Opened<'_>], settings: &FindingSettings) -> Option<Found> {
    let own = Opened::of(deeds)?;
    let median = |mut counts: Vec<u64>| {
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied()
    };
    let others = opened.iter().filter(|other| other.role == own.role && other.actor != own.actor);
    let other_days = opened.iter().filter(|other| other.actor == own.actor && other.day != own.day);
    let floor = u64::from(settings.cases_a_day);
    // whoever reads very much every day does not make that the rule for themselves; what all of a role do may be its work
    let own_days = median(other_days.map(|day| day.cases).collect()).map(|cases| cases.min(floor));
    let usual = median(others.map(|other| other.cases).collect()).max(own_days);
    let bound = usual.map_or(floor, |usual| floor.max(usual * u64::from(settings.times_usual)));
    let opens = deeds.iter().copied().filter(|deed| deed.opens && deed.case.is_some()).collect();
    let found = of(FindingKind::ManyCases, opens, own.cases, bound)?;
    Some(Found { usual, ..found })
}

/// Openings of cases on which nobody worked for long, or whose keys are destroyed.
fn no_open_case(
    deeds: &[&Deed],
    worked: &HashMap<u64, Option<Timestamp>>,
    settings: &FindingSettings,
) -> Option<Found> {
    let at_rest = SignedDuration::from_hours(i64::from(settings.at_rest_days) * 24);
    let idle = |deed: &Deed| match worked.get(&deed.index)? {
        None => Some(None),
        Some(last) => Some(deed.at.duration_since(*last)).filter(|idle| *idle >= at_rest).map(Some),
    };
    let stale: Vec<(&Deed, Option<SignedDuration>)> =
        deeds.iter().filter(|deed| deed.opens).filter_map(|deed| Some((*deed, idle(deed)?))).collect();
    let longest = stale.iter().filter_map(|(_, idle)| *idle).max();
    let stale: Vec<&Deed> = stale.into_iter().map(|(deed, _)| deed).collect();
    let count = stale.len() as u64;
    Some(Found { idle: longest, ..of(FindingKind::NoOpenCase, stale, count, 1)? })
}

fn at_least(kind: FindingKind, deeds: Vec<&Deed>, bound: u32) -> Option<Found> {
    let count = deeds.iter().map(|deed| deed.times).sum();
    of(kind, deeds, count, u64::from(bound))
}

/// A finding where there are as many as the bound.
fn of(kind: FindingKind, deeds: Vec<&Deed>, count: u64, bound: u64) -> Option<Found> {
    let first = deeds.first().filter(|_| count >= bound)?;
    Some(Found {
        kind,
        day: first.day,
        actor: first.actor.clone(),
        organisation: first.organisation.clone(),
        role: first.role,
        count,
        bound,
        usual: None,
        entries: deeds.iter().map(|deed| deed.index).collect(),
        part: None,
        idle: None,
    })
}

impl Found {
    /// Whether two are the same in all that is seen of them.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let seen = |found: &Self| (found.kind, found.day, found.count, found.bound);
        seen(self) == seen(other) && self.actor == other.actor && self.entries == other.entries
    }

    /// Its level: 0 at the bound, one more each time that the count has doubled since.
    pub(super) fn level(&self) -> u32 {
        self.count.checked_div(self.bound).and_then(u64::checked_ilog2).unwrap_or(0)
    }

    /// Its name at its level.
    pub(super) fn id(&self) -> Uuid {
        self.id_at(self.level())
    }

    /// Its name at a level, from what it is (UUIDv8): a finding that doubles is another one, and whoever has seen the first has not seen it.
    pub(super) fn id_at(&self, level: u32) -> Uuid {
        let Self { kind, actor, day, part, .. } = self;
        let mut named = format!("hedui/finding/v2\n{}\n{actor}\n{day}\n{level}", kind.as_str());
        if let Some(part) = part {
            named = format!("{named}\n{part}");
        }
        let digest = Sha256::digest(named);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// Why, in Chinese and in English.
    pub(super) fn why(&self, settings: &FindingSettings) -> [String; 2] {
        let count = self.count;
        match self.kind {
            FindingKind::ManyCases => {
                let usual = self.usual.map_or_else(
                    || ["此前无可比".to_owned(), "nothing to compare it with".to_owned()],
                    |usual| [format!("通常为{usual}件"), format!("usual are {usual}")],
                );
                [
                    format!("一日内打开{count}件核对（达到{}件即提示；{}）", self.bound, usual[0]),
                    format!("opened {count} cases in a day (a finding from {} on; {})", self.bound, usual[1]),
                ]
            }
            FindingKind::NoOpenCase => match self.idle {
                Some(idle) => [
                    format!("{count}次打开已长期无人办理的核对（最长{}天）", days(idle)),
                    format!("{count} openings of cases nobody works on (for up to {} days)", days(idle)),
                ],
                None => [
                    format!("{count}次打开密钥已销毁的核对"),
                    format!("{count} openings of cases whose keys are destroyed"),
                ],
            },
            FindingKind::ManyDenials => [format!("一日内{count}次被拒绝"), format!("refused {count} times in a day")],
            FindingKind::OutOfHours => {
                let (from, until) = (settings.office_from_hour, settings.office_until_hour);
                [
                    format!("在{from}时至{until}时以外打开{count}次"),
                    format!("{count} openings outside {from}:00 to {until}:00"),
                ]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Actor, Event, Label};

    fn deed(index: u64, actor: &str, action: Action, case: u128, at: &str) -> Deed {
        let actor = Actor {
            subject: Label::new(actor).unwrap(),
            organisation: Label::new("o").unwrap(),
            role: ActorRole::Caseworker,
            token_sha256: None,
        };
        let event = Event::new(&actor, action).case(Uuid::from_u128(case));
        let leaf = Leaf::new(event, at.parse().unwrap());
        let day = Offset::constant(8).to_datetime(leaf.at).date();
        Deed::of(index, &leaf, day)
    }

    fn opened(actor: &str, cases: u64, first: u64) -> Vec<Deed> {
        let deed = |n| deed(first + n, actor, Action::ReportRead, u128::from(first + n), "2026-11-02T02:00:00Z");
        (0..cases).map(deed).collect()
    }

    #[test]
    fn many_cases_are_more_than_the_floor_and_than_is_usual() {
        let settings = FindingSettings { cases_a_day: 10, ..FindingSettings::default() };
        for (own, others, expected) in [(9, 1, 0), (10, 1, 1), (10, 4, 0), (12, 4, 1)] {
            let deeds: Vec<Deed> = opened("a", own, 0).into_iter().chain(opened("b", others, 1000)).collect();
            let found = found(&deeds, &HashMap::new(), &settings);
            assert_eq!(found.len(), expected, "{own} against {others}");
            assert!(found.iter().all(|found| found.actor == "a" && found.usual == Some(others)));
        }
        let same: Vec<Deed> = (0..20).map(|n| deed(n, "a", Action::ReportRead, 7, "2026-11-02T02:00:00Z")).collect();
        assert!(found(&same, &HashMap::new(), &settings).is_empty(), "one case, however often, is one case");
    }

    #[test]
    fn who_reads_very_much_every_day_is_found_every_day() {
        let settings = FindingSettings { cases_a_day: 10, ..FindingSettings::default() };
        let deeds: Vec<Deed> = ["2026-11-02T02:00:00Z", "2026-11-03T02:00:00Z"]
            .into_iter()
            .flat_map(|at| (0..200).map(move |n| deed(n, "a", Action::DocumentOpened, u128::from(n), at)))
            .collect();
        assert_eq!(
            found(&deeds, &HashMap::new(), &settings).len(),
            2,
            "each day is three times more than three times the floor"
        );
    }

    #[test]
    fn openings_after_long_rest_and_after_erasure_are_found() {
        let settings = FindingSettings::default();
        let deeds = vec![deed(9, "a", Action::ReportRead, 1, "2026-11-02T02:00:00Z")];
        for (worked, expected) in [
            (None, 1),
            (Some("2026-11-01T02:00:00Z"), 0),
            (Some("2026-08-04T02:00:01Z"), 0),
            (Some("2026-08-04T02:00:00Z"), 1),
        ] {
            let worked = HashMap::from([(9, worked.map(|at| at.parse().unwrap()))]);
            let found = found(&deeds, &worked, &settings);
            assert_eq!(found.len(), expected, "{worked:?}");
            assert!(found.iter().all(|found| found.kind == FindingKind::NoOpenCase && found.entries == [9]));
        }
    }

    #[test]
    fn the_office_closes_by_the_clock_of_china() {
        let settings = FindingSettings { out_of_hours_a_day: 1, ..FindingSettings::default() };
        for (at, expected) in [
            ("2026-11-01T22:59:59Z", 1),
            ("2026-11-01T23:00:00Z", 0),
            ("2026-11-02T11:59:59Z", 0),
            ("2026-11-02T12:00:00Z", 1),
        ] {
            let found = found(&[deed(0, "a", Action::NamesOpened, 1, at)], &HashMap::new(), &settings);
            assert_eq!(found.len(), expected, "{at}");
        }
    }

    #[test]
    fn refusals_that_were_counted_together_count_each() {
        let settings = FindingSettings { denials_a_day: 10, ..FindingSettings::default() };
        for (more, expected) in [(8, 0), (9, 1)] {
            let mut deeds: Vec<Deed> =
                (0..2).map(|n| deed(n, "a", Action::AccessDenied, 1, "2026-11-02T02:00:00Z")).collect();
            deeds[1].times = more;
            let found = found(&deeds, &HashMap::new(), &settings);
            assert_eq!(found.len(), expected, "{more}");
            assert!(found.iter().all(|found| found.count == 10));
        }
    }

    #[test]
    fn a_finding_keeps_its_name_until_it_has_doubled() {
        let settings = FindingSettings { cases_a_day: 10, ..FindingSettings::default() };
        let of = |cases| found(&opened("a", cases, 0), &HashMap::new(), &settings).remove(0);
        for (cases, level) in [(10, 0), (19, 0), (20, 1), (39, 1), (40, 2), (80, 3)] {
            assert_eq!((of(cases).level(), of(cases).id()), (level, of(10).id_at(level)), "{cases}");
        }
        let names: BTreeSet<Uuid> = (0..4).map(|level| of(10).id_at(level)).collect();
        assert_eq!(names.len(), 4);
        let denied: Vec<Deed> =
            (0..10).map(|n| deed(n, "a", Action::AccessDenied, 1, "2026-11-02T02:00:00Z")).collect();
        assert_ne!(found(&denied, &HashMap::new(), &settings)[0].id(), of(10).id());
    }
}
