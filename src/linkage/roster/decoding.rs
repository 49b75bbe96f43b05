//! GB18030 as UTF-8, piece by piece.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, GB18030};

const PIECE: usize = 1 << 16;

/// Reads GB18030 and gives UTF-8; stops at the first place that is none.
pub(crate) struct Decoding<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    lines: u64,
    ended: bool,
    broken: bool,
}

impl<R: Read> Decoding<R> {
    pub(crate) fn gb18030(input: R) -> Self {
        let decoder = GB18030.new_decoder_without_bom_handling();
        Self { input, decoder, raw: vec![0; PIECE], text: Vec::new(), given: 0, lines: 0, ended: false, broken: false }
    }

    /// Whether it stopped because the text is not GB18030.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// The line it has come to.
    pub(crate) fn line(&self) -> u64 {
        self.lines + 1
    }

    fn next_piece(&mut self) -> io::Result<()> {
        let read = self.input.read(&mut self.raw)?;
        self.ended = read == 0;
        self.text.resize(PIECE * 3 + 16, 0);
        let (result, _, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.raw[..read], &mut self.text, self.ended);
        self.broken = matches!(result, DecoderResult::Malformed(..));
        self.ended |= self.broken;
        self.text.truncate(written);
        self.lines += u64::try_from(self.text.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(0);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.next_piece()?;
        }
        let number = into.len().min(self.text.len() - self.given);
        into[..number].copy_from_slice(&self.text[self.given..self.given + number]);
        self.given += number;
        Ok(number)
    }
}
