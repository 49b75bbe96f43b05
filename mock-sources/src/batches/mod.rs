//! The county's households as a file for bulk verification: the same households as the departments hold, one request each. `BATCHES.md`
//! describes the files, the faulty rows and the truth beside them.
//!
//! `faulty` says what is wrong with which row, `document` writes requests as NDJSON, `table` one line a member as CSV, `truth` what is
//! expected of each; this file makes one household at a time and streams. Neighbours: the binary's `households`; oracles read the same
//! population through [`crate::population::Population`].

mod document;
mod faulty;
mod table;
#[cfg(test)]
mod tests;
mod truth;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::Value;

pub use faulty::RowFault;
pub use table::Headings;

use crate::population::stream;
use crate::truth::{Declaration, Household, RequestOptions, build_request};

/// How many households pass between two words of progress.
const STEP: u32 = 10_000;

/// How a batch is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchFormat {
    /// One request document a line, as `POST /v1/verifications` takes it. UTF-8.
    Ndjson,
    /// One line a member, the applicant first. `gb18030` as spreadsheets in China save it, else UTF-8.
    Csv {
        /// Language of the headings.
        headings: Headings,
        /// Whether the file is GB18030.
        gb18030: bool,
    },
}

/// A batch to be written.
#[derive(Clone, Debug)]
pub struct Households {
    /// Seed of the population: the departments' seed gives the departments' households.
    pub seed: u64,
    /// How many households; the two fixed ones are not among them.
    pub households: u32,
    /// The day the population is as of, and the requests are about.
    pub as_of: Date,
    /// Share of faulty households, in ten-thousandths.
    pub faulty: u32,
    /// What families declare.
    pub declare: Declaration,
}

impl Default for Households {
    fn default() -> Self {
        let config = crate::Config::default();
        Self {
            seed: config.seed,
            households: config.households,
            as_of: config.as_of,
            faulty: 0,
            declare: Declaration::Honest,
        }
    }
}

/// One household of a batch.
#[derive(Clone, Debug)]
pub struct BatchHousehold {
    /// The household as it truly is.
    pub household: Household,
    /// The request as it stands in the file, damaged where `fault` says so.
    pub request: Value,
    /// What is wrong with it.
    pub fault: Option<RowFault>,
}

/// Why a batch could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// A file could not be written.
    #[error("cannot write {path}: {source}; is the folder there, writable, and the disk not full?")]
    Write {
        /// Which.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
}

impl Households {
    /// The households in the order of the file, made one at a time. One that is there twice comes again after the next household.
    pub fn iter(&self) -> impl Iterator<Item = BatchHousehold> {
        let options =
            RequestOptions { purpose: "periodic_review".into(), declare: self.declare, ..RequestOptions::default() };
        let (seed, share, as_of) = (self.seed, self.faulty, self.as_of);
        let mut made = stream(seed, self.households, as_of);
        let (mut again, mut due) = (None, None);
        std::iter::from_fn(move || {
            if let Some(twice) = due.take() {
                return Some(twice);
            }
            let Some(household) = made.next() else { return again.take() };
            let request = build_request(&household, as_of, &options);
            let mut one = BatchHousehold { household, request, fault: None };
            due = again.take();
            match faulty::drawn(seed, share, one.household.index) {
                Some(RowFault::DuplicateHousehold) => {
                    again = Some(BatchHousehold { fault: Some(RowFault::DuplicateHousehold), ..one.clone() });
                }
                Some(fault) => one.fault = Some(faulty::damage(&mut one.request, fault, as_of)),
                None => {}
            }
            Some(one)
        })
    }

    /// Writes the batch to `path` and, where asked for, what is expected of each of its households to `truth`; `progress` hears how many
    /// households are written, now and then and at the end.
    pub fn write(
        &self,
        format: BatchFormat,
        path: &Path,
        truth: Option<&Path>,
        mut progress: impl FnMut(u32),
    ) -> Result<(), BatchError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| BatchError::Write { path, source }
        };
        let mut out = BufWriter::new(File::create(path).map_err(failed(path))?);
        let mut beside = match truth {
            None => None,
            Some(path) => Some((path, BufWriter::new(File::create(path).map_err(failed(path))?))),
        };
        let mut line = match format {
            BatchFormat::Ndjson => 1,
            BatchFormat::Csv { headings, gb18030 } => {
                table::write_headings(&mut out, headings, gb18030).map_err(failed(path))?;
                2
            }
        };
        let window = crate::Window::ending(self.as_of);
        let mut written = 0;
        for one in self.iter() {
            let lines = match format {
                BatchFormat::Ndjson => document::write(&mut out, &one),
                BatchFormat::Csv { headings, gb18030 } => table::write(&mut out, &one, headings, gb18030),
            };
            let lines = lines.map_err(failed(path))?;
            if let Some((path, file)) = &mut beside {
                truth::write(file, &one, line, &window).map_err(failed(path))?;
            }
            line += lines;
            written += 1;
            if written % STEP == 0 {
                progress(written);
            }
        }
        out.flush().map_err(failed(path))?;
        if let Some((path, file)) = &mut beside {
            file.flush().map_err(failed(path))?;
        }
        progress(written);
        Ok(())
    }
}
