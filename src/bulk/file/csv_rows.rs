//! Rows of a comma-separated file, UTF-8 or GB18030.

use std::io::{Chain, Cursor, Read};

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};

use super::sheet::Row;
use super::values::Cell;
use super::{FileFault, ndjson};
use crate::linkage::{Decoding, PlainLines};

/// The rows of a file.
pub(super) struct Rows<R: Read> {
    reader: Reader<PlainLines<Text<R>>>,
    record: ByteRecord,
}

/// The file as UTF-8.
enum Text<R> {
    Utf8(Chain<Cursor<Vec<u8>>, R>),
    Gb18030(Box<Decoding<R>>),
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Utf8(input) => input.read(into),
            Self::Gb18030(input) => input.read(into),
        }
    }
}

impl<R: Read> Rows<R> {
    pub(super) fn new(input: R, is_utf8: bool) -> Result<Self, FileFault> {
        let text = if is_utf8 {
            Text::Utf8(without_mark(input).map_err(|error| ndjson::unreadable(0, &error))?)
        } else {
            Text::Gb18030(Box::new(Decoding::gb18030(input)))
        };
        let reader = ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(1 << 16)
            .from_reader(PlainLines::new(text));
        Ok(Self { reader, record: ByteRecord::new() })
    }

    fn next_row(&mut self) -> Result<Option<Row>, FileFault> {
        let read = match self.reader.read_byte_record(&mut self.record) {
            Ok(read) => read,
            Err(error) => {
                let line = self.reader.position().line();
                return Err(match error.into_kind() {
                    // the file could not be got on with: that says nothing about what stands in it
                    ErrorKind::Io(error) => ndjson::unreadable(line, &error),
                    _ => {
                        let remedy = ["检查该行的引号", "check the quotation marks of this line"];
                        FileFault::new(line, "csv", ["该行无法读取", "the line cannot be read"], remedy)
                    }
                });
            }
        };
        if let Text::Gb18030(decoding) = self.reader.get_ref().get_ref()
            && decoding.is_broken()
        {
            return Err(neither(decoding.line()));
        }
        if !read {
            return Ok(None);
        }
        let line = crate::linkage::line_of(&self.record, self.reader.position().line());
        let mut cells = Vec::with_capacity(self.record.len());
        for cell in &self.record {
            cells.push(Cell::Text(std::str::from_utf8(cell).map_err(|_| neither(line))?.to_owned()));
        }
        Ok(Some(Row { line, cells }))
    }
}

impl<R: Read> Iterator for Rows<R> {
    type Item = Result<Row, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

/// The text without the mark of UTF-8. The parser, which would take it away too, takes a first piece of nothing else for the end.
fn without_mark<R: Read>(mut input: R) -> std::io::Result<Chain<Cursor<Vec<u8>>, R>> {
    let mut begin = Vec::new();
    input.by_ref().take(3).read_to_end(&mut begin)?;
    if begin == "\u{feff}".as_bytes() {
        begin.clear();
    }
    Ok(Cursor::new(begin).chain(input))
}

fn neither(line: u64) -> FileFault {
    let what = ["文件既不是 UTF-8 也不是 GB18030 编码", "the file is neither UTF-8 nor GB18030"];
    FileFault::new(line, "encoding", what, ["另存为 CSV UTF-8 格式", "save it again as CSV UTF-8"])
}
