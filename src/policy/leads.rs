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
use crate::household::{
    Absence, Cell, CellOutcome, Detail, Evidence, Fen, MemberRef, Programme, Purpose, Skip, YearMonth,
};

/// The department that knows who is in prison or rehabilitation.
const CUSTODY: &str = "justice";

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
        // of a grandchild the relations tell no parent from an uncle or aunt, unless one couple is all there is and fits the child
        let are_parents = !person.facts.relation.0.starts_with('4') || is_couple(&parents, &person.facts.relation.0);
        if are_parents && states.contains(&Certainty::NotMet) {
            return Certainty::NotMet;
        }
        // a parent whom the roster does not name is not known; whether help is there already, only the civil affairs office says
        let sure = are_parents
            && states.len() == 2
            && states.iter().all(|state| *state == Certainty::Met)
            && !self.unknown(person, Classes::TRANSFER);
        if sure { Certainty::Met } else { Certainty::Open }
    }

    fn cannot_care(&self, parent: &Person<'a>) -> Certainty {
        // long away in a religious order is neither able nor one of the grounds
        if parent.standing == Standing::Away && parent.facts.absence == Some(Absence::Clergy) {
            return Certainty::Open;
        }
        if !can_care(self.case, parent) {
            return Certainty::Met;
        }
        let of_each = [Classes::HOUSEHOLD, Classes::DISABILITY, Classes::MEDICAL];
        // the register of residents answers for the household too, and knows of no prison
        let custody_unknown = !self.asks(parent, |cell| cell.source.as_str() == CUSTODY);
        if custody_unknown || of_each.into_iter().any(|class| self.unknown(parent, class)) {
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
        let of_the_household = self.case.members().any(|member| self.receives(member, &[Programme::Dibao]));
        if of_the_household || self.receives(person, &help) {
            return Certainty::NotMet;
        }
        // dibao stands under one name of a household: who is alone on the roster may live on another's
        let alone = self.case.people.len() == 1;
        let others = || self.case.members().any(|member| self.unknown(member, Classes::TRANSFER));
        match (person.disability.is_some(), self.unknown(person, Classes::DISABILITY)) {
            (true, _) if alone || others() => Certainty::Open,
            (true, _) => Certainty::Met,
            (false, true) => Certainty::Open,
            (false, false) => Certainty::NotMet,
        }
    }

    fn medical(&self, person: &Person<'a>) -> Certainty {
        let Some(rule) = &self.case.rules.lead_medical else { return Certainty::NotMet };
        let costs = self.case.people.iter().position(|other| other.reference() == person.reference());
        let costs = costs.map(|position| self.costs[position]).unwrap_or_default();
        // a bill that may have been taken back
        let window = self.case.window;
        let taken_back = person.doubtful().map(|item| match item.detail() {
            Detail::MedicalCost { settled_on, self_paid, .. }
                if (window.first_day..=window.last_day).contains(settled_on) =>
            {
                (*self_paid).min(Fen::ZERO)
            }
            _ => Fen::ZERO,
        });
        if costs.self_paid + taken_back.sum() >= rule.value {
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
        let silent = self.silence.cells.iter().any(|(cell, speaks_for)| {
            cell.member == *person.reference() && is_asked(cell) && speaks_for.meets(classes)
        });
        silent || !self.asks(person, |cell| Classes::of(&cell.speaks_for).meets(classes))
    }

    /// Whether such a department is asked about somebody.
    fn asks(&self, person: &Person<'_>, such: impl Fn(&Cell) -> bool) -> bool {
        self.evidence.cells.iter().any(|cell| cell.member == *person.reference() && is_asked(cell) && such(cell))
    }
}

/// Whether a screening asks a cell's department at all.
fn is_asked(cell: &Cell) -> bool {
    cell.outcome != CellOutcome::Skipped { why: Skip::NotNeededForPurpose }
}

/// Whether two are a son of the head with his wife (儿媳, 38), or a daughter with her husband (女婿, 28), and a grandchild of this relation
/// may be theirs: 41 and 42 are a son's, 43 and 44 a daughter's children, 40 and 49 do not say; 45 to 48 are others (GB/T 4761).
fn is_couple(two: &[&Person<'_>], grandchild: &str) -> bool {
    let [one, other] = two else { return false };
    let codes = [one, other].map(|person| person.facts.relation.0.as_str());
    let are = |child: char, its_spouse: &str, no_child: &str| {
        let is_child = |code: &str| code.starts_with(child) && code != no_child;
        (is_child(codes[0]) && codes[1] == its_spouse) || (is_child(codes[1]) && codes[0] == its_spouse)
    };
    let of_a_son = matches!(grandchild, "40" | "41" | "42" | "49") && are('2', "38", "28");
    let of_a_daughter = matches!(grandchild, "40" | "43" | "44" | "49") && are('3', "28", "38");
    of_a_son || of_a_daughter
}

#[cfg(test)]
mod tests;
