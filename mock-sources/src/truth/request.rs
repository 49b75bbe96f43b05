//! A verification request for a household, in the shape the service's interface accepts. What it declares is what an applicant
//! would write, not the truth.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{Household, Person, Registered};
use crate::calendar::Window;
use crate::money::yuan;

/// What the applicant writes about income.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Declaration {
    /// Only what no department can know: farming, casual work, help from kin.
    #[default]
    InformalOnly,
    /// That and the wages.
    Honest,
    /// Wages and informal income at half of what they are.
    Understated,
    /// Nothing.
    Nothing,
}

/// How a request is built.
#[derive(Clone, Debug)]
pub struct RequestOptions {
    /// As-of date of the check; the population's when absent.
    pub as_of: Option<Date>,
    /// Purpose.
    pub purpose: String,
    /// Region of the policy pack (GB/T 2260).
    pub region: String,
    /// Prefix of the reference; the household's index follows.
    pub reference: String,
    /// What is declared.
    pub declare: Declaration,
}

impl Default for RequestOptions {
    fn default() -> Self {
        Self {
            as_of: None,
            purpose: "dibao_application".into(),
            region: "620422".into(),
            reference: "HN-2026".into(),
            declare: Declaration::default(),
        }
    }
}

/// The request; `recipient_key` is left out.
pub(crate) fn build(household: &Household, default_as_of: Date, options: &RequestOptions) -> Value {
    let as_of = options.as_of.unwrap_or(default_as_of);
    let signed_on = as_of.saturating_sub(jiff::Span::new().days(12));
    let guardian = guardian_of(household, signed_on);
    let members: Vec<Value> =
        household.members.iter().map(|person| member(household, person, guardian, signed_on, as_of, options)).collect();
    json!({
        "purpose": options.purpose,
        "region": options.region,
        "as_of": as_of.to_string(),
        "reference": format!("{}-{:06}", options.reference, household.index),
        "commissioned_by": { "organisation": format!("{}人民政府", household.town), "investigators": ["张建军", "李晓燕"] },
        "legal_basis": { "kind": "authorisation" },
        "applicant": household.members.first().map_or("m1", |first| first.reference.as_str()),
        "kin_of_official": false,
        "household": {
            "registered_as": match household.registered_as { Registered::Urban => "urban", Registered::Rural => "rural" },
            "address": household.address,
            "members": members,
            "obligors": [],
        },
    })
}

/// Who signs for the minors of a household: an adult on the day of signing.
fn guardian_of(household: &Household, signed_on: Date) -> &str {
    let adult = household.members.iter().find(|person| person.age_on(signed_on) >= 18 && person.died.is_none());
    adult.map_or("m1", |person| person.reference.as_str())
}

fn member(
    household: &Household,
    person: &Person,
    guardian: &str,
    signed_on: Date,
    as_of: Date,
    options: &RequestOptions,
) -> Value {
    let minor = person.age_on(signed_on) < 18 && person.reference != guardian;
    let mut object = Map::new();
    object.insert("ref".into(), json!(person.reference));
    object.insert("relation".into(), json!(person.relation));
    object.insert("name".into(), json!(person.name));
    object.insert("id_number".into(), json!(person.id_number));
    if !person.phone.is_empty() {
        object.insert("phone".into(), json!(person.phone));
    }
    object.insert(
        "authorisation".into(),
        json!({
            "number": format!("SQ-{}-{:06}-{}", signed_on.year(), household.index, person.reference),
            "signed_on": signed_on.to_string(),
            "signed_by": if minor { json!({ "guardian": guardian }) } else { json!("self") },
            "purposes": ["social_assistance"],
            "sources": "all",
            "valid_until": null,
        }),
    );
    object.insert("can_work".into(), json!(person.can_work));
    object.insert(
        "declared".into(),
        json!({ "income": declared_income(person, as_of, options.declare), "property": [] }),
    );
    Value::Object(object)
}

fn declared_income(person: &Person, as_of: Date, declare: Declaration) -> Vec<Value> {
    let (informal, wages, divisor) = match declare {
        Declaration::Nothing => return Vec::new(),
        Declaration::InformalOnly => (true, false, 1),
        Declaration::Honest => (true, true, 1),
        Declaration::Understated => (true, true, 2),
    };
    let window = Window::ending(as_of);
    let mut lines = Vec::new();
    let wage: i64 = person.jobs.iter().map(|job| job.wage_within_fen(&window)).sum();
    if wages && wage > 0 {
        lines.push(json!({ "class": "wage", "annual_yuan": yuan(wage / divisor) }));
    }
    if informal {
        let stated = person.informal.iter().filter(|income| income.annual_fen > 0);
        lines.extend(stated.map(|income| {
            json!({ "class": income.kind.class(), "annual_yuan": yuan(income.annual_fen / divisor), "informal": true })
        }));
    }
    lines
}
