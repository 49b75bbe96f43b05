//! Which source is asked about whom: by purpose, consent and identifier. Pure.
//!
//! 无委托、不核对: nobody is asked about without an authorisation that covers purpose and source on the day, unless the check
//! rests on a statutory duty or an emergency with a document number; obligors only ever with their own authorisation. A source
//! is asked only what the purpose needs (Personal Information Protection Law, art. 6).

use std::collections::BTreeSet;

use hedui_connectors::source::{Descriptor, ExchangeKey, Lane, Query, window_start};
use jiff::civil::Date;
use uuid::Uuid;

use crate::household::{IdKind, LegalBasisKind, Member, MemberRef, Request, Skip, SourceKey};

/// A person × source, and whether it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlannedCell {
    pub(super) member: MemberRef,
    pub(super) source: SourceKey,
    pub(super) decision: Result<Query, Skip>,
    /// Classes of information the source speaks for.
    pub(super) speaks_for: Vec<String>,
}

/// What the plan needs to know of a source.
pub(super) struct PlannedSource<'a> {
    pub(super) descriptor: &'a Descriptor,
    pub(super) enabled: bool,
}

/// One cell for every person × source, by person in the request's order (obligors last), then by source key. Nobody is asked about those
/// whose authorisation was taken back.
pub(super) fn plan(
    case: Uuid,
    lane: Lane,
    request: &Request,
    organisation: &str,
    sources: &[PlannedSource<'_>],
    withdrawn: &BTreeSet<MemberRef>,
    today: Date,
) -> Vec<PlannedCell> {
    let members = request.household.members.iter().map(|member| (member, false));
    let obligors = request.household.obligors.iter().map(|obligor| (&obligor.person, true));
    let mut cells = Vec::new();
    for (person, is_obligor) in members.chain(obligors) {
        for source in sources {
            let mut decision = decide((case, lane), request, organisation, person, is_obligor, source, today);
            if decision.is_ok() && withdrawn.contains(&person.reference) {
                decision = Err(Skip::Withdrawn);
            }
            cells.push(PlannedCell {
                member: person.reference.clone(),
                source: source.descriptor.key.clone(),
                decision,
                speaks_for: source.descriptor.speaks_for.clone(),
            });
        }
    }
    cells
}

fn decide(
    (case, lane): (Uuid, Lane),
    request: &Request,
    organisation: &str,
    person: &Member,
    is_obligor: bool,
    source: &PlannedSource<'_>,
    today: Date,
) -> Result<Query, Skip> {
    let descriptor = source.descriptor;
    let purpose = request.purpose.as_str();
    // what a screening does not ask leaves nothing open, switched on or off
    let screens = request.purpose.is_screening();
    if !source.enabled && !screens {
        return Err(Skip::Disabled);
    }
    let is_served = if screens {
        descriptor.screenings.iter().any(|served| served == purpose)
    } else {
        descriptor.purposes.iter().any(|served| served == "all" || served == purpose)
    };
    if !is_served {
        return Err(Skip::NotNeededForPurpose);
    }
    if !source.enabled {
        return Err(Skip::Disabled);
    }
    let without_consent = request.legal_basis.kind != LegalBasisKind::Authorisation && !is_obligor;
    let authorised = match &person.authorisation {
        Some(authorisation) => authorisation.covers(request.purpose, &descriptor.key, today),
        None => without_consent,
    };
    if !authorised {
        return Err(Skip::NotAuthorised);
    }
    let query = query(case, lane, request, organisation, person);
    if query.id_number.is_none() && (descriptor.needs_id_number || query.birth_date.is_none()) {
        return Err(Skip::NoIdentifier);
    }
    Ok(query)
}

/// What any source is asked about a person.
pub(super) fn query(case: Uuid, lane: Lane, request: &Request, organisation: &str, person: &Member) -> Query {
    Query {
        name: person.name.clone(),
        id_number: person.id_number.clone().filter(|_| person.id_kind == IdKind::Resident),
        birth_date: person.birth_date,
        sex: person.sex,
        as_of: request.as_of,
        window_from: window_start(request.as_of),
        asked_for: organisation.to_owned(),
        // The same after a crash: so a department recognises what it was handed before.
        exchange_key: ExchangeKey::of(&[case.as_bytes(), person.reference.as_str().as_bytes()]),
        entry: None,
        lane,
        anew: false,
    }
}

/// Everybody a request is about, in its order, obligors last.
pub(super) fn people(request: &Request) -> impl Iterator<Item = &Member> {
    request.household.members.iter().chain(request.household.obligors.iter().map(|obligor| &obligor.person))
}

#[cfg(test)]
pub(super) mod tests {
    use hedui_connectors::records::Coverage;
    use hedui_connectors::source::Mode;

    use super::*;
    use crate::household::{
        Authorisation, Authority, Declared, Household, LegalBasis, Purpose, Region, RegisteredAs, Relation, SourceScope,
    };

    pub(in crate::verification) fn descriptor(key: &str, purposes: &[&str], needs_id_number: bool) -> Descriptor {
        Descriptor {
            key: SourceKey::new(key).unwrap(),
            title_zh: String::new(),
            title_en: String::new(),
            law: String::new(),
            purposes: purposes.iter().map(|p| (*p).to_owned()).collect(),
            screenings: Vec::new(),
            speaks_for: Vec::new(),
            never_covers: Vec::new(),
            never_covers_en: Vec::new(),
            mode: Mode::Synchronous,
            coverage: Coverage::County,
            needs_id_number,
            batch_size: 1,
            paged: false,
            hash: String::new(),
        }
    }

    pub(in crate::verification) fn authorisation(sources: SourceScope) -> Authorisation {
        Authorisation {
            number: "SQ-1".into(),
            signed_on: "2026-10-20".parse().unwrap(),
            signed_by: Authority::Own,
            purposes: vec!["social_assistance".into()],
            sources,
            valid_until: Some("2026-12-31".parse().unwrap()),
            document_sha256: None,
        }
    }

    pub(in crate::verification) fn request(authorisation: Option<Authorisation>, kind: LegalBasisKind) -> Request {
        Request {
            purpose: Purpose::DibaoApplication,
            region: Region("620422".into()),
            as_of: "2026-11-01".parse().unwrap(),
            reference: None,
            commissioned_by: None,
            legal_basis: LegalBasis { kind, document_number: Some("1".into()) },
            applicant: MemberRef("m1".into()),
            kin_of_official: false,
            household: Household {
                registered_as: RegisteredAs::Urban,
                address: None,
                members: vec![Member {
                    reference: MemberRef("m1".into()),
                    relation: Relation("01".into()),
                    name: "测试员".into(),
                    former_names: Vec::new(),
                    id_kind: IdKind::Resident,
                    id_number: Some("110101199003070038".into()),
                    birth_date: Some("1990-03-07".parse().unwrap()),
                    sex: None,
                    phone: None,
                    authorisation,
                    can_work: None,
                    self_care_lost: None,
                    absence: None,
                    declared: Declared::default(),
                }],
                obligors: Vec::new(),
            },
            recipient_key: None,
        }
    }

    fn decision(request: &Request, descriptor: &Descriptor, enabled: bool, today: &str) -> Result<(), Skip> {
        let planned = plan(
            Uuid::nil(),
            Lane::Interactive,
            request,
            "township",
            &[PlannedSource { descriptor, enabled }],
            &BTreeSet::new(),
            today.parse().unwrap(),
        );
        planned.into_iter().next().unwrap().decision.map(|_| ())
    }

    #[test]
    fn no_authorisation_no_query() {
        let tax = descriptor("tax", &["all"], true);
        let consented = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
        assert_eq!(decision(&consented, &tax, true, "2026-11-01"), Ok(()));
        assert_eq!(decision(&consented, &tax, true, "2026-12-31"), Ok(()));
        assert_eq!(decision(&consented, &tax, true, "2027-01-01"), Err(Skip::NotAuthorised), "expired");
        assert_eq!(decision(&consented, &tax, true, "2026-10-19"), Err(Skip::NotAuthorised), "not signed yet");
        let only_health = SourceScope::Only(vec![SourceKey::new("health").unwrap()]);
        let narrow = request(Some(authorisation(only_health)), LegalBasisKind::Authorisation);
        assert_eq!(decision(&narrow, &tax, true, "2026-11-01"), Err(Skip::NotAuthorised));
        let silent = request(None, LegalBasisKind::Authorisation);
        assert_eq!(decision(&silent, &tax, true, "2026-11-01"), Err(Skip::NotAuthorised));
        let duty = request(None, LegalBasisKind::StatutoryDuty);
        assert_eq!(decision(&duty, &tax, true, "2026-11-01"), Ok(()));
    }

    #[test]
    fn only_what_the_purpose_needs_and_the_person_can_be_asked_by() {
        let consented = request(Some(authorisation(SourceScope::All)), LegalBasisKind::Authorisation);
        let elsewhere = descriptor("tax", &["tekun_application"], true);
        assert_eq!(decision(&consented, &elsewhere, true, "2026-11-01"), Err(Skip::NotNeededForPurpose));
        let tax = descriptor("tax", &["dibao_application"], true);
        assert_eq!(decision(&consented, &tax, false, "2026-11-01"), Err(Skip::Disabled));
        let mut newborn = consented;
        newborn.household.members[0].id_kind = IdKind::BirthCertificate;
        assert_eq!(decision(&newborn, &tax, true, "2026-11-01"), Err(Skip::NoIdentifier));
        let register = descriptor("household_registration", &["all"], false);
        assert_eq!(decision(&newborn, &register, true, "2026-11-01"), Ok(()), "asked by name and birth date");
    }

    #[test]
    fn a_screening_asks_only_those_that_serve_it_by_name() {
        let mut roster = request(None, LegalBasisKind::StatutoryDuty);
        roster.purpose = Purpose::DisabilityScreening;
        let mut federation = descriptor("disability", &["all"], true);
        let asked = |source: &Descriptor| decision(&roster, source, true, "2026-11-01");
        assert_eq!(asked(&federation), Err(Skip::NotNeededForPurpose), "all purposes are no screening");
        federation.screenings = vec!["child_screening".to_owned()];
        assert_eq!(asked(&federation), Err(Skip::NotNeededForPurpose), "another screening");
        let off = |source: &Descriptor| decision(&roster, source, false, "2026-11-01");
        assert_eq!(off(&federation), Err(Skip::NotNeededForPurpose), "switched off, and nobody misses it");
        federation.screenings.push("disability_screening".to_owned());
        assert_eq!((asked(&federation), off(&federation)), (Ok(()), Err(Skip::Disabled)));
    }

    #[test]
    fn screenings_are_named_the_same_in_definitions() {
        let screens = Purpose::ALL.iter().filter(|purpose| purpose.is_screening()).map(|purpose| purpose.as_str());
        assert_eq!(screens.collect::<Vec<_>>(), hedui_connectors::source::SCREENINGS);
    }

    #[test]
    fn the_window_is_that_of_the_rules() {
        for day in ["2026-11-01", "2024-02-29", "2026-12-31"] {
            let as_of = day.parse().unwrap();
            let mut request = request(None, LegalBasisKind::StatutoryDuty);
            request.as_of = as_of;
            let asked = query(Uuid::nil(), Lane::Interactive, &request, "township", &request.household.members[0]);
            assert_eq!(asked.window_from, crate::policy::Window::before(as_of).first_day, "{day}");
        }
    }
}
