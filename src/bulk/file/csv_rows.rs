//! Rows of a comma-separated file, UTF-8 or GB18030. The file is parted into lines first: neither encoding has the byte of a line end, a
//! comma or a quotation mark within a character, so that one broken line costs its own row and no other.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, BufReader, Read};

use csv_core::{ReadRecordResult, Reader};
use encoding_rs::GB18030;

use super::row::{Broken, Row};
use super::values::Cell;
use super::{FileFault, LONGEST, ndjson};

/// Lines that a row may have: a cell may hold line ends.
const MOST_LINES: usize = 16;

/// The rows of a file.
pub(super) struct Rows<R> {
    lines: Lines<R>,
    /// Lines that were read and belong to no row yet.
    read: VecDeque<Line>,
    is_utf8: bool,
    /// Cells of the first row that has any: the headings.
    columns: Option<usize>,
}

/// A line of the file without its end.
struct Line {
    number: u64,
    bytes: Vec<u8>,
    /// It was longer than a household may be: the rest is left out.
    too_long: bool,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(input: R, is_utf8: bool) -> Self {
        Self { lines: Lines::new(input), read: VecDeque::new(), is_utf8, columns: None }
    }

    fn next_row(&mut self) -> Result<Option<Row>, FileFault> {
        let Some(first) = self.line(0)? else { return Ok(None) };
        let (number, too_long) = (first.number, first.too_long);
        let (mut bytes, mut lines) = (first.bytes.clone(), 1);
        // a cell that is quoted may hold line ends: the row goes on until its mark is closed
        let mut quotes = Quotes::default();
        quotes.read(&bytes);
        while quotes.is_open() && !too_long && lines < MOST_LINES && bytes.len() < LONGEST {
            let Some(next) = self.line(lines)? else { break };
            let next = next.bytes.clone();
            quotes.read(b"\n");
            quotes.read(&next);
            bytes.push(b'\n');
            bytes.extend_from_slice(&next);
            lines += 1;
        }
        let (cells, is_text) = self.cells(&bytes);
        // what was closed by the mark of another row is no row: it has text behind a mark, or other columns than the headings
        let swallowed = lines > 1 && (quotes.torn || self.columns.is_some_and(|columns| columns != cells.len()));
        if quotes.is_open() || swallowed {
            // the mark was never meant: the first line alone is at fault
            let first = self.read.pop_front().expect("it was read above");
            let unquoted: Vec<u8> = first.bytes.into_iter().filter(|byte| *byte != b'"').collect();
            let (cells, _) = self.cells(&unquoted);
            return Ok(Some(Row { line: number, cells, broken: Some(Broken::Quotes) }));
        }
        self.read.drain(..lines);
        if self.columns.is_none() && cells.iter().any(|cell| !cell.is_empty()) {
            self.columns = Some(cells.len());
        }
        let broken = if too_long { Some(Broken::TooLong) } else { (!is_text).then_some(Broken::Encoding) };
        Ok(Some(Row { line: number, cells, broken }))
    }

    /// The line so many after the next.
    fn line(&mut self, ahead: usize) -> Result<Option<&Line>, FileFault> {
        while self.read.len() <= ahead {
            match self.lines.next_line() {
                Ok(Some(line)) => self.read.push_back(line),
                Ok(None) => return Ok(None),
                // the file could not be got on with: that says nothing about what stands in it
                Err(error) => return Err(ndjson::unreadable(self.lines.number, &error)),
            }
        }
        Ok(self.read.get(ahead))
    }

    /// The cells of a row, and whether it is text of the file's encoding.
    fn cells(&self, row: &[u8]) -> (Vec<Cell>, bool) {
        let (text, broken) = match self.is_utf8 {
            true => {
                let text = String::from_utf8_lossy(row);
                let broken = matches!(&text, std::borrow::Cow::Owned(_));
                (text, broken)
            }
            false => GB18030.decode_without_bom_handling(row),
        };
        let (mut reader, mut ends, mut fields) = (Reader::new(), vec![0; 64], vec![0; text.len() + 1]);
        let (mut input, mut written, mut ended) = (text.as_bytes(), 0, 0);
        loop {
            let (result, read, wrote, end) = reader.read_record(input, &mut fields[written..], &mut ends[ended..]);
            (input, written, ended) = (&input[read..], written + wrote, ended + end);
            match result {
                // nothing follows: the parser is told so by an empty input
                ReadRecordResult::InputEmpty => input = &[],
                ReadRecordResult::OutputFull => fields.resize(fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        let starts = std::iter::once(0).chain(ends[..ended].iter().copied());
        let cells = starts.zip(&ends[..ended]).map(|(start, end)| String::from_utf8_lossy(&fields[start..*end]));
        (cells.map(|cell| Cell::Text(cell.into_owned())).collect(), !broken)
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

/// Where quotation marks stand in a row, as the parser takes them: one opens a cell only at its beginning.
#[derive(Default)]
struct Quotes {
    at: At,
    /// Text stood behind a mark that closed a cell.
    torn: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum At {
    /// Before a cell.
    #[default]
    Begin,
    /// In a cell without marks.
    Plain,
    /// In a cell with marks.
    Quoted,
    /// Behind a mark in such a cell: it closed the cell, or is the first of two that stand for one.
    Mark,
}

impl Quotes {
    fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.at = match (self.at, byte) {
                (At::Begin | At::Mark, b'"') => At::Quoted,
                (At::Quoted, b'"') => At::Mark,
                (At::Quoted, _) => At::Quoted,
                (_, b',') => At::Begin,
                (At::Mark, _) => {
                    self.torn = true;
                    At::Plain
                }
                (At::Begin | At::Plain, _) => At::Plain,
            };
        }
    }

    fn is_open(&self) -> bool {
        self.at == At::Quoted
    }
}

/// Lines, however they end.
struct Lines<R> {
    input: BufReader<R>,
    number: u64,
    /// The last line ended with `\r`: a `\n` that follows belongs to it.
    after_return: bool,
}

impl<R: Read> Lines<R> {
    fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(1 << 16, input), number: 0, after_return: false }
    }

    fn next_line(&mut self) -> io::Result<Option<Line>> {
        let mut line = Line { number: self.number + 1, bytes: Vec::new(), too_long: false };
        let mut any = false;
        loop {
            let piece = self.input.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            if std::mem::take(&mut self.after_return) && piece[0] == b'\n' {
                self.input.consume(1);
                continue;
            }
            any = true;
            let end = memchr::memchr2(b'\n', b'\r', piece);
            let taken = end.unwrap_or(piece.len());
            let room = LONGEST.saturating_sub(line.bytes.len());
            line.bytes.extend_from_slice(&piece[..taken.min(room)]);
            line.too_long |= taken > room;
            self.after_return = end.is_some_and(|end| piece[end] == b'\r');
            self.input.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                break;
            }
        }
        self.number += u64::from(any);
        Ok(any.then_some(line))
    }
}

/// Whether a text is UTF-8, line by line: a CSV that mostly is not is GB18030. A few broken lines make no other encoding of the rest.
///
/// # Errors
/// It cannot be read.
pub fn looks_like_utf8(input: impl Read) -> io::Result<bool> {
    let mut lines = Lines::new(input);
    let (mut utf8, mut other) = (0_u64, 0_u64);
    while let Some(line) = lines.next_line()? {
        match std::str::from_utf8(&line.bytes) {
            Ok(text) => utf8 += u64::from(!text.is_ascii()),
            // cut by the end of what is looked at
            Err(error) if error.error_len().is_none() => {}
            Err(_) => other += 1,
        }
    }
    Ok(utf8 >= other)
}
