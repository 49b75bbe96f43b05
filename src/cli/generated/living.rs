//! Who people are and how they live, as the registers, schools, hospitals and the disabled persons' federation state it.

use hedui_mock_sources::truth::{
    Custody, CustodyKind as TrueCustodyKind, Disability, Household, MarriageState, Person,
    Registered as TrueRegistered, Study, StudyState,
};

use super::Facts;
use crate::household::{
    CustodyKind, Detail, DisabilityCategory, EnrolmentState, Fen, MaritalState, Registered, RegistrationStatus,
    SchoolKind, Stage,
};

/// The department of household registration.
pub(super) const REGISTER: &str = "household_registration";

pub(super) fn state(facts: &mut Facts, household: &Household, person: &Person) {
    facts.insert(REGISTER, vec![registration(household, person)]);
    facts.insert("civil_marriage", marriages(person));
    facts.insert("education", person.studies.iter().filter_map(study).collect());
    facts.insert("disability", person.disability.iter().filter_map(certificate).collect());
    facts.insert("health", health(person));
    facts.insert("medical_insurance", bills(person));
    facts.insert("justice", person.custody.iter().map(custody).collect());
}

pub(super) fn registration(household: &Household, person: &Person) -> Detail {
    let status = match (person.died, person.moved_out) {
        (Some(_), _) => RegistrationStatus::Deceased,
        (None, Some(_)) => RegistrationStatus::MovedOut,
        (None, None) => RegistrationStatus::Current,
    };
    Detail::Registration {
        book: person.book.as_str().into(),
        relation: Some(person.relation.clone()),
        registered: Some(match household.registered_as {
            TrueRegistered::Urban => Registered::Urban,
            TrueRegistered::Rural => Registered::Rural,
        }),
        status,
        died_on: person.died,
        moved_on: person.moved_out,
    }
}

fn custody(stay: &Custody) -> Detail {
    let custody = match stay.kind {
        TrueCustodyKind::Prison => CustodyKind::Prison,
        TrueCustodyKind::Rehabilitation => CustodyKind::Rehabilitation,
        TrueCustodyKind::Community => CustodyKind::Community,
    };
    Detail::Custody { custody, from: stay.from, to: stay.released.or(stay.ordered_until) }
}

fn marriages(person: &Person) -> Vec<Detail> {
    (person.marriages.iter())
        .map(|marriage| Detail::Marriage {
            state: match marriage.state {
                MarriageState::Married => MaritalState::Married,
                MarriageState::Divorced => MaritalState::Divorced,
                MarriageState::Widowed => MaritalState::Widowed,
            },
            spouse_name: Some(marriage.spouse_name.as_str().into()),
            spouse_id_number: Some(marriage.spouse_id_number.as_str().into()),
            registered_on: marriage.registered,
        })
        .collect()
}

fn study(study: &Study) -> Option<Detail> {
    let stage = match study.stage {
        10 => Stage::Kindergarten,
        20 => Stage::Primary,
        30 => Stage::JuniorMiddle,
        40 => Stage::SeniorMiddle,
        41 => Stage::SecondaryVocational,
        50 => Stage::College,
        60 => Stage::Bachelor,
        70 => Stage::Postgraduate,
        _ => return None,
    };
    Some(Detail::Enrolment {
        school: Some(study.school.as_ref().into()),
        stage,
        school_kind: Some(if study.public { SchoolKind::Public } else { SchoolKind::Private }),
        fee_yearly: Some(Fen(study.fee_fen)),
        public_fee_yearly: Some(Fen(study.public_fee_fen)),
        aid_yearly: Some(Fen(study.aid_fen)),
        from: Some(study.enrolled),
        to: Some(study.leaves),
        state: match study.state {
            StudyState::Attending => EnrolmentState::Attending,
            StudyState::Graduated => EnrolmentState::Graduated,
            StudyState::Suspended => EnrolmentState::Suspended,
            StudyState::Left => EnrolmentState::Left,
        },
    })
}

fn certificate(disability: &Disability) -> Option<Detail> {
    let category = match disability.category {
        1 => DisabilityCategory::Sight,
        2 => DisabilityCategory::Hearing,
        3 => DisabilityCategory::Speech,
        4 => DisabilityCategory::Limb,
        5 => DisabilityCategory::Intellectual,
        6 => DisabilityCategory::Mental,
        7 => DisabilityCategory::Multiple,
        _ => return None,
    };
    Some(Detail::DisabilityCertificate {
        category,
        grade: disability.grade,
        valid_until: Some(disability.valid_until),
        valid: disability.valid,
    })
}

fn health(person: &Person) -> Vec<Detail> {
    let stays = person.hospital.iter().map(|stay| Detail::Hospitalisation {
        from: stay.admitted,
        to: stay.discharged,
        serious_illness: stay.serious,
    });
    let serious = person.serious_illness.iter();
    let serious = serious.map(|illness| Detail::SeriousIllness { from: Some(illness.since), listed: illness.listed });
    let births = person.maternity.iter().map(|maternity| Detail::Pregnancy { due_on: maternity.due });
    let death = person.died.map(|day| Detail::Death { on: Some(day) });
    stays.chain(serious).chain(births).chain(death).collect()
}

fn bills(person: &Person) -> Vec<Detail> {
    (person.settlements.iter())
        .map(|bill| Detail::MedicalCost {
            settled_on: bill.on,
            total: Fen(bill.total_fen),
            reimbursed: Fen(bill.fund_fen),
            aid: Fen(bill.aid_fen),
            self_paid: Fen(bill.self_paid_fen),
            catalogue_illness: Some(bill.catalogue),
            insured: None,
        })
        .collect()
}
