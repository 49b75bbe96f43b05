//! A roster as it was written: comma-separated, a heading line, UTF-8 or GB18030. Only the columns that a model names are kept.
//!
//! Faults name file, line and column, never a value; nothing is read further once a roster is at fault.

mod decoding;
mod fault;
mod line_ends;

use std::cmp::Ordering;
use std::io::{Read, Seek, SeekFrom};

use csv::{ByteRecord, ReaderBuilder};
use foldhash::fast::FixedState;
use hashbrown::HashTable;

use decoding::Decoding;
pub use fault::RosterFault;
use fault::{both, columns_missing};
use line_ends::PlainLines;
use std::hash::BuildHasher;

/// Rows after which room is made for the rest of the file, by how long they are.
const LOOKED_AT: usize = 1 << 12;

/// The texts of one column, end to end.
#[derive(Clone, Default)]
pub struct Column {
    bytes: String,
    ends: Vec<usize>,
}

impl Column {
    /// Makes room for so many times what is there: nothing is copied again while it grows.
    fn reserve(&mut self, times: usize) {
        self.bytes.reserve(self.bytes.len().saturating_mul(times));
        self.ends.reserve(self.ends.len().saturating_mul(times));
    }

    fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// A row's text.
    #[must_use]
    pub fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[row]]
    }

    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Every row's text.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|row| self.get(row))
    }
}

impl<'a> FromIterator<&'a str> for Column {
    fn from_iter<T: IntoIterator<Item = &'a str>>(texts: T) -> Self {
        let mut column = Self::default();
        texts.into_iter().for_each(|text| column.push(text));
        column
    }
}

/// Rows of some other file about rosters: pairs, labels, clusters.
pub struct Lines {
    /// The columns asked for, in that order; of those that need not be there, none where the heading line lacks them.
    pub columns: Vec<Option<Column>>,
    /// Where each row stands in the file.
    pub lines: Vec<u64>,
}

/// A roster, read.
pub struct Roster {
    /// The file as it was named.
    pub file: String,
    /// What names each row; no two rows alike.
    pub ids: Column,
    /// The columns asked for, in that order.
    pub columns: Vec<Column>,
    /// Rows that do not stand one line below the row before, with their lines: values of several lines, blank lines.
    shifts: Vec<(usize, u64)>,
}

impl Roster {
    /// Reads the rows of `input`: the column of ids, and those headed by `headings`.
    ///
    /// # Errors
    /// The first fault: an empty file, columns that are not there, an id that is empty or repeated, a line of another length, an encoding that is
    /// neither UTF-8 nor GB18030.
    pub fn read<R: Read + Seek>(file: &str, mut input: R, id: &str, headings: &[&str]) -> Result<Self, RosterFault> {
        Ok(Reading { file, id: Some(id), headings, optional: &[] }.either_encoding(&mut input)?.0)
    }

    /// Reads two columns of ids, of which a row may name what others name too.
    ///
    /// # Errors
    /// As [`Roster::read`], but for ids.
    pub fn read_pairs<R: Read + Seek>(
        file: &str,
        mut input: R,
        headings: [&str; 2],
    ) -> Result<[Column; 2], RosterFault> {
        let reading = Reading { file, id: None, headings: &headings, optional: &[] };
        let mut read = reading.either_encoding(&mut input)?.0.columns;
        let right = read.pop().unwrap_or_default();
        Ok([read.pop().unwrap_or_default(), right])
    }

    /// Reads columns that may hold anything, those of `optional` only where the file has them.
    ///
    /// # Errors
    /// As [`Roster::read`], but for ids.
    pub fn read_lines<R: Read + Seek>(
        file: &str,
        mut input: R,
        headings: &[&str],
        optional: &[&str],
    ) -> Result<Lines, RosterFault> {
        let reading = Reading { file, id: None, headings, optional };
        let (roster, lines) = reading.either_encoding(&mut input)?;
        let required = headings.len();
        let kept =
            |(place, column): (usize, Column)| (place < required || column.len() == lines.len()).then_some(column);
        Ok(Lines { columns: roster.columns.into_iter().enumerate().map(kept).collect(), lines })
    }

    /// The line of its file on which a row begins.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        let before = self.shifts.partition_point(|(from, _)| *from <= row).checked_sub(1);
        let (from, line) = before.map_or((0, 2), |at| self.shifts[at]);
        line + u64::try_from(row - from).unwrap_or(u64::MAX)
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.ends.len()
    }

    /// Whether there are none; a roster that was read has some.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why reading stopped.
enum Stopped {
    Fault(RosterFault),
    /// The line that is no UTF-8.
    NotUtf8(u64),
}

