//! The compact form of a case, and the evidence it stands for.

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::expect::Expect;
use crate::household::evidence::{MemberFacts, ObligorFacts};
use crate::household::{
    Absence, Attributed, Cell, CellOutcome, Coverage, Declared, Detail, Evidence, Failure, InfoClass, MemberRef,
    Purpose, Reach, Record, Region, RegisteredAs, RegistrationStatus, Relation, Sex, Skip, SourceKey, Subject, Support,
    Verdict, toml_bounds,
};

/// Which classes each department speaks for in a case, as its shipped definition says (a test compares). Whoever may report a death
/// speaks for the household; whoever pays claims or interest, for that income.
pub const DEPARTMENTS: &[(&str, &[InfoClass])] = {
    use InfoClass as C;
    &[
        ("household_registration", &[C::Household]),
        ("education", &[C::Education]),
        ("social_security", &[C::Wage, C::Transfer]),
        ("health", &[C::Medical, C::Household]),
        ("employment", &[C::Wage, C::Transfer]),
        ("market_regulation", &[C::Company]),
        ("tax", &[C::Wage, C::Business, C::PropertyIncome, C::Transfer]),
        ("civil_marriage", &[C::Household]),
        ("real_estate", &[C::RealEstate]),
        ("vehicles", &[C::Vehicle]),
        ("housing_fund", &[C::Wage, C::Financial]),
        ("finance", &[C::Financial, C::PropertyIncome]),
        ("insurance", &[C::Financial, C::PropertyIncome, C::Transfer, C::Medical]),
        ("securities", &[C::Financial]),
        ("disability", &[C::Disability]),
        ("medical_insurance", &[C::Medical]),
        ("civil_assistance", &[C::Transfer, C::Household]),
        ("veterans", &[C::Transfer]),
        ("justice", &[C::Household]),
        ("agriculture", &[C::Transfer]),
    ]
};

const REGISTER: &str = "household_registration";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    case: Vec<Spanned<Case>>,
}

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct Case {
    pub name: String,
    pub as_of: Date,
    #[serde(default = "huining")]
    region: String,
    #[serde(default = "urban")]
    registered_as: RegisteredAs,
    #[serde(default = "dibao")]
    purpose: Purpose,
    pub members: Vec<Person>,
    #[serde(default)]
    obligors: Vec<Person>,
    /// `finance`, or `m1/finance` for one person: unavailable.
    #[serde(default)]
    pub silent: Vec<String>,
    /// Like `silent`, but not asked because the purpose does not need it.
    #[serde(default)]
    skipped: Vec<String>,
    /// Members whose authorisation was taken back: nobody is asked about them.
    #[serde(default)]
    withdrawn: Vec<String>,
    /// Members whom the household register does not know. Of the others it has a row that says nothing more, where no record of theirs
    /// is given.
    #[serde(default)]
    unregistered: Vec<String>,
    /// Like `silent`, but still to come.
    #[serde(default)]
    pending: Vec<String>,
    /// Parameters that are tried instead of those in force: `"income.part_months" = "by_day"`.
    #[serde(default)]
    pub parameters: toml::Table,
    #[serde(default)]
    pub records: Vec<Given>,
    #[serde(default)]
    pub expect: Expect,
}

/// A person of a case. `born` is 1985-06-15 where it does not matter.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct Person {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default = "other_kin")]
    relation: String,
    #[serde(default = "grown_up")]
    born: Date,
    #[serde(default)]
    sex: Option<Sex>,
    #[serde(default)]
    can_work: Option<bool>,
    #[serde(default)]
    self_care_lost: Option<u8>,
    #[serde(default)]
    absence: Option<Absence>,
    #[serde(default)]
    income: Vec<crate::household::DeclaredIncome>,
    #[serde(default)]
    property: Vec<crate::household::DeclaredProperty>,
    /// Of an obligor: what they do for the applicant.
    #[serde(default)]
    support: Support,
    /// Of an obligor: whether the departments were asked, with their consent.
    #[serde(default)]
    asked: bool,
}

/// A record of a case: `detail` is the canonical form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::policy) struct Given {
    pub of: String,
    pub from: String,
    #[serde(default)]
    pub number: Option<String>,
    #[serde(default = "matching")]
    pub verdict: Verdict,
    #[serde(default)]
    subject: Subject,
    pub detail: Detail,
}

fn huining() -> String {
    "620422".to_owned()
}
fn urban() -> RegisteredAs {
    RegisteredAs::Urban
}
fn dibao() -> Purpose {
    Purpose::DibaoApplication
}
fn matching() -> Verdict {
    Verdict::Match
}
fn grown_up() -> Date {
    jiff::civil::date(1985, 6, 15)
}
fn other_kin() -> String {
    "01".to_owned()
}

