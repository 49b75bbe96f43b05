//! How much speaks for a pair: the level of every field, the weights of the levels, and what is counted once or together.
//!
//! Fields are looked at in the order of what they can say, and a pair that cannot reach the threshold any more is left.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::fields::{Kind, WHOLE};
use super::model::{LevelWeight, LinkageModel, Part, Together};
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
    /// Fields in the order in which they are looked at.
    steps: Vec<Step<'a>>,
    /// Of every level of a field, which of the field's rarities corrects it, and what rarity it is corrected from.
    corrected_by: Vec<Vec<Option<(usize, i32)>>>,
    /// Of fields that are corrected, the most that each value can add.
    most_of_value: Vec<Option<Vec<i32>>>,
}

/// A field, and what is known once it has been looked at.
struct Step<'a> {
    field: usize,
    /// The most that fields not looked at yet can add, but those of which it is known by value.
    still_possible: i32,
    /// What is said together by fields of which this one is the last.
    settled: Vec<&'a Together>,
    /// What fields of which some are still open may add together.
    open: Vec<&'a Together>,
    /// Fields looked at by now.
    seen: u32,
}

/// A thread's room: the levels it has seen lately, and what is known of the pairs it weighs.
pub struct Memory {
    fields: Vec<Vec<(u64, u8)>>,
    levels: Vec<u8>,
    weights: Vec<i32>,
    /// Of every pair, what is known to speak for it, and the most that its own values can still add.
    sums: Vec<(i32, i32)>,
    left: Vec<usize>,
}

impl<'a> Scorer<'a> {
    /// A scorer of two rosters under a model.
    #[must_use]
    pub fn new(model: &'a LinkageModel, table: &'a Table) -> Self {
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
        let corrected_by: Vec<Vec<Option<(usize, i32)>>> = corrected_by.collect();
        let mut scorer = Self { model, table, steps: Vec::new(), corrected_by, most_of_value: Vec::new() };
        scorer.most_of_value = (0..model.fields.len()).map(|field| scorer.most_of_values(field)).collect();
        scorer.look_late_at(&[]);
        scorer
    }

    /// What all pairs to come agree in is looked at late: it tells few of them apart.
    pub fn look_late_at(&mut self, on: &[Part]) {
        self.steps = self.in_steps(on);
    }

    /// The most that a field adds, whatever its values.
    fn most(&self, field: usize) -> i32 {
        let levels = self.model.fields[field].levels.iter();
        let most = levels.map(|level| level.centibits + MOST_CORRECTION * level.frequency_percent / 100);
        most.max().unwrap_or(0).max(0)
    }

    /// The most that each value of a field adds, where its levels are corrected: no value counts as rarer than it is.
    fn most_of_values(&self, field: usize) -> Option<Vec<i32>> {
        let (of, own, corrected_by) = (&self.model.fields[field], &self.table.fields[field], &self.corrected_by[field]);
        if corrected_by.iter().all(Option::is_none) {
            return None;
        }
        let values = (0..own.values.len()).into_par_iter().map(|value| {
            let levels = of.levels.iter().zip(corrected_by).map(|(level, corrected)| {
                let correction = match corrected {
                    None => 0,
                    Some((place, average)) => match own.rarities[*place].centibits[value] {
                        0 => MOST_CORRECTION,
                        rarity => (rarity - average).clamp(LEAST_CORRECTION, MOST_CORRECTION),
                    },
                };
                level.centibits + correction * level.frequency_percent / 100
            });
            levels.max().unwrap_or(0).max(0)
        });
        Some(values.collect())
    }

