//! What a row's document number says of the row itself: birth date and sex where they are not stated or stated with a slip, and that the
//! number is another person's where they are stated quite otherwise. A relative's number on a record is the commonest cause, and must
//! count neither for the relative nor against the person. A valid number carries a check character, a stated date does not: of two
//! dates a slip apart the number's is taken.

use super::fields::{Kind, Values};
use super::model::LinkageModel;
use crate::identity::birth_date::BirthDateLevel;
use crate::identity::levels::Level;

/// A field as numbered: its values, and of every row of either side which of them.
pub(super) type Numbered = (Values, [Vec<u32>; 2]);

/// Of every row, a bit a field: of one that follows from the number, that it was filled from it; of the number, that it is not the
/// row's own.
pub(super) type Marks = [Vec<u32>; 2];

/// The mark of a field.
#[inline]
#[must_use]
pub(super) fn mark(field: usize) -> u32 {
    1 << field
}

/// Takes from the numbers that are the rows' own what they say; marks what was not stated, and numbers that are not.
pub(super) fn settle(model: &LinkageModel, numbered: &mut [Numbered]) -> Marks {
    let sizes = numbered.first().map_or([0, 0], |(_, sides)| sides.each_ref().map(Vec::len));
    let mut marks: Marks = sizes.map(|size| vec![0; size]);
    let mut said: Vec<Option<[Vec<u32>; 2]>> = vec![None; numbered.len()];
    for (place, field) in model.fields.iter().enumerate() {
        if let Some(number) = field.derived_from {
            said[place] = Some(said_of(numbered, place, number));
        }
    }
    for number in 0..numbered.len() {
        let follows = |kind: Kind| {
            let fields = model.fields.iter().enumerate();
            let mut of_kind = fields.filter(move |(_, f)| f.derived_from == Some(number) && f.kind == kind);
            of_kind.next().map(|(place, _)| place)
        };
        let (date, sex) = (follows(Kind::BirthDate), follows(Kind::Sex));
        for (side, marks) in marks.iter_mut().enumerate() {
            for (row, marks) in marks.iter_mut().enumerate() {
                let both = |place: Option<usize>| {
                    let place = place?;
                    let (stated, said) = (numbered[place].1[side][row], said[place].as_ref()?[side][row]);
                    (stated != 0 && said != 0).then_some((place, stated, said))
                };
                let is_another = match (both(date), both(sex)) {
                    (Some((place, stated, said)), _) => {
                        let level = numbered[place].0.level(stated, said, model.tolerance);
                        level == BirthDateLevel::Different.index()
                    }
                    (None, Some((_, stated, said))) => stated != said,
                    (None, None) => false,
                };
                if is_another {
                    *marks |= mark(number);
                }
            }
        }
    }
    for (place, said) in said.into_iter().enumerate().filter_map(|(place, said)| Some((place, said?))) {
        let number = model.fields[place].derived_from.map_or(0, mark);
        for (side, said) in said.into_iter().enumerate() {
            let rows = numbered[place].1[side].iter_mut().zip(&mut marks[side]);
            for ((value, marks), said) in rows.zip(said) {
                if said == 0 || *marks & number != 0 {
                    continue;
                }
                if *value == 0 {
                    *marks |= mark(place);
                }
                *value = said;
            }
        }
    }
    marks
}

/// What every row's number says of a field, as values of it; 0 for nothing.
fn said_of(numbered: &mut [Numbered], place: usize, number: usize) -> [Vec<u32>; 2] {
    let mut values = std::mem::replace(&mut numbered[place].0, Values::none());
    let mut said = values.said_by(&numbered[number].0);
    let rows = numbered[number].1.each_ref().map(|rows| {
        let of = rows.iter().map(|document| said.of(&mut values, *document).unwrap_or(0));
        of.collect()
    });
    numbered[place].0 = values;
    rows
}

#[cfg(test)]
mod tests;
