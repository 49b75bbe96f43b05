//! What is open, as a level that shows no records may say it: which department is silent, or that a person has to settle something.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::{Body, Words};
use crate::household::{MemberRef, SourceKey};
use crate::policy::assessment::Finding;
use crate::policy::class_named;
use crate::policy::pack::spec;

/// What is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenMatter {
    /// Its kind.
    pub matter: Matter,
    /// The department, where it is silent or was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// The department's item, the class of information, or the parameter that the county has to set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Words>,
    /// The member, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberRef>,
}

/// Kinds of open matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OpenMatterKind)]
pub enum Matter {
    /// A department has not answered, or not in full.
    Department,
    /// Nobody was asked about a class of information.
    NotAsked,
    /// A department was not asked.
    DepartmentNotAsked,
    /// A member took the authorisation back: nobody is asked about them any more.
    Withdrawn,
    /// Who belongs to the household.
    Household,
    /// Whether a record is a member's.
    Review,
    /// What the obligors can pay.
    Obligors,
    /// The person's own application.
    OwnApplication,
    /// A parameter the county has not set.
    Parameter,
    /// How a rule is read.
    Rule,
    /// What the family declared and what was found differ: it is to be heard.
    Declared,
    /// Something found that an officer should look at.
    Finding,
    /// Something an officer has to settle: a reading of the law, a value, a declared thing that no department knows.
    Officer,
}

impl Matter {
    /// In Chinese and English.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Department => ("该部门尚未反馈或反馈不全", "has not answered, or not in full"),
            Self::DepartmentNotAsked => ("未向该部门查询", "was not asked"),
            Self::Withdrawn => ("授权已撤回，未再查询", "the authorisation was withdrawn: nobody is asked any more"),
            Self::NotAsked => ("没有查询掌握该类信息的部门", "no department was asked about it"),
            Self::Household => ("共同生活成员有待核定", "who belongs to the household is for the officer to settle"),
            Self::Review => ("有记录是否属于本人待人工核实", "whether a record is theirs is for a person to settle"),
            Self::Obligors => ("义务人的履行能力不明", "what the obligors can pay is not known"),
            Self::OwnApplication => ("须由本人单独提出申请", "an application of the person's own"),
            Self::Parameter => ("县级尚未设定", "not set by the county yet"),
            Self::Rule => ("规定如何适用有待核定", "how a rule applies is for the officer to settle"),
            Self::Declared => ("申报与核对不一致，待说明", "declared and found differ: to be heard"),
            Self::Finding => ("有核对发现须由工作人员查看", "a finding for the officer to look at"),
            Self::Officer => ("须由工作人员核定", "for the officer to settle"),
        }
    }
}

impl OpenMatter {
    /// Everything open in a body, each once: what leaves an outcome open, then what the family is heard on and an officer looks at.
    pub(super) fn all(body: &Body) -> Vec<Self> {
        let open = body.open_facts.iter().map(|open| Self::of(body, &open.fact));
        let differ = body.declared.iter().filter(|line| !line.agrees());
        let declared = differ.map(|line| Self::about(Matter::Declared, Some(&line.member)));
        let findings = body.findings.iter().filter(|finding| finding.code != Finding::DISCREPANCY);
        let found = findings.map(|finding| Self::about(Matter::Finding, finding.member.as_ref()));
        let mut all: Vec<Self> = Vec::new();
        for matter in open.chain(declared).chain(found) {
            if !all.contains(&matter) {
                all.push(matter);
            }
        }
        all
    }

    fn about(matter: Matter, member: Option<&MemberRef>) -> Self {
        Self { matter, source: None, title: None, member: member.cloned() }
    }

    /// An open fact without the record or the finding that it names.
    pub(super) fn of(body: &Body, fact: &str) -> Self {
        let (kind, about) = fact.split_once(':').unwrap_or((fact, ""));
        let matter = match kind {
            "source" => Matter::Department,
            "not_asked" => Matter::DepartmentNotAsked,
            "withdrawn" => Matter::Withdrawn,
            "no_source" => Matter::NotAsked,
            "undeclared_spouse" | "unknown_member" | "extra_registrant" | "household_size" | "applicant" => {
                Matter::Household
            }
            "review" => Matter::Review,
            "support" | "obligors" => Matter::Obligors,
            "own_application" => Matter::OwnApplication,
            "parameter" => Matter::Parameter,
            "successor_rule" => Matter::Rule,
            _ => Matter::Officer,
        };
        let line = matches!(matter, Matter::Department | Matter::DepartmentNotAsked)
            .then(|| body.sources.iter().find(|line| line.source.as_str() == about))
            .flatten();
        let named_so = match matter {
            Matter::Parameter => spec(about).map(|spec| (spec.zh, spec.en)),
            Matter::NotAsked => class_named(about),
            _ => None,
        };
        let title = line.map(|line| line.title.clone());
        let named = matches!(matter, Matter::Review | Matter::Officer | Matter::Withdrawn);
        let who = about.split('/').next().unwrap_or("");
        let member = body.household.members.iter().find(|person| named && person.reference.as_str() == who);
        Self {
            matter,
            source: line.map(|line| line.source.clone()),
            title: title.or_else(|| named_so.map(|(zh, en)| Words::new(zh, en))),
            member: member.map(|person| person.reference.clone()),
        }
    }
}
