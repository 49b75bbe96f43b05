//! What is wrong with something a person sent: where (RFC 6901 pointer), what, and what to do. Never the value itself.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One fault in a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// RFC 6901 JSON pointer to the faulty value.
    pub pointer: String,
    /// Stable code, snake_case.
    pub code: String,
    /// What is wrong, in Chinese.
    pub detail_zh: String,
    /// What is wrong, in English.
    pub detail: String,
    /// What to do about it, in Chinese.
    pub remedy_zh: String,
    /// What to do about it, in English.
    pub remedy: String,
}

/// Collects every fault of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Adds a fault; the remedy in Chinese and in English. None of the texts may repeat the faulty value.
    pub fn add(&mut self, pointer: &str, code: &str, detail_zh: &str, detail: &str, [remedy_zh, remedy]: [&str; 2]) {
        self.0.push(Fault {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            detail_zh: detail_zh.to_owned(),
            detail: detail.to_owned(),
            remedy_zh: remedy_zh.to_owned(),
            remedy: remedy.to_owned(),
        });
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
