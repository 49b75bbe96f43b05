//! From the assessment's lines to a report's entries: a rule that many lines cite is written once, under its name.

use super::entries::{
    AlertEntry, AmountEntry, ConditionEntry, DeductionEntry, GroundEntry, IncomeEntry, OutcomeEntry, PropertyEntry,
    ReferralEntry, ReviewEntry,
};
use crate::household::Purpose;
use crate::policy::assessment::{
    AmountLine, Assessment, Certainty, DeductionLine, Ground, IncomeLine, PropertyLine, Screening,
};

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
    /// Other programmes.
    pub referrals: Vec<ReferralEntry>,
    /// What changed lately.
    pub alerts: Vec<AlertEntry>,
    /// When it is looked at again.
    pub review: ReviewEntry,
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
        let mut cite = |ground: &Ground| grounds.cite(ground, &mut laws);
        let amounts = assessment.amounts.iter().map(|line| amount(line, cite(&line.ground))).collect();
        let referrals = (assessment.referrals.iter())
            .map(|line| ReferralEntry {
                code: line.code.clone().into_owned(),
                members: line.members.clone(),
                open: line.state != Certainty::Met,
                office: line.office.clone(),
                ground: cite(&line.ground),
            })
            .collect();
        let alerts = (assessment.alerts.iter())
            .map(|line| AlertEntry {
                code: line.code.clone().into_owned(),
                points: line.points,
                member: line.member.clone(),
                source: line.source.clone(),
                record: line.record.clone(),
                on: line.on,
                ground: cite(&line.ground),
            })
            .collect();
        let review = &assessment.review;
        let review = ReviewEntry { class: review.class, due: review.due, ground: cite(&review.ground) };
        let grounds = grounds.into_table();
        Self { income, deductions, property, screening, amounts, referrals, alerts, review, grounds, laws }
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
        term: line.term,
    }
}

fn amount(line: &AmountLine, ground: u32) -> AmountEntry {
    AmountEntry {
        outcome: line.outcome.clone().into_owned(),
        amount: line.amount,
        at_most: line.at_most,
        per: line.per,
        computation: line.computation.clone().into_owned(),
        ground,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::assessment::Basis;

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
