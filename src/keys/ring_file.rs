//! The written form of the ring: one readable TOML file. Nothing is checked here but the form; `ring_contents` checks the
//! meaning.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::secret::SecretText;
use super::{KekId, KekState, KeyError, MacUse, file_access};

/// The ring file's name in the key directory.
pub(super) const RING_FILE: &str = "ring.toml";
/// The version of the form.
pub(super) const RING_VERSION: u32 = 1;

const HEADING: &str = "\
# The key ring of hedui. Whoever reads this file can open every stored report and sign in the service's name:
# mode 0600, no copy but a sealed backup. Losing it loses every stored report. Changed by `hedui keys`, not by hand.

";

/// The ring file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RingDocument {
    pub(super) version: u32,
    pub(super) log_signing_key: LogKeyEntry,
    #[serde(rename = "kek")]
    pub(super) keks: Vec<KekEntry>,
    #[serde(rename = "mac_key")]
    pub(super) mac_keys: Vec<MacKeyEntry>,
    #[serde(rename = "report_signing_key")]
    pub(super) report_signing_keys: Vec<ReportKeyEntry>,
    /// Where the ring went: whoever has the audit log enters what is new here, as with a key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) custody: Vec<Custody>,
}

/// That a copy of the ring was made, or put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// Which of them.
    pub what: CustodyKind,
    /// The export's id, or one of the restoring itself.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// By whom, as the audit log names them.
    pub by: String,
}

/// What happened to the ring as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustodyKind {
    /// A sealed copy and shares of it went to custodians.
    Exported,
    /// It was put together from such a copy.
    Restored,
}

impl CustodyKind {
    /// The word of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exported => "exported",
            Self::Restored => "restored",
        }
    }
}

/// A key encryption key. A destroyed one keeps its line, without the key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KekEntry {
    pub(super) id: KekId,
    pub(super) state: KekState,
    pub(super) created: Timestamp,
    /// Since when it wraps nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) retired: Option<Timestamp>,
    /// That it is to be destroyed, which is done as soon as it stands in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to_be_destroyed: Option<Destruction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) destroyed: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<SecretText>,
}

/// What a destruction may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destruction {
    /// Nothing: it is given up while a data key is still wrapped under the key, or may be.
    OfAnEmptyKey,
    /// Whatever is still wrapped under the key is to be lost.
    WithItsDataKeys,
}

/// A MAC key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MacKeyEntry {
    #[serde(rename = "use")]
    pub(super) used_for: MacUse,
    pub(super) epoch: u32,
    pub(super) created: Timestamp,
    pub(super) key: SecretText,
}

/// A report signing key. The newest signs; the public halves of all stay published, so that old reports verify.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportKeyEntry {
    pub(super) kid: String,
    pub(super) created: Timestamp,
    pub(super) key: SecretText,
}

/// The key of the audit log's checkpoints.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LogKeyEntry {
    pub(super) name: String,
    pub(super) created: Timestamp,
    pub(super) key: SecretText,
}

/// What tells one writing of the ring file from another: it is replaced, never written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    inode: u64,
    bytes: u64,
    written: SystemTime,
}

impl Stamp {
    /// Of the ring file of a key directory.
    pub(super) fn of(dir: &Path) -> Result<Self, KeyError> {
        let path = dir.join(RING_FILE);
        let metadata = std::fs::metadata(&path).map_err(KeyError::io("read", &path))?;
        let written = metadata.modified().map_err(KeyError::io("read", &path))?;
        Ok(Self { inode: metadata.ino(), bytes: metadata.len(), written })
    }
}

impl RingDocument {
    /// Reads the ring file after checking its mode. A syntax error is reported by place alone: the text may be a key.
    pub(super) fn read(path: &Path) -> Result<Self, KeyError> {
        let text = file_access::read(path).map_err(|error| match error {
            KeyError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                KeyError::NoRing { path: path.to_owned() }
            }
            other => other,
        })?;
        toml::from_str(&text).map_err(|error| {
            let before = text.get(..error.span().unwrap_or_default().start).unwrap_or_default();
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let line = before.matches('\n').count() + 1;
            KeyError::RingSyntax { path: path.to_owned(), line, column: before[line_start..].chars().count() + 1 }
        })
    }

    /// The file's text, wiped when dropped.
    pub(super) fn to_text(&self) -> Result<Zeroizing<String>, KeyError> {
        let body = toml::to_string(self).map_err(|_| KeyError::Library { doing: "write the key ring" })?;
        let body = Zeroizing::new(body);
        Ok(Zeroizing::new([HEADING, &body].concat()))
    }
}
