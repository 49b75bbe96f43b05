//! Two rosters of people of whom some stand in both, with the known truth: what a linkage of rosters is measured with. `ROSTERS.md` describes
//! the people and the damage.
//!
//! `people` and `kin` make the population, `homes` and `given` where they live and what they are called; `record` writes one person
//! into one roster with the damage of `rates`; this file says who stands where and streams the three files. Neighbours: the binary's
//! `rosters`; the twenty departments know nothing of this.

mod given;
mod homes;
mod kin;
mod people;
mod rates;
mod record;
#[cfg(test)]
mod tests;
mod written_facts;
mod written_name;
mod written_number;

use std::path::{Path, PathBuf};

use people::People;
use rates::{Rates, Side};

use crate::chance::Chance;

/// Two rosters to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rosters {
    /// Seed of people and damage: the same seed gives the same bytes.
    pub seed: u64,
    /// Records of the left roster.
    pub left: u32,
    /// Records of the right roster.
    pub right: u32,
    /// People who stand in both; at most the smaller roster.
    pub shared: u32,
    /// Every rate of damage times this, capped at nine tenths; 0 for none.
    pub noise: u32,
    /// Share of missing ID numbers on both sides in per cent, in place of the table's.
    pub id_missing_percent: Option<u32>,
}

/// Why rosters could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// More people in both than one of them holds.
    #[error(
        "{shared} people cannot stand in both rosters of {left} and {right}: lower --true or raise the smaller side"
    )]
    TooManyShared {
        /// People who should stand in both.
        shared: u32,
        /// Size of the left roster.
        left: u32,
        /// Size of the right roster.
        right: u32,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}; is the folder there, writable, and the disk not full?")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What has been done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The population is made.
    People(usize),
    /// Rows written to `left.csv`.
    Left(usize),
    /// Rows written to `right.csv`.
    Right(usize),
    /// Rows written to `truth.csv`.
    Truth(usize),
}

/// Rows between two reports of progress.
const STEP: usize = 100_000;

/// Who stands in which row of which roster.
struct Drawn {
    people: People,
    /// Person of each row.
    left: Vec<u32>,
    right: Vec<u32>,
    /// Pairs of rows that are one person.
    truth: Vec<(u32, u32)>,
}

impl Rosters {
    /// Writes `left.csv`, `right.csv` and `truth.csv` into `folder`, which is made when it is not there. Existing files are replaced.
    ///
    /// # Errors
    /// When more people are shared than a side holds, or a file cannot be written.
    pub fn write(&self, folder: &Path, mut progress: impl FnMut(Progress)) -> Result<(), RosterError> {
        let drawn = self.draw()?;
        progress(Progress::People(drawn.people.persons.len()));
        std::fs::create_dir_all(folder).map_err(|source| RosterError::Write { path: folder.to_owned(), source })?;
        for (side, file) in [(Side::Left, "left.csv"), (Side::Right, "right.csv")] {
            let path = folder.join(file);
            let said = if side == Side::Left { Progress::Left } else { Progress::Right };
            self.write_roster(&path, side, &drawn, |rows| progress(said(rows)))
                .map_err(|source| RosterError::Write { path, source })?;
        }
        let path = folder.join("truth.csv");
        write_truth(&path, &drawn.truth).map_err(|source| RosterError::Write { path, source })?;
        progress(Progress::Truth(drawn.truth.len()));
        Ok(())
    }

    /// Makes the people and says who stands where: rows of both rosters are in an order of their own.
    fn draw(&self) -> Result<Drawn, RosterError> {
        let Self { seed, left, right, shared, .. } = *self;
        if shared > left.min(right) {
            return Err(RosterError::TooManyShared { shared, left, right });
        }
        let [left, right, shared] = [left, right, shared].map(|count| count as usize);
        let people = People::generate(seed, left + right - shared);
        let mut everybody: Vec<u32> = (0..).take(people.persons.len()).collect();
        shuffle(&mut Chance::new(seed, "rosters who", 0), &mut everybody);
        let mut of_left = everybody[..left].to_vec();
        let mut of_right: Vec<u32> = everybody[..shared].iter().chain(&everybody[left..]).copied().collect();
        shuffle(&mut Chance::new(seed, "rosters left rows", 0), &mut of_left);
        shuffle(&mut Chance::new(seed, "rosters right rows", 0), &mut of_right);
        let mut row_of = vec![None; people.persons.len()];
        for (row, person) in (0_u32..).zip(&of_right) {
            row_of[*person as usize] = Some(row);
        }
        let truth =
            (0_u32..).zip(&of_left).filter_map(|(row, person)| Some((row, row_of[*person as usize]?))).collect();
        Ok(Drawn { people, left: of_left, right: of_right, truth })
    }

    fn write_roster(
        &self,
        path: &Path,
        side: Side,
        drawn: &Drawn,
        mut progress: impl FnMut(usize),
    ) -> std::io::Result<()> {
        let rates = Rates::new(self.noise, self.id_missing_percent);
        let mut file = csv::Writer::from_path(path)?;
        file.write_record(["id", "name", "id_number", "birth_date", "sex", "phone", "address"])?;
        let persons = if side == Side::Left { &drawn.left } else { &drawn.right };
        for (row, person) in (0_u32..).zip(persons) {
            let record = record::record(&drawn.people, self.seed, &rates, side, *person);
            file.write_field(id(side, row))?;
            file.write_record(&record.fields)?;
            if (row as usize + 1).is_multiple_of(STEP) {
                progress(row as usize + 1);
            }
        }
        file.flush()
    }
}

fn write_truth(path: &Path, truth: &[(u32, u32)]) -> std::io::Result<()> {
    let mut file = csv::Writer::from_path(path)?;
    file.write_record(["left_id", "right_id"])?;
    for (left, right) in truth {
        file.write_record([id(Side::Left, *left), id(Side::Right, *right)])?;
    }
    file.flush()
}

/// The id of a row: its place, which says nothing of the person.
fn id(side: Side, row: u32) -> String {
    format!("{}{:07}", if side == Side::Left { 'L' } else { 'R' }, row + 1)
}

fn shuffle(chance: &mut Chance, items: &mut [u32]) {
    for at in (1..items.len()).rev() {
        items.swap(at, chance.index(at + 1));
    }
}
