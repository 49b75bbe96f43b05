//! Illness: self-paid medical cost of the window, after every insurance and medical aid, in tiers.

use super::{Expense, draft};
use crate::household::{Detail, Fen, PolicyKind};
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::{DeductionDraft, Kind, Name};
use crate::policy::grounds::GroundOf;
use crate::policy::pack::Handling;
use crate::policy::silence::{Classes, Silence};
use crate::policy::window::Window;

/// Medical cost of a person in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::policy) struct IllnessCosts {
    /// Paid by the person, after the insurance funds, medical aid and bills taken back.
    pub self_paid: Fen,
    /// The part of it that claims of commercial insurance paid back.
    pub offset: Fen,
    /// Bills that may be a person's too: under review, or told twice.
    pub more: Fen,
    /// Whether claims, or bills taken back, may still lower what is left.
    pub may_fall: bool,
}

impl IllnessCosts {
    /// What is left to deduct from.
    pub fn net(self) -> Fen {
        self.self_paid - self.offset
    }

    /// The least it can be once every department of bills has spoken.
    pub fn least(self) -> Fen {
        if self.may_fall { Fen::ZERO } else { self.net() }
    }

    /// The most it can be once every department of bills has spoken.
    pub fn most(self) -> Fen {
        self.net() + self.more
    }
}

/// The costs of every person of the case.
pub(in crate::policy) fn costs(case: &Case<'_>, silence: &Silence<'_>, costs: &mut Vec<IllnessCosts>) {
    costs.resize(case.people.len(), IllnessCosts::default());
    for (position, (costs, person)) in costs.iter_mut().zip(case.people).enumerate() {
        if person.tells(Classes::MEDICAL.with(Classes::FINANCIAL)) {
            *costs = of_person(case, silence, position);
        }
    }
}

fn of_person(case: &Case<'_>, silence: &Silence<'_>, position: usize) -> IllnessCosts {
    let person = &case.people[position];
    let self_paid: Fen = bills(case, person).map(|(_, amount)| amount).sum::<Fen>().at_least_zero();
    let claims: Fen = person.counting().filter(|item| !item.echo).filter_map(claim).sum();
    let offsets = case.rules.insurance_claims.value == Handling::Exempt;
    let claims_open = offsets
        && (silence.unsettled(position, Classes::FINANCIAL)
            || person.counting().any(|item| item.echo && claim(item).is_some()));
    let doubtful = || person.doubtful().filter_map(|item| bill(case, item));
    IllnessCosts {
        self_paid,
        offset: if offsets { claims.min(self_paid) } else { Fen::ZERO },
        more: doubtful().map(Fen::at_least_zero).sum(),
        may_fall: claims_open || doubtful().any(|amount| amount.0 < 0),
    }
}

fn claim(item: &Item<'_>) -> Option<Fen> {
    match item.detail() {
        Detail::InsurancePolicy {
            policy: PolicyKind::Medical | PolicyKind::CriticalIllness | PolicyKind::Accident,
            claims_12m,
            ..
        } => *claims_12m,
        _ => None,
    }
}

fn bills<'p, 'a>(
    case: &Case<'_>,
    person: &'p Person<'a>,
) -> impl Iterator<Item = (&'p Item<'a>, Fen)> + Clone + use<'p, 'a> {
    let window = case.window;
    person
        .items
        .iter()
        .filter(|item| item.counts() && !item.echo)
        .filter_map(move |item| Some((item, bill_within(window, item)?)))
}

/// What a bill of the window left to the person; negative where a bill was taken back (冲正、退费).
fn bill(case: &Case<'_>, item: &Item<'_>) -> Option<Fen> {
    bill_within(case.window, item)
}

fn bill_within(window: Window, item: &Item<'_>) -> Option<Fen> {
    match item.detail() {
        Detail::MedicalCost { settled_on, self_paid, .. } if window.has(*settled_on) && self_paid.0 != 0 => {
            Some(*self_paid)
        }
        _ => None,
    }
}

pub(super) fn line<'a>(case: &Case<'a>, person: &Person<'a>, costs: &IllnessCosts) -> Option<DeductionDraft<'a>> {
    let base = costs.net();
    if base.0 <= 0 {
        return None;
    }
    let tiers = &case.rules.illness_tiers;
    let ground = tiers.ground(
        "自付医疗费（各类保险和医疗救助之后）按档次比例扣减。",
        "Self-paid medical cost, after insurance and aid, in tiers.",
    );
    let expense = Expense {
        kind: Kind::Illness,
        name: Name { zh: "因病刚性支出", en: "Illness" },
        base,
        amount: tiers.value.apply(base),
        computation: case.text(|| {
            let parts: Vec<String> = tiers.value.parts(base).map(|(part, ratio)| format!("{part} × {ratio}")).collect();
            let parts = parts.join(" + ");
            if costs.offset.0 > 0 {
                format!("自付 {} − 理赔 {} = {base}；{parts}", costs.self_paid, costs.offset)
            } else {
                parts
            }
        }),
    };
    let mut draft = draft(person, bills(case, person).map(|(item, _)| item), expense, ground);
    if costs.may_fall {
        draft.least = Fen::ZERO;
    }
    Some(draft)
}
