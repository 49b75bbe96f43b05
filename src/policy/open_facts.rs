//! What decides: the facts and sources that leave something open, most decisive first.

use super::assessment::{OpenFact, Treatment};
use super::drafts::{IncomeDraft, PropertyDraft};
use super::pack::StandardKind;
use super::silence::{ALL, Classes, classes_of};
use super::totals::{Reckoned, Sums};
use crate::household::{
    Cell, CellOutcome, Detail, Evidence, Fen, IncomeClass, InfoClass, PropertyClass, Skip, Verdict,
};

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

    /// One of a kind that says the same of whatever it is about.
    fn of_kind(kind: &str, about: &str, classes: Classes) -> Self {
        let name = format!("{kind}:{about}");
        let (zh, en) = words_of(&name).unwrap_or_default();
        Self::new(name, classes, zh, en)
    }
}

/// The fact about an applicant of whom too little is known to be judged.
pub(super) const APPLICANT: &str = "applicant";

/// What a fact of these kinds says, whatever it is about: a report names the fact and leaves the words to its reader.
#[must_use]
pub fn words_of(fact: &str) -> Option<(&'static str, &'static str)> {
    let (kind, _) = fact.split_once(':')?;
    match kind {
        "source" => Some(("该部门尚未反馈或反馈不全", "This department has not answered, or not in full")),
        "not_asked" => Some(("未向该部门查询", "This department was not asked")),
        "withdrawn" => Some((
            "授权已撤回，未再查询",
            "The authorisation was withdrawn: nobody is asked about this person any more",
        )),
        "unknown_member" => Some((
            "已答复的部门均无可确认属于此人的记录，请核实姓名和证件号码",
            "No department that answered has a record that is certainly this person's: check the name and the document number",
        )),
        "undeclared_spouse" => Some(("婚姻登记中的配偶未申报为家庭成员", "A registered spouse was not declared")),
        "review" => Some(("该记录是否属于本人待人工核实", "Whether this record is theirs is for a person to settle")),
        _ => None,
    }
}

/// Everything open: people, who withdrew, sources (the widest first), reviews, open readings.
pub(super) fn facts(sums: &Sums<'_, '_>, totals: &Reckoned, evidence: &Evidence) -> Vec<Fact> {
    let mut facts = people(sums);
    facts.extend(withdrawn(sums));
    facts.extend(sources(sums));
    facts.extend(uncovered(sums));
    facts.extend(reviews(evidence));
    facts.extend(readings(sums, totals));
    facts
}

fn people(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let household = Classes::HOUSEHOLD;
    // whatever was answered about somebody whom nobody knows is about nobody
    facts.extend(
        sums.size.unlike.unknown.iter().map(|member| Fact::of_kind("unknown_member", member.as_str(), Classes::ALL)),
    );
    for (member, _) in &sums.size.unlike.spouses {
        facts.push(Fact::of_kind("undeclared_spouse", member.as_str(), household));
    }
    if !sums.size.unlike.registrants.is_empty() {
        let (zh, en) = ("户口簿上有未申报的人员", "The household book holds people who were not declared");
        facts.push(Fact::new("extra_registrant".to_owned(), household, zh, en));
    }
    if sums.size.contradicted.is_some() {
        let (zh, en) = (
            "户籍登记的城乡类别与申请不一致，适用标准待核定",
            "The register and the request differ on urban or rural: which standard applies is for the officer to settle",
        );
        facts.push(Fact::new("registration_kind".to_owned(), household, zh, en));
    }
    let case = sums.case;
    if case.applicant().is_none_or(|person| person.facts.birth_date.is_none()) {
        let (zh, en) = (
            "申请人不计为家庭成员，或出生日期不详，须由工作人员核定",
            "The applicant does not count as a member, or the birth date is not known: for the officer to settle",
        );
        facts.push(Fact::new(APPLICANT.to_owned(), Classes::default(), zh, en));
    }
    if sums.size.members == 0 {
        let (zh, en) = ("没有可计的家庭成员", "Nobody counts as a member");
        facts.push(Fact::new("household_size".to_owned(), household, zh, en));
    }
    facts
}

/// Members whose authorisation was taken back: no department is to blame for what is not known of them.
fn withdrawn(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let cells = sums.silence.cells.iter().filter(|(cell, _)| why_silent(cell) == WITHDRAWN);
    let of_member = gathered(cells.map(|(cell, classes)| ((WITHDRAWN, cell.member.as_str()), *classes)));
    of_member.into_iter().map(|((kind, member), classes)| Fact::of_kind(kind, member, classes)).collect()
}

/// Departments that have not answered, and those that were not asked.
fn sources(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let cells = sums.silence.cells.iter().map(|(cell, classes)| ((why_silent(cell), cell.source.as_str()), *classes));
    let mut of_source = gathered(cells.filter(|((kind, _), _)| *kind != WITHDRAWN));
    of_source.retain(|(_, classes)| classes.count() > 0);
    of_source
        .sort_by_key(|((kind, key), classes)| (std::cmp::Reverse(classes.count()), *key, std::cmp::Reverse(*kind)));
    of_source.into_iter().map(|((kind, key), classes)| Fact::of_kind(kind, key, classes)).collect()
}

