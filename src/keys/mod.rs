//! The service's secrets: the key ring on disk, envelope encryption of documents at rest, keyed tags for look-up, and the
//! signing keys of reports and of the audit log.
//!
//! Not here: the tokens of callers (`auth`), recipients' keys and the sealed form of a delivered report (`report`), what a
//! signed checkpoint looks like (`audit`). No clock: the time of a new key is an argument. The only I/O is the key directory.
//!
//! One provider, `aws-lc-rs`, does every block cipher and curve operation: it wipes its key schedules and is as fast in a
//! debug build as in a release. The RustCrypto ciphers stand beside it in the tests as an independent opinion; SM4, which it has not, is theirs.

pub mod envelope;
pub mod error;
pub mod export;
pub mod file_access;
pub mod jwk;
pub mod kek;
mod ring;
mod ring_contents;
mod ring_file;
mod secret;
pub mod signing;
pub mod tags;
mod wrap_count;

pub use envelope::{DocumentContext, SealedDocument, Suite, WrappedDek};
pub use error::KeyError;
pub use jwk::EcPublicKey;
pub use kek::{KekId, KekProvider, KekState};
pub use ring::{Condemned, KeyListing, KeyRing, ReadRing};
pub use ring_file::{Custody, CustodyKind, Destruction};
pub use secret::SecretKey;
pub use signing::{LogSigner, ReportSigner};
pub use tags::{BodyMac, DetailKind, DetailMac, IndexTag, MacUse, SubjectTag};
