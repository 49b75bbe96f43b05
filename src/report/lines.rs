//! The assessment's lines as a report carries them: a rule that many lines cite is written once, under its name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::household::{Area, Fen, IncomeClass, MemberRef, PropertyClass, Purpose, SourceKey};
use crate::policy::assessment::{
    AmountLine, Assessment, Basis, Certainty, DeductionLine, Ground, IncomeLine, PropertyLine, Screening, Treatment,
};

/// An item of income: alike records of one member, source and payer together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncomeEntry {
    /// Whose.
    pub member: MemberRef,
    /// Class.
    pub class: IncomeClass,
    /// What it is.
    pub item_zh: String,
    /// In English, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_en: String,
    /// Source; missing when declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// Every record at the source that the line is the sum of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
    /// How it was added up.
    pub computation: String,
    /// Before any treatment, over the period.
    pub gross: Fen,
    /// Costs, tax and contributions taken off.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub reduced_by: Fen,
    /// Least that is counted.
    pub counted: Fen,
    /// Most that is counted, where an open reading differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_at_most: Option<Fen>,
    /// Treatment; `counted` where not said.
    #[serde(default = "counted", skip_serializing_if = "is_counted")]
    pub treatment: Treatment,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

fn counted() -> Treatment {
    Treatment::Counted
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_counted(treatment: &Treatment) -> bool {
    *treatment == Treatment::Counted
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_nothing(amount: &Fen) -> bool {
    *amount == Fen::ZERO
}

/// A deduction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeductionEntry {
    /// Whose.
    pub member: MemberRef,
    /// What: `illness`, `schooling`, …
    pub kind: String,
    /// In Chinese.
    pub item_zh: String,
    /// In English, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_en: String,
    /// Source it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// Records it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
    /// The expense or standard it is computed from.
    pub base: Fen,
    /// How.
    pub computation: String,
    /// Amount.
    pub amount: Fen,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

/// A thing owned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertyEntry {
    /// Whose.
    pub member: MemberRef,
    /// Class.
    pub class: PropertyClass,
    /// What it is.
    pub item_zh: String,
    /// In English, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_en: String,
    /// Source; missing when declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceKey>,
    /// Record number at the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// Value of the share owned, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Fen>,
    /// Area of the share owned, of immovables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Counted value.
    pub counted: Fen,
    /// Whether it counts against the limit on the number of such things.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counts: bool,
    /// Treatment; `counted` where not said.
    #[serde(default = "counted", skip_serializing_if = "is_counted")]
    pub treatment: Treatment,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

/// An outcome of the screening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutcomeEntry {
    /// `dibao`, `dibao_marginal`, …
    pub outcome: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// Certainty.
    pub state: Certainty,
    /// Its conditions; of an outcome that is not met, those that are not met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ConditionEntry>,
    /// When open: the one fact or source that decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decides: Option<String>,
}

impl OutcomeEntry {
    /// Whether it is open for no other reason than that nobody applied for it.
    #[must_use]
    pub fn is_not_applied_for(&self) -> bool {
        self.state == Certainty::Open && self.decides.as_deref() == Some("own_application")
    }
}

/// A condition of an outcome: how certain it is, with its rule, a number of `grounds`. `{"met": 3}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConditionEntry {
    /// Met.
    Met(u32),
    /// Not met.
    NotMet(u32),
    /// Open.
    Open(u32),
}

impl ConditionEntry {
    fn new(state: Certainty, ground: u32) -> Self {
        match state {
            Certainty::Met => Self::Met(ground),
            Certainty::NotMet => Self::NotMet(ground),
            Certainty::Open => Self::Open(ground),
        }
    }

    /// How certain it is.
    #[must_use]
    pub fn state(self) -> Certainty {
        match self {
            Self::Met(_) => Certainty::Met,
            Self::NotMet(_) => Certainty::NotMet,
            Self::Open(_) => Certainty::Open,
        }
    }

    /// The number of its rule.
    #[must_use]
    pub fn ground(self) -> u32 {
        let (Self::Met(ground) | Self::NotMet(ground) | Self::Open(ground)) = self;
        ground
    }

    pub(super) fn ground_mut(&mut self) -> &mut u32 {
        let (Self::Met(ground) | Self::NotMet(ground) | Self::Open(ground)) = self;
        ground
    }
}

/// What would be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountEntry {
    /// Of which outcome.
    pub outcome: String,
    /// Per month.
    pub monthly: Fen,
    /// How.
    pub computation: String,
    /// Its rule: a number of `grounds`.
    pub ground: u32,
}

/// A rule in words, with its law (依据). Lines cite it by its place in the table, from 1; a drawn report prints `[3]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroundEntry {
    /// Its name in the pack; several where programmes share a condition word for word.
    pub rules: Vec<String>,
    /// Law or document: a number of `laws`, from 1. Missing where no published text backs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub law: Option<u32>,
    /// Published or assumed; assumed where not said.
    #[serde(default = "assumed", skip_serializing_if = "is_assumed")]
    pub basis: Basis,
    /// In Chinese a family can read.
    pub zh: String,
    /// In English, where the schema's `x-english` does not give it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub en: String,
}

