//! From answers to evidence: whose is every record? `identity` compares each with every person of the household; here the answers of
//! all cells are brought together, so that a record that came through two people's queries stands in the evidence once.

use std::collections::BTreeMap;

use super::answers::{self, Cells};
use super::plan;
use crate::household::evidence::{MemberFacts, ObligorFacts};
use crate::household::{Attributed, Evidence, MatchReason, Member, MemberRef, Request, SourceKey, Verdict};
use crate::identity::{Model, Person, attribute};

/// Everything known about a household: cells by person and source, records by person, source and number.
pub(super) fn evidence(request: &Request, cells: &Cells, model: &Model) -> Evidence {
    let household = &request.household;
    let cell = |((member, source), state): (&(MemberRef, SourceKey), &answers::CellState)| {
        answers::cell(member, source, state)
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
            .map(|obligor| ObligorFacts {
                person: facts(&obligor.person),
                obliged_to: obligor.obliged_to.clone(),
                support: obligor.support,
            })
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
        self_care_lost: member.self_care_lost,
        absence: member.absence,
        declared: member.declared.clone(),
    }
}

fn records(request: &Request, cells: &Cells, model: &Model) -> Vec<Attributed> {
    let address = request.household.address.as_ref();
    let people: Vec<_> = plan::people(request)
        .map(|person: &Member| (person.reference.clone(), Person::of_member(person, address)))
        .collect();
    let mut filed: BTreeMap<(MemberRef, SourceKey, String), Vec<Attributed>> = BTreeMap::new();
    for ((asked, source), state) in cells {
        for record in state.answer.iter().flat_map(|answer| answer.records()) {
            let attribution = attribute(model, &people, asked, source, &record.subject);
            let key = (attribution.filed_under.clone(), source.clone(), record.number.clone());
            let Some(comparison) = attribution.filed() else { continue };
            let same_number = filed.entry(key).or_default();
            // The attribution depends on record and household alone: what came through another person's query says the same.
            if same_number.iter().any(|known| known.record == *record) {
                continue;
            }
            same_number.push(Attributed {
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
    filed.into_values().flat_map(told_apart).collect()
}

/// Different records under one number: the department's register contradicts itself. None is dropped and none is counted before a person
/// has looked; the second and later get a number of their own, in an order that does not depend on how they came.
fn told_apart(mut records: Vec<Attributed>) -> Vec<Attributed> {
    if records.len() < 2 {
        return records;
    }
    records.sort_by_cached_key(|filed| serde_json::to_string(&filed.record).unwrap_or_default());
    for (place, filed) in (1..).zip(&mut records) {
        if place > 1 {
            filed.record.number = format!("{}#{place}", filed.record.number);
        }
        if filed.verdict == Verdict::Match {
            filed.verdict = Verdict::Review;
        }
        filed.reasons.push(MatchReason {
            field: "rule".into(),
            level: "number_used_twice".into(),
            weight_centibits: 0,
            zh: "同一编号对应内容不同的多条记录".into(),
            en: "different records bear the same number".into(),
        });
    }
    records
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::{authorisation, request};
    use super::*;
    use crate::household::{Answer, LegalBasisKind, Record, SourceScope};

    fn subsidy(number: &str, amount: &str) -> Record {
        serde_json::from_value(serde_json::json!({
            "number": number, "subject": {"name": "测试员", "id_number": "110101199003070038"},
            "detail": {"kind": "farm_subsidy", "item": "耕地地力保护补贴", "amount": amount, "paid_on": "2026-03-05"},
        }))
        .unwrap()
    }

    /// What is filed of records that came in this order: number, amount, verdict, last reason.
    fn filed(records: Vec<Record>) -> Vec<(String, String, Verdict, String)> {
        let request = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
        let state = answers::CellState {
            answer: Some(Answer::Found { records }),
            attempts: 1,
            elapsed_ms: 1,
            planned_at: jiff::Timestamp::UNIX_EPOCH,
            answered_at: None,
            next_poll_at: None,
            deadline: None,
            polls: 0,
            told_in: None,
            speaks_for: None,
        };
        let cells = Cells::from([((MemberRef("m1".into()), SourceKey::new("agriculture").unwrap()), state)]);
        let evidence = evidence(&request, &cells, &Model::person());
        let row = |filed: &Attributed| {
            let amount = serde_json::to_value(&filed.record.detail).unwrap()["amount"].as_str().unwrap().to_owned();
            let reason = filed.reasons.last().map(|reason| reason.level.clone()).unwrap_or_default();
            (filed.record.number.clone(), amount, filed.verdict, reason)
        };
        evidence.records.iter().map(row).collect()
    }

    #[test]
    fn a_record_that_came_twice_stands_once() {
        let once = filed(vec![subsidy("N1", "10.00")]);
        assert_eq!((once.len(), once[0].2), (1, Verdict::Match));
        assert_eq!(filed(vec![subsidy("N1", "10.00"), subsidy("N1", "10.00")]), once);
    }

    #[test]
    fn different_records_under_one_number_are_all_kept_and_held() {
        let (small, large, other) = (subsidy("N1", "10.00"), subsidy("N1", "99.00"), subsidy("N2", "5.00"));
        let found = filed(vec![large.clone(), other.clone(), small.clone()]);
        let held = |number: &str, amount: &str| {
            (number.to_owned(), amount.to_owned(), Verdict::Review, "number_used_twice".to_owned())
        };
        assert_eq!(found[..2], [held("N1", "10.00"), held("N1#2", "99.00")]);
        assert_eq!(
            (found.len(), found[2].0.as_str(), found[2].2),
            (3, "N2", Verdict::Match),
            "the others are as they were"
        );
        assert_eq!(filed(vec![small, large, other]), found, "in whatever order they came");
    }
}
