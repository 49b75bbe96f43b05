//! Property (Measures art. 14): what is owned, what of it is necessary and left out, what counts against a ceiling.
//!
//! One file a class. "No record" of a house is not "no house": the register's silence is settled elsewhere, as an open count.

mod company;
pub(super) mod declared;
mod financial;
mod real_estate;
mod vehicle;

use super::assessment::Treatment;
use super::case::{Case, Item, Person, Standing};
use super::drafts::PropertyDraft;
use super::grounds::GroundOf;
use super::silence::{Classes, Silence};
use crate::household::{Detail, Fen};

/// All lines of property, by person, class and record.
pub(super) fn lines<'a>(case: &Case<'a>, silence: &Silence<'_>, drafts: &mut Vec<PropertyDraft<'a>>) {
    for person in case.people {
        let first = drafts.len();
        let things = person.tells(Classes::FINANCIAL.with(Classes::VEHICLE).with(Classes::COMPANY));
        for item in person.items.iter().filter(|_| things) {
            let line = match item.detail() {
                Detail::Business { .. } => company::line(case, person, item),
                Detail::Vehicle { .. } | Detail::FarmMachinery { .. } => vehicle::line(case, silence, person, item),
                _ => financial::line(case, person, item),
            };
            if let Some(line) = line {
                drafts.push(line);
            }
        }
        declared::lines(case, person, first, drafts);
        leave_out(case, person, &mut drafts[first..]);
    }
    real_estate::lines(case, drafts);
    company::same_firm_once(case, drafts);
    declared::things(case, drafts);
}

/// A copy counts nothing; a record under review may still count.
fn settle<'a>(case: &Case<'a>, item: &Item<'_>, mut draft: PropertyDraft<'a>) -> PropertyDraft<'a> {
    if item.held {
        draft.held()
    } else if item.duplicate {
        draft.line.ground =
            case.rules.duplicates.ground("同一记录重复返回，只计一次。", "The same record came twice; it counts once.");
        draft.set_aside(Treatment::Duplicate);
        draft
    } else if item.echo && (draft.count_most > 0 || draft.most != Some(Fen::ZERO)) {
        draft.line.ground = case.rules.duplicates.ground(
            "同一部门两条内容完全相同的记录，按一条计；如确为两项，另一项也应计入，须由工作人员核定。",
            "Two records with the same contents count once; were they two things, both would count: for the officer to settle.",
        );
        draft.told_twice()
    } else {
        draft
    }
}

const NO_MEMBER: (&str, &str) =
    ("不计为共同生活的家庭成员，其财产不计入。", "No member of the household; the property is not counted.");

/// What a dead holder left, or somebody in custody owns, is not the household's.
fn leave_out<'a>(case: &Case<'a>, person: &Person<'_>, drafts: &mut [PropertyDraft<'a>]) {
    if !case.leaves_out(person) {
        return;
    }
    for draft in drafts {
        draft.set_aside(Treatment::Stale);
        draft.line.ground = match person.standing {
            Standing::Dead | Standing::Member => case.rules.stale.ground(
                "登记显示持有人已去世，须办理继承后再核。",
                "The records say the holder has died; to be looked at once inherited.",
            ),
            Standing::InCustody => case.rules.member_custody.ground(NO_MEMBER.0, NO_MEMBER.1),
            Standing::Away => case.rules.member_absent.ground(NO_MEMBER.0, NO_MEMBER.1),
        };
    }
}
