//! Lines that end as files of Windows do, as plain ones: the parser of tables counts a line only when it has seen its `\n`, which behind a
//! `\r` it sees a row later.

use std::io::{self, Read};

/// Reads a text and leaves out every `\r` before a `\n`.
pub(crate) struct PlainLines<R> {
    input: R,
    /// A `\r` that was read and of which is not known yet what follows.
    held: bool,
}

impl<R: Read> PlainLines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input, held: false }
    }
}

impl<R: Read> Read for PlainLines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // room for what is held, and for something behind it
        if into.len() < 2 {
            let mut two = [0; 2];
            let read = self.input.read(&mut two[..into.len()])?;
            into[..read].copy_from_slice(&two[..read]);
            return Ok(read);
        }
        loop {
            let before = usize::from(self.held);
            into[0] = b'\r';
            let read = self.input.read(&mut into[before..])?;
            if read == 0 {
                self.held = false;
                return Ok(before);
            }
            let filled = before + read;
            self.held = into[filled - 1] == b'\r';
            let end = filled - usize::from(self.held);
            let mut kept = 0;
            for place in 0..end {
                if into[place] == b'\r' && into[..filled].get(place + 1) == Some(&b'\n') {
                    continue;
                }
                into[kept] = into[place];
                kept += 1;
            }
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out so many bytes at a time.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let number = into.len().min(self.0.len()).min(self.1);
            into[..number].copy_from_slice(&self.0[..number]);
            self.0 = &self.0[number..];
            Ok(number)
        }
    }

    #[test]
    fn only_the_returns_before_line_ends_go_however_the_pieces_fall() {
        let table =
            [("a\r\nb\r\n", "a\nb\n"), ("a\rb\r\r\n\r", "a\rb\r\n\r"), ("\r\n\r\n", "\n\n"), ("\r", "\r"), ("", "")];
        for (text, plain) in table {
            for pieces in 1..8 {
                let mut read = String::new();
                PlainLines::new(Slowly(text.as_bytes(), pieces)).read_to_string(&mut read).unwrap();
                assert_eq!(read, plain, "{text:?} in pieces of {pieces}");
            }
        }
    }
}
