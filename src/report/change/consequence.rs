//! What may follow from a change, as a hint for the officer (只核对、不认定). Nothing here ends or changes anything.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::Clock;
use super::screening::{outcome, state_of};
use super::what::{State, What};
use super::{Compared, ItemChange};
use crate::household::{Fen, Lang};
use crate::policy::assessment::{Certainty, Per, outcome_of_amount};
use crate::report::body::Body;
use crate::report::lines::outcome_of;

/// Programmes, most favourable first; gradual exit has its clock.
const PROGRAMMES: [&str; 5] = ["tekun", "dibao", "dibao_single", "dibao_marginal", "rigid_expenditure"];
/// Those that pay by the month.
const PAID: [&str; 3] = ["tekun", "dibao", "dibao_single"];
const DIBAO: &str = "dibao";

/// What may follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = ChangeConsequence)]
pub enum Consequence {
    /// 无变化: nothing changed.
    Nothing,
    /// 维持: nothing that changed calls for anything.
    ContinueAsIs,
    /// 调整金额: what would be paid is obviously another.
    RaiseOrLowerAmount {
        /// The outcome now.
        outcome: String,
        /// A month before; none where nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Fen>,
        /// A month after.
        after: Fen,
    },
    /// 渐退: above the line because of new work; the amount goes on for a time.
    GradualExit {
        /// From the day of the new work.
        #[schema(value_type = String, format = Date)]
        from: Date,
        /// To this day.
        #[schema(value_type = String, format = Date)]
        until: Date,
    },
    /// 可能终止: the conditions are not met, whatever is still missing.
    MayEnd {
        /// The outcome that was.
        outcome: String,
        /// Another that is met or may be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<String>,
        /// The day on which gradual exit ran out, where it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date)]
        ran_out_on: Option<Date>,
    },
    /// 待定: somebody has not answered, or something is for a person to look at.
    Open {
        /// The fact or source that decides: `source:finance`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decides: Option<String>,
    },
}

impl Consequence {
    /// Its code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::ContinueAsIs => "continue_as_is",
            Self::RaiseOrLowerAmount { .. } => "raise_or_lower_amount",
            Self::GradualExit { .. } => "gradual_exit",
            Self::MayEnd { .. } => "may_end",
            Self::Open { .. } => "open",
        }
    }

    /// As a hint, without its figures.
    #[must_use]
    pub fn words(&self, lang: Lang) -> &'static str {
        match self {
            Self::Nothing => lang.pick("与上次核对相比未见变化", "nothing changed since the last report"),
            Self::ContinueAsIs => lang.pick("未见明显变化，可维持现状", "no obvious change: may continue as it is"),
            Self::RaiseOrLowerAmount { before: Some(before), after, .. } if after < before => {
                lang.pick("参考金额可能减少，须先听取家庭说明", "the amount may be lower; the family is heard first")
            }
            Self::RaiseOrLowerAmount { .. } => lang.pick("参考金额可能增加", "the amount may be higher"),
            Self::GradualExit { .. } => lang.pick(
                "因新就业或创业超过标准，可能适用渐退",
                "above the line because of new work: gradual exit may apply",
            ),
            Self::MayEnd { ran_out_on: Some(_), .. } => lang.pick(
                "渐退期已满，可能不再符合，须先听取家庭说明",
                "gradual exit ran out: may no longer fit; the family is heard first",
            ),
            Self::MayEnd { .. } => {
                lang.pick("可能不再符合，须先听取家庭说明", "may no longer fit; the family is heard first")
            }
            Self::Open { .. } => {
                lang.pick("信息未齐，尚不能比较", "not everybody has answered: cannot be compared yet")
            }
        }
    }
}