fn assumed() -> Basis {
    Basis::Assumed
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_assumed(basis: &Basis) -> bool {
    *basis == Basis::Assumed
}

/// Laws and documents, each written once and cited by its place, from 1.
#[derive(Debug, Default)]
pub struct Laws(Vec<String>);

impl Laws {
    /// Enters a law and gives its number.
    pub fn cite(&mut self, law: &str) -> u32 {
        let place = self.0.iter().position(|known| known == law).unwrap_or_else(|| {
            self.0.push(law.to_owned());
            self.0.len() - 1
        });
        u32::try_from(place + 1).unwrap_or(u32::MAX)
    }

    /// The table.
    #[must_use]
    pub fn into_table(self) -> Vec<String> {
        self.0
    }
}

/// The rules cited so far, in the order of their first citation.
#[derive(Debug, Default)]
pub struct Grounds {
    entries: Vec<(GroundEntry, Cited)>,
}

/// By what a rule is cited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cited {
    /// A line: one rule, by its own name.
    ByLine,
    /// Conditions: programmes whose limits read alike share an entry.
    ByCondition,
}

impl Grounds {
    /// Enters the rule of a line and gives its number.
    pub fn cite(&mut self, ground: &Ground, laws: &mut Laws) -> u32 {
        let entry = Self::entry(ground, laws);
        let is_known = |(known, by): &(GroundEntry, Cited)| {
            *by == Cited::ByLine && known.rules == entry.rules && reads_alike(known, &entry)
        };
        match self.entries.iter().position(is_known) {
            Some(place) => number_of(place),
            None => self.enter(entry, Cited::ByLine),
        }
    }

    /// Enters the rule of a condition; one that reads alike in another programme is the same entry.
    pub fn cite_shared(&mut self, ground: &Ground, laws: &mut Laws) -> u32 {
        let entry = Self::entry(ground, laws);
        let is_known = |(known, by): &(GroundEntry, Cited)| *by == Cited::ByCondition && reads_alike(known, &entry);
        let Some(place) = self.entries.iter().position(is_known) else {
            return self.enter(entry, Cited::ByCondition);
        };
        let known = &mut self.entries[place].0;
        if !known.rules.iter().any(|rule| *rule == ground.rule) {
            known.rules.push(ground.rule.clone().into_owned());
        }
        number_of(place)
    }

    fn entry(ground: &Ground, laws: &mut Laws) -> GroundEntry {
        GroundEntry {
            rules: vec![ground.rule.clone().into_owned()],
            law: (ground.law != Ground::NO_LAW).then(|| laws.cite(&ground.law)),
            basis: ground.basis,
            zh: ground.zh.clone().into_owned(),
            en: ground.en.clone().into_owned(),
        }
    }

    fn enter(&mut self, entry: GroundEntry, by: Cited) -> u32 {
        self.entries.push((entry, by));
        number_of(self.entries.len() - 1)
    }

    /// The table, by number.
    #[must_use]
    pub fn into_table(self) -> Vec<GroundEntry> {
        self.entries.into_iter().map(|(entry, _)| entry).collect()
    }
}

/// Numbers count from 1.
fn number_of(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

fn reads_alike(one: &GroundEntry, other: &GroundEntry) -> bool {
    (one.law, one.basis, &one.zh, &one.en) == (other.law, other.basis, &other.zh, &other.en)
}

/// Every line of an assessment, citing one table of rules.
#[derive(Debug)]
pub struct Lines {
    /// Income.
    pub income: Vec<IncomeEntry>,
    /// Deductions.
    pub deductions: Vec<DeductionEntry>,
    /// Property.
    pub property: Vec<PropertyEntry>,
    /// Screening.
    pub screening: Vec<OutcomeEntry>,
    /// Amounts.
    pub amounts: Vec<AmountEntry>,
    /// The rules they cite.
    pub grounds: Vec<GroundEntry>,
    /// The laws these rest on.
    pub laws: Laws,
}

impl Lines {
    /// In the assessment's order, but for the screening: the outcome applied for comes first.
    #[must_use]
    pub fn of(assessment: &Assessment, purpose: Purpose) -> Self {
        let (mut grounds, mut laws) = (Grounds::default(), Laws::default());
        let own = outcome_of(purpose);
        let mut screening: Vec<&Screening> = assessment.screening.iter().collect();
        screening.sort_by_key(|outcome| own != Some(&*outcome.outcome));
        let mut cite = |ground: &Ground| grounds.cite(ground, &mut laws);
        let income = assessment.income.iter().map(|line| income(line, cite(&line.ground))).collect();
        let deductions = assessment.deductions.iter().map(|line| deduction(line, cite(&line.ground))).collect();
        let property = assessment.property.iter().map(|line| property(line, cite(&line.ground))).collect();
        let mut share = |ground: &Ground| grounds.cite_shared(ground, &mut laws);
        let screening = screening.into_iter().map(|line| outcome(line, &mut share)).collect();
        let amounts =
            assessment.amounts.iter().map(|line| amount(line, grounds.cite(&line.ground, &mut laws))).collect();
        Self { income, deductions, property, screening, amounts, grounds: grounds.into_table(), laws }
    }
}

/// The outcome that a purpose is about; none for a review or relief.
#[must_use]
pub fn outcome_of(purpose: Purpose) -> Option<&'static str> {
    match purpose {
        Purpose::DibaoApplication => Some("dibao"),
        Purpose::TekunApplication => Some("tekun"),
        Purpose::MarginalApplication => Some("dibao_marginal"),
        Purpose::RigidExpenditureApplication => Some("rigid_expenditure"),
        _ => None,
    }
}

