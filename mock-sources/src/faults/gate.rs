//! Decides what goes wrong with a request. Draws depend on the plan's seed, the rule, the department, whom the request is about and how
//! often that was asked before, so they do not depend on the order in which requests of different people arrive.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::plan::{Delay, Fault, FaultPlan, FaultRule, Operation};
use super::triggers;
use crate::chance::{mix, mix_text};
use crate::departments::Key;

/// What is done to an answer on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Status(u16),
    Refuse,
    Busy,
    Timeout,
    Cut,
    Malformed,
    WrongEncoding,
    OtherCharset,
    Truncated,
    ExtraField(String),
    MissingField(String),
    Oversized(u64),
    SlowDrip { bytes: usize, every: Duration },
    Maintenance { retry_after_secs: Option<u64> },
    RateLimited { retry_after_secs: u64 },
}

/// Name of an effect, for the statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// HTTP error.
    Error,
    /// Failure in the department's words.
    Refuse,
    /// Busy in the department's words.
    Busy,
    /// No answer.
    Timeout,
    /// Reset connection.
    Cut,
    /// Rubbish.
    Malformed,
    /// Wrong encoding.
    WrongEncoding,
    /// Another charset than promised.
    OtherCharset,
    /// Lines are missing at the end.
    Truncated,
    /// Another form than promised: a field more or less.
    Drift,
    /// Too long.
    Oversized,
    /// In pieces.
    SlowDrip,
    /// 503.
    Maintenance,
    /// 429.
    RateLimit,
}

impl Effect {
    pub(crate) const fn kind(&self) -> FaultKind {
        match self {
            Self::Status(_) => FaultKind::Error,
            Self::Refuse => FaultKind::Refuse,
            Self::Busy => FaultKind::Busy,
            Self::Timeout => FaultKind::Timeout,
            Self::Cut => FaultKind::Cut,
            Self::Malformed => FaultKind::Malformed,
            Self::WrongEncoding => FaultKind::WrongEncoding,
            Self::OtherCharset => FaultKind::OtherCharset,
            Self::Truncated => FaultKind::Truncated,
            Self::ExtraField(_) | Self::MissingField(_) => FaultKind::Drift,
            Self::Oversized(_) => FaultKind::Oversized,
            Self::SlowDrip { .. } => FaultKind::SlowDrip,
            Self::Maintenance { .. } => FaultKind::Maintenance,
            Self::RateLimited { .. } => FaultKind::RateLimit,
        }
    }
}

/// What goes wrong with one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) delay: Duration,
    pub(crate) effect: Option<Effect>,
}

/// What goes wrong for one person within a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PersonTrouble {
    Busy,
    Error,
}

/// What goes wrong with a batch that is worked on later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TicketTrouble {
    pub(crate) never: bool,
    pub(crate) failed: bool,
    pub(crate) extra_ms: u64,
}

/// The plan in force and what was counted under it.
#[derive(Debug)]
pub(crate) struct Gate {
    plan: RwLock<(FaultPlan, Instant)>,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    /// Requests a rule applied to.
    by_rule: HashMap<usize, u64>,
    /// Requests about the same people, by rule or trigger, department and people.
    by_asked: HashMap<u64, u64>,
    /// Rate limits: (begin of the second, requests in it) by rule and department.
    rates: HashMap<(usize, usize), (Instant, u32)>,
}

/// Departments that take a batch and answer for each person apart.
const fn answers_each_apart(key: Key, fault: &Fault) -> bool {
    matches!((key, fault), (Key::Securities, Fault::Busy) | (Key::CivilAssistance, Fault::Refuse))
}

impl Gate {
    pub(crate) fn new(plan: FaultPlan) -> Self {
        Self { plan: RwLock::new((plan, Instant::now())), counted: Mutex::default() }
    }

