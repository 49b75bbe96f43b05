//! The household in a report: as declared, and as the departments found it. Document numbers are masked here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::household::{
    Detail, Evidence, IdKind, MaritalState, Member, MemberRef, PersonName, Registered, RegisteredAs,
    RegistrationStatus, Relation, Request, Verdict,
};
use crate::identity::address::AddressKey;
use crate::policy::assessment::Finding;

/// Finding code: a spouse is on record who was not declared.
pub(super) const UNDECLARED_SPOUSE: &str = "undeclared_spouse";
/// Finding code: the household book lists people who were not declared.
pub(super) const EXTRA_REGISTRANT: &str = "extra_registrant";
/// Finding code: a member's death is on record.
pub(super) const DEATH_RECORDED: &str = "death_recorded";

/// The household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportHousehold {
    /// Kind of registration, as declared.
    pub registered_as: RegisteredAs,
    /// Members, as declared.
    pub members: Vec<ReportPerson>,
    /// People outside it with a legal duty of support. Never in the applicant's copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub obligors: Vec<ReportObligor>,
    /// What the departments hold about the members.
    pub found: Vec<FoundMember>,
    /// Where members are registered (户籍地), book by book. Never in the applicant's copy: somebody may live apart from violence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registered: Vec<RegisteredPlace>,
}

/// A household book (户口簿) that members stand in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisteredPlace {
    /// Who stands in it; every member where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberRef>,
    /// Place down to the town or street, where the register says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Number of the book, the middle hidden.
    pub book: String,
}

/// A person of the household, as declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportPerson {
    /// How the request and every line of the report name them.
    #[serde(rename = "ref")]
    pub reference: MemberRef,
    /// Relation, GB/T 4761.
    pub relation: Relation,
    /// Name.
    #[schema(value_type = String)]
    pub name: PersonName,
    /// Kind of document; a resident identity card where not said.
    #[serde(default = "resident", skip_serializing_if = "is_resident")]
    pub id_kind: IdKind,
    /// Document number, the middle hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_number_masked: Option<String>,
    /// Completed years at the as-of date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u8>,
}

fn resident() -> IdKind {
    IdKind::Resident
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_resident(kind: &IdKind) -> bool {
    *kind == IdKind::Resident
}

/// An obligor (赡养、抚养、扶养义务人).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportObligor {
    /// The person.
    pub person: ReportPerson,
    /// Whom they must support.
    pub obliged_to: MemberRef,
    /// Law or agreement.
    pub basis: String,
}

/// What the departments hold about a member's place in the household.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundMember {
    /// The member.
    pub member: MemberRef,
    /// Kind of registration on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<Registered>,
    /// State of the registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<RegistrationStatus>,
    /// Whether a death is on record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub death_recorded: bool,
    /// Day of death, where recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub died_on: Option<Date>,
    /// Marital state on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marital: Option<MaritalState>,
    /// Whether a spouse is on record who was not declared. Never in the applicant's copy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undeclared_spouse: bool,
    /// Whether the household book lists people who were not declared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extra_registrants: bool,
}

pub(super) fn household(request: &Request, evidence: &Evidence, findings: &[Finding]) -> ReportHousehold {
    let as_of = request.as_of;
    ReportHousehold {
        registered_as: request.household.registered_as,
        members: request.household.members.iter().map(|member| person(member, as_of)).collect(),
        obligors: (request.household.obligors.iter())
            .map(|obligor| ReportObligor {
                person: person(&obligor.person, as_of),
                obliged_to: obligor.obliged_to.clone(),
                basis: obligor.basis.clone(),
            })
            .collect(),
        found: request.household.members.iter().map(|m| found(&m.reference, evidence, findings)).collect(),
        registered: registered(request, evidence),
    }
}

/// The books that members stand in today, in the order of members.
fn registered(request: &Request, evidence: &Evidence) -> Vec<RegisteredPlace> {
    let mut books: Vec<(&str, RegisteredPlace)> = Vec::new();
    for member in &request.household.members {
        let own = evidence.records.iter().filter(|r| r.member == member.reference && r.verdict == Verdict::Match);
        for record in own {
            let Detail::Registration { book, status: RegistrationStatus::Current, .. } = &record.record.detail else {
                continue;
            };
            let place = record.record.subject.address.as_ref().and_then(|at| down_to_town(at.expose()));
            let known = books.iter().position(|(number, _)| *number == book.expose());
            let known = known.unwrap_or_else(|| {
                let shown = masked(book.expose());
                books.push((book.expose(), RegisteredPlace { members: Vec::new(), place: None, book: shown }));
                books.len() - 1
            });
            let stands = &mut books[known].1;
            if !stands.members.contains(&member.reference) {
                stands.members.push(member.reference.clone());
            }
            stands.place = stands.place.take().or(place);
        }
    }
    let mut books: Vec<_> = books.into_iter().map(|(_, stands)| stands).collect();
    if let [one] = &mut books[..]
        && one.members.len() == request.household.members.len()
    {
        one.members.clear();
    }
    books
}

