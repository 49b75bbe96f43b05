//! Leads from the screening of a roster (数据比对): whom somebody should visit, because help may be missing. Nothing here is a finding
//! against anybody, and nothing adverse follows from it.
//!
//! Orphans and de-facto-unattended children: both parents dead, missing, in prison or rehabilitation, gravely disabled or ill. Disabled
//! people: a valid certificate, and neither assistance nor an allowance for the disabled is running. Medical spending: self-paid cost of
//! twelve months from a parameter on. Where a department that was to be asked has not answered, the lead is open: silence is no "no".

use std::borrow::Cow;

use super::assessment::{Certainty, Referral};
use super::case::{Case, Person, Standing};
use super::deductions::{self, IllnessCosts};
use super::grounds::{GroundOf, Reason};
use super::pack::{Pack, Param};
use super::referrals::{can_care, is_child, parents_of};
use super::silence::{Classes, Silence, classes_of};
use crate::household::{CellOutcome, Detail, Evidence, MemberRef, Programme, Purpose, Skip, YearMonth};

/// What a screening needs in the pack and does not find there.
#[must_use]
pub fn missing_rule(purpose: Purpose, pack: &Pack) -> Option<&'static str> {
    let rules = pack.rules();
    match purpose {
        Purpose::ChildScreening if rules.referral_unattended_children.is_none() => Some("referral.unattended_children"),
        Purpose::DisabilityScreening if rules.referral_disabled_unassisted.is_none() => {
            Some("referral.disabled_unassisted")
        }
        Purpose::MedicalScreening if rules.referral_medical_spending.is_none() => Some("referral.medical_spending"),
        Purpose::MedicalScreening if rules.lead_medical.is_none() => Some("lead.medical_cost_from"),
        _ => None,
    }
}

/// The leads of a screening, by the kind of its purpose.
pub(super) fn leads(case: &Case<'_>, silence: &Silence<'_>, evidence: &Evidence) -> Vec<Referral> {
    let mut costs = Vec::new();
    deductions::costs(case, silence, &mut costs);
    let roster = Roster { case, silence, evidence, costs };
    let (code, office, open_words) = match case.purpose {
        Purpose::ChildScreening => (
            "unattended_children",
            &case.rules.referral_unattended_children,
            (
                "名册未列明父母双方，或有部门未答复，父母能否履行抚养责任待走访核实。",
                "The roster does not show both parents, or a department has not answered: whether a parent can care is to be found out by a visit.",
            ),
        ),
        Purpose::DisabilityScreening => (
            "disabled_unassisted",
            &case.rules.referral_disabled_unassisted,
            (
                "有部门未答复，是否持证、是否已享受救助或补贴待核实。",
                "A department has not answered: whether there is a certificate, and help already, is to be found out.",
            ),
        ),
        Purpose::MedicalScreening => (
            "medical_spending",
            &case.rules.referral_medical_spending,
            (
                "医保部门未答复，或有记录待核实，自付医疗费是否较高待核实。",
                "The medical insurance has not answered, or a bill is under review: whether the cost is high is to be found out.",
            ),
        ),
        _ => return Vec::new(),
    };
    let Some(office) = office else { return Vec::new() };
    let states: Vec<_> = case.members().map(|person| (person.reference(), roster.state(person))).collect();
    let those = |wanted: Certainty| -> Vec<MemberRef> {
        let those = states.iter().filter(|(_, state)| *state == wanted);
        those.map(|(who, _)| (*who).clone()).collect()
    };
    let lead = |state: Certainty, ground: Reason<'_>| {
        let members = those(state);
        (!members.is_empty()).then(|| Referral {
            code: Cow::Borrowed(code),
            members,
            state,
            office: office.value.clone(),
            ground: ground.spell_out(),
        })
    };
    let sure = lead(Certainty::Met, roster.ground(office));
    let open = lead(Certainty::Open, office.ground(open_words.0, open_words.1));
    sure.into_iter().chain(open).collect()
}

struct Roster<'s, 'a> {
    case: &'s Case<'a>,
    silence: &'s Silence<'a>,
    evidence: &'a Evidence,
    /// Medical cost of every person of the case in the window.
    costs: Vec<IllnessCosts>,
}

