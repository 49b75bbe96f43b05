//! How much speaks for a pair: the level of every field, the weights of the levels, and what is counted once or together.
//!
//! Fields are looked at in the order of what they can say, and a pair that cannot reach the threshold any more is left.

use super::fields::{Kind, WHOLE};
use super::model::{LevelWeight, LinkageModel};
use super::own_number::mark;
use super::table::{NOWHERE, Side, Table};
use crate::identity::levels::Level;
use crate::identity::text::TextLevel;

/// No model has more fields.
pub const MOST_FIELDS: usize = 32;

/// The place of every field's level among those the model lists; after them `missing`, then what is left out.
pub type Pattern = [u8; MOST_FIELDS];

/// Bounds of the correction for common and rare values, in centibits.
const LEAST_CORRECTION: i32 = -600;
const MOST_CORRECTION: i32 = 1_000;

/// Pairs of values whose level is remembered, a field.
const REMEMBERED: usize = 1 << 13;

/// Weighs pairs of rows under a model.
pub struct Scorer<'a> {
    model: &'a LinkageModel,
    table: &'a Table,
    /// Fields by what they can say against a pair or for it, the cheapest to compare first; a number before what follows from it.
    order: Vec<usize>,
    /// The most that the fields from a place in `order` on can add.
    still_possible: Vec<i32>,
    /// Of every level of a field, which of the field's rarities corrects it, and what rarity it is corrected from.
    corrected_by: Vec<Vec<Option<(usize, i32)>>>,
}

/// The levels that a thread has seen lately.
pub struct Memory {
    fields: Vec<Vec<(u64, u8)>>,
}

impl<'a> Scorer<'a> {
    /// A scorer of two rosters under a model.
    #[must_use]
    pub fn new(model: &'a LinkageModel, table: &'a Table) -> Self {
        let most = |place: usize| {
            let field = &model.fields[place];
            let level = field.levels.iter().map(|level| {
                let correction = MOST_CORRECTION * level.frequency_percent / 100;
                level.centibits + correction
            });
            level.max().unwrap_or(0).max(0)
        };
        let mut order: Vec<usize> = (0..model.fields.len()).collect();
        let is_number = |place: &usize| model.fields.iter().any(|field| field.derived_from == Some(*place));
        // what can add most comes first: without it a pair is soon out of reach
        order
            .sort_by_key(|place| (!is_number(place), cost(model.fields[*place].kind), std::cmp::Reverse(most(*place))));
        let together: i32 = model.together.iter().map(|together| together.centibits.max(0)).sum();
        let mut still_possible = vec![together; order.len() + 1];
        for place in (0..order.len()).rev() {
            still_possible[place] = still_possible[place + 1] + most(order[place]);
        }
        let corrected_by = model.fields.iter().zip(&table.fields).map(|(field, own)| {
            let exact = -field.levels.first().map_or(0, |exact| log2_of(exact.u));
            let of = |level: &LevelWeight| {
                let asks = level.frequency_percent > 0;
                let place = own.rarities.iter().position(|rarity| asks && rarity.part == level.frequency_of)?;
                let is_whole = level.frequency_of == WHOLE;
                Some((place, if is_whole { exact } else { own.rarities[place].average_centibits }))
            };
            field.levels.iter().map(of).collect()
        });
        Self { model, table, order, still_possible, corrected_by: corrected_by.collect() }
    }