/// An address without what comes after the town or street; none where it names neither.
fn down_to_town(address: &str) -> Option<String> {
    let key = AddressKey::read(address)?;
    let town = key.town()?;
    let end = address.find(town)? + town.len();
    let suffix =
        ["街道办事处", "街道", "苏木", "镇", "乡"].into_iter().find(|suffix| address[end..].starts_with(suffix));
    Some(address[..end + suffix.map_or(0, str::len)].to_owned())
}

fn person(member: &Member, as_of: Date) -> ReportPerson {
    ReportPerson {
        reference: member.reference.clone(),
        relation: member.relation.clone(),
        name: member.name.clone(),
        id_kind: member.id_kind,
        id_number_masked: member.id_number.as_ref().map(|number| masked(number.expose())),
        age: member.birth_date.and_then(|born| age(born, as_of)),
    }
}

fn found(member: &MemberRef, evidence: &Evidence, findings: &[Finding]) -> FoundMember {
    let says = |code: &str| findings.iter().any(|f| f.code == code && f.member.as_ref() == Some(member));
    let mut found = FoundMember {
        member: member.clone(),
        registered: None,
        registration: None,
        death_recorded: says(DEATH_RECORDED),
        died_on: None,
        marital: None,
        undeclared_spouse: says(UNDECLARED_SPOUSE),
        extra_registrants: says(EXTRA_REGISTRANT),
    };
    let mut married_on = None;
    for record in evidence.records.iter().filter(|r| r.member == *member && r.verdict == Verdict::Match) {
        match &record.record.detail {
            Detail::Registration { registered, status, died_on, .. } => {
                // a current entry outweighs an old one of the same person
                if found.registration.is_none() || *status == RegistrationStatus::Current {
                    found.registered = *registered;
                    found.registration = Some(*status);
                }
                found.death_recorded |= *status == RegistrationStatus::Deceased;
                found.died_on = found.died_on.or(*died_on);
            }
            Detail::Death { on } => {
                found.death_recorded = true;
                found.died_on = found.died_on.or(*on);
            }
            Detail::Marriage { state, registered_on, .. } if married_on.is_none_or(|on| on < *registered_on) => {
                married_on = Some(*registered_on);
                found.marital = Some(*state);
            }
            _ => {}
        }
    }
    found
}

/// Completed years on a day; none when born after it.
fn age(born: Date, on: Date) -> Option<u8> {
    let birthday_to_come = (on.month(), on.day()) < (born.month(), born.day());
    u8::try_from(on.year() - born.year() - i16::from(birthday_to_come)).ok()
}

/// A document number with its middle hidden: region and last four of a resident identity number, the ends of others.
fn masked(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    let (head, tail) = match characters.len() {
        18 => (6, 4),
        8.. => (2, 2),
        _ => (0, 0),
    };
    let hidden = characters.len() - head - tail;
    let ends = |range: &[char]| range.iter().collect::<String>();
    format!("{}{}{}", ends(&characters[..head]), "*".repeat(hidden), ends(&characters[head + hidden..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_document_number_is_hidden() {
        for (number, shown) in [
            ("620422196503121234", "620422********1234"),
            ("620422650312123", "62***********23"),
            ("H01234567", "H0*****67"),
            ("A12345", "******"),
            ("", ""),
        ] {
            assert_eq!(masked(number), shown);
        }
    }

    #[test]
    fn an_address_ends_with_its_town() {
        for (address, place) in [
            ("甘肃省白银市会宁县会师镇东街12号", Some("甘肃省白银市会宁县会师镇")),
            ("甘肃省会宁县党家岘乡大沟村1社", Some("甘肃省会宁县党家岘乡")),
            ("北京市海淀区中关村街道科学院路1号", Some("北京市海淀区中关村街道")),
            ("东街12号", None),
            ("", None),
        ] {
            assert_eq!(down_to_town(address).as_deref(), place, "{address}");
        }
    }

    #[test]
    fn an_age_counts_completed_years() {
        let on = jiff::civil::date(2026, 11, 1);
        assert_eq!(age(jiff::civil::date(1966, 11, 1), on), Some(60));
        assert_eq!(age(jiff::civil::date(1966, 11, 2), on), Some(59));
        assert_eq!(age(jiff::civil::date(2027, 1, 1), on), None);
    }
}