impl<'a> Roster<'_, 'a> {
    fn state(&self, person: &Person<'a>) -> Certainty {
        match self.case.purpose {
            Purpose::ChildScreening => self.child(person),
            Purpose::DisabilityScreening => self.disabled(person),
            Purpose::MedicalScreening => self.medical(person),
            _ => Certainty::NotMet,
        }
    }

    /// Why those are leads of whom it is certain.
    fn ground<'r>(&self, office: &'r Param<String>) -> Reason<'r>
    where
        'a: 'r,
    {
        match self.case.purpose {
            Purpose::ChildScreening => office.ground("父母均不能履行抚养责任。", "Neither parent can care for them."),
            Purpose::DisabilityScreening => office.ground(
                "持有效残疾人证，未查到正在享受的救助或残疾人补贴。",
                "A valid disability certificate, and no assistance or allowance for the disabled is running.",
            ),
            _ => {
                let rule = self.case.rules.lead_medical.as_ref();
                rule.map_or_else(
                    || office.ground("自付医疗费较高。", "Self-paid medical cost is high."),
                    |rule| {
                        rule.ground_made(self.case, || {
                            (
                                format!("近十二个月自付医疗费达到 {}。", rule.value),
                                format!("Self-paid medical cost of twelve months reached {}.", rule.value),
                            )
                        })
                    },
                )
            }
        }
    }

    fn child(&self, person: &Person<'a>) -> Certainty {
        if !is_child(person) || self.receives(person, &[Programme::Orphan, Programme::Tekun]) {
            return Certainty::NotMet;
        }
        let parents = parents_of(self.case, person);
        let states: Vec<Certainty> = parents.iter().map(|parent| self.cannot_care(parent)).collect();
        if states.contains(&Certainty::NotMet) {
            return Certainty::NotMet;
        }
        // a parent whom the roster does not name is not known; whether help is there already, only the civil affairs office says
        let sure = states.len() >= 2
            && states.iter().all(|state| *state == Certainty::Met)
            && !self.unknown(person, Classes::TRANSFER);
        if sure { Certainty::Met } else { Certainty::Open }
    }

    fn cannot_care(&self, parent: &Person<'a>) -> Certainty {
        let classes = Classes::HOUSEHOLD.with(Classes::DISABILITY).with(Classes::MEDICAL);
        if parent.standing != Standing::Member || !can_care(parent) {
            Certainty::Met
        } else if self.unknown(parent, classes) {
            Certainty::Open
        } else {
            Certainty::NotMet
        }
    }

    fn disabled(&self, person: &Person<'a>) -> Certainty {
        let help = [
            Programme::Dibao,
            Programme::Tekun,
            Programme::Orphan,
            Programme::DisabilityLiving,
            Programme::DisabilityNursing,
        ];
        if self.receives(person, &help) {
            return Certainty::NotMet;
        }
        match (person.disability.is_some(), self.unknown(person, Classes::DISABILITY)) {
            (true, _) if self.unknown(person, Classes::TRANSFER) => Certainty::Open,
            (true, _) => Certainty::Met,
            (false, true) => Certainty::Open,
            (false, false) => Certainty::NotMet,
        }
    }

    fn medical(&self, person: &Person<'a>) -> Certainty {
        let Some(rule) = &self.case.rules.lead_medical else { return Certainty::NotMet };
        let costs = self.case.people.iter().position(|other| other.reference() == person.reference());
        let costs = costs.map(|position| self.costs[position]).unwrap_or_default();
        if costs.self_paid >= rule.value {
            Certainty::Met
        } else if self.silent(person, Classes::MEDICAL) || costs.self_paid + costs.more >= rule.value {
            Certainty::Open
        } else {
            Certainty::NotMet
        }
    }

    /// Whether one of these programmes is being paid to somebody on the as-of date.
    fn receives(&self, person: &Person<'_>, programmes: &[Programme]) -> bool {
        let month = YearMonth::of(self.case.as_of);
        person.counting().any(|item| match item.detail() {
            Detail::Assistance { programme, from, to, .. } => {
                programmes.contains(programme) && *from <= month && to.is_none_or(|last| month <= last)
            }
            _ => false,
        })
    }

    /// Whether something about these classes is not known of somebody: a department is silent, or a record is under review.
    fn unknown(&self, person: &Person<'_>, classes: Classes) -> bool {
        self.silent(person, classes) || person.held().any(|item| classes_of(item.detail()).meets(classes))
    }

    /// Whether a department that this screening asks about these classes has not answered about somebody, or none is there to ask.
    fn silent(&self, person: &Person<'_>, classes: Classes) -> bool {
        let is_asked = |outcome: &CellOutcome| *outcome != CellOutcome::Skipped { why: Skip::NotNeededForPurpose };
        let mut asked = self.evidence.cells.iter().filter(|cell| {
            cell.member == *person.reference()
                && is_asked(&cell.outcome)
                && Classes::of(&cell.speaks_for).meets(classes)
        });
        let nobody = asked.next().is_none();
        let silent = self.silence.cells.iter().any(|(cell, speaks_for)| {
            cell.member == *person.reference() && is_asked(&cell.outcome) && speaks_for.meets(classes)
        });
        nobody || silent
    }
}

#[cfg(test)]
mod tests;
