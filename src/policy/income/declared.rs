//! Income that no department knows (informal wages, farming, help from kin): counted as the family declared it, marked so.
//!
//! Besides what the family marked as informal, that is the part of a declared class beyond what departments hold: there the
//! family's own word stands alone. So a class is never less than declared, and no record but a loss of the same class lowers it.

use crate::household::{Fen, IncomeClass, InfoClass};
use crate::policy::assessment::Treatment;
use crate::policy::case::{Case, Person};
use crate::policy::drafts::{IncomeDraft, IncomeRow, Name, Records};
use crate::policy::grounds::{GroundOf, Text};
use crate::policy::plausible::MOST;
use crate::policy::silence::{Classes, Silence};

pub(super) fn lines<'a>(
    case: &Case<'a>,
    silence: &Silence<'_>,
    position: usize,
    first: usize,
    drafts: &mut Vec<IncomeDraft<'a>>,
) {
    if !case.rules.count_declared.value {
        return;
    }
    let person = &case.people[position];
    if !person.declares {
        return;
    }
    let recorded = drafts.len();
    for &class in IncomeClass::ALL {
        let of_class = || person.facts.declared.income.iter().filter(move |declared| declared.class == class);
        for declared in of_class().filter(|declared| declared.informal && declared.annual_yuan.0 > 0) {
            let amount = declared.annual_yuan.min(MOST);
            drafts.push(line(case, person, class, amount, case.text(|| format!("申报每年 {amount}"))));
        }
        let formal: Fen = of_class()
            .filter(|declared| !declared.informal)
            .map(|declared| declared.annual_yuan)
            .sum::<Fen>()
            .min(MOST);
        let held: Fen = drafts[first..recorded].iter().filter(|draft| draft.line.class == class).map(explained).sum();
        let beyond = (formal - held).at_least_zero();
        if beyond.0 > 0 {
            let computation = case.text(|| format!("申报每年 {formal} − 部门记载 {held}"));
            let mut draft = line(case, person, class, beyond, computation);
            if may_be_left_out(silence, position, class) {
                draft.least = Fen::ZERO;
            }
            drafts.push(draft);
        }
    }
}

/// What a record explains of a declaration: all of it, whether income or left out, less its costs. A second job that is open
/// explains nothing yet, and an obligor's support only what of it is settled: the family's own word stands.
fn explained(draft: &IncomeDraft<'_>) -> Fen {
    if draft.line.source.is_none() {
        return draft.line.counted.at_least_zero();
    }
    let open_wage = draft.line.class == IncomeClass::Wage && draft.line.treatment == Treatment::Open;
    let absent =
        open_wage || matches!(draft.line.treatment, Treatment::Stale | Treatment::Duplicate | Treatment::HeldForReview);
    if absent || draft.paid { Fen::ZERO } else { (draft.line.gross - draft.line.reduced_by).at_least_zero() }
}

/// What the family calls income may turn out to be a benefit that is none, once the departments of benefits have spoken.
fn may_be_left_out(silence: &Silence<'_>, position: usize, class: IncomeClass) -> bool {
    class == IncomeClass::Transfer && silence.unsettled(position, Classes::TRANSFER.with(Classes::EDUCATION))
}

fn line<'a>(
    case: &Case<'a>,
    person: &Person<'a>,
    class: IncomeClass,
    amount: Fen,
    computation: Text,
) -> IncomeDraft<'a> {
    let (zh, en) = match class {
        IncomeClass::Wage => ("申报的务工收入", "Declared wages"),
        IncomeClass::Business => ("申报的种养、经营收入", "Declared farming or business income"),
        IncomeClass::Property => ("申报的财产收入", "Declared property income"),
        IncomeClass::Transfer => ("申报的转移收入", "Declared transfers"),
    };
    IncomeDraft::plain(IncomeRow {
        member: person.reference(),
        class,
        item: Name { zh, en },
        source: None,
        records: Records::None,
        computation,
        gross: amount,
        reduced_by: Fen::ZERO,
        counted: amount,
        counted_at_most: None,
        treatment: Treatment::DeclaredUnverified,
        ground: case.rules.count_declared.ground(
            "没有部门掌握，按家庭申报计入，未经核实。",
            "No department knows it; counted as the family declared it, unverified.",
        ),
    })
}

/// The class of information behind a class of income.
pub(in crate::policy) fn info_class(class: IncomeClass) -> InfoClass {
    match class {
        IncomeClass::Wage => InfoClass::Wage,
        IncomeClass::Business => InfoClass::Business,
        IncomeClass::Property => InfoClass::PropertyIncome,
        IncomeClass::Transfer => InfoClass::Transfer,
    }
}
