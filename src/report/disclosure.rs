//! Who may read what: the applicant's copy is the officer's with everything about third people taken out.
//!
//! The audit leaf holds the hash of the officer's body. An applicant's copy names the same number and version but is another document.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, CopyFor};
use super::provenance::canonical_bytes;
use super::view::Whole;
use crate::household::{Fen, MemberRef, SourceKey};
use crate::policy::assessment::{Comparison, DeclaredLine, Treatment};

/// Which copy of a report is handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportCopy {
    /// 经办件: everything that the caller's level shows.
    #[default]
    Officer,
    /// 申请人件: nothing about third people.
    Applicant,
    /// 公示摘要: [`super::public_notice`].
    Notice,
}

impl ReportCopy {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Officer, Self::Applicant, Self::Notice];

    /// As one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Applicant => "applicant",
            Self::Notice => "notice",
        }
    }

    /// By its word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|copy| copy.as_str() == word)
    }
}

/// The form of an applicant's copy this build writes.
pub const COPY_FORMAT: &str = "hedui-applicant-copy/1";

/// The applicant's copy as a document: the report it is of by name and hash, and what the applicant may read of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicantCopy {
    /// Form of this document: `hedui-applicant-copy/1`.
    pub format: String,
    /// The whole report; the log's entry holds the hash of its body.
    pub of: Whole,
    /// What the applicant may read.
    pub body: Body,
}

impl ApplicantCopy {
    /// The copy of a report.
    #[must_use]
    pub fn of(body: &Body) -> Self {
        Self { format: COPY_FORMAT.to_owned(), of: Whole::of(body), body: applicant_copy(body) }
    }

    /// RFC 8785 canonical JSON.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        canonical_bytes(self)
    }
}

/// The applicant's copy: no obligors, no undeclared spouse or other officer-only finding, no record that may be somebody else's.
#[must_use]
pub fn applicant_copy(body: &Body) -> Body {
    let mut copy = body.clone();
    copy.copy_for = CopyFor::Applicant;
    let members: Vec<MemberRef> = body.household.members.iter().map(|person| person.reference.clone()).collect();
    let is_member = |who: &MemberRef| members.contains(who);
    // however the rules treat it: what somebody owned who has died is set aside, and may be another's all the same
    let is_held = |source: Option<&SourceKey>, records: &[String]| {
        let mut held = body.held_for_review.iter();
        held.any(|one| source == Some(&one.source) && records.contains(&one.record))
    };

    copy.household.obligors.clear();
    copy.household.registered.clear();
    for found in &mut copy.household.found {
        found.undeclared_spouse = false;
        found.extra_registrants = false;
        found.marital = None;
    }
    for source in &mut copy.sources {
        for cell in &mut source.cells {
            cell.members.retain(is_member);
        }
        source.cells.retain(|cell| !cell.members.is_empty());
    }
    copy.income.retain(|line| {
        let held = line.treatment == Treatment::HeldForReview || is_held(line.source.as_ref(), &line.records);
        is_member(&line.member) && !held
    });
    for line in copy.income.iter_mut().filter(|line| line.item_zh == SUPPORT) {
        // what it was reckoned from is the obligor's
        line.computation = String::new();
        line.counted_at_most = None;
    }
    copy.deductions.retain(|line| is_member(&line.member) && !is_held(line.source.as_ref(), &line.records));
    copy.property.retain(|line| {
        let held = line.treatment == Treatment::HeldForReview || is_held(line.source.as_ref(), line.record.as_slice());
        is_member(&line.member) && !held
    });
    copy.declared.retain(|line| is_member(&line.member));
    let has_held = |line: &&mut DeclaredLine| body.held_for_review.iter().any(|held| held.member == line.member);
    for line in copy.declared.iter_mut().filter(has_held) {
        // how far it may go is what a record says that may be another's
        (line.found_between, line.found_count_at_most) = (None, None);
        if line.comparison == Comparison::Undetermined {
            line.found.take_if(|found| *found == Fen::ZERO);
            line.found_count.take_if(|found| *found == 0);
        }
    }
    copy.findings.retain(|finding| !finding.officer_only && finding.member.as_ref().is_none_or(&is_member));
    let hidden = hidden_facts(body, &members);
    copy.open_facts.retain(|fact| !hidden.contains(&fact.fact));
    for outcome in &mut copy.screening {
        outcome.decides.take_if(|decides| hidden.contains(decides));
    }
    copy.alerts.retain(|alert| is_member(&alert.member));
    copy.held_for_review.clear();
    copy.set_aside.clear();
    copy.provenance.records.retain(|who, _| members.iter().any(|member| member.0 == *who));
    copy.keep_cited_grounds();
    copy
}

/// The income line that rests on what an obligor earns.
const SUPPORT: &str = crate::policy::assessment::SUPPORT_ZH;

/// Open facts that name a third person or a record under review.
fn hidden_facts(body: &Body, members: &[MemberRef]) -> Vec<String> {
    let names_third = |fact: &str| {
        fact.starts_with("review:")
            || body.held_for_review.iter().any(|held| fact.ends_with(&format!("/{}/{}", held.source, held.record)))
            || fact.starts_with(super::household::UNDECLARED_SPOUSE)
            || fact.starts_with(super::household::EXTRA_REGISTRANT)
            || body.household.obligors.iter().any(|o| fact.contains(o.person.reference.as_str()))
                && !members.iter().any(|m| fact.contains(m.as_str()))
    };
    (body.open_facts.iter().map(|fact| &fact.fact))
        .chain(body.screening.iter().filter_map(|outcome| outcome.decides.as_ref()))
        .filter(|fact| names_third(fact))
        .cloned()
        .collect()
}
