//! Why something was treated as it was: a parameter with its law, in words a family can read.
//!
//! Words are made only when somebody will read them: the same rules judge one household for a report and a hundred thousand for
//! a comparison of packs.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::assessment::{Assessment, AssumedParameter, Basis, Ground};
use super::case::Case;
use super::pack::{self, KeySpec, Origin, Pack, Param};
use crate::household::{Evidence, IncomeClass, RegisteredAs};

/// A text that may not have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Text {
    Fixed(&'static str),
    Made(String),
}

impl Text {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fixed(text) => text,
            Self::Made(text) => text,
        }
    }

    pub fn into_cow(self) -> Cow<'static, str> {
        match self {
            Self::Fixed(text) => Cow::Borrowed(text),
            Self::Made(text) => Cow::Owned(text),
        }
    }
}

/// A rule and why it applies, before it is spelled out.
#[derive(Clone, Debug)]
pub(super) struct Reason<'a> {
    cites: Cites<'a>,
    zh: &'static str,
    en: &'static str,
    /// Words that name amounts or counts, instead of the fixed ones.
    made: Option<Box<(String, String)>>,
    /// Waits for a person's decision on whose record it is.
    pub held: bool,
}

/// What a reason rests on.
#[derive(Clone, Copy, Debug)]
enum Cites<'a> {
    Value(&'a Origin),
    /// The packs have no value.
    Missing(&'static str),
}

impl<'a> Reason<'a> {
    /// A rule for which the packs have no value.
    pub fn without_value(rule: &'static str, case: &Case<'_>, make: impl FnOnce() -> (String, String)) -> Self {
        Self { cites: Cites::Missing(rule), zh: "", en: "", made: case.traced.then(|| Box::new(make())), held: false }
    }

    pub fn rule(&self) -> &'static str {
        match self.cites {
            Cites::Value(origin) => origin.key,
            Cites::Missing(rule) => rule,
        }
    }

    fn law(&self) -> &'a str {
        match self.cites {
            Cites::Value(origin) => &origin.law,
            Cites::Missing(_) => Ground::NO_LAW,
        }
    }

    fn basis(&self) -> Basis {
        match self.cites {
            Cites::Value(origin) => origin.basis,
            Cites::Missing(_) => Basis::Assumed,
        }
    }

    /// Whether it is this parameter's.
    pub fn is_of<T>(&self, rule: &Param<T>) -> bool {
        matches!(self.cites, Cites::Value(origin) if origin.index == rule.origin.index)
    }

    pub fn spell_out(self) -> Ground {
        let (rule, law, basis) = (Cow::Borrowed(self.rule()), self.law().to_owned(), self.basis());
        let (mut zh, mut en) = match self.made {
            Some(made) => (Cow::Owned(made.0), Cow::Owned(made.1)),
            None => (Cow::Borrowed(self.zh), Cow::Borrowed(self.en)),
        };
        if self.held {
            zh = format!("待人工核实是否属于本人，暂不计入；如属本人：{zh}").into();
            en = format!(
                "Whether this record is theirs is for a person to settle; not counted until then. If it is: {en}"
            )
            .into();
        }
        Ground { rule, law, basis, zh, en }
    }
}

/// Alike for a reader.
impl PartialEq for Reason<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same_origin =
            matches!((self.cites, other.cites), (Cites::Value(one), Cites::Value(other)) if std::ptr::eq(one, other));
        let cites = || (self.rule(), self.law(), self.basis()) == (other.rule(), other.law(), other.basis());
        let words = || (self.held, self.zh, self.en, &self.made) == (other.held, other.zh, other.en, &other.made);
        (same_origin || cites()) && words()
    }
}

/// Turns a parameter into a reason.
pub(super) trait GroundOf {
    /// A reason that cites the parameter's law.
    fn ground(&self, zh: &'static str, en: &'static str) -> Reason<'_>;

    /// Words that name amounts or counts.
    fn ground_made(&self, case: &Case<'_>, make: impl FnOnce() -> (String, String)) -> Reason<'_>;
}

impl<T> GroundOf for Param<T> {
    #[inline]
    fn ground(&self, zh: &'static str, en: &'static str) -> Reason<'_> {
        Reason { cites: Cites::Value(&self.origin), zh, en, made: None, held: false }
    }

