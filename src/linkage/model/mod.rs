//! The model of a linkage: which columns are compared, how much each level weighs, which rows are candidates, from where on they
//! match. Read from TOML, checked as a whole; training writes the same file with other numbers.
//!
//! As in `identity`'s model a level weighs log2(m / u). A model may leave out levels of a kind: those count as the next weaker one it
//! lists.

mod checked;
mod file;
mod order;
mod written;

pub use file::Basis;

use super::fields::{Kind, LevelText, part_said};
use super::table::Side;
use crate::household::Lang;
use crate::identity::bits::weight_centibits;
use crate::identity::model::{Cost, ModelFaults, Reason};
use crate::identity::pinyin::Tolerance;

/// The model for people.
const PERSON: &str = include_str!("../../../config/linkage/person.toml");
/// What it calls itself.
const NAME_OF_PERSON: &str = "persons";

/// A number that is left out.
const LEFT_OUT: LevelText = LevelText {
    key: "left_out",
    zh: "证件号码与本行所载出生日期或性别矛盾，不计入",
    en: "the ID number contradicts the birth date or sex on its own row: left out",
};

/// A field that is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the model, in reasons and in outputs.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Its headings in the left and the right roster.
    pub headings: [String; 2],
    /// The field it changes places with.
    pub swapped_with: Option<usize>,
    /// The document number that says what is not stated.
    pub derived_from: Option<usize>,
    /// The levels the model lists, strongest first; `missing` is none of them.
    pub levels: Vec<LevelWeight>,
    /// Of every level of the kind, its place in `levels`; none for `missing`.
    pub place_of: Vec<Option<usize>>,
}

/// A level with its probabilities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelWeight {
    /// Its name.
    pub level: String,
    /// How often two rows of one person stand at it, in parts per trillion.
    pub m: u64,
    /// How often those of two people do.
    pub u: u64,
    /// log2(m / u) in hundredths of a bit.
    pub centibits: i32,
    /// How much of the correction for common and rare values it takes.
    pub frequency_percent: i32,
    /// The part of the value whose frequency it is, one of the kind's.
    pub frequency_of: String,
}

/// A part of a field's value: what a blocking rule looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// The field.
    pub field: usize,
    /// The part, one of the kind's.
    pub part: String,
}

/// A blocking rule: rows that agree in all parts are candidates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// As written: `name.sound, birth_date.year`.
    pub text: String,
    /// What must agree.
    pub on: Vec<Part>,
    /// Whether training looks at it.
    pub estimate: bool,
    /// Blocks that make more pairs are left out.
    pub largest: Option<u32>,
}

/// A field that follows from another: its agreement counts only in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependence {
    /// The field that follows.
    pub field: usize,
    /// What it follows from.
    pub given: usize,
    /// By place among the levels of `given`.
    pub when: Vec<bool>,
    /// What is left of its weight.
    pub keep_percent: i32,
    /// Why.
    pub reason: Reason,
}

/// Levels that say something else together than each by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// For some fields, which levels (by place; after them `missing` and `left_out`).
    pub when: Vec<(usize, Vec<bool>)>,
    /// What is added to the weight.
    pub centibits: i32,
    /// Why.
    pub reason: Reason,
}

/// How weights become log odds: fields that are taken for independent say less together than they sum up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calibration {
    /// Percent of prior and weight that counts.
    pub scale_percent: i32,
    /// What is added, in centibits.
    pub shift_centibits: i32,
}

/// Levels at which two rows are one person only when somebody has looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// For some fields, which levels (by place; after them `missing` and `left_out`).
    pub when: Vec<(usize, Vec<bool>)>,
    /// Why.
    pub reason: Reason,
}