impl Stopped {
    fn into_fault(self, reading: &Reading<'_>) -> RosterFault {
        match self {
            Self::Fault(fault) => fault,
            Self::NotUtf8(line) => {
                let broken =
                    both("the text is broken: save the file again as UTF-8", "文字编码有误：请将文件另存为 UTF-8");
                reading.fault(line, broken)
            }
        }
    }
}

struct Reading<'a> {
    file: &'a str,
    /// The heading of the column that names rows, where one does.
    id: Option<&'a str>,
    headings: &'a [&'a str],
    /// Headings of which not all need be there; what is made of the file tells when none is.
    optional: &'a [&'a str],
}

impl Reading<'_> {
    fn fault(&self, line: u64, messages: [String; 2]) -> RosterFault {
        RosterFault::new(self.file, line, messages)
    }

    fn either_encoding<R: Read + Seek>(&self, input: &mut R) -> Result<(Roster, Vec<u64>), RosterFault> {
        let unseekable =
            |error: std::io::Error| self.fault(0, both(&error.to_string(), &format!("文件无法读取：{error}")));
        // a pipe has no size, and needs none
        let size = input.seek(SeekFrom::End(0)).and_then(|size| input.rewind().map(|()| size)).unwrap_or(0);
        match self.all(input, size) {
            Err(Stopped::NotUtf8(utf8)) => {
                input.rewind().map_err(unseekable)?;
                let mut decoded = Decoding::gb18030(&mut *input);
                let read = self.all(&mut decoded, size);
                if decoded.is_broken() {
                    let line = decoded.line();
                    // whichever of the two held further is what the file was meant to be
                    let message = match utf8.cmp(&line) {
                        Ordering::Greater => both(
                            "the text is UTF-8 up to this line, which is broken: save the file again as UTF-8",
                            "此行之前为 UTF-8，此行文字编码有误：请将文件另存为 UTF-8",
                        ),
                        Ordering::Less => both(
                            "the text is GB18030 up to this line, which is broken: save the file again as UTF-8",
                            "此行之前为 GB18030，此行文字编码有误：请将文件另存为 UTF-8",
                        ),
                        Ordering::Equal => both(
                            "the text is neither UTF-8 nor GB18030: save the file again as UTF-8",
                            "文字编码既不是 UTF-8，也不是 GB18030：请将文件另存为 UTF-8",
                        ),
                    };
                    return Err(self.fault(utf8.max(line), message));
                }
                read.map_err(|stopped| stopped.into_fault(self))
            }
            read => read.map_err(|stopped| stopped.into_fault(self)),
        }
    }

    /// Reads all rows of a file of about so many bytes.
    fn all(&self, input: &mut impl Read, size: u64) -> Result<(Roster, Vec<u64>), Stopped> {
        let mut reader =
            ReaderBuilder::new().flexible(true).buffer_capacity(1 << 20).from_reader(PlainLines::new(input));
        let unreadable = |error: &csv::Error| {
            let line = error.position().map_or(0, csv::Position::line);
            Stopped::Fault(self.fault(line, [format!("cannot be read: {error}"), format!("无法读取：{error}")]))
        };
        let first = reader.byte_headers().map_err(|error| unreadable(&error))?.clone();
        let places = self.places(&first)?;
        let mut roster = Roster {
            file: self.file.to_owned(),
            ids: Column::default(),
            columns: self.headings.iter().chain(self.optional).map(|_| Column::default()).collect(),
            shifts: Vec::new(),
        };
        let mut record = ByteRecord::new();
        let mut lines = Vec::new();
        while reader.read_byte_record(&mut record).map_err(|error| unreadable(&error))? {
            let line = line_of(&record, reader.position().line());
            if record.len() != first.len() {
                let (own, needed) = (record.len(), first.len());
                let messages = [
                    format!(
                        "this line has {own} values and the heading line {needed}: a comma or a quotation mark is missing or too many"
                    ),
                    format!("此行有 {own} 个值，表头有 {needed} 栏：缺少或多出逗号、引号"),
                ];
                return Err(Stopped::Fault(self.fault(line, messages)));
            }
            let text = |place: usize| std::str::from_utf8(&record[place]).map_err(|_| Stopped::NotUtf8(line));
            if let Some(heading) = self.id {
                let id = places[0].map_or(Ok(""), text)?.trim();
                if id.is_empty() {
                    let messages = [
                        format!("the row has no \"{heading}\": every row needs a name of its own"),
                        format!("此行没有“{heading}”：每行都要有自己的编号"),
                    ];
                    return Err(Stopped::Fault(self.fault(line, messages)));
                }
                roster.ids.push(id);
            }
            if line != lines.last().map_or(1, |before| before + 1) {
                roster.shifts.push((lines.len(), line));
            }
            lines.push(line);
            if lines.len() == LOOKED_AT {
                let read = record.position().map_or(0, csv::Position::byte);
                let times = size.checked_div(read).and_then(|times| usize::try_from(times).ok()).unwrap_or(0);
                lines.reserve(times.saturating_mul(LOOKED_AT));
                roster.columns.iter_mut().chain([&mut roster.ids]).for_each(|column| column.reserve(times));
            }
            for (column, place) in roster.columns.iter_mut().zip(&places[usize::from(self.id.is_some())..]) {
                if let Some(place) = place {
                    column.push(text(*place)?.trim());
                }
            }
        }
        if lines.is_empty() {
            let messages = both(
                "the file has no rows below its heading line: add them, or leave the file out of the run",
                "表头之下没有任何一行：请补充内容，或不使用此文件",
            );
            return Err(Stopped::Fault(self.fault(1, messages)));
        }
        self.no_id_twice(&roster.ids, &lines)?;
        Ok((roster, lines))
    }

    /// Where the id and each heading stand in the heading line; nowhere, of those that need not be there.
    fn places(&self, first: &ByteRecord) -> Result<Vec<Option<usize>>, Stopped> {
        let mut found = Vec::with_capacity(first.len());
        for (place, heading) in first.iter().enumerate() {
            let heading = std::str::from_utf8(heading).map_err(|_| Stopped::NotUtf8(1))?;
            let heading = if place == 0 { heading.trim_start_matches('\u{FEFF}') } else { heading };
            found.push(heading.trim().to_owned());
        }
        if found.iter().all(String::is_empty) {
            let empty =
                both("the file is empty: the first line must name the columns", "文件是空的：第一行应为各栏名称");
            return Err(Stopped::Fault(self.fault(1, empty)));
        }
        let needed = || self.id.iter().chain(self.headings);
        let mut missing: Vec<&str> = Vec::new();
        for heading in needed().filter(|heading| !found.iter().any(|other| other == *heading)) {
            if !missing.contains(heading) {
                missing.push(heading);
            }
        }
        if !missing.is_empty() {
            return Err(Stopped::Fault(self.fault(1, columns_missing(self, &missing, &found))));
        }
        let place = |heading: &str| {
            let mut places = (0..found.len()).filter(|place| found[*place] == heading);
            let first = places.next();
            if places.next().is_some() {
                let messages = [
                    format!("two columns are headed \"{heading}\": rename or remove one of them"),
                    format!("有两栏都叫“{heading}”：请改名或删去其中一栏"),
                ];
                return Err(Stopped::Fault(self.fault(1, messages)));
            }
            Ok(first)
        };
        needed().chain(self.optional).map(|heading| place(heading)).collect()
    }

    fn no_id_twice(&self, ids: &Column, lines: &[u64]) -> Result<(), Stopped> {
        let hasher = FixedState::default();
        let mut known: HashTable<usize> = HashTable::with_capacity(lines.len());
        for (row, id) in ids.iter().enumerate() {
            let hash = hasher.hash_one(id);
            if let Some(earlier) = known.find(hash, |other| ids.get(*other) == id) {
                let heading = self.id.unwrap_or_default();
                let earlier = lines[*earlier];
                let messages = [
                    format!(
                        "the \"{heading}\" of this row is that of line {earlier} too: remove one of the rows, give one a \"{heading}\" of \
                         its own (--dedupe then tells whether they are one person), or name another column of ids in the model"
                    ),
                    format!(
                        "此行的“{heading}”与第 {earlier} 行相同：请删去其中一行，或另给编号（再以一份名册查重，可知是否同一人），\
                         或在模型中换一栏作编号"
                    ),
                ];
                return Err(Stopped::Fault(self.fault(lines[row], messages)));
            }
            known.insert_unique(hash, row, |other| hasher.hash_one(ids.get(*other)));
        }
        Ok(())
    }
}

/// The line on which a record begins, when the reader has come to line `next`. The record's own position is that of the blank lines before it.
pub(crate) fn line_of(record: &ByteRecord, next: u64) -> u64 {
    let within = memchr::memchr_iter(b'\n', record.as_slice()).count();
    let begins = next.saturating_sub(1).saturating_sub(u64::try_from(within).unwrap_or(u64::MAX));
    // a last line that is not ended has not moved the reader on
    begins.max(record.position().map_or(0, csv::Position::line))
}

#[cfg(test)]
mod tests;
