//! What decides: the facts and sources that leave something open, most decisive first.

use super::assessment::{OpenFact, Treatment};
use super::drafts::PropertyDraft;
use super::silence::{ALL, Classes, classes_of};
use super::totals::Sums;
use crate::household::{Fen, InfoClass, Verdict};

/// An open fact with its classes as a set.
pub(super) struct Fact {
    pub fact: OpenFact,
    pub classes: Classes,
}

impl Fact {
    fn new(fact: String, classes: Classes, zh: &str, en: &str) -> Self {
        let listed = classes.iter().collect();
        Self { fact: OpenFact { fact, classes: listed, zh: zh.to_owned(), en: en.to_owned() }, classes }
    }
}

/// Everything open: people, sources (the widest first), reviews, open readings.
pub(super) fn facts(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let mut facts = people(sums);
    facts.extend(sources(sums));
    facts.extend(uncovered(sums));
    facts.extend(reviews(sums));
    facts.extend(readings(sums));
    facts
}

fn people(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let household = Classes::HOUSEHOLD;
    for (member, _) in &sums.size.undeclared_spouses {
        let name = format!("undeclared_spouse:{member}");
        facts.push(Fact::new(
            name,
            household,
            "婚姻登记中的配偶未申报为家庭成员",
            "A registered spouse was not declared",
        ));
    }
    if !sums.size.extra_registrants.is_empty() {
        let (zh, en) = ("户口簿上有未申报的人员", "The household book holds people who were not declared");
        facts.push(Fact::new("extra_registrant".to_owned(), household, zh, en));
    }
    if sums.size.members == 0 {
        let (zh, en) = ("没有可计的家庭成员", "Nobody counts as a member");
        facts.push(Fact::new("household_size".to_owned(), household, zh, en));
    }
    facts
}

fn sources(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let mut by_source: Vec<(&str, Classes)> = Vec::new();
    for (cell, classes) in &sums.silence.cells {
        let key = cell.source.as_str();
        match by_source.iter_mut().find(|(other, _)| *other == key) {
            Some((_, all)) => *all = all.with(*classes),
            None => by_source.push((key, *classes)),
        }
    }
    by_source.retain(|(_, classes)| classes.count() > 0);
    by_source.sort_by_key(|(key, classes)| (std::cmp::Reverse(classes.count()), *key));
    let made = |(key, classes): (&str, Classes)| {
        Fact::new(
            format!("source:{key}"),
            classes,
            "该部门尚未反馈或反馈不全",
            "This department has not answered, or not in full",
        )
    };
    by_source.into_iter().map(made).collect()
}

fn uncovered(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let missing = sums.silence.uncovered.iter().fold(Classes::default(), |all, classes| all.with(*classes));
    ALL.into_iter()
        .filter(|class| missing.meets(Classes::of(&[*class])))
        .map(|class| {
            let name = format!("no_source:{}", class_word(class));
            Fact::new(name, Classes::of(&[class]), "没有查询这类信息的部门", "No department was asked about this")
        })
        .collect()
}

fn class_word(class: InfoClass) -> &'static str {
    match class {
        InfoClass::Wage => "wage",
        InfoClass::Business => "business",
        InfoClass::PropertyIncome => "property_income",
        InfoClass::Transfer => "transfer",
        InfoClass::Financial => "financial",
        InfoClass::Vehicle => "vehicle",
        InfoClass::RealEstate => "real_estate",
        InfoClass::Company => "company",
        InfoClass::Medical => "medical",
        InfoClass::Education => "education",
        InfoClass::Disability => "disability",
        InfoClass::Household => "household",
    }
}