/// A model, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkageModel {
    /// Its name.
    pub name: String,
    /// Whether its numbers are guessed or trained.
    pub basis: Basis,
    /// Where they come from.
    pub source: String,
    /// The heading of the column that names a row.
    pub id: String,
    /// What is compared.
    pub fields: Vec<Field>,
    /// Who is compared.
    pub blocks: Vec<Block>,
    /// What is counted once.
    pub dependences: Vec<Dependence>,
    /// What is counted together.
    pub together: Vec<Together>,
    /// What no match may stand at.
    pub conflicts: Vec<Conflict>,
    /// Which sounds are taken for one another.
    pub tolerance: Tolerance,
    /// How weights become log odds.
    pub calibration: Calibration,
    /// Log odds that two rows taken at random are one person, in centibits.
    pub prior_centibits: i32,
    /// The rows of the larger roster that the prior was estimated on; none where it holds for rosters of any size.
    pub prior_rows: Option<u32>,
    /// Log odds from which a pair is a match.
    pub match_centibits: i32,
    /// Log odds below which it is not worth a look.
    pub review_centibits: i32,
    /// What both follow from, where the model says what errors cost.
    pub cost: Option<Cost>,
    /// How much better than the next a pair must fit, one-to-one, to be a match.
    pub margin_centibits: i32,
}

impl LinkageModel {
    /// Reads and checks a model; `file` is named in faults.
    ///
    /// # Errors
    /// Every fault found, each with line and key.
    pub fn parse(file: &str, text: &str) -> Result<Self, ModelFaults> {
        checked::check(file, text)
    }

    /// The model for people, where no other is named.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn of_people() -> Result<Self, ModelFaults> {
        Self::parse("config/linkage/person.toml", PERSON)
    }

    /// The headings that a roster of a side needs beside that of its ids.
    #[must_use]
    pub fn headings(&self, side: Side) -> Vec<&str> {
        self.fields.iter().map(|field| field.headings[side].as_str()).collect()
    }

    /// The model for rosters of which the larger has so many rows: each row has one partner at most, so that the chance of two taken
    /// at random falls as rosters grow.
    #[must_use]
    pub fn for_rows(mut self, rows: usize) -> Self {
        let rows = u32::try_from(rows).unwrap_or(u32::MAX).max(1);
        if let Some(known) = self.prior_rows {
            self.prior_centibits += weight_centibits(u64::from(known), u64::from(rows));
            self.prior_rows = Some(rows);
        }
        self
    }

    /// Log odds that a pair of this weight is one person, in centibits.
    #[must_use]
    pub fn log_odds(&self, weight: i32) -> i32 {
        let Calibration { scale_percent, shift_centibits } = self.calibration;
        let scaled = (i64::from(weight) + i64::from(self.prior_centibits)) * i64::from(scale_percent) / 100;
        let sum = scaled + i64::from(shift_centibits);
        i32::try_from(sum).unwrap_or(if sum > 0 { i32::MAX } else { i32::MIN })
    }

    /// The least weight of a pair of these log odds.
    #[must_use]
    pub fn weight_at(&self, log_odds: i32) -> i32 {
        let Calibration { scale_percent, shift_centibits } = self.calibration;
        let scaled = i64::from(log_odds) - i64::from(shift_centibits);
        let weight = scaled * 100 / i64::from(scale_percent) - i64::from(self.prior_centibits);
        i32::try_from(weight).unwrap_or(if weight > 0 { i32::MAX } else { i32::MIN })
    }

    /// The most that levels may add together, in centibits: where a field stands below its strongest level, never so much that the pair weighs
    /// more than one that agrees in full there. A sex that differs speaks less beside one name, but never for the pair.
    #[must_use]
    pub fn most_together(&self, when: &[(usize, Vec<bool>)]) -> i32 {
        let room = when.iter().filter_map(|(field, levels)| {
            let weights: Vec<i32> = self.fields[*field].levels.iter().map(|level| level.centibits).collect();
            // what is missing or left out weighs nothing
            let standing = levels.iter().zip(0..).filter(|(stands, _)| **stands);
            let heaviest = standing.map(|(_, place): (_, usize)| weights.get(place).copied().unwrap_or(0)).max()?;
            (levels.first() == Some(&false)).then(|| weights[0] - heaviest)
        });
        room.min().unwrap_or(i32::MAX).max(0)
    }

    /// The first conflict rule that a pair of these levels stands at.
    #[must_use]
    pub fn conflict(&self, pattern: &[u8]) -> Option<u16> {
        let conflicts = self.conflicts.iter().zip(0..);
        conflicts.into_iter().find(|(conflict, _)| stands(&conflict.when, pattern)).map(|(_, place)| place)
    }

    /// The model with the thresholds that follow from other costs.
    #[must_use]
    pub fn at_cost(mut self, cost: Cost) -> Self {
        [self.match_centibits, self.review_centibits] = cost.centibits();
        self.cost = Some(cost);
        self
    }

    /// What the thresholds follow from; nothing where they were chosen.
    #[must_use]
    pub fn costs(&self) -> Option<Cost> {
        self.cost.filter(|cost| cost.centibits() == [self.match_centibits, self.review_centibits])
    }

    /// Its name in words, where it is the one for people; what others are called is their makers' to say.
    #[must_use]
    pub fn said(&self, lang: Lang) -> String {
        match (self.name.as_str(), lang) {
            (NAME_OF_PERSON, Lang::Zh) => format!("人员名册（{NAME_OF_PERSON}）"),
            (NAME_OF_PERSON, Lang::En) => format!("rosters of people ({NAME_OF_PERSON})"),
            (name, _) => name.to_owned(),
        }
    }

    /// A field in words: what it holds, with its name where that alone would not tell it from others.
    #[must_use]
    pub fn field_said(&self, field: usize, lang: Lang) -> String {
        let Field { name, kind, .. } = &self.fields[field];
        let is_only = self.fields.iter().filter(|other| other.kind == *kind).count() == 1;
        match (kind, lang) {
            (Kind::Text | Kind::Code, _) => name.clone(),
            _ if is_only => kind.said(lang).to_owned(),
            (_, Lang::Zh) => format!("{}（{name}）", kind.said(lang)),
            (_, Lang::En) => format!("{} ({name})", kind.said(lang)),
        }
    }

    /// A blocking rule in words: `姓名的读音、出生日期的年份`.
    #[must_use]
    pub fn block_said(&self, block: &Block, lang: Lang) -> String {
        let said = |part: &Part| {
            let field = self.field_said(part.field, lang);
            match (part_said(&part.part, lang), lang) {
                (None, _) => field,
                (Some(part), Lang::Zh) => format!("{field}的{part}"),
                (Some(part), Lang::En) => format!("{part} of the {field}"),
            }
        };
        block.on.iter().map(said).collect::<Vec<_>>().join(lang.pick("、", ", "))
    }

    /// The place of a field by its name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