    /// Puts another plan in force and forgets what was counted.
    pub(crate) fn set(&self, plan: FaultPlan) {
        *self.plan.write().unwrap_or_else(PoisonError::into_inner) = (plan, Instant::now());
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner) = Counted::default();
    }

    /// The plan in force.
    pub(crate) fn plan(&self) -> FaultPlan {
        self.plan.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// What goes wrong with a request to a department about these people.
    pub(crate) fn decide(&self, key: Key, operation: Option<Operation>, asked: &[String], now: Instant) -> Decision {
        let mut decision = Decision::default();
        for number in asked {
            if let Some((fault, (times, of))) = triggers::of(number)
                && !answers_each_apart(key, &fault)
                && self.asked_before(0, key, std::slice::from_ref(number)) % of < times
            {
                apply(&mut decision, &fault, 0, || true);
            }
        }
        let guard = self.plan.read().unwrap_or_else(PoisonError::into_inner);
        let (plan, since) = &*guard;
        for (index, rule) in plan.faults.iter().enumerate() {
            let of_step = rule.operation.is_none() || rule.operation == operation;
            if of_step && matches_request(rule, key, asked) && !apart(rule, key) {
                let draw = mix(plan.seed ^ mix(index as u64) ^ people(key, asked));
                let times = self.asked_before(index + 1, key, asked);
                let draw = mix(draw ^ times);
                if self.in_force(index, rule, *since, now, draw) {
                    apply(&mut decision, &rule.what, mix(draw), || self.over_rate(index, key, rule, now));
                }
            }
        }
        decision
    }

    /// Whether a rule applies now; counts the request against `first_requests`.
    fn in_force(&self, index: usize, rule: &FaultRule, since: Instant, now: Instant, draw: u64) -> bool {
        let begin = since + Duration::from_secs(rule.after_seconds.unwrap_or(0));
        let end = rule.for_seconds.map(|seconds| begin + Duration::from_secs(seconds));
        if now < begin || end.is_some_and(|end| now >= end) {
            return false;
        }
        if draw % 1000 >= u64::from(rule.share_permille.unwrap_or(1000)) {
            return false;
        }
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let before = counted.by_rule.entry(index).or_default();
        *before += 1;
        rule.first_requests.is_none_or(|most| *before <= most)
    }

    /// How often these people were asked about at this department before, as far as `scope` counts.
    fn asked_before(&self, scope: usize, key: Key, asked: &[String]) -> u64 {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let times = counted.by_asked.entry(mix(scope as u64) ^ people(key, asked)).or_default();
        *times += 1;
        *times - 1
    }

    fn over_rate(&self, index: usize, key: Key, rule: &FaultRule, now: Instant) -> bool {
        let Fault::RateLimit { per_second, .. } = rule.what else { return true };
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, requests) = counted.rates.entry((index, key.index())).or_insert((now, 0));
        if now.duration_since(*begun) >= Duration::from_secs(1) {
            (*begun, *requests) = (now, 0);
        }
        *requests += 1;
        *requests > per_second
    }

    /// Rules and triggers that concern one person of a batch.
    fn about(&self, key: Key, number: &str) -> Vec<Fault> {
        let number = number.trim().to_ascii_uppercase();
        let mut faults: Vec<Fault> = triggers::of(&number).map(|(fault, _)| fault).into_iter().collect();
        let guard = self.plan.read().unwrap_or_else(PoisonError::into_inner);
        let rules = guard
            .0
            .faults
            .iter()
            .enumerate()
            .filter(|(_, rule)| matches!(rule.operation, None | Some(Operation::Submit)))
            .filter(|(_, rule)| matches_request(rule, key, std::slice::from_ref(&number)));
        faults.extend(
            rules
                .filter(|(index, rule)| shared(guard.0.seed, *index, rule, key, &number))
                .map(|(_, rule)| rule.what.clone()),
        );
        faults
    }

    /// What goes wrong for one person of a batch, where the department answers for each apart.
    pub(crate) fn person_trouble(&self, key: Key, number: &str) -> Option<PersonTrouble> {
        let upper = number.trim().to_ascii_uppercase();
        if upper == triggers::BUSY_TWICE && key == Key::Securities {
            return (self.asked_before(0, key, std::slice::from_ref(&upper)) % 3 < 2).then_some(PersonTrouble::Busy);
        }
        self.about(key, number).into_iter().find_map(|fault| match fault {
            Fault::Busy if answers_each_apart(key, &fault) => Some(PersonTrouble::Busy),
            Fault::Refuse if answers_each_apart(key, &fault) => Some(PersonTrouble::Error),
            _ => None,
        })
    }

    /// What goes wrong with a batch about these people.
    pub(crate) fn ticket_trouble(&self, key: Key, numbers: &[&str]) -> TicketTrouble {
        let mut trouble = TicketTrouble::default();
        for fault in numbers.iter().flat_map(|number| self.about(key, number)) {
            match fault {
                Fault::NeverTicket => trouble.never = true,
                Fault::FailedTicket => trouble.failed = true,
                Fault::LateTicket { extra_ms } => trouble.extra_ms = trouble.extra_ms.max(extra_ms),
                _ => {}
            }
        }
        trouble
    }

    /// Banks that do not answer about a person.
    pub(crate) fn missing_banks(&self, key: Key, number: &str) -> Vec<String> {
        let named = self.about(key, number).into_iter().filter_map(|fault| match fault {
            Fault::MissingBank { bank } => Some(bank),
            _ => None,
        });
        let mut banks: Vec<String> = named.collect();
        banks.sort();
        banks.dedup();
        banks
    }
}

