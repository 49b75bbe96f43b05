//! Two rosters as numbers: of every row, which of the distinct values each field has.

use std::cmp::Reverse;

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashTable};
use rayon::prelude::*;
use std::hash::BuildHasher;

use super::fields::{Kind, Values};
use super::model::LinkageModel;
use super::own_number::{self, Numbered};
use super::roster::{Column, Roster};
use crate::identity::bits::{ONE, weight_centibits};

/// Which roster.
pub type Side = usize;

/// Rosters as numbers. Where one roster is matched with itself, both sides are that one.
pub struct Table {
    /// Of every field of the model.
    pub fields: Vec<FieldValues>,
    /// Of every row of either side, the value of each field, the row's marks, and its numbers packed: row after row.
    rows: [Vec<u32>; 2],
    stride: usize,
    /// Whether both sides are one roster.
    pub is_one: bool,
    /// Of every field and side, how its column is filled.
    pub filled: Vec<[Filled; 2]>,
}

/// How a column is filled: what could not be read, and the value that stands in most rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Rows in which something is written.
    pub rows: u32,
    /// Of them, those in which it says nothing: no such value, or a word for "not known".
    pub unread: u32,
    /// The first of those.
    pub first_unread: u32,
    /// In how many rows the commonest value stands.
    pub commonest: u32,
    /// The first row of that value.
    pub first_common: u32,
}

/// The distinct values of a field, and what is known of each.
pub struct FieldValues {
    /// The values.
    pub values: Values,
    /// How rare its values are, by the part that is counted; none where no level asks.
    pub rarities: Vec<Rarity>,
    /// Where in a row its value stands as an integer that tells quite different ones apart, in two halves; none where the kind has no such.
    pub packed_at: Option<usize>,
    /// Of the parts that blocking rules look at and frequencies are counted of, a hash by value; 0 where a value does not have the part.
    pub keys: Vec<(String, Vec<u64>)>,
    /// Of every value, the same text among the values of the field it changes places with.
    pub swapped: Option<Vec<u32>>,
}

/// How rare the values of a field are.
pub struct Rarity {
    /// The part of the value that is counted.
    pub part: String,
    /// Of every value, log2 of one in so many rows, in centibits; 0 where the value does not have the part.
    pub centibits: Vec<i32>,
    /// The same of two rows that agree by chance.
    pub average_centibits: i32,
}

/// In thousandths: no count is lessened by more.
const MOST_DISCOUNT: u64 = 900;

/// Nothing of that text stands in the other column.
pub const NOWHERE: u32 = u32::MAX;

impl FieldValues {
    /// The hashes of a part.
    ///
    /// # Panics
    /// For a part that no blocking rule of the model looks at.
    #[must_use]
    pub fn keys(&self, part: &str) -> &[u64] {
        &self.keys.iter().find(|(own, _)| own == part).expect("keys are made for every rule of the model").1
    }
}

/// Texts in order, each once.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

