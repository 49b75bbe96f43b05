//! Rows by their names: for files about rosters that name rows as the rosters do.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::roster::Column;
use super::table::Side;

/// The rows of both rosters by their ids; of one roster, both sides are that one.
pub struct RowIds<'a> {
    sides: [HashMap<&'a str, u32, FixedState>; 2],
    is_one: bool,
}

impl<'a> RowIds<'a> {
    /// Looks up the rows of these ids.
    #[must_use]
    pub fn of(ids: (&'a Column, &'a Column), is_one: bool) -> Self {
        let rows = |ids: &'a Column| ids.iter().zip(0..).collect();
        Self { sides: [rows(ids.0), if is_one { HashMap::default() } else { rows(ids.1) }], is_one }
    }

    /// Whether both sides are one roster.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.is_one
    }

    /// The row of that id. A spreadsheet's mark before it (an apostrophe: what follows is text) is no part of an id.
    #[must_use]
    pub fn find(&self, side: Side, id: &str) -> Option<u32> {
        let rows = &self.sides[if self.is_one { 0 } else { side }];
        rows.get(id).or_else(|| rows.get(id.strip_prefix('\'')?)).copied()
    }
}