fn income(line: &IncomeLine, ground: u32) -> IncomeEntry {
    IncomeEntry {
        member: line.member.clone(),
        class: line.class,
        item_zh: line.item_zh.clone().into_owned(),
        item_en: line.item_en.clone().into_owned(),
        source: line.source.clone(),
        records: line.records.clone(),
        computation: line.computation.clone().into_owned(),
        gross: line.gross,
        reduced_by: line.reduced_by,
        counted: line.counted,
        counted_at_most: line.counted_at_most,
        treatment: line.treatment,
        ground,
    }
}

fn deduction(line: &DeductionLine, ground: u32) -> DeductionEntry {
    DeductionEntry {
        member: line.member.clone(),
        kind: line.kind.clone().into_owned(),
        item_zh: line.item_zh.clone().into_owned(),
        item_en: line.item_en.clone().into_owned(),
        source: line.source.clone(),
        records: line.records.clone(),
        base: line.base,
        computation: line.computation.clone().into_owned(),
        amount: line.amount,
        ground,
    }
}

fn property(line: &PropertyLine, ground: u32) -> PropertyEntry {
    PropertyEntry {
        member: line.member.clone(),
        class: line.class,
        item_zh: line.item_zh.clone().into_owned(),
        item_en: line.item_en.clone().into_owned(),
        source: line.source.clone(),
        record: line.record.clone(),
        value: line.value,
        area: line.area,
        counted: line.counted,
        counts: line.counts,
        treatment: line.treatment,
        ground,
    }
}

fn outcome(line: &Screening, cite: &mut impl FnMut(&Ground) -> u32) -> OutcomeEntry {
    OutcomeEntry {
        outcome: line.outcome.clone().into_owned(),
        name_zh: line.name_zh.clone().into_owned(),
        name_en: line.name_en.clone().into_owned(),
        state: line.state,
        conditions: (line.conditions.iter())
            .filter(|condition| line.state != Certainty::NotMet || condition.state == Certainty::NotMet)
            .filter(|_| line.outcome != "none")
            .map(|condition| ConditionEntry::new(condition.state, cite(&condition.ground)))
            .collect(),
        decides: line.decides.clone(),
    }
}

fn amount(line: &AmountLine, ground: u32) -> AmountEntry {
    AmountEntry { outcome: line.outcome.clone().into_owned(), monthly: line.monthly, computation: line.computation.clone().into_owned(), ground }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wording_is_written_once_and_another_gets_a_number() {
        let ground = |zh: &'static str| Ground {
            rule: "income.wage".into(),
            law: "第十三条".into(),
            basis: Basis::Published,
            zh: zh.into(),
            en: "".into(),
        };
        let (mut grounds, mut laws) = (Grounds::default(), Laws::default());
        let numbers = ["计入", "不计", "计入", "待定", "不计"].map(|zh| grounds.cite(&ground(zh), &mut laws));
        assert_eq!(numbers, [1, 2, 1, 3, 2]);
        assert_eq!((grounds.into_table().len(), laws.into_table()), (3, vec!["第十三条".to_owned()]));
    }

    #[test]
    fn conditions_that_read_alike_are_one_entry_naming_every_rule() {
        let limit = |rule: &'static str| Ground {
            rule: rule.into(),
            law: Ground::NO_LAW.into(),
            basis: Basis::Assumed,
            zh: "机动车不超过 0 辆".into(),
            en: "".into(),
        };
        let (mut grounds, mut laws) = (Grounds::default(), Laws::default());
        let line = grounds.cite(&limit("property.dibao.cars"), &mut laws);
        let shared = ["property.dibao.cars", "property.marginal.cars", "property.dibao.cars"]
            .map(|rule| grounds.cite_shared(&limit(rule), &mut laws));
        assert_eq!((line, shared), (1, [2, 2, 2]), "what a line cites stays its own rule");
        let table = grounds.into_table();
        assert_eq!(table[1].rules, ["property.dibao.cars", "property.marginal.cars"]);
        assert_eq!(table[1].law, None);
    }
}