impl Table {
    /// Gives every distinct value of two rosters a number. The columns of the rosters are those of the model's fields, and are let go.
    #[must_use]
    pub fn of(model: &LinkageModel, left: &mut Roster, right: Option<&mut Roster>) -> Self {
        let is_one = right.is_none();
        let mut columns: Vec<[Column; 2]> = Vec::with_capacity(model.fields.len());
        let rights = right.map(|right| std::mem::take(&mut right.columns)).unwrap_or_default();
        let rights = rights.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
        for (left, right) in std::mem::take(&mut left.columns).into_iter().zip(rights) {
            columns.push([left, right.unwrap_or_default()]);
        }
        let sizes = columns.first().map_or([0, 0], |sides| sides.each_ref().map(Column::len));
        let columns = model.fields.par_iter().zip(columns.into_par_iter());
        let (mut numbered, filled): (Vec<Numbered>, Vec<[Filled; 2]>) =
            columns.map(|(field, sides)| number(field.kind, &sides)).unzip();
        let marks = own_number::settle(model, &mut numbered);
        let swapped: Vec<Option<Vec<u32>>> = model
            .fields
            .iter()
            .enumerate()
            .map(|(place, field)| Some(numbered[place].0.same_in(&numbered[field.swapped_with?].0)))
            .collect();
        let mut stride = model.fields.len() + 1;
        let packed: Vec<(Vec<u64>, Option<usize>)> = numbered
            .iter()
            .map(|(values, _)| {
                let packed = values.packed();
                let at = (!packed.is_empty()).then_some(stride);
                stride += 2 * usize::from(at.is_some());
                (packed, at)
            })
            .collect();
        let rows = [0, 1].map(|side: Side| {
            let mut rows = vec![0; sizes[side] * stride];
            rows.par_chunks_exact_mut(stride).enumerate().for_each(|(row, own)| {
                for ((place, (_, of)), (packed, at)) in numbered.iter().enumerate().zip(&packed) {
                    own[place] = of[side][row];
                    if let Some(at) = at {
                        (own[*at], own[at + 1]) = halves(packed[own[place] as usize]);
                    }
                }
                own[numbered.len()] = marks[side][row];
            });
            rows
        });
        let fields = numbered
            .into_par_iter()
            .zip(&model.fields)
            .zip(swapped)
            .zip(packed)
            .map(|((((values, of), field), swapped), (_, packed_at))| {
                let place = model.field(&field.name).unwrap_or(0);
                let asking = field.levels.iter().filter(|level| level.frequency_percent > 0);
                let counted = distinct(asking.map(|level| level.frequency_of.as_str()));
                let blocked = model.blocks.iter().flat_map(|block| &block.on).filter(|part| part.field == place);
                let parts = distinct(blocked.map(|part| part.part.as_str()).chain(counted.iter().copied()));
                let keys: Vec<(String, Vec<u64>)> =
                    parts.into_iter().map(|part| (part.to_owned(), values.part_keys(part, model.tolerance))).collect();
                let rarities = counted.into_iter().filter_map(|part| {
                    let (_, keys) = keys.iter().find(|(own, _)| own == part)?;
                    Some(rarity(part, keys, &of))
                });
                let rarities = rarities.collect();
                FieldValues { packed_at, rarities, keys, values, swapped }
            })
            .collect();
        Self { fields, rows, stride, is_one, filled }
    }

    /// Rows of a side.
    #[must_use]
    pub fn len(&self, side: Side) -> usize {
        self.rows[self.side(side)].len() / self.stride
    }

    /// Whether a side has no rows.
    #[must_use]
    pub fn is_empty(&self, side: Side) -> bool {
        self.len(side) == 0
    }

    fn side(&self, side: Side) -> Side {
        if self.is_one { 0 } else { side }
    }

    /// The values of a row, field by field, then its marks (see `own_number`) and its packed numbers.
    #[inline]
    #[must_use]
    pub fn row(&self, side: Side, row: u32) -> &[u32] {
        let (stride, row) = (self.stride, row as usize);
        &self.rows[self.side(side)][row * stride..(row + 1) * stride]
    }
}

/// The two halves of a packed number, as a row holds them.
fn halves(packed: u64) -> (u32, u32) {
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).expect("half of it");
    (half(packed >> 32), half(packed))
}

/// Numbers the distinct texts of a column of both rosters, then the distinct values that they read as.
fn number(kind: Kind, sides: &[Column; 2]) -> (Numbered, [Filled; 2]) {
    let hasher = FixedState::default();
    let mut texts: Vec<&str> = Vec::new();
    // in most columns hardly two rows say the same; dates and sexes are few
    let few = matches!(kind, Kind::BirthDate | Kind::Sex);
    let room = if few { 0 } else { sides.iter().map(Column::len).sum() };
    texts.reserve(room);
    let mut known: HashTable<u32> = HashTable::with_capacity(room);
    let mut of_text = |text| {
        let hash = hasher.hash_one(text);
        if let Some(found) = known.find(hash, |other| texts[*other as usize] == text) {
            return *found;
        }
        let next = u32::try_from(texts.len()).expect("fewer than four thousand million texts");
        known.insert_unique(hash, next, |other| hasher.hash_one(texts[*other as usize]));
        texts.push(text);
        next
    };
    let mut of = sides.each_ref().map(|side| side.iter().map(&mut of_text).collect::<Vec<u32>>());
    drop(known);
    let (values, of_texts) = Values::read(kind, &texts);
    let blank = texts.iter().position(|text| text.is_empty()).and_then(|at| u32::try_from(at).ok());
    let filled = of.each_mut().map(|rows| {
        let mut filled = Filled::default();
        let mut counts = vec![0_u32; values.len()];
        for (value, row) in rows.iter_mut().zip(0..) {
            let is_filled = Some(*value) != blank;
            *value = of_texts[*value as usize];
            filled.rows += u32::from(is_filled);
            if *value != 0 {
                counts[*value as usize] += 1;
            } else if is_filled {
                if filled.unread == 0 {
                    filled.first_unread = row;
                }
                filled.unread += 1;
            }
        }
        if let Some((count, value)) = counts.iter().zip(0_u32..).max_by_key(|(count, value)| (**count, Reverse(*value)))
        {
            filled.commonest = *count;
            filled.first_common = rows.iter().zip(0..).find(|(own, _)| **own == value).map_or(0, |(_, row)| row);
        }
        filled
    });
    ((values, of), filled)
}

