//! From answers to evidence: whose is every record? `identity` compares each with every person of the household; here the answers of
//! all cells are brought together, so that a record that came through two people's queries stands in the evidence once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::answers::{self, Cells};
use super::sources::Departments;
use crate::household::evidence::{MemberFacts, ObligorFacts};
use crate::household::{Attributed, Evidence, Member, MemberRef, Request, SourceKey};
use crate::identity::{Model, Person, attribute};

/// Everything known about a household: cells by person and source, records by person, source and number.
pub(super) fn evidence(request: &Request, cells: &Cells, departments: &Departments, model: &Model) -> Evidence {
    let household = &request.household;
    let speaks_for: BTreeMap<_, _> =
        departments.descriptors().map(|descriptor| (&descriptor.key, descriptor.speaks_for.as_slice())).collect();
    let cell = |((member, source), state): (&(MemberRef, SourceKey), &answers::CellState)| {
        answers::cell(member, source, speaks_for.get(source).copied().unwrap_or_default(), state)
    };
    Evidence {
        purpose: request.purpose,
        region: request.region.clone(),
        as_of: request.as_of,
        registered_as: household.registered_as,
        applicant: request.applicant.clone(),
        members: household.members.iter().map(facts).collect(),
        obligors: household
            .obligors
            .iter()
            .map(|obligor| ObligorFacts { person: facts(&obligor.person), obliged_to: obligor.obliged_to.clone() })
            .collect(),
        cells: cells.iter().map(cell).collect(),
        records: records(request, cells, model),
    }
}

fn facts(member: &Member) -> MemberFacts {
    MemberFacts {
        reference: member.reference.clone(),
        relation: member.relation.clone(),
        birth_date: member.birth_date,
        sex: member.sex,
        can_work: member.can_work,
        declared: member.declared.clone(),
    }
}

fn records(request: &Request, cells: &Cells, model: &Model) -> Vec<Attributed> {
    let household = &request.household;
    let address = household.address.as_ref();
    let prepared = |member: &Member| (member.reference.clone(), Person::of_member(member, address));
    let mut people: Vec<_> = household.members.iter().map(prepared).collect();
    people.extend(household.obligors.iter().map(|obligor| prepared(&obligor.person)));
    let mut filed: BTreeMap<(MemberRef, SourceKey, String), Attributed> = BTreeMap::new();
    for ((asked, source), state) in cells {
        for record in state.answer.iter().flat_map(|answer| answer.records()) {
            let attribution = attribute(model, &people, asked, source, &record.subject);
            let key = (attribution.filed_under.clone(), source.clone(), record.number.clone());
            let Some(comparison) = attribution.filed() else { continue };
            // The attribution depends on record and household alone: what came through another person's query says the same.
            if let Entry::Vacant(place) = filed.entry(key) {
                place.insert(Attributed {
                    member: attribution.filed_under.clone(),
                    source: source.clone(),
                    record: record.clone(),
                    verdict: comparison.verdict,
                    reasons: comparison.reasons.clone(),
                    weight_centibits: comparison.weight_centibits,
                    probability_ppm: comparison.probability_ppm,
                    reviewed: None,
                });
            }
        }
    }
    filed.into_values().collect()
}