fn reviews(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let evidence = sums.case.evidence;
    let mut facts: Vec<Fact> = evidence
        .records
        .iter()
        .filter(|row| row.verdict == Verdict::Review && evidence.members.iter().any(|m| m.reference == row.member))
        .map(|row| {
            let name = format!("review:{}", row.key());
            Fact::new(
                name,
                classes_of(&row.record.detail),
                "该记录是否属于本人待人工核实",
                "Whether this record is theirs is for a person to settle",
            )
        })
        .collect();
    facts.sort_by(|a, b| a.fact.fact.cmp(&b.fact.fact));
    facts.dedup_by(|a, b| a.fact.fact == b.fact.fact);
    facts
}

fn readings(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    if successor_matters(sums) {
        let (zh, en) = (
            "2025-12-31 之后基础养老金是否计入收入",
            "Whether the basic part of the residents' pension is income after 2025-12-31",
        );
        facts.push(Fact::new("successor_rule".to_owned(), Classes::of(&[InfoClass::Transfer]), zh, en));
    }
    let open = sums.property.iter().filter(|draft| draft.line.treatment == Treatment::Open || draft.most.is_none());
    facts.extend(open.filter_map(property_reading));
    facts.extend(sums.property.iter().filter_map(told_twice));
    facts
}

/// An account with the contents of another one, which may be the same.
fn told_twice(draft: &PropertyDraft) -> Option<Fact> {
    let in_doubt = draft.line.treatment == Treatment::Duplicate && draft.most.is_some_and(|most| most.0 > 0);
    let (source, record) = (draft.line.source.as_ref()?, draft.line.record.as_ref()?);
    let name = format!("twice:{}/{source}/{record}", draft.line.member);
    let (zh, en) = (
        "两条相同的账户记录是否为同一账户待核定",
        "Whether two equal records are one account is for the officer to settle",
    );
    in_doubt.then(|| Fact::new(name, Classes::of(&[InfoClass::Financial]), zh, en))
}

fn property_reading(draft: &PropertyDraft) -> Option<Fact> {
    use crate::household::PropertyClass as P;
    let (class, word, zh, en) = match draft.line.class {
        P::Financial => (
            InfoClass::Financial,
            "threshold",
            "银行只答复是否超限，未告知余额",
            "A bank told only whether the balance is over its limit",
        ),
        P::Vehicle => (
            InfoClass::Vehicle,
            "judgement",
            "车辆是否为必需财产待核定",
            "Whether the vehicle is necessary is for the officer to settle",
        ),
        P::Company => (
            InfoClass::Company,
            "judgement",
            "企业实缴资本或雇工情况待核定",
            "Paid-in capital or employees of the firm are for the officer to settle",
        ),
        P::RealEstate | P::Other => return None,
    };
    let (source, record) = (draft.line.source.as_ref()?, draft.line.record.as_ref()?);
    Some(Fact::new(format!("{word}:{}/{source}/{record}", draft.line.member), Classes::of(&[class]), zh, en))
}

/// Whether an income line between two readings of the law straddles a line of the screening table as things stand.
fn successor_matters(sums: &Sums<'_, '_>) -> bool {
    let open: Fen = sums
        .income
        .iter()
        .filter(|draft| draft.line.treatment == Treatment::Open)
        .filter_map(|draft| Some(draft.line.counted_at_most? - draft.line.counted))
        .sum();
    if open.0 == 0 {
        return false;
    }
    let income: Fen = sums.income.iter().map(|draft| draft.line.counted).sum();
    let deducted: Fen = sums.deductions.iter().map(|draft| draft.line.amount).sum();
    let low = (income - deducted).at_least_zero();
    let high = (income + open - deducted).at_least_zero();
    let line = sums.case.standard_yearly().mul_ratio(i64::from(sums.size.members), 1);
    let marginal = sums.case.rules.marginal_multiple.value.of(line);
    [line, marginal].into_iter().any(|limit| low < limit && limit <= high)
}

/// The first fact that could decide something about these classes.
pub(super) fn decides(facts: &[Fact], classes: Classes) -> Option<String> {
    facts.iter().find(|fact| fact.classes.meets(classes)).map(|fact| fact.fact.fact.clone())
}
