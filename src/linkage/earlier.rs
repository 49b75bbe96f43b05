//! The clusters of an earlier run: which rows of today's rosters had which cluster id. Files are `cluster_id,roster,row_id`.
//!
//! A row may have moved from the right roster into the left since (a second file that became part of the whole): it is looked for in the
//! roster that the file names, then in the other one.

use std::io::{Read, Seek};

use super::roster::{Roster, RosterFault};
use super::row_ids::RowIds;
use super::table::Side;

/// The headings of a file of clusters.
pub const HEADINGS: [&str; 3] = ["cluster_id", "roster", "row_id"];
/// The names of the two rosters in such a file.
pub const ROSTERS: [&str; 2] = ["left", "right"];
/// The digits that an id has at least.
const DIGITS: usize = 7;

/// Which rows were clusters.
#[derive(Debug)]
pub struct Earlier {
    /// Of every row of each side, the number of its cluster; 0 where it had none.
    pub of: [Vec<u64>; 2],
    /// The largest number ever given.
    pub largest: u64,
}

/// The text of a cluster's number: `C0000001`.
#[must_use]
pub fn cluster_id(number: u64) -> String {
    format!("C{number:0DIGITS$}")
}

/// The number of a cluster id, if it is one.
fn number_of(text: &str) -> Option<u64> {
    let number: u64 = text.strip_prefix('C')?.parse().ok()?;
    (number > 0 && cluster_id(number) == text).then_some(number)
}

impl Earlier {
    /// Reads the clusters of an earlier run.
    ///
    /// # Errors
    /// As [`Roster::read_pairs`]; a cluster id that is none, a roster that is neither left nor right, a row that is in neither roster any
    /// more, a row that stands twice.
    pub fn read<R: Read + Seek>(
        file: &str,
        input: R,
        rows: [usize; 2],
        row_ids: &RowIds<'_>,
    ) -> Result<Self, RosterFault> {
        let read = Roster::read_lines(file, input, &HEADINGS, &[])?;
        let [Some(clusters), Some(rosters), Some(ids)] = read.columns.as_slice() else {
            unreachable!("all are asked for")
        };
        let mut earlier = Self { of: rows.map(|rows| vec![0; rows]), largest: 0 };
        let mut line_of: [Vec<u64>; 2] = rows.map(|rows| vec![0; rows]);
        for (place, line) in read.lines.into_iter().enumerate() {
            let fault = |message: String, chinese: String| RosterFault::new(file, line, [message, chinese]);
            let Some(number) = number_of(clusters.get(place)) else {
                let like = cluster_id(1);
                return Err(fault(
                    format!("the cluster_id is broken: it must be as --clusters wrote it, such as {like}"),
                    format!("cluster_id 有误：应与 --clusters 所写一致，例如 {like}"),
                ));
            };
            earlier.largest = earlier.largest.max(number);
            let (roster, id) = (rosters.get(place), ids.get(place));
            if roster.is_empty() && id.is_empty() {
                continue; // an id that no row has any more, and that is not given again
            }
            let Some(side) = ROSTERS.iter().position(|name| *name == roster) else {
                return Err(fault(
                    "the roster must be left or right".to_owned(),
                    "roster 应为 left 或 right".to_owned(),
                ));
            };
            let Some((side, row)) = found(row_ids, side, id) else {
                let message = "the row_id is in neither roster: give the roster that has this row, or take the line out if it is gone";
                let chinese = "row_id 不在任何一份名册中：请给出含有此行的名册；此行若已不存在，请删去本行";
                return Err(fault(message.to_owned(), chinese.to_owned()));
            };
            let (number_of_row, line_of_row) = (&mut earlier.of[side][row as usize], &mut line_of[side][row as usize]);
            if *number_of_row != 0 {
                return Err(fault(
                    format!("line {line_of_row} has this row already: a row is in one cluster"),
                    format!("第 {line_of_row} 行已有此行：一行只属于一个归并"),
                ));
            }
            (*number_of_row, *line_of_row) = (number, line);
        }
        Ok(earlier)
    }
}

fn found(row_ids: &RowIds<'_>, side: Side, id: &str) -> Option<(Side, u32)> {
    let sides = if row_ids.is_one() { [0, 0] } else { [side, 1 - side] };
    sides.into_iter().find_map(|side| Some((side, row_ids.find(side, id)?)))
}

#[cfg(test)]
mod tests;