const WITHDRAWN: &str = "withdrawn";

/// The kind of fact that a cell which has not spoken is.
fn why_silent(cell: &Cell) -> &'static str {
    match cell.outcome {
        CellOutcome::Skipped { why: Skip::Withdrawn } => WITHDRAWN,
        CellOutcome::Skipped { .. } => "not_asked",
        _ => "source",
    }
}

/// Classes by what they are open for, each once, in the order in which they come.
fn gathered<K: PartialEq>(open: impl Iterator<Item = (K, Classes)>) -> Vec<(K, Classes)> {
    let mut all: Vec<(K, Classes)> = Vec::new();
    for (what, classes) in open {
        match all.iter_mut().find(|(other, _)| *other == what) {
            Some((_, known)) => *known = known.with(classes),
            None => all.push((what, classes)),
        }
    }
    all
}

fn uncovered(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let missing = sums.silence.uncovered();
    ALL.into_iter()
        .filter(|class| missing.meets(Classes::of(&[*class])))
        .map(|class| {
            let name = format!("no_source:{}", class_word(class));
            let (zh, en) = class_name(class);
            let (zh, en) = (format!("没有查询掌握{zh}信息的部门"), format!("No department was asked about {en}"));
            Fact::new(name, Classes::of(&[class]), &zh, &en)
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

/// What a class of information is called, by the word that a fact `no_source:` names it by.
#[must_use]
pub fn class_named(word: &str) -> Option<(&'static str, &'static str)> {
    ALL.into_iter().find(|class| class_word(*class) == word).map(class_name)
}

fn class_name(class: InfoClass) -> (&'static str, &'static str) {
    match class {
        InfoClass::Wage => ("工资性收入", "wages"),
        InfoClass::Business => ("经营净收入", "business income"),
        InfoClass::PropertyIncome => ("财产净收入", "income from property"),
        InfoClass::Transfer => ("转移净收入", "transfers"),
        InfoClass::Financial => ("金融资产", "financial property"),
        InfoClass::Vehicle => ("机动车", "vehicles"),
        InfoClass::RealEstate => ("不动产", "real estate"),
        InfoClass::Company => ("市场主体", "firms"),
        InfoClass::Medical => ("医疗支出", "medical expense"),
        InfoClass::Education => ("就学", "schooling"),
        InfoClass::Disability => ("残疾", "disability"),
        InfoClass::Household => ("家庭成员", "who belongs to the household"),
    }
}

fn reviews(evidence: &Evidence) -> Vec<Fact> {
    let mut facts: Vec<Fact> = evidence
        .records
        .iter()
        .filter(|row| row.verdict == Verdict::Review && evidence.members.iter().any(|m| m.reference == row.member))
        .map(|row| Fact::of_kind("review", &row.key(), classes_of(&row.record.detail)))
        .collect();
    facts.sort_by(|a, b| a.fact.fact.cmp(&b.fact.fact));
    facts.dedup_by(|a, b| a.fact.fact == b.fact.fact);
    facts
}

fn readings(sums: &Sums<'_, '_>, totals: &Reckoned) -> Vec<Fact> {
    let mut facts = Vec::new();
    if successor_matters(sums, totals) {
        let (zh, en) = (
            "2025年12月31日之后基础养老金是否计入收入",
            "Whether the basic part of the residents' pension is income after 31 December 2025",
        );
        facts.push(Fact::new("successor_rule".to_owned(), Classes::of(&[InfoClass::Transfer]), zh, en));
    }
    facts.extend(sums.support.iter().filter(|support| support.is_open()).map(|support| {
        let (zh, en) = ("义务人的给付能力或给付数额不明", "What an obligor can pay, or pays, is not known");
        Fact::new(format!("support:{}", support.reference()), Classes::TRANSFER, zh, en)
    }));
    facts.extend(sums.income.iter().filter_map(wage_reading));
    let open = sums.property.iter().filter(|draft| draft.line.treatment == Treatment::Open || draft.most.is_none());
    facts.extend(open.filter_map(property_reading));
    facts.extend(declared_things(sums));
    facts.extend(told_twice(sums));
    facts
}

/// A wage that may be another one than the one counted, or of which not every month is known.
fn wage_reading(draft: &IncomeDraft<'_>) -> Option<Fact> {
    let open = draft.line.class == IncomeClass::Wage && draft.line.counted_at_most.is_some();
    let (source, record) = (draft.line.source?, draft.line.records.first()?);
    let (zh, en) = (
        "该工资是否另一份工作、发放了几个月待核定",
        "Whether this wage is another job's, and for how many months it was paid, is for the officer to settle",
    );
    let name = format!("wage:{}/{source}/{record}", draft.line.member);
    open.then(|| Fact::new(name, Classes::of(&[InfoClass::Wage]), zh, en))
}

/// Houses, vehicles and firms that only the family knows of.
fn declared_things(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let declared = sums.property.iter().filter(|draft| draft.line.source.is_none() && draft.count_most > 0);
    declared
        .filter_map(|draft| {
            let (class, word, zh, en) = match draft.line.class {
                PropertyClass::Vehicle => (InfoClass::Vehicle, "vehicle", "申报的车辆", "declared vehicle"),
                PropertyClass::RealEstate => (InfoClass::RealEstate, "real_estate", "申报的房屋", "declared house"),
                PropertyClass::Company => (InfoClass::Company, "company", "申报的企业", "declared firm"),
                PropertyClass::Financial | PropertyClass::Other => return None,
            };
            let name = format!("declared_{word}:{}", draft.line.member);
            let zh = format!("{zh}没有部门记录，须由工作人员核定");
            let en = format!("No department knows the {en}: for the officer to settle");
            Some(Fact::new(name, Classes::of(&[class]), &zh, &en))
        })
        .collect()
}

/// Records with the contents of another one, which may be the same bill, account or thing, or a second one.
fn told_twice(sums: &Sums<'_, '_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    for person in sums.case.members() {
        for item in person.counting().filter(|item| item.echo) {
            let key = (person.reference(), item.source, item.number);
            let income = sums.income.iter().any(|draft| {
                let own = (draft.line.member, draft.line.source, draft.line.records.first());
                own == (key.0, Some(key.1), Some(key.2)) && (draft.least.0 < 0 || draft.most.0 > 0)
            });
            let property = sums.property.iter().any(|draft| {
                let own = (draft.line.member, draft.line.source, draft.line.record);
                own == (key.0, Some(key.1), Some(key.2)) && (draft.count_most > 0 || draft.most != Some(Fen::ZERO))
            });
            let bill = matches!(item.detail(), Detail::MedicalCost { settled_on, self_paid, .. }
                if self_paid.0 != 0 && sums.case.window.has(*settled_on));
            if income || property || bill {
                let name = format!("twice:{}/{}/{}", key.0, key.1, key.2);
                let (zh, en) = (
                    "两条内容相同的记录是否为同一笔待核定",
                    "Whether two equal records are one is for the officer to settle",
                );
                facts.push(Fact::new(name, classes_of(item.detail()), zh, en));
            }
        }
    }
    facts
}

fn property_reading(draft: &PropertyDraft<'_>) -> Option<Fact> {
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
    let (source, record) = (draft.line.source?, draft.line.record?);
    Some(Fact::new(format!("{word}:{}/{source}/{record}", draft.line.member), Classes::of(&[class]), zh, en))
}

/// Whether two readings of the law lead to different sides of a line of the screening table, as far as is known.
fn successor_matters(sums: &Sums<'_, '_>, totals: &Reckoned) -> bool {
    let rules = sums.case.rules;
    let basic = rules.not_income_basic_pension.latest();
    let mut open = sums.income.iter().filter(|draft| draft.line.ground.is_of(basic));
    if !open.any(|draft| draft.line.counted_at_most.is_some()) {
        return false;
    }
    let heads = i64::from(sums.size.members);
    let line = sums.case.standard_yearly().mul_ratio(heads, 1);
    let disposable = match sums.case.standard_kind() {
        StandardKind::Urban => &rules.disposable_urban,
        StandardKind::Rural => &rules.disposable_rural,
    };
    let disposable = disposable.as_ref().map(|limit| limit.value.mul_ratio(heads, 1));
    let net = &totals.net_income;
    let straddled = |limit: Fen| net.at_least < limit && net.at_most.is_none_or(|most| limit <= most);
    let spent = &totals.rigid_spending;
    let income = &totals.income;
    let by_share = rules.rigid_ratio.as_ref().is_some_and(|ratio| {
        spent.at_most.is_none_or(|most| ratio.value.exceeded_by(most, income.at_least))
            && !income.at_most.is_some_and(|most| ratio.value.exceeded_by(spent.at_least, most))
    });
    // 年自付医疗费超过上年家庭收入: what one member's illness cost beside the household's income
    let by_illness = rules.single_self_paid.value
        && sums.case.people.iter().zip(sums.illness).any(|(person, illness)| {
            person.is_member()
                && illness.most() > income.at_least
                && income.at_most.is_none_or(|most| illness.least() <= most)
        });
    by_share
        || by_illness
        || [Some(line), Some(rules.marginal_multiple.value.of(line)), disposable].into_iter().flatten().any(straddled)
}

/// The first fact that could decide something about these classes.
pub(super) fn decides(facts: &[Fact], classes: Classes) -> Option<String> {
    facts.iter().find(|fact| fact.classes.meets(classes)).map(|fact| fact.fact.fact.clone())
}