fn people(key: Key, asked: &[String]) -> u64 {
    asked.iter().fold(mix(key.index() as u64 + 77), |state, number| mix_text(state, number))
}

/// A rule about one person of a batch department, which `person_trouble` answers apart.
fn apart(rule: &FaultRule, key: Key) -> bool {
    rule.person.is_some() && answers_each_apart(key, &rule.what)
}

fn shared(seed: u64, index: usize, rule: &FaultRule, key: Key, number: &String) -> bool {
    let apart = apart(rule, key) || !matches!(rule.what, Fault::Busy | Fault::Refuse);
    let draw = mix(seed ^ mix(index as u64) ^ people(key, std::slice::from_ref(number)));
    apart && draw % 1000 < u64::from(rule.share_permille.unwrap_or(1000))
}

fn matches_request(rule: &FaultRule, key: Key, asked: &[String]) -> bool {
    (rule.department == "*" || rule.department == key.as_str())
        && rule.person.as_ref().is_none_or(|person| asked.contains(person))
}

/// Adds a fault to a decision: delays add up, of the rest the first stays.
fn apply(decision: &mut Decision, fault: &Fault, draw: u64, over_rate: impl FnOnce() -> bool) {
    let effect = match fault {
        Fault::Delay(delay) => {
            decision.delay += drawn(*delay, draw);
            return;
        }
        Fault::Error { status } => Effect::Status(*status),
        Fault::Refuse => Effect::Refuse,
        Fault::Busy => Effect::Busy,
        Fault::Timeout => Effect::Timeout,
        Fault::Cut => Effect::Cut,
        Fault::Malformed => Effect::Malformed,
        Fault::WrongEncoding => Effect::WrongEncoding,
        Fault::OtherCharset => Effect::OtherCharset,
        Fault::Truncated => Effect::Truncated,
        Fault::ExtraField { name } => Effect::ExtraField(name.clone()),
        Fault::MissingField { name } => Effect::MissingField(name.clone()),
        Fault::Oversized { bytes } => Effect::Oversized(*bytes),
        Fault::SlowDrip { bytes, every_ms } => {
            Effect::SlowDrip { bytes: *bytes, every: Duration::from_millis(*every_ms) }
        }
        Fault::Maintenance { retry_after_secs } => Effect::Maintenance { retry_after_secs: *retry_after_secs },
        Fault::RateLimit { retry_after_secs, .. } if over_rate() => {
            Effect::RateLimited { retry_after_secs: *retry_after_secs }
        }
        Fault::RateLimit { .. }
        | Fault::LateTicket { .. }
        | Fault::NeverTicket
        | Fault::FailedTicket
        | Fault::MissingBank { .. } => return,
    };
    decision.effect.get_or_insert(effect);
}

fn drawn(delay: Delay, draw: u64) -> Duration {
    match delay {
        Delay::FixedMs(ms) => Duration::from_millis(ms),
        Delay::UniformMs(low, high) => Duration::from_millis(low + draw % (high - low + 1)),
        Delay::ExponentialMs(mean) => exponential(mean, draw),
    }
}

