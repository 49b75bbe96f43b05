//! What is handed over: the whole report, or what a level shows of it. Both are signed, and told apart when read.

use serde::Serialize;
use serde_json::Value;

use super::super::attestation::{Report, SigningKey};
use super::{FORMAT, ViewReport};
use crate::config::Disclosure;

/// A report as it is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// The whole report.
    Full(Box<Report>),
    /// What a level shows.
    View(Box<ViewReport>),
}

/// The signed content is no report of this version, or its attestation speaks of another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misread {
    /// Not a report.
    #[error("the signed content is not a report of this version")]
    NotAReport,
    /// The attestation speaks of another body.
    #[error("the attestation speaks of another body: do not rely on this report")]
    OtherBody,
}

impl Document {
    /// What `level` shows of a report; a view is to be signed with `signing_key`.
    #[must_use]
    pub fn at(report: Report, level: Disclosure, signing_key: SigningKey) -> Self {
        match ViewReport::of(&report, level, signing_key) {
            Some(view) => Self::View(Box::new(view)),
            None => Self::Full(Box::new(report)),
        }
    }

    /// Reads signed bytes, whose attestation must speak of their body.
    ///
    /// # Errors
    /// [`Misread`].
    pub fn read(bytes: &[u8]) -> Result<Self, Misread> {
        let value: Value = serde_json::from_slice(bytes).map_err(|_| Misread::NotAReport)?;
        let is_view = value.pointer("/body/format").and_then(Value::as_str) == Some(FORMAT);
        // from the bytes again, so that no key stands twice
        let (document, is_whole) = if is_view {
            let view: ViewReport = serde_json::from_slice(bytes).map_err(|_| Misread::NotAReport)?;
            let is_whole = view.is_whole();
            (Self::View(Box::new(view)), is_whole)
        } else {
            let report: Report = serde_json::from_slice(bytes).map_err(|_| Misread::NotAReport)?;
            let is_whole = report.is_of_its_body();
            (Self::Full(Box::new(report)), is_whole)
        };
        if is_whole { Ok(document) } else { Err(Misread::OtherBody) }
    }

    /// What it shows.
    #[must_use]
    pub fn level(&self) -> Disclosure {
        match self {
            Self::Full(_) => Disclosure::Full,
            Self::View(view) => view.body.level,
        }
    }

    /// The caller's own number for it.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        match self {
            Self::Full(report) => report.body.request.reference.as_deref(),
            Self::View(view) => view.body.conclusion.request.reference.as_deref(),
        }
    }

    /// RFC 8785 canonical JSON: the payload of the signature.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Full(report) => report.bytes(),
            Self::View(view) => view.bytes(),
        }
    }

    /// As JSON for people.
    ///
    /// # Panics
    /// Never: a report is plain JSON.
    #[must_use]
    pub fn pretty(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is plain JSON")
    }
}
