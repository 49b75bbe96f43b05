//! One valid document number, two people: which pairs rest on a number that stands on rows of different names, where the names do not
//! tell whose it is. A pair that another row of the number fits almost as well is held by its margin; this is about evidence that has
//! nothing to do with the number (a telephone, an address) and would decide between two people who carry it.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::decision::Pair;
use super::fields::Kind;
use super::model::LinkageModel;
use super::table::{Side, Table};
use crate::identity::document::IdLevel;
use crate::identity::levels::Level;

/// No more rows of a number than these are looked at: a number on more is a stand-in, and its pairs are held.
const MOST_ROWS: usize = 32;

/// The rows of either side whose number another row of that side has too.
pub struct SharedNumbers<'a> {
    model: &'a LinkageModel,
    table: &'a Table,
    fields: Option<Fields>,
}

struct Fields {
    number: usize,
    name: usize,
    rows: [HashMap<u32, Vec<u32>, FixedState>; 2],
}

impl<'a> SharedNumbers<'a> {
    /// The shared numbers of two rosters; none where the model has no column of numbers, or none of names.
    #[must_use]
    pub fn of(model: &'a LinkageModel, table: &'a Table) -> Self {
        let place = |kind: Kind| model.fields.iter().position(|field| field.kind == kind);
        let fields = place(Kind::IdNumber).zip(place(Kind::PersonName)).map(|(number, name)| {
            let rows = [0, 1].map(|side| rows_of_shared(table, side, number));
            Fields { number, name, rows }
        });
        Self { model, table, fields }
    }

    /// Whether a pair is for a person to look at.
    #[must_use]
    pub fn hold(&self, pair: Pair) -> bool {
        let Some(fields) = &self.fields else { return false };
        let (left, right) = (self.table.row(0, pair.left), self.table.row(1, pair.right));
        let number = left[fields.number];
        if number == 0 || number != right[fields.number] || !self.is_valid(number, fields) {
            return false;
        }
        let doubtful = |side: Side, taken: u32, own: &[u32], partner: &[u32]| {
            let Some(rows) = fields.rows[side].get(&number) else { return false };
            let mut others = rows.iter().filter(|row| **row != taken).map(|row| self.table.row(side, *row));
            rows.len() > MOST_ROWS || others.any(|other| !self.is_plain(own, partner, other, fields))
        };
        doubtful(1, pair.right, left, right) || doubtful(0, pair.left, right, left)
    }

    /// Whether a number has no fault: only such a one belongs to one person.
    fn is_valid(&self, number: u32, fields: &Fields) -> bool {
        let values = &self.table.fields[fields.number].values;
        values.level(number, number, self.model.tolerance) == IdLevel::Exact.index()
    }

    /// Whether it is plain that `partner`, not `other`, is who `own` is; or that these two are one person. The names tell it, or what the
    /// number says itself: a stated birth date or sex that is not the number's.
    fn is_plain(&self, own: &[u32], partner: &[u32], other: &[u32], fields: &Fields) -> bool {
        let weight = |field: usize, one: &[u32], other: &[u32]| self.weight(field, one[field], other[field]);
        let name = fields.name;
        if other[name] == 0 || weight(name, partner, other) > 0 {
            return true;
        }
        let contained =
            (0..self.model.fields.len()).filter(|field| self.model.fields[*field].derived_from == Some(fields.number));
        for field in contained {
            if weight(field, own, other) < 0 && weight(field, own, partner) >= 0 {
                return true;
            }
        }
        let (fits, other_fits) = (weight(name, own, partner), weight(name, own, other));
        let better = fits >= other_fits.saturating_add(self.model.margin_centibits.max(1));
        better && (fits >= 0 && own[name] != 0 && partner[name] != 0 || other_fits < 0 && partner[name] == 0)
    }

    fn weight(&self, field: usize, one: u32, other: u32) -> i32 {
        if one == 0 || other == 0 {
            return 0;
        }
        let of = &self.model.fields[field];
        let level = self.table.fields[field].values.level(one, other, self.model.tolerance);
        of.place_of[level].map_or(0, |level| of.levels[level].centibits)
    }
}

/// The rows of every number that more than one row of a side has.
fn rows_of_shared(table: &Table, side: Side, number: usize) -> HashMap<u32, Vec<u32>, FixedState> {
    let numbers = || (0..).take(table.len(side)).map(|row: u32| (row, table.row(side, row)[number]));
    let mut counts = vec![0_u32; table.fields[number].values.len()];
    for (_, number) in numbers() {
        counts[number as usize] += 1;
    }
    let mut rows: HashMap<u32, Vec<u32>, FixedState> = HashMap::default();
    for (row, number) in numbers().filter(|(_, number)| *number != 0 && counts[*number as usize] > 1) {
        rows.entry(number).or_default().push(row);
    }
    rows
}
