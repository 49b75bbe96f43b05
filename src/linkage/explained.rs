//! Why a pair weighs what it weighs: every field by itself, what dimmed it because another had said it, and what was added because some
//! levels say something else together. And which blocking rules bring the two rows together at all.

use super::blocking::RowKeys;
use super::decision::{Decision, by_threshold};
use super::fields::LevelText;
use super::model::{Block, Field, LinkageModel};
use super::scoring::{Memory, Scorer};
use super::table::Table;

/// A pair, explained. Weights in centibits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// In the model's order.
    pub fields: Vec<FieldExplained>,
    /// Which of the model's `together` apply, by place.
    pub together: Vec<usize>,
    /// All of it; the prior is not in it.
    pub weight: i32,
    /// The conflict rule of the model that the pair stands at, by place.
    pub conflict: Option<u16>,
}

/// A field of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldExplained {
    /// How far the two agree.
    pub level: LevelText,
    /// What the level weighs for any two values.
    pub of_level: i32,
    /// What it weighs for these two: rarer or commoner ones weigh more or less.
    pub by_itself: i32,
    /// Whether a row does not state it and its number says it, beside which it is not counted.
    pub from_number: bool,
    /// What of it counts.
    pub weight: i32,
    /// Which of the model's dependences took the rest, by place.
    pub dimmed_by: Vec<usize>,
}

/// Explains pairs of one run.
pub struct Explainer<'a> {
    model: &'a LinkageModel,
    scorer: &'a Scorer<'a>,
    memory: Memory,
    /// Of every field, each place of a pattern in words.
    levels: Vec<Vec<LevelText>>,
}

impl<'a> Explainer<'a> {
    /// Of two rosters under the model that `scorer` weighs them by.
    #[must_use]
    pub fn new(model: &'a LinkageModel, scorer: &'a Scorer<'a>) -> Self {
        let texts = |field: &Field| (0..=field.left_out()).map(|place| field.level_text(place)).collect();
        let levels = model.fields.iter().map(texts).collect();
        Self { model, memory: scorer.memory(), scorer, levels }
    }

    /// Explains a pair.
    pub fn explain(&mut self, left: u32, right: u32) -> Explained {
        let (by_itself, pattern) = self.scorer.by_itself(left, right, &mut self.memory);
        let fields = self.model.fields.iter().zip(&self.levels).zip(by_itself).enumerate();
        let mut fields: Vec<FieldExplained> = fields
            .map(|(place, ((field, texts), by_itself))| {
                let at = usize::from(pattern[place]);
                let of_level = field.levels.get(at).map_or(0, |level| level.centibits);
                FieldExplained {
                    level: texts[at],
                    of_level,
                    by_itself,
                    from_number: field.derived_from.is_some() && by_itself == 0 && of_level != 0,
                    weight: by_itself,
                    dimmed_by: Vec::new(),
                }
            })
            .collect();
        for (place, dependence) in self.model.dependences.iter().enumerate() {
            let field = &mut fields[dependence.field];
            if field.weight > 0 && dependence.when[usize::from(pattern[dependence.given])] {
                field.weight = field.weight * dependence.keep_percent / 100;
                field.dimmed_by.push(place);
            }
        }
        let together = self.model.together.iter().enumerate().filter(|(_, together)| together.stands(&pattern));
        let together: Vec<usize> = together.map(|(place, _)| place).collect();
        let added: i32 = together.iter().map(|place| self.model.together[*place].centibits).sum();
        let weight = fields.iter().map(|field| field.weight).sum::<i32>() + added;
        Explained { fields, together, weight, conflict: self.model.conflict(&pattern) }
    }
}

impl Explained {
    /// What is decided of the pair alone; none below what is worth a look.
    #[must_use]
    pub fn decided(&self, model: &LinkageModel) -> Option<Decision> {
        by_threshold(model, self.weight).map(|decision| if self.is_held(model) { Decision::Review } else { decision })
    }

    /// Whether it would match, but for a conflict rule.
    #[must_use]
    pub fn is_held(&self, model: &LinkageModel) -> bool {
        self.conflict.is_some() && by_threshold(model, self.weight) == Some(Decision::Match)
    }
}

/// Whether a blocking rule brings two rows together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// It does.
    Met,
    /// They agree, in a block that is too large.
    LeftOut,
    /// They do not agree, or lack a part.
    Apart,
}

/// What each of a model's blocking rules makes of two rows.
#[must_use]
pub fn meetings(model: &LinkageModel, table: &Table, left: u32, right: u32) -> Vec<Meeting> {
    model.blocks.iter().map(|block| meeting(table, block, left, right)).collect()
}

fn meeting(table: &Table, block: &Block, left: u32, right: u32) -> Meeting {
    let keys = RowKeys::of(table, block);
    let own = keys.of_row(table.row(0, left));
    if own.is_none() || own != keys.of_row(table.row(1, right)) {
        return Meeting::Apart;
    }
    let Some(largest) = block.largest else { return Meeting::Met };
    let rows = |side: usize| {
        let rows = u32::try_from(table.len(side)).unwrap_or(u32::MAX);
        u64::try_from((0..rows).filter(|row| keys.of_row(table.row(side, *row)) == own).count()).unwrap_or(u64::MAX)
    };
    let pairs = if table.is_one { rows(0) * (rows(0) - 1) / 2 } else { rows(0) * rows(1) };
    if pairs > u64::from(largest) { Meeting::LeftOut } else { Meeting::Met }
}

#[cfg(test)]
mod tests;
