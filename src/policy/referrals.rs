//! Other programmes worth asking about (转介): the seed plan names them, the county's pack the office in charge of each.
//!
//! A county without an entry for a programme refers nobody to it. A referral is a hint to ask, never a finding of entitlement.

use std::borrow::Cow;

use super::assessment::{Certainty, Referral};
use super::case::{Case, Person, Standing};
use super::grounds::GroundOf;
use super::pack::Param;
use super::review::{may_work, works};
use super::screening::Judged;
use super::totals::{Reckoned, Sums};
use crate::household::{Detail, InsuranceScheme, MemberRef, Purpose, Sex};

/// What referrals are made from.
struct Desk<'s, 'a> {
    case: &'s Case<'a>,
    totals: &'s Reckoned,
    low_income: Certainty,
    on_dibao: Certainty,
    referrals: Vec<Referral>,
}

pub(super) fn referrals(sums: &Sums<'_, '_>, totals: &Reckoned, judged: &[Judged<'_>]) -> Vec<Referral> {
    let best = |names: &[&str]| {
        let states = || judged.iter().filter(|outcome| names.contains(&outcome.outcome())).map(|outcome| outcome.state);
        if states().any(|state| state == Certainty::Met) {
            Certainty::Met
        } else if states().any(|state| state == Certainty::Open) {
            Certainty::Open
        } else {
            Certainty::NotMet
        }
    };
    let mut desk = Desk {
        case: sums.case,
        totals,
        low_income: best(&["tekun", "dibao", "dibao_marginal", "rigid_expenditure"]),
        on_dibao: best(&["dibao", "gradual_exit"]),
        referrals: Vec::new(),
    };
    desk.low_income();
    desk.by_state();
    desk.children();
    desk.referrals
}

impl<'a> Desk<'_, 'a> {
    /// Refers somebody, where the county has an office for it.
    fn refer(
        &mut self,
        code: &'static str,
        office: &'a Option<Param<String>>,
        state: Certainty,
        members: Vec<MemberRef>,
        words: (&'static str, &'static str),
    ) {
        let Some(office) = office else { return };
        if state == Certainty::NotMet {
            return;
        }
        let ground = office.ground(words.0, words.1).spell_out();
        let (code, office) = (Cow::Borrowed(code), office.value.clone());
        self.referrals.push(Referral { code, members, state, office, ground });
    }

    fn those(&self, which: impl Fn(&Person<'a>) -> bool) -> Vec<MemberRef> {
        self.case.members().filter(|person| which(person)).map(|person| person.reference().clone()).collect()
    }

    /// Refers those of whom something holds, if there are any.
    fn refer_those(
        &mut self,
        code: &'static str,
        office: &'a Option<Param<String>>,
        state: Certainty,
        which: impl Fn(&Person<'a>) -> bool,
        words: (&'static str, &'static str),
    ) {
        let members = self.those(which);
        if !members.is_empty() {
            self.refer(code, office, state, members, words);
        }
    }

    /// What low-income households may ask for.
    fn low_income(&mut self) {
        let (case, rules, state) = (self.case, self.case.rules, self.low_income);
        let words = ("低收入家庭成员。", "Members of a low-income household.");
        self.refer("medical_premium", &rules.referral_medical_premium, state, Vec::new(), words);
        let words = ("在读学生按学段资助。", "Students: aid by stage of schooling.");
        let studies = |person: &Person<'_>| person.counting().any(|item| item.is_enrolment_on(case.as_of));
        self.refer_those("education_aid", &rules.referral_education_aid, state, studies, words);
        let dwellings = &self.totals.dwellings;
        let houseless = match (dwellings.at_least, dwellings.at_most) {
            (0, Some(0)) => state,
            (0, _) if state != Certainty::NotMet => Certainty::Open,
            _ => Certainty::NotMet,
        };
        let words = ("未查到自有住房。", "No dwelling of their own was found.");
        self.refer("housing", &rules.referral_housing, houseless, Vec::new(), words);
        let idle = |person: &Person<'_>| may_work(case, person) && !works(case, person);
        let words = ("有劳动能力，无就业记录。", "Able to work, and no work on record.");
        self.refer_those("employment", &rules.referral_employment, state, idle, words);
        let (from, to) = (rules.two_cancers_from.value, rules.two_cancers_to.value);
        let women = |person: &Person<'_>| {
            person.facts.sex == Some(Sex::Female) && person.age.is_some_and(|age| (from..=to).contains(&age))
        };
        let words = ("低收入适龄妇女。", "Women of this age on low income.");
        self.refer_those("two_cancers", &rules.referral_two_cancers, state, women, words);
        let employed =
            |person: &Person<'_>| works(case, person) && !person.items.iter().any(|item| item.is_active_business());
        let words = ("在职职工家庭困难。", "A worker's household in hardship.");
        self.refer_those("workers_hardship", &rules.referral_workers_hardship, state, employed, words);
    }

    /// What a person's own state opens.
    fn by_state(&mut self) {
        let (case, rules) = (self.case, self.case.rules);
        let grave = |person: &Person<'_>| person.disability.as_ref().is_some_and(|disability| disability.grade <= 2);
        let uninsured = |person: &Person<'_>| {
            let of_age =
                person.age.is_some_and(|age| (rules.working_from.value..rules.working_under.value).contains(&age));
            let by_work = |detail: &Detail| {
                matches!(detail, Detail::Contribution { scheme: InsuranceScheme::EmployeePension, .. })
            };
            of_age && !person.counting().any(|item| by_work(item.detail()) || item.is_enrolment_on(case.as_of))
        };
        let words = ("低保、特困人员或重度残疾人。", "People on dibao or tekun, or gravely disabled.");
        let office = &rules.referral_pension_premium;
        if self.on_dibao == Certainty::NotMet {
            self.refer_those("pension_premium", office, Certainty::Met, |p| grave(p) && uninsured(p), words);
        } else {
            self.refer_those("pension_premium", office, self.on_dibao, uninsured, words);
        }
        let words = ("享受低保的一、二级残疾人。", "Disability of grade 1-2 on dibao.");
        self.refer_those("care_service", &rules.referral_care_service, self.on_dibao, grave, words);
        let trades = |person: &Person<'_>| person.counting().any(|item| item.is_active_business());
        let words = ("经营个体工商户或小微企业。", "Runs a trade or a small firm.");
        self.refer_those("small_business_tax", &rules.referral_small_business_tax, Certainty::Met, trades, words);
        if case.purpose == Purpose::TemporaryRelief {
            let words = ("因自然灾害致困的。", "Hardship after a natural disaster.");
            self.refer("disaster_relief", &rules.referral_disaster_relief, Certainty::Open, Vec::new(), words);
        }
    }

    /// Children of whose parents none can care for them: both dead, missing, imprisoned, in rehabilitation, gravely disabled or ill.
    fn children(&mut self) {
        let case = self.case;
        let unattended = |person: &Person<'a>| is_child(person) && parents(case, person) != Certainty::NotMet;
        let members = self.those(unattended);
        if members.is_empty() {
            return;
        }
        let sure = case
            .members()
            .filter(|person| members.contains(person.reference()))
            .all(|person| parents(case, person) == Certainty::Met);
        let state = if sure { Certainty::Met } else { Certainty::Open };
        let words = ("父母均不能履行抚养责任。", "Neither parent can care for them.");
        self.refer("unattended_children", &case.rules.referral_unattended_children, state, members, words);
    }
}