/// Reads a file; on failure the byte offset and the reason.
pub(super) fn read(text: &str) -> Result<Vec<Spanned<Case>>, (usize, String)> {
    toml_bounds::check(text).map_err(|bound| (bound.at(), bound.to_string()))?;
    let file: File = toml::from_str(text)
        .map_err(|error| (error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
    Ok(file.case)
}

impl Case {
    /// The evidence it stands for: every department has spoken, except those named.
    pub fn evidence(&self) -> Result<Evidence, String> {
        let first = self.members.first().ok_or("a case needs a member")?;
        let mut cells = Vec::new();
        for person in self.members.iter().chain(self.obligors.iter().filter(|obligor| obligor.asked)) {
            for (source, speaks_for) in DEPARTMENTS {
                cells.push(self.cell(&person.reference, source, speaks_for)?);
            }
        }
        let mut records = Vec::new();
        for (position, given) in self.records.iter().enumerate() {
            records.push(given.attributed(position)?);
        }
        for row in self.registered() {
            records.push(row.attributed(records.len())?);
        }
        Ok(Evidence {
            purpose: self.purpose,
            region: Region(self.region.clone()),
            as_of: self.as_of,
            registered_as: self.registered_as,
            applicant: MemberRef(first.reference.clone()),
            members: self.members.iter().map(Person::facts).collect(),
            obligors: self
                .obligors
                .iter()
                .map(|o| ObligorFacts {
                    person: o.facts(),
                    obliged_to: MemberRef(first.reference.clone()),
                    support: o.support,
                })
                .collect(),
            cells,
            records,
        })
    }

    /// The rows of the household register that a case need not give: of every member whom it is to know, where it is not given and has
    /// spoken.
    fn registered(&self) -> impl Iterator<Item = Given> {
        let not_heard = |member: &str| {
            let named = |name: &String| name == REGISTER || *name == format!("{member}/{REGISTER}");
            [&self.silent, &self.skipped, &self.pending].into_iter().flatten().any(named)
        };
        let left_out = move |member: &&Person| {
            let member = &member.reference;
            let given = self.records.iter().any(|record| record.of == *member && record.from == REGISTER);
            !given && !not_heard(member) && !self.withdrawn.contains(member) && !self.unregistered.contains(member)
        };
        self.members.iter().filter(left_out).map(|member| Given {
            of: member.reference.clone(),
            from: REGISTER.to_owned(),
            number: Some(format!("registered/{}", member.reference)),
            verdict: Verdict::Match,
            subject: Subject::default(),
            detail: Detail::Registration {
                book: "registered".into(),
                relation: None,
                registered: None,
                status: RegistrationStatus::Current,
                died_on: None,
                moved_on: None,
            },
        })
    }

    fn cell(&self, member: &str, source: &str, speaks_for: &[InfoClass]) -> Result<Cell, String> {
        let named = |list: &[String]| list.iter().any(|name| name == source || *name == format!("{member}/{source}"));
        let given = self.records.iter().filter(|record| record.of == member && record.from == source).count();
        let own = given + self.registered().filter(|row| row.of == member && row.from == source).count();
        let outcome = if self.withdrawn.iter().any(|name| name == member) {
            CellOutcome::Skipped { why: Skip::Withdrawn }
        } else if named(&self.silent) {
            CellOutcome::Unavailable { why: Failure::Timeout }
        } else if named(&self.skipped) {
            CellOutcome::Skipped { why: Skip::NotNeededForPurpose }
        } else if named(&self.pending) {
            CellOutcome::Pending
        } else if own > 0 {
            CellOutcome::Found { records: u32::try_from(own).unwrap_or(u32::MAX) }
        } else {
            CellOutcome::NoRecord { reach: Reach { coverage: Coverage::County, as_of: None } }
        };
        Ok(Cell {
            member: MemberRef(member.to_owned()),
            source: SourceKey::new(source)?,
            speaks_for: speaks_for.to_vec(),
            outcome,
            asked_on: None,
            answered_on: None,
        })
    }
}

impl Person {
    fn facts(&self) -> MemberFacts {
        MemberFacts {
            reference: MemberRef(self.reference.clone()),
            relation: Relation(self.relation.clone()),
            birth_date: Some(self.born),
            sex: self.sex,
            can_work: self.can_work,
            self_care_lost: self.self_care_lost,
            absence: self.absence,
            declared: Declared { income: self.income.clone(), property: self.property.clone() },
        }
    }
}

impl Given {
    fn attributed(&self, position: usize) -> Result<Attributed, String> {
        if !DEPARTMENTS.iter().any(|(key, _)| *key == self.from) {
            return Err(format!("record {}: unknown department {}", position + 1, self.from));
        }
        Ok(Attributed {
            member: MemberRef(self.of.clone()),
            source: SourceKey::new(self.from.clone())?,
            record: Record {
                number: self.number.clone().unwrap_or_else(|| format!("{}", position + 1)),
                subject: self.subject.clone(),
                detail: self.detail.clone(),
                as_of: None,
            },
            verdict: self.verdict,
            reasons: Vec::new(),
            weight_centibits: 0,
            probability_ppm: 1_000_000,
            reviewed: None,
        })
    }
}
