//! An assessment laid out as a report's body is, so that a person reads it as they read a report. It is none: nobody was asked, it has no
//! number, and nothing of it is signed or stored.

use super::Assessed;
use crate::household::evidence::MemberFacts;
use crate::household::{Evidence, Household, IdKind, LegalBasis, LegalBasisKind, Member, Obligor, PersonName, Request};
use crate::policy::{Pack, Window};
use crate::report::{self, Body, Inputs, Period, Words};
use crate::verification::Departments;
use crate::verification::made_of::{ENGINE, marginal_line};

/// What stands in place of a report's number.
const NO_NUMBER: &str = "规则试算，非核对报告（rules on supplied evidence, no report）";

/// The body.
#[must_use]
pub fn sheet(evidence: &Evidence, assessed: &Assessed, pack: &Pack, departments: &Departments) -> Body {
    let assessment = &assessed.assessment;
    let window = Window::before(evidence.as_of);
    let (zh, en) = pack.names();
    report::assemble(&Inputs {
        request: &request(evidence),
        evidence,
        assessment,
        number: NO_NUMBER.to_owned(),
        version: 1,
        supersedes: None,
        issued: None,
        period: Period { from: window.first_day, to: window.last_day },
        region_name: Some(Words::new(zh, en)),
        evidence_sha256: String::new(),
        facts_sha256: String::new(),
        sources: &departments.facts_of(evidence),
        pack: assessed.pack.clone(),
        identity_model_sha256: String::new(),
        engine: ENGINE.to_owned(),
        reference_lines: vec![marginal_line(assessment, pack)],
        objection_within_days: 0,
        centre: String::new(),
    })
}

/// The household as far as evidence names it: people are called by their refs.
fn request(evidence: &Evidence) -> Request {
    Request {
        purpose: evidence.purpose,
        region: evidence.region.clone(),
        as_of: evidence.as_of,
        reference: None,
        commissioned_by: None,
        legal_basis: LegalBasis { kind: LegalBasisKind::StatutoryDuty, document_number: None },
        applicant: evidence.applicant.clone(),
        kin_of_official: false,
        household: Household {
            registered_as: evidence.registered_as,
            address: None,
            members: evidence.members.iter().map(person).collect(),
            obligors: (evidence.obligors.iter())
                .map(|obligor| Obligor {
                    person: person(&obligor.person),
                    obliged_to: obligor.obliged_to.clone(),
                    basis: String::new(),
                    support: obligor.support,
                })
                .collect(),
        },
        recipient_key: None,
    }
}

fn person(facts: &MemberFacts) -> Member {
    Member {
        reference: facts.reference.clone(),
        relation: facts.relation.clone(),
        name: PersonName::new(facts.reference.as_str()),
        former_names: Vec::new(),
        id_kind: IdKind::None,
        id_number: None,
        birth_date: facts.birth_date,
        sex: facts.sex,
        phone: None,
        authorisation: None,
        can_work: facts.can_work,
        self_care_lost: facts.self_care_lost,
        absence: facts.absence,
        declared: facts.declared.clone(),
    }
}
