//! How Rust values stand in columns: times as milliseconds, ids and words as text, hashes as 32 bytes.

use jiff::Timestamp;
use uuid::Uuid;

use super::{StoreError, Tag};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// A time as stored; finer parts are cut.
pub(super) fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// A new UUIDv7 of the given time.
pub(super) fn id_at(time: Timestamp) -> Uuid {
    let seconds = u64::try_from(time.as_second()).unwrap_or(0);
    let nanos = u32::try_from(time.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}

/// A count or index as stored. Nothing is counted beyond the largest, whatever somebody asks for.
pub(super) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Reads columns, turning what this program never writes into [`StoreError::Corrupt`].
pub(super) trait Columns {
    fn text(&self, column: &'static str) -> Result<String, StoreError>;
    fn opt_text(&self, column: &'static str) -> Result<Option<String>, StoreError>;
    fn int(&self, column: &'static str) -> Result<i64, StoreError>;
    fn opt_int(&self, column: &'static str) -> Result<Option<i64>, StoreError>;
    fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StoreError>;
    fn opt_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, StoreError>;
    fn flag(&self, column: &'static str) -> Result<bool, StoreError>;

    fn index(&self, column: &'static str) -> Result<u64, StoreError> {
        u64::try_from(self.int(column)?).map_err(|_| StoreError::Corrupt { column })
    }
    fn opt_index(&self, column: &'static str) -> Result<Option<u64>, StoreError> {
        self.opt_int(column)?.map(u64::try_from).transpose().map_err(|_| StoreError::Corrupt { column })
    }
    fn small(&self, column: &'static str) -> Result<u32, StoreError> {
        u32::try_from(self.int(column)?).map_err(|_| StoreError::Corrupt { column })
    }
    fn opt_small(&self, column: &'static str) -> Result<Option<u32>, StoreError> {
        self.opt_int(column)?.map(u32::try_from).transpose().map_err(|_| StoreError::Corrupt { column })
    }
    fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Timestamp::from_millisecond(self.int(column)?).map_err(|_| StoreError::Corrupt { column })
    }
    fn opt_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let millis = self.opt_int(column)?;
        millis.map(Timestamp::from_millisecond).transpose().map_err(|_| StoreError::Corrupt { column })
    }
    fn uuid(&self, column: &'static str) -> Result<Uuid, StoreError> {
        Uuid::parse_str(&self.text(column)?).map_err(|_| StoreError::Corrupt { column })
    }
    fn opt_uuid(&self, column: &'static str) -> Result<Option<Uuid>, StoreError> {
        self.opt_text(column)?.map(|t| Uuid::parse_str(&t)).transpose().map_err(|_| StoreError::Corrupt { column })
    }
    fn hash(&self, column: &'static str) -> Result<Hash, StoreError> {
        self.bytes(column)?.try_into().map_err(|_| StoreError::Corrupt { column })
    }
    fn opt_tag(&self, column: &'static str) -> Result<Option<Tag>, StoreError> {
        self.word(column, Tag::parse)
    }
    /// A closed word that may be missing.
    fn word<T>(&self, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
        let text = self.opt_text(column)?;
        text.map(|t| parse(&t).ok_or(StoreError::Corrupt { column })).transpose()
    }
    /// A closed word.
    fn must<T>(&self, column: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        parse(&self.text(column)?).ok_or(StoreError::Corrupt { column })
    }
}
