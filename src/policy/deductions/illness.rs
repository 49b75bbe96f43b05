//! Illness: self-paid medical cost of the window, after every insurance and medical aid, in tiers.

use super::{Named, draft};
use crate::household::{Detail, Fen, InfoClass, PolicyKind};
use crate::policy::case::{Case, Item, Person};
use crate::policy::drafts::DeductionDraft;
use crate::policy::grounds::GroundOf;
use crate::policy::pack::Handling;
use crate::policy::silence::{Classes, Silence};

/// Medical cost of a person in the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::policy) struct IllnessCosts {
    /// Paid by the person, after the insurance funds and medical aid.
    pub self_paid: Fen,
    /// The part of it that claims of commercial insurance paid back.
    pub offset: Fen,
}

impl IllnessCosts {
    /// What is left to deduct from.
    pub fn net(self) -> Fen {
        self.self_paid - self.offset
    }
}

/// The costs of every person of the case.
pub(in crate::policy) fn costs(case: &Case<'_>) -> Vec<IllnessCosts> {
    case.people.iter().map(|person| of_person(case, person)).collect()
}

fn of_person(case: &Case<'_>, person: &Person<'_>) -> IllnessCosts {
    let self_paid: Fen = bills(case, person).map(|(_, amount)| amount).sum();
    let claims: Fen = person.counting().filter_map(|item| claim(item)).sum();
    let offsets = case.rules.insurance_claims.value == Handling::Exempt;
    IllnessCosts { self_paid, offset: if offsets { claims.min(self_paid) } else { Fen::ZERO } }
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

fn bills<'p>(case: &Case<'_>, person: &'p Person<'_>) -> impl Iterator<Item = (&'p Item<'p>, Fen)> {
    let window = case.window;
    person.counting().filter_map(move |item| match item.detail() {
        Detail::MedicalCost { settled_on, self_paid, .. }
            if window.has(*settled_on) && self_paid.0 > 0 && !item.echo =>
        {
            Some((item, *self_paid))
        }
        _ => None,
    })
}

pub(super) fn line(
    case: &Case<'_>,
    silence: &Silence<'_>,
    position: usize,
    costs: &IllnessCosts,
) -> Option<DeductionDraft> {
    let person = &case.people[position];
    let base = costs.net();
    if base.0 <= 0 {
        return None;
    }
    let items: Vec<&Item<'_>> = bills(case, person).map(|(item, _)| item).collect();
    let tiers = &case.rules.illness_tiers;
    let parts: Vec<String> = tiers.value.parts(base).map(|(part, ratio)| format!("{part} × {ratio}")).collect();
    let mut computation = parts.join(" + ");
    if costs.offset.0 > 0 {
        computation = format!("自付 {} − 理赔 {} = {base}；{computation}", costs.self_paid, costs.offset);
    }
    let ground = tiers.ground(
        "自付医疗费（各类保险和医疗救助之后）按档次比例扣减。",
        "Self-paid medical cost, after insurance and aid, in tiers.",
    );
    let named = Named { kind: "illness", zh: "因病刚性支出", en: "Illness" };
    let mut draft = draft(person, &named, &items, base, tiers.value.apply(base), computation, ground);
    let claims_open = silence.person(position, &[InfoClass::Financial])
        || silence.held[position].meets(Classes::of(&[InfoClass::Financial]));
    if claims_open && case.rules.insurance_claims.value == Handling::Exempt {
        draft.least = Fen::ZERO;
    }
    Some(draft)
}
