//! The audit receipt (核对回执) of a report's version: one small page that a citizen or an inspector can check without the service. It says
//! that this report's hash stands in the audit log, and whom was asked about the household; nothing of the household.
//!
//! `code` is the proof as one QR code carries it, `page` the page around it.

mod code;
mod page;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use code::{CodeError, Proved, check, code_of, encode, find};
pub use page::{STYLE_WITH_BAR, qr_svg, render, small_qr_svg};

/// What a receipt says. The code proves body hash, version, case, purpose and time; the rest is the office's statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Form of this document.
    pub format: String,
    /// Report number.
    pub number: String,
    /// Version.
    pub version: u32,
    /// Case.
    pub case: String,
    /// Whether every department had ended.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Whether it is signed off (签发).
    pub issued: bool,
    /// When the version was made.
    pub created_at: String,
    /// When its hash was entered in the log: as it was made, or as it was signed off.
    pub entered_at: String,
    /// Who asked for the verification.
    pub organisation: String,
    /// The verification centre.
    pub centre: String,
    /// What for.
    #[schema(value_type = String)]
    pub purpose: crate::household::Purpose,
    /// SHA-256 of the report's body, hex.
    pub body_sha256: String,
    /// Departments that were asked about the household.
    pub departments: Vec<AskedDepartment>,
    /// Place of the report in the log.
    pub leaf_index: u64,
    /// Name of the log.
    pub log: String,
    /// Entries under the checkpoint.
    pub tree_size: u64,
    /// The proof, as the QR code holds it.
    pub code: String,
}

/// A department that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedDepartment {
    /// Its key.
    pub source: String,
    /// Its name in Chinese.
    pub title_zh: String,
    /// Its name in English.
    pub title: String,
    /// About how many people.
    pub people: u32,
}

/// Form of the document.
pub const FORMAT: &str = "hedui/receipt/v1";