    /// The fields in the order in which they are looked at: a number before what follows from it, the cheap ones before the costly, those that
    /// blocks agree in late, and what can add most first, since without it a pair is soon out of reach.
    fn in_steps(&self, on: &[Part]) -> Vec<Step<'a>> {
        let model = self.model;
        let mut order: Vec<usize> = (0..model.fields.len()).collect();
        let is_number = |field: usize| model.fields.iter().any(|other| other.derived_from == Some(field));
        let is_blocked_on = |field: usize| on.iter().any(|part| part.field == field);
        order.sort_by_key(|field| {
            let cost = cost(model.fields[*field].kind);
            (!is_number(*field), cost, is_blocked_on(*field), Reverse(self.most(*field)))
        });
        let mut steps = Vec::with_capacity(order.len());
        let mut seen = 0;
        for field in order {
            let before = seen;
            seen |= mark(field);
            let is_open = |field: &usize| seen & mark(*field) == 0;
            let known_by_value = |field: &usize| self.most_of_value[*field].is_some();
            let others = (0..model.fields.len()).filter(|field| is_open(field) && !known_by_value(field));
            let still_possible = others.map(|field| self.most(field)).sum();
            let are_seen =
                |together: &Together, seen: u32| together.when.iter().all(|(field, _)| seen & mark(*field) != 0);
            let settled = model.together.iter().filter(|own| are_seen(own, seen) && !are_seen(own, before));
            let open = model.together.iter().filter(|own| own.centibits > 0 && !are_seen(own, seen));
            let (settled, open) = (settled.collect(), open.collect());
            steps.push(Step { field, still_possible, settled, open, seen });
        }
        steps
    }

    /// Room for a thread.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let fields = self.model.fields.iter();
        Memory {
            fields: fields
                .map(|field| vec![(u64::MAX, 0); if cost(field.kind) > 1 { REMEMBERED } else { 0 }])
                .collect(),
            levels: Vec::new(),
            weights: Vec::new(),
            sums: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Weighs pairs of rows and gives those that reach `least`, with their weights, in their order. Field by field over all of them, so that
    /// the memory that one pair waits for is on its way while others are compared; a pair that cannot reach `least` any more is left.
    pub fn weigh(&self, pairs: &[(u32, u32)], least: i32, memory: &mut Memory, mut found: impl FnMut(u32, u32, i32)) {
        let fields = self.model.fields.len();
        let Memory { fields: remembered, levels, weights, sums, left } = memory;
        let rows = |place: usize| (self.table.row(0, pairs[place].0), self.table.row(1, pairs[place].1));
        levels.clear();
        levels.resize(pairs.len() * fields, 0);
        weights.clear();
        weights.resize(pairs.len() * fields, 0);
        sums.clear();
        sums.extend(pairs.iter().map(|(left, _)| {
            let lefts = self.table.row(0, *left);
            let known =
                self.most_of_value.iter().zip(lefts).filter_map(|(most, value)| Some(most.as_ref()?[*value as usize]));
            (0, known.sum::<i32>())
        }));
        left.clear();
        left.extend(0..pairs.len());
        for step in &self.steps {
            let field = step.field;
            let most_of_value = self.most_of_value[field].as_ref();
            left.retain(|&place| {
                let (lefts, rights) = rows(place);
                let own = place * fields..(place + 1) * fields;
                let levels = &mut levels[own.clone()];
                levels[field] = self.level(field, lefts, rights, &mut remembered[field]);
                let weight = self.weight(field, levels, lefts, rights);
                weights[own][field] = weight;
                let (sum, of_values) = &mut sums[place];
                let settled = step.settled.iter().filter(|together| together.stands(levels));
                *sum += weight + settled.map(|together| together.centibits).sum::<i32>();
                *of_values -= most_of_value.map_or(0, |most| most[lefts[field] as usize]);
                let lacking = least - (*sum + *of_values + step.still_possible);
                let open = step.open.iter().filter(|together| together.may_stand(levels, step.seen));
                lacking <= 0 || lacking <= open.map(|together| together.centibits).sum()
            });
        }
        for &place in left.iter() {
            let own = place * fields..(place + 1) * fields;
            let weight = self.adjusted(&mut weights[own.clone()], &levels[own]);
            if weight >= least {
                found(pairs[place].0, pairs[place].1, weight);
            }
        }
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
        for &Step { field, .. } in &self.steps {
            pattern[field] = self.level(field, lefts, rights, &mut memory.fields[field]);
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
            *level = self.level(field, lefts, rights, &mut memory.fields[field]);
        }
        pattern
    }

    #[inline]
    fn level(&self, field: usize, left: &[u32], right: &[u32], remembered: &mut [(u64, u8)]) -> u8 {
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
        if let Some(at) = values.packed_at
            && let Some(level) = values.values.packed_level(whole(left, at), whole(right, at))
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
    fn weight(&self, field: usize, pattern: &[u8], left: &[u32], right: &[u32]) -> i32 {
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
    fn adjusted(&self, by_field: &mut [i32], pattern: &[u8]) -> i32 {
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

/// A packed number of a row.
#[inline]
fn whole(row: &[u32], at: usize) -> u64 {
    u64::from(row[at]) << 32 | u64::from(row[at + 1])
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