impl Together {
    /// Whether a pair stands at all of its levels.
    #[inline]
    #[must_use]
    pub fn stands(&self, pattern: &[u8]) -> bool {
        stands(&self.when, pattern)
    }

    /// Whether a pair may stand at all of its levels, as far as the fields seen say: a bit a field.
    #[inline]
    #[must_use]
    pub fn may_stand(&self, pattern: &[u8], seen: u32) -> bool {
        let mut known = self.when.iter().filter(|(field, _)| seen >> field & 1 == 1);
        known.all(|(field, levels)| levels[usize::from(pattern[*field])])
    }
}

/// Whether a pair stands at one of the levels of every field named.
#[inline]
fn stands(when: &[(usize, Vec<bool>)], pattern: &[u8]) -> bool {
    when.iter().all(|(field, levels)| levels[usize::from(pattern[*field])])
}

impl Field {
    /// The place of `missing` in [`Together`] conditions and level patterns: after all that are listed.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.levels.len()
    }

    /// What stands at a place of a pattern, in words.
    #[must_use]
    pub fn level_text(&self, place: usize) -> LevelText {
        let key = match self.levels.get(place) {
            Some(level) => level.level.as_str(),
            None if place == self.left_out() => return LEFT_OUT,
            None => "missing",
        };
        let mut texts = self.kind.levels().into_iter();
        texts.find(|text| text.key == key).expect("a model lists levels of the kind")
    }

    /// The place of a number that is left out because it contradicts its own row.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.levels.len() + 1
    }
}

#[cfg(test)]
mod tests;
