//! A request document a line.

use std::io::{BufRead, BufReader, Read};

use super::{Defaults, Entry, FileFault, LONGEST, Places, RowFault};

/// The lines that hold something.
pub(super) struct Lines<'a, R> {
    input: BufReader<R>,
    defaults: &'a Defaults,
    line: u64,
    number: u64,
    ended: bool,
}

impl<'a, R: Read> Lines<'a, R> {
    pub(super) fn new(input: R, defaults: &'a Defaults) -> Self {
        Self { input: BufReader::with_capacity(1 << 16, input), defaults, line: 0, number: 0, ended: false }
    }

    /// The next line without its end; whether it was longer than a request may be. None at the end of the file.
    fn next_line(&mut self) -> std::io::Result<Option<(Vec<u8>, bool)>> {
        let (mut line, mut too_long, mut any) = (Vec::new(), false, false);
        loop {
            let piece = self.input.fill_buf()?;
            if piece.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', piece);
            let taken = end.unwrap_or(piece.len());
            too_long |= line.len() + taken > LONGEST;
            if !too_long {
                line.extend_from_slice(&piece[..taken]);
            }
            self.input.consume(taken + usize::from(end.is_some()));
            if end.is_some() {
                break;
            }
        }
        Ok(any.then_some((line, too_long)))
    }
}

impl<R: Read> Iterator for Lines<'_, R> {
    type Item = Result<Entry, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let (line, too_long) = match self.next_line() {
                Ok(Some(read)) => read,
                Ok(None) => break,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(unreadable(self.line, &error)));
                }
            };
            self.line += 1;
            let text = line.strip_prefix(b"\xef\xbb\xbf").filter(|_| self.line == 1).unwrap_or(&line).trim_ascii();
            if text.is_empty() && !too_long {
                continue;
            }
            self.number += 1;
            let (document, faults) = if too_long {
                (Vec::new(), vec![longer(self.line)])
            } else {
                (self.defaults.fill(text.to_vec()), Vec::new())
            };
            let places = Places::Line(self.line);
            return Some(Ok(Entry { number: self.number, line: self.line, document, faults, places }));
        }
        self.ended = true;
        None
    }
}

pub(super) fn unreadable(line: u64, error: &std::io::Error) -> FileFault {
    let detail = format!("the file cannot be read on: {}", error.kind());
    FileFault::new(line, "unreadable", ["文件无法继续读取", &detail], ["重新上传文件", "send the file again"])
}

fn longer(line: u64) -> RowFault {
    let what = ["该户超过 256 KiB", "the household takes more than 256 KiB"];
    RowFault::new(line, "", "too_large", what, ["每行只写一户", "write one household a line"])
}
