//! Evidence that a person or a program supplies, from bytes to the form the rules read, or **every** fault with its JSON pointer. Pure:
//! nothing is asked, nothing stored. Used by `POST /v1/assessments` and by `hedui policy assess`.
//!
//! Its form is that of [`Evidence`], where cells may be left out. A department that is not said to have answered has not answered: its
//! cell is `pending`, and its totals stay open. Facts dated after the day the question is about are refused, because nobody could know
//! of them on that day.

mod form;
mod given;
mod meaning;
pub mod schema;
mod shape;
mod sheet;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::intake;
use super::made_of::ENGINE;
use crate::household::evidence::{MemberFacts, ObligorFacts};
use crate::household::{
    Attributed, Cell, CellOutcome, Coverage, Declared, Evidence, Fault, Faults, InfoClass, MemberRef, Reach, Record,
    Region, SourceKey,
};
use crate::policy::assessment::Assessment;
use crate::policy::cases::DEPARTMENTS;
use crate::policy::{self, Pack, Packs, PolicyError};
use crate::report::PackFacts;
use given::{Answered, GivenEvidence, GivenMember};

pub use sheet::sheet;

/// What the rules make of supplied evidence, and which rules.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Assessed {
    /// County.
    #[schema(value_type = String)]
    pub region: Region,
    /// The day the question is about.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The rules in force there on that day.
    pub pack: PackFacts,
    /// Version of the program.
    pub engine: &'static str,
    /// What they say. It screens for the officer; it does not decide.
    pub assessment: Assessment,
}

/// Applies rules to evidence.
#[must_use]
pub fn assess(evidence: &Evidence, pack: &Pack, packs: &Packs) -> Assessed {
    Assessed {
        region: evidence.region.clone(),
        as_of: evidence.as_of,
        pack: PackFacts { sha256: pack.hash().to_owned(), names: packs.layers(pack.region()) },
        engine: ENGINE,
        assessment: policy::assess(evidence, pack),
    }
}

/// Reads evidence, and finds the rules for its county and day.
///
/// # Errors
/// Every fault, as far as one can be told beside the others.
pub fn read(bytes: &[u8], packs: &Packs) -> Result<(Evidence, Arc<Pack>), Vec<Fault>> {
    let mut faults = Faults::default();
    let Some(document) = intake::parse(bytes, &mut faults) else { return Err(faults.0) };
    form::check(&document, &mut faults);
    if document.is_object() {
        meaning::whole(&document, &mut faults);
    }
    let pack = rules(&document, packs, &mut faults);
    if !faults.is_empty() {
        return Err(faults.0);
    }
    let given = serde_json::from_value::<GivenEvidence>(document);
    match (given, pack) {
        (Ok(given), Some(pack)) => Ok((complete(given), pack)),
        _ => {
            let remedy = ["对照 /schemas/evidence.json 检查", "compare it with /schemas/evidence.json"];
            faults.add("", "unreadable", "不符合证据格式", "is not of the form of evidence", remedy);
            Err(faults.0)
        }
    }
}

/// The rules for the county and day named, where both are well-formed.
fn rules(document: &Value, packs: &Packs, faults: &mut Faults) -> Option<Arc<Pack>> {
    let region = Region(document.get("region")?.as_str()?.to_owned());
    let as_of: Date = document.get("as_of")?.as_str()?.parse().ok()?;
    let clean = |at: &str| !faults.0.iter().any(|fault| fault.pointer == at);
    if !clean("/region") || !clean("/as_of") {
        return None;
    }
    match packs.resolve(&region, as_of) {
        Ok(pack) => return Some(pack),
        Err(PolicyError::NotCovered { .. }) => {
            let remedy = ["使用规则生效之后的日期", "use a day on which the rules are in force"];
            faults.add("/as_of", "not_covered", "该日没有政策参数", "the rules do not cover this day", remedy);
        }
        Err(_) => {
            let known: Vec<_> = packs.counties().into_iter().map(|county| county.region).collect();
            let (zh, en) =
                (format!("有规则的地区：{}", known.join("、")), format!("there are rules for: {}", known.join(", ")));
            faults.add("/region", "unknown_region", "没有该地区的政策参数", "no pack covers this region", [&zh, &en]);
        }
    }
    None
}

