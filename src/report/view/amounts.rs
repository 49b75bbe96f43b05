//! What the level `amounts` shows beside the conclusion: totals, and sums by person and class. No record, no account, no computation.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::{Body, ReferenceLine};
use super::super::totals::ReportTotals;
use crate::household::{Area, Fen, IncomeClass, MemberRef, PropertyClass};
use crate::policy::assessment::{DeclaredLine, Per, Treatment};

/// Totals and sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ViewAmounts)]
pub struct Amounts {
    /// Totals, as intervals: missing is never zero.
    pub totals: ReportTotals,
    /// Lines to compare income per head with, beside the standard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reference_lines: Vec<ReferenceLine>,
    /// Income by person, class and treatment.
    pub income: Vec<IncomeSum>,
    /// Deductions by person and kind.
    pub deductions: Vec<DeductionSum>,
    /// Property by person, class and treatment.
    pub property: Vec<PropertySum>,
    /// Declared against found, by person and class.
    pub declared: Vec<DeclaredLine>,
    /// What would be paid if the authority decides so.
    pub paid: Vec<PaidAmount>,
}

/// A person's income of one class that was treated alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IncomeSum {
    /// Whose.
    pub member: MemberRef,
    /// Class.
    pub class: IncomeClass,
    /// Treatment.
    pub treatment: Treatment,
    /// Before any treatment, over the period.
    pub gross: Fen,
    /// Least that is counted.
    pub counted: Fen,
    /// Most that is counted, where an open reading differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_at_most: Option<Fen>,
}

/// A person's deductions of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeductionSum {
    /// Whose.
    pub member: MemberRef,
    /// What: `illness`, `schooling`, …
    pub kind: String,
    /// Amount.
    pub amount: Fen,
}

/// A person's property of one class that was treated alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PropertySum {
    /// Whose.
    pub member: MemberRef,
    /// Class.
    pub class: PropertyClass,
    /// Treatment.
    pub treatment: Treatment,
    /// How many things.
    pub number: u32,
    /// Value of those whose value is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Fen>,
    /// Area of those whose area is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Counted value.
    pub counted: Fen,
}

/// What would be paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaidAmount {
    /// Of which outcome.
    pub outcome: String,
    /// How much.
    pub amount: Fen,
    /// At most, where the rules or what is missing leave room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Fen>,
    /// Paid how often.
    pub per: Per,
}

impl Amounts {
    pub(super) fn of(body: &Body) -> Self {
        Self {
            totals: body.totals.clone(),
            reference_lines: body.reference_lines.clone(),
            income: income(body),
            deductions: deductions(body),
            property: property(body),
            declared: body.declared.clone(),
            paid: (body.amounts.iter())
                .map(|line| PaidAmount {
                    outcome: line.outcome.clone(),
                    amount: line.amount,
                    at_most: line.at_most,
                    per: line.per,
                })
                .collect(),
        }
    }
}

fn income(body: &Body) -> Vec<IncomeSum> {
    let mut sums: Vec<IncomeSum> = Vec::new();
    for line in &body.income {
        let alike = |sum: &&mut IncomeSum| {
            (&sum.member, sum.class, sum.treatment) == (&line.member, line.class, line.treatment)
        };
        let Some(sum) = sums.iter_mut().find(alike) else {
            sums.push(IncomeSum {
                member: line.member.clone(),
                class: line.class,
                treatment: line.treatment,
                gross: line.gross,
                counted: line.counted,
                counted_at_most: line.counted_at_most,
            });
            continue;
        };
        if sum.counted_at_most.is_some() || line.counted_at_most.is_some() {
            let most = |most: Option<Fen>, counted: Fen| most.unwrap_or(counted);
            sum.counted_at_most =
                Some(most(sum.counted_at_most, sum.counted) + most(line.counted_at_most, line.counted));
        }
        sum.gross += line.gross;
        sum.counted += line.counted;
    }
    sums
}

fn deductions(body: &Body) -> Vec<DeductionSum> {
    let mut sums: Vec<DeductionSum> = Vec::new();
    for line in &body.deductions {
        match sums.iter_mut().find(|sum| (&sum.member, &sum.kind) == (&line.member, &line.kind)) {
            Some(sum) => sum.amount += line.amount,
            None => {
                sums.push(DeductionSum { member: line.member.clone(), kind: line.kind.clone(), amount: line.amount })
            }
        }
    }
    sums
}

fn property(body: &Body) -> Vec<PropertySum> {
    let mut sums: Vec<PropertySum> = Vec::new();
    for line in &body.property {
        let alike =
            |sum: &PropertySum| (&sum.member, sum.class, sum.treatment) == (&line.member, line.class, line.treatment);
        let place = sums.iter().position(alike).unwrap_or_else(|| {
            sums.push(PropertySum {
                member: line.member.clone(),
                class: line.class,
                treatment: line.treatment,
                number: 0,
                value: None,
                area: None,
                counted: Fen::ZERO,
            });
            sums.len() - 1
        });
        let sum = &mut sums[place];
        sum.number = sum.number.saturating_add(1);
        sum.value = line.value.map_or(sum.value, |value| Some(sum.value.unwrap_or(Fen::ZERO) + value));
        sum.area =
            line.area.map_or(sum.area, |area| Some(Area(sum.area.map_or(0, |known| known.0).saturating_add(area.0))));
        sum.counted += line.counted;
    }
    sums
}