/// How rare each value is, by the larger of its shares in both rosters. Who bears a name says nothing of how many others do: counts
/// are lessened by a constant, as counts of words are (absolute discounting), so that a name met once is rarer than one in so many rows.
fn rarity(part: &str, keys: &[u64], of: &[Vec<u32>; 2]) -> Rarity {
    let mut counts: HashMap<u64, [u64; 2], FixedState> = HashMap::default();
    for (side, rows) in of.iter().enumerate() {
        for value in rows {
            counts.entry(keys[*value as usize]).or_default()[side] += 1;
        }
    }
    counts.remove(&0);
    let sizes = of.each_ref().map(|rows| u64::try_from(rows.len()).unwrap_or(u64::MAX).max(1));
    let discounts = [0, 1].map(|side| {
        let met = |times: u64| counts.values().filter(|count| count[side] == times).count();
        discount_permille(met(1), met(2))
    });
    let share = |count: &[u64; 2]| {
        let of = |side: usize| {
            let less = (count[side] * 1_000).saturating_sub(discounts[side]);
            u64::try_from(u128::from(less) * u128::from(ONE / 1_000) / u128::from(sizes[side])).unwrap_or(ONE).min(ONE)
        };
        of(0).max(of(1)).max(1)
    };
    let squares = counts.values().map(|count| u128::from(share(count)).pow(2)).sum::<u128>() / u128::from(ONE);
    let average = u64::try_from(squares).unwrap_or(ONE).clamp(1, ONE);
    // many values are met as often as others
    let mut known: HashMap<u64, i32, FixedState> = HashMap::default();
    let mut weight = |share: u64| *known.entry(share).or_insert_with(|| weight_centibits(ONE, share));
    let centibits = keys.iter().map(|key| counts.get(key).map_or(0, |count| weight(share(count))));
    Rarity { part: part.to_owned(), centibits: centibits.collect(), average_centibits: weight_centibits(ONE, average) }
}

/// What a count is lessened by, in thousandths: by how many are met once for each that is met twice.
fn discount_permille(once: usize, twice: usize) -> u64 {
    let (once, twice) = (u64::try_from(once).unwrap_or(u64::MAX), u64::try_from(twice).unwrap_or(u64::MAX));
    (once * 1_000).checked_div(once + 2 * twice).unwrap_or(0).min(MOST_DISCOUNT)
}

#[cfg(test)]
mod tests {
    use crate::linkage::trial::Trial;

    const PERSON: &str = include_str!("../../config/linkage/person.toml");

    #[test]
    fn commonness_is_of_the_part_that_a_level_names() {
        let rows = |names: &[&str]| -> String {
            let row = |(at, name): (usize, &&str)| format!("{at},,{name},,,,\n");
            names.iter().enumerate().map(row).collect()
        };
        // 王 twice as often as 孟; 建国 and 健国 sound alike; 素珍 is met once
        let left = rows(&["王建国", "王健国", "王秀英", "王芳", "孟素珍", "孟丽"]);
        let trial = Trial::of(PERSON, &left, Some(&left));
        let names = &trial.table.fields[1];
        let of = |part: &str, row: u32| {
            let rarity = names.rarities.iter().find(|rarity| rarity.part == part).expect("it is counted");
            rarity.centibits[trial.table.row(0, row)[1] as usize]
        };
        assert_eq!(of("surname", 0), of("surname", 3));
        assert!(of("surname", 4) > of("surname", 0), "the rarer surname weighs more");
        assert_eq!(of("sound", 0), of("sound", 1));
        assert!(of("sound", 4) > of("sound", 0), "the rarer sound weighs more");
        // met once in six rows: rarer than one in six
        assert!(of("whole", 4) > 259, "{}", of("whole", 4));
    }
}
