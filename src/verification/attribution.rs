//! From answers to evidence: whose is every record? `identity` compares each with every person of the household; here the answers of
//! all cells are brought together, so that a record that came through two people's queries stands in the evidence once.
//!
//! The household book is read first (`book`): it vouches for members' former names, and says who else is at home. Last, a month of wages
//! without a number is known by its neighbours (`series`).

mod book;
mod series;

use std::collections::BTreeMap;

use serde_json::Value;

use self::book::Book;
use super::answers::{self, Cells};
use super::decisions::Decided;
use super::plan;
use crate::household::evidence::{MemberFacts, ObligorFacts};
use crate::household::{
    Attributed, Evidence, MatchReason, Member, MemberRef, Record, Request, SourceKey, Subject, Verdict,
};
use crate::identity::{Known, Model, Person, attribute};

/// Everything known about a household: cells by person and source, records by person, source and number; where somebody decided whose a
/// record is, their word in place of the matcher's.
pub(super) fn evidence(request: &Request, cells: &Cells, model: &Model, decided: &Decided) -> Evidence {
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
        records: records(request, cells, model, decided),
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

fn records(request: &Request, cells: &Cells, model: &Model, decided: &Decided) -> Vec<Attributed> {
    let address = request.household.address.as_ref();
    let people: Vec<_> = plan::people(request)
        .map(|person: &Member| (person.reference.clone(), Person::of_member(person, address)))
        .collect();
    let Book { people, registrants } = Book::read(people, cells, model);
    let known = Known { people: &people, registrants: &registrants };
    let mut filed: BTreeMap<(MemberRef, SourceKey, String), Vec<Attributed>> = BTreeMap::new();
    for ((asked, source), state) in cells {
        for record in state.answer.iter().flat_map(|answer| answer.records()) {
            let attribution = attribute(model, known, asked, source, &record.subject);
            let key = (attribution.filed_under.clone(), source.clone(), record.number.clone());
            let Some(comparison) = attribution.filed() else { continue };
            let same_number = filed.entry(key).or_default();
            // The attribution depends on record and household alone: what came through another person's query says the same.
            // Nor does one that merely says less: a book told through somebody of another one has no address.
            if same_number.iter().any(|known| says_all(&known.record, record)) {
                continue;
            }
            same_number.retain(|known| !says_all(record, &known.record));
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
    let mut records: Vec<Attributed> = filed.into_values().flat_map(told_apart).collect();
    decided.apply(&mut records);
    series::fill_gaps(&mut records);
    records
}

/// Whether one record says everything that another says: the same facts, of a subject described no less. A fact that is left out may be a
/// statement of its own (a pension without an end is still paid), so facts must be equal.
fn says_all(one: &Record, other: &Record) -> bool {
    let said = |subject: &Subject| match serde_json::to_value(subject) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let is_one_fact = (&one.number, &one.detail, one.as_of) == (&other.number, &other.detail, other.as_of);
    is_one_fact && {
        let (one, other) = (said(&one.subject), said(&other.subject));
        other.iter().all(|(field, value)| one.get(field) == Some(value))
    }
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
    use crate::household::{Answer, IdNumber, LegalBasisKind, SourceScope};

    fn subsidy(number: &str, amount: &str) -> Record {
        serde_json::from_value(serde_json::json!({
            "number": number, "subject": {"name": "测试员", "id_number": "110101199003070038"},
            "detail": {"kind": "farm_subsidy", "item": "耕地地力保护补贴", "amount": amount, "paid_on": "2026-03-05"},
        }))
        .unwrap()
    }

    /// What is filed of records that came in this order: number, amount, verdict, last reason.
    fn filed(records: Vec<Record>) -> Vec<(String, String, Verdict, String)> {
        let row = |filed: &Attributed| {
            let amount = serde_json::to_value(&filed.record.detail).unwrap()["amount"].as_str().unwrap().to_owned();
            let reason = filed.reasons.last().map(|reason| reason.level.clone()).unwrap_or_default();
            (filed.record.number.clone(), amount, filed.verdict, reason)
        };
        evidence_of(vec![("agriculture", records)], &Model::person()).records.iter().map(row).collect()
    }

    /// The evidence of one member of whom these departments answered.
    fn evidence_of(answers: Vec<(&str, Vec<Record>)>, model: &Model) -> Evidence {
        let request = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
        let state = |records| answers::CellState {
            answer: Some(Answer::Found { records }),
            attempts: 1,
            elapsed_ms: 1,
            planned_at: jiff::Timestamp::UNIX_EPOCH,
            answered_at: None,
            next_poll_at: None,
            deadline: None,
            polls: 0,
            told_in: None,
            ask_at: None,
            asks: 0,
            speaks_for: None,
        };
        let cell = |(source, records)| ((MemberRef("m1".into()), SourceKey::new(source).unwrap()), state(records));
        evidence(&request, &answers.into_iter().map(cell).collect(), model, &Decided::default())
    }

    /// A row of the household book.
    fn registered(name: &str, id_number: &str, former_name: &str) -> Record {
        serde_json::from_value(serde_json::json!({
            "number": name, "subject": {"name": name, "id_number": id_number, "former_name": former_name},
            "detail": {"kind": "registration", "book": "B1", "status": "current"},
        }))
        .unwrap()
    }

    /// A subsidy under the member's number and another name.
    fn under(name: &str) -> Record {
        let mut record = subsidy("N1", "10.00");
        record.subject.name = Some(name.into());
        record
    }

    /// Verdict and rule of the subsidy, after the book.
    fn of_the_subsidy(book: Vec<Record>, name: &str) -> (Verdict, String) {
        let answers = vec![("agriculture", vec![under(name)]), ("household_registration", book)];
        let evidence = evidence_of(answers, &Model::person());
        let filed = evidence.records.iter().find(|filed| filed.source.as_str() == "agriculture").unwrap();
        (filed.verdict, filed.reasons[0].level.clone())
    }

    const NUMBER: &str = "110101199003070038";

    #[test]
    fn a_former_name_that_the_household_book_states_is_known_to_every_source() {
        let held = (Verdict::Review, "same_id_unlike_name".to_owned());
        assert_eq!(of_the_subsidy(vec![], "赵铁柱"), held);
        let counted = (Verdict::Match, "same_id_same_name".to_owned());
        assert_eq!(of_the_subsidy(vec![registered("测试员", NUMBER, "赵铁柱")], "赵铁柱"), counted);
        // a row of the book that is not the member's beyond doubt vouches for nothing
        for book in [
            registered("李秀英", NUMBER, "赵铁柱"),
            registered("测试员", "110101199003070039", "赵铁柱"),
            registered("测试员", "", "赵铁柱"),
            registered("测试员", "440524188001010014", "赵铁柱"),
        ] {
            assert_eq!(of_the_subsidy(vec![book], "赵铁柱"), held);
        }
    }

    #[test]
    fn a_name_near_the_member_s_and_exactly_a_registrant_s_is_held() {
        let alone = (Verdict::Match, "same_id_near_name".to_owned());
        assert_eq!(of_the_subsidy(vec![registered("测试员", NUMBER, "")], "测试圆"), alone);
        let book = vec![registered("测试员", NUMBER, ""), registered("测试圆", "440524188001010014", "")];
        assert_eq!(of_the_subsidy(book, "测试圆"), (Verdict::Review, "registrants_name".to_owned()));
    }

    #[test]
    fn a_name_written_a_little_differently_weighs_by_who_wrote_it() {
        let weight = |source: &str| {
            let evidence = evidence_of(vec![(source, vec![under("测试圆")])], &Model::person());
            assert_eq!(evidence.records[0].verdict, Verdict::Match);
            evidence.records[0].weight_centibits
        };
        let [bank, base, township] = ["finance", "agriculture", "civil_assistance"].map(weight);
        assert!(bank < base && base < township, "{bank} {base} {township}");
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

    #[test]
    fn a_record_that_says_less_than_another_of_its_number_is_that_record() {
        let whole = registered("测试员", NUMBER, "赵铁柱");
        let mut less = whole.clone();
        less.subject.former_name = None;
        let mut other = whole.clone();
        other.subject.former_name = Some("钱铁柱".into());
        for came in [vec![whole.clone(), less.clone()], vec![less.clone(), whole.clone()]] {
            let found = evidence_of(vec![("household_registration", came)], &Model::person()).records;
            assert_eq!((found.len(), &found[0].record, found[0].verdict), (1, &whole, Verdict::Match));
        }
        for came in [vec![less.clone(), other.clone(), whole.clone()], vec![whole, less, other]] {
            let found = evidence_of(vec![("household_registration", came)], &Model::person()).records;
            assert!(found.len() == 2 && found.iter().all(|filed| filed.verdict == Verdict::Review));
        }
    }

    #[test]
    fn a_fact_that_is_left_out_is_another_fact() {
        let pension = |to: Option<&str>| -> Record {
            let mut detail = serde_json::json!({"kind": "pension", "scheme": "resident_pension", "monthly": "200.00", "from": "2020-01"});
            if let Some(to) = to {
                detail["to"] = to.into();
            }
            let subject = serde_json::json!({"name": "测试员", "id_number": NUMBER});
            serde_json::from_value(serde_json::json!({"number": "P1", "subject": subject, "detail": detail})).unwrap()
        };
        let (running, ended) = (pension(None), pension(Some("2025-12")));
        for came in [vec![running.clone(), ended.clone()], vec![ended, running]] {
            let found = evidence_of(vec![("social_security", came)], &Model::person()).records;
            assert!(
                found.len() == 2 && found.iter().all(|filed| filed.verdict == Verdict::Review),
                "whether it is still paid is open"
            );
        }
    }

    /// A month's wage: number of the record and month, the subject's number, payer, gross.
    fn month(month: &str, id_number: &str, payer: &str, gross: &str) -> Record {
        let days: u8 = if month == "04" { 30 } else { 31 };
        serde_json::from_value(serde_json::json!({
            "number": format!("{month}{id_number}{payer}"),
            "subject": {"name": "测试员", "id_number": id_number},
            "detail": {"kind": "taxed_income", "item": "wage", "from": format!("2026-{month}-01"),
                "to": format!("2026-{month}-{days}"), "gross": gross, "payer": payer},
        }))
        .unwrap()
    }

    #[test]
    fn a_month_of_wages_without_a_number_is_known_by_its_neighbours_and_by_nothing_less() {
        let (march, april, may) = (
            month("03", NUMBER, "甲厂", "3000.00"),
            month("04", "", "甲厂", "3000.00"),
            month("05", NUMBER, "甲厂", "3000.00"),
        );
        let of_april = |came: Vec<Record>| {
            let found = evidence_of(vec![("tax", came)], &Model::person()).records;
            let april = found.iter().find(|filed| filed.record.number == "04甲厂").unwrap();
            (april.verdict, april.reasons[0].level.clone())
        };
        let counted = (Verdict::Match, "fills_a_gap".to_owned());
        let held = (Verdict::Review, "name_alone".to_owned());
        assert_eq!(of_april(vec![march.clone(), april.clone(), may.clone()]), counted);
        for (why, came) in [
            ("nothing beside it", vec![april.clone()]),
            ("nothing after it", vec![march.clone(), april.clone()]),
            ("nothing before it", vec![april.clone(), may.clone()]),
            ("another payer after it", vec![march.clone(), april.clone(), month("05", NUMBER, "乙厂", "3000.00")]),
            ("another amount after it", vec![march.clone(), april.clone(), month("05", NUMBER, "甲厂", "3100.00")]),
            ("a neighbour without a number", vec![march.clone(), april.clone(), month("05", "", "甲厂", "3000.00")]),
            (
                "a neighbour with a mistyped number",
                vec![march.clone(), april.clone(), month("05", "110101199003070039", "甲厂", "3000.00")],
            ),
            (
                "the month is taken",
                vec![march.clone(), april.clone(), month("04", NUMBER, "甲厂", "3000.00"), may.clone()],
            ),
        ] {
            assert_eq!(of_april(came), held, "{why}");
        }
        let changed = |month: &Record, change: &dyn Fn(&mut Record)| {
            let mut other = month.clone();
            change(&mut other);
            other
        };
        let of_month = |record: &mut Record, day: Option<jiff::civil::Date>| {
            if let crate::household::Detail::TaxedIncome { paid_on, .. } = &mut record.detail {
                *paid_on = day;
            }
        };
        // what the record says besides its name
        let neighbours = [march.clone(), may.clone()];
        let between = |april: Record| neighbours.iter().cloned().chain([april]).collect::<Vec<_>>();
        for (why, number) in
            [("a masked number of somebody else", "110101********0077"), ("an invalid number", "420101199003070")]
        {
            let came = between(changed(&april, &|record| record.subject.id_number = Some(IdNumber::new(number))));
            assert_ne!(of_april(came).1, "fills_a_gap", "{why}");
        }
        let other_day = changed(&april, &|record| record.subject.birth_date = Some(jiff::civil::date(1990, 3, 17)));
        assert_ne!(of_april(between(other_day)).1, "fills_a_gap", "another birth date");
        // what else is known of the month and the payer
        let back_pay = changed(&month("04", NUMBER, "甲厂", "3000.00"), &|record| {
            of_month(record, Some(jiff::civil::date(2026, 5, 20)));
        });
        for (why, more) in [
            ("the month was paid later", back_pay),
            ("the month was paid by a payer of another name", month("04", NUMBER, "甲厂有限公司", "3000.00")),
            ("a namesake works there", month("03", "440524188001010014", "甲厂", "3000.00")),
            (
                "perhaps a namesake works there",
                changed(&month("01", "", "甲厂", "3000.00"), &|record| record.subject.name = Some("测试圆".into())),
            ),
        ] {
            let came: Vec<Record> = between(april.clone()).into_iter().chain([more]).collect();
            assert_eq!(of_april(came), held, "{why}");
        }
        // its number is another record's too
        let twin = changed(&month("01", "", "乙厂", "2000.00"), &|record| record.number.clone_from(&april.number));
        let came = between(april.clone()).into_iter().chain([twin]).collect();
        let found = evidence_of(vec![("tax", came)], &Model::person()).records;
        assert!(
            found
                .iter()
                .filter(|filed| filed.record.number.starts_with("04甲厂"))
                .all(|filed| filed.verdict == Verdict::Review)
        );
        // two claim the month: neither is counted
        let mut twice = april.clone();
        twice.number = "other".into();
        assert_eq!(of_april(vec![march, april, twice, may]), held);
    }
}