/// The shipped departments in the order of their keys.
static SHIPPED: LazyLock<Vec<(SourceKey, &[InfoClass])>> = LazyLock::new(|| {
    let mut shipped: Vec<_> =
        DEPARTMENTS.iter().filter_map(|(key, classes)| Some((SourceKey::new(*key).ok()?, *classes))).collect();
    shipped.sort();
    shipped
});

/// The evidence in full: every member × shipped department has its cell.
fn complete(given: GivenEvidence) -> Evidence {
    let members: Vec<MemberRef> = given.members.iter().map(|member| member.reference.clone()).collect();
    let mut cells: Vec<Cell> = Vec::with_capacity(given.cells.len() + members.len() * SHIPPED.len());
    for member in &members {
        for (source, speaks_for) in SHIPPED.iter() {
            if given.cells.iter().any(|cell| cell.source == *source && cell.member == *member) {
                continue;
            }
            cells.push(Cell {
                member: member.clone(),
                source: source.clone(),
                speaks_for: speaks_for.to_vec(),
                outcome: outcome(&given, member, source.as_str()),
                asked_on: None,
                answered_on: None,
            });
        }
    }
    if !given.cells.is_empty() {
        cells.extend(given.cells.iter().map(|cell| Cell {
            member: cell.member.clone(),
            source: cell.source.clone(),
            speaks_for: cell.speaks_for.clone().unwrap_or_else(|| meaning::speaks_for(cell.source.as_str()).to_vec()),
            outcome: cell.outcome.clone(),
            asked_on: cell.asked_on,
            answered_on: cell.answered_on,
        }));
        let place = |who: &MemberRef| members.iter().position(|member| member == who).unwrap_or(usize::MAX);
        cells.sort_by_cached_key(|cell| (place(&cell.member), cell.member.clone(), cell.source.clone()));
    }
    let numbers = numbers(&given);
    let records = given.records.into_iter().zip(numbers).map(|(record, number)| Attributed {
        member: record.member,
        source: record.source,
        record: Record {
            number,
            subject: record.record.subject,
            detail: record.record.detail,
            as_of: record.record.as_of,
        },
        verdict: record.verdict,
        reasons: record.reasons,
        weight_centibits: record.weight_centibits,
        probability_ppm: record.probability_ppm,
        reviewed: record.reviewed,
    });
    Evidence {
        purpose: given.purpose,
        region: given.region,
        as_of: given.as_of,
        registered_as: given.registered_as,
        applicant: given.applicant,
        members: given.members.into_iter().map(facts).collect(),
        obligors: (given.obligors.into_iter())
            .map(|obligor| ObligorFacts {
                person: facts(obligor.person),
                obliged_to: obligor.obliged_to,
                support: obligor.support,
            })
            .collect(),
        cells,
        records: records.collect(),
    }
}

/// Every record's number: its own, else its place in the list, marked until no other record has it.
fn numbers(given: &GivenEvidence) -> Vec<String> {
    let own: HashSet<&str> = given.records.iter().filter_map(|record| record.record.number.as_deref()).collect();
    let of_place = |place: usize| {
        let mut number = (place + 1).to_string();
        while own.contains(number.as_str()) {
            number.push('*');
        }
        number
    };
    let numbers = given.records.iter().enumerate();
    numbers.map(|(place, record)| record.record.number.clone().unwrap_or_else(|| of_place(place))).collect()
}

fn facts(given: GivenMember) -> MemberFacts {
    MemberFacts {
        reference: given.reference,
        relation: given.relation,
        birth_date: given.birth_date,
        sex: given.sex,
        can_work: given.can_work,
        self_care_lost: given.self_care_lost,
        absence: given.absence,
        declared: Declared { income: given.declared.income, property: given.declared.property },
    }
}

/// The answer of a department that no cell tells of.
fn outcome(given: &GivenEvidence, member: &MemberRef, source: &str) -> CellOutcome {
    let names = |name: &String| match name.split_once('/') {
        Some((who, what)) => who == member.as_str() && what == source,
        None => name == source,
    };
    let answered = match &given.answered {
        Answered::All(_) => true,
        Answered::These(list) => list.iter().any(names),
    };
    let own = given.records.iter().filter(|record| record.member == *member && record.source.as_str() == source);
    match (answered, own.count()) {
        (false, _) => CellOutcome::Pending,
        (true, 0) => CellOutcome::NoRecord { reach: Reach { coverage: Coverage::County, as_of: None } },
        (true, records) => CellOutcome::Found { records: u32::try_from(records).unwrap_or(u32::MAX) },
    }
}