const CHILD_UNDER: i64 = 18;

pub(super) fn is_child(person: &Person<'_>) -> bool {
    person.age.is_some_and(|age| age < CHILD_UNDER)
}

/// Those whom a household shows as the parents of a child: relations are given towards the head, whose children and grandchildren are
/// told by their code (GB/T 4761), as are the head's own parents.
pub(super) fn parents_of<'a>(case: &Case<'a>, child: &Person<'_>) -> Vec<&'a Person<'a>> {
    let groups: &[u8] = match child.facts.relation.0.as_bytes() {
        [b'0' | b'7', _] => b"5",
        [b'2' | b'3', _] => b"01",
        [b'4', _] => b"23",
        _ => return Vec::new(),
    };
    let is_parent = |person: &&Person<'_>| {
        let code = person.facts.relation.0.as_bytes();
        let older = person.age.zip(child.age).is_none_or(|(theirs, own)| theirs >= own + PARENT_OLDER_BY);
        code.first().is_some_and(|group| groups.contains(group)) && older && person.reference() != child.reference()
    };
    case.people.iter().filter(is_parent).collect()
}

/// Whether neither parent can care for a child, as far as the household shows.
fn parents(case: &Case<'_>, child: &Person<'_>) -> Certainty {
    let parents = parents_of(case, child);
    let able = parents.iter().filter(|person| can_care(case, person)).count();
    match (able, parents.len() - able) {
        (0, 2..) => Certainty::Met,
        // a parent who lives elsewhere is not known
        (0, 1) => Certainty::Open,
        (0, 0) if child.facts.relation.0.starts_with('4') => Certainty::Open,
        _ => Certainty::NotMet,
    }
}

/// Years that a parent is older by, at the least.
const PARENT_OLDER_BY: i64 = 14;

/// Alive and here, neither gravely disabled (grade 1 or 2; intellectual or mental to grade 4) nor gravely ill.
pub(super) fn can_care(case: &Case<'_>, person: &Person<'_>) -> bool {
    let grave = person
        .disability
        .as_ref()
        .is_some_and(|disability| disability.grade <= 2 || case.is_mental(disability.category));
    person.standing == Standing::Member && !grave && !person.serious_illness
}