/// What may follow from the changes.
pub(super) fn consequence(before: &Body, after: &Body, items: &[ItemChange], clock: Option<&Clock>) -> Consequence {
    if let Some(clock) = clock {
        return of_clock(after, clock);
    }
    if items.is_empty() {
        return Consequence::Nothing;
    }
    let Some(was) = first(before, Certainty::Met) else { return of_nobody(before, after, items) };
    match (state_of(after, was), first(after, Certainty::Met)) {
        (Certainty::Met, _) => of_amount(was, was, after, items),
        (Certainty::Open, _) => open(after, Some(was)),
        (Certainty::NotMet, Some(now)) if PAID.contains(&was) && PAID.contains(&now) => {
            of_amount(was, now, after, items)
        }
        (Certainty::NotMet, _) => may_end(was, after, None),
    }
}

/// The clock is running or over, and the household is not certainly back below the line.
fn of_clock(after: &Body, clock: &Clock) -> Consequence {
    let ran_out = clock.ran_out(after.request.as_of);
    match (state_of(after, DIBAO), state_of(after, "gradual_exit")) {
        (Certainty::Open, _) => open(after, Some(DIBAO)),
        (_, Certainty::Met) if !ran_out => Consequence::GradualExit { from: clock.from, until: clock.until },
        (_, Certainty::Open) if !ran_out => open(after, Some("gradual_exit")),
        _ => may_end(DIBAO, after, ran_out.then_some(clock.until)),
    }
}

/// Nothing was certain before.
fn of_nobody(before: &Body, after: &Body, items: &[ItemChange]) -> Consequence {
    if let Some(now) = first(after, Certainty::Met) {
        return of_amount(now, now, after, items);
    }
    let may_have_been = first(before, Certainty::Open);
    match (may_have_been, first(after, Certainty::Open)) {
        (_, Some(now)) => open(after, Some(now)),
        (Some(was), None) => may_end(was, after, None),
        (None, None) => Consequence::ContinueAsIs,
    }
}

fn of_amount(was: &str, now: &str, after: &Body, items: &[ItemChange]) -> Consequence {
    let moved: Vec<&ItemChange> = (items.iter())
        .filter(|item| matches!(&item.what, What::Amount(code) if [was, now].contains(&outcome_of_amount(code))))
        .filter(|item| monthly(&item.before).is_some() || monthly(&item.after).is_some())
        .collect();
    if moved.iter().any(|item| item.compared != Compared::Certain && !item.slight) {
        return open(after, None);
    }
    if was == now && moved.iter().all(|item| item.slight) {
        return Consequence::ContinueAsIs;
    }
    let sum = |of: &dyn Fn(&ItemChange) -> Option<Fen>| moved.iter().filter_map(|item| of(item)).sum::<Fen>();
    let nothing = moved.iter().all(|item| item.before.is_none());
    Consequence::RaiseOrLowerAmount {
        outcome: now.to_owned(),
        before: (!nothing).then(|| sum(&|item| monthly(&item.before))),
        after: sum(&|item| monthly(&item.after)),
    }
}

fn monthly(state: &Option<State>) -> Option<Fen> {
    match state {
        Some(State::Paid { amount, per: Per::Month, .. }) => Some(*amount),
        _ => None,
    }
}

fn may_end(was: &str, after: &Body, ran_out_on: Option<Date>) -> Consequence {
    let instead = first(after, Certainty::Met).or_else(|| first(after, Certainty::Open));
    Consequence::MayEnd { outcome: was.to_owned(), instead: instead.map(str::to_owned), ran_out_on }
}

fn open(after: &Body, code: Option<&str>) -> Consequence {
    let decides = code.and_then(|code| outcome(after, code)).and_then(|outcome| outcome.decides.clone());
    let first = || after.open_facts.first().map(|fact| fact.fact.clone());
    Consequence::Open { decides: decides.or_else(first) }
}

/// The programme a report was asked about where it is in this state, else the most favourable that is.
fn first(body: &Body, state: Certainty) -> Option<&'static str> {
    let own = outcome_of(body.request.purpose);
    let is = |code: &&&str| {
        let found = outcome(body, code);
        found.is_some_and(|outcome| outcome.state == state && !outcome.is_not_applied_for())
    };
    let own = PROGRAMMES.iter().filter(|code| own == Some(**code)).find(is);
    own.or_else(|| PROGRAMMES.iter().find(is)).copied()
}
