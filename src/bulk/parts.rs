//! The stored parts of a file as one stream of bytes, for readers that know nothing of stores: opened one after another, at most two
//! ahead of the reader.

use std::io::{self, Read};

use tokio::sync::mpsc;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Bulk;
use crate::store::AuditReceipt;
use crate::verification::{VerificationError, sealing};

/// Parts that are opened before they are wanted.
const AHEAD: usize = 2;

type Opened = Result<Zeroizing<Vec<u8>>, VerificationError>;

/// A file of parts, to be read from a thread that may block.
pub(super) struct Parts {
    opened: mpsc::Receiver<Opened>,
    /// Parts still to come: a file that ends before them did not end.
    to_come: usize,
    part: Zeroizing<Vec<u8>>,
    given: usize,
}

impl Bulk {
    /// The file of a batch from its beginning; the entry behind the receipt opens its parts.
    pub(super) fn parts(&self, batch: Uuid, parts: Vec<Uuid>, receipt: AuditReceipt) -> Parts {
        let (send, opened) = mpsc::channel(AHEAD);
        let to_come = parts.len();
        let bulk = self.clone();
        self.spawn(async move {
            for part in parts {
                let inner = &bulk.0;
                let opened = sealing::open(&inner.store, &inner.keys, &receipt, batch, part).await;
                let failed = opened.is_err();
                if send.send(opened).await.is_err() || failed {
                    return;
                }
            }
        });
        Parts { opened, to_come, part: Zeroizing::default(), given: 0 }
    }
}

impl Read for Parts {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.part.len() {
            match self.opened.blocking_recv() {
                None if self.to_come == 0 => return Ok(0),
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
                Some(Ok(part)) => (self.part, self.given, self.to_come) = (part, 0, self.to_come.saturating_sub(1)),
                Some(Err(error)) => return Err(io::Error::other(error)),
            }
        }
        let number = into.len().min(self.part.len() - self.given);
        into[..number].copy_from_slice(&self.part[self.given..self.given + number]);
        self.given += number;
        Ok(number)
    }
}
