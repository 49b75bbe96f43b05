//! Single person (单人户): a gravely disabled or seriously ill member of a marginal household, only on the own application.

use super::{Bench, Judged, Names, Weighed};
use crate::household::Purpose;
use crate::policy::assessment::Certainty;
use crate::policy::case::Person;
use crate::policy::deductions::IllnessCosts;
use crate::policy::grounds::GroundOf;
use crate::policy::silence::Classes;

static NAMES: Names =
    Names { outcome: "dibao_single", zh: "低保（单人户）", en: "Minimum living allowance, single person" };

pub(super) fn outcome<'a>(bench: &Bench<'_, 'a>, marginal: &Judged<'_>) -> Judged<'a> {
    let rules = bench.sums.case.rules;
    let ground = || rules.marginal_multiple.ground("所在家庭为低保边缘家庭。", "Lives in a marginal household.");
    let mut conditions = bench.conditions();
    conditions.push(|| Weighed::of_outcome(marginal.state, ground(), marginal));
    conditions.push(|| qualifies(bench));
    conditions.push(|| own_application(bench));
    let mut judged = bench.judge(&NAMES, conditions);
    if let (Certainty::Open, Some(own)) = (judged.state, judged.conditions.pop()) {
        // not applied for: nothing else about it is asked before that
        if own.state == Certainty::Open {
            judged.conditions = vec![own];
            judged.decides = bench.sums.case.traced.then(|| OWN_APPLICATION.to_owned());
        } else {
            judged.conditions.push(own);
        }
    }
    judged
}

/// What decides while nobody has applied alone.
const OWN_APPLICATION: &str = "own_application";

/// Whether a member is known to qualify.
fn qualifies_now(bench: &Bench<'_, '_>, person: &Person<'_>, illness: &IllnessCosts) -> bool {
    let case = bench.sums.case;
    let by_disability = person.disability.as_ref().is_some_and(|disability| {
        let grade = i64::from(disability.grade);
        grade <= case.rules.single_grade.value
            || (case.is_mental(disability.category) && grade <= case.rules.single_mental_grade.value)
    });
    let income = bench.totals.income.at_most;
    let by_cost = case.rules.single_self_paid.value && income.is_some_and(|income| illness.least() > income);
    by_disability || person.serious_illness || by_cost
}

fn qualifies<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let case = bench.sums.case;
    let members = || case.people.iter().zip(bench.sums.illness).filter(|(person, _)| person.is_member());
    let found = members().any(|(person, illness)| qualifies_now(bench, person, illness));
    let classes = Classes::MEDICAL.with(Classes::DISABILITY);
    let cost_open = case.rules.single_self_paid.value
        && members().any(|(_, illness)| illness.most() > bench.totals.income.at_least && illness.most().0 > 0);
    let state = if found {
        Certainty::Met
    } else if bench.sums.silence.any(classes) || bench.sums.silence.any_held(classes) || cost_open {
        Certainty::Open
    } else {
        Certainty::NotMet
    };
    let ground = case.rules.single_grade.ground_made(case, || {
        let (grade, mental) = (case.rules.single_grade.value, case.rules.single_mental_grade.value);
        (
            format!("残疾至 {grade} 级（智力、精神至 {mental} 级），或重病（目录内，或年自付医疗费超过上年家庭收入）。"),
            format!("Disabled up to grade {grade} (intellectual, mental {mental}), or seriously ill (listed, or cost over last year's income)."),
        )
    });
    Weighed::new(state, ground, classes.with(Classes::INCOME)).guarded()
}

/// Only the person's own application opens this way: a household of one that applies for dibao. What a family applies for is the
/// family's, whoever of it signed.
fn own_application<'a>(bench: &Bench<'_, 'a>) -> Weighed<'a> {
    let case = bench.sums.case;
    let alone = case.people.len() == 1 && bench.sums.size.settled;
    let own = case.purpose == Purpose::DibaoApplication && alone;
    let state = if own { Certainty::Met } else { Certainty::Open };
    let ground = case.rules.single_grade.ground("须由本人单独提出申请。", "Only on the person's own application.");
    Weighed::new(state, ground, Classes::default()).settled_by(OWN_APPLICATION)
}