    #[inline]
    fn ground_made(&self, case: &Case<'_>, make: impl FnOnce() -> (String, String)) -> Reason<'_> {
        Reason { made: case.traced.then(|| Box::new(make())), ..self.ground("", "") }
    }
}

/// Parameters that every assessment uses, whatever its lines: how income is added up. What acts only through a record is cited by
/// that record's line; what guards the household and its screening, by their conditions.
const ALWAYS: &[&str] = &["income.window.months", "income.order"];

/// What a count of cars, firms or dwellings rests on.
const CARS: &[&str] = &["property.vehicle.cars"];
const FIRMS: &[&str] = &["property.company.capital_paid_up_to"];
const DWELLINGS: &[&str] = &["property.second_dwelling.area_per_head_below"];

/// Parameters that a rule rests on beside its own.
const RESTS_ON: &[(&str, &[&str])] = &[
    ("deduction.employment_cost.share", &["minimum_wage.monthly", "deduction.employment_cost.all_pay"]),
    ("deduction.employment_cost.share_disabled", &["minimum_wage.monthly", "deduction.employment_cost.all_pay"]),
    ("deduction.schooling.upper_secondary", &["deduction.schooling.ceiling", "deduction.schooling.less_aid"]),
    ("deduction.schooling.above", &["deduction.schooling.ceiling", "deduction.schooling.less_aid"]),
    ("deduction.illness.tiers", &["income.insurance_claims.against_illness"]),
    (
        "deduction.nutrition.share",
        &["deduction.nutrition.child_under", "deduction.nutrition.old_from", "deduction.nutrition.nursing_months"],
    ),
    (
        "amount.dibao.method",
        &[
            "amount.dibao.tiers",
            "amount.disabled_rise.share",
            "amount.disabled_rise.reading",
            "amount.disabled_rise.registered_as",
        ],
    ),
    (
        "screening.single.grade_up_to",
        &[
            "screening.single.mental_grade_up_to",
            "screening.single.self_paid_over_income",
            "screening.mental_categories",
        ],
    ),
    (
        "screening.tekun.old_from",
        &[
            "screening.tekun.child_under",
            "screening.tekun.mental_grade_up_to",
            "screening.tekun.limb_grade_up_to",
            "screening.tekun.sight_grade_up_to",
            "screening.mental_categories",
        ],
    ),
    ("not_income.tekun.social_insurance", &["not_income.tekun.basic_pension"]),
    ("property.dibao.cars", CARS),
    ("property.marginal.cars", CARS),
    ("property.tekun.cars", CARS),
    ("property.rigid.cars", CARS),
    ("property.dibao.companies", FIRMS),
    ("property.marginal.companies", FIRMS),
    ("property.tekun.companies", FIRMS),
    ("property.rigid.companies", FIRMS),
    ("property.dibao.dwellings", DWELLINGS),
    ("property.marginal.dwellings", DWELLINGS),
    ("property.tekun.dwellings", DWELLINGS),
    ("property.rigid.dwellings", DWELLINGS),
];

/// Parameters that no line cites, because they act on totals, comparisons or the choice of the standard.
fn unlisted(assessment: &Assessment, evidence: &Evidence) -> impl Iterator<Item = &'static str> {
    let silent = !assessment.totals.income.silent.is_empty();
    let declared = !assessment.declared.is_empty();
    let extra = assessment.findings.iter().any(|finding| finding.code == "extra_registrant");
    let applies = match evidence.registered_as {
        RegisteredAs::ResidencePermit => Some("standard.applies.residence_permit"),
        RegisteredAs::Visitor => Some("standard.applies.visitor"),
        RegisteredAs::Urban | RegisteredAs::Rural => None,
    };
    let costs =
        |class| assessment.income.iter().any(|line| line.class == class && line.gross.0 > 0 && line.reduced_by.0 > 0);
    let standing = [
        costs(IncomeClass::Wage).then_some("income.floor.wage"),
        costs(IncomeClass::Business).then_some("income.floor.business"),
        costs(IncomeClass::Property).then_some("income.floor.property"),
        costs(IncomeClass::Transfer).then_some("income.floor.transfer"),
        silent.then_some("income.transfers_paid.most_share"),
        extra.then_some("household.extra_registrant"),
        declared.then_some("declared.tolerance"),
        declared.then_some("income.declared.counted"),
        applies,
    ];
    standing.into_iter().flatten()
}

/// Positions of parameters in the catalogue, as bits.
#[derive(Default)]
struct Cited([u64; 4]);

impl Cited {
    fn add(&mut self, index: usize) -> bool {
        let (word, bit) = (index / 64, 1 << (index % 64));
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }

    fn has(&self, index: usize) -> bool {
        self.0[index / 64] & (1 << (index % 64)) != 0
    }
}

/// Of every parameter by its place in the catalogue, those it rests on.
static RESTS: LazyLock<Vec<Vec<usize>>> = LazyLock::new(|| {
    let of = |spec: &KeySpec| {
        let others = RESTS_ON.iter().find(|(rule, _)| *rule == spec.key).map_or(&[][..], |(_, others)| others);
        others.iter().filter_map(|key| pack::index_of(key)).collect()
    };
    pack::CATALOGUE.iter().map(of).collect()
});

/// The parameters behind an assessment that no published text backs, by key.
pub(super) fn assumed<'g>(
    assessment: &'g Assessment,
    grounds: impl Iterator<Item = &'g Ground>,
    evidence: &Evidence,
    pack: &Pack,
) -> Vec<AssumedParameter> {
    let mut cited = Cited::default();
    // of the screening of a roster nothing is added up
    if !evidence.purpose.is_screening() {
        for index in ALWAYS.iter().copied().chain(unlisted(assessment, evidence)).filter_map(pack::index_of) {
            cited.add(index);
        }
    }
    for ground in grounds {
        let Some(index) = pack::index_of(&ground.rule) else { continue };
        if cited.add(index) {
            for other in &RESTS[index] {
                cited.add(*other);
            }
        }
    }
    pack.assumed().iter().filter(|(index, _)| cited.has(*index)).map(|(_, parameter)| parameter.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_rest_on_is_in_the_catalogue() {
        let named = RESTS_ON.iter().flat_map(|(rule, others)| std::iter::once(rule).chain(*others));
        for key in named.chain(ALWAYS) {
            assert!(pack::spec(key).is_some(), "{key}");
        }
    }
}