    /// Room for a thread.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let fields = self.model.fields.iter();
        Memory {
            fields: fields
                .map(|field| vec![(u64::MAX, 0); if cost(field.kind) > 1 { REMEMBERED } else { 0 }])
                .collect(),
        }
    }

    /// The weight of a pair and its levels; none as soon as it cannot reach `least` any more.
    #[must_use]
    pub fn weigh(&self, left: u32, right: u32, least: i32, memory: &mut Memory) -> Option<(i32, Pattern)> {
        let (lefts, rights) = (self.table.row(0, left), self.table.row(1, right));
        let mut pattern = [0; MOST_FIELDS];
        let mut by_field = [0_i32; MOST_FIELDS];
        let mut sum = 0;
        for (step, &field) in self.order.iter().enumerate() {
            let level = self.level(field, lefts, rights, memory);
            pattern[field] = level;
            let weight = self.weight(field, &pattern, lefts, rights);
            by_field[field] = weight;
            sum += weight;
            if sum + self.still_possible[step + 1] < least {
                return None;
            }
        }
        let weight = self.adjusted(&mut by_field, &pattern);
        (weight >= least).then_some((weight, pattern))
    }

    /// The weight of every field of a pair by itself, before anything is counted once or together, and the levels.
    #[must_use]
    pub fn by_itself(&self, left: u32, right: u32, memory: &mut Memory) -> (Vec<i32>, Pattern) {
        let (by_field, pattern) = self.each((self.table.row(0, left), self.table.row(1, right)), memory);
        (by_field[..self.model.fields.len()].to_vec(), pattern)
    }

    /// The weight of every field of a pair, what is added for fields together, and the levels.
    #[must_use]
    pub fn explain(&self, left: u32, right: u32) -> (Vec<i32>, i32, Pattern) {
        let rows = (self.table.row(0, left), self.table.row(1, right));
        let (by_field, sum, pattern) = self.whole(rows, &mut self.memory());
        let by_field = by_field[..self.model.fields.len()].to_vec();
        let together = sum - by_field.iter().sum::<i32>();
        (by_field, together, pattern)
    }

    /// The weight and the levels of any two rows, of one side or of both, whatever they weigh.
    #[must_use]
    pub fn between(&self, one: (Side, u32), other: (Side, u32), memory: &mut Memory) -> (i32, Pattern) {
        let rows = (self.table.row(one.0, one.1), self.table.row(other.0, other.1));
        let (_, sum, pattern) = self.whole(rows, memory);
        (sum, pattern)
    }

    /// Every field's weight, their sum with what is counted together, and the levels.
    fn whole(&self, rows: (&[u32], &[u32]), memory: &mut Memory) -> ([i32; MOST_FIELDS], i32, Pattern) {
        let (mut by_field, pattern) = self.each(rows, memory);
        let sum = self.adjusted(&mut by_field, &pattern);
        (by_field, sum, pattern)
    }

    /// Every field's weight by itself, and the levels.
    fn each(&self, (lefts, rights): (&[u32], &[u32]), memory: &mut Memory) -> ([i32; MOST_FIELDS], Pattern) {
        let (mut pattern, mut by_field) = ([0; MOST_FIELDS], [0_i32; MOST_FIELDS]);
        for &field in &self.order {
            pattern[field] = self.level(field, lefts, rights, memory);
            by_field[field] = self.weight(field, &pattern, lefts, rights);
        }
        (by_field, pattern)
    }

    /// The levels of a pair, whatever they weigh.
    #[must_use]
    pub fn pattern(&self, left: u32, right: u32, memory: &mut Memory) -> Pattern {
        let (lefts, rights) = (self.table.row(0, left), self.table.row(1, right));
        let mut pattern = [0; MOST_FIELDS];
        for (field, level) in pattern.iter_mut().enumerate().take(self.model.fields.len()) {
            *level = self.level(field, lefts, rights, memory);
        }
        pattern
    }

    #[inline]
    fn level(&self, field: usize, left: &[u32], right: &[u32], memory: &mut Memory) -> u8 {
        let (a, b) = (left[field], right[field]);
        let of = &self.model.fields[field];
        if a == 0 || b == 0 {
            return small(of.missing());
        }
        if self.marks(left, right) & mark(field) != 0 && of.kind == Kind::IdNumber {
            return small(of.left_out());
        }
        let values = &self.table.fields[field];
        if a == b {
            return place(of, values.values.level(a, b, self.model.tolerance));
        }
        if !values.packed.is_empty()
            && let Some(level) = values.values.packed_level(values.packed[a as usize], values.packed[b as usize])
        {
            return place(of, level);
        }
        if let (Some(other), Some(swapped)) = (of.swapped_with, &values.swapped)
            && swapped[a as usize] != NOWHERE
            && swapped[a as usize] == right[other]
            && swapped[b as usize] == left[other]
        {
            return place(of, TextLevel::Swapped.index());
        }
        let remembered = &mut memory.fields[field];
        if remembered.is_empty() {
            return place(of, values.values.level(a, b, self.model.tolerance));
        }
        let key = u64::from(a) << 32 | u64::from(b);
        let at = usize::try_from(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 51).unwrap_or(0) % REMEMBERED;
        if remembered[at].0 != key {
            remembered[at] = (key, place(of, values.values.level(a, b, self.model.tolerance)));
        }
        remembered[at].1
    }

    /// The marks of both rows of a pair.
    #[inline]
    fn marks(&self, left: &[u32], right: &[u32]) -> u32 {
        let last = self.model.fields.len();
        left[last] | right[last]
    }

    /// The weight of a field's level. What a number says of a row is not counted beside the number itself.
    #[inline]
    fn weight(&self, field: usize, pattern: &Pattern, left: &[u32], right: &[u32]) -> i32 {
        let of = &self.model.fields[field];
        let Some(level) = of.levels.get(usize::from(pattern[field])) else { return 0 };
        if let Some(number) = of.derived_from
            && self.marks(left, right) & mark(field) != 0
            && usize::from(pattern[number]) < self.model.fields[number].levels.len()
        {
            return 0;
        }
        let Some((place, average)) = self.corrected_by[field][usize::from(pattern[field])] else {
            return level.centibits;
        };
        // the commoner of the two decides; of a value that cannot be counted nothing is known
        let rarity = &self.table.fields[field].rarities[place].centibits;
        let correction = match (rarity[left[field] as usize], rarity[right[field] as usize]) {
            (0, 0) => 0,
            (0, own) | (own, 0) => own - average,
            (one, other) => one.min(other) - average,
        };
        level.centibits + correction.clamp(LEAST_CORRECTION, MOST_CORRECTION) * level.frequency_percent / 100
    }

    /// The sum, with what follows counted in part and what is said together added.
    fn adjusted(&self, by_field: &mut [i32; MOST_FIELDS], pattern: &Pattern) -> i32 {
        for dependence in &self.model.dependences {
            let weight = &mut by_field[dependence.field];
            if *weight > 0 && dependence.when[usize::from(pattern[dependence.given])] {
                *weight = *weight * dependence.keep_percent / 100;
            }
        }
        let together = self.model.together.iter().filter(|together| together.stands(pattern));
        by_field.iter().sum::<i32>() + together.map(|together| together.centibits).sum::<i32>()
    }
}

/// What a comparison costs, roughly: the cheap ones come first.
fn cost(kind: Kind) -> u8 {
    match kind {
        Kind::BirthDate | Kind::Sex | Kind::Phone | Kind::IdNumber => 1,
        Kind::PersonName | Kind::Address => 2,
        Kind::Code | Kind::Text => 3,
    }
}

/// The place of a kind's level among those the model lists.
fn place(field: &super::model::Field, level: usize) -> u8 {
    small(field.place_of[level].unwrap_or(field.missing()))
}

fn small(place: usize) -> u8 {
    u8::try_from(place).expect("a field has few levels")
}

/// log2 of a probability, in centibits.
fn log2_of(parts: u64) -> i32 {
    crate::identity::bits::weight_centibits(parts, crate::identity::bits::ONE)
}