#[expect(clippy::float_arithmetic, reason = "a delay is not money; the logarithm needs floats")]
fn exponential(mean_ms: u64, draw: u64) -> Duration {
    let uniform = f64::from(u32::try_from(draw >> 33).unwrap_or(0) + 1) / f64::from(1_u32 << 31);
    let factor = (-uniform.ln()).clamp(0.0, 10.0);
    Duration::from_millis(mean_ms).mul_f64(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(gate: &Gate) -> Vec<Option<Effect>> {
        let now = Instant::now();
        (0..60).map(|number| gate.decide(Key::Tax, None, &[format!("P{number}")], now).effect).collect()
    }

    #[test]
    fn draws_repeat_and_keep_the_share() {
        let rule = FaultRule { share_permille: Some(300), ..FaultRule::always("tax", Fault::Busy) };
        let plan = FaultPlan { seed: 3, faults: vec![rule] };
        let (a, b) = (outcomes(&Gate::new(plan.clone())), outcomes(&Gate::new(plan)));
        assert_eq!(a, b);
        let hit = a.iter().flatten().count();
        assert!((8..=30).contains(&hit), "{hit} of 60 at three in ten");
    }

    #[test]
    fn windows_of_requests_end() {
        let rule = FaultRule {
            first_requests: Some(2),
            ..FaultRule::always("*", Fault::Maintenance { retry_after_secs: None })
        };
        let gate = Gate::new(FaultPlan { seed: 0, faults: vec![rule] });
        let now = Instant::now();
        let hits: Vec<bool> = (0..4).map(|_| gate.decide(Key::Health, None, &[], now).effect.is_some()).collect();
        assert_eq!(hits, [true, true, false, false]);
    }

    #[test]
    fn a_step_can_be_named() {
        let rule = FaultRule { operation: Some(Operation::Status), ..FaultRule::always("*", Fault::Busy) };
        let gate = Gate::new(FaultPlan { seed: 0, faults: vec![rule] });
        let now = Instant::now();
        for (step, hit) in [
            (None, false),
            (Some(Operation::Submit), false),
            (Some(Operation::Status), true),
            (Some(Operation::Result), false),
        ] {
            assert_eq!(gate.decide(Key::Finance, step, &[], now).effect.is_some(), hit, "{step:?}");
        }
    }

    #[test]
    fn a_department_can_be_down_from_one_moment_to_another() {
        let rule = FaultRule {
            after_seconds: Some(10),
            for_seconds: Some(5),
            ..FaultRule::always("tax", Fault::Error { status: 503 })
        };
        let gate = Gate::new(FaultPlan { seed: 0, faults: vec![rule] });
        let now = Instant::now();
        let down = |seconds| gate.decide(Key::Tax, None, &[], now + Duration::from_secs(seconds)).effect.is_some();
        assert_eq!([0, 9, 11, 14, 16].map(down), [false, false, true, true, false]);
    }

    #[test]
    fn windows_of_time_end() {
        let rule = FaultRule { for_seconds: Some(5), ..FaultRule::always("*", Fault::Busy) };
        let gate = Gate::new(FaultPlan { seed: 0, faults: vec![rule] });
        let now = Instant::now();
        assert!(gate.decide(Key::Tax, None, &[], now).effect.is_some());
        assert!(gate.decide(Key::Tax, None, &[], now + Duration::from_secs(6)).effect.is_none());
    }

    #[test]
    fn a_trigger_that_is_busy_twice_answers_the_third_time() {
        let gate = Gate::new(FaultPlan::default());
        let asked = [triggers::BUSY_TWICE.to_owned()];
        let hits: Vec<bool> =
            (0..6).map(|_| gate.decide(Key::Tax, None, &asked, Instant::now()).effect.is_some()).collect();
        assert_eq!(hits, [true, true, false, true, true, false]);
    }

    #[test]
    fn rates_are_limited_by_the_second() {
        let rule = FaultRule::always("tax", Fault::RateLimit { per_second: 2, retry_after_secs: 1 });
        let gate = Gate::new(FaultPlan { seed: 0, faults: vec![rule] });
        let now = Instant::now();
        let hits: Vec<bool> = (0..4).map(|_| gate.decide(Key::Tax, None, &[], now).effect.is_some()).collect();
        assert_eq!(hits, [false, false, true, true]);
        assert!(gate.decide(Key::Tax, None, &[], now + Duration::from_millis(1001)).effect.is_none());
    }

    #[test]
    fn delays_follow_their_distribution() {
        assert_eq!(drawn(Delay::FixedMs(40), 9), Duration::from_millis(40));
        let uniform: Vec<u128> = (0..200).map(|n| drawn(Delay::UniformMs(10, 20), mix(n)).as_millis()).collect();
        assert!(uniform.iter().all(|ms| (10..=20).contains(ms)));
        let total: u128 = (0..2000).map(|n| drawn(Delay::ExponentialMs(100), mix(n)).as_millis()).sum();
        assert!((85..=115).contains(&(total / 2000)), "mean {}", total / 2000);
    }
}
